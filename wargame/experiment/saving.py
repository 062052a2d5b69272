"""Playing into a folder: what has been played is on the disk every few seconds."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing

from wargame.engine.block import Block, Layout
from wargame.experiment.collect import Collector
from wargame.experiment.errors import ResultsError
from wargame.experiment.executors import Executor
from wargame.experiment.progress import Progress
from wargame.experiment.record import Piece
from wargame.experiment.task import Task
from wargame.experiment.underway import UnderWay

__all__ = ["play_into"]

PART_SECONDS = 5.0
"""A part is written when its first episode was played so long ago: what a crash can cost."""

PART_EPISODES = 131_072
"""A part that keeps its episodes is written when it has so many: what is held in memory."""


def play_into(under_way: UnderWay, executor: Executor, task: Task, shown: Progress) -> None:
    """Play what is missing in a folder, part by part, and put the results in their places."""
    with under_way.begin():
        shown.begin_at(under_way.complete)
        gaps = under_way.gaps()
        if gaps:
            with closing(executor.play(task, gaps)) as blocks:
                _write_parts(under_way, shown.over(blocks))
        under_way.finish()


def _write_parts(under_way: UnderWay, blocks: Iterable[Block | Piece]) -> None:
    """Write blocks as parts; whatever ends the playing, what has been played is kept."""
    gathered = _Gathered(under_way.plan.layout, keep_episodes=under_way.plan.keep_episodes)
    try:
        for block in blocks:
            if gathered.count and block.first != gathered.end:
                under_way.add(gathered.take())
            gathered.add(block)
            if gathered.is_due():
                under_way.add(gathered.take())
    except ResultsError:
        raise
    except BaseException:
        if gathered.count:
            under_way.add(gathered.take())
        raise
    if gathered.count:
        under_way.add(gathered.take())


class _Gathered:
    """Blocks that wait to become a part."""

    def __init__(self, layout: Layout, *, keep_episodes: bool) -> None:
        self._layout, self._keep = layout, keep_episodes
        self._begin()

    def _begin(self) -> None:
        self._collector = Collector(self._layout, keep_episodes=self._keep, origin=0)
        self._since = time.monotonic()
        self.end = 0

    @property
    def count(self) -> int:
        return len(self._collector)

    def add(self, block: Block | Piece) -> None:
        self.end = block.first + block.count
        if isinstance(block, Piece):
            self._collector.add_piece(block)
        else:
            self._collector.add(block)

    def is_due(self) -> bool:
        full = self._keep and self.count >= PART_EPISODES
        return full or time.monotonic() - self._since >= PART_SECONDS

    def take(self) -> Piece:
        piece = self._collector.piece()
        self._begin()
        return piece
