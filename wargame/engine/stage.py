"""A stage game in rows of the workspace, handed to the equilibrium solver and its answer put back into rows."""

from __future__ import annotations

from collections.abc import MutableSequence

from wargame.engine.equilibrium.memory import BIFURCATED, RESIDUAL, memory_needed
from wargame.engine.equilibrium.path import solve_equilibrium

__all__ = ["REPORT", "solve_stage"]

REPORT = ("residual", "bifurcated", "missing")
"""What is reported, in rows that follow each other: the residual, whether the curve met a bifurcation, and whether no
equilibrium was found."""


def solve_stage(
    w: MutableSequence[float],
    wanted: int,
    sizes: tuple[int, ...],
    payoffs: int,
    precisions: int,
    available: int,
    given: tuple[int, ...],
    chances: int,
    report: int,
) -> None:
    """Solve the game whose numbers begin in these rows, if row `wanted` is not 0 (it is 0 afterwards).

    `sizes` and `given` are by player; the others as `solve_equilibrium` has them. Chances that are given stand in the
    rows of chances before, all chances afterwards. The batch engine does the same lane by lane (`batch.stages`).
    """
    if w[wanted] == 0.0:
        return
    policies, profiles, players = sum(sizes), 1, len(sizes)
    for size in sizes:
        profiles *= size
    reals, ints = memory_needed(sizes)
    work, answer = [0.0] * reals, [w[chances + k] for k in range(policies)]
    found = solve_equilibrium(
        players,
        list(sizes),
        [w[payoffs + k] for k in range(players * profiles)],
        [w[precisions + k] for k in range(players)],
        [w[available + k] for k in range(policies)],
        list(given),
        answer,
        work,
        [0] * ints,
    )
    for k in range(policies):
        w[chances + k] = answer[k]
    w[report] = work[RESIDUAL]
    w[report + 1] = work[BIFURCATED]
    w[report + 2] = 1.0 - found
    w[wanted] = 0.0
