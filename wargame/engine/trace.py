"""A whole decision, recorded: percept, expectations, every term of the score, probabilities, draw, choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wargame.engine.seat import Seat
from wargame.engine.stage_game import reported_rows

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor

__all__ = ["Decision", "record_decision"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One actor's decision in one phase of one turn (D1 to D5).

    An actor that does not reconsider (`reason` is `repeat`) perceives, expects and weighs nothing.
    """

    turn: int
    actor: str
    phase: str
    percept: dict[str, float]
    """Only the variables that the actor does not see exactly."""
    expectations: dict[str, dict[str, float]]
    terms: dict[str, dict[str, float]]
    """By policy: every term of utility, and `cost` with its sign; empty for rules that do not look ahead."""
    scores: dict[str, float]
    probabilities: dict[str, float]
    draw: float
    choice: str | None
    """The policy played; None if none was available."""
    reason: str = field(default="draw")
    """`draw`, `order` (an order forced it), `repeat` (the actor did not reconsider), `own rule` (a user's class)."""
    type: str | None = None
    """The private type that it is of, where the file names them; of a private number, the number."""
    level: int | None = None
    """The level at which it reasons."""
    residual: float | None = None
    """Of an expected equilibrium: the largest difference of a chance from the logit answer to the others' chances."""
    bifurcated: bool = False
    """Whether another branch of equilibria was met on the way to the one expected."""

    def __repr__(self) -> str:
        return (
            f"<Decision of {self.actor} on turn {self.turn} in {self.phase}: {self.choice}, by {self.reason}>"
        )

    def _repr_html_(self) -> str:
        from wargame.engine.decision_html import decision_as_html

        return decision_as_html(self)


def record_decision(actor: StateActor, seat: Seat, index: int) -> Decision:
    """Read the decision just made from the workspace."""
    from wargame.engine.actor import StateActor as Plain

    model, rows = actor.model, actor.model.rules.rows
    workspace, phase = model.workspace, seat.phase
    decided = workspace[rows[f"decides.{seat.name}"]] != 0.0
    looks_ahead = seat.actor.decision.looks_ahead and decided
    available = actor.available(phase)
    terms = model.rules.explainer.explain(seat, workspace) if looks_ahead else {}
    expected = looks_ahead and seat.actor.decision.equilibrium
    residual, bifurcated, _ = reported_rows(seat)
    reason = "draw"
    if type(actor).choose is not Plain.choose:
        reason = "own rule"
    elif index >= 0 and workspace[rows[f"order.{seat.name}"]] == index:
        reason = "order"
    elif index >= 0 and not decided:
        reason = "repeat"
    return Decision(
        turn=model.turn,
        actor=actor.name,
        phase=phase,
        percept={name: actor.percept[name] for name in seat.actor.perception} if decided else {},
        expectations=actor.expectations(phase) if looks_ahead else {},
        terms={policy: values for policy, values in terms.items() if policy in available},
        scores=actor.scores(phase) if looks_ahead else {},
        probabilities=actor.probabilities(phase) if decided else {},
        draw=workspace[rows[f"draw.{seat.name}"]],
        choice=seat.policies[index].name if index >= 0 else None,
        reason=reason,
        type=_type(seat, rows, workspace),
        level=_level(seat, rows, workspace),
        residual=workspace[rows[residual]] if expected else None,
        bifurcated=expected and workspace[rows[bifurcated]] != 0.0,
    )


def _type(seat: Seat, rows: Mapping[str, int], workspace: Sequence[float]) -> str | None:
    types = seat.actor.types
    if types is None:
        return None
    if types.distribution is not None:
        return f"{workspace[rows[f'parameter.{next(iter(types.values))}']]:.6g}"
    return types.names[int(workspace[rows[f"type.{seat.actor.name}"]])]


def _level(seat: Seat, rows: Mapping[str, int], workspace: Sequence[float]) -> int | None:
    levels = seat.actor.decision.levels
    if levels is None:
        return None
    return levels.own[0] if len(levels.own) == 1 else int(workspace[rows[f"level.{seat.actor.name}"]])
