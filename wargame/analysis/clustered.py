"""Shares over turns: the turns of one episode go together, so the episodes are what is counted.

A share of turns, or of spells, has several observations from each episode. They are not independent, and an interval
that took them to be would be too narrow. Here the episode is the unit: the variance is that between episodes.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.analysis.skewness import hall_interval
from wargame.experiment.intervals import FEW, beta_quantile, t_quantile

__all__ = ["clustered_difference", "clustered_interval", "clustered_share", "pulls_variance"]

Numbers = NDArray[np.float64]

SINGLE = 1.5
"""Observations that are clusters of their own have the variance of one less than there are, give or take a bit."""


def clustered_share(hits: NDArray[Any], total: NDArray[Any], level: float = 0.95) -> tuple[Numbers, ...]:
    """Share, low and high of hits among observations that come in episodes.

    `hits` has the shape [episodes, kinds], `total` [episodes] or the same: what was seen, and what could have been, in
    each episode. Statistic: all hits / all observations, a ratio estimate with the episodes as clusters. Interval:
    that of `clustered_interval`. Returns three arrays of [kinds]; where nothing could have been seen they are NaN, 0
    and 1.
    """
    counts, whole = np.broadcast_arrays(_columns(hits), _columns(total))
    seen = counts.sum(axis=0)
    observed = whole.sum(axis=0)
    share = np.divide(seen, observed, out=np.full(seen.shape, np.nan), where=observed > 0)
    clusters = (whole > 0).sum(axis=0)
    ends = [
        clustered_interval(float(one), pulls, float(n), int(count), level)
        for one, pulls, n, count in zip(
            share, _residuals(counts, whole, share).T, observed, clusters, strict=True
        )
    ]
    low, high = np.array(ends, dtype=np.float64).reshape(-1, 2).T
    return share, low, high


def clustered_interval(
    share: float, pulls: Numbers, observations: float, clusters: int, level: float = 0.95
) -> tuple[float, float]:
    """The interval of a share of `observations` that come in `clusters`.

    `pulls` says how much each cluster draws the share away from its value (a sum of 0); their squares give its
    variance. The number of independent observations that would have this variance takes the place of their number:
    Wilson's score interval of it, or Clopper and Pearson's below ten hits or misses. It is made smaller by the ratio of
    Student's quantiles, for the variance is itself an estimate. Where all observations agree the variance says
    nothing, and the clusters are counted. Source: Korn and Graubard 1998, "Confidence intervals for proportions with
    small expected number of positive counts estimated from survey data"; Dean and Pagano 2015, "Evaluating confidence
    interval methods for binomial proportions in clustered surveys".

    Where few clusters hold most of the hits, their variance is more often too small than too large, and the share with
    it. So where they vary more than independent observations would, the interval reaches, to the side of the long tail,
    at least as far as Hall's, which takes the skewness of the pulls into account.
    """
    if clusters < 2 or not observations > 0:
        return 0.0, 1.0
    spread, variance = share * (1 - share), pulls_variance(pulls)
    if not (spread > 0 and variance > 0):
        return _score(share, min(float(clusters), observations), level)
    quantile = t_quantile(level, clusters - 1)
    effective = spread / variance
    if observations > 2:
        effective *= (t_quantile(level, int(observations) - 1) / quantile) ** 2
    low, high = _score(share, min(effective, observations), level)
    if effective >= observations - SINGLE:
        return low, high
    skewness = float((pulls**3).sum()) / float((pulls**2).sum()) ** 1.5
    hall_low, hall_high = hall_interval(share, math.sqrt(variance), skewness, quantile)
    if skewness > 0:
        return low, min(1.0, max(high, hall_high))
    return max(0.0, min(low, hall_low)), high


def pulls_variance(pulls: Numbers) -> float:
    """The variance of an estimate from how much each of its clusters pulls at it; NaN with fewer than two."""
    clusters = len(pulls)
    return clusters / (clusters - 1) * float((pulls**2).sum()) if clusters > 1 else math.nan


def _score(share: float, n: float, level: float) -> tuple[float, float]:
    """Wilson's interval, or Clopper and Pearson's, of a share of n observations, where n need not be whole."""
    hits, misses = share * n, (1 - share) * n
    if min(hits, misses) < FEW:
        tail = (1 - level) / 2
        low = 0.0 if hits <= 0 else beta_quantile(tail, hits, misses + 1)
        high = 1.0 if misses <= 0 else 1.0 - beta_quantile(tail, misses, hits + 1)
        return low, high
    z = NormalDist().inv_cdf((1 + level) / 2)
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    return max(0.0, centre - half), min(1.0, centre + half)


def clustered_difference(
    hits: NDArray[Any],
    total: NDArray[Any],
    other_hits: NDArray[Any],
    other_total: NDArray[Any],
    level: float = 0.95,
) -> tuple[Numbers, ...]:
    """Difference of two shares from the same episodes, low and high: the first less the other.

    Shapes as in `clustered_share`. Statistic: the difference of two ratio estimates. Interval: put together from those
    of the two shares, and from how they go together from episode to episode, so that what they have in common cancels;
    where one of them is 0 or 1, or is seen in few episodes, it is as wide as that share's own. Source: Newcombe 1998,
    "Improved confidence intervals for the difference between binomial proportions based on paired data", method 10;
    Zou and Donner 2008, "Construction of confidence limits about effect measures: a general approach".
    """
    first, first_low, first_high = clustered_share(hits, total, level)
    second, second_low, second_high = clustered_share(other_hits, other_total, level)
    difference: Numbers = first - second
    together = _correlation(_columns(hits), _columns(total), _columns(other_hits), _columns(other_total))
    below = _width(first - first_low, second_high - second, together)
    above = _width(first_high - first, second - second_low, together)
    return difference, difference - below, difference + above


def _width(one: Numbers, other: Numbers, together: Numbers) -> Numbers:
    """The half-width of a difference, from those of its parts and their correlation."""
    found: Numbers = np.sqrt(np.maximum(one**2 - 2 * together * one * other + other**2, 0.0))
    return found


def _correlation(hits: Numbers, total: Numbers, other_hits: Numbers, other_total: Numbers) -> Numbers:
    """How two ratio estimates go together over the episodes; 0 where one of them does not vary."""
    pulls = []
    for counts, whole in ((hits, total), (other_hits, other_total)):
        seen, of = np.broadcast_arrays(counts, whole)
        with np.errstate(invalid="ignore", divide="ignore"):
            share = seen.sum(axis=0) / of.sum(axis=0)
        pulls.append(np.nan_to_num(_residuals(seen, of, share)))
    product = (pulls[0] * pulls[1]).sum(axis=0)
    scale = np.sqrt((pulls[0] ** 2).sum(axis=0) * (pulls[1] ** 2).sum(axis=0))
    found: Numbers = np.divide(product, scale, out=np.zeros_like(product), where=scale > 0)
    return found


def _columns(values: NDArray[Any]) -> Numbers:
    numbers = np.asarray(values, dtype=np.float64)
    return numbers[:, None] if numbers.ndim == 1 else numbers


def _residuals(counts: Numbers, whole: Numbers, share: Numbers) -> Numbers:
    """How much each episode pulls a ratio of sums away from its value."""
    observed = whole.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Numbers = (counts - share * whole) / observed
    return found
