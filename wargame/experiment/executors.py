"""Blocks of episodes, in order: from the Mesa engine by processes, from the batch engine by threads.

Results depend neither on the size of a block nor on the number of workers. Workers are never more than a few blocks
ahead of what has been collected, so memory does not grow with the number of episodes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from wargame.engine.block import Block

if TYPE_CHECKING:
    from wargame.engine.batch.play import Batch
    from wargame.engine.play import Play

__all__ = ["batch_blocks", "mesa_blocks", "processors"]

MESA_BLOCK = 32
"""Episodes played between two steps of the progress bar."""

BATCH_BLOCK = 1024
"""Enough for what is done between blocks not to count, and few enough for a block's sums never to exceed 64 bits.

Values up to 4,096 ranges away from `low` are summed as they are, in units of 2**-40 ranges: 2**52 for an episode.
"""

AHEAD = 4
"""Blocks that are being played or wait to be collected, for each worker."""

Span = tuple[int, int]
Blocks = Generator[Block, None, None]


def mesa_blocks(play: Play, episodes: int, workers: int) -> Blocks:
    """Episodes from 0 on, played by the Mesa engine: in this process, or in several others."""
    from wargame.engine.mesa_blocks import play_block

    spans = _spans(episodes, MESA_BLOCK)
    if workers == 1 or episodes <= MESA_BLOCK:
        for span in spans:
            yield play_block(play, *span)
        return
    # Mesa needs freshly started processes; each compiles the rules once.
    context = multiprocessing.get_context("spawn")
    count = min(workers, -(-episodes // MESA_BLOCK))
    with ProcessPoolExecutor(count, mp_context=context, initializer=_start_worker, initargs=(play,)) as pool:
        yield from _in_order(pool, _work, spans, AHEAD * count)


def batch_blocks(batch: Batch, play: Play, episodes: int, workers: int) -> Blocks:
    """Episodes from 0 on, played by the batch engine: in this thread, or in several others."""
    spans = _spans(episodes, BATCH_BLOCK)
    if workers == 1 or episodes <= BATCH_BLOCK:
        for span in spans:
            yield batch.play_block(play, *span)
        return
    with ThreadPoolExecutor(workers, thread_name_prefix="wargame") as pool:
        yield from _in_order(pool, lambda span: batch.play_block(play, *span), spans, AHEAD * workers)


def processors() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _spans(episodes: int, size: int) -> Iterator[Span]:
    return ((first, min(size, episodes - first)) for first in range(0, episodes, size))


def _in_order(pool: Executor, work: Callable[[Span], Block], spans: Iterator[Span], ahead: int) -> Blocks:
    """Blocks in the order of their spans, with at most so many begun and not yet handed on."""
    try:
        with _workers_ignore_interrupts():
            waiting = deque(pool.submit(work, span) for span in islice(spans, ahead))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(work, span) for span in islice(spans, 1))
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _workers_ignore_interrupts() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one, which ends them; signals belong to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_task: list[Play] = []


def _start_worker(play: Play) -> None:
    _task[:] = [play]


def _work(span: Span) -> Block:
    from wargame.engine.mesa_blocks import play_block

    return play_block(_task[0], *span)
