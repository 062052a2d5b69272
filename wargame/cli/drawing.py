"""Drawing the figures of a run: in two processes of their own, which get ready while the run is played."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from wargame.experiment.executors import processors, workers_ignore_interrupts
from wargame.experiment.results import Results
from wargame.plots.figure_names import TRAJECTORIES, figure_names

__all__ = ["draw_figures", "drawing_hands"]

HANDS = 2


@contextmanager
def drawing_hands(*, wanted: bool) -> Iterator[list[Connection]]:
    """Two processes that load what drawing takes; none if they are not wanted, or no processor is free for them.

    Each ends when the connection to it is closed, also by the death of this process.
    """
    with ExitStack() as stack:
        count = HANDS if wanted and processors() > 1 else 0
        yield [stack.enter_context(_start()) for _ in range(count)]


def _start() -> Connection:
    context = multiprocessing.get_context("spawn")
    own, theirs = context.Pipe()
    with theirs, workers_ignore_interrupts():
        context.Process(target=_draw_when_asked, args=(theirs,), daemon=True).start()
    return own


def draw_figures(results: Results, folder: Path, hands: Sequence[Connection]) -> list[str]:
    """Draw the standard figures of a run into a folder; returns their names in the order in which they are read."""
    names = figure_names(results)
    # The trajectories take as long as all others together: they have a plot for every variable.
    parts = [name for name in names if name != TRAJECTORIES], [TRAJECTORIES]
    asked = [
        (hand, part) for hand, part in zip(hands, parts, strict=False) if _ask(hand, results, folder, part)
    ]
    done = {name for hand, part in asked if _is_done(hand) for name in part}
    left = [name for name in names if name not in done]
    if left:
        _draw(results, folder, left)
    return names


def _ask(hand: Connection, results: Results, folder: Path, names: Sequence[str]) -> bool:
    try:
        hand.send((results, folder, names))
    except OSError:
        return False
    return True


def _is_done(hand: Connection) -> bool:
    """Wait for a process; False if it died or failed: then this one draws, and says what is wrong."""
    try:
        return bool(hand.recv())
    except (EOFError, OSError):
        return False


def _draw_when_asked(connection: Connection) -> None:
    """What each process does."""
    import wargame.plots.figures  # noqa: F401

    with connection:
        try:
            asked = connection.recv()
        except EOFError:
            return
        try:
            _draw(*asked)
        except Exception:
            connection.send(False)
        else:
            connection.send(True)


def _draw(results: Results, folder: Path, names: Sequence[str]) -> None:
    from wargame.plots.figures import save_figures

    save_figures(results, folder, only=names)
