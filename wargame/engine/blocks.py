"""The blocks of code that an episode is made of, one function each: dealing, the rules R1 to R8, and metrics.

Each builder returns `Code`: what is computed, where it is kept and what must hold. `rules` turns blocks into
functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from wargame.engine import choice
from wargame.engine.choice import Seat
from wargame.engine.emit import Check, Store
from wargame.engine.graph import Node
from wargame.engine.situation import Situation, Workbook
from wargame.engine.turn import (
    apply_calendar,
    apply_item,
    calendar_parameters,
    charge,
    draw_realized,
    item_is_due,
    resolve,
    terminal_outcomes,
    utility,
)
from wargame.scenario.formula import Call, Formula, Number, Tree
from wargame.scenario.scenario import Distribution, Parameter

__all__ = [
    "Code",
    "begin",
    "book",
    "deal",
    "judge",
    "learn",
    "nature_block",
    "options",
    "perceive_block",
    "record",
    "resolve_block",
    "settle",
    "stream_kinds",
]

NEVER = 1e9
"""A turn that no episode reaches."""

CENTRED = ("normal", "lognormal", "beta")
"""Distributions whose inverse needs a uniform strictly inside (0, 1)."""


@dataclass(kw_only=True)
class Code:
    """A block of code: its name and title, the results it stores, and the checks they must pass."""

    name: str
    title: str
    stores: list[Store] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def keep(self, workbook: Workbook, row: str, node: Node) -> None:
        """Store a node in a row, unless it is that row's value already."""
        if workbook.row(row) is not node:
            self.stores.append(Store(row=row, node=node))


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
    return turn, deal


def deal(workbook: Workbook, *, uncertain: bool) -> Code:
    """The start of an episode: parameters, bounds, initial state, first beliefs."""
    code = Code(
        name="deal_uncertain" if uncertain else "deal",
        title="Deal parameters, bounds, initial state and beliefs.",
    )
    scenario, graph = workbook.scenario, workbook.graph
    situation = workbook.realized()
    situation.become(parameters={}, state={})
    for parameter in _in_order(scenario.parameters):
        if uncertain and parameter.distribution is not None:
            node = _sample(workbook, situation, parameter.distribution, f"parameter.{parameter.name}")
        else:
            node = workbook.datum(f"parameter.{parameter.name}", parameter.value, situation)
        code.keep(workbook, f"parameter.{parameter.name}", node)
        if parameter.name in _changed_parameters(workbook):
            code.keep(workbook, f"base.{parameter.name}", node)
        situation.become(parameters={**situation.parameters, parameter.name: node})
        _must_be_finite(code, situation, node, parameter.value, f"parameter {parameter.name}")
    for variable in scenario.state.values():
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
        value = graph.clip(value, low, high)
        code.keep(workbook, f"state.{variable.name}", value)
        situation.become(state={**situation.state, variable.name: value})
        _must_be_finite(code, situation, value, formula, f"the initial value of {variable.name}")
    _first_beliefs(workbook, situation, code)
    return code


def _in_order(parameters: Mapping[str, Parameter]) -> list[Parameter]:
    """Parameters so that each comes after those it is computed from."""
    from wargame.scenario.names import names_in

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


def _changed_parameters(workbook: Workbook) -> set[str]:
    """Parameters that the calendar changes."""
    return {
        change.variable
        for entry in workbook.scenario.calendar
        for change in entry.changes
        if change.variable in workbook.scenario.parameters
    }


def _sample(workbook: Workbook, situation: Situation, distribution: Distribution, stream: str) -> Node:
    """A number drawn from a distribution by inverse CDF, from one draw."""
    graph = workbook.graph
    uniform = workbook.row(f"draw.{stream}")
    numbers = [situation.value(argument) for argument in distribution.arguments]
    if distribution.kind != "choice":
        return graph.call(f"distributions.{distribution.kind}", uniform, *numbers)
    half = len(numbers) // 2
    values, weights = numbers[:half], numbers[half:]
    picked, total = values[-1], graph.add(*weights)
    for index in range(half - 1, -1, -1):
        below = graph.apply("lt", graph.mul(uniform, total), graph.add(*weights[: index + 1]))
        picked = graph.where(below, values[index], picked)
    return picked


def _must_be_finite(code: Code, situation: Situation, node: Node, formula: Formula, title: str) -> None:
    if not node.is_leaf:
        names = situation.names(formula)
        code.checks.append(
            Check(
                node=node,
                kind="finite",
                title=f"{title} is infinite or undefined",
                formula=formula.text,
                line=formula.line,
                names=names,
            )
        )


