"""Quantiles and means from the integers that a run keeps of each variable on each turn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import UNITS_PER_RANGE

__all__ = ["means_from_sums", "quantiles_from_histogram"]

Array = NDArray[Any]

ATOM = 10
"""An end bin this many times as full as the one beside it is taken for one value: the bound."""


def means_from_sums(sums: Array, n: int, low: Array, high: Array) -> NDArray[np.float64]:
    """The mean of each variable, [..., S]; exact to (high - low) / 2**41, NaN if n is 0.

    `sums` holds Python integers, in multiples of (high - low) / 2**40 above low.
    """
    if n == 0:
        return np.full(sums.shape, np.nan)
    shares = np.array([int(total) / (n * UNITS_PER_RANGE) for total in sums.ravel()], dtype=np.float64)
    return np.asarray(low + shares.reshape(sums.shape) * (high - low), dtype=np.float64)


def quantiles_from_histogram(
    histogram: Array, low: Array, high: Array, probabilities: Sequence[float], means: Array | None = None
) -> NDArray[np.float64]:
    """Quantiles of variables known by their histograms, [..., S, bins] -> [..., S, probabilities].

    The value is interpolated linearly inside the bin in which the count is reached, so it is within one bin's
    width, (high - low) / 256, of a sample quantile. Two kinds of atom are given exactly. Where a single bin
    holds every episode, each quantile is the mean (given `means`). Where the first or last bin holds at least
    `ATOM` times as many as the bin beside it, it is taken to be the bound: clipping piles values up there.
    What lies outside low to high counts in the end bins, so a quantile equal to low (high) reads "low or
    less" ("high or more"). NaN without counts.
    """
    counts = np.asarray(histogram, dtype=np.int64)
    bins = counts.shape[-1]
    below = np.cumsum(counts, axis=-1)
    total = below[..., -1]
    width = (np.asarray(high) - np.asarray(low)) / bins
    at_low = counts[..., 0] >= ATOM * np.maximum(counts[..., 1], 1)
    at_high = counts[..., -1] >= ATOM * np.maximum(counts[..., -2], 1)
    columns = []
    for probability in probabilities:
        target = probability * total
        # The first bin that reaches the target and is not empty.
        bin_index = np.argmax((below >= target[..., None]) & (counts > 0), axis=-1)
        inside = np.take_along_axis(counts, bin_index[..., None], axis=-1)[..., 0]
        before = np.take_along_axis(below, bin_index[..., None], axis=-1)[..., 0] - inside
        share = (target - before) / np.maximum(inside, 1)
        value = low + (bin_index + share) * width
        value = np.where((bin_index == 0) & at_low, low, value)
        value = np.where((bin_index == bins - 1) & at_high, high, value)
        columns.append(value)
    quantiles = np.stack(columns, axis=-1)
    if means is not None:
        single = (counts > 0).sum(axis=-1) == 1
        quantiles = np.where(single[..., None], np.asarray(means)[..., None], quantiles)
    return np.where(total[..., None] > 0, quantiles, np.nan)
