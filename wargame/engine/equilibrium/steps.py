"""One step along the curve of equilibria: a predictor along the tangent, and Newton's method across it."""

from __future__ import annotations

from wargame.engine.equilibrium.answers import linearize
from wargame.engine.equilibrium.linear import solve_twice
from wargame.engine.equilibrium.memory import (
    EFFORT,
    MATRIX,
    NEW_MAGNITUDE,
    NEW_TANGENT,
    NEXT,
    POINT,
    TANGENT,
    UNKNOWNS,
    Ints,
    Reals,
)
from wargame.engine.numeric import divide, log, maximum, sqrt

__all__ = ["correction", "keep", "move", "predict", "solve_bordered", "take_direction", "try_step"]

FOR_ALL_LANES = True

INFINITY = float("inf")

# A step is as hard as the largest of these says, in relation to what is wanted: the first correction, how much smaller
# the second is, and by how much the tangent turns. Beyond TOO_HARD it is not taken.
WANTED_CORRECTION, WANTED_CONTRACTION, WANTED_BEND = 0.1, 0.3, 0.3
TOO_HARD = 2.0
LOOSE = 1e-3


def solve_bordered(point: int, border: int, work: Reals, places: Ints) -> None:
    """Solve the linearized equations at a point together with a last one: no step along the border.

    A border of -1 stands for precision. Leaves two answers in the columns behind the equations: the correction, and the
    direction of the curve.
    """
    unknowns = places[UNKNOWNS]
    linearize(point, work, places)
    row = places[MATRIX] + unknowns * (unknowns + 3)
    for k in range(unknowns):
        work[row + k] = 0.0
    work[row + unknowns] = 1.0
    if border >= 0:
        for k in range(unknowns + 1):
            work[row + k] = work[border + k]
    work[row + unknowns + 1] = 0.0
    work[row + unknowns + 2] = 1.0
    solve_twice(work, places[MATRIX], unknowns + 1)


def correction(work: Reals, places: Ints) -> float:
    """The largest part of the correction just solved for; not a number if any part is not."""
    unknowns = places[UNKNOWNS]
    largest = 0.0
    finite = 0.0
    for k in range(unknowns + 1):
        part = work[places[MATRIX] + k * (unknowns + 3) + unknowns + 1]
        largest = maximum(part if part > 0.0 else -part, largest)
        finite = finite + part * 0.0
    return largest + finite


def move(point: int, work: Reals, places: Ints) -> None:
    """Add the correction to a point."""
    unknowns = places[UNKNOWNS]
    for k in range(unknowns + 1):
        work[point + k] = work[point + k] + work[places[MATRIX] + k * (unknowns + 3) + unknowns + 1]


def take_direction(work: Reals, places: Ints) -> None:
    """The new tangent, of length 1, and the determinant with it as border instead of the one that was used."""
    unknowns = places[UNKNOWNS]
    total = 0.0
    for k in range(unknowns + 1):
        part = work[places[MATRIX] + k * (unknowns + 3) + unknowns + 2]
        work[places[NEW_TANGENT] + k] = part
        total = total + part * part
    length = sqrt(total)
    for k in range(unknowns + 1):
        work[places[NEW_TANGENT] + k] = divide(work[places[NEW_TANGENT] + k], length)
    work[NEW_MAGNITUDE] = work[NEW_MAGNITUDE] + log(length)


def bend(work: Reals, places: Ints) -> float:
    """The tangent of the angle between the old and the new direction; infinite from a right angle on."""
    cosine = 0.0
    for k in range(places[UNKNOWNS] + 1):
        cosine = cosine + work[places[TANGENT] + k] * work[places[NEW_TANGENT] + k]
    squared = divide(1.0, cosine * cosine) - 1.0
    return sqrt(maximum(squared, 0.0)) if cosine > 0.0 else INFINITY


def predict(length: float, work: Reals, places: Ints) -> None:
    """The next point, along the tangent."""
    for k in range(places[UNKNOWNS] + 1):
        work[places[NEXT] + k] = work[places[POINT] + k] + length * work[places[TANGENT] + k]


def try_step(length: float, border: int, work: Reals, places: Ints) -> None:
    """Predict along the tangent, correct twice; notes how hard it was."""
    predict(length, work, places)
    solve_bordered(places[NEXT], border, work, places)
    first = correction(work, places)
    move(places[NEXT], work, places)
    solve_bordered(places[NEXT], border, work, places)
    second = correction(work, places)
    move(places[NEXT], work, places)
    take_direction(work, places)
    effort = sqrt(first / WANTED_CORRECTION)
    contraction = sqrt(divide(second, first) / WANTED_CONTRACTION) if second > LOOSE * LOOSE else 0.0
    turning = bend(work, places) / WANTED_BEND
    effort = maximum(maximum(contraction, turning), effort)
    work[EFFORT] = effort if second <= LOOSE else INFINITY


def keep(to: int, source: int, work: Reals, places: Ints) -> None:
    """Copy a point or a direction."""
    for k in range(places[UNKNOWNS] + 1):
        work[to + k] = work[source + k]
