"""The rules of a turn, on any situation: R1 calendar, R4 resolution, R6 payoffs, R8 outcomes (R5 is in `nature`).

Each function moves a `Situation` on. Whether choices and chance are facts or probabilities makes no difference to the
rules; the caller says how certain they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wargame.engine.emit import Check
from wargame.engine.graph import Graph, Node
from wargame.engine.situation import Situation
from wargame.scenario.scenario import CalendarEntry, Effect, Outcome, Policy, Scenario

__all__ = [
    "Group",
    "apply_calendar",
    "calendar_parameters",
    "charge",
    "move_state",
    "resolve",
    "terminal_outcomes",
    "utility",
]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Effects that come together: those of a policy, a world rule or an item of nature, with their weight."""

    title: str
    weight: Node
    effects: Sequence[Effect]
    level: float | None = None


def move_state(
    situation: Situation, groups: Iterable[Group], *, certain: bool, checked: bool = False
) -> None:
    """Add up the groups' changes on the state as it stands, then clip (R4; also each item of R5).

    With `certain`, weights are 0 or 1 and select; otherwise they are probabilities and multiply.
    """
    graph = situation.graph
    changes: dict[str, list[Node]] = {}
    parts: dict[str, list[Check]] = {}
    sets: dict[str, list[tuple[Node, Check]]] = {}
    for group in groups:
        if group.weight is graph.zero:
            continue
        for effect in group.effects:
            target = situation.value(effect.formula, level=group.level)
            change = graph.sub(target, situation.state[effect.variable]) if effect.is_set else target
            weighed = (
                graph.where(group.weight, change, graph.zero)
                if certain
                else graph.weigh(group.weight, change)
            )
            if not weighed.is_leaf:
                weighed.lines = tuple(dict.fromkeys((*weighed.lines, effect.formula.line)))
            changes.setdefault(effect.variable, []).append(weighed)
            if checked:
                check = _check(situation, weighed, group, effect)
                parts.setdefault(effect.variable, []).append(check)
                if effect.is_set:
                    sets.setdefault(effect.variable, []).append((group.weight, check))
    moved = dict(situation.state)
    for variable, listed in changes.items():
        total = graph.add(situation.state[variable], *listed)
        if checked:
            first = parts[variable][0]
            situation.checks.append(
                Check(
                    node=total,
                    kind="finite",
                    title=f"{variable} became infinite or undefined",
                    formula=first.formula,
                    line=first.line,
                    names=first.names,
                    parts=tuple(parts[variable]),
                )
            )
        moved[variable] = graph.clip(total, *situation.workbook.bounds(variable))
    if checked:
        situation.checks.extend(_double_sets(graph, sets))
    situation.become(state=moved)


def _check(situation: Situation, node: Node, group: Group, effect: Effect) -> Check:
    return Check(
        node=node,
        kind="finite",
        title=f"{group.title} changes {effect.variable} by something infinite or undefined",
        formula=effect.formula.text,
        line=effect.formula.line,
        names=situation.names(effect.formula, group.level),
    )


def _double_sets(graph: Graph, sets: Mapping[str, list[tuple[Node, Check]]]) -> list[Check]:
    """Two sets of one variable in one turn contradict each other."""
    checks = []
    for variable, listed in sets.items():
        count = graph.add(*(graph.truth(weight) for weight, _ in listed))
        if len(listed) > 1 and not (count.is_number and count.number <= 1):
            _, last = listed[-1]
            checks.append(
                Check(
                    node=count,
                    kind="at most one",
                    title=f"two effects set {variable} on the same turn",
                    formula=last.formula,
                    line=last.line,
                )
            )
    return checks


def apply_calendar(
    situation: Situation, entries: Sequence[CalendarEntry], turn: Node, *, checked: bool
) -> None:
    """R1: the entries due this turn change state variables; bounds are clipped after each entry."""
    for entry in entries:
        effects = [change for change in entry.changes if change.variable in situation.state]
        if effects:
            due = _is_due(situation.graph, entry.turns, entry.duration or 1, turn)
            group = Group(title=f"calendar {entry.name}", weight=due, effects=effects)
            move_state(situation, [group], certain=True, checked=checked)


def calendar_parameters(
    situation: Situation, entries: Sequence[CalendarEntry], turn: Node, base: Mapping[str, Node]
) -> dict[str, Node]:
    """R1 for parameters: their value this turn, from the value they were dealt."""
    graph, values = situation.graph, dict(base)
    for entry in entries:
        for change in entry.changes:
            if change.variable not in values:
                continue
            due = _is_due(graph, entry.turns, entry.duration, turn)
            # Each entry reads the parameters as dealt and as changed by entries before it, not by last turn's calendar.
            here = situation.copy(parameters={**situation.parameters, **values})
            target = here.value(change.formula)
            old = values[change.variable]
            new = target if change.is_set else graph.add(old, target)
            values[change.variable] = graph.where(due, new, old)
    return values


def _is_due(graph: Graph, turns: Sequence[int], duration: int | None, turn: Node) -> Node:
    due = graph.zero
    for first in turns:
        from_then = graph.apply("ge", turn, graph.number(first))
        if duration == 1:
            now = graph.apply("eq", turn, graph.number(first))
        elif duration is None:
            now = from_then
        else:
            now = graph.all(from_then, graph.apply("lt", turn, graph.number(first + duration)))
        due = graph.apply("or", due, now)
    return due


def resolve(
    situation: Situation, policies: Sequence[Policy], *, certain: bool, checked: bool = False
) -> None:
    """R4: the effects of the policies (in the order given), then of the world rules, on the state before them."""
    groups = [
        Group(
            title=policy.full_name,
            weight=situation.play[policy.full_name],
            effects=policy.effects,
            level=policy.level,
        )
        for policy in policies
        if policy.effects
    ]
    for rule in situation.workbook.scenario.effects.values():
        groups.append(
            Group(title=f"effect {rule.name}", weight=situation.truth(rule.when), effects=rule.effects)
        )
    move_state(situation, groups, certain=certain, checked=checked)


def utility(situation: Situation, actor: str) -> list[Node]:
    """The terms of an actor's utility in this situation, in file order."""
    terms = situation.workbook.scenario.actors[actor].utility
    return [situation.value(term.formula) for term in terms.values()]


def charge(situation: Situation, policies: Iterable[Policy]) -> Node:
    """The costs of the policies, on the state at hand, weighed by how far they are played."""
    graph = situation.graph
    costs = []
    for policy in policies:
        if policy.cost is not None:
            cost = situation.value(policy.cost, level=policy.level)
            costs.append(graph.where(situation.play[policy.full_name], cost, graph.zero))
    return graph.add(*costs)


def terminal_outcomes(scenario: Scenario) -> list[Outcome]:
    """The outcomes that end an episode, in file order."""
    return [outcome for outcome in scenario.outcomes.values() if outcome.terminal]
