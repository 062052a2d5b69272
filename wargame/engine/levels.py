"""D3 by levels of reasoning: the others answer by their own rule, thinking of everybody as one level lower, or several.

Level 0 plays as the file says. An actor of level k looks ahead believing the others are of level k - 1 (Nagel 1995;
Stahl and Wilson 1995), or of all lower levels as a Poisson distribution cut off below k has it (Camerer, Ho and Chong
2004). At a node the levels are climbed once: what level 1 does is known when level 2 is asked, and so on; who has
nothing to choose at the node is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from wargame.engine.choice import rule_shares
from wargame.engine.draft import Draft, Size
from wargame.engine.graph import Node
from wargame.engine.level_zero import level_zero
from wargame.engine.options import Options
from wargame.engine.private import take_type, type_rows
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.scenario import Actor

if TYPE_CHECKING:
    from wargame.engine.ahead import Ahead
    from wargame.engine.mind import Mind

__all__ = ["believed_rows", "climb", "level_weights", "lower_levels"]


def lower_levels(workbook: Workbook, actor: Actor, level: int | None) -> list[tuple[int, Node]]:
    """The levels that the actor, or one imagined by it at `level`, believes the others to have, with weights.

    For `level` None it is the deciding actor itself, whose level may be drawn for the episode.
    """
    levels = actor.decision.levels
    assert levels is not None
    drawn = level is None and len(levels.own) > 1
    top = max(levels.own) if level is None else level
    if levels.poisson is None and not drawn:
        return [(top - 1, workbook.graph.one)]
    whose = "own" if drawn else str(top)
    return [(lower, workbook.row(f"believed.{actor.name}.{whose}.{lower}")) for lower in range(top)]


def believed_rows(situation: Situation, actor: Actor, own: Node) -> dict[str, Node]:
    """The weights of the lower levels, by row, for an actor of level `own`; dealt once, as they stay what they are."""
    levels, graph = actor.decision.levels, situation.graph
    assert levels is not None
    top, drawn = max(levels.own), len(levels.own) > 1
    by_level: dict[int, list[Node]] = {}
    for level in range(1, top + 1):
        if levels.poisson is None:
            by_level[level] = [graph.number(lower == level - 1) for lower in range(level)]
        else:
            weights = poisson_weights(situation.value(levels.poisson), level, situation)
            total = graph.add(*weights)
            by_level[level] = [graph.div(weight, total) for weight in weights]
    rows: dict[str, Node] = {}
    if levels.poisson is not None:
        for level, weights in by_level.items():
            rows |= {f"believed.{actor.name}.{level}.{low}": node for low, node in enumerate(weights)}
    if drawn:
        for lower in range(top):
            weight = graph.zero
            for level in range(lower + 1, top + 1):
                here = graph.apply("eq", own, graph.number(level))
                weight = graph.where(here, by_level[level][lower], weight)
            rows[f"believed.{actor.name}.own.{lower}"] = weight
    return rows


def poisson_weights(mean: Node, count: int, situation: Situation) -> list[Node]:
    """mean^k / k! for k below `count`: Poisson probabilities but for the factor exp(-mean), which cancels."""
    graph = situation.graph
    weights = [graph.one]
    for k in range(1, count):
        weights.append(graph.div(graph.mul(weights[-1], mean), graph.number(k)))
    return weights


def level_weights(situation: Situation, actor: Actor) -> list[tuple[int, Node]]:
    """The weights with which the actor's own level is drawn."""
    levels = actor.decision.levels
    assert levels is not None
    if levels.weights:
        return [(level, situation.value(formula)) for level, formula in levels.weights.items()]
    assert levels.poisson is not None
    return list(enumerate(poisson_weights(situation.value(levels.poisson), max(levels.own) + 1, situation)))


def climb(ahead: Ahead, draft: Draft, mind: Mind, depth: int, phase: str, turns: int) -> dict[str, str]:
    """What a mind expects of the others of a phase; gives, by actor, the first row of its shares."""
    return _Climb(ahead, draft, depth, phase, turns).expect(mind)


