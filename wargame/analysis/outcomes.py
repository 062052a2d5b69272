"""How episodes end, and with what that goes together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wargame.analysis.intervals import with_shares

__all__ = ["association", "cross_table", "outcome_shares"]

DISTINCT = 12
"""A column of numbers with more distinct values than this is cut into classes."""


def outcome_shares(
    episodes: pd.DataFrame, by: str | None = None, *, classes: int = 4, level: float = 0.95
) -> pd.DataFrame:
    """Share of each outcome among completed episodes, overall or within each group of another column.

    Statistic: n / total within a group; failed episodes are left out. Interval: that of `with_shares`.
    Columns: the name of `by` (where given), `outcome`, `n`, `total`, `share`, `low`, `high`.
    """
    done = episodes[episodes["outcome"].notna()]
    if by is None:
        counts = done["outcome"].value_counts(sort=False).rename("n").rename_axis("outcome").reset_index()
        return with_shares(counts.assign(total=len(done)), hits="n", total="total", level=level)
    return cross_table(done, by, "outcome", classes=classes, level=level)


def cross_table(
    episodes: pd.DataFrame, rows: str, columns: str, *, classes: int = 4, level: float = 0.95
) -> pd.DataFrame:
    """Counts of every pair of values of two columns, and shares within each row.

    A column of numbers with more than twelve distinct values is cut at its quantiles into `classes` classes.
    Episodes in which either is missing are left out. Statistic: n / total, where total counts the row.
    Interval: that of `with_shares`. Columns: the two names, `n`, `total`, `share`, `low`, `high`; every
    combination has its row.
    """
    _check(episodes, (rows, columns))
    present = episodes[[rows, columns]].dropna()
    left, right = classed(present[rows], classes), classed(present[columns], classes)
    counts = pd.crosstab(left, right, dropna=False)
    cells = pd.Series(
        counts.to_numpy().ravel(), index=pd.MultiIndex.from_product([counts.index, counts.columns])
    )
    tidy = cells.rename("n").rename_axis([rows, columns]).reset_index()
    tidy["total"] = counts.sum(axis=1).to_numpy().repeat(counts.shape[1])
    return with_shares(tidy, hits="n", total="total", level=level)


def association(episodes: pd.DataFrame, first: str, second: str, *, classes: int = 4) -> float:
    """Cramér's V of two columns, 0 (none) to 1 (one tells the other), corrected for its bias.

    Numbers are cut as in `cross_table`. NaN if either column has a single value. A measure of size only: it
    comes without an interval, and says nothing about cause. Source: Bergsma 2013, "A bias-correction for
    Cramér's V".
    """
    table = cross_table(episodes, first, second, classes=classes)
    counts = table["n"].to_numpy(dtype=float).reshape(-1, table[second].nunique())
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n, (height, width) = counts.sum(), counts.shape
    if min(height, width) < 2 or n < 2:
        return float("nan")
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0, keepdims=True) / n
    square = ((counts - expected) ** 2 / expected).sum() / n
    excess = max(0.0, square - (height - 1) * (width - 1) / (n - 1))
    most = min(side - (side - 1) ** 2 / (n - 1) for side in (height, width)) - 1
    return float(np.sqrt(excess / most))


def classed(column: pd.Series, classes: int) -> pd.Series:
    """The column as categories: numbers with many values are cut at their quantiles."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > DISTINCT:
        return pd.qcut(column, classes, duplicates="drop")
    return column.astype("category")


def _check(table: pd.DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise KeyError(f"no column {missing[0]!r}; there are {', '.join(map(str, table.columns))}")
