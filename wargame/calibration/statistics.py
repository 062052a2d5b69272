"""Moments of series, for many series at once: the same code for the published record and for simulated ones.

A series is the last axis of an array; NaN is a gap. A moment is NaN where it is not defined, such as the
autocorrelation of a series that never changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["NUMBERED", "PLAIN", "POOLABLE", "Statistic"]

Numbers = NDArray[np.float64]
Axes = int | tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Statistic:
    """A moment of a series by its kind, with the number that some kinds need (a threshold or a lag)."""

    kind: str
    number: float = 0.0

    @property
    def title(self) -> str:
        """The moment in words."""
        return TITLES[self.kind].format(f"{self.number:g}")

    def of_each(self, series: Numbers) -> Numbers:
        """The moment of each series: shape [...] from [..., time]."""
        return self._compute(np.asarray(series, dtype=np.float64), -1)

    def of_all(self, series: Numbers) -> float:
        """One moment over all series [n, time] together, as if they were parts of one record."""
        return float(self._compute(np.atleast_2d(series), (-2, -1)))

    def _compute(self, series: Numbers, axes: Axes) -> Numbers:
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind in PLAIN:
                return np.asarray(PLAIN[self.kind](series, axes))
            return np.asarray(NUMBERED[self.kind](series, self.number, axes))


def _count(series: Numbers, axes: Axes) -> Numbers:
    return np.asarray((~np.isnan(series)).sum(axis=axes, keepdims=True), dtype=np.float64)


def _centred(series: Numbers, axes: Axes) -> Numbers:
    """The series less its mean."""
    return np.asarray(series - np.nansum(series, axis=axes, keepdims=True) / _count(series, axes))


def mean(series: Numbers, axes: Axes) -> Numbers:
    """The mean."""
    return np.asarray(np.nansum(series, axis=axes) / np.squeeze(_count(series, axes), axis=axes))


def variance(series: Numbers, axes: Axes) -> Numbers:
    """The variance, with n - 1."""
    squares = np.nansum(_centred(series, axes) ** 2, axis=axes)
    return np.asarray(squares / (np.squeeze(_count(series, axes), axis=axes) - 1))


def sd(series: Numbers, axes: Axes) -> Numbers:
    """The standard deviation, with n - 1."""
    return np.sqrt(variance(series, axes))


def fano(series: Numbers, axes: Axes) -> Numbers:
    """The Fano factor, variance over mean: 1 for a Poisson process."""
    return np.asarray(variance(series, axes) / mean(series, axes))


def greatest(series: Numbers, axes: Axes) -> Numbers:
    """The greatest value."""
    return np.asarray(np.max(np.where(np.isnan(series), -np.inf, series), axis=axes))


def share_at_most(series: Numbers, threshold: float, axes: Axes) -> Numbers:
    """The share of values up to the threshold."""
    return mean(np.where(np.isnan(series), np.nan, series <= threshold), axes)


def share_at_least(series: Numbers, threshold: float, axes: Axes) -> Numbers:
    """The share of values from the threshold on."""
    return mean(np.where(np.isnan(series), np.nan, series >= threshold), axes)


def autocorrelation(series: Numbers, lag: float, axes: Axes) -> Numbers:
    """The sample autocorrelation at a lag, about the mean of the whole series (Box and Jenkins 1970)."""
    centred, steps = _centred(series, axes), int(lag)
    products = centred[..., steps:] * centred[..., :-steps]
    return np.asarray(np.nansum(products, axis=axes) / np.nansum(centred**2, axis=axes))


def longest_at_most(series: Numbers, threshold: float, axes: Axes) -> Numbers:
    """The longest run of values up to the threshold; a gap ends a run."""
    quiet = series <= threshold
    longest = np.zeros(series.shape[:-1])
    run = np.zeros(series.shape[:-1])
    for time in range(series.shape[-1]):
        run = np.where(quiet[..., time], run + 1, 0)
        longest = np.maximum(longest, run)
    return longest


def above_after_at_most(series: Numbers, threshold: float, axes: Axes) -> Numbers:
    """Of the values that follow one up to the threshold, the share that lies above it."""
    return _share_after(series, series[..., :-1] <= threshold, threshold, axes)


def above_after_above(series: Numbers, threshold: float, axes: Axes) -> Numbers:
    """Of the values that follow one above the threshold, the share that lies above it as well."""
    return _share_after(series, series[..., :-1] > threshold, threshold, axes)


def _share_after(series: Numbers, before: NDArray[np.bool_], threshold: float, axes: Axes) -> Numbers:
    later = series[..., 1:]
    return mean(np.where(before & ~np.isnan(later), later > threshold, np.nan), axes)


PLAIN: dict[str, Callable[[Numbers, Axes], Numbers]] = {
    "mean": mean,
    "sd": sd,
    "fano": fano,
    "max": greatest,
}
NUMBERED: dict[str, Callable[[Numbers, float, Axes], Numbers]] = {
    "share_at_most": share_at_most,
    "share_at_least": share_at_least,
    "autocorrelation": autocorrelation,
    "longest_at_most": longest_at_most,
    "above_after_at_most": above_after_at_most,
    "above_after_above": above_after_above,
}
POOLABLE = frozenset(PLAIN | NUMBERED) - {"max", "longest_at_most"}
"""Those that make sense over many records together; the others grow with the length of the record."""

TITLES = {
    "mean": "mean",
    "sd": "standard deviation",
    "fano": "variance over mean",
    "max": "greatest",
    "share_at_most": "share at most {}",
    "share_at_least": "share at least {}",
    "autocorrelation": "autocorrelation at lag {}",
    "longest_at_most": "longest run at most {}",
    "above_after_at_most": "share above {0} after at most {0}",
    "above_after_above": "share above {0} after above {0}",
}
