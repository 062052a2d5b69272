"""What was played: shares turn by turn, and how long an actor stays with a policy."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.intervals import with_shares

__all__ = ["policy_shares", "spell_lengths", "spells"]


def policy_shares(policies: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Policies by turn with intervals: `turn`, `actor`, `policy`, `n`, `running`, `share`, `low`, `high`.

    Statistic: n / running, the episodes that played the policy among those that played the turn. Interval:
    that of `with_shares`, each turn and policy by itself.
    """
    columns = ["turn", "actor", "policy", "n", "running"]
    return with_shares(policies[columns], hits="n", total="running", level=level)


def spells(sample_plays: pd.DataFrame) -> pd.DataFrame:
    """Every spell, a run of consecutive turns on which an actor played one policy, in the sampled episodes.

    Columns: `episode`, `actor`, `policy`, `start` (turn), `length` (turns), `cut`: whether the episode's end,
    not the actor, ended it.
    """
    keys = ["episode", "actor", "policy"]
    plays = sample_plays.sort_values([*keys, "turn"], kind="stable")
    same = (plays[keys] == plays[keys].shift()).all(axis=1) & (plays["turn"] == plays["turn"].shift() + 1)
    grouped = plays.assign(spell=(~same).cumsum()).groupby("spell", sort=False)
    table = grouped.agg(
        episode=("episode", "first"),
        actor=("actor", "first"),
        policy=("policy", "first"),
        start=("turn", "first"),
        length=("turn", "size"),
    ).reset_index(drop=True)
    last = sample_plays.groupby("episode")["turn"].max()
    table["cut"] = table["start"] + table["length"] - 1 == table["episode"].map(last)
    return table.sort_values(["episode", "actor", "start"], kind="stable", ignore_index=True)


def spell_lengths(
    sample_plays: pd.DataFrame, *, by_policy: bool = False, level: float = 0.95
) -> pd.DataFrame:
    """How long spells last, per actor or per actor and policy, in turns.

    Statistic: the median length, with quartiles, over all spells; spells that the episode's end cut short
    count as they are, so where `cut` (their share) is large the median is too low. Interval: Woodruff's, with
    episodes as clusters, because the spells of one episode are not independent; missing below two episodes.
    Source: Woodruff 1952, "Confidence intervals for medians and other position measures". Columns: `actor`,
    (`policy`,) `spells`, `episodes`, `cut`, `median`, `low`, `high`, `q25`, `q75`.
    """
    keys = ["actor", "policy"] if by_policy else ["actor"]
    rows = []
    for key, group in spells(sample_plays).groupby(keys, sort=False):
        length = group["length"].to_numpy(dtype=np.float64)
        low, high = _woodruff(length, group["episode"].to_numpy(), level)
        row: dict[str, Any] = dict(zip(keys, key, strict=True))
        row |= {
            "spells": len(group),
            "episodes": group["episode"].nunique(),
            "cut": float(group["cut"].mean()),
            "median": float(np.median(length)),
            "low": low,
            "high": high,
            "q25": float(np.quantile(length, 0.25)),
            "q75": float(np.quantile(length, 0.75)),
        }
        rows.append(row)
    names = [*keys, "spells", "episodes", "cut", "median", "low", "high", "q25", "q75"]
    return pd.DataFrame(rows, columns=names)


def _woodruff(values: NDArray[np.float64], clusters: NDArray[Any], level: float) -> tuple[float, float]:
    """Interval of a median: that of the share at or below it, carried back through the distribution."""
    _, cluster = np.unique(clusters, return_inverse=True)
    count = int(cluster.max()) + 1
    if count < 2:
        return math.nan, math.nan
    below = values <= np.median(values)
    residuals = np.bincount(cluster, weights=below - below.mean())
    error = math.sqrt(count / (count - 1) * float((residuals**2).sum())) / len(values)
    half = NormalDist().inv_cdf((1 + level) / 2) * error
    ends = np.clip([0.5 - half, 0.5 + half], 0, 1)
    low, high = np.quantile(values, ends, method="inverted_cdf")
    return float(low), float(high)
