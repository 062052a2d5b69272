"""What an actor loses by its own rule: against the best fixed policy, and against the best reply at single decisions.

The best of several estimates looks better than it is, because luck helped to choose it. So the best is chosen on one
half of what was played and measured on the other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from wargame.analysis.paired import matched
from wargame.experiment.intervals import t_quantile

__all__ = ["Best", "best_fixed_table", "best_of", "decision_regret_table", "fixed_policy_table"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Best:
    """The gain of the best of several choices, over `n` units.

    `gain` is measured on units that did not choose, `plug_in` on those that did: on average the first lies at or below
    the truth, the second at or above it. `choice` is the best of all units together.
    """

    n: int
    choice: int
    gain: float
    low: float
    high: float
    plug_in: float


def best_of(gains: ArrayLike, level: float = 0.95) -> Best:
    """The gain of the best of the columns of `gains[unit, choice]`, the same choice for every unit.

    Statistic: units are split in two by turns; each half chooses the column with the larger mean, which is measured on
    the other half. Interval: from below the mean of the lower ends of Student's intervals for the two measurements,
    which exceed the gain of the best only by luck (as each half chose for the other they depend on each other, and this
    holds however they do); from above the largest upper end of the columns' Student intervals, at least that of the
    best. Needs four units.
    """
    table = np.asarray(gains, dtype=np.float64)
    n = len(table)
    if n < 4:
        raise ValueError(f"the best of several choices needs at least four units; found {n}")
    held_out = []
    for half in (0, 1):
        choice = int(table[1 - half :: 2].mean(axis=0).argmax())
        held_out.append(table[half::2, choice])
    gain = float(np.concatenate(held_out).mean())
    return Best(
        n=n,
        choice=int(table.mean(axis=0).argmax()),
        gain=gain,
        low=sum(_interval(part, level)[0] for part in held_out) / 2,
        high=max(gain, *(_interval(column, level)[1] for column in table.T)),
        plug_in=float(table.mean(axis=0).max()),
    )


def fixed_policy_table(differences: pd.DataFrame, arms: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """What each fixed policy gives its actor more than its own rule: `actor`, `policy`, `n`, `own`, `gain`, `low`, ....

    `differences` is that of a comparison, `arms` says which actor plays which policy in an arm. Interval: Student's,
    each by itself.
    """
    rows = []
    for arm, (actor, policy) in arms.items():
        found = differences[
            (differences["arm"] == arm) & (differences["kind"] == "payoff") & (differences["name"] == actor)
        ]
        row = found.iloc[0]
        numbers = {"n": int(row["n"]), "own": row["baseline"], "gain": row["difference"]}
        rows.append({"actor": actor, "policy": policy, **numbers, "low": row["low"], "high": row["high"]})
    return pd.DataFrame(rows)


def best_fixed_table(
    arms: Mapping[str, pd.DataFrame],
    baseline: pd.DataFrame,
    policies: Mapping[str, tuple[str, str]],
    level: float = 0.95,
) -> pd.DataFrame:
    """What the best fixed policy gives each actor more than its own rule; below 0 the rule beats all of them.

    Tables are like `Results.episodes`; `policies` says which actor plays which policy in an arm. Columns: `actor`,
    `policy` (the best), `policies` (how many there were), `n`, `own` (the payoff by its own rule), `gain` with `low` to
    `high` and `plug_in` as in `Best`. The others go on by their own rules and learn from what they see, so this is
    policy regret (Arora, Dekel and Tewari 2012, "Online bandit learning against an adaptive adversary").
    """
    rows = []
    for actor in dict.fromkeys(actor for actor, _ in policies.values()):
        names = [arm for arm, (owner, _) in policies.items() if owner == actor]
        column = f"payoff.{actor}"
        gaps = {name: _gap(arms[name], baseline, column) for name in names}
        gains = pd.DataFrame(gaps).dropna()
        found = best_of(gains.to_numpy(), level)
        own = baseline.set_index("episode")[column].loc[gains.index]
        best = policies[names[found.choice]][1]
        numbers = {name: value for name, value in asdict(found).items() if name != "choice"}
        rows.append(
            {"actor": actor, "policy": best, "policies": len(names), "own": float(own.mean()), **numbers}
        )
    table = pd.DataFrame(rows)
    table.attrs = {"level": level}
    return table


def _gap(arm: pd.DataFrame, baseline: pd.DataFrame, column: str) -> pd.Series[float]:
    ours, theirs = matched(arm, baseline)
    return ours[column] - theirs[column]


def decision_regret_table(
    gains: Mapping[str, Sequence[Numbers]], names: Mapping[str, Sequence[Sequence[str]]], level: float = 0.95
) -> pd.DataFrame:
    """What each actor loses at a decision by its own rule against the best reply there, on average over decisions.

    `gains[actor]` holds for each sampled decision the array `[policy, future]` of what a policy, played on that turn
    alone, gave more than the actor's own rule in the same future; `names[actor]` the policies. Columns: `actor`,
    `decisions`, `futures`, `regret` with `low` to `high`, `plug_in`; `coin`, the regret of a player who draws any
    policy with equal chances at that decision and then goes on as the actor does; `over_coin`, what the own rule gives
    more than that player, with `over_coin_low` to `over_coin_high`; `favourite`, the policy that is most often the
    best, and `favourite_share`. Actors without a decision between two policies have no row.

    Statistic: at each decision the best policy is chosen on one half of its futures and measured on the other.
    Interval: Student's over decisions; from below of that measurement, and not below 0, because no mixture of policies
    beats the best of them; from above of the plug-in, the best of all futures.
    """
    rows = []
    for actor, decisions in gains.items():
        if not decisions:
            continue
        held_out = np.array([_held_out(one) for one in decisions])
        plug_in = np.array([one.mean(axis=1).max() for one in decisions])
        uniform = np.array([one.mean() for one in decisions])
        low, _ = _interval(held_out, level)
        _, high = _interval(plug_in, level)
        over_low, over_high = _interval(-uniform, level)
        regret, over_coin = float(held_out.mean()), -float(uniform.mean())
        favourites = pd.Series(
            [
                listed[int(one.mean(axis=1).argmax())]
                for one, listed in zip(decisions, names[actor], strict=True)
            ]
        ).value_counts()
        rows.append(
            {
                "actor": actor,
                "decisions": len(decisions),
                "futures": int(np.mean([one.shape[1] for one in decisions])),
                "regret": regret,
                "low": max(low, 0.0),
                "high": max(high, regret),
                "plug_in": float(plug_in.mean()),
                "coin": regret + over_coin,
                "over_coin": over_coin,
                "over_coin_low": over_low,
                "over_coin_high": over_high,
                "favourite": str(favourites.index[0]),
                "favourite_share": float(favourites.iloc[0]) / len(decisions),
            }
        )
    table = pd.DataFrame(rows)
    table.attrs = {"level": level}
    return table


def _held_out(gains: Numbers) -> float:
    """The best policy's gain over the futures that did not choose it."""
    parts = []
    for half in (0, 1):
        choice = int(gains[:, 1 - half :: 2].mean(axis=1).argmax())
        parts.append(gains[choice, half::2])
    return float(np.concatenate(parts).mean())


def _interval(values: Numbers, level: float) -> tuple[float, float]:
    n = len(values)
    if n < 2:
        return math.nan, math.nan
    half = t_quantile(level, n - 1) * float(values.std(ddof=1)) / math.sqrt(n)
    return float(values.mean()) - half, float(values.mean()) + half
