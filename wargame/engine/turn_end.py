"""The end of an imagined turn: effects, nature, utility, outcomes, and the way into the next turn (R4 to R8, R1)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from wargame.engine.draft import Draft, Size
from wargame.engine.graph import Node
from wargame.engine.nature import (
    NEVER,
    Drawn,
    apply_item,
    draw_mean,
    draw_weights,
    event_probability,
    item_is_due,
)
from wargame.engine.planning import own_last
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation
from wargame.engine.turn import charge, resolve, terminal_outcomes, utility
from wargame.scenario.scenario import Actor, NatureItem

if TYPE_CHECKING:
    from wargame.engine.ahead import Ahead
    from wargame.engine.mind import Mind

__all__ = ["finish"]


def finish(ahead: Ahead, mind: Mind, depth: int, turns: int) -> str:
    """The routine that ends the turn `depth` ahead for a mind with `turns` left, this one included."""
    name = f"{ahead.block}_end_{mind.key(depth)}_{depth}_{turns}"
    if name in ahead.sizes:
        return name
    draft = ahead.draft(
        name,
        f"{mind.actor.name} imagines the end of the turn, {depth} turns ahead, {turns} left.",
    )
    _End(ahead, mind, depth, turns, draft).write()
    return ahead.routine(draft)


class _End:
    """One such routine in the making."""

    def __init__(self, ahead: Ahead, mind: Mind, depth: int, turns: int, draft: Draft) -> None:
        self.ahead, self.mind, self.depth, self.turns, self.draft = ahead, mind, depth, turns, draft
        self.workbook, self.graph, self.imagined = ahead.workbook, ahead.graph, ahead.imagined
        self.weights: list[Node] = []

    def write(self) -> None:
        """Costs, effects, nature, then what the turn comes to."""
        situation = self.imagined.situation(self.depth, None, self.mind)
        scenario, actors = self.workbook.scenario, self.ahead.valued(self.mind)
        seat = Seat(scenario=scenario, actor=self.mind.actor, phase=self.mind.phase)
        first = scenario.phases.index(self.mind.phase) if self.depth == self.mind.depth else 0
        costs = {}
        for actor in actors:
            chosen = [policy for phase in scenario.phases[first:] for policy in actor.in_phase(phase)]
            costs[self._row("cost", actor)] = charge(situation, chosen)
        self.draft.keep(costs)
        resolve(situation, own_last(seat), certain=self.ahead.exact or self.ahead.joint)
        titles = self.ahead.carried(self.mind)
        totals = {title: f"plan.{self.depth}.end.{title}" for title in titles}
        with ExitStack() as stack:
            self._nature(situation, stack)
            self.draft.evaluate()
            found = self._outcome(situation, actors)
            if not self.weights:
                self.draft.keep({totals[title]: node for title, node in found.items()})
            weight = self.graph.one
            for one in self.weights:
                weight = self.graph.mul(weight, one)
            if self.weights:
                self.draft.keep(
                    {
                        totals[title]: self.graph.add(
                            self.workbook.row(totals[title]), self.graph.mul(weight, node)
                        )
                        for title, node in found.items()
                    }
                )

    def _row(self, kind: str, actor: Actor) -> str:
        return f"plan.{self.depth}.{kind}.{actor.name}"

    # ---- nature --------------------------------------------------------------------------------------------------

    def _nature(self, situation: Situation, stack: ExitStack) -> None:
        """R5: item by item; what can branch opens a loop that what follows stands in."""
        totals = [f"plan.{self.depth}.end.{title}" for title in self.ahead.carried(self.mind)]
        for item in self.workbook.scenario.nature.values():
            branches = self.ahead.exact and (item.is_event or item.kind == "categorical")
            if branches and not self.weights:
                self.draft.keep(dict.fromkeys(totals, self.graph.zero))
            due = item_is_due(situation, item)
            drawn = self._branch(situation, item, stack) if branches else self._mean(situation, item)
            apply_item(situation, item, drawn)
            self._block(situation, item, drawn, due)
        self.imagined.settle(self.draft, situation, f"plan.{self.depth}.after")

    def _branch(self, situation: Situation, item: NatureItem, stack: ExitStack) -> Drawn:
        """D2, exact: a loop over what the item can come to."""
        graph, prefix = self.graph, f"plan.{self.depth}.before_{item.name}"
        self.imagined.settle(self.draft, situation, prefix)
        due = item_is_due(situation, item)
        if item.is_event:
            cases = {item.name: event_probability(situation, item, due)}
            rest = graph.sub(graph.one, cases[item.name])
        else:
            cases = draw_weights(situation, item, due)
            rest = graph.negate(due)
        names = [f"{prefix}.weight.{name}" for name in (*cases, "none")]
        self.draft.keep(dict(zip(names, (*cases.values(), rest), strict=True)))
        counter = stack.enter_context(self.draft.repeat(item.name, len(names), _branches(item)))
        weight = graph.at(names[0], counter)
        stack.enter_context(self.draft.when(weight, sure=True))
        self.weights.append(weight)
        values = {name: graph.apply("eq", counter, graph.number(index)) for index, name in enumerate(cases)}
        happens = graph.apply("lt", counter, graph.number(len(cases)))
        return Drawn(values=values, weight=happens, certain=True)

    def _mean(self, situation: Situation, item: NatureItem) -> Drawn:
        """D2, mean: an event counts with its probability, less that of being blocked by itself earlier in the plan."""
        drawn = draw_mean(situation, item)
        shut = self._shut(item)
        if not item.is_event or shut is self.graph.zero:
            return drawn
        share = self.graph.mul(drawn.weight, self.graph.sub(self.graph.one, shut))
        return Drawn(values={item.name: share}, weight=share, certain=False)

    def _shut(self, item: NatureItem) -> Node:
        """The probability that the item fired earlier in the plan and is blocked because of it."""
        first = 0 if item.once else max(0, self.depth - item.cooldown)
        if not (item.once or item.cooldown):
            return self.graph.zero
        fired = [self.workbook.row(f"plan.{depth}.fired.{item.name}") for depth in range(first, self.depth)]
        return self.graph.add(*fired)

    def _block(self, situation: Situation, item: NatureItem, drawn: Drawn, due: Node) -> None:
        """`once` and `cooldown`: what fired is blocked for some turns."""
        if not (item.once or item.cooldown):
            return
        graph = self.graph
        if item.is_event and not self.ahead.exact:
            self.draft.keep({f"plan.{self.depth}.fired.{item.name}": drawn.weight})
            return
        counts = item.is_event or item.kind in ("poisson", "negbin", "binomial")
        fired = graph.apply("gt", drawn.values[item.name], graph.zero) if counts else due
        until = graph.number(NEVER)
        if not item.once:
            until = graph.add(situation.turn, graph.number(1 + item.cooldown))
        ready = graph.where(fired, until, situation.ready[item.name])
        situation.become(ready={**situation.ready, item.name: ready})

    # ---- what it comes to ----------------------------------------------------------------------------------------

    def _outcome(self, situation: Situation, actors: Sequence[Actor]) -> dict[str, Node]:
        """R6 and R8: utility less cost, and what is to come where the path goes on; by what is carried."""
        graph, found = self.graph, {}
        self._to_come(situation, actors)
        for actor in actors:
            gain = graph.sub(
                graph.add(*utility(situation, actor.name)), self.workbook.row(self._row("cost", actor))
            )
            found[self.ahead.value_title(actor)] = graph.add(gain, self._continuation(situation, actor))
        parts = self.ahead.carried(self.mind)[len(actors) :]
        if not parts:
            return found
        if self.depth > self.mind.depth:
            # Later turns are explained as a whole, by the turn that leads to them.
            return found | dict.fromkeys(parts, graph.zero)
        actor = self.mind.actor
        cost = graph.apply("neg", self.workbook.row(self._row("cost", actor)))
        terms = [*utility(situation, actor.name), cost, self._continuation(situation, actor)]
        return found | dict(zip(parts, terms, strict=True))

    def _continuation(self, situation: Situation, actor: Actor) -> Node:
        discount = situation.value(actor.decision.discount)
        return self.graph.mul(discount, self.workbook.row(self._row("to_come", actor)))

    def _to_come(self, situation: Situation, actors: Sequence[Actor]) -> None:
        """Keep the value of the turns after this one, as seen from the next; where the look-ahead ends, the leaf's."""
        graph, scenario = self.graph, self.workbook.scenario
        ended = graph.zero
        for outcome in terminal_outcomes(scenario):
            ended = graph.apply("or", ended, situation.truth(outcome.when))
        following = graph.add(situation.turn, graph.one)
        goes_on = graph.all(graph.negate(ended), graph.apply("lt", following, graph.number(scenario.horizon)))
        rows = [self._row("to_come", actor) for actor in actors]
        if self.turns == 1:
            leaves = [actor.decision.leaf for actor in actors]
            values = [graph.zero if leaf is None else situation.value(leaf) for leaf in leaves]
            values = [graph.where(goes_on, value, graph.zero) for value in values]
            self.draft.keep(dict(zip(rows, values, strict=True)))
            return
        self.draft.keep(dict.fromkeys(rows, graph.zero))
        with self.draft.when(goes_on, sure=ended is graph.zero):
            self.imagined.enter(self.draft, self.depth + 1, situation)
            place = next(phase for phase in scenario.phases if scenario.members(phase))
            name = self.ahead.walk(self.mind, self.depth + 1, place, self.turns - 1)
            self.draft.call(name, self.ahead.sizes[name])
            found = [f"plan.{self.depth + 1}.{place}.{self.ahead.value_title(actor)}" for actor in actors]
            values = [self.workbook.row(row) for row in found]
            self.draft.keep(dict(zip(rows, values, strict=True)))


def _branches(item: NatureItem) -> Size:
    """How many cases of an item have a chance."""
    most = len(item.categories) + 1 if item.categories else 2
    free = item.when is None and not (item.once or item.cooldown)
    if item.categories:
        return Size(least=most - 1 if free else 1, most=most)
    chance = item.arguments[0].constant
    open_ended = free and chance is not None and (0.0 < chance < 1.0 or item.kind == "rate")
    return Size(least=2 if open_ended else 1, most=most)
