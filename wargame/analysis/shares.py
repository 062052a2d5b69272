"""The mean of a result over some rows of an ensemble, with rows as the units that count."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wargame.analysis.clustered import clustered_interval
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


def clustered_mean(observed: Observed, kept: NDArray[np.bool_], level: float = 0.95) -> ClusteredMean:
    """The share or mean over the rows that are `kept`, episodes weighing alike.

    Statistic: sum of n times value, over the sum of n. Error: that of a ratio, with rows as clusters, because the
    episodes of one point have its parameters in common. Interval: of a mean Student's; of a share over single episodes
    that of `share_interval`, as in a run, and over points that of `clustered_interval`, with the number of independent
    episodes that would have this error. All is NaN without rows, the error and the interval of a mean with one.
    """
    n, value = observed.n[kept], observed.value[kept]
    rows, total = len(n), float(n.sum())
    if rows == 0 or total == 0:
        nan = math.nan
        return ClusteredMean(rows=rows, episodes=0, mean=nan, error=nan, low=nan, high=nan)
    mean = float((n * value).sum() / total)
    error = math.nan
    if rows > 1:
        error = math.sqrt(rows / (rows - 1) * float(((n * (value - mean)) ** 2).sum())) / total
    if observed.is_share:
        low, high = _share(mean, error, rows, total, level)
    else:
        half = t_quantile(level, rows - 1) * error if rows > 1 else math.nan
        low, high = mean - half, mean + half
    return ClusteredMean(rows=rows, episodes=int(total), mean=mean, error=error, low=low, high=high)


def _share(mean: float, error: float, rows: int, total: float, level: float) -> tuple[float, float]:
    if total == rows or rows < 2:
        # Single episodes, or a single point, about whose neighbours nothing is known.
        return share_interval(round(mean * total), round(total), level)
    return clustered_interval(mean, error**2, total, rows, level)
