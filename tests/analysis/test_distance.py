"""Total variation distance: by hand, against a distribution that is known, and that its interval covers the truth."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from wargame.analysis.distance import distance_over_points, distance_table, total_variation
from wargame.experiment.intervals import clopper_pearson

BASE = np.array([0.5, 0.3, 0.2])


def pairs(
    generator: np.random.Generator, n: int, shift: float, switched: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Outcomes of two arms: `shift` moves from the first outcome to the second, `switched` swaps back and forth."""
    joint = np.diag(BASE)
    joint[0, 1] += shift
    joint[0, 0] -= shift
    for one, other in ((0, 2), (1, 2)):
        part = switched / 4
        joint[one, other] += part
        joint[other, one] += part
        joint[one, one] -= part
        joint[other, other] -= part
    cells = generator.choice(9, size=n, p=joint.ravel())
    return cells % 3, cells // 3


def test_by_hand() -> None:
    baseline = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2]
    arm = [1, 1, 0, 0, 1, 1, 1, 1, 2, 0]
    # Shares 0.6, 0.2, 0.2 against 0.3, 0.6, 0.1: half of 0.3 + 0.4 + 0.1.
    found = total_variation(arm, baseline)
    assert found.plug_in == pytest.approx(0.4)
    assert (found.n, found.switched) == (10, 5)
    # Both halves choose the second outcome: it gains two on even places and two on odd ones.
    assert found.distance == pytest.approx(0.4)
    assert found.high == pytest.approx(clopper_pearson(5, 10)[1])


def test_arms_that_never_differ_have_no_distance_and_an_interval() -> None:
    found = total_variation([0, 1] * 50, [0, 1] * 50)
    assert (found.distance, found.plug_in, found.low) == (0, 0, 0)
    assert found.high == pytest.approx(clopper_pearson(0, 100)[1])


def test_the_plug_in_is_biased_upward_and_the_distance_is_not() -> None:
    generator = np.random.default_rng(5)
    found = [total_variation(*pairs(generator, 200, 0.0, 0.4), resamples=1) for _ in range(400)]
    plug_in = np.array([one.plug_in for one in found])
    held_out = np.array([one.distance for one in found])
    assert plug_in.mean() > 0.03
    # It is cut off at 0, or its mean would be 0.
    assert held_out.mean() < 2 / 3 * plug_in.mean()
    # Where arms do differ, both come near the truth, one from either side.
    found = [total_variation(*pairs(generator, 2000, 0.2, 0.2), resamples=1) for _ in range(400)]
    error = np.std([one.distance for one in found]) / 20
    assert abs(np.mean([one.distance for one in found]) - 0.2) < 4 * error


@pytest.mark.parametrize(("shift", "switched"), [(0.0, 0.4), (0.02, 0.4), (0.2, 0.1), (0.003, 0.0)])
def test_the_interval_covers_the_truth(shift: float, switched: float) -> None:
    generator = np.random.default_rng(7)
    covered = [
        found.low <= shift <= found.high
        for found in (
            total_variation(*pairs(generator, 500, shift, switched), resamples=400) for _ in range(400)
        )
    ]
    # 95 %, less three standard errors of 400 trials.
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


def test_the_table_pairs_episodes_and_leaves_failures_out() -> None:
    categories = ["war", "peace"]

    def table(outcomes: list[str | None]) -> pd.DataFrame:
        return pd.DataFrame(
            {"episode": range(len(outcomes)), "outcome": pd.Categorical(outcomes, categories=categories)}
        )

    found = distance_table(
        {"arm": table(["war", None, "war", "peace"])}, table(["peace", "war", "peace", None])
    )
    assert found.loc[0, ["arm", "n", "switched", "plug_in"]].tolist() == ["arm", 2, 2, 1.0]


def test_over_points_the_range_comes_first() -> None:
    generator = np.random.default_rng(3)
    arms, bases = [], []
    for shift in np.linspace(0, 0.4, 41):
        arm, base = pairs(generator, 4000, float(shift), 0.0)
        arms.append(arm)
        bases.append(base)
    found = distance_over_points(
        {"arm": np.array(arms, dtype=np.int16)}, np.array(bases, dtype=np.int16)
    ).iloc[0]
    assert list(found.index[:5]) == ["arm", "points", "n", "range_low", "range_high"]
    assert (found["range_low"], found["range_high"]) == (
        pytest.approx(0.02, abs=0.01),
        pytest.approx(0.38, abs=0.02),
    )
    assert found["low"] < 0.2 < found["high"]
    assert found["distance"] == pytest.approx(0.2, abs=0.01)
