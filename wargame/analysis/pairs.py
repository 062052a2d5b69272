"""A result over two parameters at once: what a heat map shows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.ensembles import Observed
from wargame.analysis.refusals import NotForThis, TooFew
from wargame.analysis.shares import clustered_mean
from wargame.scenario.errors import did_you_mean, join_names

__all__ = ["over_two"]

CLASSES = 5
DISTINCT = 25
"""A parameter with at most so many values is shown by value, as in a grid; otherwise by classes of equal size."""

LEAST_ROWS = 4
"""On average in a cell, where there are classes."""


def over_two(
    observed: Observed, first: str, second: str, *, classes: int = CLASSES, level: float = 0.95
) -> pd.DataFrame:
    """The share or mean of a result in every cell of two parameters, whatever the others are.

    A parameter with at most 25 values, as in a grid, has a class for each; another is cut at its quantiles into
    `classes` of equal size. Statistic and interval: those of `clustered_mean`, with rows as units; a single row with
    many episodes has the interval for chance alone. A row for each cell: `first`, `second` (the middles of the classes:
    the values themselves, or the medians within), `first_low`, `first_high`, `second_low`, `second_high` (the least and
    greatest number in the class), `rows`, `episodes`, `value`, `low`, `high`; NaN where no row fell. `attrs`: `first`,
    `second` (their names), `level`.

    A name may leave out `parameters.`. NotForThis for a name that is not varied; TooFew, with the number that would do,
    if classes would hold fewer than four rows on average.
    """
    whole = observed.complete()
    names = [_found(name, list(whole.inputs.columns)) for name in (first, second)]
    if names[0] == names[1]:
        raise NotForThis(f"{names[0]} is given twice", "Give two different parameters.")
    columns = [whole.inputs[name].to_numpy(dtype=np.float64) for name in names]
    codes = [_classed(column, classes) for column in columns]
    cells = int(codes[0].max() + 1) * int(codes[1].max() + 1)
    is_cut = any(len(np.unique(column)) > DISTINCT for column in columns)
    if is_cut and len(whole.value) < LEAST_ROWS * cells:
        raise TooFew(
            f"{len(whole.value):,} rows are too few for a map of {cells} cells",
            f"Give at least {LEAST_ROWS * cells:,} points or episodes.",
            LEAST_ROWS * cells,
        )
    rows = []
    for y in range(int(codes[1].max()) + 1):
        for x in range(int(codes[0].max()) + 1):
            kept = (codes[0] == x) & (codes[1] == y)
            here = clustered_mean(whole, kept, level)
            row: dict[str, float] = {}
            for side, column, code, place in zip(("first", "second"), columns, codes, (x, y), strict=True):
                inside = column[code == place]
                row |= {side: float(np.median(inside))}
                row |= {f"{side}_low": float(inside.min()), f"{side}_high": float(inside.max())}
            row |= {"rows": here.rows, "episodes": here.episodes}
            rows.append(row | {"value": here.mean, "low": here.low, "high": here.high})
    table = pd.DataFrame(rows)
    table.attrs = {"first": names[0], "second": names[1], "level": level}
    return table


def _found(name: str, known: list[str]) -> str:
    for full in (name, f"parameters.{name}", f"state.{name}"):
        if full in known:
            return full
    remedy = did_you_mean(name, known) or f"name one of {join_names(known)}"
    raise NotForThis(f"{name} is not varied here", remedy)


def _classed(column: NDArray[np.float64], classes: int) -> NDArray[np.intp]:
    """The class of each number, from 0 on and without gaps."""
    values = np.unique(column)
    if len(values) <= DISTINCT:
        return np.asarray(np.searchsorted(values, column))
    ends = np.quantile(column, np.arange(1, classes) / classes)
    return np.asarray(np.unique(np.searchsorted(ends, column, side="left"), return_inverse=True)[1])
