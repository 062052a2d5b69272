"""Who looks ahead: the actor that decides, or another as it is imagined to decide."""

from __future__ import annotations

from dataclasses import dataclass

from wargame.engine.seat import Seat
from wargame.scenario.scenario import Actor

__all__ = ["Mind", "needs_program", "rows_of_expectations"]


def needs_program(actor: Actor) -> bool:
    """Whether the actor's look-ahead is more than one turn with beliefs and the best own later choices."""
    decision = actor.decision
    return decision.looks_ahead and (
        decision.foresight > 1
        or decision.later != "best"
        or decision.leaf is not None
        or decision.levels is not None
        or decision.equilibrium
        or actor.types is not None
    )


def rows_of_expectations(seat: Seat) -> dict[str, str]:
    """The rows that keep what a seat expects of each policy of the others in its phase."""
    return {
        policy.full_name: f"expect.{seat.name}.{policy.full_name}"
        for other in seat.scenario.members(seat.phase)
        if other.name != seat.actor.name
        for policy in other.in_phase(seat.phase)
    }


@dataclass(frozen=True, kw_only=True)
class Mind:
    """Somebody who looks ahead: the actor that decides, or another as it is imagined to decide.

    It begins in `phase` of the turn `depth` ahead, and looks `turns` turns ahead from there.
    """

    actor: Actor
    depth: int
    phase: str
    turns: int
    level: int | None = None
    """The level at which another imagines it; None for the actor that decides."""

    def key(self, depth: int) -> str:
        """Part of the names of its routines for the turn `depth` ahead; later turns do not depend on where it began."""
        level = "" if self.level is None else f"_level{self.level}"
        if depth > self.depth and self.actor.decision.later != "same":
            return f"{self.actor.name}{level}"
        return f"{self.actor.name}{level}_{self.depth}_{self.phase}"
