from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wargame.experiment.histograms import means_from_sums, quantiles_from_histogram

PROBABILITIES = [0.05, 0.25, 0.5, 0.75, 0.95]
BINS = 256


def histogram(values, low, high):
    bins = np.clip(np.floor((values - low) / (high - low) * BINS), 0, BINS - 1).astype(int)
    return np.bincount(bins, minlength=BINS)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 400), spread=st.floats(0.001, 3.0))
def test_within_one_bin_of_the_sample_quantile(seed, n, spread):
    random = np.random.default_rng(seed)
    values = np.clip(random.normal(2, spread, n), 0, 5)
    found = quantiles_from_histogram(histogram(values, 0, 5), 0.0, 5.0, PROBABILITIES)
    exact = np.quantile(values, PROBABILITIES, method="inverted_cdf")
    assert np.abs(found - exact).max() <= 5 / BINS * (1 + 1e-9)
    assert (np.diff(found) >= 0).all()


def test_large_samples_are_interpolated_inside_bins():
    values = np.linspace(0, 1, 1_000_001)
    found = quantiles_from_histogram(histogram(values, 0, 1), 0.0, 1.0, [0.1234, 0.5, 0.9871])
    assert found == pytest.approx([0.1234, 0.5, 0.9871], abs=1e-5)


def test_atoms_at_the_bounds_are_exact():
    values = np.concatenate([np.zeros(600), np.linspace(0.1, 0.9, 100), np.ones(300)])
    low, middle, high = quantiles_from_histogram(histogram(values, 0, 1), 0.0, 1.0, [0.3, 0.65, 0.9])
    assert (low, high) == (0.0, 1.0)
    assert 0.1 <= middle <= 0.9


def test_a_single_value_is_exact():
    counts = np.zeros((1, BINS), dtype=np.int64)
    counts[0, 100] = 50
    assert (quantiles_from_histogram(counts, 0.0, 1.0, PROBABILITIES, np.array([0.3925])) == 0.3925).all()


def test_nothing_counted_is_missing():
    assert np.isnan(quantiles_from_histogram(np.zeros(BINS), 0.0, 1.0, PROBABILITIES)).all()
    sums = np.zeros((2, 3), dtype=object)
    assert np.isnan(means_from_sums(sums, 0, np.zeros(3), np.ones(3))).all()


def test_means_come_from_integers_of_any_size():
    sums = np.array([[10**7 * 2**40, -(2**41)]], dtype=object)
    means = means_from_sums(sums, 10**7, np.array([0.0, 0.0]), np.array([4.0, 10**7]))
    assert means.tolist() == [[4.0, -2.0]]
