"""What a scenario's actors cannot weigh as it is when they look ahead: not wrong, but to be known (D2, D3)."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.scenario.builder import Builder
from wargame.scenario.degrees import OTHERWISE, Degrees
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import Actor, NatureItem, Scenario

__all__ = ["warn_of_planning"]

SURE = ("greedy", "script", "doctrine")
"""Rules that leave nothing to chance."""


def warn_of_planning(builder: Builder, scenario: Scenario) -> None:
    """Warn of ends that chance may bring and no path meets, and of private numbers whose mean does not tell enough."""
    for actor in scenario.actors.values():
        if actor.decision.looks_ahead:
            _warn_of_ends(builder, scenario, actor)
            _warn_of_private_numbers(builder, scenario, actor)


# ---- ends of the game --------------------------------------------------------------------------------------------


def _warn_of_ends(builder: Builder, scenario: Scenario, actor: Actor) -> None:
    """At the mean, an outcome that ends the game with some probability ends no path."""
    decision = actor.decision
    goes_on = min(decision.foresight, scenario.horizon) > 1 or decision.leaf is not None
    terminal = [outcome for outcome in scenario.outcomes.values() if outcome.terminal]
    if decision.expectation != "mean" or not goes_on or not terminal:
        return
    degrees = Degrees(scenario, _unknown(builder, scenario, actor))
    names = [repr(outcome.name) for outcome in terminal if degrees.of(outcome.when)]
    if names:
        ends = f"the outcome {names[0]}" if len(names) == 1 else f"each of the outcomes {', '.join(names)}"
        key = "foresight" if decision.foresight > 1 else "leaf"
        builder.warn(
            ("actors", actor.name, "decision", key),
            f"{actor.name} looks beyond this turn at the mean, where {ends} is true or false as a whole: what ends "
            "the game only by chance ends no path; use `expectation: exact`, or let the utility or `leaf` weigh what "
            "follows by the odds",
        )


def _unknown(builder: Builder, scenario: Scenario, actor: Actor) -> Iterator[str]:
    """The names that are not known for sure while the actor plans: chance, and choices of the others."""
    for item in scenario.nature.values():
        if _is_random(item):
            yield item.name
            yield from (f"{item.name}.{category}" for category in item.categories)
    if actor.decision.equilibrium:
        return
    unsure = {
        other.name for other in scenario.actors.values() if other is not actor and _is_unsure(actor, other)
    }
    for name, kind in builder.names.kinds.items():
        if kind in ("play", "last") and name.removeprefix("last.").partition(".")[0] in unsure:
            yield name


def _is_random(item: NatureItem) -> bool:
    return not (item.kind == "bernoulli" and item.arguments[0].constant in (0.0, 1.0))


def _is_unsure(actor: Actor, other: Actor) -> bool:
    """Whether the actor has more than one thing to expect of another."""
    phases = {policy.phase for policy in other.policies.values()}
    if all(len(other.in_phase(phase)) == 1 for phase in phases):
        return False
    sure = other.decision.rule in SURE and other.decision.tremble.constant == 0
    return actor.decision.levels is None or not sure


# ---- private numbers ---------------------------------------------------------------------------------------------


def _warn_of_private_numbers(builder: Builder, scenario: Scenario, actor: Actor) -> None:
    """Others take a private number at its believed mean: exact where it enters alone and in proportion."""
    for owner in scenario.actors.values():
        if owner is actor or owner.types is None:
            continue
        deeds = [policy.full_name for policy in owner.policies.values()]
        answers = actor.decision.levels is not None
        for parameter in owner.types.values:
            alone, acts = Degrees(scenario, [parameter]), Degrees(scenario, deeds)
            both = Degrees(scenario, [parameter, *deeds])
            for title, formula in _weighed(actor):
                entangled = answers and both.of(formula) == OTHERWISE and acts.of(formula) < OTHERWISE
                if alone.of(formula) == OTHERWISE or (alone.of(formula) and entangled):
                    reason = (
                        "is not linear in it"
                        if not entangled
                        else f"multiplies it with what {owner.name} does"
                    )
                    builder.warn(
                        formula.path,
                        f"{actor.name} takes {parameter!r}, which is private to {owner.name}, at its believed mean, "
                        f"but its {title} {reason}, so the mean does not tell enough; use "
                        f"`belief.{owner.name}.{_example(owner)}` to weigh types, or a formula in proportion to it",
                    )
                    break


def _weighed(actor: Actor) -> Iterator[tuple[str, Formula]]:
    """The formulas that an actor's scores are made of."""
    for term in actor.utility.values():
        yield f"utility {term.name!r}", term.formula
    for policy in actor.policies.values():
        if policy.cost is not None:
            yield f"cost of {policy.name!r}", policy.cost
    if actor.decision.leaf is not None:
        yield "`leaf`", actor.decision.leaf


def _example(owner: Actor) -> str:
    assert owner.types is not None
    return next(iter(owner.types.values)) if owner.types.distribution is not None else owner.types.names[0]
