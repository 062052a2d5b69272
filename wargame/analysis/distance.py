"""How far apart the outcomes of two arms are: the total variation distance, without its upward bias.

The distance is half the sum of the absolute differences of the shares, which is also the largest difference in the
probability of any set of outcomes: at 0.1 there is something that happens in ten more of a hundred episodes. Put into
that formula, shares that differ by luck alone give a distance above 0. So the set is chosen on one half of the
episodes and its difference measured on the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wargame.analysis.paired import Difference, matched, paired_mean, paired_share
from wargame.experiment.intervals import FEW, clopper_pearson

__all__ = ["Distance", "distance_over_points", "distance_table", "total_variation"]

Codes = NDArray[np.int64]

RESAMPLES = 2000
INNER = (0.05, 0.95)


@dataclass(frozen=True, kw_only=True)
class Distance:
    """The distance between two arms over the same `n` episodes, of which `switched` end otherwise.

    `distance` is measured on episodes that did not choose the set, `plug_in` on those that did: on average the first
    lies at or below the truth, the second at or above it, and they differ where there are too few episodes.
    """

    n: int
    switched: int
    distance: float
    low: float
    high: float
    plug_in: float


def total_variation(
    arm: ArrayLike, baseline: ArrayLike, level: float = 0.95, *, resamples: int = RESAMPLES, seed: int = 1
) -> Distance:
    """The total variation distance of paired outcomes, given as whole numbers from 0, episode by episode.

    Statistic: episodes are split in two by turns; on each half the outcomes that became more frequent make the set, and
    the change of its share is measured on the other half; never below 0. Interval: from below the mean of the lower
    ends of Tango's intervals for the two changes, which exceed the distance only by luck (as each half chose for the
    other they depend on each other, and this holds however they do); from above the bootstrap's percentile of the
    plug-in over pairs of outcomes, which its bias makes wide rather than narrow. Below ten switched episodes the upper
    end is Clopper and Pearson's for the share that switched, which no distance exceeds. NaN without episodes.

    Source: Tango 1998 for the interval; Efron and Tibshirani 1993, "An introduction to the bootstrap", ch. 13.
    """
    ours, theirs = np.asarray(arm, dtype=np.int64), np.asarray(baseline, dtype=np.int64)
    n = len(ours)
    if not n:
        nan = float("nan")
        return Distance(n=0, switched=0, distance=nan, low=nan, high=nan, plug_in=nan)
    width = int(max(ours.max(), theirs.max())) + 1
    counts = _counts(ours, theirs, width)
    switched = int(n - np.trace(counts))
    plug_in = float(_distances(counts[np.newaxis])[0])
    changes = [_held_out(ours, theirs, width, half, level) for half in (0, 1)]
    distance = max(0.0, sum(change.n * change.difference for change in changes if change.n) / n)
    low = sum(change.low for change in changes) / 2 if n > 1 else 0.0
    high = _upper(counts, switched, level, resamples, seed)
    return Distance(
        n=n,
        switched=switched,
        distance=distance,
        low=min(max(0.0, low), distance),
        high=max(high, distance),
        plug_in=plug_in,
    )


def _counts(arm: Codes, baseline: Codes, width: int) -> Codes:
    """How many episodes end in i in the baseline and in j in the arm."""
    return np.bincount(baseline * width + arm, minlength=width * width).reshape(width, width)


def _distances(counts: Codes) -> NDArray[np.float64]:
    """The plug-in of each table of counts."""
    gained = counts.sum(axis=1) - counts.sum(axis=2)
    distances: NDArray[np.float64] = np.abs(gained).sum(axis=1) / 2 / counts.sum(axis=(1, 2))
    return distances


def _held_out(arm: Codes, baseline: Codes, width: int, half: int, level: float) -> Difference:
    """The change, on one half of the episodes, of the share of the set that the other half chose."""
    here, other = slice(half, None, 2), slice(1 - half, None, 2)
    rise = np.bincount(arm[other], minlength=width) - np.bincount(baseline[other], minlength=width)
    chosen = rise > 0
    return paired_share(chosen[arm[here]], chosen[baseline[here]], level)


def _upper(counts: Codes, switched: int, level: float, resamples: int, seed: int) -> float:
    n = int(counts.sum())
    if switched < FEW:
        return clopper_pearson(switched, n, level)[1]
    drawn = np.random.default_rng(seed).multinomial(n, counts.ravel() / n, size=resamples)
    return float(np.quantile(_distances(drawn.reshape(-1, *counts.shape)), (1 + level) / 2))


def distance_table(
    arms: Mapping[str, pd.DataFrame], baseline: pd.DataFrame, level: float = 0.95, *, seed: int = 1
) -> pd.DataFrame:
    """The distance of each arm's outcomes from the baseline's: `arm` and the columns of `Distance`.

    Tables are like `Results.episodes`; episodes that failed in either arm are left out of both.
    """
    rows = []
    for name, episodes in arms.items():
        ours, theirs = matched(episodes, baseline)
        one, other = (table["outcome"].cat.codes.to_numpy() for table in (ours, theirs))
        rows.append({"arm": name, **asdict(total_variation(one, other, level, seed=seed))})
    table = pd.DataFrame(rows)
    table.attrs = {"level": level}
    return table


def distance_over_points(
    arms: Mapping[str, NDArray[np.int16]], baseline: NDArray[np.int16], level: float = 0.95
) -> pd.DataFrame:
    """The distance at every point of a sample of what is not known: the range first, then the mean over points.

    Arrays are like `Sweep.outcomes`, -1 for failed episodes. Columns: `arm`, `points`, `n` (pairs at all points),
    `range_low` to `range_high` (nine points in ten, chance included, so rather too wide), `distance` (the mean of the
    points' held-out distances) with Student's interval `low` to `high`, whose unit is the point, and `plug_in`.
    """
    rows = []
    for name, outcomes in arms.items():
        found = [_at_point(*pair) for pair in zip(outcomes, baseline, strict=True)]
        held_out = np.array([one.distance for one in found])
        mean = paired_mean(held_out, np.zeros(len(held_out)), level)
        low, high = np.nanquantile(held_out, INNER)
        rows.append(
            {
                "arm": name,
                "points": len(found),
                "n": sum(one.n for one in found),
                "range_low": float(low),
                "range_high": float(high),
                "distance": mean.difference,
                "low": max(0.0, mean.low),
                "high": mean.high,
                "plug_in": float(np.nanmean([one.plug_in for one in found])),
            }
        )
    table = pd.DataFrame(rows)
    table.attrs = {"level": level}
    return table


def _at_point(arm: NDArray[np.int16], baseline: NDArray[np.int16]) -> Distance:
    done = (arm >= 0) & (baseline >= 0)
    return total_variation(arm[done], baseline[done], resamples=1)
