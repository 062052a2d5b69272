"""What is not known told apart from luck: points outside, episodes inside.

At every point of a design the parameters are others, and several episodes are played. The spread of the results is
then that between points, from not knowing the parameters, and that within them, from chance (the law of total
variance). The means of the points spread too widely, because each is a mean of finitely many episodes; the one-way
random-effects analysis of variance takes that part out.

Source: Searle, Casella and McCulloch 1992, "Variance components", ch. 3, for samples of unequal size; Arvesen and
Schmitz 1970, "Robust procedures for variance component problems using the jackknife", for the interval.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wargame.analysis.skewness import hall_interval
from wargame.experiment.intervals import clopper_pearson, t_quantile

__all__ = ["Spread", "spread", "spread_table"]

Numbers = NDArray[np.float64]

INNER = (0.05, 0.95)
"""The range over what is not known: nine points in ten."""


@dataclass(frozen=True, kw_only=True)
class Spread:
    """A number over the points of a design.

    `range_low` to `range_high` is the range over what is not known: nine points in ten, as they would be without
    chance. `mean` with `low` to `high` is over all points; its unit is the point, so it holds both what a sample of
    points and what chance leave open, and `chance` is the half-width that chance alone would leave. `unknown` and
    `luck` are the two parts of the variance of one episode, and `share` that of not knowing, with its interval.
    """

    points: int
    episodes: int
    range_low: float
    range_high: float
    mean: float
    low: float
    high: float
    chance: float
    unknown: float
    luck: float
    share: float
    share_low: float
    share_high: float


def spread(n: ArrayLike, means: ArrayLike, variances: ArrayLike, level: float = 0.95) -> Spread:
    """The spread of a number over points, from its size, mean and variance (of n - 1) at each of them.

    The mean's interval is that of Hall 1992, "On the removal of skewness by transformation", over the means of the
    points: Student's with their skewness taken out, which for a rare outcome is large. The range is that of the points'
    means, drawn towards their mean until they vary as much as the variance between points says (Louis 1984, "Estimating
    a population of parameter values using Bayes and empirical Bayes methods"). Points with fewer than two episodes are
    left out.
    """
    sizes, centres, inner = (np.asarray(one, dtype=np.float64) for one in (n, means, variances))
    kept = (sizes > 1) & ~np.isnan(centres) & ~np.isnan(inner)
    sizes, centres, inner = sizes[kept], centres[kept], inner[kept]
    points = len(sizes)
    if points < 2:
        return _too_few(points, int(sizes.sum()), float(centres.mean()) if points else math.nan)
    parts = _Parts.of(sizes, centres, inner)
    mean, sd = float(centres.mean()), float(centres.std(ddof=1))
    low, high = _mean_interval(centres, level)
    luck = parts.within
    chance = math.sqrt(luck * float((1 / sizes).sum())) / points
    shrink = math.sqrt(parts.between) / sd if sd > 0 else 0.0
    ends = np.quantile(mean + min(shrink, 1.0) * (centres - mean), INNER)
    total = parts.between + luck
    share_low, share_high = _share_interval(sizes, centres, inner, level)
    return Spread(
        points=points,
        episodes=int(sizes.sum()),
        range_low=float(ends[0]),
        range_high=float(ends[1]),
        mean=mean,
        low=low,
        high=high,
        chance=NormalDist().inv_cdf((1 + level) / 2) * chance,
        unknown=parts.between,
        luck=luck,
        share=parts.between / total if total > 0 else math.nan,
        share_low=share_low,
        share_high=share_high,
    )


def _mean_interval(values: Numbers, level: float) -> tuple[float, float]:
    """Hall's interval of the mean of the points, with Student's quantiles."""
    n, mean = len(values), float(values.mean())
    error = float(values.std(ddof=1)) / math.sqrt(n)
    if error == 0:
        return mean, mean
    skewness = float(((values - mean) ** 3).mean()) / float(values.std()) ** 3 / math.sqrt(n)
    return hall_interval(mean, error, skewness, t_quantile(level, n - 1))


@dataclass(frozen=True, kw_only=True)
class _Parts:
    """The analysis of variance: mean squares between and within points, and the size that a point counts for."""

    outer: float
    within: float
    size: float

    @property
    def between(self) -> float:
        """The variance between points, with what finite inner samples add taken out; never below 0."""
        return max(0.0, (self.outer - self.within) / self.size)

    @classmethod
    def of(cls, sizes: Numbers, centres: Numbers, inner: Numbers) -> _Parts:
        points, total = len(sizes), float(sizes.sum())
        grand = float((sizes * centres).sum()) / total
        return cls(
            outer=float((sizes * (centres - grand) ** 2).sum()) / (points - 1),
            within=float(((sizes - 1) * inner).sum()) / (total - points),
            size=(total - float((sizes**2).sum()) / total) / (points - 1),
        )


def _share_interval(sizes: Numbers, centres: Numbers, inner: Numbers, level: float) -> tuple[float, float]:
    """The interval of the share of not knowing, by the jackknife on the logarithm of the ratio of mean squares.

    Points are left out one by one, so nothing is assumed about how they or the episodes are distributed.
    """
    points = len(sizes)
    whole = _Parts.of(sizes, centres, inner)
    if points < 3 or whole.outer <= 0 or whole.within <= 0:
        return math.nan, math.nan
    logs = []
    for left_out in range(points):
        rest = np.arange(points) != left_out
        parts = _Parts.of(sizes[rest], centres[rest], inner[rest])
        if parts.outer <= 0 or parts.within <= 0:
            return math.nan, math.nan
        logs.append(math.log(parts.outer / parts.within))
    pseudo = points * math.log(whole.outer / whole.within) - (points - 1) * np.array(logs)
    middle = float(pseudo.mean())
    half = t_quantile(level, points - 1) * float(pseudo.std(ddof=1)) / math.sqrt(points)

    def share(log_ratio: float) -> float:
        excess = max(0.0, math.exp(min(log_ratio, 700.0)) - 1)
        return excess / (excess + whole.size)

    return share(middle - half), share(middle + half)


def _too_few(points: int, episodes: int, mean: float) -> Spread:
    nan = math.nan
    return Spread(
        points=points,
        episodes=episodes,
        range_low=nan,
        range_high=nan,
        mean=mean,
        low=nan,
        high=nan,
        chance=nan,
        unknown=nan,
        luck=nan,
        share=nan,
        share_low=nan,
        share_high=nan,
    )


def spread_table(sweep: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """The spread of every number of a sweep: `kind`, `name`, and the columns of `Spread`.

    `sweep` has a row for each point and number, with `kind`, `name`, `n`, `value` and `sd`. Shares stay within 0 and 1.
    Of an outcome in which all episodes end, or none, nothing varies, and the interval is Clopper and Pearson's with the
    points as what is counted: at other points it may be frequent.
    """
    rows = []
    for (kind, name), group in sweep.groupby(["kind", "name"], sort=False):
        found = asdict(spread(group["n"], group["value"], group["sd"] ** 2, level))
        if kind == "outcome":
            found["low"], found["high"] = _within_0_and_1(found, level)
        rows.append({"kind": kind, "name": name, **found})
    table = pd.DataFrame(rows)
    table.attrs = {"level": level}
    return table


def _within_0_and_1(found: dict[str, float], level: float) -> tuple[float, float]:
    """The interval of a share, from the row of its spread."""
    if found["mean"] in (0.0, 1.0) and found["points"] > 1:
        points = int(found["points"])
        return clopper_pearson(round(found["mean"] * points), points, level)
    return max(0.0, found["low"]), min(1.0, found["high"])
