"""Drawing the figures of a run: the largest in a second process, which gets ready while the run is played."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from wargame.experiment.executors import processors, workers_ignore_interrupts
from wargame.experiment.results import Results

__all__ = ["draw_figures", "second_hand"]

LARGEST = "trajectories"
"""The figure that takes as long to draw as all others together: it has a plot for every variable."""


@contextmanager
def second_hand(*, wanted: bool) -> Iterator[Connection | None]:
    """A process that loads what drawing takes; None if it is not wanted, or there is no processor to run it on.

    It ends when the connection to it is closed, also by the death of this process.
    """
    if not wanted or processors() < 2:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    own, theirs = context.Pipe()
    with own:
        with theirs, workers_ignore_interrupts():
            context.Process(target=_draw_when_asked, args=(theirs,), daemon=True).start()
        yield own


def draw_figures(results: Results, folder: Path, beside: Connection | None) -> list[str]:
    """Draw the standard figures of a run; returns their names in the order in which they are read."""
    asked = beside is not None and _ask(beside, results, folder)
    # The other process is at work already while this one loads what drawing takes.
    from wargame.plots.figures import figure_names, save_figures

    names = figure_names(results)
    save_figures(results, folder, only=[name for name in names if not (asked and name == LARGEST)])
    if beside is not None and asked and not _is_done(beside):
        save_figures(results, folder, only=[LARGEST])
    return names


def _ask(beside: Connection, results: Results, folder: Path) -> bool:
    try:
        beside.send((results, folder))
    except OSError:
        return False
    return True


def _is_done(beside: Connection) -> bool:
    """Wait for the other process; False if it died, or failed: then this one says of what."""
    try:
        return bool(beside.recv())
    except (EOFError, OSError):
        return False


def _draw_when_asked(connection: Connection) -> None:
    """What the second process does."""
    from wargame.plots.figures import save_figures

    with connection:
        try:
            results, folder = connection.recv()
        except EOFError:
            return
        done = True
        try:
            save_figures(results, folder, only=[LARGEST])
        except Exception:
            done = False
        connection.send(done)
