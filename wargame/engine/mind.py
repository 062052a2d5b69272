"""Who looks ahead: the actor that decides, or another as it is imagined to decide."""

from __future__ import annotations

from dataclasses import dataclass

from wargame.engine.seat import Seat
from wargame.scenario.scenario import Actor

__all__ = ["Mind", "needs_program", "rows_of_expectations", "weighs_types_at_once"]

MOST_AT_ONCE = 4
"""Up to so many types are weighed side by side, in straight-line code that plays the turn forward once for all."""


def needs_program(actor: Actor) -> bool:
    """Whether the look-ahead is more than a turn with beliefs and the best own later choices, or of many types."""
    decision = actor.decision
    return decision.looks_ahead and (
        decision.foresight > 1
        or decision.later != "best"
        or decision.leaf is not None
        or decision.levels is not None
        or decision.equilibrium
        or (actor.types is not None and not _few_types(actor))
    )


def weighs_types_at_once(actor: Actor) -> bool:
    """Whether the scores of all the actor's types are found in one block, with what is the same for them found once."""
    return actor.decision.looks_ahead and not needs_program(actor) and _few_types(actor)


def _few_types(actor: Actor) -> bool:
    few = actor.types is not None and len(actor.types.names) <= MOST_AT_ONCE
    return few and actor.decision.expectation == "mean"


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
