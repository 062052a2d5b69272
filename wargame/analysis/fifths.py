"""Which unknown number moves a result: its mean in the lowest and in the highest fifth of each number.

The plainest reading of a random sample of what is not known: everything else varies as it does, so the difference is
the number's own effect averaged over the rest (its main effect), of whatever shape as long as it rises or falls.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wargame.experiment.intervals import t_quantile

__all__ = ["fifths"]

LOWEST, HIGHEST = 0.2, 0.8
LEAST = 5
"""Fewer values than this on either side say nothing."""

COLUMNS = ["name", "lowest", "highest", "difference", "low", "high", "n_lowest", "n_highest"]


def fifths(numbers: pd.DataFrame, result: ArrayLike, level: float = 0.95) -> pd.DataFrame:
    """The result's mean where each number is in its lowest and in its highest fifth, the largest difference first.

    `numbers` has a column for each unknown number and a row for each independent unit: a point of a Latin hypercube,
    or an episode that drew its own. `result` is the result of each unit; units without one are left out. Of a number
    with few distinct values the lowest and the highest value take the place of fifths.

    Columns: `name`, `lowest`, `highest` (means), `difference` with `low` to `high`, `n_lowest`, `n_highest`. Interval:
    Welch's for two means, at a level of 1 - (1 - level) / columns, so that all intervals of the table hold together
    (Bonferroni): whatever stands at the top was looked for.
    """
    values = np.asarray(result, dtype=np.float64)
    there = ~np.isnan(values)
    each = 1 - (1 - level) / max(numbers.shape[1], 1)
    rows = []
    for name in numbers.columns:
        column = numbers[name].to_numpy(dtype=np.float64)
        row = _row(column[there], values[there], each)
        if row is not None:
            rows.append({"name": str(name), **row})
    table = pd.DataFrame(rows, columns=COLUMNS)
    order = table["difference"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order].reset_index(drop=True)
    table.attrs = {"level": level, "each": each}
    return table


def _row(column: NDArray[np.float64], values: NDArray[np.float64], level: float) -> dict[str, Any] | None:
    """The two ends of one number; None where they cannot be told apart or hold too few."""
    if not len(column):
        return None
    first, last = np.quantile(column, [LOWEST, HIGHEST])
    if first >= last:
        first, last = column.min(), column.max()
        if first >= last:
            return None
    low, high = values[column <= first], values[column >= last]
    if min(len(low), len(high)) < LEAST:
        return None
    difference = float(high.mean() - low.mean())
    half = _half_width(low, high, level)
    return {
        "lowest": float(low.mean()),
        "highest": float(high.mean()),
        "difference": difference,
        "low": difference - half,
        "high": difference + half,
        "n_lowest": len(low),
        "n_highest": len(high),
    }


def _half_width(one: NDArray[np.float64], other: NDArray[np.float64], level: float) -> float:
    """Half of Welch's interval (Welch 1947, with Satterthwaite's degrees of freedom)."""
    parts = [float(sample.var(ddof=1)) / len(sample) for sample in (one, other)]
    error = sum(parts)
    if error == 0:
        return 0.0
    sizes = (len(one), len(other))
    freedom = error**2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    return t_quantile(level, max(1, math.floor(freedom))) * math.sqrt(error)
