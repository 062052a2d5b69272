"""Collecting: blocks, pieces or earlier records in, one record or a larger piece out."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import BINS, Block, Failure, Layout
from wargame.experiment.pages import Pages
from wargame.experiment.record import COLUMNS, Aggregates, Episodes, Piece, Record, Sample

__all__ = ["FAILURES_KEPT", "Collector", "collect", "join"]

FAILURES_KEPT = 1000
"""Of a run that keeps no episodes, the first so many failures are kept in full; all of them are counted."""

Array = NDArray[Any]


class Collector:
    """Takes consecutive blocks or pieces one by one and adds them up.

    Unless `keep_episodes`, memory does not grow with the number of episodes: they are digested, added up and
    forgotten. What a block holds is copied, so an engine may fill the same arrays again. Only the first thousand
    failures are kept unless `keep_failures`, by default where the episodes are. Pages of the digest are counted from
    `origin`, or else from the first episode. `ValueError` if a block does not fit the layout or does not begin where
    the one before it ended: that is a fault of the engine, not of a user.
    """

    def __init__(
        self,
        layout: Layout,
        *,
        keep_episodes: bool = True,
        keep_failures: bool | None = None,
        origin: int | None = None,
    ) -> None:
        self.layout = layout
        self._first: int | None = None
        self._count = 0
        self._pages = Pages(layout, keep=keep_episodes, origin=origin)
        self._keep_failures = keep_episodes if keep_failures is None else keep_failures
        self._aggregates = Aggregates.zero(layout)
        self._sample: list[Sample] = []
        self._sampled_so_far = 0
        self._failures: list[Failure] = []

    def __len__(self) -> int:
        return self._count

    def add(self, block: Block) -> None:
        """Add the next block."""
        _check_shapes(self.layout, block)
        self._follow(block.first, block.count, len(block.sample))
        self._pages.add(block.first, {name: getattr(block, name) for name in COLUMNS})
        self._aggregates.add(block.running, block.sums, block.histogram, block.policy_turns)
        if len(block.sample):
            length = block.length[: len(block.sample)]
            self._add_sample(block.first, length, block.sample, block.sample_plays)
        self._add_failures(block.failures)

    def add_piece(self, piece: Piece) -> None:
        """Add a piece of the run, as if its blocks were added one by one."""
        total, sample, pages = piece.aggregates, piece.sample, self._pages
        self._follow(piece.first, piece.count, len(sample))
        body = piece.first + len(piece.head)
        kept = None
        if pages.keep and piece.episodes is not None:
            kept = piece.episodes.cut(len(piece.head), piece.count - len(piece.tail))
        pages.add(piece.first, _columns(piece.head), tallied=True)
        pages.add_digested(body, piece.pages, kept)
        pages.add(piece.tail.first, _columns(piece.tail), tallied=True)
        pages.add_totals(piece.totals)
        self._aggregates.add(total.running, total.sums, total.histogram, total.policy_turns)
        if len(sample):
            self._sample.append(sample)
        self._add_failures(piece.failures)

    def add_record(self, record: Record) -> None:
        """Add an earlier record, as if its blocks were added one by one."""
        if record.episodes is None:
            raise ValueError(
                "a run that kept no episodes cannot be joined with others: its digest cannot be made"
            )
        episodes, total, sample = record.episodes, record.aggregates, record.sample
        self._follow(episodes.first, len(episodes), len(sample))
        self._pages.add(episodes.first, _columns(episodes))
        self._aggregates.add(total.running, total.sums, total.histogram, total.policy_turns)
        if len(sample):
            self._add_sample(episodes.first, sample.length, sample.values, sample.plays)
        self._add_failures(record.failures)

    def _follow(self, first: int, count: int, sampled: int) -> None:
        """Check that what comes next begins where the last block ended, and count it."""
        self._first = first if self._first is None else self._first
        if first != self._first + self._count:
            raise ValueError(f"a block begins at episode {first}; expected {self._first + self._count}")
        if sampled and self._sampled_so_far != self._count:
            raise ValueError(f"the block at episode {first} is sampled, but earlier episodes were not")
        self._count += count
        self._sampled_so_far += sampled

    def _add_sample(self, first: int, length: Array, values: Array, plays: Array) -> None:
        self._sample.append(
            Sample(
                first=first,
                length=np.array(length, dtype=np.int32),
                values=np.array(values, dtype=np.float64),
                plays=np.array(plays, dtype=np.int16),
            )
        )

    def _add_failures(self, failures: Iterable[Failure]) -> None:
        self._failures.extend(failures)
        if not self._keep_failures:
            del self._failures[FAILURES_KEPT:]

    def record(self) -> Record:
        """Everything added so far, as one record."""
        first = self._first or 0
        episodes, digest, totals, ending = self._pages.finish()
        return Record(
            episodes=episodes,
            digest=digest,
            totals=totals,
            aggregates=deepcopy(self._aggregates),
            sample=self._whole_sample(first),
            failures=sorted(self._failures, key=lambda failure: failure.episode),
            ending=ending,
        )

    def piece(self) -> Piece:
        """Everything added so far, as a piece of a run whose first episode is 0."""
        first = self._first or 0
        head, pages, tail, totals = self._pages.cut()
        return Piece(
            first=first,
            count=self._count,
            head=head,
            pages=pages,
            tail=tail,
            totals=totals,
            aggregates=deepcopy(self._aggregates),
            sample=self._whole_sample(first),
            failures=sorted(self._failures, key=lambda failure: failure.episode),
            episodes=self._pages.table() if self._pages.keep else None,
        )

    def _whole_sample(self, first: int) -> Sample:
        shapes, parts = _shapes(self.layout, 0, 0), self._sample
        lengths, values, plays = np.empty(0), np.empty(shapes["sample"]), np.empty(shapes["sample_plays"])
        return Sample(
            first=first,
            length=np.concatenate([lengths, *(part.length for part in parts)]).astype(np.int32),
            values=np.concatenate([values, *(part.values for part in parts)]),
            plays=np.concatenate([plays, *(part.plays for part in parts)]).astype(np.int16),
        )


def collect(layout: Layout, blocks: Iterable[Block | Piece], *, keep_episodes: bool = True) -> Record:
    """Add up consecutive blocks or pieces."""
    collector = Collector(layout, keep_episodes=keep_episodes)
    for block in blocks:
        if isinstance(block, Piece):
            collector.add_piece(block)
        else:
            collector.add(block)
    return collector.record()


def join(layout: Layout, records: Iterable[Record]) -> Record:
    """Lay consecutive records end to end: the same as one record of all their blocks."""
    collector = Collector(layout)
    for record in records:
        collector.add_record(record)
    return collector.record()


def _columns(episodes: Episodes) -> dict[str, Array]:
    return {name: getattr(episodes, name) for name in COLUMNS}


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