def _first_beliefs(workbook: Workbook, situation: Situation, code: Code) -> None:
    graph = workbook.graph
    for actor in workbook.scenario.actors.values():
        beliefs = actor.decision.beliefs
        if not actor.decision.looks_ahead or beliefs.kind == "uniform":
            continue
        for other in workbook.scenario.actors.values():
            for phase in workbook.scenario.phases:
                policies = other.in_phase(phase)
                if other.name == actor.name or not policies:
                    continue
                named = [policy.name in other.before for policy in policies]
                weights = []
                for policy, before in zip(policies, named, strict=True):
                    if other.name in beliefs.given:
                        formula = beliefs.weights.get(policy.full_name)
                        node = graph.zero if formula is None else situation.value(formula)
                    elif beliefs.kind == "last" and any(named):
                        node = graph.number(before)
                    elif beliefs.kind == "fictitious":
                        node = graph.one
                    else:
                        node = graph.number(1.0 / len(policies))
                    weights.append(node)
                if beliefs.kind != "fictitious" and other.name in beliefs.given:
                    total = graph.add(*weights)
                    weights = [graph.div(weight, total) for weight in weights]
                for policy, node in zip(policies, weights, strict=True):
                    code.keep(workbook, f"belief.{actor.name}.{policy.full_name}", node)


def begin(workbook: Workbook) -> Code:
    """R1: the calendar; then what the turn began with, last turn's choices, and who reconsiders."""
    code = Code(name="begin", title="R1: apply the calendar; note what the turn begins with.")
    scenario, graph = workbook.scenario, workbook.graph
    situation, turn = workbook.realized(turn_began=False), workbook.row("turn")
    situation.become(last={name: workbook.row(f"play.{name}") for name in situation.last})
    changed = _changed_parameters(workbook)
    base = {name: workbook.row(f"base.{name}") for name in scenario.parameters if name in changed}
    values = calendar_parameters(situation, scenario.calendar, turn, base)
    situation.become(parameters={**situation.parameters, **values})
    apply_calendar(situation, scenario.calendar, turn, checked=True)
    for name, node in values.items():
        code.keep(workbook, f"parameter.{name}", node)
    for name, node in situation.state.items():
        code.keep(workbook, f"state.{name}", node)
    for name in workbook.realized().now:
        code.keep(workbook, f"now.{name}", situation.state[name])
    for name, node in situation.last.items():
        code.keep(workbook, f"last.{name}", node)
    for policy in scenario.policies():
        code.keep(workbook, f"play.{policy.full_name}", graph.zero)
    situation.become(now=dict(situation.state))
    _revision(workbook, situation, code)
    code.checks += situation.checks
    return code


def _revision(workbook: Workbook, situation: Situation, code: Code) -> None:
    """Who reconsiders this turn (D4)."""
    graph = workbook.graph
    actors = list(workbook.scenario.actors.values())
    drawn = [actor for actor in actors if actor.decision.revise == "one"]
    for actor in actors:
        revise = actor.decision.revise
        if isinstance(revise, Formula):
            node = situation.value(revise)
            code.checks.append(
                Check(
                    node=node,
                    kind="probability",
                    title=f"the chance that {actor.name} revises is no probability",
                    formula=revise.text,
                    line=revise.line,
                    names=situation.names(revise),
                )
            )
            node = graph.apply("lt", workbook.row(f"draw.revise.{actor.name}"), node)
        elif revise == "one":
            count = graph.number(len(drawn))
            picked = graph.apply("floor", graph.mul(workbook.row("draw.revise"), count))
            node = graph.apply("eq", picked, graph.number(drawn.index(actor)))
        else:
            continue
        code.keep(workbook, f"revise.{actor.name}", node)


def perceive_block(workbook: Workbook, actor: str) -> Code:
    """R2 for one actor."""
    code = Code(name=f"perceive_{actor}", title=f"R2: what {actor} perceives.")
    declared = workbook.scenario.actors[actor]
    for variable, node in choice.perceive(workbook, declared).items():
        code.keep(workbook, f"seen.{actor}.{variable}", node)
        formula = declared.perception[variable].noise
        names = workbook.realized().names(formula)
        code.checks.append(
            Check(
                node=node,
                kind="finite",
                title=f"what {actor} sees of {variable} is infinite or undefined",
                formula=formula.text,
                line=formula.line,
                names=names,
            )
        )
    return code


