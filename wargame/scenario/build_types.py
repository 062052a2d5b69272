"""Private types of actors, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wargame.scenario.build_distribution import build_distribution
from wargame.scenario.builder import Builder
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.formula import Formula
from wargame.scenario.names import is_valid_name
from wargame.scenario.scenario import Distribution, Types
from wargame.scenario.source import KeyPath
from wargame.scenario.timing import all_names

__all__ = ["build_types", "check_private", "declare_types"]


def declare_types(builder: Builder, actor: str, part: Any) -> None:
    """Make `belief.actor.type` (or, of a private number, `belief.actor.parameter`: its mean) known."""
    if part is None:
        return
    names = [part.continuous.parameter] if part.continuous is not None else list(part.discrete)
    for name in names:
        reason = is_valid_name(name)
        if reason and part.continuous is None:
            builder.problem(
                ("actors", actor, "types", name),
                f"{name!r} cannot be the name of a type: {reason}",
                found=name,
                allowed="lower_case_with_underscores",
                remedy="choose another name",
            )
        builder.names.add(f"belief.{actor}.{name}", "belief")


def build_types(builder: Builder, actor: str, part: Any) -> Types | None:
    """What the file says of an actor's types."""
    if part is None:
        return None
    path = ("actors", actor, "types")
    if part.continuous is not None:
        return _continuous(builder, path, part.continuous)
    names = tuple(part.discrete)
    wanted = list(dict.fromkeys(name for one in part.discrete.values() for name in one.set))
    values: dict[str, tuple[Formula, ...]] = {}
    for parameter in wanted:
        formulas = []
        for name, one in part.discrete.items():
            where = (*path, name, "set")
            if parameter not in one.set:
                builder.problem(
                    where,
                    f"type {name!r} of {actor} does not set {parameter!r}, which other types set",
                    found=", ".join(one.set),
                    allowed=join_names(wanted),
                    remedy=f"add `{parameter}: ...`: every type sets the same parameters",
                )
                continue
            _check_parameter(builder, (*where, parameter), parameter)
            formulas.append(builder.formula((*where, parameter), one.set[parameter], "fixed"))
        values[parameter] = tuple(formulas)
    weights = []
    for name, one in part.discrete.items():
        where = (*path, name, "probability")
        weights.append(builder.formula(where, one.probability, "fixed"))
        builder.check_probability(where, weights[-1], f"the probability of type {name!r}")
    _check_sum(builder, path, weights)
    return Types(names=names, weights=tuple(weights), values=values)


def _continuous(builder: Builder, path: KeyPath, part: Any) -> Types:
    _check_parameter(builder, (*path, "parameter"), part.parameter)
    distribution = build_distribution(builder, (*path, "distribution"), part.distribution)
    if distribution.kind == "choice":
        builder.problem(
            (*path, "distribution"),
            "types from a `choice` have names",
            found="choice",
            allowed="a continuous distribution",
            remedy="write them out: `types: {low: {probability: 0.5, set: {...}}, ...}`",
        )
    names = tuple(str(number) for number in range(1, part.points + 1))
    return Types(names=names, values={part.parameter: ()}, distribution=distribution)


def _check_parameter(builder: Builder, path: KeyPath, parameter: str) -> None:
    known = builder.document.parameters
    if parameter not in known and not builder.names.is_missing(parameter):
        builder.problem(
            path,
            f"types set {parameter!r}, which is no parameter",
            found=parameter,
            allowed=join_names(known) or "nothing: there are no parameters",
            remedy=did_you_mean(parameter, known) or "declare it under `parameters`",
        )


def _check_sum(builder: Builder, path: KeyPath, weights: list[Formula]) -> None:
    numbers = [number for number in map(builder.plain, weights) if number is not None]
    if len(numbers) == len(weights) and abs(sum(numbers) - 1) > 1e-9:
        builder.problem(
            path,
            "the probabilities of an actor's types must add up to 1",
            found=f"{sum(numbers):g}",
            allowed="1",
            remedy="correct them",
        )


def check_private(builder: Builder, parts: Mapping[str, Any]) -> None:
    """What is private to an actor must belong to it alone, and must not show in what everybody knows."""
    owners: dict[str, str] = {}
    for actor in parts["actors"].values():
        for parameter in actor.types.values if actor.types else ():
            if parameter in owners:
                builder.problem(
                    ("actors", actor.name, "types"),
                    f"{parameter!r} is private to both {owners[parameter]} and {actor.name}",
                    found=parameter,
                    remedy="give each of them a parameter of its own",
                )
            owners[parameter] = actor.name
            declared = parts["parameters"].get(parameter)
            if declared is not None and declared.distribution is not None:
                builder.problem(
                    ("parameters", parameter, "distribution"),
                    f"{parameter!r} is private to {actor.name}, whose types say how it is distributed",
                    found="a `distribution`",
                    remedy="remove it",
                )
    for formula, title in _public(parts, owners):
        for name in all_names(builder, formula):
            if name in owners:
                _not_public(builder, formula.path, title, name, owners[name])
    for index, entry in enumerate(parts["calendar"]):
        for change in entry.changes:
            if change.variable in owners:
                path = ("calendar", str(index))
                _not_public(builder, path, "the calendar", change.variable, owners[change.variable])


def _not_public(builder: Builder, path: KeyPath, title: str, name: str, owner: str) -> None:
    builder.problem(
        path,
        f"{title} cannot use {name!r}, which is private to {owner}",
        found=name,
        allowed="what everybody knows",
        remedy="use it in utilities, costs, effects or decisions, or make it public",
    )


def _public(parts: Mapping[str, Any], owners: Mapping[str, str]) -> Iterator[tuple[Formula, str]]:
    """Formulas that everybody must be able to work out, and what they are."""

    def several(thing: Formula | Distribution | None, title: str) -> Iterator[tuple[Formula, str]]:
        if isinstance(thing, Distribution):
            yield from ((formula, title) for formula in thing.arguments)
        elif thing is not None:
            yield thing, title

    for parameter in parts["parameters"].values():
        if parameter.name not in owners:
            yield parameter.value, "a parameter"
        yield from several(parameter.distribution, "a distribution")
    for variable in parts["state"].values():
        for limit in (variable.low, variable.high, *variable.span):
            yield from several(limit, "a bound")
        yield from several(variable.initial, "an initial value")
    for outcome in parts["outcomes"].values():
        if outcome.terminal:
            yield from several(outcome.when, "an outcome that ends the game")
    for actor in parts["actors"].values():
        for policy in actor.policies.values():
            yield from several(policy.available, "what can be played")
        if actor.types is not None:
            yield from several(actor.types.distribution, "the distribution of types")
            for formula in actor.types.weights:
                yield formula, "the probability of a type"
            for formulas in actor.types.values.values():
                yield from ((formula, "a type") for formula in formulas)
