"""Intervals for shares in a table: for chance alone. More episodes narrow them, and make nothing truer."""

from __future__ import annotations

import pandas as pd

from wargame.experiment.intervals import clopper_pearson, share_interval, t_quantile, wilson

__all__ = ["clopper_pearson", "share_interval", "t_quantile", "wilson", "with_shares"]


def with_shares(table: pd.DataFrame, *, hits: str, total: str, level: float = 0.95) -> pd.DataFrame:
    """The table with `share`, `low` and `high` added: hits of total, row by row.

    Statistic: the share hits / total, NaN where total is 0. Interval: each row by itself, Wilson's score
    interval, or Clopper and Pearson's below ten hits or misses; for hits that are independent, one per
    episode at most. Source: Brown, Cai and DasGupta 2001.
    """
    counts = [(int(k), int(n)) for k, n in zip(table[hits], table[total], strict=True)]
    intervals = [share_interval(k, n, level) for k, n in counts]
    added = table.copy()
    added["share"] = [k / n if n else float("nan") for k, n in counts]
    added["low"] = [low for low, _ in intervals]
    added["high"] = [high for _, high in intervals]
    return added
