"""Decisions: what an actor perceives and expects, how it scores its policies, how scores become a choice (D1 to D5)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wargame.engine.emit import Check
from wargame.engine.graph import Node
from wargame.engine.situation import Situation, Workbook
from wargame.engine.turn import (
    apply_item,
    charge,
    draw_mean,
    pick_index,
    resolve,
    utility,
)
from wargame.scenario.scenario import Actor, Policy, Scenario

__all__ = [
    "Seat",
    "availability",
    "belief_rows",
    "choice_probabilities",
    "expectations",
    "learn",
    "mean_scores",
    "order_and_pick",
    "own_last",
    "perceive",
    "perceived",
    "planning_situation",
]

TIE = 1e-12


@dataclass(frozen=True, kw_only=True)
class Seat:
    """An actor's place in one phase of the turn, with the policies it chooses among there."""

    scenario: Scenario
    actor: Actor
    phase: str

    @functools.cached_property
    def name(self) -> str:
        """`actor.phase`, also the name of the random stream that picks its policy."""
        return f"{self.actor.name}.{self.phase}"

    @functools.cached_property
    def policies(self) -> tuple[Policy, ...]:
        """The policies that belong to this phase."""
        return self.actor.in_phase(self.phase)

    @property
    def later_phases(self) -> list[str]:
        """Phases after this one in the turn."""
        phases = self.scenario.phases
        return list(phases[phases.index(self.phase) + 1 :])

    @property
    def own_later(self) -> list[tuple[Policy, ...]]:
        """The actor's own policies in each later phase where it has any."""
        return [policies for phase in self.later_phases if (policies := self.actor.in_phase(phase))]

    @property
    def unknown(self) -> list[tuple[Actor, tuple[Policy, ...]]]:
        """The other actors' choices in this phase and later ones, which the actor must expect."""
        pairs = []
        for phase in [self.phase, *self.later_phases]:
            for other in self.scenario.actors.values():
                policies = other.in_phase(phase)
                if other.name != self.actor.name and policies:
                    pairs.append((other, policies))
        return pairs


def perceive(workbook: Workbook, actor: Actor) -> dict[str, Node]:
    """R2: what the actor sees of the variables that it does not see exactly, clipped to bounds."""
    graph, situation = workbook.graph, workbook.realized()
    seen = {}
    for variable, sight in actor.perception.items():
        noise = situation.value(sight.noise)
        value = graph.add(situation.state[variable], situation.value(sight.bias))
        if noise is not graph.zero:
            normal = graph.apply("normal_quantile", workbook.row(f"draw.perceive.{actor.name}.{variable}"))
            value = graph.add(value, graph.mul(noise, normal))
        seen[variable] = graph.clip(value, *workbook.bounds(variable))
    return seen


def perceived(workbook: Workbook, actor: Actor) -> Situation:
    """The situation as the actor sees it: its percept for the state, also as what the turn began with."""
    situation = workbook.realized()
    state = {
        name: workbook.row(f"seen.{actor.name}.{name}") if name in actor.perception else node
        for name, node in situation.state.items()
    }
    return situation.copy(state=state, now=state)


def availability(situation: Situation, policies: Iterable[Policy]) -> list[Node]:
    """Whether each policy can be played, 1 or 0."""
    return [situation.truth(policy.available) for policy in policies]


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
    graph, kind = workbook.graph, seat.actor.decision.beliefs.kind
    situation = perceived(workbook, seat.actor)
    result: dict[str, Node] = {}
    for _, policies in seat.unknown:
        weights = belief_rows(workbook, seat.actor, policies)
        available = availability(situation, policies)
        free = all(node is graph.one for node in available)
        if free and kind == "uniform":
            shares = [graph.number(1.0 / len(policies))] * len(policies)
        elif free and kind != "fictitious":
            shares = weights
        else:
            shares = _normalized(workbook, weights, available)
        result.update(zip((policy.full_name for policy in policies), shares, strict=True))
        situation.become(play={**situation.play, **result})
    return result


def _normalized(workbook: Workbook, weights: Sequence[Node], available: Sequence[Node]) -> list[Node]:
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
    cost = charge(sit, played)
    resolve(sit, own_last(seat), certain=False)
    for item in seat.scenario.nature.values():
        apply_item(sit, item, draw_mean(sit, item))
    return utility(sit, seat.actor.name), cost


