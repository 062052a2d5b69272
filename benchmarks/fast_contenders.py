"""The batch engine and the C program on one and two threads; the C program is checked before it is timed."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
from c_program import CProgram, compiler
from measuring import Contender, on_threads

from wargame.engine.batch.play import batch_for
from wargame.engine.play import Play
from wargame.engine.rules import rules_for

__all__ = ["CHECKED", "batch_name", "c_name", "check_same", "contenders"]

CHECKED = 4000
"""Episodes that the C program must play as the batch engine does."""

PROBE = 2048


def batch_name(threads: int) -> str:
    """What the batch engine is called in tables."""
    return f"batch engine, {threads} thread{'s' if threads > 1 else ''}"


def c_name(threads: int) -> str:
    """What the C program is called in tables."""
    return f"C program, {threads} thread{'s' if threads > 1 else ''}"


def contenders(play: Play, folder: Path) -> tuple[list[Contender], CProgram | None]:
    """All that there are; without gcc there is no C program."""
    batch, rules = batch_for(play), rules_for(play.scenario)
    program = CProgram(rules, folder) if compiler() else None
    if program is not None:
        check_same(play, program)
    found = []
    for threads in (1, 2):
        played = on_threads(threads, partial(batch.play_block, play))
        found.append(Contender(name=batch_name(threads), play=played, probe=PROBE))
        if program is not None:
            played = on_threads(threads, partial(program.play, play.seed))
            found.append(Contender(name=c_name(threads), play=played, probe=PROBE))
    return found, program


def check_same(play: Play, program: CProgram) -> None:
    """Every outcome, length, metric and payoff of the C program must be the batch engine's, to the last bit."""
    block = batch_for(play).play_block(play, 0, CHECKED)
    found = program.play(play.seed, 0, CHECKED)
    for name in ("outcome", "length", "metrics", "payoffs"):
        given, wanted = getattr(found, name), getattr(block, name)
        if wanted.dtype == np.float64:
            # Zeros of both signs count as different; what is missing has no sign.
            given, wanted = (np.where(np.isnan(x), np.nan, x).view(np.int64) for x in (given, wanted))
        if not np.array_equal(given, wanted):
            raise ValueError(f"the C program plays {play.scenario.name} otherwise: {name} differs")
