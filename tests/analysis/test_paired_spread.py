"""How a difference ranges over what is not known: by hand, and in a world whose truth is known."""

import numpy as np
import pytest

from wargame.analysis.nested import spread
from wargame.analysis.paired_spread import paired_spread

NAMES = ("war", "peace")


def test_by_hand_with_a_failed_pair() -> None:
    # Point 0: war in 0 of 4 against 2 of 4; point 1, without the failed pair: 3 of 3 against 1 of 3.
    arm = np.array([[1, 1, 1, 1], [0, 0, 0, -1]])
    baseline = np.array([[0, 0, 1, 1], [0, 1, 1, 0]])
    row = paired_spread(arm, baseline, NAMES).set_index("name").loc["war"]
    found = spread([4, 3], [-0.5, 2 / 3], [1 / 3, 1 / 3])
    assert row["mean"] == pytest.approx((-0.5 + 2 / 3) / 2)
    for field in (
        "points",
        "episodes",
        "range_low",
        "range_high",
        "low",
        "high",
        "chance",
        "unknown",
        "luck",
    ):
        assert row[field] == pytest.approx(getattr(found, field), nan_ok=True)


def test_of_two_outcomes_one_gains_what_the_other_loses() -> None:
    draw = np.random.default_rng(1)
    arm, baseline = draw.integers(0, 2, (12, 30)), draw.integers(0, 2, (12, 30))
    table = paired_spread(arm, baseline, NAMES).set_index("name")
    assert table.loc["war", "mean"] == pytest.approx(-table.loc["peace", "mean"])
    assert table.loc["war", "range_low"] == pytest.approx(-table.loc["peace", "range_high"])


def test_the_range_is_that_of_the_points_and_not_of_luck() -> None:
    # At each point the arm adds war with a chance of its own, uniform from 0 to 0.2: nine in ten lie in 0.01 to 0.19.
    draw = np.random.default_rng(7)
    chance, luck = draw.random((400, 1)) * 0.2, draw.random((400, 300))
    baseline = np.where(draw.random((400, 300)) < 0.3, 0, 1)
    arm = np.where((baseline == 1) & (luck < chance / 0.7), 0, baseline)
    row = paired_spread(arm, baseline, NAMES).set_index("name").loc["war"]
    assert row["range_low"] == pytest.approx(0.01, abs=0.012)
    assert row["range_high"] == pytest.approx(0.19, abs=0.012)
    assert row["low"] < 0.1 < row["high"]


def test_arms_that_are_alike_do_not_differ_anywhere() -> None:
    same = np.random.default_rng(2).integers(0, 2, (10, 20))
    row = paired_spread(same, same, NAMES).set_index("name").loc["war"]
    assert (row["mean"], row["range_low"], row["range_high"], row["chance"]) == (0, 0, 0, 0)