def mean_scores(workbook: Workbook, seat: Seat, expected: Mapping[str, Node]) -> list[Node]:
    """The score of each policy under `expectation: mean`; own later phases are planned as the best."""
    graph = workbook.graph
    situation = planning_situation(workbook, seat, expected)
    scores = []
    for policy in seat.policies:
        best: Node | None = None
        for later in itertools.product(*seat.own_later):
            terms, cost = imagine(situation, seat, [policy, *later])
            score = graph.sub(graph.add(*terms), cost)
            if later:
                there = availability(situation, later)
                score = graph.where(graph.all(*there), score, graph.number(float("-inf")))
            best = score if best is None else graph.apply("max", best, score)
        assert best is not None
        scores.append(best)
    return scores


def choice_probabilities(workbook: Workbook, seat: Seat) -> tuple[list[Node], list[Check]]:
    """D4: the probability of each policy, from scores or rules, with what must hold of it."""
    graph, decision = workbook.graph, seat.actor.decision
    here = [_available(workbook, policy) for policy in seat.policies]
    situation = perceived(workbook, seat.actor)
    checks: list[Check] = []
    if decision.looks_ahead:
        scores = [workbook.row(f"score.{policy.full_name}") for policy in seat.policies]
        shares = _greedy(workbook, seat, scores, here) if decision.rule == "greedy" else None
        if shares is None:
            assert decision.precision is not None
            precision = situation.value(decision.precision)
            _require(checks, situation, precision, decision.precision, f"the precision of {seat.actor.name}")
            shares = _logit(workbook, precision, scores, here)
        for policy, score, available in zip(seat.policies, scores, here, strict=True):
            checks.append(_score_check(workbook, seat, policy, graph.where(available, score, graph.zero)))
    elif decision.rule == "mixed":
        weights = []
        for policy in seat.policies:
            formula = decision.probabilities.get(policy.name)
            node = graph.zero if formula is None else situation.value(formula)
            if formula is not None:
                _require(checks, situation, node, formula, f"the weight of {policy.full_name}")
            weights.append(node)
        shares = _normalized(workbook, weights, here)
    elif decision.rule == "uniform":
        shares = _normalized(workbook, [graph.one] * len(here), here)
    else:
        shares = _normalized(workbook, _prescribed(workbook, seat, situation), here)
    tremble = situation.value(decision.tremble)
    if tremble is not graph.zero:
        _require(
            checks, situation, tremble, decision.tremble, f"the tremble of {seat.actor.name}", "probability"
        )
        even = _normalized(workbook, [graph.one] * len(here), here)
        keep = graph.sub(graph.one, tremble)
        shares = [
            graph.add(graph.mul(keep, share), graph.mul(tremble, equal))
            for share, equal in zip(shares, even, strict=True)
        ]
    return shares, checks


def _available(workbook: Workbook, policy: Policy) -> Node:
    return workbook.graph.one if policy.available is None else workbook.row(f"available.{policy.full_name}")


def _require(
    checks: list[Check],
    situation: Situation,
    node: Node,
    formula: object,
    title: str,
    kind: str = "not negative",
) -> None:
    from wargame.scenario.formula import Formula

    assert isinstance(formula, Formula)
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


def _score_check(workbook: Workbook, seat: Seat, policy: Policy, node: Node) -> Check:
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


def _prescribed(workbook: Workbook, seat: Seat, situation: Situation) -> list[Node]:
    """The policy that the script or doctrine names now: 1 for it, 0 for the others."""
    graph, decision = workbook.graph, seat.actor.decision
    if decision.rule == "script":
        turn = workbook.row("turn")
        steps = [
            (graph.apply("ge", turn, graph.number(first)), policies)
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


def order_and_pick(workbook: Workbook, seat: Seat, shares: Sequence[Node]) -> tuple[Node, Node]:
    """D5 and D4's `revise`: the index of the policy played, and whether an order was blocked.

    An order (row `order`, -1 for none) is carried out where its policy is available. An actor that does not revise
    repeats its last policy if that is available.
    """
    graph = workbook.graph
    picked = pick_index(graph, shares, workbook.row(f"draw.{seat.name}"))
    here = [_available(workbook, policy) for policy in seat.policies]
    if seat.actor.decision.revise != "all":
        keeps = graph.negate(workbook.row(f"revise.{seat.actor.name}"))
        for index, policy in enumerate(seat.policies):
            again = graph.all(keeps, workbook.row(f"last.{policy.full_name}"), here[index])
            picked = graph.where(again, graph.number(index), picked)
    order = workbook.row(f"order.{seat.name}", -1.0)
    obeyed = graph.zero
    for index, available in enumerate(here):
        ordered = graph.all(graph.apply("eq", order, graph.number(index)), available)
        picked = graph.where(ordered, graph.number(index), picked)
        obeyed = graph.apply("or", obeyed, ordered)
    blocked = graph.all(graph.apply("ge", order, graph.zero), graph.negate(obeyed))
    return picked, blocked


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
