"""What goes with a result over a sample of what is not known: partial rank correlations, and low against high."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.ensembles import Observed
from wargame.analysis.refusals import NotForThis, TooFew
from wargame.analysis.shares import clustered_mean

__all__ = ["low_and_high", "partial_rank_correlations"]

WIDEST = 0.2
"""The half-width that a correlation near 0 may have at most."""

EXACT = 1e-12
"""The unexplained part of the variance below which ranks are taken to be explained in full."""

FIFTH = 0.2
LEAST_ROWS = 20
"""Rows that a fifth must have at least."""


def partial_rank_correlations(
    observed: Observed, *, level: float = 0.95, widest: float = WIDEST
) -> pd.DataFrame:
    """How a result goes with each parameter, the others held constant, whatever the shape as long as it is monotone.

    Statistic: the partial rank correlation, that of the ranks of result and parameter after the ranks of all other
    parameters have been taken out of both by regression. Interval: Fisher's transformation, with Bonett and Wright's
    standard error for ranks, each parameter by itself. `beyond_luck` is whether it would differ from 0 at a level
    divided by the number of parameters (Bonferroni): of a hundred parameters that do nothing, five have intervals of
    95 % without the 0. Rows by falling size: `parameter`, `correlation`, `low`, `high`, `beyond_luck`. `attrs`: `n`
    rows, `level`.

    Rows without a value and parameters with a single one are left out. What luck adds to a result, one episode or the
    share of a few, draws all correlations towards 0 and leaves their order. TooFew if a correlation near 0 would be
    known to less than `widest`, with the number that would do. Source: McKay, Conover and Beckman 1979; Iman and
    Conover 1982; Bonett and Wright 2000, "Sample size requirements for estimating Pearson, Kendall and Spearman
    correlations".
    """
    whole = observed.complete()
    inputs = whole.inputs.loc[:, whole.inputs.nunique() > 1]
    count = inputs.shape[1]
    z = NormalDist().inv_cdf((1 + level) / 2)
    freedom = len(inputs) - count - 2
    needed = count + 2 + math.ceil((z / widest) ** 2)
    if len(inputs) < needed:
        raise TooFew(
            f"{len(inputs):,} {'points' if whole.n.max(initial=0) > 1 else 'rows'} are too few for the correlations of "
            f"{observed.name} with {count} parameters",
            f"Give at least {needed:,}, or vary fewer parameters (--over).",
            needed,
        )
    if np.ptp(whole.value) == 0:
        raise NotForThis(f"{observed.name} is the same in every row", "Ask for another result.")
    correlation = _partial(np.column_stack([inputs.rank().to_numpy(), pd.Series(whole.value).rank()]))
    error = np.sqrt((1 + correlation**2 / 2) / freedom)
    middle = np.arctanh(np.clip(correlation, -1 + 1e-12, 1 - 1e-12))
    corrected = NormalDist().inv_cdf(1 - (1 - level) / 2 / count)
    table = pd.DataFrame(
        {
            "parameter": list(inputs.columns),
            "correlation": correlation,
            "low": np.tanh(middle - z * error),
            "high": np.tanh(middle + z * error),
            "beyond_luck": np.abs(middle) > corrected / math.sqrt(freedom),
        }
    )
    order = table["correlation"].abs().sort_values(ascending=False, kind="stable").index
    table = table.loc[order].reset_index(drop=True)
    table.attrs = {"n": len(inputs), "level": level}
    return table


def low_and_high(observed: Observed, *, level: float = 0.95) -> pd.DataFrame:
    """The result where a parameter is low, and where it is high: the numbers of a tornado.

    Statistic: the share or mean over the rows in which the parameter is in its lowest fifth, and in its highest, all
    other parameters as they were drawn; `swing` is the difference, high less low. Intervals: those of `clustered_mean`
    with rows as units, and for the swing the normal one of two independent groups. Where rows were drawn one by one,
    the ends of the fifths are estimates too, and the intervals hold what that leaves open. Rows by falling swing:
    `parameter`, `low_below` and `high_above` (where the fifths end), `at_low`, `at_low_low`, `at_low_high`, `at_high`,
    `at_high_low`, `at_high_high`, `swing`, `swing_low`, `swing_high`. `attrs`: `n` rows, `base` (the result over all of
    them), `level`. Where a parameter has few values, each group holds all rows up to, and from, the fifth's end.

    A parameter with a single value is left out. TooFew if a fifth has fewer than twenty rows. A sample is needed: over
    the points of another design the fifths would have no meaning.
    """
    whole = observed.complete()
    needed = math.ceil(LEAST_ROWS / FIFTH)
    if len(whole.value) < needed:
        raise TooFew(
            f"{len(whole.value)} rows are too few: a fifth of them would be fewer than {LEAST_ROWS}",
            f"Give at least {needed} points or episodes.",
            needed,
        )
    rows = []
    for name in whole.inputs.columns:
        column = whole.inputs[name].to_numpy(dtype=np.float64)
        below, above = np.quantile(column, [FIFTH, 1 - FIFTH])
        if below == above:
            continue
        low = clustered_mean(whole, column <= below, level, edge=_edge(whole, column))
        high = clustered_mean(whole, column >= above, level, edge=_edge(whole, -column))
        half = NormalDist().inv_cdf((1 + level) / 2) * math.hypot(low.error, high.error)
        swing = high.mean - low.mean
        rows.append(
            {
                "parameter": name,
                "low_below": below,
                "high_above": above,
                "at_low": low.mean,
                "at_low_low": low.low,
                "at_low_high": low.high,
                "at_high": high.mean,
                "at_high_low": high.low,
                "at_high_high": high.high,
                "swing": swing,
                "swing_low": swing - half,
                "swing_high": swing + half,
            }
        )
    if not rows:
        raise NotForThis("no parameter has a lowest and a highest fifth", "Vary numbers over a range.")
    table = pd.DataFrame(rows)
    table = table.loc[table["swing"].abs().sort_values(ascending=False, kind="stable").index].reset_index(
        drop=True
    )
    every = clustered_mean(whole, np.ones(len(whole.value), dtype=bool), level)
    table.attrs = {"n": len(whole.value), "base": every.mean, "level": level}
    return table


def _edge(observed: Observed, column: NDArray[np.float64]) -> float | None:
    """The result to expect where the lowest fifth of a number ends: over as many rows as a fifth has, around there.

    None where the end is known: in a Latin hypercube, and for a number with few values, of which all rows with the one
    at the end belong to the fifth.
    """
    count = len(column)
    fifth = round(FIFTH * count)
    order = np.argsort(column, kind="stable")
    if observed.is_stratified or column[order[fifth - 1]] == column[order[fifth]]:
        return None
    around = order[fifth - fifth // 2 : fifth + fifth // 2]
    return float(np.average(observed.value[around], weights=observed.n[around]))


def _partial(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """The partial correlation of the last column with each of the others.

    From the coefficients b of the regression on standardized columns, the diagonal d of the inverse of the others'
    correlations and the unexplained part u of the variance: b / sqrt(b**2 + d * u).
    """
    correlations = np.asarray(np.corrcoef(columns, rowvar=False))
    # The pseudo-inverse: a design may tie two parameters to each other.
    inverse = np.linalg.pinv(correlations[:-1, :-1], hermitian=True)
    slopes = inverse @ correlations[:-1, -1]
    unexplained = max(1 - float(slopes @ correlations[:-1, -1]), EXACT)
    return np.asarray(slopes / np.sqrt(slopes**2 + np.diag(inverse) * unexplained))
