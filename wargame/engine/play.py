"""What is to be played: the order that both engines take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wargame.engine.orders import OrderBook
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor

__all__ = ["Play"]


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
