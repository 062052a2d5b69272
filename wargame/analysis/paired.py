"""Two arms of an experiment, episode by episode: because arms share their draws, differences are paired.

Episode 17 of one arm meets the same luck as episode 17 of the other. What chance does to both cancels in the
difference, so its interval is narrower than that of two runs with draws of their own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wargame.experiment.intervals import t_quantile, wilson

__all__ = [
    "Difference",
    "difference_row",
    "matched",
    "paired_differences",
    "paired_mean",
    "paired_share",
    "switches",
]

Numbers = NDArray[np.float64]

KINDS = {"metric.": "metric", "payoff.": "payoff"}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What an arm has more than the baseline, with its interval, and that of two independent runs as large.

    `n` counts the units, episodes or the points of a design; `baseline` and `value`, the arm's, are over the same ones.
    `factor` is the ratio of the squared widths of the two intervals: so many times as many episodes would independent
    runs need. It is missing where there is nothing to compare, and infinite where the arms never differ in a number
    that varies.
    """

    n: int
    baseline: float
    value: float
    difference: float
    low: float
    high: float
    unpaired_low: float
    unpaired_high: float
    factor: float


def paired_share(arm: ArrayLike, baseline: ArrayLike, level: float = 0.95) -> Difference:
    """The difference of two shares over the same episodes, from whether each has what is counted.

    Interval: the score interval for matched pairs of Tango 1998, "Equivalence test and confidence interval for the
    difference in proportions for the paired-sample design"; arms that never differed in n episodes get an interval of
    about 4 / n to either side of 0, not one without width. Independent runs: the score interval of Newcombe 1998,
    "Interval estimation for the difference between independent proportions", method 10.
    """
    one, other = np.asarray(arm, dtype=bool), np.asarray(baseline, dtype=bool)
    n = len(one)
    if not n:
        return _nothing()
    gained, lost = int((one & ~other).sum()), int((other & ~one).sum())
    low, high = _tango(gained, lost, n, level)
    hits = int(one.sum()), int(other.sum())
    apart_low, apart_high = _newcombe(hits, n, level)
    return Difference(
        n=n,
        baseline=hits[1] / n,
        value=hits[0] / n,
        difference=(gained - lost) / n,
        low=low,
        high=high,
        unpaired_low=apart_low,
        unpaired_high=apart_high,
        factor=((apart_high - apart_low) / (high - low)) ** 2 if any(hits) else math.nan,
    )


def _tango(gained: int, lost: int, n: int, level: float) -> tuple[float, float]:
    """The differences at which the score test does not reject, by bisection: its statistic falls as they rise."""
    z = NormalDist().inv_cdf((1 + level) / 2)

    def score(difference: float) -> float:
        """The distance from what was found, in standard errors under that difference."""
        middle = (2 * n - gained + lost) * difference - gained - lost
        root = math.sqrt(max(0.0, middle**2 + 8 * n * lost * difference * (1 - difference)))
        variance = n * ((root - middle) / n / 2 + difference * (1 - difference))
        distance = gained - lost - n * difference
        return distance / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, distance)

    found = (gained - lost) / n
    low = found if found <= -1 else _crossing(score, -1.0, found, z)
    high = found if found >= 1 else _crossing(score, found, 1.0, -z)
    return low, high


def _crossing(falling: Callable[[float], float], low: float, high: float, level: float) -> float:
    """Where a falling function crosses a level, to the last bit."""
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if falling(middle) > level:
            low = middle
        else:
            high = middle


def _newcombe(hits: tuple[int, int], n: int, level: float) -> tuple[float, float]:
    one, other = hits[0] / n, hits[1] / n
    (low, high), (other_low, other_high) = (wilson(count, n, level) for count in hits)
    difference = one - other
    return (
        difference - math.hypot(one - low, other_high - other),
        difference + math.hypot(high - one, other - other_low),
    )


def paired_mean(arm: ArrayLike, baseline: ArrayLike, level: float = 0.95) -> Difference:
    """The difference of two means over the same units, where both numbers are there.

    Interval: Student's, for the mean of the differences; independent runs: Welch's, with the degrees of freedom of the
    paired one, so that the two differ in nothing but the pairing. None below two units.
    """
    one, other = np.asarray(arm, dtype=np.float64), np.asarray(baseline, dtype=np.float64)
    there = ~(np.isnan(one) | np.isnan(other))
    one, other = one[there], other[there]
    n = len(one)
    if not n:
        return _nothing()
    gaps = one - other
    difference = float(gaps.mean())
    half = apart = math.nan
    if n > 1:
        t = t_quantile(level, n - 1)
        half = t * float(gaps.std(ddof=1)) / math.sqrt(n)
        apart = t * math.sqrt((float(one.var(ddof=1)) + float(other.var(ddof=1))) / n)
    return Difference(
        n=n,
        baseline=float(other.mean()),
        value=float(one.mean()),
        difference=difference,
        low=difference - half,
        high=difference + half,
        unpaired_low=difference - apart,
        unpaired_high=difference + apart,
        factor=_ratio(apart, half),
    )


