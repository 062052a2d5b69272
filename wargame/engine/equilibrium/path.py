"""From precision 0 to the precision asked for, along the principal branch.

Pseudo-arclength continuation with a predictor along the tangent and Newton's method across it; steps are as long as the
curve is straight (Allgower and Georg 1990, algorithm 6.1.10).
"""

from __future__ import annotations

from wargame.engine.equilibrium.answers import answer, expect
from wargame.engine.equilibrium.game import compare_with, lay_out, list_unknowns, scale, tabulate, weigh
from wargame.engine.equilibrium.memory import (
    ANSWERS,
    BIFURCATED,
    CHANCES,
    COUNTS,
    EFFORT,
    EXPECTED,
    FINITE,
    FIRSTS,
    LENGTH,
    MAGNITUDE,
    NEW_MAGNITUDE,
    NEW_SIGN,
    NEW_TANGENT,
    NEXT,
    PLAYERS,
    POINT,
    RESIDUAL,
    SIGN,
    STARTS,
    STEPS,
    TANGENT,
    TARGET,
    TURNS,
    UNKNOWNS,
    Ints,
    Reals,
)
from wargame.engine.equilibrium.steps import (
    LOOSE,
    TOO_HARD,
    correction,
    keep,
    move,
    predict,
    solve_bordered,
    take_direction,
    try_step,
)
from wargame.engine.numeric import divide, maximum, minimum

__all__ = ["solve_equilibrium"]

FOR_ALL_LANES = True

INFINITY, NAN = float("inf"), float("nan")

# Lengths along the curve are in units of appeal: a difference of 1 makes one policy e times as likely as another.
FIRST_STEP = 0.1
SHORTEST_STEP = 1e-9
MOST_STEPS = 10000.0

# The determinant of the bordered equations is 0 at a bifurcation, and small where branches come near each other. So
# that none is passed unseen, even one where it keeps its sign, and no other branch is taken for the one followed, its
# logarithm may fall by so much in one step, unless the step is as short as NARROW; and steps grow fast only where it
# hardly changes. (At a fall of 1.4, 26 of 1,500 random games of coordination with small disturbances went astray; at
# 0.7 none.)
LARGEST_FALL = -0.35
STEADY = 0.1
GROWTH, FAST_GROWTH = 1.4, 2.0
NARROW = 1e-5
# Nearer than this to where precision must arrive, a step along the tangent is exact.
AT_TARGET = 1e-7

MOST_POLISHING = 20.0
POLISHED = 1e-9
LARGEST_RESIDUAL = 1e-10


def set_out(work: Reals, places: Ints) -> None:
    """The point at precision 0, and the direction from there."""
    for k in range(places[UNKNOWNS] + 1):
        work[places[POINT] + k] = 0.0
    solve_bordered(places[POINT], -1, work, places)
    take_direction(work, places)
    keep(places[TANGENT], places[NEW_TANGENT], work, places)
    work[SIGN] = work[NEW_SIGN]
    work[MAGNITUDE] = work[NEW_MAGNITUDE]
    work[LENGTH] = FIRST_STEP


def accept(length: float, steady: float, work: Reals, places: Ints) -> None:
    """Go to the next point; chooses the length of the step from there."""
    unknowns = places[UNKNOWNS]
    if work[places[TANGENT] + unknowns] * work[places[NEW_TANGENT] + unknowns] < 0.0:
        work[TURNS] = work[TURNS] + 1.0
    keep(places[POINT], places[NEXT], work, places)
    keep(places[TANGENT], places[NEW_TANGENT], work, places)
    work[SIGN] = work[NEW_SIGN]
    work[MAGNITUDE] = work[NEW_MAGNITUDE]
    growth = divide(1.0, work[EFFORT])
    growth = minimum(growth, FAST_GROWTH if steady != 0.0 else GROWTH)
    work[LENGTH] = length * maximum(growth, 0.5)


def follow(work: Reals, places: Ints) -> float:
    """Follow the curve until precision is what it must be; 1 if it got there."""
    unknowns = places[UNKNOWNS]
    set_out(work, places)
    arrived = 0.0
    while arrived == 0.0 and work[STEPS] < MOST_STEPS and work[LENGTH] > SHORTEST_STEP:
        work[STEPS] = work[STEPS] + 1.0
        remaining = work[TARGET] - work[places[POINT] + unknowns]
        rise = work[places[TANGENT] + unknowns]
        # The last step ends at the target: it is corrected at that precision, not across the tangent.
        last = 1.0 if rise * work[LENGTH] >= remaining else 0.0
        length = divide(remaining, rise) if last != 0.0 else work[LENGTH]
        try_step(length, -1 if last != 0.0 else places[TANGENT], work, places)
        fall = work[NEW_MAGNITUDE] - work[MAGNITUDE]
        kept = 1.0 if work[NEW_SIGN] == work[SIGN] and fall >= LARGEST_FALL else 0.0
        passed = 1.0 if last == 0.0 and work[places[NEXT] + unknowns] >= work[TARGET] else 0.0
        if work[EFFORT] <= TOO_HARD and passed == 0.0 and (kept != 0.0 or length <= NARROW):
            if kept == 0.0:
                work[BIFURCATED] = 1.0
            accept(length, 1.0 if -STEADY <= fall <= STEADY else 0.0, work, places)
            arrived = last
        elif last != 0.0 and length <= AT_TARGET:
            # A bifurcation or turning point lies just where precision must arrive.
            work[BIFURCATED] = 1.0
            predict(length, work, places)
            keep(places[POINT], places[NEXT], work, places)
            arrived = 1.0
        else:
            work[LENGTH] = length * 0.5
    return arrived