def options(workbook: Workbook, seat: Seat) -> Code:
    """Which policies are available, on the actual state."""
    code = Code(
        name=f"options_{seat.actor.name}_{seat.phase}", title=f"R3: what is available to {seat.name}."
    )
    situation = workbook.realized()
    for policy in seat.policies:
        if policy.available is not None:
            code.keep(workbook, f"available.{policy.full_name}", situation.truth(policy.available))
    return code


def resolve_block(workbook: Workbook) -> Code:
    """R4, and the costs that R6 books, which are those of the state at hand."""
    code = Code(name="resolve", title="R4: effects of policies and world rules, on the state before them.")
    situation = workbook.realized()
    for actor in workbook.scenario.actors.values():
        cost = charge(situation, actor.policies.values())
        code.keep(workbook, f"cost.{actor.name}", cost)
    resolve(situation, list(workbook.scenario.policies()), certain=True, checked=True)
    for name, node in situation.state.items():
        code.keep(workbook, f"state.{name}", node)
    code.checks += situation.checks
    return code


def nature_block(workbook: Workbook) -> Code:
    """R5: nature's items in order."""
    code = Code(name="nature", title="R5: nature, item by item, on the state as changed so far.")
    graph, situation, turn = workbook.graph, workbook.realized(), workbook.row("turn")
    for item in workbook.scenario.nature.values():
        due = item_is_due(situation, item)
        drawn = draw_realized(situation, item)
        apply_item(situation, item, drawn, checked=True)
        if item.once or item.cooldown:
            counts = item.kind in ("bernoulli", "rate", "poisson", "negbin", "binomial")
            fired = graph.apply("gt", drawn.values[item.name], graph.zero) if counts else due
            next_turn = graph.number(NEVER) if item.once else graph.add(turn, graph.number(1 + item.cooldown))
            ready = workbook.row(f"ready.{item.name}")
            code.keep(workbook, f"ready.{item.name}", graph.where(fired, next_turn, ready))
    for name, node in situation.nature.items():
        code.keep(workbook, f"nature.{name}", node)
    for name, node in situation.state.items():
        code.keep(workbook, f"state.{name}", node)
    code.checks += situation.checks
    return code


def book(workbook: Workbook) -> Code:
    """R6: payoffs."""
    code = Code(name="book", title="R6: book payoffs: utility less cost, discounted.")
    graph, situation = workbook.graph, workbook.realized()
    for actor in workbook.scenario.actors.values():
        discount = situation.value(actor.decision.discount)
        weight = graph.one
        if discount is not graph.one:
            weight = workbook.row(f"weight.{actor.name}", 1.0)
            code.keep(workbook, f"weight.{actor.name}", graph.mul(weight, discount))
        gain = graph.sub(graph.add(*utility(situation, actor.name)), workbook.row(f"cost.{actor.name}"))
        total = graph.add(workbook.row(f"payoff.{actor.name}"), graph.mul(weight, gain))
        code.keep(workbook, f"payoff.{actor.name}", total)
        for term in actor.utility.values():
            node = situation.value(term.formula)
            if node.risky:
                code.checks.append(
                    Check(
                        node=node,
                        kind="finite",
                        title=f"{actor.name}'s {term.name} is infinite or undefined",
                        formula=term.formula.text,
                        line=term.formula.line,
                        names=situation.names(term.formula),
                    )
                )
        code.checks.append(
            Check(
                node=total,
                kind="finite",
                title=f"the payoff of {actor.name} is infinite or undefined",
                formula=f"utility and costs of {actor.name}",
                line=actor.line,
            )
        )
    return code


def learn(workbook: Workbook) -> Code:
    """R7: beliefs about moves."""
    code = Code(name="learn", title="R7: beliefs about the others' moves.")
    for actor in workbook.scenario.actors.values():
        for row, node in choice.learn(workbook, actor).items():
            code.keep(workbook, row, node)
    return code


def judge(workbook: Workbook) -> Code:
    """R8: the first true terminal outcome, or -1."""
    code = Code(name="judge", title="R8: the first true terminal outcome, else -1.")
    graph, situation = workbook.graph, workbook.realized()
    names = list(workbook.scenario.outcomes)
    ended = graph.number(-1.0)
    for outcome in reversed(terminal_outcomes(workbook.scenario)):
        ended = graph.where(situation.truth(outcome.when), graph.number(names.index(outcome.name)), ended)
    code.keep(workbook, "ended", ended)
    return code


Aggregate = tuple[str, tuple[Tree, ...]]


def aggregates(workbook: Workbook) -> dict[Aggregate, str]:
    """Every question that metrics ask of an episode, each once, with the row that accumulates the answer."""
    found: dict[Aggregate, str] = {}

    def visit(tree: Tree) -> None:
        if isinstance(tree, Call):
            if tree.operation.startswith("over."):
                found.setdefault((tree.operation, tree.arguments), f"over.{len(found)}")
            else:
                for argument in tree.arguments:
                    visit(argument)

    for metric in workbook.scenario.metrics.values():
        visit(metric.formula.tree)
    return found


