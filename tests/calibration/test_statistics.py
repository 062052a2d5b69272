"""Moments of series: by hand, against pandas, and those published about the record."""

import numpy as np
import pandas as pd
import pytest

from wargame.calibration.evidence import load_evidence
from wargame.calibration.statistics import NUMBERED, PLAIN, POOLABLE, Statistic

SHORT = np.array([0.0, 2, 0, 0, 0, 5, 1, 0])
MANY = np.random.default_rng(1).poisson(1.5, size=(6, 40)).astype(float)


@pytest.mark.parametrize(
    ("kind", "number", "value"),
    [
        ("mean", 0, 1),
        ("max", 0, 5),
        ("share_at_most", 0, 5 / 8),
        ("share_at_least", 2, 2 / 8),
        ("longest_at_most", 0, 3),
        # Followed by another: 0, 0, 0, 0 (the last value has none); twice a launch comes next.
        ("above_after_at_most", 0, 2 / 4),
        # After 2 comes 0, after 5 comes 1, after 1 comes 0.
        ("above_after_above", 0, 1 / 3),
        # Deviations from 1: -1 1 -1 -1 -1 4 0 -1; neighbours' products sum to -4, squares to 22.
        ("autocorrelation", 1, -4 / 22),
    ],
)
def test_by_hand(kind: str, number: float, value: float) -> None:
    statistic = Statistic(kind=kind, number=number)
    assert statistic.of_each(SHORT) == pytest.approx(value)
    if kind in POOLABLE:
        assert statistic.of_all(SHORT) == pytest.approx(value)


def test_spread_is_that_of_pandas() -> None:
    table = pd.DataFrame(MANY.T)
    assert Statistic(kind="sd").of_each(MANY) == pytest.approx(table.std().to_numpy())
    assert Statistic(kind="fano").of_each(MANY) == pytest.approx((table.var() / table.mean()).to_numpy())


def test_each_series_by_itself_and_all_as_one() -> None:
    for kind in [*PLAIN, *NUMBERED]:
        statistic = Statistic(kind=kind, number=1)
        assert statistic.of_each(MANY) == pytest.approx([float(statistic.of_each(row)) for row in MANY])
    assert Statistic(kind="sd").of_all(MANY) == pytest.approx(MANY.std(ddof=1))
    # Between the end of one series and the beginning of the next there is no step of time.
    halves = np.array([[0.0, 0, 0], [1, 1, 1]])
    assert Statistic(kind="above_after_at_most").of_all(halves) == 0


def test_gaps_count_for_nothing() -> None:
    gappy = np.array([1.0, np.nan, 3, 0, np.nan, np.nan, 0, 2])
    assert Statistic(kind="mean").of_each(gappy) == pytest.approx(6 / 5)
    assert Statistic(kind="share_at_most").of_each(gappy) == pytest.approx(2 / 5)
    assert Statistic(kind="max").of_each(gappy) == 3
    assert Statistic(kind="longest_at_most").of_each(gappy) == 1
    assert Statistic(kind="above_after_at_most").of_each(gappy) == 1


def test_what_is_not_defined_is_missing() -> None:
    assert np.isnan(Statistic(kind="autocorrelation", number=1).of_each(np.zeros(9)))
    assert np.isnan(Statistic(kind="fano").of_each(np.zeros(9)))
    assert np.isnan(Statistic(kind="above_after_at_most").of_each(np.ones(9)))


def test_the_record_has_the_moments_that_are_known_of_it() -> None:
    """Computed elsewhere from the source's own table of launches, to the digits given there."""
    series = load_evidence("korea").series
    days = series["launch_days"].values
    assert len(days) == 54
    for kind, number, value, digits in (
        ("mean", 0, 2.704, 3),
        ("fano", 0, 3.09, 2),
        ("share_at_most", 0, 0.296, 3),
        ("autocorrelation", 1, 0.37, 2),
        ("max", 0, 14, 0),
    ):
        assert round(float(Statistic(kind=kind, number=number).of_each(days)), digits) == value
    missiles = series["missiles"].values
    assert round(float(missiles.mean()), 3) == 5.185
    assert round(float(missiles.var(ddof=1)), 2) == 42.64
    assert series["dispute_onset"].values.mean() == 0.52
    moves = np.diff(np.log(series["usfk"].values))
    assert (np.isfinite(moves).sum(), (moves < -0.1).sum()) == (32, 2)
    assert round(float(np.diff(series["spending"].values).std(ddof=1)), 3) == 0.074
