"""What is to be played: the order that both engines take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wargame.engine.orders import OrderBook
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor

__all__ = ["Past", "Play"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Past:
    """What has been played of an episode: the workspace as the turn before `turn` left it.

    From there on an episode has many futures, one for each branch of its random streams; branch 0 is its own.
    """

    episode: int
    turn: int
    workspace: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Play:
    """What is to be played: everything that decides the episodes, and nothing else."""

    scenario: Scenario
    seed: int
    uncertain: bool = False
    orders: OrderBook = field(default_factory=OrderBook)
    actors: Mapping[str, type[StateActor]] = field(default_factory=dict)
    sample: int = 32
    """Full trajectories are kept of the first so many episodes."""
    past: Past | None = None
    """If given, futures of that past are played: numbers are those of branches, not of episodes."""