class _Climb:
    """The levels at one node."""

    def __init__(self, ahead: Ahead, draft: Draft, depth: int, phase: str, turns: int) -> None:
        self.ahead, self.draft, self.depth, self.phase, self.turns = ahead, draft, depth, phase, turns
        self.workbook, self.graph = ahead.workbook, ahead.graph
        self.members = ahead.seat.scenario.members(phase)
        self.active = {actor.name: ahead.active(depth, phase, actor) for actor in self.members}

    def expect(self, mind: Mind) -> dict[str, str]:
        """Climb as far as needed, then keep the mind's expectations."""
        wanted = self._wanted(mind)
        for (name, level), flag in sorted(wanted.items(), key=lambda entry: entry[0][1]):
            actor = self.workbook.scenario.actors[name]
            if flag is self.graph.zero:
                continue
            row = f"{self._prefix(level)}.{name}.wanted"
            if not flag.is_number:
                self.draft.keep({row: flag})
            with self.draft.when(flag if flag.is_number else self.workbook.row(row)):
                self._answer(actor, level)
        return self.shares(mind)

    def _prefix(self, level: int) -> str:
        return f"plan.{self.depth}.{self.phase}.level{level}"

    def _wanted(self, mind: Mind) -> dict[tuple[str, int], Node]:
        """Whose answer at which level is asked for here: by actor and level, whether it is."""
        wanted: dict[tuple[str, int], Node] = {}

        def ask(asking: str, lower: Sequence[tuple[int, Node]], flag: Node) -> None:
            for actor in self.members:
                if actor.name == asking:
                    continue
                for level, weight in lower:
                    level = self._level_of(actor, level)
                    there = self.graph.all(flag, self.active[actor.name], self.graph.truth(weight))
                    known = wanted.get((actor.name, level), self.graph.zero)
                    wanted[actor.name, level] = self.graph.apply("or", known, there)

        ask(mind.actor.name, self.ahead.lower(mind.level), self.graph.one)
        top = max((level for _, level in wanted), default=0)
        for level in range(top, 0, -1):
            for actor in self.members:
                flag = wanted.get((actor.name, level))
                if flag is not None and actor.decision.looks_ahead:
                    ask(actor.name, self.ahead.lower(level), flag)
        return wanted

    @staticmethod
    def _level_of(actor: Actor, level: int) -> int:
        """Whoever does not look ahead plays by the same rule at every level but 0."""
        return level if actor.decision.looks_ahead else min(level, 1)

    def _answer(self, actor: Actor, level: int) -> None:
        """Keep an actor's chances at a level: a routine of its own, as several minds ask for it."""
        ahead, depth, phase, policies = self.ahead, self.depth, self.phase, actor.in_phase(self.phase)
        reasons = level > 0 and actor.decision.looks_ahead
        name = f"{ahead.block}_answer_{actor.name}_{level}_{depth}_{phase}_{self.turns if reasons else 0}"
        if name not in ahead.sizes:
            title = f"What {actor.name} does in phase {phase}, {depth} turns ahead, at level {level}."
            draft = ahead.draft(name, title)
            names = [f"{self._prefix(level)}.{policy.full_name}" for policy in policies]
            if level == 0:
                draft.keep(dict(zip(names, self._zero(actor), strict=True)))
            else:
                mind = ahead.mind_of(actor, level, depth, phase, self.turns)
                shares = _Climb(ahead, draft, depth, phase, self.turns).shares(mind) if reasons else {}
                self._keep_chances(draft, mind, shares, names)
            ahead.routine(draft)
        self.draft.call(name, ahead.sizes[name])

    def _keep_chances(
        self, draft: Draft, mind: Mind, shares: Mapping[str, str], names: Sequence[str]
    ) -> None:
        """The chances of an actor; of its types each decides, and they are averaged over the public belief."""
        graph, actor = self.graph, mind.actor
        if actor.types is None:
            draft.keep(dict(zip(names, self._chances(draft, mind, shares), strict=True)))
            return
        draft.keep(dict.fromkeys(names, graph.zero))
        count = len(actor.types.names)
        with draft.repeat(f"type_of_{actor.name}", count, Size(least=1, most=count)) as counter:
            belief = graph.at(type_rows(actor)[0], counter)
            with draft.when(belief, sure=True):
                take_type(draft, actor, counter, self.ahead.own_type(mind))
                chances = self._chances(draft, mind, shares)
                draft.keep(
                    {
                        name: graph.add(self.workbook.row(name), graph.mul(belief, chance))
                        for name, chance in zip(names, chances, strict=True)
                    }
                )

    def _zero(self, actor: Actor) -> list[Node]:
        """The chances of somebody who does not reason."""
        policies = actor.in_phase(self.phase)
        situation = self.ahead.imagined.situation(self.depth, self.phase)
        here = self.ahead.can(self.depth, self.phase, policies)
        return level_zero(situation, self.ahead.levels.zero[actor.name], policies, here)

    def _chances(self, draft: Draft, mind: Mind, shares: Mapping[str, str]) -> list[Node]:
        """The chances of an actor by its own rule, for which it may look ahead from here."""
        ahead, depth, phase, actor = self.ahead, self.depth, self.phase, mind.actor
        policies = actor.in_phase(phase)
        if not actor.decision.looks_ahead:
            situation = ahead.imagined.situation(depth, phase, mind)
            seat = Seat(scenario=ahead.seat.scenario, actor=actor, phase=phase)
            return rule_shares(situation, seat, [], ahead.can(depth, phase, policies), [])
        options = Options(ahead, draft, mind, depth, phase)
        with options.each(options.keep_available()) as counter:
            ahead.against(draft, mind, depth, phase, shares)
            options.keep(counter)
        return options.chances()[: len(policies)]

    def shares(self, mind: Mind) -> dict[str, str]:
        """Keep what the mind expects, from the answers at the levels it believes in."""
        graph, first = self.graph, {}
        for other in self.members:
            if other.name == mind.actor.name:
                continue
            policies = other.in_phase(self.phase)
            shares = []
            for policy in policies:
                share = graph.zero
                for level, weight in self.ahead.lower(mind.level):
                    row = f"{self._prefix(self._level_of(other, level))}.{policy.full_name}"
                    part = graph.mul(weight, self.workbook.row(row))
                    share = graph.add(share, graph.where(weight, part, graph.zero))
                shares.append(graph.where(self.active[other.name], share, graph.zero))
            first[other.name] = self.ahead.keep_shares(self.draft, self.depth, self.phase, policies, shares)
        return first
