"""Measuring contenders in turns, so that a machine whose speed drifts favours nobody."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from wargame.experiment.task import BATCH_BLOCK

__all__ = ["Contender", "Ratio", "Speed", "Speeds", "free_processors", "interleaved", "on_threads", "ratio"]

SPAN = BATCH_BLOCK
"""Episodes that a thread plays at a time: as many as in a run."""


@dataclass(frozen=True, kw_only=True)
class Speed:
    """Episodes per second of time on the clock, and of processor time, which counts all threads and processes."""

    clock: float
    processor: float


Speeds = list[Speed]
"""One per round."""


@dataclass(frozen=True, kw_only=True)
class Contender:
    """Something that plays episodes: `play(first, count)`. `probe` is how many tell how fast it is."""

    name: str
    play: Callable[[int, int], object]
    probe: int
    least: int = 1


def interleaved(contenders: Sequence[Contender], *, rounds: int, seconds: float) -> dict[str, Speeds]:
    """The speed of every contender in every round.

    A first play of each is not counted: it compiles, fills caches and tells how many episodes fill the time. The order
    moves on by one each round.
    """
    counts = {}
    for one in contenders:
        one.play(0, one.probe)
        counts[one.name] = max(one.least, int(seconds * _speed(one, 0, one.probe).clock))
    speeds: dict[str, Speeds] = {one.name: [] for one in contenders}
    for turn in range(rounds):
        for place in range(len(contenders)):
            one = contenders[(turn + place) % len(contenders)]
            speeds[one.name].append(_speed(one, turn * counts[one.name], counts[one.name]))
    return speeds


def _speed(one: Contender, first: int, count: int) -> Speed:
    begun, used = time.perf_counter(), _processor_time()
    one.play(first, count)
    return Speed(
        clock=count / (time.perf_counter() - begun), processor=count / max(1e-9, _processor_time() - used)
    )


def _processor_time() -> float:
    """Seconds that this process, and processes it has started that have ended, have had a processor."""
    ended = os.times()
    return time.process_time() + ended.children_user + ended.children_system


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """How many times faster, round by round."""

    median: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.lowest:.2f} to {self.highest:.2f})"


def ratio(speeds: Mapping[str, Speeds], fast: str, slow: str) -> Ratio:
    """The speeds of one contender by those of another in the same round."""
    pairs = [a.clock / b.clock for a, b in zip(speeds[fast], speeds[slow], strict=True)]
    return Ratio(median=statistics.median(pairs), lowest=min(pairs), highest=max(pairs))


def on_threads(threads: int, play_span: Callable[[int, int], object]) -> Callable[[int, int], None]:
    """`play(first, count)` that shares spans of episodes among threads."""
    pool = ThreadPoolExecutor(threads)

    def play(first: int, count: int) -> None:
        starts = range(first, first + count, SPAN)
        sizes = [min(SPAN, first + count - start) for start in starts]
        for _ in pool.map(play_span, starts, sizes):
            pass

    return play


def free_processors() -> int:
    """How many processors this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
