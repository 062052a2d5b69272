"""When things happen: the share of episodes that have ended in each way, or seen an event, by each turn.

Several ends compete, and the first to come takes the episode. The cumulative incidence of one of them is the share of
all episodes that have ended in it so far. One minus a Kaplan-Meier curve that treats the other ends as censoring is
not that: it says what would happen if they could not (Putter, Fiocco and Geskus 2007, "Tutorial in biostatistics:
competing risks and multi-state models").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.experiment.intervals import share_interval

__all__ = ["NEVER", "event_incidence", "median_turns", "outcome_incidence"]

NEVER = "ended without"
"""The end that competes with an event: the episode was over before it came."""


def outcome_incidence(
    episodes: pd.DataFrame, *, horizon: int | None = None, level: float = 0.95
) -> pd.DataFrame:
    """The share of completed episodes that had ended in each outcome by the end of each turn.

    `episodes` needs `outcome` and `length`; `horizon` is the number of turns, by default the longest episode's. An
    outcome that is only settled at the horizon comes on the last turn. Statistic: n / total, the Aalen-Johansen
    estimate: nobody leaves before the horizon, so no episode is censored and it is a plain share (Aalen and Johansen
    1978, "An empirical transition matrix for nonhomogeneous Markov chains based on censored observations"). Interval:
    that of `with_shares`, each turn and outcome by itself, not the curve as a whole. Columns: `outcome`, `turn`, `n`,
    `total`, `share`, `low`, `high`; outcomes in the order of their categories.
    """
    done = episodes[episodes["outcome"].notna()]
    kinds = done["outcome"].astype("category")
    turns = int(done["length"].max()) if horizon is None and len(done) else horizon or 0
    counts = _counts(
        kinds.cat.codes.to_numpy(), done["length"].to_numpy() - 1, len(kinds.cat.categories), turns
    )
    return _table("outcome", list(kinds.cat.categories), counts, len(done), level)


def event_incidence(
    episodes: pd.DataFrame, metrics: Sequence[str], *, horizon: int | None = None, level: float = 0.95
) -> pd.DataFrame:
    """The share of completed episodes that had seen an event by the end of each turn, or ended without it.

    `metrics` are names of metrics of the kind `first(...)`: the turn on which something was first true, missing where
    it never was. Statistic and interval: those of `outcome_incidence`, with the end of the episode as what competes.
    Columns: `event` (the metric), `state` (`happened` or `ended without`), `turn`, `n`, `total`, `share`, `low`,
    `high`.
    """
    done = episodes[episodes["outcome"].notna()]
    turns = int(done["length"].max()) if horizon is None and len(done) else horizon or 0
    tables = []
    for metric in metrics:
        first = done[f"metric.{metric}"].to_numpy(dtype=np.float64)
        missed = np.isnan(first)
        when = np.where(missed, done["length"].to_numpy() - 1, first)
        counts = _counts(missed.astype(np.int64), when, 2, turns)
        table = _table("state", ["happened", NEVER], counts, len(done), level)
        table.insert(0, "event", metric)
        tables.append(table)
    columns = ["event", "state", "turn", "n", "total", "share", "low", "high"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def median_turns(episodes: pd.DataFrame, metrics: Sequence[str], *, level: float = 0.95) -> pd.DataFrame:
    """For each event the share of completed episodes that saw it, and how many turns it took in these.

    Statistic: n / total, and the median of the turn, counted from 1, among the n. Interval of the share: that of
    `with_shares`. Of the median: by the order statistics, from the binomial distribution, so that it covers at least
    as often as it says (Conover 1999, "Practical nonparametric statistics", section 3.2); missing if n is too small
    for one. Columns: `event`, `n`, `total`, `share`, `low`, `high`, `median`, `median_low`, `median_high`.
    """
    done = episodes[episodes["outcome"].notna()]
    rows: list[dict[str, Any]] = []
    for metric in metrics:
        values = np.sort(done[f"metric.{metric}"].dropna().to_numpy(dtype=np.float64)) + 1
        n, total = len(values), len(done)
        low, high = share_interval(n, total, level)
        ends = _median_interval(values, level)
        rows.append(
            {
                "event": metric,
                "n": n,
                "total": total,
                "share": n / total if total else np.nan,
                "low": low,
                "high": high,
                "median": float(np.median(values)) if n else np.nan,
                "median_low": ends[0],
                "median_high": ends[1],
            }
        )
    names = ["event", "n", "total", "share", "low", "high", "median", "median_low", "median_high"]
    return pd.DataFrame(rows, columns=names)


def _median_interval(ordered: NDArray[np.float64], level: float) -> tuple[float, float]:
    """The order statistics between which the median lies; NaN where the sample is too small."""
    n = len(ordered)
    # The probability that at most so many values lie below the median, in logarithms until the end.
    ways = np.concatenate([[0.0], np.cumsum(np.log(np.arange(n, 0, -1)) - np.log(np.arange(1, n + 1)))])
    rank = int(np.searchsorted(np.cumsum(np.exp(ways - n * np.log(2))), (1 - level) / 2, side="right"))
    if rank == 0:
        return float("nan"), float("nan")
    return float(ordered[rank - 1]), float(ordered[n - rank])


def _counts(kinds: NDArray[Any], turn: NDArray[Any], width: int, turns: int) -> NDArray[np.int64]:
    """[width, turns]: how many of each kind have come by the end of each turn."""
    placed = kinds.astype(np.int64) * turns + turn.astype(np.int64)
    each = np.bincount(placed, minlength=width * turns).reshape(width, turns)
    return np.cumsum(each, axis=1)


def _table(
    name: str, kinds: Sequence[str], counts: NDArray[np.int64], total: int, level: float
) -> pd.DataFrame:
    turns = counts.shape[1]
    # The same count comes on many turns, and has one interval.
    known = {int(n): share_interval(int(n), total, level) for n in np.unique(counts)}
    flat = counts.ravel()
    table = pd.DataFrame(
        {
            name: pd.Categorical(np.repeat(kinds, turns), categories=pd.Index(kinds)),
            "turn": np.tile(np.arange(turns), len(kinds)),
            "n": flat,
            "total": total,
            "share": flat / total if total else np.full(len(flat), np.nan),
            "low": [known[int(n)][0] for n in flat],
            "high": [known[int(n)][1] for n in flat],
        }
    )
    table.attrs = {"level": level}
    return table
