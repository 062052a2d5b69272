"""Private types (D3): how they are dealt, what the others believe of them, and what choices teach about them.

The others hold one public belief per typed actor. After each phase it is updated by Bayes' rule with the probabilities
with which each type, by the actor's own rule, would have made the choice that was seen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wargame.engine.code import Code
from wargame.engine.draft import Draft, run_of_rows
from wargame.engine.graph import Node
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.scenario import Actor, Scenario, Types

__all__ = ["deal_types", "posterior", "take_type", "type_rows", "typed_actors", "update"]


def typed_actors(scenario: Scenario) -> list[Actor]:
    """The actors with private types."""
    return [actor for actor in scenario.actors.values() if actor.types is not None]


def _types(actor: Actor) -> Types:
    assert actor.types is not None
    return actor.types


def type_rows(actor: Actor, parameter: str | None = None) -> list[str]:
    """The rows that keep, by type, the public belief, or the values of a private parameter."""
    prefix = f"public.{actor.name}" if parameter is None else f"private.{actor.name}.{parameter}"
    return [f"{prefix}.{name}" for name in _types(actor).names]


def deal_types(workbook: Workbook, situation: Situation, code: Code) -> None:
    """Draw each actor's type for the episode, and deal what the others believe of it."""
    graph = workbook.graph
    for actor in typed_actors(workbook.scenario):
        types, uniform = _types(actor), workbook.row(f"draw.types.{actor.name}")
        weights = _weights(situation, types)
        index = graph.zero
        total = graph.zero
        for number, weight in enumerate(weights[:-1]):
            total = graph.add(total, weight)
            passed = graph.apply("ge", uniform, total)
            index = graph.where(passed, graph.number(number + 1), index)
        code.keep(workbook, f"type.{actor.name}", index)
        for row, weight in zip(type_rows(actor), weights, strict=True):
            code.keep(workbook, row, weight)
        run_of_rows(workbook, type_rows(actor))
        for parameter in types.values:
            values = _values(situation, types, parameter)
            run_of_rows(workbook, type_rows(actor, parameter))
            own = values[-1]
            for number in range(len(values) - 2, -1, -1):
                here = graph.apply("eq", index, graph.number(number))
                own = graph.where(here, values[number], own)
            code.keep(workbook, f"parameter.{parameter}", own)
            code.keep(workbook, f"mean.{parameter}", _mean(situation, weights, values))
            for row, value in zip(type_rows(actor, parameter), values, strict=True):
                code.keep(workbook, row, value)
            situation.become(parameters={**situation.parameters, parameter: own})


def _weights(situation: Situation, types: Types) -> list[Node]:
    graph = situation.graph
    if not types.weights:
        return [graph.number(1.0 / len(types.names))] * len(types.names)
    weights = [situation.value(formula) for formula in types.weights]
    if all(formula.constant is not None for formula in types.weights):
        return weights
    total = graph.add(*weights)
    return [graph.div(weight, total) for weight in weights]


def _values(situation: Situation, types: Types, parameter: str) -> list[Node]:
    """By type; of a distribution, n points of equal probability (the middles of n equal parts of it)."""
    graph, distribution = situation.graph, types.distribution
    if distribution is None:
        return [situation.value(formula) for formula in types.values[parameter]]
    numbers = [situation.value(argument) for argument in distribution.arguments]
    count = len(types.names)
    return [
        graph.call(f"distributions.{distribution.kind}", graph.number((index + 0.5) / count), *numbers)
        for index in range(count)
    ]


def _mean(situation: Situation, weights: Sequence[Node], values: Sequence[Node]) -> Node:
    graph = situation.graph
    return graph.add(*(graph.mul(weight, value) for weight, value in zip(weights, values, strict=True)))


def take_type(draft: Draft, actor: Actor, counter: Node, rows: Mapping[str, str]) -> None:
    """Let the actor be of the type that the counter stands for: its private values go to these rows, by parameter."""
    graph = draft.graph
    draft.keep({row: graph.at(type_rows(actor, parameter)[0], counter) for parameter, row in rows.items()})


def update(draft: Draft, actor: Actor, likelihoods: Sequence[str]) -> None:
    """Bayes' rule, from the rows of each type's likelihood; where none is possible, nothing is learnt."""
    graph, workbook = draft.graph, draft.workbook
    learnt = posterior(workbook, actor, [workbook.row(row) for row in likelihoods])
    draft.keep({row: learnt[row] for row in type_rows(actor)})
    beliefs = [workbook.row(row) for row in type_rows(actor)]
    for parameter in _types(actor).values:
        values = [workbook.row(row) for row in type_rows(actor, parameter)]
        products = [graph.mul(belief, value) for belief, value in zip(beliefs, values, strict=True)]
        draft.keep({f"mean.{parameter}": graph.add(*products)})


def posterior(workbook: Workbook, actor: Actor, likelihoods: Sequence[Node]) -> dict[str, Node]:
    """The belief in each type after Bayes' rule, and the mean of each private parameter under it, by row.

    A type that was impossible stays so, whatever its likelihood; where none is possible, nothing is learnt.
    """
    graph = workbook.graph
    beliefs = [workbook.row(row) for row in type_rows(actor)]
    joint = [
        graph.where(belief, graph.mul(belief, likelihood), graph.zero)
        for belief, likelihood in zip(beliefs, likelihoods, strict=True)
    ]
    total = graph.add(*joint)
    possible = graph.apply("gt", total, graph.zero)
    learnt = [
        graph.where(possible, graph.div(part, total), belief)
        for part, belief in zip(joint, beliefs, strict=True)
    ]
    means = {}
    for parameter in _types(actor).values:
        values = [workbook.row(row) for row in type_rows(actor, parameter)]
        products = [graph.mul(belief, value) for belief, value in zip(learnt, values, strict=True)]
        means[f"mean.{parameter}"] = graph.add(*products)
    return {**dict(zip(type_rows(actor), learnt, strict=True)), **means}
