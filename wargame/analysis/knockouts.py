"""Knock-outs: whether a mechanism that is switched off moves the number that it is said to move."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

__all__ = ["AGAINST", "AS_STATED", "NOT_SHOWN", "knockout_rows"]

AS_STATED, AGAINST, NOT_SHOWN = "as stated", "the other way", "not shown"


def knockout_rows(
    differences: pd.DataFrame,
    together: pd.DataFrame,
    spreads: pd.DataFrame,
    moves: Mapping[str, Mapping[str, str]],
) -> pd.DataFrame:
    """One row for each arm and each number that it is said to move, in the order of `moves`.

    `differences` are the paired ones of a comparison, with their statistic and interval, and `together` the same at the
    level at which all rows hold together (Bonferroni). `spreads` has `kind`, `name`, `sd`: the standard deviation over
    the baseline's episodes. `moves[arm][name]` is what should happen to the number when the arm switches its mechanism
    off: `lower`, `higher` or `either`.

    Columns: `arm`, `kind`, `name`, `stated`, `n`, `baseline`, `value`, `difference`, `low`, `high`, `effect` (the
    difference in the baseline's standard deviations: what is certain may still be small), `verdict` (`as stated`,
    `the other way`: the interval excludes zero; `not shown`: it does not) and `together`, whether the interval at which
    all rows hold together excludes zero as well.
    """
    rows = []
    for arm, stated in moves.items():
        for name, direction in stated.items():
            row = _row(differences, arm, name)
            wide = _row(together, arm, name)
            known = spreads[(spreads["kind"] == row["kind"]) & (spreads["name"] == name)]["sd"]
            sd = float(known.iloc[0]) if len(known) else np.nan
            rows.append(
                {
                    "arm": arm,
                    "kind": row["kind"],
                    "name": name,
                    "stated": direction,
                    **{key: row[key] for key in ("n", "baseline", "value", "difference", "low", "high")},
                    "effect": row["difference"] / sd if sd > 0 else np.nan,
                    "verdict": _verdict(row["low"], row["high"], direction),
                    "together": bool(wide["low"] > 0 or wide["high"] < 0),
                }
            )
    return pd.DataFrame(rows)


def _row(table: pd.DataFrame, arm: str, name: str) -> pd.Series:
    """The first of that name: an outcome before a metric, a metric before a payoff."""
    return table[(table["arm"] == arm) & (table["name"] == name)].iloc[0]


def _verdict(low: float, high: float, direction: str) -> str:
    if not (low > 0 or high < 0):
        return NOT_SHOWN
    found = "higher" if low > 0 else "lower"
    return AS_STATED if direction in (found, "either") else AGAINST
