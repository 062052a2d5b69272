"""An actor's place in a phase of the turn."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from wargame.scenario.scenario import Actor, Policy, Scenario

__all__ = ["Seat"]


@dataclass(frozen=True, kw_only=True)
class Seat:
    """An actor's place in one phase of the turn, with the policies it chooses among there."""

    scenario: Scenario
    actor: Actor
    phase: str

    @functools.cached_property
    def name(self) -> str:
        """`actor.phase`, also the name of the random stream that picks its policy."""
        return f"{self.actor.name}.{self.phase}"

    @property
    def code_name(self) -> str:
        """What the seat is called in the names of blocks of code."""
        return f"{self.actor.name}_{self.phase}"

    @functools.cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The policies that belong to this phase."""
        return self.actor.in_phase(self.phase)

    @property
    def later_phases(self) -> list[str]:
        """Phases after this one in the turn."""
        phases = self.scenario.phases
        return list(phases[phases.index(self.phase) + 1 :])

    @property
    def own_later(self) -> list[tuple[Policy, ...]]:
        """The actor's own policies in each later phase where it has any."""
        return [policies for phase in self.later_phases if (policies := self.actor.in_phase(phase))]

    @property
    def unknown(self) -> list[tuple[Actor, tuple[Policy, ...]]]:
        """The other actors' choices in this phase and later ones, which the actor must expect."""
        pairs = []
        for phase in [self.phase, *self.later_phases]:
            for other in self.scenario.actors.values():
                policies = other.in_phase(phase)
                if other.name != self.actor.name and policies:
                    pairs.append((other, policies))
        return pairs