def _ratio(apart: float, half: float) -> float:
    if not apart > 0:
        return math.nan
    return (apart / half) ** 2 if half > 0 else math.inf


def _nothing() -> Difference:
    nan = math.nan
    return Difference(
        n=0,
        baseline=nan,
        value=nan,
        difference=nan,
        low=nan,
        high=nan,
        unpaired_low=nan,
        unpaired_high=nan,
        factor=nan,
    )


def matched(arm: pd.DataFrame, baseline: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The episodes that both arms completed, in the same order: tables like `Results.episodes`."""
    done = [table[table["outcome"].notna()].set_index("episode") for table in (arm, baseline)]
    shared = done[0].index.intersection(done[1].index)
    return done[0].loc[shared], done[1].loc[shared]


def paired_differences(
    arm: pd.DataFrame, baseline: pd.DataFrame, level: float = 0.95, *, unit: str | None = None
) -> pd.DataFrame:
    """Every outcome share, metric and payoff of an arm less that of the baseline.

    Columns: `kind` (outcome, metric, payoff), `name`, and those of `Difference`. Episodes that failed in either arm are
    left out of both; a metric that is missing in either arm is compared over the episodes in which both have it. With
    `unit`, a column such as the point of a design, episodes are averaged within it first, and its values are what is
    counted: chance and what is not known are then both in the interval.
    """
    ours, theirs = matched(arm, baseline)
    rows = []
    for outcome in baseline["outcome"].cat.categories:
        hits = [(table["outcome"] == outcome).to_numpy() for table in (ours, theirs)]
        rows.append({"kind": "outcome", "name": outcome, **_row(hits, _units(ours, unit), True, level)})
    for column in baseline.columns:
        kind = next((kind for start, kind in KINDS.items() if column.startswith(start)), None)
        if kind is None or column not in ours.columns:
            continue
        values = [table[column].to_numpy(dtype=np.float64) for table in (ours, theirs)]
        counted = all(_is_counted(one[~np.isnan(one)]) for one in values)
        name = column.split(".", 1)[1]
        rows.append({"kind": kind, "name": name, **_row(values, _units(ours, unit), counted, level)})
    table = pd.DataFrame(rows)
    table.attrs = {"level": level, "unit": unit or "episode"}
    return table


def _is_counted(values: Numbers) -> bool:
    """Whether numbers say of each episode whether something happened; all 0 or all 1 does not show it of another."""
    return bool(np.isin(values, (0.0, 1.0)).all())


def _units(table: pd.DataFrame, unit: str | None) -> NDArray[Any] | None:
    return None if unit is None else table[unit].to_numpy()


def _row(
    values: list[NDArray[Any]], units: NDArray[Any] | None, counted: bool, level: float
) -> dict[str, Any]:
    """One comparison; `counted` numbers are all 0 or 1."""
    if units is not None:
        one, other = (np.asarray(column, dtype=np.float64) for column in values)
        there = ~(np.isnan(one) | np.isnan(other))
        found = paired_mean(_means(one[there], units[there]), _means(other[there], units[there]), level)
    elif counted:
        one, other = (np.asarray(column, dtype=np.float64) for column in values)
        there = ~(np.isnan(one) | np.isnan(other))
        found = paired_share(one[there] == 1, other[there] == 1, level)
    else:
        found = paired_mean(values[0], values[1], level)
    return difference_row(found)


def difference_row(found: Difference) -> dict[str, Any]:
    """A difference as a row of a table."""
    return asdict(found)


def _means(values: Numbers, units: NDArray[Any]) -> Numbers:
    """The mean within each unit."""
    _, place = np.unique(units, return_inverse=True)
    means: Numbers = np.bincount(place, weights=values) / np.bincount(place)
    return means


def switches(arm: pd.DataFrame, baseline: pd.DataFrame) -> pd.DataFrame:
    """How many episodes end otherwise in the arm, from what to what: `from`, `to`, `n`, `share`; the most first.

    `share` is of the episodes that both arms completed, which `table.attrs["total"]` counts.
    """
    ours, theirs = matched(arm, baseline)
    pairs = pd.DataFrame(
        {"from": theirs["outcome"].astype(str).to_numpy(), "to": ours["outcome"].astype(str).to_numpy()}
    )
    changed = pairs[pairs["from"] != pairs["to"]]
    table = changed.value_counts(["from", "to"], sort=False).rename("n").reset_index()
    table = table.sort_values(["n", "from", "to"], ascending=[False, True, True], ignore_index=True)
    table["share"] = table["n"] / max(len(pairs), 1)
    table.attrs = {"total": len(pairs)}
    return table
