"""From the data of a file to a checked Scenario: formulas parsed, names resolved, numbers plausible.

All problems of a file are collected and reported together. `shape` checks keys and types; `Builder` holds what every
part needs (the source, the names, the problems found so far); the modules `build_*` check one part of the file each.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from wargame.scenario.build_actors import build_actors
from wargame.scenario.build_distribution import build_distribution
from wargame.scenario.build_types import check_private
from wargame.scenario.build_world import (
    build_calendar,
    build_nature,
    build_outcomes,
    build_world_rules,
    check_double_sets,
)
from wargame.scenario.builder import Builder, described
from wargame.scenario.constants import value_of
from wargame.scenario.dates import Calendar, DateError
from wargame.scenario.declare import declare_names
from wargame.scenario.errors import Problem, ScenarioError
from wargame.scenario.formula import MAX_DEPTH, Call, Formula, depth, walk
from wargame.scenario.names import cycle, names_in
from wargame.scenario.planning_warnings import warn_of_planning
from wargame.scenario.scenario import Metric, Parameter, Scenario, StateVariable
from wargame.scenario.shape import Shape, check_shape
from wargame.scenario.source import KeyPath, Source
from wargame.scenario.usage import warn_of_unused

__all__ = ["build"]


def build(source: Source) -> Scenario:
    """Check the data of a scenario file and return the Scenario; raises ScenarioError with every problem found."""
    shape = check_shape(source)
    if shape.document is None:
        raise ScenarioError(shape.problems)
    dates = _dates(source, shape)
    builder = Builder(source=source, document=shape.document, dates=dates)
    builder.names.missing = frozenset(shape.missing)
    parts = _parts(builder)
    problems = [*shape.problems, *_new(builder, shape)]
    if problems:
        raise ScenarioError(problems)
    document = shape.document
    scenario = Scenario(
        name=document.name,
        title=document.title,
        description=" ".join(document.description.split()),
        horizon=document.time.horizon,
        dates=dates,
        phases=tuple(document.turn.phases),
        warnings=(),
        source=source,
        **parts,
    )
    warn_of_unused(builder, scenario)
    warn_of_planning(builder, scenario)
    warnings = tuple(text for _, text in sorted(builder.warnings, key=lambda warning: warning[0]))
    return replace(scenario, warnings=warnings)


def _parts(builder: Builder) -> dict[str, Any]:
    """Every part of the scenario, in the order in which they lean on each other."""
    declare_names(builder)
    parts: dict[str, Any] = {
        "parameters": _parameters(builder),
        "state": _state(builder),
        "define": builder.definitions(("define",), builder.document.define),
        "actors": build_actors(builder),
        "effects": build_world_rules(builder),
        "nature": build_nature(builder),
        "calendar": build_calendar(builder),
        "outcomes": build_outcomes(builder),
        "metrics": _metrics(builder),
    }
    _check_cycles(builder, parts)
    check_double_sets(builder, parts)
    check_private(builder, parts)
    return parts


def _new(builder: Builder, shape: Shape) -> list[Problem]:
    """The problems that are not consequences of those of the shape."""
    explained = {builder.source.line(path) for path in builder.failed_paths if shape.explains(path)}
    kept = {builder.source.line(path) for path in builder.failed_paths if not shape.explains(path)}
    return [problem for problem in builder.all_problems() if problem.line not in explained - kept]


def _dates(source: Source, shape: Shape) -> Calendar:
    assert shape.document is not None
    time = shape.document.time
    try:
        return Calendar.starting(time.step, time.start, time.horizon)
    except DateError as error:
        problem = source.problem(
            ("time", "start"),
            f"time.start: {error}",
            found=str(time.start),
            allowed=error.allowed,
            remedy=error.remedy,
        )
        raise ScenarioError([*shape.problems, problem]) from None


def _parameters(builder: Builder) -> dict[str, Parameter]:
    result = {}
    for name, part in builder.document.parameters.items():
        path = ("parameters", name)
        distribution = None
        if part.distribution is not None:
            distribution = build_distribution(builder, (*path, "distribution"), part.distribution)
        result[name] = Parameter(
            **described(builder, path, part),
            value=builder.formula(builder.value_path(path), part.value, "parameters"),
            distribution=distribution,
        )
    graph = {
        name: [used for used in _uses(parameter) if used in result] for name, parameter in result.items()
    }
    found = cycle(graph)
    if found:
        builder.problem(
            ("parameters", found[0]),
            f"parameters depend on each other in a circle: {' -> '.join(found)}",
            found=result[found[0]].value.text,
            remedy="give one of them a number",
        )
    else:
        _check_depth(builder, {name: parameter.value for name, parameter in result.items()})
        _evaluate(builder, result)
    return result


def _uses(parameter: Parameter) -> list[str]:
    formulas = [parameter.value, *(parameter.distribution.arguments if parameter.distribution else ())]
    return [name for formula in formulas for name in names_in(formula)]


def _evaluate(builder: Builder, parameters: Mapping[str, Parameter]) -> None:
    """The parameters' values, as far as they stay what they are."""
    moving = {name for entry in builder.document.calendar for name in (*entry.add, *entry.set)}
    known: dict[str, float] = {}
    for _ in parameters:
        before = len(known)
        for name, parameter in parameters.items():
            value = None if name in known else value_of(parameter.value.tree, known)
            if value is not None:
                known[name] = value
        if len(known) == before:
            break
    builder.values = {
        name: value
        for name, value in known.items()
        if math.isfinite(value) and not _reaches(parameters, name, moving)
    }


