"""What a scenario declares and nothing uses: not wrong, but seldom meant."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.scenario.builder import Builder
from wargame.scenario.formula import Formula
from wargame.scenario.names import names_in
from wargame.scenario.scenario import Distribution, Scenario

__all__ = ["warn_of_unused"]


def warn_of_unused(builder: Builder, scenario: Scenario) -> None:
    """Warn of names that no formula reads, variables that nothing changes, phases and entries without effect."""
    read = {name for formula in _formulas(scenario) for name in names_in(formula)}
    heads = {name.partition(".")[0] for name in read} | {
        name.removeprefix("now.") for name in read if name.startswith("now.")
    }
    for name in scenario.parameters:
        if name not in heads:
            builder.warn(("parameters", name), f"parameter {name!r} is used by no formula")
    changed = set(_changed(scenario))
    for name, variable in scenario.state.items():
        # What is dealt anew for each episode must be a state variable, even if it stays as it is.
        if name not in changed and not isinstance(variable.initial, Distribution):
            builder.warn(
                ("state", name), f"state variable {name!r} is changed by nothing: a parameter would do"
            )
        elif name not in heads:
            builder.warn(
                ("state", name), f"state variable {name!r} is read by no formula: it is only recorded"
            )
    for name in scenario.define:
        if name not in heads:
            builder.warn(("define", name), f"the definition {name!r} is used by no formula")
    for name, item in scenario.nature.items():
        if name not in heads and not item.effects:
            builder.warn(("nature", name), f"nature's {name!r} has no effects and is read by no formula")
        if item.once and item.cooldown:
            builder.warn(
                ("nature", name, "cooldown"), f"nature's {name!r} fires once, so `cooldown` has no effect"
            )
    _warn_of_actors(builder, scenario)


def _warn_of_actors(builder: Builder, scenario: Scenario) -> None:
    if scenario.actors or "turn" in builder.source.data:
        for index, phase in enumerate(scenario.phases):
            if not scenario.members(phase):
                builder.warn(("turn", "phases", str(index)), f"nobody has a policy in phase {phase!r}")
    for actor in scenario.actors.values():
        rule = actor.decision.rule
        if actor.perception and rule in ("script", "uniform") and not list(names_in(actor.decision.tremble)):
            builder.warn(
                ("actors", actor.name, "perception"),
                f"{actor.name} decides by `{rule}` without looking, so its perception has no effect",
            )


def _changed(scenario: Scenario) -> Iterator[str]:
    """The state variables that something changes."""
    for policy in scenario.policies():
        yield from (effect.variable for effect in policy.effects)
    for rule in scenario.effects.values():
        yield from (effect.variable for effect in rule.effects)
    for item in scenario.nature.values():
        yield from (effect.variable for effect in item.effects)
    for entry in scenario.calendar:
        yield from (change.variable for change in entry.changes)


def _formulas(scenario: Scenario) -> Iterator[Formula]:
    """Every formula of a scenario."""
    for thing in _parts(scenario):
        if isinstance(thing, Formula):
            yield thing
        elif isinstance(thing, Distribution):
            yield from thing.arguments


def _parts(scenario: Scenario) -> Iterator[Formula | Distribution | None]:
    for parameter in scenario.parameters.values():
        yield from (parameter.value, parameter.distribution)
    for variable in scenario.state.values():
        yield from (variable.initial, variable.low, variable.high, *variable.span)
    yield from (definition.formula for definition in scenario.define.values())
    for actor in scenario.actors.values():
        decision, beliefs = actor.decision, actor.decision.beliefs
        yield from (term.formula for term in actor.utility.values())
        yield from (decision.precision, decision.discount, decision.tremble, decision.leaf, beliefs.rate)
        yield decision.revise if isinstance(decision.revise, Formula) else None
        yield from decision.probabilities.values()
        yield from (clause.when for clause in decision.doctrine)
        yield from beliefs.weights.values()
        if decision.levels is not None:
            yield from (decision.levels.poisson, *decision.levels.weights.values())
        for sight in actor.perception.values():
            yield from (sight.bias, sight.noise)
        if actor.types is not None:
            yield from actor.types.weights
            for formulas in actor.types.values.values():
                yield from formulas
            yield actor.types.distribution
    for policy in scenario.policies():
        yield from (policy.available, policy.cost, *(effect.formula for effect in policy.effects))
    for rule in scenario.effects.values():
        yield from (rule.when, *(effect.formula for effect in rule.effects))
    for item in scenario.nature.values():
        yield from (item.when, *item.arguments, *(effect.formula for effect in item.effects))
    for entry in scenario.calendar:
        yield from (change.formula for change in entry.changes)
    yield from (outcome.when for outcome in scenario.outcomes.values())
    yield from (metric.formula for metric in scenario.metrics.values())
