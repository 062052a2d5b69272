"""How scores or rules become a choice: D4 and D5."""

from __future__ import annotations

from collections.abc import Sequence

from wargame.engine.beliefs import normalized
from wargame.engine.emit import Check
from wargame.engine.graph import Node
from wargame.engine.level_zero import level_zero
from wargame.engine.perception import perceived
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import Policy

__all__ = ["available_here", "carried_out", "choice_probabilities", "decides", "rule_shares"]

TIE = 1e-12


def choice_probabilities(workbook: Workbook, seat: Seat) -> tuple[list[Node], list[Check]]:
    """D4: the probability of each policy, from scores or rules, with what must hold of it."""
    here = [available_here(workbook, policy) for policy in seat.policies]
    scores = (
        [workbook.row(f"score.{policy.full_name}") for policy in seat.policies]
        if seat.actor.decision.looks_ahead
        else []
    )
    checks: list[Check] = []
    situation = perceived(workbook, seat.actor)
    shares = rule_shares(situation, seat, scores, here, checks)
    levels = seat.actor.decision.levels
    if levels is not None and 0 in levels.own:
        # An actor whose level was drawn as 0 does not reason.
        level = workbook.row(f"level.{seat.actor.name}")
        plain = level_zero(situation, levels.zero[seat.actor.name], seat.policies, here)
        shares = [workbook.graph.where(level, share, even) for share, even in zip(shares, plain, strict=True)]
    return shares, checks


def rule_shares(
    situation: Situation,
    seat: Seat,
    scores: Sequence[Node],
    here: Sequence[Node],
    checks: list[Check],
) -> list[Node]:
    """D4 in any situation: the actor's probabilities from its scores (where its rule has any) and what is available.

    What must hold of the numbers in it is added to `checks`.
    """
    workbook, graph, decision = situation.workbook, situation.graph, seat.actor.decision
    if decision.looks_ahead:
        shares = _greedy(workbook, seat, scores, here) if decision.rule == "greedy" else None
        if shares is None:
            assert decision.precision is not None
            precision = situation.value(decision.precision)
            _require(checks, situation, precision, decision.precision, f"the precision of {seat.actor.name}")
            shares = _logit(workbook, precision, scores, here)
        for policy, score, available in zip(seat.policies, scores, here, strict=True):
            checks.append(_score_check(seat, policy, graph.where(available, score, graph.zero)))
    elif decision.rule == "mixed":
        weights = []
        for policy in seat.policies:
            formula = decision.probabilities.get(policy.name)
            node = graph.zero if formula is None else situation.value(formula)
            if formula is not None:
                _require(checks, situation, node, formula, f"the weight of {policy.full_name}")
            weights.append(node)
        shares = normalized(workbook, weights, here)
    elif decision.rule == "uniform":
        shares = normalized(workbook, [graph.one] * len(here), here)
    else:
        shares = normalized(workbook, _prescribed(seat, situation), here)
    tremble = situation.value(decision.tremble)
    if tremble is not graph.zero:
        _require(
            checks, situation, tremble, decision.tremble, f"the tremble of {seat.actor.name}", "probability"
        )
        even = normalized(workbook, [graph.one] * len(here), here)
        keep = graph.sub(graph.one, tremble)
        shares = [
            graph.add(graph.mul(keep, share), graph.mul(tremble, equal))
            for share, equal in zip(shares, even, strict=True)
        ]
    return shares


def available_here(workbook: Workbook, policy: Policy) -> Node:
    """Whether the policy can be played now."""
    return workbook.graph.one if policy.available is None else workbook.row(f"available.{policy.full_name}")


def _require(
    checks: list[Check],
    situation: Situation,
    node: Node,
    formula: Formula,
    title: str,
    kind: str = "not negative",
) -> None:
    if not node.is_number:
        wrong = "is no probability" if kind == "probability" else "is negative, infinite or undefined"
        names = situation.names(formula)
        checks.append(
            Check(
                node=node,
                kind=kind,
                title=f"{title} {wrong}",
                formula=formula.text,
                line=formula.line,
                names=names,
            )
        )


def _score_check(seat: Seat, policy: Policy, node: Node) -> Check:
    terms = list(seat.actor.utility.values())
    return Check(
        node=node,
        kind="finite",
        title=f"the score of {policy.full_name} is infinite or undefined",
        formula=" + ".join(term.formula.text for term in terms),
        line=terms[0].formula.line,
    )


