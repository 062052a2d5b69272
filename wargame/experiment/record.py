"""The record of a run: what its blocks add up to, as plain arrays.

A record does not depend on how the run was cut into blocks: episodes are laid end to end, and aggregates are
integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import BINS, FAILED, Failure, Layout

__all__ = ["Aggregates", "Episodes", "Record", "Sample"]

Array = NDArray[Any]


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

    def columns(self, layout: Layout) -> Iterator[tuple[str, Array]]:
        """Every column with its name, in the canonical order; `outcome` as an index."""
        yield "episode", self.index
        yield "outcome", self.outcome
        yield "length", self.length
        groups = (
            ([f"metric.{name}" for name in layout.metrics], self.metrics),
            ([f"payoff.{name}" for name in layout.actors], self.payoffs),
            ([f"plays.{name}" for name in layout.policies], self.plays),
            (list(layout.sampled), self.sampled),
        )
        for names, values in groups:
            for position, name in enumerate(names):
                yield name, values[:, position]
        yield "orders_blocked", self.orders_blocked


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
    """Full trajectories of the first k episodes: `values` [k, T + 1, S], `plays` [k, T, P]."""

    first: int
    values: NDArray[np.float64]
    plays: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def index(self) -> NDArray[np.int64]:
        """Each sampled episode's number."""
        return np.arange(self.first, self.first + len(self), dtype=np.int64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """All that a run left behind."""

    episodes: Episodes
    aggregates: Aggregates
    sample: Sample
    failures: Sequence[Failure]
