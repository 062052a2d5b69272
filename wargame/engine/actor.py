"""The agent: a state that perceives, expects, evaluates and chooses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import mesa

from wargame.engine.seat import Seat
from wargame.scenario.errors import WargameError, did_you_mean, join_names

if TYPE_CHECKING:
    from wargame.engine.model import WargameModel

__all__ = ["ActorError", "StateActor"]


class ActorError(WargameError):
    """A choice that the rules do not allow, made by a user's own actor class."""


class StateActor(mesa.Agent):
    """One capital. All capitals are of this class; what distinguishes them is data.

    The four methods are the theory of a decision: `perceive` (R2), `expect` (D3), `evaluate` (D1, D2), `choose` (D4,
    D5). Subclass it and override `choose` to let a capital decide by your own Python code::

        class Dove(StateActor):
            def choose(self, phase):
                return "talk" if "talk" in self.available(phase) else super().choose(phase)

        wargame.simulate("korea-2025", episodes=100, actors={"washington": Dove})
    """

    model: WargameModel

    def __init__(self, model: WargameModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        rules = model.rules
        self.declared = rules.scenario.actors[name]
        self._seats: dict[str, Seat] = {
            seat.phase: seat for seats in rules.seats.values() for seat in seats if seat.actor.name == name
        }
        self._functions: dict[str, dict[str, Callable[[list[float]], float] | None]] = {
            phase: {
                step: rules.function(f"{step}_{name}_{phase}")
                for step in ("options", "expect", "evaluate", "choose", "carry_out")
            }
            for phase in self._seats
        }
        self._perceive = rules.function(f"perceive_{name}")
        self._indices = {
            phase: {policy.name: index for index, policy in enumerate(seat.policies)}
            for phase, seat in self._seats.items()
        }
        self._names = {
            phase: [policy.name for policy in seat.policies] for phase, seat in self._seats.items()
        }
        rows = rules.rows
        self._runs = {
            (kind, phase): rows[f"{kind}.{seat.policies[0].full_name}"]
            for phase, seat in self._seats.items()
            for kind in ("available", "score", "chance")
        }
        self._plays = {policy: rows[f"play.{name}.{policy}"] for policy in self.declared.policies}
        self._decides = {phase: rows[f"decides.{seat.name}"] for phase, seat in self._seats.items()}
        self._drawn = {phase: rows[f"drawn.{seat.name}"] for phase, seat in self._seats.items()}
        self._picks = {phase: rows[f"pick.{seat.name}"] for phase, seat in self._seats.items()}
        self._own_choice = type(self).choose is not StateActor.choose

    # ---- the decision --------------------------------------------------------------------------------------------

    def perceive(self) -> None:
        """R2: see the state, with this actor's bias and noise."""
        self._call(self._perceive, f"perceive_{self.name}")

    def expect(self, phase: str) -> None:
        """D3: form probabilities of what the others will do from this phase on."""
        self._call(self._functions[phase]["expect"], f"expect_{self.name}_{phase}")

    def evaluate(self, phase: str) -> None:
        """D1, D2: score every policy by looking ahead."""
        self._call(self._functions[phase]["evaluate"], f"evaluate_{self.name}_{phase}")

    def choose(self, phase: str) -> str:
        """D4, D5: turn scores into probabilities and pick a policy by this turn's draw; returns its name."""
        self._call(self._functions[phase]["choose"], f"choose_{self.name}_{phase}")
        return self._names[phase][int(self.model.workspace[self._drawn[phase]])]

    def decide(self, phase: str) -> int:
        """R3 for one phase: the index of the policy played there, or -1 if none is available.

        An actor that does not reconsider (D4) repeats its last policy without a thought. One with its own `choose` is
        asked every turn.
        """
        workspace, functions = self.model.workspace, self._functions[phase]
        self._call(functions["options"], f"options_{self.name}_{phase}")
        if self._own_choice and self.available(phase):
            workspace[self._decides[phase]] = 1.0
        if workspace[self._decides[phase]] != 0.0:
            self.expect(phase)
            self.evaluate(phase)
            workspace[self._drawn[phase]] = float(self._index(phase, self.choose(phase)))
        self._call(functions["carry_out"], f"carry_out_{self.name}_{phase}")
        return int(workspace[self._picks[phase]])

    def _call(self, function: Callable[[list[float]], float] | None, name: str) -> None:
        if function is not None and function(self.model.workspace) != 0.0:
            self.model.fail(name)

    def _index(self, phase: str, policy: str) -> int:
        """The place of a policy in the phase; an error for a choice that the rules do not allow."""
        index = self._indices[phase].get(policy)
        if index is None:
            known = self._names[phase]
            raise ActorError(
                f"{type(self).__name__}.choose returned {policy!r}, which is no policy of {self.name} in phase "
                f"{phase!r}; allowed: {join_names(known)}. {did_you_mean(str(policy), known)}".rstrip()
            )
        if self.model.workspace[self._runs["available", phase] + index] == 0.0:
            raise ActorError(
                f"{type(self).__name__}.choose returned {policy!r}, which is not available to {self.name} on turn "
                f"{self.model.turn}; choose among self.available(phase): {join_names(self.available(phase))}"
            )
        return index

    # ---- what can be seen from outside ---------------------------------------------------------------------------

    @property
    def policy(self) -> str | None:
        """What the actor plays this turn (with several phases: in the first one it acts in)."""
        played = self.policies
        return next(iter(played.values()), None)

    @property
    def policies(self) -> dict[str, str]:
        """What the actor plays this turn, by phase."""
        return self._played(self.model.workspace)

    @property
    def last_policies(self) -> dict[str, str]:
        """What the actor played last turn, by phase; on the first turn what the file's `before` says, if anything."""
        return self._played(self.model.workspace_before)

    def _played(self, workspace: list[float]) -> dict[str, str]:
        return {
            phase: name
            for phase, names in self._names.items()
            for name in names
            if workspace[self._plays[name]] != 0.0
        }

    @property
    def payoff(self) -> float:
        """The discounted sum of utility less cost so far."""
        return self.model.workspace[self.model.rules.rows[f"payoff.{self.name}"]]

    @property
    def percept(self) -> dict[str, float]:
        """The state as this actor sees it."""
        rows, workspace = self.model.rules.rows, self.model.workspace
        return {
            name: workspace[rows.get(f"seen.{self.name}.{name}", rows[f"state.{name}"])]
            for name in self.model.declared.state
        }

    def available(self, phase: str) -> list[str]:
        """The names of the policies that can be played in this phase now."""
        first = self._runs["available", phase]
        values = self.model.workspace[first : first + len(self._names[phase])]
        return [name for name, value in zip(self._names[phase], values, strict=True) if value != 0.0]

    def scores(self, phase: str) -> dict[str, float]:
        """The score of each available policy in the present decision."""
        return self._available_values("score", phase)

    def probabilities(self, phase: str) -> dict[str, float]:
        """The probability of each available policy in the present decision."""
        return self._available_values("chance", phase)

    def expectations(self, phase: str) -> dict[str, dict[str, float]]:
        """What the actor expects of the others: actor -> policy -> probability."""
        rules, workspace = self.model.rules, self.model.workspace
        known = rules.expectation_rows.get(self._seats[phase].name, {})
        result: dict[str, dict[str, float]] = {}
        for other, policies in self._seats[phase].unknown:
            for policy in policies:
                if policy.full_name in known:
                    value = workspace[rules.rows[known[policy.full_name]]]
                    result.setdefault(other.name, {})[policy.name] = value
        return result

    def _available_values(self, kind: str, phase: str) -> dict[str, float]:
        first, names = self._runs[kind, phase], self._names[phase]
        values = dict(zip(names, self.model.workspace[first : first + len(names)], strict=True))
        return {name: values[name] for name in self.available(phase)}
