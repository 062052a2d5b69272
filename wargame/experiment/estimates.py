"""From a table of episodes to the number that a row of known answers is about, and how far it may be off."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any

from wargame.experiment.expected import ClassicsError, Condition, Row
from wargame.experiment.intervals import FEW, clopper_pearson

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EXACT", "STANDARD_ERRORS", "Estimate", "allowed", "estimate", "is_near"]

STANDARD_ERRORS = 4.0
EXACT = 1e-9

_LEVEL = 2 * NormalDist().cdf(STANDARD_ERRORS) - 1
"""What lies within so many standard errors."""

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A number found in n episodes or one decision; `hits` counts the episodes behind a share."""

    value: float
    n: int
    hits: int | None = None


def estimate(row: Row, table: pd.DataFrame) -> Estimate:
    """The row's statistic. Raises ClassicsError where the table cannot tell it."""
    table = table[_holds(table, row.where)]
    if not len(table):
        raise ClassicsError(f"{row.label}: no episode meets its conditions; play more episodes")
    if row.statistic == "share":
        assert isinstance(row.of, tuple)
        hits = int(_holds(table, row.of).sum())  # type: ignore[arg-type]
        return Estimate(value=hits / len(table), n=len(table), hits=hits)
    names = [row.of] if isinstance(row.of, str) else [str(name) for name in row.of or ()]
    columns = table[names].astype(float)
    if columns.isna().any(axis=None):
        raise ClassicsError(
            f"{row.label}: {' or '.join(names)} is missing in some episodes; it needs a `where`"
        )
    first = columns.iloc[:, 0]
    statistics: dict[str | None, Callable[[], float]] = {
        "mean": first.mean,
        "sd": first.std,
        "variance": first.var,
        "dispersion": lambda: first.var() / first.mean(),
        "correlation": lambda: first.corr(columns.iloc[:, 1]),
    }
    return Estimate(value=float(statistics[row.statistic]()), n=len(table))


def _holds(table: pd.DataFrame, conditions: Iterable[Condition]) -> pd.Series[bool]:
    """Episodes in which every condition holds; a missing value meets none."""
    import pandas as pd

    result = pd.Series(True, index=table.index)
    for column, comparison, value in conditions:
        result &= _COMPARISONS[comparison](table[column], value) & table[column].notna()
    return result


def allowed(row: Row, n: int) -> float:
    """How far the number from n episodes, or from one decision, may lie from the known one."""
    if row.sd is None:
        return row.tolerance * max(1.0, abs(row.value))
    return STANDARD_ERRORS * row.sd / math.sqrt(n)


def is_rare(value: float, n: int) -> bool:
    """Whether a share of this probability has too few hits, or misses, for a normal approximation."""
    return 0 <= value <= 1 and n * min(value, 1 - value) < FEW


def is_near(row: Row, found: Estimate, value: float) -> bool:
    """Whether what was found may be `value`.

    Within four standard errors, or, for a share with fewer than ten hits or misses to expect, within the exact
    interval (Clopper and Pearson 1934) that covers as much.
    """
    if row.sd is not None and found.hits is not None and is_rare(value, found.n):
        low, high = clopper_pearson(found.hits, found.n, _LEVEL)
        return low <= value <= high
    return abs(found.value - value) <= allowed(row, found.n)
