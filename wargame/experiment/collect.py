"""Collecting: blocks or earlier records in, one record out."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import BINS, Block, Failure, Layout
from wargame.experiment.record import Aggregates, Episodes, Record, Sample

__all__ = ["Collector", "collect", "join"]

Array = NDArray[Any]

_COLUMNS = {
    "outcome": np.int16,
    "length": np.int32,
    "metrics": np.float64,
    "payoffs": np.float64,
    "plays": np.int32,
    "sampled": np.float64,
    "orders_blocked": np.int32,
}


class Collector:
    """Takes consecutive blocks one by one and adds them up.

    What a block holds is copied, so an engine may fill the same arrays again. `ValueError` if a block does
    not fit the layout or does not begin where the one before it ended: that is a fault of the engine, not of
    a user.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._first: int | None = None
        self._count = 0
        self._columns: dict[str, list[Array]] = {name: [] for name in _COLUMNS}
        self._aggregates = Aggregates.zero(layout)
        self._sample: list[Array] = []
        self._sample_plays: list[Array] = []
        self._sampled_so_far = 0
        self._failures: list[Failure] = []

    def __len__(self) -> int:
        return self._count

    def add(self, block: Block) -> None:
        """Add the next block."""
        _check_shapes(self.layout, block)
        columns = {name: getattr(block, name) for name in _COLUMNS}
        aggregates = (block.running, block.sums, block.histogram, block.policy_turns)
        self._add(block.first, columns, aggregates, block.sample, block.sample_plays)
        self._failures.extend(block.failures)

    def add_record(self, record: Record) -> None:
        """Add an earlier record, as if its blocks were added one by one."""
        columns = {name: getattr(record.episodes, name) for name in _COLUMNS}
        total = record.aggregates
        aggregates = (total.running, total.sums, total.histogram, total.policy_turns)
        self._add(record.episodes.first, columns, aggregates, record.sample.values, record.sample.plays)
        self._failures.extend(record.failures)

    def _add(
        self,
        first: int,
        columns: dict[str, Array],
        aggregates: tuple[Array, Array, Array, Array],
        sample: Array,
        sample_plays: Array,
    ) -> None:
        self._first = first if self._first is None else self._first
        if first != self._first + self._count:
            raise ValueError(f"a block begins at episode {first}; expected {self._first + self._count}")
        if len(sample) and self._sampled_so_far != self._count:
            raise ValueError(f"the block at episode {first} is sampled, but earlier episodes were not")
        for name, dtype in _COLUMNS.items():
            self._columns[name].append(np.array(columns[name], dtype=dtype))
        self._aggregates.add(*aggregates)
        if len(sample):
            self._sample.append(np.array(sample, dtype=np.float64))
            self._sample_plays.append(np.array(sample_plays, dtype=np.int16))
            self._sampled_so_far += len(sample)
        self._count += len(columns["outcome"])

    def record(self) -> Record:
        """Everything added so far, as one record."""
        empty = _empty(self.layout)
        columns = {name: np.concatenate([empty[name], *parts]) for name, parts in self._columns.items()}
        first = self._first or 0
        return Record(
            episodes=Episodes(first=first, **columns),
            aggregates=deepcopy(self._aggregates),
            sample=Sample(
                first=first,
                values=np.concatenate([empty["sample"], *self._sample]),
                plays=np.concatenate([empty["sample_plays"], *self._sample_plays]),
            ),
            failures=sorted(self._failures, key=lambda failure: failure.episode),
        )


def collect(layout: Layout, blocks: Iterable[Block]) -> Record:
    """Add up consecutive blocks."""
    collector = Collector(layout)
    for block in blocks:
        collector.add(block)
    return collector.record()


def join(layout: Layout, records: Iterable[Record]) -> Record:
    """Lay consecutive records end to end: the same as one record of all their blocks."""
    collector = Collector(layout)
    for record in records:
        collector.add_record(record)
    return collector.record()


def _shapes(layout: Layout, count: int, sampled: int) -> dict[str, tuple[int, ...]]:
    points, variables, policies = layout.horizon + 1, len(layout.variables), len(layout.policies)
    return {
        "outcome": (count,),
        "length": (count,),
        "metrics": (count, len(layout.metrics)),
        "payoffs": (count, len(layout.actors)),
        "plays": (count, policies),
        "sampled": (count, len(layout.sampled)),
        "orders_blocked": (count,),
        "running": (points,),
        "sums": (points, variables),
        "histogram": (points, variables, BINS),
        "policy_turns": (layout.horizon, policies),
        "sample": (sampled, points, variables),
        "sample_plays": (sampled, layout.horizon, policies),
    }


def _check_shapes(layout: Layout, block: Block) -> None:
    for name, expected in _shapes(layout, block.count, len(block.sample)).items():
        found = getattr(block, name).shape
        if found != expected:
            raise ValueError(f"block at episode {block.first}: {name} has shape {found}, expected {expected}")


def _empty(layout: Layout) -> dict[str, Array]:
    dtypes: dict[str, Any] = {**_COLUMNS, "sample": np.float64, "sample_plays": np.int16}
    shapes = _shapes(layout, 0, 0)
    return {name: np.empty(shapes[name], dtype=dtype) for name, dtype in dtypes.items()}
