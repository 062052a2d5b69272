"""What executors are given: which episodes to play, on which engine, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from wargame.engine.block import Block, Layout
from wargame.engine.play import Play

__all__ = ["BATCH_BLOCK", "MESA_BLOCK", "Player", "Span", "Task"]

MESA_BLOCK = 32
"""Episodes played between two steps of the progress bar."""

BATCH_BLOCK = 31 * 64
"""Whole lanes; enough for what is done between blocks not to count, and few enough for sums never to exceed 64 bits.

Values up to 4,096 ranges away from `low` are summed as they are, in units of 2**-40 ranges: 2**52 for an episode.
"""

Span = tuple[int, int]
"""The first episode, and how many."""

Player = Callable[[int, int], Block]


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be played, on which engine; it can be sent to other processes."""

    play: Play
    engine: Literal["mesa", "batch"]
    keep_episodes: bool = True

    @property
    def block(self) -> int:
        """Episodes in a block of this engine."""
        return MESA_BLOCK if self.engine == "mesa" else BATCH_BLOCK

    @property
    def layout(self) -> Layout:
        """The columns of what is played."""
        from wargame.engine.rules import rules_for

        return rules_for(self.play.scenario).layout(uncertain=self.play.uncertain)

    def player(self) -> Player:
        """What plays a block: called with its first episode and their number."""
        if self.engine == "mesa":
            # Mesa and LLVM are loaded only where they are used.
            from wargame.engine import mesa_blocks

            return lambda first, count: mesa_blocks.play_block(self.play, first, count)
        from wargame.engine.batch.play import batch_for

        batch = batch_for(self.play)
        return lambda first, count: batch.play_block(self.play, first, count)