def _best(workbook: Workbook, scores: Sequence[Node], here: Sequence[Node]) -> Node:
    graph = workbook.graph
    lowest = graph.number(float("-inf"))
    best = lowest
    for score, available in zip(scores, here, strict=True):
        known = graph.where(available, score, lowest)
        best = known if best is lowest else graph.apply("max", best, known)
    return best


def _logit(workbook: Workbook, precision: Node, scores: Sequence[Node], here: Sequence[Node]) -> list[Node]:
    """exp(precision * score), shifted by the largest score so that nothing overflows (McFadden 1974)."""
    graph = workbook.graph
    best = _best(workbook, scores, here)
    weights = []
    for score, available in zip(scores, here, strict=True):
        weight = graph.apply("exp", graph.mul(precision, graph.sub(score, best)))
        weights.append(graph.where(available, weight, graph.zero))
    total = graph.add(*weights)
    # The best policy has weight 1, so the total is never 0 and the plain division is safe in Python as well.
    return [graph.apply("share", weight, total) for weight in weights]


def _greedy(workbook: Workbook, seat: Seat, scores: Sequence[Node], here: Sequence[Node]) -> list[Node]:
    """All probability on the best score; ties within 1e-12 relative."""
    graph = workbook.graph
    best = _best(workbook, scores, here)
    margin = graph.sub(best, graph.mul(graph.number(TIE), graph.apply("abs", best)))
    tied = [
        graph.all(available, graph.apply("ge", score, margin))
        for score, available in zip(scores, here, strict=True)
    ]
    if seat.actor.decision.ties == "random":
        count = graph.add(*tied)
        return [graph.where(node, graph.div(graph.one, count), graph.zero) for node in tied]
    shares, earlier = [], graph.zero
    for node in tied:
        shares.append(graph.all(node, graph.negate(earlier)))
        earlier = graph.apply("or", earlier, node)
    return shares


def _prescribed(seat: Seat, situation: Situation) -> list[Node]:
    """The policy that the script or doctrine names now: 1 for it, 0 for the others."""
    graph, decision = situation.graph, seat.actor.decision
    if decision.rule == "script":
        steps = [
            (graph.apply("ge", situation.turn, graph.number(first)), policies)
            for first, policies in reversed(decision.script)
        ]
    else:
        steps = [(situation.truth(clause.when), clause.policies) for clause in decision.doctrine]
    weights = []
    for policy in seat.policies:
        weight = graph.zero
        for condition, policies in reversed(steps):
            named = graph.one if policy.name in policies else graph.zero
            weight = graph.where(condition, named, weight)
        weights.append(weight)
    return weights


def decides(workbook: Workbook, seat: Seat) -> Node:
    """D4's `revise`: 1 where the actor decides in this phase, 0 where it repeats its last policy or is skipped.

    An actor that does not reconsider repeats its last policy where that is available, else it must decide after all.
    """
    graph = workbook.graph
    here = [available_here(workbook, policy) for policy in seat.policies]
    able = graph.zero
    for available in here:
        able = graph.apply("or", able, available)
    if seat.actor.decision.revise == "all":
        return able
    again = graph.zero
    for repeated in _repeated(workbook, seat):
        again = graph.apply("or", again, repeated)
    revises = workbook.row(f"revise.{seat.actor.name}")
    return graph.all(able, graph.apply("or", graph.truth(revises), graph.negate(again)))


def carried_out(workbook: Workbook, seat: Seat) -> Node:
    """The index of the policy that is played, -1 for none: the order, the decision, or the last policy again.

    An order (row `order`, -1 for none) is carried out where its policy is available.
    """
    graph = workbook.graph
    repeated = graph.number(-1.0)
    if seat.actor.decision.revise != "all":
        for index, again in reversed(list(enumerate(_repeated(workbook, seat)))):
            repeated = graph.where(again, graph.number(index), repeated)
    decided = workbook.row(f"decides.{seat.name}")
    picked = graph.where(decided, workbook.row(f"drawn.{seat.name}"), repeated)
    order = workbook.row(f"order.{seat.name}", -1.0)
    open_order = graph.zero
    for index, policy in enumerate(seat.policies):
        available = available_here(workbook, policy)
        ordered = graph.all(graph.apply("eq", order, graph.number(index)), available)
        open_order = graph.apply("or", open_order, ordered)
    return graph.where(open_order, order, picked)


def _repeated(workbook: Workbook, seat: Seat) -> list[Node]:
    """For each policy, whether it was played last turn and can be played again."""
    return [
        workbook.graph.all(workbook.row(f"last.{policy.full_name}"), available_here(workbook, policy))
        for policy in seat.policies
    ]
