"""The stage game as the solver sees it: those who choose, what they can play, payoffs in units of choice."""

from __future__ import annotations

from wargame.engine.equilibrium.memory import (
    ANSWERS,
    CELL,
    CELLS,
    CHANCES,
    COUNTS,
    EXPECTED,
    FINITE,
    FIRSTS,
    INTS,
    MATRIX,
    NEW_TANGENT,
    NEXT,
    PLAYERS,
    POINT,
    PROFILES,
    REALS,
    SCRATCH,
    STARTS,
    TABLES,
    TANGENT,
    TARGET,
    UNKNOWNS,
    WEIGHTS,
    Ints,
    Reals,
)
from wargame.engine.numeric import maximum

__all__ = ["compare_with", "lay_out", "list_unknowns", "scale", "tabulate", "weigh"]

FOR_ALL_LANES = True


def lay_out(players: int, sizes: Ints, places: Ints) -> None:
    """Divide the memory, as much as `memory_needed` says."""
    places[PLAYERS] = players
    places[STARTS] = INTS
    places[COUNTS] = INTS + players
    places[FIRSTS] = INTS + 2 * players
    places[CELL] = INTS + 3 * players
    policies = 0
    profiles = 1
    for player in range(players):
        places[places[STARTS] + player] = policies
        policies = policies + sizes[player]
        profiles = profiles * sizes[player]
    places[PROFILES] = profiles
    places[WEIGHTS] = REALS
    places[TABLES] = places[WEIGHTS] + policies
    places[SCRATCH] = places[TABLES] + players * profiles
    places[CHANCES] = places[SCRATCH] + profiles
    places[EXPECTED] = places[CHANCES] + policies
    places[ANSWERS] = places[EXPECTED] + policies
    places[POINT] = places[ANSWERS] + policies
    places[TANGENT] = places[POINT] + policies + 1
    places[NEXT] = places[TANGENT] + policies + 1
    places[NEW_TANGENT] = places[NEXT] + policies + 1
    places[MATRIX] = places[NEW_TANGENT] + policies + 1


def weigh(sizes: Ints, available: Reals, given: Ints, chances: Reals, work: Reals, places: Ints) -> None:
    """Give every policy the weight with which its payoffs count, and every player its number of unknowns.

    An available policy weighs 1, a given player's what is given. Who has one policy plays it. Who has none is skipped:
    its chances are 0, and the payoffs of its first policy stand for its absence.
    """
    for player in range(places[PLAYERS]):
        start = places[places[STARTS] + player]
        weights = places[WEIGHTS] + start
        count = 0
        for j in range(sizes[player]):
            if given[player] == 0:
                chances[start + j] = 1.0 if available[start + j] != 0.0 else 0.0
                places[places[CELL] + start + j] = count
                count = count + 1 if available[start + j] != 0.0 else count
            work[weights + j] = chances[start + j]
        if given[player] == 0 and count == 0:
            work[weights] = 1.0
        places[places[COUNTS] + player] = count if count > 1 else 1


def list_unknowns(sizes: Ints, places: Ints) -> None:
    """Number the unknowns, and the cells of the tables: the last player's policies lie next to each other."""
    unknowns = 0
    for player in range(places[PLAYERS]):
        count = places[places[COUNTS] + player]
        places[places[FIRSTS] + player] = unknowns
        unknowns = unknowns + count if count > 1 else unknowns
    places[UNKNOWNS] = unknowns
    cells = 1
    for back in range(places[PLAYERS]):
        player = places[PLAYERS] - 1 - back
        count = places[places[COUNTS] + player]
        numbers = places[CELL] + places[places[STARTS] + player]
        for j in range(sizes[player]):
            places[numbers + j] = places[numbers + j] * cells if count > 1 else 0
        cells = cells * count
    places[CELLS] = cells


def tabulate(sizes: Ints, payoffs: Reals, work: Reals, places: Ints) -> None:
    """Payoffs of those who choose, by profile of what they can play, averaged over the given chances of the others.

    Payoffs of profiles that cannot occur are not read.
    """
    for i in range(places[PLAYERS] * places[PROFILES]):
        work[places[TABLES] + i] = 0.0
    for profile in range(places[PROFILES]):
        rest = profile
        weight = 1.0
        cell = places[TABLES]
        for back in range(places[PLAYERS]):
            player = places[PLAYERS] - 1 - back
            policy = places[places[STARTS] + player] + rest % sizes[player]
            rest = rest // sizes[player]
            weight = weight * work[places[WEIGHTS] + policy]
            cell = cell + places[places[CELL] + policy]
        if weight != 0.0:
            for player in range(places[PLAYERS]):
                if places[places[COUNTS] + player] > 1:
                    offset = player * places[PROFILES]
                    work[cell + offset] = work[cell + offset] + weight * payoffs[offset + profile]


def cells_apart(player: int, places: Ints) -> int:
    """How far apart in a table the cells of a player's policies lie that differ in nothing else."""
    apart = 1
    for other in range(player + 1, places[PLAYERS]):
        apart = apart * places[places[COUNTS] + other]
    return apart


def scale(precisions: Reals, work: Reals, places: Ints) -> None:
    """Payoffs less their mean over the player's own policies, times precision; then all divided by the largest.

    The mean makes no difference to any choice. The largest is where precision, on the new scale, must arrive. Leaves it
    in `work`, and whether all payoffs are finite: 0 if so.
    """
    largest = 0.0
    finite = 0.0
    for player in range(places[PLAYERS]):
        count = places[places[COUNTS] + player]
        table = places[TABLES] + player * places[PROFILES]
        apart = cells_apart(player, places)
        for run in range(places[CELLS] // (count * apart)):
            for k in range(apart):
                first = table + run * count * apart + k
                total = 0.0
                for j in range(count):
                    total = total + work[first + j * apart]
                mean = total / count
                for j in range(count):
                    value = (work[first + j * apart] - mean) * precisions[player]
                    work[first + j * apart] = value
                    largest = maximum(value if value > 0.0 else -value, largest)
                    finite = finite + value * 0.0
    work[TARGET] = largest
    work[FINITE] = finite
    if largest > 0.0:
        for i in range(places[PLAYERS] * places[PROFILES]):
            work[places[TABLES] + i] = work[places[TABLES] + i] / largest


def compare_with(player: int, policy: int, work: Reals, places: Ints) -> None:
    """Payoffs less those of one of the player's own policies, instead of their mean."""
    count = places[places[COUNTS] + player]
    apart = cells_apart(player, places)
    for run in range(places[CELLS] // (count * apart)):
        for k in range(apart):
            first = places[TABLES] + player * places[PROFILES] + run * count * apart + k
            base = work[first + policy * apart]
            for j in range(count):
                work[first + j * apart] = work[first + j * apart] - base