def _reaches(parameters: Mapping[str, Parameter], name: str, wanted: set[str]) -> bool:
    """Whether the parameter, or one that it is computed from, is among `wanted`."""
    seen, waiting = set(), [name]
    while waiting:
        one = waiting.pop()
        if one in wanted:
            return True
        if one not in seen and one in parameters:
            seen.add(one)
            waiting += names_in(parameters[one].value)
    return False


def _state(builder: Builder) -> dict[str, StateVariable]:
    result: dict[str, StateVariable] = {}
    for name, part in builder.document.state.items():
        path = ("state", name)
        low, high = _limits(builder, (*path, "bounds"), part.bounds)
        initial = _initial(builder, path, part, known=set(result))
        if isinstance(initial, Formula):
            builder.check_inside((*path, "initial"), initial, low, high, "the initial value")
        result[name] = StateVariable(
            **described(builder, path, part),
            initial=initial,
            low=low,
            high=high,
            span=_span(builder, path, part, low, high),
        )
    return result


def _limits(builder: Builder, path: KeyPath, limits: Any) -> tuple[Formula | None, Formula | None]:
    if limits is None:
        return None, None
    low, high = (builder.optional((*path, str(index)), text, "bounds") for index, text in enumerate(limits))
    builder.check_order(path, low, high, path[-1])
    return low, high


def _initial(builder: Builder, path: KeyPath, part: Any, known: set[str]) -> Any:
    where = (*path, "initial")
    if part.initial.distribution is not None:
        return build_distribution(builder, where, part.initial.distribution)
    formula = builder.formula(where, part.initial.formula, "initial")
    for name in names_in(formula):
        if name in builder.document.state and name not in known:
            builder.problem(
                where,
                f"{'.'.join(where)}: the initial value uses {name!r}, which is dealt later",
                found=formula.text,
                remedy=f"move {name!r} above {path[-1]!r}, or use a parameter",
            )
    return formula


def _span(
    builder: Builder, path: KeyPath, part: Any, low: Formula | None, high: Formula | None
) -> tuple[Formula, Formula]:
    """The interval of the histograms: `range`, else the bounds."""
    if part.range is not None:
        low, high = _limits(builder, (*path, "range"), part.range)
    elif low is None or high is None:
        builder.problem(
            path,
            f"state variable {path[-1]!r} has no two bounds and no range",
            found="no `bounds`" if part.bounds is None else "a bound that is null",
            remedy="add `bounds: [low, high]`, or `range: [low, high]` for its histograms",
        )
    zero = builder.number(path, 0.0)
    return low or zero, high or zero


def _metrics(builder: Builder) -> dict[str, Metric]:
    result = {}
    for name, part in builder.document.metrics.items():
        path = ("metrics", name)
        where = builder.value_path(path)
        formula = builder.formula(where, part.value, "metrics", metric=True)
        result[name] = Metric(**described(builder, path, part), formula=formula)
        if builder.failed(where):
            continue
        asked = [
            node
            for node in walk(formula.tree)
            if isinstance(node, Call) and node.operation.startswith("over.")
        ]
        if not asked:
            builder.problem(
                where,
                f"metric {name!r} asks nothing of the episode",
                found=formula.text,
                allowed="max, min, mean, sum, final, at(turn, .), first(condition), share(condition)",
                remedy=f"write for example final({formula.text})",
            )
        builder.check_metric_scope(where, formula)
        for node in asked:
            _check_at(builder, where, node)
    return result


def _check_at(builder: Builder, path: KeyPath, node: Call) -> None:
    turn = value_of(node.arguments[0], builder.values) if node.operation == "over.at" else None
    if turn is not None and (turn < 0 or turn != math.floor(turn)):
        builder.problem(
            path,
            f"{'.'.join(path)}: at() asks for turn {turn:g}",
            found=f"{turn:g}",
            allowed="whole numbers from 0",
            remedy="write at(turn, formula); the first turn is 0",
        )


def _check_cycles(builder: Builder, parts: Mapping[str, Any]) -> None:
    formulas: dict[str, Formula] = {name: one.formula for name, one in parts["define"].items()}
    formulas |= {f"outcome.{name}": one.when for name, one in parts["outcomes"].items() if one.when}
    default = [f"outcome.{name}" for name, one in parts["outcomes"].items() if one.when is None]
    graph = {name: list(names_in(formula)) for name, formula in formulas.items()}
    # The default holds where no other outcome does, so it leans on all of them.
    graph |= {name: [other for other in formulas if other.startswith("outcome.")] for name in default}
    found = cycle(graph)
    if not found:
        _check_depth(builder, formulas)
        return
    head = next(name for name in found if name in formulas)
    path = ("outcomes", head.removeprefix("outcome.")) if head.startswith("outcome.") else ("define", head)
    builder.problem(
        path,
        f"definitions depend on each other in a circle: {' -> '.join(found)}",
        found=formulas[head].text,
        remedy="break the circle, for example with a state variable or `last.`",
    )


def _check_depth(builder: Builder, formulas: Mapping[str, Formula]) -> None:
    """Definitions inside definitions must not grow deeper than a single formula may."""
    depths: dict[str, int] = {}
    waiting = list(formulas)
    while waiting:
        name = waiting[-1]
        inner = [used for used in names_in(formulas[name]) if used in formulas and used not in depths]
        if inner and name not in depths:
            waiting += inner
            continue
        waiting.pop()
        below = max((depths[used] for used in names_in(formulas[name]) if used in depths), default=0)
        depths[name] = below + depth(formulas[name].tree)
    for name, deep in depths.items():
        if deep > MAX_DEPTH:
            builder.problem(
                formulas[name].path,
                f"{'.'.join(formulas[name].path)}: definitions build on each other more than {MAX_DEPTH} "
                "operations deep",
                found=formulas[name].text,
                remedy="shorten the chain of definitions",
            )
            return
