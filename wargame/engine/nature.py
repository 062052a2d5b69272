"""R5: nature's items, drawn in play and taken at their mean while planning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wargame.engine.emit import Check
from wargame.engine.graph import Graph, Node
from wargame.engine.situation import Situation
from wargame.engine.turn import Group, move_state
from wargame.scenario.scenario import NatureItem

__all__ = [
    "NEVER",
    "Drawn",
    "apply_item",
    "draw_mean",
    "draw_realized",
    "draw_weights",
    "event_probability",
    "item_is_due",
    "pick_index",
]

NEVER = 1e9
"""A turn that no episode reaches: an item with `once` is ready again then."""


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
        due = situation.graph.all(
            due, situation.graph.apply("ge", situation.turn, situation.ready[item.name])
        )
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
    if all(argument.constant is not None for argument in item.arguments):
        # Plain numbers were found to add up to 1 when the file was loaded.
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
        # A count's maximum is meant to lie far out, so the plain mean is what is planned with.
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
