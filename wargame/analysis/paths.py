"""Which way an episode went: the order in which things first happened, and how often that order led where.

A **milestone** is the first time that an actor turned to a policy and stayed with it, or that an event came. A
**path** is two or three milestones in their order, with anything between them. So "Beijing coerces, then Seoul
refuses" is in an episode if both came and the one before the other. Whole sequences of all actors hardly ever repeat;
paths do.

The paths to show are picked because they go with an outcome, and of many candidates some go with it by luck. So one
half of the episodes picks them, and the other half says how often they were there: the numbers are those of episodes
that had no part in the choice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.spells import spells
from wargame.experiment.intervals import share_interval

__all__ = ["ARROW", "EVENT", "milestones", "paths"]

ARROW = " → "
EVENT = "event"
"""What stands for the actor of a milestone that nobody played."""

NEVER = np.inf
CANDIDATES = 40
"""So many of the commonest milestones make pairs, and so many pairs are drawn out to three."""

COLUMNS = [
    "outcome",
    "path",
    "n",
    "total",
    "share",
    "low",
    "high",
    "elsewhere",
    "elsewhere_low",
    "elsewhere_high",
    "lift",
]

Flags = NDArray[np.bool_]
Path = tuple[int, ...]
"""Places of milestones, in the order in which they must come."""


def milestones(
    sample_plays: pd.DataFrame,
    episodes: pd.DataFrame | None = None,
    *,
    events: Sequence[str] = (),
    stay: int = 2,
) -> pd.DataFrame:
    """The turn on which each thing first happened in each sampled episode: `episode`, `milestone`, `turn`.

    `milestone` is `actor.policy` for the first spell of `stay` turns or more that did not begin on turn 0, which is
    where the game began and no turn of events; or `event.NAME` for a metric `NAME` of the kind `first(...)` in
    `events`, which is read from `episodes`.
    """
    runs = spells(sample_plays)
    kept = runs[(runs["length"] >= stay) & (runs["start"] > 0)]
    turned = kept.assign(milestone=kept["actor"].astype(str) + "." + kept["policy"].astype(str))
    parts = [turned[["episode", "milestone", "start"]].set_axis(["episode", "milestone", "turn"], axis=1)]
    sampled = sample_plays["episode"].unique()
    for event in events if episodes is not None else ():
        assert episodes is not None
        seen = episodes.loc[episodes["episode"].isin(sampled), ["episode", f"metric.{event}"]].dropna()
        seen = seen.set_axis(["episode", "turn"], axis=1).assign(milestone=f"{EVENT}.{event}")
        parts.append(seen[["episode", "milestone", "turn"]])
    table = pd.concat(parts, ignore_index=True)
    first = table.groupby(["episode", "milestone"], sort=False)["turn"].min().astype(np.int64)
    return first.reset_index().sort_values(["episode", "turn", "milestone"], ignore_index=True)


def paths(
    milestones: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    shown: int = 5,
    least: int = 20,
    level: float = 0.95,
) -> pd.DataFrame:
    """The paths that most set each outcome apart from the others.

    `milestones` is the table of that function; `outcomes` has `episode` and `outcome`, with every sampled episode.
    Episodes with even numbers pick, for each outcome, the `shown` paths whose share among episodes that ended so
    exceeds that among the others most, and by two standard errors at least; a path must tell more of the outcome than
    each part of it does, by the ratio of the two shares. Statistic, from episodes with odd numbers: `share` = n /
    total among those that ended so, `elsewhere` among the others, and `lift`, the first over the second. Interval of
    each share: that of `with_shares`. `table.attrs` names, with their counts, outcomes that are left out because fewer
    than `least` episodes of either half ended so (`too_few`), and those that no path sets apart (`none_found`).
    Columns: `outcome`, `path`, `n`, `total`, `share`, `low`, `high`, `elsewhere`, `elsewhere_low`, `elsewhere_high`,
    `lift`; the most telling first.
    """
    known = outcomes[outcomes["outcome"].notna()].reset_index(drop=True)
    picking = (known["episode"] % 2 == 0).to_numpy()
    firsts = _Firsts.of(milestones, known["episode"])
    rows: list[dict[str, Any]] = []
    too_few: dict[str, int] = {}
    none_found: dict[str, int] = {}
    for outcome in known["outcome"].astype("category").cat.categories:
        ended = (known["outcome"] == outcome).to_numpy()
        halves = (int((ended & picking).sum()), int((ended & ~picking).sum()))
        if min(halves) < least:
            too_few[str(outcome)] = sum(halves)
            continue
        chosen = _chosen(firsts, ended[picking], picking, shown)
        if not chosen:
            none_found[str(outcome)] = sum(halves)
        rows.extend(_row(str(outcome), firsts, path, ended, ~picking, level) for path in chosen)
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs = {"level": level, "too_few": too_few, "none_found": none_found, "least": least}
    return table


@dataclass(frozen=True, kw_only=True)
class _Firsts:
    """[episodes, milestones]: when each first came, infinity where it never did; the commonest milestones first."""

    names: tuple[str, ...]
    turns: NDArray[np.float64]

    @classmethod
    def of(cls, milestones: pd.DataFrame, episodes: pd.Series) -> _Firsts:
        wide = milestones.pivot(index="episode", columns="milestone", values="turn")
        names = wide.notna().sum().sort_values(ascending=False, kind="stable").index[:CANDIDATES]
        turns = wide.reindex(index=episodes, columns=names).to_numpy(dtype=np.float64)
        return cls(names=tuple(map(str, names)), turns=np.where(np.isnan(turns), NEVER, turns))

    def follows(self, path: Sequence[int], rows: Flags) -> Flags:
        """Whether the milestones came in this order, in the episodes of `rows`."""
        came = self.turns[rows][:, list(path)]
        in_order = (came[:, 1:] > came[:, :-1]).all(axis=1)
        return np.asarray(np.isfinite(came).all(axis=1) & in_order)


def _chosen(firsts: _Firsts, ended: Flags, picking: Flags, shown: int) -> list[Path]:
    """The paths that most set the episodes that ended so apart from the others, in the half that picks."""
    found: dict[Path, tuple[float, float]] = {}

    def measure(candidates: Iterable[Path]) -> None:
        for path in candidates:
            follows = firsts.follows(path, picking)
            found[path] = _shares(follows, ended)

    everything = range(len(firsts.names))
    measure((one,) for one in everything)
    measure((one, two) for one, two in permutations(everything, 2))
    pairs: list[Path] = [path for path in found if len(path) == 2 and _adds(path, found)]
    pairs.sort(key=lambda path: -_gap(found[path]))
    measure({path for pair in pairs[:CANDIDATES] for path in _longer(pair, everything)})
    better = [*pairs, *(path for path in found if len(path) == 3 and _adds(path, found))]
    clear = [path for path in better if _gap(found[path]) > 2 * _error(found[path], ended)]
    return sorted(clear, key=lambda path: -_gap(found[path]))[:shown]


def _shares(follows: Flags, ended: Flags) -> tuple[float, float]:
    """How often a path is in the episodes that ended so, and in the others; one half is added to each count."""
    n, rest = int(ended.sum()), int((~ended).sum())
    return (int(follows[ended].sum()) + 0.5) / (n + 1), (int(follows[~ended].sum()) + 0.5) / (rest + 1)


def _gap(shares: tuple[float, float]) -> float:
    return shares[0] - shares[1]


def _error(shares: tuple[float, float], ended: Flags) -> float:
    """The standard error of the gap."""
    sizes = int(ended.sum()) + 1, int((~ended).sum()) + 1
    return math.sqrt(sum(share * (1 - share) / n for share, n in zip(shares, sizes, strict=True)))


def _adds(path: Path, found: Mapping[Path, tuple[float, float]]) -> bool:
    """Whether the whole path tells more of the outcome than each part of it: a larger ratio of the two shares."""
    parts = combinations(path, len(path) - 1)
    ratio = found[path][0] / found[path][1]
    return all(ratio > found[part][0] / found[part][1] for part in parts)


def _longer(pair: Path, everything: Sequence[int]) -> Iterator[Path]:
    """The pair with one more milestone before, between or after."""
    for extra in everything:
        if extra not in pair:
            yield from ((extra, *pair), (pair[0], extra, pair[1]), (*pair, extra))


def _row(
    outcome: str, firsts: _Firsts, path: Path, ended: Flags, rows: Flags, level: float
) -> dict[str, Any]:
    """The path among the episodes that did not pick it."""
    follows, ended = firsts.follows(path, rows), ended[rows]
    n, total = int(follows[ended].sum()), int(ended.sum())
    others, rest = int(follows[~ended].sum()), int((~ended).sum())
    low, high = share_interval(n, total, level)
    elsewhere_low, elsewhere_high = share_interval(others, rest, level)
    share, elsewhere = n / total, others / rest if rest else np.nan
    values = (
        outcome,
        ARROW.join(firsts.names[place] for place in path),
        n,
        total,
        share,
        low,
        high,
        elsewhere,
        elsewhere_low,
        elsewhere_high,
        share / elsewhere if elsewhere > 0 else np.nan,
    )
    return dict(zip(COLUMNS, values, strict=True))
