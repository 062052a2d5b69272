"""Which engine plays a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NoReturn

from wargame.scenario.errors import WargameError

if TYPE_CHECKING:
    from wargame.engine.batch.play import Batch
    from wargame.engine.play import Play

__all__ = ["ENGINES", "SMALL", "Engine", "RunError", "chosen"]

Engine = Literal["auto", "mesa", "batch"]
ENGINES: tuple[Engine, ...] = ("auto", "mesa", "batch")

SMALL = 200
"""Runs of fewer episodes are not worth compiling for: the Mesa engine plays 65 to 100 episodes of the Korea scenario a
second, and compiling it takes 3 to 7 s, once."""


class RunError(WargameError):
    """A run that was asked for in a way that cannot be done."""


class _WouldCompile(Exception):
    pass


def chosen(engine: Engine, play: Play, episodes: int, announce: Callable[[str], None]) -> Batch | None:
    """The batch engine, compiled, or None for the Mesa engine.

    `auto` is Mesa for own actor classes, and for small runs of scenarios that were not compiled before. `RunError` for
    own actor classes on the batch engine.
    """
    if engine == "batch" and play.actors:
        names = ", ".join(play.actors)
        raise RunError(
            f"engine is 'batch', but {names} {'are' if len(play.actors) > 1 else 'is'} played by own Python classes, "
            "which only the Mesa engine can do\n"
            f"  {'mend:':<9}Leave engine at 'auto', or set it to 'mesa'."
        )
    if engine == "mesa" or play.actors:
        return None
    # LLVM is loaded only where it is used.
    from wargame.engine.batch.play import batch_for

    if engine == "batch" or episodes >= SMALL:
        return batch_for(play, announce)
    try:
        return batch_for(play, _refuse)
    except _WouldCompile:
        return None


def _refuse(_: str) -> NoReturn:
    """Told that compiling is about to begin: rather not."""
    raise _WouldCompile
