"""Exact expected utility (D2): every combination of the others' policies and of nature's branches, by its probability.

The combinations are nested loops, one per thing that is not known; a loop that cannot change the value is left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from wargame.engine.beliefs import availability, restricted_beliefs
from wargame.engine.emit import Loop
from wargame.engine.evaluations import MAX_EVALUATIONS
from wargame.engine.graph import Node
from wargame.engine.nature import Drawn, apply_item, draw_mean, item_is_due
from wargame.engine.planning import own_last, planning_situation
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.engine.turn import charge, resolve, utility
from wargame.scenario.errors import Problem, ScenarioError
from wargame.scenario.scenario import NatureItem, Policy

__all__ = ["ExactPlan"]


class ExactPlan:
    """The loops of one seat's decision, and inside them the score and its terms."""

    def __init__(self, workbook: Workbook, seat: Seat, expected_rows: Mapping[str, str]) -> None:
        self.workbook, self.seat, self.graph = workbook, seat, workbook.graph
        self.loops: list[Loop] = []
        situation = planning_situation(workbook, seat, {})
        play = self._choices(situation, expected_rows)
        situation = situation.copy(play=play)
        own = [policy for policies in [seat.policies, *seat.own_later] for policy in policies]
        self.cost = charge(situation, own)
        resolve(situation, own_last(seat), certain=True)
        for item in seat.scenario.nature.values():
            apply_item(situation, item, self._branch(situation, item))
        self.terms = utility(situation, seat.actor.name)
        self.score = self.graph.sub(self.graph.add(*self.terms), self.cost)

    def loops_into(self, *rows: str) -> list[Loop]:
        """The loops around the score; one that cannot change it becomes a single pass.

        Results, of the score and perhaps of its parts, go to the rows from each of `rows` on, one per own policy.
        Raises ScenarioError beyond MAX_EVALUATIONS.
        """
        kept = [
            replace(loop, rows=rows) if loop.reduce == "each" else self._kept(loop, self.score)
            for loop in self.loops
        ]
        size = math.prod(loop.count for loop in kept)
        if size > MAX_EVALUATIONS:
            actor = self.seat.actor
            raise ScenarioError(
                Problem(
                    file=self.seat.scenario.file,
                    line=actor.line,
                    message=f"`expectation: exact` would evaluate each decision of {actor.name} {size:,} times",
                    allowed=f"at most {MAX_EVALUATIONS:,} evaluations",
                    remedy="use `expectation: mean`, fewer policies or levels, or fewer chance events in its utility",
                )
            )
        return kept

    def _kept(self, loop: Loop, value: Node) -> Loop:
        """The loop, or one single pass where nothing depends on its counter."""
        wanted = [value, *(other.weight for other in self.loops if other is not loop)]
        if loop.reduce == "max" or any(_depends(node, loop.counter) for node in wanted):
            return loop
        return replace(loop, count=1, weight=self.graph.one)

    def _open(self, name: str, count: int, reduce: str) -> Node:
        counter = self.graph.counter(f"i_{name}", len(self.loops) + 1)
        self.loops.append(Loop(counter=counter, count=count, weight=self.graph.one, reduce=reduce))
        return counter

    def _weigh(self, weight: Node) -> None:
        """Give the loop opened last its weight."""
        self.loops[-1] = replace(self.loops[-1], weight=weight)

    def _played(self, policies: Sequence[Policy], counter: Node) -> dict[str, Node]:
        return {
            policy.full_name: self.graph.apply("eq", counter, self.graph.number(index))
            for index, policy in enumerate(policies)
        }

    def _choices(self, situation: Situation, expected_rows: Mapping[str, str]) -> dict[str, Node]:
        """Loops over the own policy, then phase by phase over the others' and the own later ones."""
        seat, play = self.seat, dict(situation.play)
        own = self._open(f"{seat.actor.name}_{seat.phase}", len(seat.policies), "each")
        play.update(self._played(seat.policies, own))
        self._weigh(self._select(own, availability(situation.copy(play=play), seat.policies), seat.policies))
        for phase in [seat.phase, *seat.later_phases]:
            mine = seat.actor.in_phase(phase)
            if phase != seat.phase and mine:
                skippable = all(policy.available is not None for policy in mine)
                counter = self._open(f"{seat.actor.name}_{phase}", len(mine) + skippable, "max")
                there = availability(situation.copy(play=play), mine)
                play.update(self._played(mine, counter))
                self._weigh(self._select(counter, there, mine, own_rows=False))
            for other in seat.scenario.actors.values():
                theirs = other.in_phase(phase)
                if other.name == seat.actor.name or not theirs:
                    continue
                optional = all(policy.available is not None for policy in theirs)
                counter = self._open(f"{other.name}_{phase}", len(theirs) + optional, "sum")
                if phase == seat.phase or all(policy.available is None for policy in theirs):
                    self._weigh(self.graph.at(expected_rows[theirs[0].full_name], counter))
                else:
                    shares = restricted_beliefs(situation.copy(play=play), seat.actor, theirs)
                    self._weigh(self._share(counter, shares))
                play.update(self._played(theirs, counter))
        return play

    def _share(self, counter: Node, shares: Sequence[Node]) -> Node:
        """The probability of the case that the counter stands for; what is left over is that nothing is available."""
        graph = self.graph
        weight = graph.apply("eq", graph.add(*shares), graph.zero)
        for index, share in enumerate(shares):
            weight = graph.where(graph.apply("eq", counter, graph.number(index)), share, weight)
        return weight

    def _select(
        self, counter: Node, here: Sequence[Node], policies: Sequence[Policy], own_rows: bool = True
    ) -> Node:
        """The availability of the policy that the counter stands for."""
        graph = self.graph
        weight = graph.all(*(graph.negate(node) for node in here))
        for index, (node, policy) in enumerate(zip(here, policies, strict=True)):
            if own_rows and policy.available is not None:
                node = self.workbook.row(f"available.{policy.full_name}")
            weight = graph.where(graph.apply("eq", counter, graph.number(index)), node, weight)
        return weight

    def _branch(self, situation: Situation, item: NatureItem) -> Drawn:
        """A loop over what a bernoulli, rate or categorical item can come to; other items at their mean."""
        graph, drawn = self.graph, draw_mean(situation, item)
        if item.is_event:
            counter = self._open(item.name, 2, "sum")
            probability = drawn.weight
            self._weigh(graph.where(counter, probability, graph.sub(graph.one, probability)))
            return Drawn(values={item.name: counter}, weight=counter, certain=True)
        if item.kind != "categorical":
            return drawn
        due = item_is_due(situation, item)
        shares = list(drawn.values.items())
        counter = self._open(item.name, len(shares) + 1, "sum")
        weight = graph.negate(due)
        values = {}
        for index, (name, share) in enumerate(shares):
            values[name] = graph.apply("eq", counter, graph.number(index))
            weight = graph.where(values[name], share, weight)
        drawn_here = graph.apply("lt", counter, graph.number(len(shares)))
        self._weigh(weight)
        return Drawn(values=values, weight=drawn_here, certain=True)


def _depends(node: Node, counter: Node) -> bool:
    """Whether a node's value depends on a loop's counter."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current is counter:
            return True
        if id(current) not in seen:
            seen.add(id(current))
            waiting.extend(current.arguments)
    return False
