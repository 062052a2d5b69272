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


@dataclass(frozen=True, kw_only=True)
class _Change:
    """What one effect adds to its variable, weighed."""

    group: Group
    effect: Effect
    node: Node


def move_state(
    situation: Situation, groups: Iterable[Group], *, certain: bool, checked: bool = False
) -> None:
    """Add up the groups' changes on the state as it stands, then clip (R4; also each item of R5).

    With `certain`, weights are 0 or 1 and select; otherwise they are probabilities and multiply. With `checked`, what
    must hold of the result is added to the situation's checks.
    """
    graph = situation.graph
    changes = [
        _Change(group=group, effect=effect, node=_weighed(situation, group, effect, certain=certain))
        for group in groups
        if group.weight is not graph.zero
        for effect in group.effects
    ]
    moved = dict(situation.state)
    for variable, listed in _by_variable(changes).items():
        total = graph.add(situation.state[variable], *(change.node for change in listed))
        if checked:
            situation.checks.append(_sum_check(situation, variable, total, listed))
        moved[variable] = graph.clip(total, *situation.workbook.bounds(variable))
    if checked:
        situation.checks.extend(_double_sets(graph, changes))
    situation.become(state=moved)


def _by_variable(changes: Iterable[_Change]) -> dict[str, list[_Change]]:
    found: dict[str, list[_Change]] = {}
    for change in changes:
        found.setdefault(change.effect.variable, []).append(change)
    return found


def _weighed(situation: Situation, group: Group, effect: Effect, *, certain: bool) -> Node:
    """The change that an effect makes, by the weight of its group."""
    graph = situation.graph
    target = situation.value(effect.formula, level=group.level)
    change = graph.sub(target, situation.state[effect.variable]) if effect.is_set else target
    weighed = graph.where(group.weight, change, graph.zero) if certain else graph.weigh(group.weight, change)
    if not weighed.is_leaf:
        weighed.lines = tuple(dict.fromkeys((*weighed.lines, effect.formula.line)))
    return weighed


def _sum_check(situation: Situation, variable: str, total: Node, changes: Sequence[_Change]) -> Check:
    """The new value must be finite; if it is not, the first change that is not tells why."""
    parts = tuple(_check(situation, change) for change in changes)
    return Check(
        node=total,
        kind="finite",
        title=f"{variable} became infinite or undefined",
        formula=parts[0].formula,
        line=parts[0].line,
        names=parts[0].names,
        parts=parts,
    )


def _check(situation: Situation, change: _Change) -> Check:
    formula = change.effect.formula
    return Check(
        node=change.node,
        kind="finite",
        title=f"{change.group.title} changes {change.effect.variable} by something infinite or undefined",
        formula=formula.text,
        line=formula.line,
        names=situation.names(formula, change.group.level),
    )


def _double_sets(graph: Graph, changes: Sequence[_Change]) -> list[Check]:
    """Two sets of one variable in one turn contradict each other."""
    checks = []
    for variable, sets in _by_variable(change for change in changes if change.effect.is_set).items():
        count = graph.add(*(graph.truth(change.group.weight) for change in sets))
        if len(sets) > 1 and not (count.is_number and count.number <= 1):
            last = sets[-1].effect.formula
            checks.append(
                Check(
                    node=count,
                    kind="at most one",
                    title=f"two effects set {variable} on the same turn",
                    formula=last.text,
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
