"""The decisions of a scenario's actors for an ODD description, with what ODD+D asks of them (Müller et al. 2013)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wargame.report.decisions import decision_in_words, perception_in_words
from wargame.report.markdown import code, heading, table, words
from wargame.report.odd_cells import basis_cell, effects_cell, formula_cell
from wargame.report.wording import base_title, distribution_in_words, own_policies
from wargame.scenario.scenario import Actor, Policy, Scenario

__all__ = ["decisions"]


def decisions(scenario: Scenario) -> Iterator[str]:
    """Actor by actor: how it decides, what it sees, knows, expects and wants, and what it can do."""
    for actor in scenario.actors.values():
        yield from heading(f"Decisions of {actor.title}")
        yield words(" ".join(decision_in_words(scenario, actor)))
        yield ""
        sights = perception_in_words(scenario, actor)
        yield f"Does not see exactly: {words('; '.join(sights))}." if sights else "Sees the state as it is."
        yield ""
        yield from _private(actor)
        yield from _expected_first(scenario, actor)
        if actor.utility:
            terms = [(one.title, code(one.formula.text), basis_cell(one)) for one in actor.utility.values()]
            yield from table(("wants", "utility of a turn, in points", "rests on"), terms)
            yield ""
        yield from table(
            ("policy", "name", "phase", "only if", "cost", "effects", "rests on"),
            [_policy(levels) for levels in own_policies(actor)],
        )


def _private(actor: Actor) -> Iterator[str]:
    """Its types, with the values that only it knows."""
    types = actor.types
    if types is None:
        return
    if types.distribution is not None:
        spread = distribution_in_words(types.distribution)
        yield f"Private to it: {code(next(iter(types.values)))}, {spread}, in {len(types.names)} equally likely values."
        yield ""
        return
    rows = [
        (
            name,
            code(types.weights[index].text),
            "<br>".join(code(f"{one} = {values[index].text}") for one, values in types.values.items()),
        )
        for index, name in enumerate(types.names)
    ]
    yield from table(("type", "probability", "private values"), rows)
    yield ""


def _expected_first(scenario: Scenario, actor: Actor) -> Iterator[str]:
    """What it expects of the others before anything is played, as far as the file gives it."""
    given = actor.decision.beliefs.weights
    if not given:
        return
    by_actor: dict[str, list[str]] = {}
    for policy in scenario.policies():
        if policy.full_name in given:
            by_actor.setdefault(policy.actor, []).append(
                f"{policy.title} {code(given[policy.full_name].text)}"
            )
    rows = [(scenario.actors[name].title, "; ".join(told)) for name, told in by_actor.items()]
    yield from table(("of whom", "what it expects at the start"), rows)
    yield ""


def _policy(levels: list[Policy]) -> Sequence[str]:
    first, last = levels[0], levels[-1]
    name = f"{first.actor}.{first.base}"
    span = "" if first.level is None else f", {first.level:g} to {last.level:g} in {len(levels)} levels"
    return (
        base_title(first),
        code(name) + span,
        first.phase,
        formula_cell(first.available),
        formula_cell(first.cost),
        effects_cell(first.effects),
        basis_cell(first),
    )
