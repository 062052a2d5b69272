"""The blocks of code that a turn is made of, one function each: the rules R1 to R8.

Each builder returns `Code`: what is computed, where it is kept and what must hold. `rules` turns blocks into
functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from wargame.engine import beliefs
from wargame.engine.choice import carried_out, decides
from wargame.engine.code import Code, changed_parameters
from wargame.engine.emit import Check
from wargame.engine.nature import NEVER, apply_item, draw_realized, item_is_due
from wargame.engine.perception import perceive
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.engine.turn import (
    apply_calendar,
    calendar_parameters,
    charge,
    resolve,
    terminal_outcomes,
    utility,
)
from wargame.scenario.formula import Formula

__all__ = [
    "begin",
    "book",
    "carry_out",
    "judge",
    "learn",
    "nature_block",
    "options",
    "perceive_block",
    "resolve_block",
    "show",
]


def begin(workbook: Workbook) -> Code:
    """R1: the calendar; then what the turn began with, last turn's choices, and who reconsiders."""
    code = Code(name="begin", title="R1: apply the calendar; note what the turn begins with.")
    scenario, graph = workbook.scenario, workbook.graph
    situation, turn = workbook.realized(turn_began=False), workbook.row("turn")
    situation.become(last={name: workbook.row(f"play.{name}") for name in situation.last})
    changed = changed_parameters(workbook)
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
    situation = workbook.realized()
    for variable, node in perceive(workbook, declared).items():
        seen = workbook.graph.clip(node, *workbook.bounds(variable))
        code.keep(workbook, f"seen.{actor}.{variable}", seen)
        sight = declared.perception[variable]
        bias, noise = (
            Check(
                node=situation.value(formula),
                kind="finite",
                title=f"the {title} with which {actor} sees {variable} is infinite or undefined",
                formula=formula.text,
                line=formula.line,
                names=situation.names(formula),
            )
            for title, formula in (("bias", sight.bias), ("noise", sight.noise))
        )
        code.checks.append(
            replace(
                bias,
                node=node,
                title=f"what {actor} sees of {variable} is infinite or undefined",
                parts=(bias, noise),
            )
        )
    return code


def options(workbook: Workbook, seat: Seat) -> Code:
    """Which policies are available, on the actual state, and whether the actor decides anew."""
    code = Code(
        name=f"options_{seat.actor.name}_{seat.phase}", title=f"R3: what is available to {seat.name}."
    )
    situation = workbook.realized()
    for policy in seat.policies:
        if policy.available is not None:
            node = situation.truth(policy.available, level=policy.level)
            code.keep(workbook, f"available.{policy.full_name}", node)
    known = {id(workbook.row(store.row)): store.node for store in code.stores}
    node = workbook.graph.replace(decides(workbook, seat), known)
    if node is not workbook.graph.one:
        code.keep(workbook, f"decides.{seat.name}", node)
    return code


def carry_out(workbook: Workbook, seat: Seat) -> Code:
    """D5's end: the policy that is played, after orders and repetition."""
    code = Code(
        name=f"carry_out_{seat.actor.name}_{seat.phase}", title=f"D4, D5: what {seat.name} plays, by index."
    )
    code.keep(workbook, f"pick.{seat.name}", carried_out(workbook, seat))
    return code


def show(workbook: Workbook, phase: str, seats: Sequence[Seat]) -> Code:
    """R3: the choices of a phase are shown once all its members have made them."""
    code = Code(name=f"show_{phase}", title=f"R3: the choices of phase {phase} are shown.")
    graph = workbook.graph
    for seat in seats:
        for index, policy in enumerate(seat.policies):
            played = graph.apply("eq", workbook.row(f"pick.{seat.name}"), graph.number(index))
            code.keep(workbook, f"play.{policy.full_name}", played)
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
        for row, node in beliefs.learn(workbook, actor).items():
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
