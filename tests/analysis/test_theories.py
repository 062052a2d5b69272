"""Which theory must one hold: cases computed by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.theories import hangs_on

GRID = pd.DataFrame(
    [(place, *values) for place, values in enumerate(itertools.product((0.0, 1.0), (-1.0, 0.0, 1.0)))],
    columns=["point", "weak", "strong"],
)


def table(values: np.ndarray, sd: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {"point": GRID["point"], "kind": "metric", "name": "trust", "n": 100, "value": values, "sd": sd}
    )


def test_the_switch_that_turns_the_sign_is_named() -> None:
    base = np.full(6, 0.5)
    arm = base + 0.2 * GRID["strong"].to_numpy() + 0.01 * GRID["weak"].to_numpy()
    found = hangs_on(GRID, {"hold": table(base), "cut": table(arm)}, "hold").iloc[0]
    # By hand: 2 of 6 combinations below 0, 3 above, one without a difference.
    assert (found["higher"], found["lower"], found["open"]) == pytest.approx((3 / 6, 2 / 6, 1 / 6))
    assert (found["least"], found["greatest"]) == pytest.approx((-0.2, 0.21))
    assert found["switch"] == "strong"
    strong, weak = 0.2**2 * 2 / 3, 0.01**2 / 4
    assert found["weight"] == pytest.approx(strong / (strong + weak))
    assert (found["at_low"], found["at_high"]) == pytest.approx((-0.195, 0.205))


def test_differences_that_luck_can_make_are_open() -> None:
    base, arm = np.full(6, 0.5), np.full(6, 0.52)
    for sd, told_apart in ((0.05, 1.0), (0.5, 0.0)):
        found = hangs_on(GRID, {"hold": table(base, sd), "cut": table(arm, sd)}, "hold").iloc[0]
        # The half width is 1.96 * sd * sqrt(2 / 100).
        assert found["higher"] == told_apart
        assert found["open"] == 1 - told_apart
        assert found["switch"] == ""


def test_a_baseline_that_there_is_not() -> None:
    with pytest.raises(ValueError, match=r"no arm 'hold'; allowed: cut"):
        hangs_on(GRID, {"cut": table(np.zeros(6))}, "hold")
