"""What the actors got, by how the episode ended."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from wargame.experiment.intervals import t_quantile

__all__ = ["payoffs_by_outcome"]

PREFIX = "payoff."
QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}


def payoffs_by_outcome(episodes: pd.DataFrame, *, level: float = 0.95) -> pd.DataFrame:
    """Each actor's payoff, its discounted sum over the episode, within each outcome.

    `episodes` needs `outcome` and the columns `payoff.ACTOR`. Statistic: mean, standard deviation and quantiles
    (Hyndman and Fan 1996, type 7) over the `n` completed episodes that ended so. Interval of the mean: Student's,
    missing for one episode. An episode that ends early has fewer turns to add up, which is part of the difference.
    Columns: `outcome`, `actor`, `n`, `mean`, `sd`, `low`, `high`, `q05` to `q95`; only outcomes that happened.
    """
    columns = [name for name in episodes.columns if str(name).startswith(PREFIX)]
    done = episodes[episodes["outcome"].notna()]
    rows: list[dict[str, Any]] = []
    for outcome, group in done.groupby("outcome", observed=True, sort=True):
        for column in columns:
            values = group[column]
            n, mean, sd = len(values), float(values.mean()), float(values.std(ddof=1))
            half = t_quantile(level, n - 1) * sd / math.sqrt(n) if n > 1 else math.nan
            row = {
                "outcome": outcome,
                "actor": str(column).removeprefix(PREFIX),
                "n": n,
                "mean": mean,
                "sd": sd,
            }
            row |= {"low": mean - half, "high": mean + half}
            row |= {name: float(values.quantile(share)) for name, share in QUANTILES.items()}
            rows.append(row)
    names = ["outcome", "actor", "n", "mean", "sd", "low", "high", *QUANTILES]
    table = pd.DataFrame(rows, columns=names)
    table["outcome"] = pd.Categorical(table["outcome"], categories=_order(done["outcome"]))
    table.attrs = {"level": level}
    return table


def _order(outcomes: pd.Series) -> list[Any]:
    return list(outcomes.astype("category").cat.categories)
