"""The equilibrium solver for people: arrays in, an object out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from wargame.engine.equilibrium.memory import BIFURCATED, RESIDUAL, STEPS, TURNS, memory_needed
from wargame.engine.equilibrium.path import solve_equilibrium

__all__ = ["Equilibrium", "NoEquilibriumError", "logit_equilibrium"]


class NoEquilibriumError(ValueError):
    """No answer can be trusted: payoffs are not finite, or the curve could not be followed."""


@dataclass(frozen=True, kw_only=True)
class Equilibrium:
    """Chances by player and policy, and how they were found."""

    chances: tuple[NDArray[np.float64], ...]
    residual: float
    """The largest difference between a chance and the logit answer to the others' chances."""
    steps: int
    """How many steps along the curve were tried."""
    bifurcated: bool
    """Whether the curve met a bifurcation: other equilibria branch off there, or come too near to be told apart."""
    turns: int
    """How often the curve turned back in precision: where it does, other equilibria exist at the same precision."""


def logit_equilibrium(
    payoffs: Sequence[ArrayLike],
    precision: float | Sequence[float],
    *,
    available: Sequence[ArrayLike] | None = None,
    given: Mapping[int, ArrayLike] | None = None,
) -> Equilibrium:
    """The logit equilibrium of a game in strategic form, on the principal branch.

    `payoffs` is one array per player, of the shape of the game: `payoffs[i][a, b, ...]` is what player i gets if player
    0 plays a, player 1 b and so on. `precision` is one for all or one per player. `available` tells, per player, which
    policies it has (all); `given` maps players whose chances are given to these.

    Raises `NoEquilibriumError` where no equilibrium is found, `ValueError` for shapes that do not fit.
    """
    tables = [np.asarray(table, dtype=np.float64) for table in payoffs]
    sizes = tables[0].shape
    players = len(tables)
    if len(sizes) != players or any(table.shape != sizes for table in tables):
        shapes = ", ".join(str(table.shape) for table in tables)
        raise ValueError(
            f"{players} players need {players} payoff arrays of one shape with as many axes, not {shapes}"
        )
    precisions = np.broadcast_to(np.asarray(precision, dtype=np.float64), players).tolist()
    present = [1.0] * sum(sizes)
    if available is not None:
        present = [1.0 if one else 0.0 for part in available for one in np.asarray(part).tolist()]
    chances = [0.0] * sum(sizes)
    starts = np.cumsum([0, *sizes]).tolist()
    for player, numbers in (given or {}).items():
        chances[starts[player] : starts[player + 1]] = np.asarray(numbers, dtype=np.float64).tolist()
    if len(present) != sum(sizes) or len(chances) != sum(sizes):
        raise ValueError(f"available and given chances must have one number per policy: {sizes}")
    reals, ints = memory_needed(sizes)
    work = [0.0] * reals
    found = solve_equilibrium(
        players,
        list(sizes),
        np.concatenate([table.ravel() for table in tables]).tolist(),
        precisions,
        present,
        [int(player in (given or {})) for player in range(players)],
        chances,
        work,
        [0] * ints,
    )
    if not found:
        raise NoEquilibriumError(
            f"no logit equilibrium found in {work[STEPS]:.0f} steps along the principal branch (residual "
            f"{work[RESIDUAL]:.3g}): payoffs and precisions must be finite, and precision not so high that payoffs "
            "would have to be known to more digits than a float has"
        )
    return Equilibrium(
        chances=tuple(np.array(chances[a:b]) for a, b in pairwise(starts)),
        residual=work[RESIDUAL],
        steps=int(work[STEPS]),
        bifurcated=work[BIFURCATED] != 0.0,
        turns=int(work[TURNS]),
    )
