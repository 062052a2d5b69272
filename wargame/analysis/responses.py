"""Who answers whom, and how: what an actor plays after another has played something."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.clustered import clustered_difference, clustered_share

__all__ = ["response_table", "responses"]

COLUMNS = [
    "after_actor",
    "after",
    "actor",
    "policy",
    "n",
    "total",
    "episodes",
    "share",
    "low",
    "high",
    "otherwise",
    "difference",
    "difference_low",
    "difference_high",
]


def responses(
    sample_plays: pd.DataFrame, *, actor: str, after: str, lag: int = 1, level: float = 0.95
) -> pd.DataFrame:
    """What `actor` plays `lag` turns after each policy of the actor `after`, in the sampled episodes.

    Statistic: `share` = n / total, where total counts the turns on which `after` played the policy and `actor` played
    anything `lag` turns later; `otherwise` is the same share after its other policies, and `difference` that between
    the two. Intervals: those of `clustered_share` and `clustered_difference`, with the `episodes` in which the policy
    was played as what is counted. The table says what goes together: the state that made one play may have made the
    other. Columns: `after_actor`, `after`, `actor`, `policy`, `n`, `total`, `episodes`, `share`, `low`, `high`,
    `otherwise`, `difference`, `difference_low`, `difference_high`. `KeyError` for an actor that did not play.
    """
    for name in (actor, after):
        if not (sample_plays["actor"] == name).any():
            known = ", ".join(sample_plays["actor"].unique())
            raise KeyError(f"no plays of {name!r}; there are {known}")
    counts, causes, answers = _counts(sample_plays, actor, after, lag)
    turns = counts.sum(axis=2)
    rows: list[dict[str, Any]] = []
    for place, cause in enumerate(causes):
        hits, total = counts[:, place], turns[:, place]
        other_hits, other_total = counts.sum(axis=1) - hits, turns.sum(axis=1) - total
        share, low, high = clustered_share(hits, total, level)
        otherwise = clustered_share(other_hits, other_total, level)[0]
        gap = clustered_difference(hits, total, other_hits, other_total, level)
        for spot, answer in enumerate(answers):
            rows.append(
                {
                    "after_actor": after,
                    "after": cause,
                    "actor": actor,
                    "policy": answer,
                    "n": int(hits[:, spot].sum()),
                    "total": int(total.sum()),
                    "episodes": int((total > 0).sum()),
                    "share": share[spot],
                    "low": low[spot],
                    "high": high[spot],
                    "otherwise": otherwise[spot],
                    **dict(zip(COLUMNS[-3:], (part[spot] for part in gap), strict=True)),
                }
            )
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs = {"level": level, "lag": lag}
    return table


def response_table(sample_plays: pd.DataFrame, *, lag: int = 1, level: float = 0.95) -> pd.DataFrame:
    """`responses` of every actor to every other, one below the other."""
    actors = list(sample_plays["actor"].drop_duplicates())
    pairs = permutations(actors, 2)
    tables = [responses(sample_plays, actor=one, after=other, lag=lag, level=level) for other, one in pairs]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    table.attrs = {"level": level, "lag": lag}
    return table


def _counts(
    sample_plays: pd.DataFrame, actor: str, after: str, lag: int
) -> tuple[NDArray[np.int64], list[str], list[str]]:
    """[episodes, causes, answers]: turns on which each pair came; policies in the order of their first turns."""
    columns = ["episode", "turn", "policy"]
    cause = sample_plays.loc[sample_plays["actor"] == after, columns]
    answer = sample_plays.loc[sample_plays["actor"] == actor, columns]
    answer = answer.assign(turn=answer["turn"] - lag)
    met = cause.merge(answer, on=["episode", "turn"], suffixes=("_cause", "_answer"))
    causes, answers = (list(table["policy"].drop_duplicates()) for table in (cause, answer))
    episodes = np.unique(sample_plays["episode"].to_numpy())
    places = (
        np.searchsorted(episodes, met["episode"].to_numpy()),
        pd.Categorical(met["policy_cause"], categories=causes).codes.astype(np.int64),
        pd.Categorical(met["policy_answer"], categories=answers).codes.astype(np.int64),
    )
    shape = (len(episodes), len(causes), len(answers))
    flat = np.bincount(np.ravel_multi_index(places, shape), minlength=int(np.prod(shape)))
    return flat.reshape(shape), causes, answers
