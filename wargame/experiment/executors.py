"""Executors: where episodes are played. In this process, by threads, by processes; `cluster` has Dask.

Results depend neither on the executor nor on how it cuts episodes into blocks. Workers are never more than a few blocks
ahead of what has been collected, so memory does not grow with the number of episodes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Executor as Pool
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Protocol

from wargame.engine.block import Block
from wargame.experiment.record import Piece
from wargame.experiment.task import Player, Span, Task

__all__ = [
    "Blocks",
    "Executor",
    "Processes",
    "Serial",
    "Threads",
    "cut",
    "executor_for",
    "processors",
    "workers_ignore_interrupts",
]

AHEAD = 4
"""Blocks that are being played or wait to be collected, for each worker."""

Blocks = Generator[Block | Piece, None, None]


class Executor(Protocol):
    """Where episodes are played."""

    def play(self, task: Task, spans: Iterable[Span]) -> Blocks:
        """Play spans of episodes, cut as it suits; hand over blocks, or pieces that were added up, in order.

        Closing the generator ends what is still being played.
        """
        ...


class Serial:
    """This thread."""

    def play(self, task: Task, spans: Iterable[Span]) -> Blocks:
        """Play block after block."""
        player = task.player()
        for span in cut(spans, task.block):
            yield player(*span)


class Threads:
    """Several threads: for the batch engine, which plays without Python's lock."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def play(self, task: Task, spans: Iterable[Span]) -> Blocks:
        """Play a block on each thread."""
        player = task.player()
        with ThreadPoolExecutor(self.workers, thread_name_prefix="wargame") as pool:
            blocks = cut(spans, task.block)
            yield from _in_order(pool, lambda span: player(*span), blocks, AHEAD * self.workers)


class Processes:
    """Several processes on this machine: for the Mesa engine."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def play(self, task: Task, spans: Iterable[Span]) -> Blocks:
        """Play a block in each process. Mesa needs freshly started ones; each compiles the rules once."""
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            self.workers, mp_context=context, initializer=_start_worker, initargs=(task,)
        ) as pool:
            yield from _in_order(pool, _work, cut(spans, task.block), AHEAD * self.workers)


def executor_for(task: Task, episodes: int, workers: int | None) -> Executor:
    """The executor of a run on this machine: threads for the batch engine, processes for Mesa.

    Without a number of workers, as many threads as processors, and one process. None is started that would have no
    block to play.
    """
    asked = workers or (1 if task.engine == "mesa" else processors())
    useful = min(asked, -(-episodes // task.block))
    if useful <= 1:
        return Serial()
    return Processes(useful) if task.engine == "mesa" else Threads(useful)


def processors() -> int:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def cut(spans: Iterable[Span], size: int) -> Iterator[Span]:
    """Spans of at most `size` episodes."""
    for first, count in spans:
        for start in range(first, first + count, size):
            yield start, min(size, first + count - start)


def _in_order(pool: Pool, work: Callable[[Span], Block], spans: Iterator[Span], ahead: int) -> Blocks:
    """Blocks in the order of their spans, with at most so many begun and not yet handed on."""
    try:
        with workers_ignore_interrupts():
            waiting = deque(pool.submit(work, span) for span in islice(spans, ahead))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(work, span) for span in islice(spans, 1))
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def workers_ignore_interrupts() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one, which ends them; signals belong to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_player: list[Player] = []


def _start_worker(task: Task) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _player[:] = [task.player()]


def _end_with_parent() -> None:
    """A parent that is killed cannot end its workers, which would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(span: Span) -> Block:
    return _player[0](*span)
