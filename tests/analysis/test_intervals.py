from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from wargame.analysis.intervals import clopper_pearson, share_interval, t_quantile, wilson, with_shares
from wargame.experiment.intervals import beta_quantile

COUNTS = st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


@settings(max_examples=80, deadline=None)
@given(counts=COUNTS, level=LEVELS)
def test_wilson_against_scipy(counts, level):
    expected = stats.binomtest(*counts).proportion_ci(level, method="wilson")
    assert wilson(*counts, level) == pytest.approx((expected.low, expected.high), rel=1e-9, abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(counts=COUNTS, level=LEVELS)
def test_clopper_pearson_against_scipy(counts, level):
    expected = stats.binomtest(*counts).proportion_ci(level, method="exact")
    assert clopper_pearson(*counts, level) == pytest.approx(
        (expected.low, expected.high), rel=1e-9, abs=1e-12
    )


@pytest.mark.parametrize(
    ("hits", "n"), [(0, 10**7), (1, 10**7), (9, 10**7), (10**7 - 3, 10**7), (500_000, 10**6)]
)
def test_clopper_pearson_in_long_runs(hits, n):
    low, high = clopper_pearson(hits, n)
    if hits:
        assert low == pytest.approx(special.betaincinv(hits, n - hits + 1, 0.025), rel=1e-6)
    assert high == pytest.approx(special.betaincinv(hits + 1, n - hits, 0.975), rel=1e-6)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("freedom", [1, 2, 5, 30, 999, 10**5, 10**7])
def test_t_quantile_against_scipy(level, freedom):
    assert t_quantile(level, freedom) == pytest.approx(stats.t.ppf((1 + level) / 2, freedom), rel=1e-7)


@settings(max_examples=80, deadline=None)
@given(p=st.floats(0.001, 0.999), a=st.floats(0.5, 300), b=st.floats(0.5, 300))
def test_beta_quantile_against_scipy(p, a, b):
    assert beta_quantile(p, a, b) == pytest.approx(special.betaincinv(a, b, p), rel=1e-8, abs=1e-12)


def test_few_hits_or_misses_get_the_exact_interval():
    assert share_interval(9, 1000) == clopper_pearson(9, 1000)
    assert share_interval(991, 1000) == clopper_pearson(991, 1000)
    assert share_interval(10, 1000) == wilson(10, 1000)
    assert share_interval(0, 0) == (0.0, 1.0)


def test_exact_interval_covers_at_least_its_level():
    n, share = 40, 0.07
    intervals = [clopper_pearson(hits, n) for hits in range(n + 1)]
    covered = sum(
        stats.binom.pmf(hits, n, share) for hits, (low, high) in enumerate(intervals) if low <= share <= high
    )
    assert covered >= 0.95


@pytest.mark.parametrize("arguments", [(-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)])
def test_impossible_counts_and_levels_are_refused(arguments):
    with pytest.raises(ValueError, match="must lie between"):
        wilson(*arguments)


def test_with_shares_adds_columns_and_keeps_the_table():
    table = pd.DataFrame({"n": [3, 50, 0], "running": [100, 100, 0]})
    found = with_shares(table, hits="n", total="running")
    assert list(table.columns) == ["n", "running"]
    assert found["share"].iloc[0] == 0.03
    assert math.isnan(found["share"].iloc[2])
    assert tuple(found.loc[1, ["low", "high"]]) == wilson(50, 100)
    assert np.isfinite(found[["low", "high"]]).all(axis=None)
