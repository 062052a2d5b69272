"""How the movers answer each other: expected payoffs, logit chances, and how these change with the others' chances.

The unknowns are the *appeals* of policies: z = precision * expected payoff less the mean over the player's policies.
Chances are exp(z), normalized for each player. So no chance is ever outside [0, 1], and where one policy is far ahead
the curve of equilibria is a straight line. An equilibrium is a root of z - precision * expected(chances(z)).
"""

from __future__ import annotations

from wargame.engine.equilibrium.memory import (
    CELLS,
    CHANCES,
    COUNTS,
    EXPECTED,
    FIRSTS,
    MATRIX,
    PLAYERS,
    PROFILES,
    SCRATCH,
    TABLES,
    UNKNOWNS,
    Ints,
    Reals,
)
from wargame.engine.numeric import exp, maximum

__all__ = ["answer", "expect", "linearize"]

FOR_ALL_LANES = True


def answer(appeals: int, factor: float, chances: int, work: Reals, places: Ints) -> None:
    """The logit chances of appeals times a factor."""
    for player in range(places[PLAYERS]):
        count = places[places[COUNTS] + player]
        if count > 1:
            first = places[places[FIRSTS] + player]
            highest = factor * work[appeals + first]
            for j in range(first + 1, first + count):
                highest = maximum(factor * work[appeals + j], highest)
            total = 0.0
            for j in range(first, first + count):
                weight = exp(factor * work[appeals + j] - highest)
                work[chances + j] = weight
                total = total + weight
            for j in range(first, first + count):
                work[chances + j] = work[chances + j] / total


def average_out(
    source: int, outer: int, chances: int, count: int, inner: int, work: Reals, places: Ints
) -> None:
    """Average a table over one player's chances; the result may take the table's own place."""
    for run in range(outer):
        for k in range(inner):
            total = 0.0
            for j in range(count):
                total = total + work[chances + j] * work[source + (run * count + j) * inner + k]
            work[places[SCRATCH] + run * inner + k] = total


def narrow(player: int, other: int, work: Reals, places: Ints) -> int:
    """A player's payoffs averaged over all but itself and one other; tells where they lie. The other may be itself."""
    source = places[TABLES] + player * places[PROFILES]
    outer = places[CELLS]
    inner = 1
    for back in range(places[PLAYERS]):
        averaged = places[PLAYERS] - 1 - back
        count = places[places[COUNTS] + averaged]
        outer = outer // count
        if averaged == player or averaged == other:  # noqa: SIM109 (the translator has no `in`)
            inner = inner * count
        elif count > 1:
            average_out(
                source, outer, places[CHANCES] + places[places[FIRSTS] + averaged], count, inner, work, places
            )
            source = places[SCRATCH]
    return source


def expect(work: Reals, places: Ints) -> None:
    """The expected payoff of every unknown."""
    for player in range(places[PLAYERS]):
        count = places[places[COUNTS] + player]
        if count > 1:
            source = narrow(player, player, work, places)
            for j in range(count):
                work[places[EXPECTED] + places[places[FIRSTS] + player] + j] = work[source + j]


def differentiate(player: int, other: int, precision: float, work: Reals, places: Ints) -> None:
    """The derivatives of one player's equations by the appeals of another's policies.

    The appeal of a policy moves its own chance up and all others down, so what counts is by how much payoffs against it
    differ from what is expected.
    """
    width = places[UNKNOWNS] + 3
    source = narrow(player, other, work, places)
    rows = places[places[COUNTS] + player]
    columns = places[places[COUNTS] + other]
    down = columns if player < other else 1
    across = 1 if player < other else rows
    for i in range(rows):
        own = places[places[FIRSTS] + player] + i
        for j in range(columns):
            its = places[places[FIRSTS] + other] + j
            gain = work[source + i * down + j * across] - work[places[EXPECTED] + own]
            work[places[MATRIX] + own * width + its] = -precision * work[places[CHANCES] + its] * gain


def linearize(point: int, work: Reals, places: Ints) -> None:
    """The equations at a point, linearized: derivatives, then what is missing, then 0.

    One equation per unknown; the last column of derivatives is that of precision. The last row is left to the caller.
    """
    unknowns = places[UNKNOWNS]
    width = unknowns + 3
    precision = work[point + unknowns]
    answer(point, 1.0, places[CHANCES], work, places)
    expect(work, places)
    for i in range(unknowns):
        row = places[MATRIX] + i * width
        for j in range(unknowns):
            work[row + j] = 1.0 if i == j else 0.0
        work[row + unknowns] = -work[places[EXPECTED] + i]
        work[row + unknowns + 1] = precision * work[places[EXPECTED] + i] - work[point + i]
        work[row + unknowns + 2] = 0.0
    for player in range(places[PLAYERS]):
        for other in range(places[PLAYERS]):
            if player != other and places[places[COUNTS] + player] > 1 and places[places[COUNTS] + other] > 1:
                differentiate(player, other, precision, work, places)