def compare_with_best(work: Reals, places: Ints) -> None:
    """Count appeals from each player's best policy, not from the mean: then those that matter are near 0, and exact."""
    for player in range(places[PLAYERS]):
        count = places[places[COUNTS] + player]
        if count > 1:
            first = places[POINT] + places[places[FIRSTS] + player]
            best = 0
            for j in range(count):
                best = j if work[first + j] > work[first + best] else best
            compare_with(player, best, work, places)
            highest = work[first + best]
            for j in range(count):
                work[first + j] = work[first + j] - highest


def polish(work: Reals, places: Ints) -> None:
    """Newton's method at the precision asked for; notes the residual."""
    unknowns = places[UNKNOWNS]
    compare_with_best(work, places)
    rounds = 0.0
    change = LOOSE
    while POLISHED < change <= LOOSE and rounds < MOST_POLISHING:
        rounds = rounds + 1.0
        solve_bordered(places[POINT], -1, work, places)
        change = correction(work, places)
        if change <= LOOSE:
            move(places[POINT], work, places)
    answer(places[POINT], 1.0, places[CHANCES], work, places)
    expect(work, places)
    answer(places[EXPECTED], work[TARGET], places[ANSWERS], work, places)
    residual = 0.0
    finite = 0.0
    for k in range(unknowns):
        difference = work[places[ANSWERS] + k] - work[places[CHANCES] + k]
        residual = maximum(difference if difference > 0.0 else -difference, residual)
        finite = finite + difference * 0.0
    work[RESIDUAL] = residual + finite


def write_chances(
    found: float, sizes: Ints, available: Reals, chances: Reals, work: Reals, places: Ints
) -> None:
    """The movers' chances, by policy; not a number if there is no answer, so that nobody takes it for one."""
    for player in range(places[PLAYERS]):
        if places[places[COUNTS] + player] > 1:
            unknown = places[CHANCES] + places[places[FIRSTS] + player]
            start = places[places[STARTS] + player]
            for j in range(sizes[player]):
                if available[start + j] != 0.0:
                    chances[start + j] = work[unknown] if found != 0.0 else NAN
                    unknown = unknown + 1


def solve_equilibrium(
    players: int,
    sizes: Ints,
    payoffs: Reals,
    precisions: Reals,
    available: Reals,
    given: Ints,
    chances: Reals,
    work: Reals,
    places: Ints,
) -> float:
    """Find the logit equilibrium of a stage game; tells 1, or 0 if none was found to a residual of 1e-10.

    Given, for n players with `sizes[i]` policies each:
        payoffs     player by player, each profile's, the last player's policies next to each other
                    (`array[i, a, b, c]` in C order)
        precisions  by player
        available   by player and policy, 1 or 0; payoffs of profiles that cannot occur are not read
        given       by player, 1 if its chances are given, else 0
        chances     by player and policy, the chances of those whose are given
        work        as many floats, and
        places      as many whole numbers as `memory_needed` says, with any content
    Fills in the other players' chances, and the report in `work`: RESIDUAL, STEPS, BIFURCATED, TURNS. If no equilibrium
    was found, chances that are sought are not numbers. A player without an available policy is skipped: its chances are
    0, and the payoffs of its first policy stand for its absence. The arrays must not overlap.
    """
    work[RESIDUAL] = INFINITY
    work[STEPS] = 0.0
    work[BIFURCATED] = 0.0
    work[TURNS] = 0.0
    lay_out(players, sizes, places)
    weigh(sizes, available, given, chances, work, places)
    list_unknowns(sizes, places)
    tabulate(sizes, payoffs, work, places)
    scale(precisions, work, places)
    if work[FINITE] == 0.0:
        arrived = follow(work, places)
        if arrived != 0.0:
            polish(work, places)
    found = 1.0 if work[RESIDUAL] <= LARGEST_RESIDUAL else 0.0
    write_chances(found, sizes, available, chances, work, places)
    return found
