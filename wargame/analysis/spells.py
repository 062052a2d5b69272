"""How long an actor stays with a policy: spells, and how many of them last how long.

The end of an episode cuts spells short. Of these it is known that they lasted at least so long, and no more; a median
that took their length as it stands would be too low, and one that left them out as well. The product-limit estimate
counts them for as long as they were seen. A spell that was cut after three turns is known to have outlasted two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.experiment.intervals import t_quantile

__all__ = ["spell_lengths", "spell_survival", "spells"]

Numbers = NDArray[np.float64]


def spells(sample_plays: pd.DataFrame) -> pd.DataFrame:
    """Every spell, a run of consecutive turns on which an actor played one policy, in the sampled episodes.

    Columns: `episode`, `actor`, `policy`, `start` (turn), `length` (turns), `cut`: whether the episode's end,
    not the actor, ended it. What an actor played before turn 0 is not counted.
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


def spell_survival(
    sample_plays: pd.DataFrame, *, by_policy: bool = False, level: float = 0.95
) -> pd.DataFrame:
    """The share of spells that last longer than so many turns, per actor or per actor and policy.

    Statistic: the product-limit estimate, with spells that the episode's end cut short as censored (Kaplan and Meier
    1958, "Nonparametric estimation from incomplete observations"). Interval: pointwise, on the complementary log-log
    scale, with Student's quantiles and a variance that takes the episodes as clusters, for the spells of one are not
    independent (Williams 1995, "Product-limit survival functions with correlated survival times"); missing below two
    episodes, and where the estimate is 1 or 0. Columns: `actor`, (`policy`,) `length`, `at_risk`, `ended`, `share`,
    `low`, `high`.
    """
    tables = []
    for key, group, keys in _groups(sample_plays, by_policy):
        curve = _Curve.of(group)
        low, high = curve.interval(level)
        columns: dict[str, Any] = dict(zip(keys, key, strict=True))
        columns |= {
            "length": np.arange(1, len(curve.share) + 1),
            "at_risk": curve.at_risk,
            "ended": curve.ended,
            "share": curve.share,
            "low": low,
            "high": high,
        }
        tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def spell_lengths(
    sample_plays: pd.DataFrame, *, by_policy: bool = False, level: float = 0.95
) -> pd.DataFrame:
    """How long spells last, per actor or per actor and policy, in turns.

    Statistic: the median, and quartiles, of the product-limit estimate: the shortest length that no more than half of
    the spells outlast; missing where more than half do as far as was seen. Interval of the median: the lengths at
    which the interval of `spell_survival` holds one half (Brookmeyer and Crowley 1982, "A confidence interval for the
    median survival time"); its upper end is missing where that is never left. `plain` is the median of the lengths as
    they stand, and `cut` the share of spells that the end of their episode cut short: where that is large, `plain` is
    too low. Columns: `actor`, (`policy`,) `spells`, `episodes`, `cut`, `plain`, `median`, `low`, `high`, `q25`, `q75`.
    """
    rows = []
    for key, group, keys in _groups(sample_plays, by_policy):
        curve = _Curve.of(group)
        low, high = curve.median_interval(level)
        row: dict[str, Any] = dict(zip(keys, key, strict=True))
        row |= {
            "spells": len(group),
            "episodes": group["episode"].nunique(),
            "cut": float(group["cut"].mean()),
            "plain": float(group["length"].median()),
            "median": curve.quantile(0.5),
            "low": low,
            "high": high,
            "q25": curve.quantile(0.25),
            "q75": curve.quantile(0.75),
        }
        rows.append(row)
    names = ["spells", "episodes", "cut", "plain", "median", "low", "high", "q25", "q75"]
    return pd.DataFrame(rows, columns=[*_keys(by_policy), *names])


def _keys(by_policy: bool) -> list[str]:
    return ["actor", "policy"] if by_policy else ["actor"]


def _groups(sample_plays: pd.DataFrame, by_policy: bool) -> list[tuple[Any, pd.DataFrame, list[str]]]:
    """The spells of each actor, or actor and policy, in the order in which they first come."""
    keys = _keys(by_policy)
    return [
        (key, group, keys) for key, group in spells(sample_plays).groupby(keys, sort=False, observed=True)
    ]


@dataclass(frozen=True, kw_only=True)
class _Curve:
    """A product-limit estimate at the lengths 1, 2, ...; `error` is the standard error of the logarithm of `share`."""

    at_risk: NDArray[np.int64]
    ended: NDArray[np.int64]
    share: Numbers
    error: Numbers
    clusters: int

    @classmethod
    def of(cls, group: pd.DataFrame) -> _Curve:
        """From spells with `episode`, `length` and `cut`."""
        _, cluster = np.unique(group["episode"].to_numpy(), return_inverse=True)
        length, cut = group["length"].to_numpy(), group["cut"].to_numpy()
        shape = (int(cluster.max()) + 1, int(length.max()))
        ended, left = np.zeros(shape), np.zeros(shape)
        np.add.at(ended, (cluster[~cut], length[~cut] - 1), 1)
        # Whether a spell goes on is seen on its next turn. One that was cut has none: it was at risk only before.
        seen = length - cut
        np.add.at(left, (cluster[seen > 0], seen[seen > 0] - 1), 1)
        at_risk = np.cumsum(left[:, ::-1], axis=1)[:, ::-1]
        deaths, risk = ended.sum(axis=0), at_risk.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard = deaths / risk
            pull = (ended - hazard * at_risk) / (risk * (1 - hazard))
        pulls = np.cumsum(pull, axis=1)
        clusters = shape[0]
        scale = clusters / (clusters - 1) if clusters > 1 else np.nan
        last = int((risk > 0).sum())
        return cls(
            at_risk=risk[:last].astype(np.int64),
            ended=deaths[:last].astype(np.int64),
            share=np.cumprod(1 - hazard)[:last],
            error=np.sqrt(scale * (pulls**2).sum(axis=0))[:last],
            clusters=clusters,
        )

    def interval(self, level: float) -> tuple[Numbers, Numbers]:
        """Ends of the interval at each length."""
        quantile = t_quantile(level, self.clusters - 1) if self.clusters > 1 else np.nan
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm = np.log(self.share)
            width = quantile * self.error / np.abs(logarithm)
            ends = np.exp(logarithm * np.exp(width)), np.exp(logarithm * np.exp(-width))
        inside = (self.share > 0) & (self.share < 1)
        low, high = (np.where(inside, end, np.nan) for end in ends)
        return low, high

    def quantile(self, probability: float) -> float:
        """The shortest length that no more than `1 - probability` of the spells outlast."""
        reached = np.flatnonzero(self.share <= 1 - probability + 1e-12)
        return float(reached[0] + 1) if len(reached) else float("nan")

    def median_interval(self, level: float) -> tuple[float, float]:
        """From the length at which a half is first not excluded from below to that at which it is from above."""
        low, high = self.interval(level)
        if np.isnan(self.error).all():
            return float("nan"), float("nan")
        # Before the first end every spell outlasts, after the last none does; there the estimate itself stands in.
        low, high = (np.where(np.isnan(end), self.share, end) for end in (low, high))
        first, last = np.flatnonzero(low <= 0.5), np.flatnonzero(high <= 0.5)
        return (
            float(first[0] + 1) if len(first) else float("nan"),
            float(last[0] + 1) if len(last) else float("nan"),
        )
