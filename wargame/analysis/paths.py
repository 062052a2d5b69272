"""Which way an episode went: the order in which things first happened, and how often that order led where.

A **path** is two or three milestones (see `milestones`) in their order, with anything between them. So "Beijing
coerces, then Seoul refuses" is in an episode if both came and the one before the other. Whole sequences of all actors
hardly ever repeat; paths do.

Three things make paths look telling that are not. The longer an episode, the more has happened in it: so episodes that
ended in some way are compared with others that were still going then, up to the same turn. The paths to show are
picked because they go with an outcome, and of many candidates some do by luck: so one half of the episodes picks them,
and the other half says how often they were there. And what goes before need not be a cause.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.clustered import clustered_interval
from wargame.experiment.intervals import share_interval

__all__ = ["ARROW", "paths"]

ARROW = " → "

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
Turns = NDArray[np.int64]
Path = tuple[int, ...]
"""Places of milestones, in the order in which they must come."""


def paths(
    milestones: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    shown: int = 5,
    least: int = 20,
    level: float = 0.95,
) -> pd.DataFrame:
    """The paths that most set each outcome apart from the others.

    `milestones` is the table of that function; `outcomes` has `episode`, `outcome` and `length`, with every sampled
    episode. Statistic: `share` = n / total, how many of the episodes that ended so had gone the path; `elsewhere`, how
    many of the others had gone it by the turn on which one of these ended, among the others still going then, averaged
    over these (the sampling of controls from those at risk: Prentice and Breslow 1978, "Retrospective studies and
    failure time models"); and `lift`, the first over the second. All are from episodes with odd numbers. Those with
    even numbers pick, for each outcome, the `shown` paths with the largest difference of the two, of two standard
    errors at least; a path must tell more than each part of it, by their ratio. Interval of `share`: that of
    `with_shares`; of `elsewhere`: that of `clustered_interval`, for an episode counts on several turns.

    `table.attrs` names, with their counts, outcomes that are left out because fewer than `least` episodes of either
    half ended so (`too_few`), and those that no path sets apart (`none_found`). Columns: `outcome`, `path`, `n`,
    `total`, `share`, `low`, `high`, `elsewhere`, `elsewhere_low`, `elsewhere_high`, `lift`; the most telling first.
    """
    known = outcomes[outcomes["outcome"].notna()].reset_index(drop=True)
    picks = (known["episode"] % 2 == 0).to_numpy()
    firsts = _Firsts.of(milestones, known)
    rows: list[dict[str, Any]] = []
    too_few: dict[str, int] = {}
    none_found: dict[str, int] = {}
    for outcome in known["outcome"].astype("category").cat.categories:
        ended = (known["outcome"] == outcome).to_numpy()
        halves = (int((ended & picks).sum()), int((ended & ~picks).sum()))
        if min(halves) < least:
            too_few[str(outcome)] = sum(halves)
            continue
        chosen = _chosen(_Contrast(firsts=firsts, cases=ended & picks, others=~ended & picks), shown)
        if not chosen:
            none_found[str(outcome)] = sum(halves)
        measured = _Contrast(firsts=firsts, cases=ended & ~picks, others=~ended & ~picks)
        rows.extend({"outcome": str(outcome)} | measured.row(path, level) for path in chosen)
    table = pd.DataFrame(rows, columns=COLUMNS)
    table.attrs = {"level": level, "too_few": too_few, "none_found": none_found, "least": least}
    return table


@dataclass(frozen=True, kw_only=True, eq=False)
class _Firsts:
    """[episodes, milestones]: when each first came, `never` where it did not; the commonest milestones first."""

    names: tuple[str, ...]
    turns: Turns
    length: Turns
    never: int

    @classmethod
    def of(cls, milestones: pd.DataFrame, outcomes: pd.DataFrame) -> _Firsts:
        wide = milestones.pivot(index="episode", columns="milestone", values="turn")
        names = wide.notna().sum().sort_values(ascending=False, kind="stable").index[:CANDIDATES]
        length = outcomes["length"].to_numpy(dtype=np.int64)
        never = int(length.max(initial=0))
        turns = wide.reindex(index=outcomes["episode"], columns=names).fillna(never).to_numpy(dtype=np.int64)
        return cls(names=tuple(map(str, names)), turns=turns, length=length, never=never)

    def gone(self, path: Path, rows: Flags) -> Turns:
        """When the last milestone of the path came, in the episodes of `rows`; `never` if not all came in order."""
        came = self.turns[rows][:, list(path)]
        in_order = (came[:, 1:] > came[:, :-1]).all(axis=1)
        return np.where(in_order, came[:, -1], self.never)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Contrast:
    """Episodes that ended in some way, the cases, against the others that were still going when they ended."""

    firsts: _Firsts
    cases: Flags
    others: Flags

    @cached_property
    def ends(self) -> tuple[Turns, NDArray[np.float64]]:
        """The lengths of cases at which some of the others were still going, and the share of cases with each."""
        lengths, counts = np.unique(self.firsts.length[self.cases], return_counts=True)
        going = np.array(
            [(self.firsts.length[self.others] >= length).any() for length in lengths], dtype=bool
        )
        kept = counts[going].astype(np.float64)
        return lengths[going], kept / max(kept.sum(), 1.0)

    @cached_property
    def weights(self) -> NDArray[np.float64]:
        """[others, turns]: what one of the others adds to `elsewhere` if it has gone the path by that turn."""
        lengths, shares = self.ends
        at_risk = self.firsts.length[self.others][:, None] >= lengths
        each = at_risk * (shares / np.maximum(at_risk.sum(axis=0), 1))
        before = np.arange(self.firsts.never + 1)[:, None] < lengths
        found: NDArray[np.float64] = each @ before.T
        return found

    def shares(self, path: Path) -> tuple[float, float]:
        """How many of the cases had gone the path, and of the others by the same turns."""
        gone = self.firsts.gone(path, self.others)
        elsewhere = float(self.weights[np.arange(len(gone)), gone].sum())
        return float((self.firsts.gone(path, self.cases) < self.firsts.never).mean()), elsewhere

    def sizes(self) -> tuple[int, int]:
        """How many cases and others there are."""
        return int(self.cases.sum()), int(self.others.sum())

    def row(self, path: Path, level: float) -> dict[str, Any]:
        """The path with its shares and their intervals."""
        total = int(self.cases.sum())
        share, elsewhere = self.shares(path)
        n = round(share * total)
        low, high = share_interval(n, total, level)
        other_low, other_high = self._interval(path, elsewhere, level)
        values = {"path": ARROW.join(self.firsts.names[place] for place in path), "n": n, "total": total}
        values |= {"share": share, "low": low, "high": high, "elsewhere": elsewhere}
        values |= {"elsewhere_low": other_low, "elsewhere_high": other_high}
        return values | {"lift": share / elsewhere if elsewhere > 0 else np.nan}

    def _interval(self, path: Path, elsewhere: float, level: float) -> tuple[float, float]:
        """By linearization: what each of the others adds, beyond what one like it would on average."""
        lengths, shares = self.ends
        gone, length = self.firsts.gone(path, self.others), self.firsts.length[self.others]
        at_risk = length[:, None] >= lengths
        hits = at_risk & (gone[:, None] < lengths)
        size = np.maximum(at_risk.sum(axis=0), 1)
        pulls = ((hits - at_risk * (hits.sum(axis=0) / size)) * (shares / size)).sum(axis=1)
        count = len(gone)
        return clustered_interval(elsewhere, pulls, count, count, level)


def _chosen(contrast: _Contrast, shown: int) -> list[Path]:
    """The paths that most set the cases apart, in the half that picks."""
    found: dict[Path, tuple[float, float]] = {}
    # One half more of each kind keeps a share of nothing from looking infinitely telling.
    sizes = contrast.sizes()

    def measure(candidates: Iterable[Path]) -> None:
        for path in candidates:
            pairs = zip(contrast.shares(path), sizes, strict=True)
            ours, theirs = ((share * n + 0.5) / (n + 1) for share, n in pairs)
            found[path] = ours, theirs

    everything = range(len(contrast.firsts.names))
    measure((one,) for one in everything)
    measure(permutations(everything, 2))
    pairs = [path for path in found if len(path) == 2 and _adds(path, found)]
    pairs.sort(key=lambda path: -_gap(found[path]))
    measure({path for pair in pairs[:CANDIDATES] for path in _longer(pair, everything)})
    better: list[Path] = [*pairs, *(path for path in found if len(path) == 3 and _adds(path, found))]
    clear = [path for path in better if _gap(found[path]) > 2 * _error(found[path], sizes)]
    return sorted(clear, key=lambda path: -_gap(found[path]))[:shown]


def _gap(shares: tuple[float, float]) -> float:
    return shares[0] - shares[1]


def _error(shares: tuple[float, float], sizes: tuple[int, int]) -> float:
    """The standard error of the gap."""
    return math.sqrt(sum(share * (1 - share) / (n + 1) for share, n in zip(shares, sizes, strict=True)))


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
