"""The mean of a result over some rows of an ensemble, with rows as the units that count."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wargame.analysis.clustered import clustered_interval, pulls_variance
from wargame.analysis.ensembles import Observed
from wargame.experiment.intervals import share_interval, t_quantile

__all__ = ["ClusteredMean", "clustered_mean"]


@dataclass(frozen=True, kw_only=True)
class ClusteredMean:
    """A share or mean over `rows` rows with `episodes` episodes, its standard error and its interval."""

    rows: int
    episodes: int
    mean: float
    error: float
    low: float
    high: float


def clustered_mean(
    observed: Observed, kept: NDArray[np.bool_], level: float = 0.95, *, edge: float | None = None
) -> ClusteredMean:
    """The share or mean over the rows that are `kept`, episodes weighing alike.

    Statistic: sum of n times value, over the sum of n. Error: that of a ratio, with rows as clusters, because the
    episodes of one point have its parameters in common. Interval: of a mean Student's; of a share over single episodes
    that of `share_interval`, as in a run, and over points that of `clustered_interval`. All is NaN without rows, the
    error and the interval of a mean with one.

    `edge` is for rows that are kept because a number lies beyond a quantile of the sample: the value to expect at that
    quantile. The quantile is an estimate too, and where it lies too high the rows that then come in have the value of
    the edge. Source: Manistre and Hancock 2005, "Variance of the CTE estimator".
    """
    n, value = observed.n[kept], observed.value[kept]
    rows, total = len(n), float(n.sum())
    if rows == 0 or total == 0:
        nan = math.nan
        return ClusteredMean(rows=rows, episodes=0, mean=nan, error=nan, low=nan, high=nan)
    mean = float((n * value).sum() / total)
    if edge is None:
        pulls = n * (value - mean) / total
    else:
        pulls = np.where(kept, observed.n * (observed.value - edge), 0.0) / total
        pulls -= (mean - edge) / len(kept)
    error = math.sqrt(pulls_variance(pulls)) if rows > 1 else math.nan
    if not observed.is_share:
        half = t_quantile(level, rows - 1) * error if rows > 1 else math.nan
        low, high = mean - half, mean + half
    elif rows < 2 or (total == rows and edge is None):
        # Single episodes, or a single point, about whose neighbours nothing is known.
        low, high = share_interval(round(mean * total), round(total), level)
    else:
        low, high = clustered_interval(mean, pulls, total, rows, level)
    return ClusteredMean(rows=rows, episodes=int(total), mean=mean, error=error, low=low, high=high)
