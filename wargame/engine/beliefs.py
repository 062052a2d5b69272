"""What actors expect of each other (D3), and how they learn it (R7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from wargame.engine.graph import Node
from wargame.engine.perception import perceived
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.scenario import Actor, Policy

__all__ = ["availability", "belief_rows", "expectations", "learn", "normalized", "restricted_beliefs"]


def availability(situation: Situation, policies: Iterable[Policy]) -> list[Node]:
    """Whether each policy can be played, 1 or 0."""
    return [situation.truth(policy.available, level=policy.level) for policy in policies]


def belief_rows(workbook: Workbook, actor: Actor, policies: Sequence[Policy]) -> list[Node]:
    """The rows of what the actor believes of another's policies: weights, not yet restricted or normalized."""
    if actor.decision.beliefs.kind == "uniform":
        return [workbook.graph.one for _ in policies]
    return [workbook.row(f"belief.{actor.name}.{policy.full_name}") for policy in policies]


def expectations(workbook: Workbook, seat: Seat) -> dict[str, Node]:
    """D3: the probability with which the actor expects each policy of the others from this phase on.

    Beliefs are restricted to what is available on the actor's percept and renormalized; where no believed policy is
    available, all available ones are equally likely.
    """
    situation = perceived(workbook, seat.actor)
    result: dict[str, Node] = {}
    for _, policies in seat.unknown:
        shares = restricted_beliefs(situation, seat.actor, policies)
        result.update(zip((policy.full_name for policy in policies), shares, strict=True))
        situation.become(play={**situation.play, **result})
    return result


def restricted_beliefs(situation: Situation, actor: Actor, policies: Sequence[Policy]) -> list[Node]:
    """What the actor expects of one other's policies of one phase, given the choices known or assumed so far."""
    workbook, graph, kind = situation.workbook, situation.graph, actor.decision.beliefs.kind
    weights = belief_rows(workbook, actor, policies)
    available = availability(situation, policies)
    free = all(node is graph.one for node in available)
    if free and kind == "uniform":
        return [graph.number(1.0 / len(policies))] * len(policies)
    if free and kind != "fictitious":
        return weights
    return normalized(workbook, weights, available)


def normalized(workbook: Workbook, weights: Sequence[Node], available: Sequence[Node]) -> list[Node]:
    """Weights restricted to what is available, adding up to 1; equal ones where they are all 0."""
    graph = workbook.graph
    restricted = [
        graph.where(here, weight, graph.zero) for weight, here in zip(weights, available, strict=True)
    ]
    total, count = graph.add(*restricted), graph.add(*available)
    positive = graph.apply("gt", total, graph.zero)
    return [
        graph.where(
            positive, graph.div(weight, total), graph.where(here, graph.div(graph.one, count), graph.zero)
        )
        for weight, here in zip(restricted, available, strict=True)
    ]


def learn(workbook: Workbook, actor: Actor) -> dict[str, Node]:
    """R7: beliefs about the others' moves after this turn, by row; being skipped in a phase teaches nothing."""
    graph, beliefs = workbook.graph, actor.decision.beliefs
    situation = workbook.realized()
    learned: dict[str, Node] = {}
    if not actor.decision.looks_ahead or beliefs.kind in ("uniform", "fixed"):
        return learned
    for other in workbook.scenario.actors.values():
        for phase in workbook.scenario.phases:
            policies = other.in_phase(phase)
            if other.name == actor.name or not policies:
                continue
            played = [situation.play[policy.full_name] for policy in policies]
            moved = graph.one if any(policy.available is None for policy in policies) else graph.add(*played)
            for policy, old, now in zip(
                policies, belief_rows(workbook, actor, policies), played, strict=True
            ):
                learned[f"belief.{actor.name}.{policy.full_name}"] = graph.where(
                    moved, _updated(workbook, actor, old, now), old
                )
    return learned


def _updated(workbook: Workbook, actor: Actor, old: Node, played: Node) -> Node:
    graph, beliefs = workbook.graph, actor.decision.beliefs
    if beliefs.kind == "last":
        return played
    if beliefs.kind == "fictitious":
        return graph.add(old, played)
    assert beliefs.rate is not None
    rate = workbook.realized().value(beliefs.rate)
    return graph.add(old, graph.mul(rate, graph.sub(played, old)))