_FIRST = {"over.max": float("-inf"), "over.min": float("inf"), "over.first": -1.0}


def record(workbook: Workbook) -> Code:
    """Metrics over completed turns: bring each accumulator up to date."""
    code = Code(name="record", title="Metrics: bring the accumulators up to date with this turn.")
    situation, turn = workbook.realized(), workbook.row("turn")
    for (operation, arguments), row in aggregates(workbook).items():
        owner = next(
            metric
            for metric in workbook.scenario.metrics.values()
            if _asks(metric.formula.tree, operation, arguments)
        )
        formula = Formula(owner.formula.text, arguments[-1], owner.formula.line, owner.formula.path)
        value = situation.value(formula)
        old = workbook.row(row, _FIRST.get(operation, 0.0))
        code.keep(workbook, row, _accumulate(situation, operation, arguments, old, value, turn))
        if value.risky:
            code.checks.append(
                Check(
                    node=value,
                    kind="finite",
                    title=f"metric {owner.name} reads something infinite or undefined",
                    formula=owner.formula.text,
                    line=owner.formula.line,
                    names=situation.names(formula),
                )
            )
    return code


def _asks(tree: Tree, operation: str, arguments: tuple[Tree, ...]) -> bool:
    if not isinstance(tree, Call):
        return False
    if tree.operation == operation and tree.arguments == arguments:
        return True
    return any(_asks(argument, operation, arguments) for argument in tree.arguments)


def _accumulate(
    situation: Situation, operation: str, arguments: tuple[Tree, ...], old: Node, value: Node, turn: Node
) -> Node:
    graph = situation.graph
    if operation in ("over.max", "over.min"):
        return graph.apply(operation.removeprefix("over."), old, value)
    if operation in ("over.sum", "over.mean"):
        return graph.add(old, value)
    if operation == "over.share":
        return graph.add(old, graph.truth(value))
    if operation == "over.final":
        return value
    if operation == "over.at":
        when = situation.value(Formula("", arguments[0], 0, ()))
        return graph.where(graph.apply("le", turn, when), value, old)
    first_time = graph.all(graph.apply("lt", old, graph.zero), value)
    return graph.where(first_time, turn, old)


def settle(workbook: Workbook) -> Code:
    """The end of an episode: its outcome if no terminal one was true, and its metrics."""
    code = Code(name="settle", title="End of the episode: the outcome at the horizon, and the metrics.")
    graph, situation = workbook.graph, workbook.realized()
    names = list(workbook.scenario.outcomes)
    at_horizon = graph.number(names.index(workbook.scenario.default_outcome))
    for name, outcome in reversed(list(workbook.scenario.outcomes.items())):
        if outcome.when is not None:
            at_horizon = graph.where(
                situation.truth(outcome.when), graph.number(names.index(name)), at_horizon
            )
    ended = workbook.row("ended", -1.0)
    code.keep(workbook, "outcome", graph.where(graph.apply("ge", ended, graph.zero), ended, at_horizon))
    rows = aggregates(workbook)
    length = graph.add(workbook.row("turn"), graph.one)
    for metric in workbook.scenario.metrics.values():
        node = _metric(situation, metric.formula.tree, rows, length)
        code.keep(workbook, f"metric.{metric.name}", node)
    return code


def _metric(situation: Situation, tree: Tree, rows: Mapping[Aggregate, str], length: Node) -> Node:
    graph = situation.graph
    if isinstance(tree, Number):
        return graph.number(tree.value)
    if not isinstance(tree, Call):
        return situation.value(Formula("", tree, 0, ()))
    if tree.operation.startswith("over."):
        row = situation.workbook.row(rows[tree.operation, tree.arguments])
        if tree.operation in ("over.mean", "over.share"):
            return graph.div(row, length)
        if tree.operation == "over.first":
            missing = graph.apply("lt", row, graph.zero)
            return graph.where(missing, graph.number(float("nan")), row)
        return row
    arguments = [_metric(situation, argument, rows, length) for argument in tree.arguments]
    combine: Callable[..., Node] = graph.apply
    if tree.operation == "clip":
        return graph.clip(*arguments)
    if tree.operation in ("min", "max"):
        result = arguments[0]
        for argument in arguments[1:]:
            result = combine(tree.operation, result, argument)
        return result
    return combine(tree.operation, *arguments)
