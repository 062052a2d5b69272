"""What happened for the first time, and when: an actor turned to a policy and stayed with it, or an event came."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from wargame.analysis.spells import spells

__all__ = ["EVENT", "milestones"]

EVENT = "event"
"""What stands for the actor of a milestone that nobody played."""


def milestones(
    sample_plays: pd.DataFrame,
    episodes: pd.DataFrame | None = None,
    *,
    events: Sequence[str] = (),
    stay: int = 2,
) -> pd.DataFrame:
    """The turn on which each thing first happened in each sampled episode: `episode`, `milestone`, `turn`.

    `milestone` is `actor.policy` for the first spell of `stay` turns or more, and its turn is that on which so many
    were complete. A spell from turn 0 on does not count: it is where the game began, and nothing that happened in it.
    Or it is `event.NAME`, for a metric `NAME` of the kind `first(...)` in `events`, which is read from `episodes`.
    """
    runs = spells(sample_plays)
    kept = runs[(runs["length"] >= stay) & (runs["start"] > 0)]
    turned = pd.DataFrame(
        {
            "episode": kept["episode"],
            "milestone": kept["actor"].astype(str) + "." + kept["policy"].astype(str),
            "turn": kept["start"] + stay - 1,
        }
    )
    parts = [turned]
    sampled = sample_plays["episode"].unique()
    for event in events if episodes is not None else ():
        assert episodes is not None
        seen = episodes.loc[episodes["episode"].isin(sampled), ["episode", f"metric.{event}"]].dropna()
        seen = seen.set_axis(["episode", "turn"], axis=1).assign(milestone=f"{EVENT}.{event}")
        parts.append(seen[["episode", "milestone", "turn"]])
    table = pd.concat(parts, ignore_index=True)
    first = table.groupby(["episode", "milestone"], sort=False)["turn"].min().astype(np.int64)
    return first.reset_index().sort_values(["episode", "turn", "milestone"], ignore_index=True)
