"""Imagined moments: the situation so many turns ahead, kept in rows of its own, and the step to the next turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from wargame.engine.code import changed_parameters
from wargame.engine.draft import Draft
from wargame.engine.graph import Node
from wargame.engine.perception import perceived
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.engine.turn import apply_calendar, calendar_parameters

if TYPE_CHECKING:
    from wargame.engine.mind import Mind

__all__ = ["Imagined"]


class Imagined:
    """The moments of the look-ahead that starts from one seat.

    Depth 0 is the present turn as the actor perceives it; the turn `depth` ahead has rows of its own. All who are
    imagined to decide on a turn share its rows: one of them is done before another, or before the one who asked, goes
    on, and nobody changes the rows of an earlier turn or phase.
    """

    def __init__(self, workbook: Workbook, seat: Seat) -> None:
        self.workbook, self.seat, self.graph = workbook, seat, workbook.graph
        self.scenario = workbook.scenario
        self._now = perceived(workbook, seat.actor)

    def play_row(self, depth: int, name: str) -> str:
        """The row of a choice; those of earlier phases of the present turn are known."""
        actor, _, policy = name.partition(".")
        phases = self.scenario.phases
        phase = self.scenario.actors[actor].policies[policy].phase
        if depth == 0 and phases.index(phase) < phases.index(self.seat.phase):
            return f"play.{name}"
        return f"plan.{depth}.play.{name}"

    def situation(self, depth: int, phase: str | None, mind: Mind | None = None) -> Situation:
        """The turn `depth` ahead as phase `phase` begins, or (None) once all have chosen.

        Where another than the deciding actor is imagined to think (`mind`), it knows its own type and no other's.
        """
        phases = list(self.scenario.phases)
        known = phases if phase is None else phases[: phases.index(phase)]
        play = {
            policy.full_name: self.workbook.row(self.play_row(depth, policy.full_name))
            if policy.phase in known
            else self.graph.zero
            for policy in self.scenario.policies()
        }
        now = self._now
        if mind is not None and mind.level is not None:
            now = now.copy(parameters={**now.parameters, **self._private(mind)})
        if depth == 0:
            return now.copy(play=play)

        def rows(kind: str, names: Mapping[str, Node]) -> dict[str, Node]:
            return {name: self.workbook.row(f"plan.{depth}.{kind}.{name}") for name in names}

        moving = {name: now.parameters[name] for name in changed_parameters(self.workbook)}
        return now.copy(
            play=play,
            parameters={**now.parameters, **rows("parameter", moving)},
            state=rows("state", now.state),
            now=rows("now", self.workbook.realized().now),
            last=rows("last", now.last),
            nature=rows("nature", now.nature),
            ready=rows("ready", now.ready),
            turn=self.graph.add(now.turn, self.graph.number(depth)),
        )

    def _private(self, mind: Mind) -> dict[str, Node]:
        rows = {
            name: f"plan.type.{actor.name}.{mind.level}.{name}"
            if actor.name == mind.actor.name
            else f"mean.{name}"
            for actor in self.scenario.actors.values()
            if actor.types is not None
            for name in actor.types.values
        }
        return {name: self.workbook.row(row) for name, row in rows.items()}

    def enter(self, draft: Draft, depth: int, before: Situation) -> None:
        """R1 of the turn `depth` ahead, after the situation `before` at the end of the turn before it."""
        scenario, graph = self.scenario, self.graph
        situation = before.copy(
            last={name: before.play[name] for name in before.last},
            now=dict(before.state),
            play=dict.fromkeys(before.play, graph.zero),
            turn=graph.add(self._now.turn, graph.number(depth)),
        )
        changed = changed_parameters(self.workbook)
        base = {name: self.workbook.row(f"base.{name}") for name in scenario.parameters if name in changed}
        values = calendar_parameters(situation, scenario.calendar, situation.turn, base)
        situation.become(parameters={**situation.parameters, **values})
        apply_calendar(situation, scenario.calendar, situation.turn, checked=False)
        results = {f"parameter.{name}": node for name, node in values.items()}
        for kind, nodes in (
            ("state", situation.state),
            ("now", {name: situation.state[name] for name in self.workbook.realized().now}),
            ("last", situation.last),
            ("nature", situation.nature),
            ("ready", situation.ready),
        ):
            results |= {f"{kind}.{name}": node for name, node in nodes.items()}
        draft.keep({f"plan.{depth}.{name}": node for name, node in results.items()})

    def settle(self, draft: Draft, situation: Situation, prefix: str) -> None:
        """Keep what was computed of the state and nature in rows, so that it is not computed again further on."""
        for kind in ("state", "nature", "ready"):
            nodes: Mapping[str, Node] = getattr(situation, kind)
            made = {name: node for name, node in nodes.items() if not node.is_leaf}
            draft.keep({f"{prefix}.{kind}.{name}": node for name, node in made.items()})
            rows = {name: self.workbook.row(f"{prefix}.{kind}.{name}") for name in made}
            situation.become(**{kind: {**nodes, **rows}})
