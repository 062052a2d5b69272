"""Where the equilibrium solver keeps what: one array of floats (`work`) and one of whole numbers (`places`).

*Movers* are the players whose chances are sought; each of their available policies is one unknown. Offsets are kept in
`places`, under the names given here.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from math import prod

__all__ = ["BIFURCATED", "RESIDUAL", "STEPS", "TURNS", "Ints", "Reals", "memory_needed"]

Reals = MutableSequence[float]
Ints = MutableSequence[int]

# What `work` begins with. First the report:
RESIDUAL = 0
"""The largest difference between a chance and the logit answer to the others' chances."""
STEPS = 1
"""How many steps along the curve were tried."""
BIFURCATED = 2
"""1 if the curve met a bifurcation, or came so near one that its branches could not be told apart, else 0."""
TURNS = 3
"""How often precision turned from growing to falling, or back."""

# Then what the functions tell each other: the largest payoff, which is where precision must arrive; 0 or nan for
# whether all payoffs are finite; sign and logarithm of a determinant, at the last point and at the next; the length
# of the next step, and how hard the last was.
(TARGET, FINITE, SIGN, MAGNITUDE, NEW_SIGN, NEW_MAGNITUDE, LENGTH, EFFORT) = range(4, 12)
REALS = 12

# What `places` begins with. How many players, unknowns, and profiles there are, and how many profiles of unknowns:
(PLAYERS, UNKNOWNS, PROFILES, CELLS) = range(4)
# Where in `work` these lie: the weight with which each policy's payoffs count; every player's payoffs, PROFILES apart,
# and what is left of them when others are averaged out; chances, expected payoffs and logit answers by unknown; points
# of the curve and tangents (unknowns, then precision); equations.
(WEIGHTS, TABLES, SCRATCH, CHANCES, EXPECTED, ANSWERS) = range(4, 10)
(POINT, TANGENT, NEXT, NEW_TANGENT, MATRIX) = range(10, 15)
# Where in `places` these lie: by player the first of its policies, the number of its unknowns (1, which is none, if its
# chances are not sought) and the first of them; by policy its contribution to the number of a cell of the tables.
(STARTS, COUNTS, FIRSTS, CELL) = range(15, 19)
INTS = 19


def memory_needed(sizes: Sequence[int]) -> tuple[int, int]:
    """How many floats and whole numbers the solver needs for players with so many policies each."""
    players, policies, profiles = len(sizes), sum(sizes), prod(sizes)
    size = policies + 1
    reals = REALS + (players + 1) * profiles + 4 * policies + 4 * size + size * (size + 2)
    return reals, INTS + 3 * players + policies
