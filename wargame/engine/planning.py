"""D1 and D2 at the mean: the turn played forward on paper, and the score of each policy. See `exact` for the rest."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from wargame.engine.beliefs import availability, restricted_beliefs
from wargame.engine.graph import Node
from wargame.engine.nature import apply_item, draw_mean
from wargame.engine.perception import perceived
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.engine.turn import charge, resolve, utility
from wargame.scenario.scenario import Policy

__all__ = ["best_plan", "expect_answers", "imagine", "mean_scores", "own_last", "planning_situation"]


def planning_situation(workbook: Workbook, seat: Seat, expected: Mapping[str, Node]) -> Situation:
    """The turn as the actor imagines it: percept, known choices of earlier phases, expected ones of the others."""
    situation = perceived(workbook, seat.actor)
    own = {
        policy.full_name: workbook.graph.zero
        for policies in [seat.policies, *seat.own_later]
        for policy in policies
    }
    return situation.copy(play={**situation.play, **own, **expected})


def own_last(seat: Seat) -> list[Policy]:
    """All policies, the actor's own last: what its choice does not change is then computed once."""
    others = [policy for policy in seat.scenario.policies() if policy.actor != seat.actor.name]
    return [*others, *seat.actor.policies.values()]


def imagine(situation: Situation, seat: Seat, played: Sequence[Policy]) -> tuple[list[Node], Node]:
    """D1: play the turn forward at its mean; returns the terms of utility and the cost."""
    graph = situation.graph
    chosen = {policy.full_name: graph.one for policy in played}
    sit = situation.copy(play={**situation.play, **chosen})
    expect_answers(sit, seat, situation)
    cost = charge(sit, played)
    resolve(sit, own_last(seat), certain=False)
    for item in seat.scenario.nature.values():
        apply_item(sit, item, draw_mean(sit, item))
    return utility(sit, seat.actor.name), cost


def expect_answers(after: Situation, seat: Seat, before: Situation) -> None:
    """D3 at the node: expect of later phases what the own choice, once made, leaves open to the others."""
    for _, policies in seat.unknown:
        if policies[0].phase == seat.phase or availability(after, policies) == availability(before, policies):
            continue
        shares = restricted_beliefs(after, seat.actor, policies)
        names = (policy.full_name for policy in policies)
        after.become(play={**after.play, **dict(zip(names, shares, strict=True))})


def mean_scores(
    workbook: Workbook, seat: Seat, expected: Mapping[str, Node], private: Mapping[str, Node] | None = None
) -> list[Node]:
    """The score of each policy under `expectation: mean`; own later phases are planned as the best.

    `private` are the parameters of a type that takes the place of the actor's own.
    """
    situation = planning_situation(workbook, seat, expected)
    situation = situation.copy(parameters={**situation.parameters, **(private or {})})
    return [best_plan(situation, seat, policy)[0] for policy in seat.policies]


def best_plan(situation: Situation, seat: Seat, policy: Policy) -> tuple[Node, list[Node]]:
    """The score of a policy with the best own later choices, and its parts: the terms of utility, then the cost."""
    graph = situation.graph
    best: Node | None = None
    parts: list[Node] = []
    for later in itertools.product(*map(_choices_or_none, seat.own_later)):
        played = [policy, *(one for one in later if one is not None)]
        terms, cost = imagine(situation, seat, played)
        score = graph.sub(graph.add(*terms), cost)
        possible = _possible(situation, seat, policy, later)
        score = graph.where(possible, score, graph.number(float("-inf")))
        these = [*terms, graph.apply("neg", cost)]
        if best is None:
            best, parts = score, these
            continue
        keep = graph.apply("gt", best, score)
        parts = [graph.where(keep, old, new) for old, new in zip(parts, these, strict=True)]
        best = graph.apply("max", best, score)
    assert best is not None
    return best, parts


def _choices_or_none(policies: Sequence[Policy]) -> list[Policy | None]:
    """What an actor can do in a later phase; None stands for being skipped, where every policy has a condition."""
    return [*policies, None] if all(policy.available is not None for policy in policies) else list(policies)


def _possible(situation: Situation, seat: Seat, first: Policy, later: Sequence[Policy | None]) -> Node:
    """Whether these choices of later phases are open to the actor after its choice now."""
    graph = situation.graph
    chosen = {one.full_name: graph.one for one in [first, *later] if one is not None}
    after = situation.copy(play={**situation.play, **chosen})
    possible = graph.one
    for choice, policies in zip(later, seat.own_later, strict=True):
        if choice is not None:
            here = after.truth(choice.available, level=choice.level)
        else:
            here = graph.all(*(graph.negate(node) for node in availability(after, policies)))
        possible = graph.all(possible, here)
    return possible
