"""The start of an episode: what is dealt (parameters, bounds, initial state, first beliefs), and the random streams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wargame.engine.code import Code, changed_parameters, must_be_finite
from wargame.engine.graph import Node
from wargame.engine.levels import believed_rows, level_weights
from wargame.engine.private import deal_types, typed_actors
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.formula import Formula
from wargame.scenario.names import names_in
from wargame.scenario.scenario import (
    Actor,
    Beliefs,
    Distribution,
    Parameter,
    Policy,
    Scenario,
    StateVariable,
)

__all__ = ["deal", "drawn_levels", "stream_kinds"]

CENTRED = ("normal", "lognormal", "beta")
"""Distributions whose inverse needs a uniform strictly inside (0, 1)."""


def stream_kinds(workbook: Workbook) -> tuple[dict[str, str], dict[str, str]]:
    """The random streams of a scenario, by name, with their kinds: those of every turn, those of the deal."""
    scenario = workbook.scenario
    turn: dict[str, str] = {}
    for actor in scenario.actors.values():
        for variable in actor.perception:
            turn[f"perceive.{actor.name}.{variable}"] = "centred"
        if isinstance(actor.decision.revise, Formula):
            turn[f"revise.{actor.name}"] = "uniform"
        for phase in scenario.phases:
            if actor.in_phase(phase):
                turn[f"{actor.name}.{phase}"] = "uniform"
    if any(actor.decision.revise == "one" for actor in scenario.actors.values()):
        turn["revise"] = "uniform"
    for item in scenario.nature.values():
        turn[item.name] = "centred" if item.kind == "normal" else "uniform"
    dealt: dict[str, Distribution] = {}
    for parameter in scenario.parameters.values():
        if parameter.distribution is not None:
            dealt[f"parameter.{parameter.name}"] = parameter.distribution
    for state in scenario.state.values():
        if isinstance(state.initial, Distribution):
            dealt[f"initial.{state.name}"] = state.initial
    deal = {name: "centred" if one.kind in CENTRED else "uniform" for name, one in dealt.items()}
    deal |= {f"types.{actor.name}": "uniform" for actor in typed_actors(scenario)}
    deal |= {f"level.{name}": "uniform" for name in drawn_levels(scenario)}
    return turn, deal


def drawn_levels(scenario: Scenario) -> list[str]:
    """The actors whose level of reasoning is drawn for each episode."""
    return [
        actor.name
        for actor in scenario.actors.values()
        if actor.decision.levels is not None and len(actor.decision.levels.own) > 1
    ]


def deal(workbook: Workbook, *, uncertain: bool) -> Code:
    """The start of an episode: parameters, bounds, initial state, first beliefs."""
    code = Code(
        name="deal_uncertain" if uncertain else "deal",
        title="Deal parameters, bounds, initial state and beliefs.",
    )
    scenario, situation = workbook.scenario, workbook.realized()
    situation.become(parameters={}, state={})
    for parameter in _in_order(scenario.parameters):
        # Those that private types set are dealt with the types.
        if scenario.owner(parameter.name) is None:
            _deal_parameter(workbook, situation, code, parameter, uncertain=uncertain)
    deal_types(workbook, situation, code)
    for variable in scenario.state.values():
        _deal_variable(workbook, situation, code, variable)
    _first_beliefs(workbook, situation, code)
    _levels(workbook, situation, code)
    return code


def _deal_parameter(
    workbook: Workbook, situation: Situation, code: Code, parameter: Parameter, *, uncertain: bool
) -> None:
    row = f"parameter.{parameter.name}"
    if uncertain and parameter.distribution is not None:
        node = _sample(workbook, situation, parameter.distribution, row)
    else:
        node = workbook.datum(row, parameter.value, situation)
    code.keep(workbook, row, node)
    if parameter.name in changed_parameters(workbook):
        code.keep(workbook, f"base.{parameter.name}", node)
    situation.become(parameters={**situation.parameters, parameter.name: node})
    must_be_finite(code, situation, node, parameter.value, f"parameter {parameter.name}")


def _deal_variable(workbook: Workbook, situation: Situation, code: Code, variable: StateVariable) -> None:
    """The bounds of a state variable and its initial value within them."""
    low, high = (
        None if bound is None else workbook.datum(f"{end}.{variable.name}", bound, situation)
        for end, bound in (("low", variable.low), ("high", variable.high))
    )
    for end, limit in (("low", low), ("high", high)):
        if limit is not None:
            code.keep(workbook, f"{end}.{variable.name}", limit)
    if isinstance(variable.initial, Distribution):
        value = _sample(workbook, situation, variable.initial, f"initial.{variable.name}")
        formula = variable.initial.arguments[0]
    else:
        value = workbook.datum(f"initial.{variable.name}", variable.initial, situation)
        formula = variable.initial
    # Checked before it is clipped, which would hide an infinite or undefined value.
    must_be_finite(code, situation, value, formula, f"the initial value of {variable.name}")
    value = workbook.graph.clip(value, low, high)
    code.keep(workbook, f"state.{variable.name}", value)
    situation.become(state={**situation.state, variable.name: value})


def _levels(workbook: Workbook, situation: Situation, code: Code) -> None:
    """Levels of reasoning: the own one, where it is drawn, and which lower ones the others are believed to have."""
    for actor in workbook.scenario.actors.values():
        levels = actor.decision.levels
        if levels is None:
            continue
        own = workbook.graph.number(max(levels.own))
        if len(levels.own) > 1:
            numbers, weights = zip(*level_weights(situation, actor), strict=True)
            values = [workbook.graph.number(number) for number in numbers]
            own = _pick(workbook, values, weights, workbook.row(f"draw.level.{actor.name}"))
            code.keep(workbook, f"level.{actor.name}", own)
        for row, node in believed_rows(situation, actor, own).items():
            code.keep(workbook, row, node)


def _in_order(parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """Parameters so that each comes after those it is computed from."""
    done: dict[str, Parameter] = {}

    def visit(parameter: Parameter) -> None:
        formulas = [parameter.value, *(parameter.distribution.arguments if parameter.distribution else ())]
        for formula in formulas:
            for name in names_in(formula):
                if name not in done:
                    visit(parameters[name])
        done[parameter.name] = parameter

    for parameter in parameters.values():
        if parameter.name not in done:
            visit(parameter)
    return list(done.values())


def _sample(workbook: Workbook, situation: Situation, distribution: Distribution, stream: str) -> Node:
    """A number drawn from a distribution by inverse CDF, from one draw."""
    graph = workbook.graph
    uniform = workbook.row(f"draw.{stream}")
    numbers = [situation.value(argument) for argument in distribution.arguments]
    if distribution.kind != "choice":
        return graph.call(f"distributions.{distribution.kind}", uniform, *numbers)
    half = len(numbers) // 2
    return _pick(workbook, numbers[:half], numbers[half:], uniform)


def _pick(workbook: Workbook, values: Sequence[Node], weights: Sequence[Node], uniform: Node) -> Node:
    """The value that a uniform draw picks by these weights."""
    graph = workbook.graph
    picked, total = values[-1], graph.add(*weights)
    for index in range(len(values) - 1, -1, -1):
        below = graph.apply("lt", graph.mul(uniform, total), graph.add(*weights[: index + 1]))
        picked = graph.where(below, values[index], picked)
    return picked


def _first_beliefs(workbook: Workbook, situation: Situation, code: Code) -> None:
    """D3: what each actor that learns expects of the others' policies before anything has been seen."""
    scenario = workbook.scenario
    for actor in scenario.actors.values():
        beliefs = actor.decision.beliefs
        if not actor.decision.looks_ahead or beliefs.kind == "uniform":
            continue
        for other in scenario.actors.values():
            for phase in scenario.phases:
                policies = other.in_phase(phase)
                if other.name == actor.name or not policies:
                    continue
                weights = _first_weights(situation, beliefs, other, policies)
                for policy, node in zip(policies, weights, strict=True):
                    code.keep(workbook, f"belief.{actor.name}.{policy.full_name}", node)


def _first_weights(
    situation: Situation, beliefs: Beliefs, other: Actor, policies: Sequence[Policy]
) -> list[Node]:
    """The weights of another's policies in one phase: counts in fictitious play, else probabilities."""
    graph = situation.graph
    # What is given may be about another phase only.
    if any(policy.full_name in beliefs.weights for policy in policies):
        formulas = [beliefs.weights.get(policy.full_name) for policy in policies]
        weights = [graph.zero if formula is None else situation.value(formula) for formula in formulas]
        if beliefs.kind == "fictitious":
            return weights
        total = graph.add(*weights)
        return [graph.div(weight, total) for weight in weights]
    before = [policy.name in other.before for policy in policies]
    if beliefs.kind == "last" and any(before):
        return [graph.number(played) for played in before]
    if beliefs.kind == "fictitious":
        return [graph.one] * len(policies)
    return [graph.number(1.0 / len(policies))] * len(policies)
