"""The record of a run: what its blocks add up to, as plain arrays.

A record does not depend on how the run was cut into blocks: episodes are laid end to end, and aggregates are
integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import BINS, FAILED, Failure, Layout

if TYPE_CHECKING:
    from wargame.experiment.totals import Totals

__all__ = [
    "COLUMNS",
    "Aggregates",
    "Ending",
    "Episodes",
    "Piece",
    "Record",
    "Sample",
    "empty_columns",
    "episode_columns",
]

Array = NDArray[Any]


COLUMNS = {
    "outcome": np.int16,
    "length": np.int32,
    "metrics": np.float64,
    "payoffs": np.float64,
    "plays": np.int32,
    "sampled": np.float64,
    "orders_blocked": np.int32,
}
"""The fields of `Episodes` that have a row for each episode, with their types."""


def episode_columns(layout: Layout) -> list[str]:
    """The names of the columns of a table of episodes."""
    return [
        "episode",
        "outcome",
        "length",
        *(f"metric.{name}" for name in layout.metrics),
        *(f"payoff.{name}" for name in layout.actors),
        *(f"plays.{name}" for name in layout.policies),
        *layout.sampled,
        "orders_blocked",
    ]


def empty_columns(layout: Layout, count: int) -> dict[str, Array]:
    """Arrays for so many episodes, column by column in memory, as everything that follows reads them."""
    widths = {
        "metrics": len(layout.metrics),
        "payoffs": len(layout.actors),
        "plays": len(layout.policies),
        "sampled": len(layout.sampled),
    }
    shapes = {name: (count, widths[name]) if name in widths else (count,) for name in COLUMNS}
    return {name: np.empty(shapes[name], dtype=dtype, order="F") for name, dtype in COLUMNS.items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Episodes:
    """Consecutive episodes, one row each; the fields and their shapes are those of a `Block`."""

    first: int
    outcome: NDArray[np.int16]
    length: NDArray[np.int32]
    metrics: NDArray[np.float64]
    payoffs: NDArray[np.float64]
    plays: NDArray[np.int32]
    sampled: NDArray[np.float64]
    orders_blocked: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.outcome)

    @property
    def index(self) -> NDArray[np.int64]:
        """Each episode's number."""
        return np.arange(self.first, self.first + len(self), dtype=np.int64)

    @property
    def completed(self) -> NDArray[np.bool_]:
        """Which episodes were finished."""
        return np.not_equal(self.outcome, FAILED)

    def cut(self, start: int, stop: int) -> Episodes:
        """The episodes at places `start` to `stop - 1`."""
        parts = {name: getattr(self, name)[start:stop] for name in COLUMNS}
        return Episodes(first=self.first + start, **parts)

    def columns(self, layout: Layout) -> Iterator[tuple[str, Array]]:
        """Every column with its name, in the canonical order; `outcome` as an index."""
        singles = [self.index, self.outcome, self.length]
        groups = (self.metrics, self.payoffs, self.plays, self.sampled)
        columns = [*singles, *(column for group in groups for column in group.T), self.orders_blocked]
        yield from zip(episode_columns(layout), columns, strict=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class Aggregates:
    """Integer sums over all completed episodes; shapes as in a `Block`.

    `sums` holds Python integers: a sum over ten million episodes does not fit in 64 bits.
    """

    running: NDArray[np.int64]
    sums: NDArray[np.object_]
    histogram: NDArray[np.int64]
    policy_turns: NDArray[np.int64]

    @classmethod
    def zero(cls, layout: Layout) -> Aggregates:
        """Aggregates over no episodes."""
        points, variables = layout.horizon + 1, len(layout.variables)
        sums = np.zeros((points, variables), dtype=object)
        return cls(
            running=np.zeros(points, dtype=np.int64),
            sums=sums,
            histogram=np.zeros((points, variables, BINS), dtype=np.int64),
            policy_turns=np.zeros((layout.horizon, len(layout.policies)), dtype=np.int64),
        )

    def add(self, running: Array, sums: Array, histogram: Array, policy_turns: Array) -> None:
        """Add others' aggregates, in place."""
        self.running[...] += running
        self.sums[...] += sums.astype(object)
        self.histogram[...] += histogram
        self.policy_turns[...] += policy_turns


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """Full trajectories of the first k episodes: `length` [k], `values` [k, T + 1, S], `plays` [k, T, P]."""

    first: int
    length: NDArray[np.int32]
    values: NDArray[np.float64]
    plays: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def index(self) -> NDArray[np.int64]:
        """Each sampled episode's number."""
        return np.arange(self.first, self.first + len(self), dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ending:
    """What it takes to go on with the digest of a run that keeps no episodes.

    `pages` are the digests of all full pages, `rows` the episodes after them, fewer than a page.
    """

    pages: tuple[bytes, ...]
    rows: Episodes


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """Consecutive episodes of a run, added up as far as can be done without their neighbours.

    Pages are counted from episode 0. `head` are the rows before the first page that begins in this piece, `pages` the
    digests of the pages that lie in it as a whole, `tail` the rows after them; a piece within one page is all tail.
    Everything else is over all of its episodes. `episodes` is None if they are not kept.
    """

    first: int
    count: int
    head: Episodes
    pages: tuple[bytes, ...]
    tail: Episodes
    totals: Totals
    aggregates: Aggregates
    sample: Sample
    failures: Sequence[Failure]
    episodes: Episodes | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """All that a run left behind.

    `digest` is that of the table of episodes; `episodes` is None if the run did not keep them, and then `ending` is
    there instead.
    """

    episodes: Episodes | None
    digest: str
    totals: Totals
    aggregates: Aggregates
    sample: Sample
    failures: Sequence[Failure]
    ending: Ending | None = None

    @property
    def keeps_episodes(self) -> bool:
        """Whether there is a table of episodes."""
        return self.episodes is not None
