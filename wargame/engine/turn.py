"""The rules of a turn, on any situation: R1 calendar, R4 resolution, R5 nature, R6 payoffs, R8 outcomes.

Each function moves a `Situation` on. Whether choices and chance are facts or probabilities makes no difference to the
rules; the caller says how certain they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wargame.engine.emit import Check
from wargame.engine.graph import Graph, Node
from wargame.engine.situation import Situation
from wargame.scenario.scenario import CalendarEntry, Effect, NatureItem, Outcome, Policy, Scenario

__all__ = [
    "Drawn",
    "Group",
    "apply_calendar",
    "apply_item",
    "calendar_parameters",
    "charge",
    "draw_mean",
    "draw_realized",
    "draw_weights",
    "item_is_due",
    "move_state",
    "pick_index",
    "resolve",
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
            target = situation.value(change.formula)
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


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What an item of nature came to: its values by name, and the weight of its effects."""

    values: Mapping[str, Node]
    weight: Node
    certain: bool


def item_is_due(situation: Situation, item: NatureItem) -> Node:
    """Whether the item is drawn this turn: `when` holds, and neither `once` nor `cooldown` blocks it."""
    due = situation.truth(item.when)
    if item.once or item.cooldown:
        ready = situation.workbook.row(f"ready.{item.name}")
        turn = situation.workbook.row("turn")
        due = situation.graph.all(due, situation.graph.apply("ge", turn, ready))
    return due


def apply_item(situation: Situation, item: NatureItem, drawn: Drawn, *, checked: bool = False) -> None:
    """R5: note the item's value and apply its effects on the state as changed so far."""
    situation.become(nature={**situation.nature, **drawn.values})
    if item.effects:
        group = Group(title=f"nature {item.name}", weight=drawn.weight, effects=item.effects)
        move_state(situation, [group], certain=drawn.certain, checked=checked)


def event_probability(situation: Situation, item: NatureItem, due: Node) -> Node:
    """The probability that a bernoulli or rate item fires; 0 when it is not due."""
    graph = situation.graph
    number = situation.value(item.arguments[0])
    if item.kind == "rate":
        number = graph.sub(graph.one, graph.apply("exp", graph.apply("neg", number)))
    return graph.where(due, number, graph.zero)


def draw_weights(situation: Situation, item: NatureItem, due: Node) -> dict[str, Node]:
    """The probabilities of a categorical item's categories; all 0 when it is not due."""
    graph = situation.graph
    weights = [situation.value(argument) for argument in item.arguments]
    total = graph.add(*weights)
    if all(weight.is_number for weight in weights):
        shares = weights
    else:
        shares = [graph.div(weight, total) for weight in weights]
    return {
        f"{item.name}.{category}": graph.where(due, share, graph.zero)
        for category, share in zip(item.categories, shares, strict=True)
    }


def draw_realized(situation: Situation, item: NatureItem) -> Drawn:
    """R5 in play: one draw decides. Notes what must be a probability or finite."""
    graph, workbook = situation.graph, situation.workbook
    due = item_is_due(situation, item)
    uniform = workbook.row(f"draw.{item.name}")
    if item.is_event:
        probability = event_probability(situation, item, due)
        _must_be(situation, item, probability, "probability", "no probability")
        fired = graph.apply("lt", uniform, probability)
        return Drawn(values={item.name: fired}, weight=fired, certain=True)
    if item.kind == "categorical":
        shares = draw_weights(situation, item, due)
        for share in shares.values():
            _must_be(situation, item, share, "probability", "weights that make no probabilities")
        picked = pick_index(graph, list(shares.values()), uniform)
        values = {
            name: graph.all(due, graph.apply("eq", picked, graph.number(index)))
            for index, name in enumerate(shares)
        }
        return Drawn(values=values, weight=due, certain=True)
    numbers = [graph.where(due, situation.value(argument), graph.zero) for argument in item.arguments]
    value = _quantity(graph, item, numbers, uniform)
    value = graph.where(due, value, graph.zero)
    _must_be(situation, item, value, "finite", "an infinite or undefined value")
    return Drawn(values={item.name: value}, weight=due, certain=True)


def _quantity(graph: Graph, item: NatureItem, numbers: list[Node], uniform: Node) -> Node:
    if item.kind == "normal":
        return graph.add(numbers[0], graph.mul(numbers[1], graph.apply("normal_quantile", uniform)))
    if item.kind == "uniform":
        return graph.add(numbers[0], graph.mul(graph.sub(numbers[1], numbers[0]), uniform))
    function = {"poisson": "poisson", "negbin": "negative_binomial", "binomial": "binomial"}[item.kind]
    return graph.call(function, uniform, *numbers, graph.number(item.maximum))


def _must_be(situation: Situation, item: NatureItem, node: Node, kind: str, what: str) -> None:
    formula = item.arguments[0]
    if not node.is_number:
        situation.checks.append(
            Check(
                node=node,
                kind=kind,
                title=f"nature {item.name} has {what}",
                formula=", ".join(argument.text for argument in item.arguments),
                line=formula.line,
                names={
                    name: inner
                    for argument in item.arguments
                    for name, inner in situation.names(argument).items()
                },
            )
        )


def draw_mean(situation: Situation, item: NatureItem) -> Drawn:
    """R5 while planning (D2): the item at its mean."""
    graph = situation.graph
    due = item_is_due(situation, item)
    if item.is_event:
        probability = event_probability(situation, item, due)
        return Drawn(values={item.name: probability}, weight=probability, certain=False)
    if item.kind == "categorical":
        return Drawn(values=draw_weights(situation, item, due), weight=due, certain=False)
    numbers = [situation.value(argument) for argument in item.arguments]
    if item.kind == "normal":
        value = numbers[0]
    elif item.kind == "uniform":
        value = graph.mul(graph.number(0.5), graph.add(numbers[0], numbers[1]))
    else:
        # Counts are drawn up to a stated maximum, which is meant to lie far out: the plain mean is what is planned with.
        mean = graph.mul(numbers[0], numbers[1]) if item.kind == "binomial" else numbers[0]
        value = graph.apply("min", mean, graph.number(item.maximum))
    value = graph.where(due, value, graph.zero)
    return Drawn(values={item.name: value}, weight=due, certain=False)


def pick_index(graph: Graph, probabilities: Sequence[Node], uniform: Node) -> Node:
    """D5: the first index whose cumulative probability exceeds the draw, else the last with positive probability."""
    picked = graph.zero
    for index, probability in enumerate(probabilities):
        positive = graph.apply("gt", probability, graph.zero)
        picked = graph.where(positive, graph.number(index), picked)
    cumulative, total = [], graph.zero
    for probability in probabilities:
        total = graph.add(total, probability)
        cumulative.append(total)
    for index in range(len(probabilities) - 1, -1, -1):
        exceeds = graph.apply("gt", cumulative[index], uniform)
        picked = graph.where(exceeds, graph.number(index), picked)
    return picked


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
