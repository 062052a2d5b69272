"""R7 for types: what everybody learns of an actor's type from its choice in a phase.

A few types of an actor that looks one turn ahead are weighed side by side; others decide once more, one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wargame.engine.ahead import Ahead
from wargame.engine.choice import available_here, rule_shares
from wargame.engine.code import Code
from wargame.engine.draft import Draft, run_of_rows
from wargame.engine.graph import Node
from wargame.engine.options import Options
from wargame.engine.perception import perceived
from wargame.engine.planning import mean_scores
from wargame.engine.private import posterior, take_type, type_rows, update
from wargame.engine.seat import Seat
from wargame.engine.situation import Workbook
from wargame.scenario.scenario import Types

__all__ = ["learning_at_once", "scores_by_type", "shares_by_type", "source_of_learning"]


def scores_by_type(workbook: Workbook, seat: Seat, expected: Mapping[str, Node], code: Code) -> list[Node]:
    """Keep the score of each policy for each type that the actor might be of; returns those of the type that it is of.

    They stand in one block, so that what types have in common, as a rule the turn played forward, is computed once for
    all of them.
    """
    by_type = []
    for number, name in enumerate(_types(seat).names):
        scores = mean_scores(workbook, seat, expected, _private(workbook, seat, number))
        for policy, score in zip(seat.policies, scores, strict=True):
            code.keep(workbook, f"weighed.{name}.{policy.full_name}", score)
        by_type.append(scores)
    return _own(workbook, seat, by_type)


def shares_by_type(workbook: Workbook, seat: Seat, code: Code) -> list[Node]:
    """Keep the probability with which each type would choose each policy; returns those of its own type."""
    situation = perceived(workbook, seat.actor)
    here = [available_here(workbook, policy) for policy in seat.policies]
    by_type = []
    for number, name in enumerate(_types(seat).names):
        private = _private(workbook, seat, number)
        scores = [workbook.row(f"weighed.{name}.{policy.full_name}") for policy in seat.policies]
        as_type = situation.copy(parameters={**situation.parameters, **private})
        shares = rule_shares(as_type, seat, scores, here, [])
        for policy, share in zip(seat.policies, shares, strict=True):
            code.keep(workbook, f"shown.{name}.{policy.full_name}", share)
        by_type.append(shares)
    return _own(workbook, seat, by_type)


def _own(workbook: Workbook, seat: Seat, by_type: Sequence[Sequence[Node]]) -> list[Node]:
    """What belongs to the type that the actor is of."""
    graph, own = workbook.graph, list(by_type[-1])
    for number in range(len(by_type) - 2, -1, -1):
        here = graph.apply("eq", workbook.row(f"type.{seat.actor.name}"), graph.number(number))
        own = [graph.where(here, node, other) for node, other in zip(by_type[number], own, strict=True)]
    return own


def learning_at_once(workbook: Workbook, seat: Seat) -> Code:
    """R7 for types: Bayes' rule, from the probabilities that `shares_by_type` kept."""
    graph, actor, types = workbook.graph, seat.actor, _types(seat)
    code = Code(
        name=f"learn_types_{actor.name}_{seat.phase}", title=f"R7: what {seat.name} shows of its type."
    )
    likelihoods = []
    for name in types.names:
        likelihood = graph.zero
        for policy in seat.policies:
            played = workbook.row(f"play.{policy.full_name}")
            shown = workbook.row(f"shown.{name}.{policy.full_name}")
            likelihood = graph.add(likelihood, graph.where(played, shown, graph.zero))
        likelihoods.append(likelihood)
    decided = _decided(workbook, seat)
    for row, node in posterior(workbook, actor, likelihoods).items():
        code.keep(workbook, row, graph.where(decided, node, workbook.row(row)))
    return code


def _decided(workbook: Workbook, seat: Seat) -> Node:
    """Whether the actor made a decision in this phase, and so shows something of its type."""
    graph = workbook.graph
    picked = graph.apply("ge", workbook.row(f"pick.{seat.name}"), graph.zero)
    return graph.all(workbook.row(f"decides.{seat.name}"), picked)


def _types(seat: Seat) -> Types:
    assert seat.actor.types is not None
    return seat.actor.types


def _private(workbook: Workbook, seat: Seat, number: int) -> dict[str, Node]:
    """The private parameters of a type, by its number."""
    rows = {parameter: type_rows(seat.actor, parameter)[number] for parameter in _types(seat).values}
    return {parameter: workbook.row(row) for parameter, row in rows.items()}


def source_of_learning(
    workbook: Workbook, seat: Seat, expected_rows: Mapping[str, str], rows: Mapping[str, int]
) -> tuple[str, str]:
    """Name and text of the block: each type decides once more, in the actor's own place, then Bayes' rule.

    It decides on what the actor perceived. Where the actor made no decision (it repeated its last choice, or had none)
    nothing is learnt.
    """
    name = f"learn_types_{seat.actor.name}_{seat.phase}"
    ahead = Ahead(workbook, seat, expected_rows, block=name)
    return name, ahead.source_of(
        lambda draft: _write(ahead, seat, draft), f"R7: what {seat.name} shows of its type.", rows
    )


def _write(ahead: Ahead, seat: Seat, draft: Draft) -> None:
    workbook, graph, actor = ahead.workbook, ahead.graph, seat.actor
    assert actor.types is not None
    likelihoods = [f"plan.likelihood.{actor.name}.{name}" for name in actor.types.names]
    run_of_rows(workbook, likelihoods)
    own = {parameter: f"parameter.{parameter}" for parameter in actor.types.values}
    saved = {row: f"plan.own.{parameter}" for parameter, row in own.items()}
    with draft.when(_decided(workbook, seat)):
        draft.keep({kept: workbook.row(row) for row, kept in saved.items()})
        with (
            draft.repeat(f"type_of_{actor.name}", len(actor.types.names)) as counter,
            draft.when(graph.at(type_rows(actor)[0], counter)),
        ):
            take_type(draft, actor, counter, own)
            likelihood = graph.zero
            for policy, chance in zip(seat.policies, _chances(ahead, seat, draft), strict=True):
                played = workbook.row(f"play.{policy.full_name}")
                likelihood = graph.add(likelihood, graph.where(played, chance, graph.zero))
            draft.keep({likelihoods[0]: likelihood}, counter)
        draft.keep({row: workbook.row(kept) for row, kept in saved.items()})
        update(draft, actor, likelihoods)


def _chances(ahead: Ahead, seat: Seat, draft: Draft) -> list[Node]:
    """What the actor would choose if it were of the type at hand."""
    workbook, actor = ahead.workbook, seat.actor
    here = [workbook.row(f"available.{policy.full_name}") for policy in seat.policies]
    scores: list[Node] = []
    if actor.decision.looks_ahead:
        if ahead.counted:
            draft.keep({ahead.counted: ahead.graph.zero})
        options = Options(ahead, draft, ahead.mind, 0, seat.phase)
        with ahead.own_options(draft) as counter:
            options.keep(counter)
        scores = [workbook.row(row) for row in options.rows("value")[: len(seat.policies)]]
    return rule_shares(perceived(workbook, actor), seat, scores, here, [])
