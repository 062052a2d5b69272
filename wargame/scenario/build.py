"""From the shape of a file to a checked Scenario: formulas parsed, names resolved, numbers plausible.

All problems of a file are collected and reported together. `Builder` holds what every part needs (the source, the
names, the problems found so far); the modules `build_*` check one part of the file each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from wargame.scenario.build_actors import build_actors
from wargame.scenario.build_world import (
    build_calendar,
    build_nature,
    build_outcomes,
    build_world_rules,
    check_double_sets,
)
from wargame.scenario.builder import Builder, described
from wargame.scenario.dates import Calendar, DateError
from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.formula import Call, Formula, walk
from wargame.scenario.names import cycle, names_in
from wargame.scenario.scenario import Definition, Metric, Parameter, Scenario, StateVariable
from wargame.scenario.schema import Document
from wargame.scenario.source import Source

__all__ = ["build"]


def build(source: Source) -> Scenario:
    """Check the data of a scenario file and return the Scenario; raises ScenarioError with every problem found."""
    document = _shape(source)
    dates = _dates(source, document)
    builder = Builder(source=source, document=document, dates=dates)
    builder.declare_names()
    parts: dict[str, Any] = {
        "parameters": _parameters(builder),
        "state": _state(builder),
        "define": _definitions(builder),
        "actors": build_actors(builder),
        "effects": build_world_rules(builder),
        "nature": build_nature(builder),
        "calendar": build_calendar(builder),
        "outcomes": build_outcomes(builder),
        "metrics": _metrics(builder),
    }
    _check_cycles(builder, parts)
    check_double_sets(builder, parts["effects"])
    if builder.problems:
        raise ScenarioError(builder.problems)
    return Scenario(
        name=document.name,
        title=document.title,
        description=" ".join(document.description.split()),
        horizon=document.time.horizon,
        dates=dates,
        phases=tuple(document.turn.phases),
        warnings=tuple(builder.warnings),
        source=source,
        **parts,
    )


def _shape(source: Source) -> Document:
    try:
        return Document.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError([_translate(source, dict(item)) for item in error.errors()]) from None


def _translate(source: Source, item: dict[str, Any]) -> Problem:
    """A pydantic error as one of ours."""
    path = _known_path(source.data, tuple(str(part) for part in item["loc"]))
    context = item.get("ctx") or {}
    where = ".".join(path[:-1]) or "the scenario"
    kind = item["type"]
    if kind == "extra_forbidden":
        known = _fields_at(path[:-1])
        return source.problem(
            path,
            f"unknown key {path[-1]!r} in {where}",
            allowed=join_names(known, 20),
            remedy=did_you_mean(path[-1], known) or "remove it, or use one of the keys above",
        )
    if kind == "missing":
        key = str(item["loc"][-1])
        return source.problem(
            path,
            f"the key {key!r} is missing in {'.'.join(path) or 'the scenario'}",
            remedy=f"add `{key}: ...`",
        )
    if kind == "wargame":
        return source.problem(
            path,
            f"{'.'.join(path)}: {item['msg']}",
            found=str(context.get("shown", "")),
            allowed=str(context.get("allowed", "")),
            remedy=str(context.get("remedy", "")),
        )
    found = repr(item.get("input"))
    allowed = str(context.get("expected", ""))
    return source.problem(
        path,
        f"{'.'.join(path)}: {_plain_message(kind, item['msg'])}",
        found=found if len(found) <= 80 else found[:77] + "...",
        allowed=allowed,
        remedy=did_you_mean(
            str(item.get("input")), allowed.replace("'", "").replace(" or ", ", ").split(", ")
        )
        or "see docs/scenario-language.md for what may stand here",
    )


_PLAIN = {
    "model_type": "expected a mapping of keys to values",
    "model_attributes_type": "expected a mapping of keys to values",
    "dict_type": "expected a mapping of keys to values",
    "list_type": "expected a list",
    "literal_error": "this is not one of the allowed words",
    "too_short": "too few entries",
    "too_long": "too many entries",
    "string_type": "expected a text",
    "string_pattern_mismatch": "expected lower-case letters, digits and dashes",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
}


def _plain_message(kind: str, message: str) -> str:
    return _PLAIN.get(kind, message[:1].lower() + message[1:])


def _known_path(data: Any, path: tuple[str, ...]) -> tuple[str, ...]:
    """The longest part of pydantic's location that exists in the file (it also names shorthands' inner keys)."""
    known: list[str] = []
    for part in path:
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            continue
        known.append(part)
    return tuple(known)


def _fields_at(path: tuple[str, ...]) -> list[str]:
    """The keys that the format allows in the mapping at `path`."""
    model: Any = Document
    for part in path:
        model = _inner(model, part)
    if isinstance(model, type) and issubclass(model, BaseModel):
        return [info.alias or name for name, info in model.model_fields.items()]
    return []


def _inner(model: Any, part: str) -> Any:
    """The type behind a key of a model, or behind any key of a mapping or list."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        if part not in fields:
            wrapped = [info for info in fields.values() if _models_in(info.annotation)]
            for info in wrapped:
                for inner in _models_in(info.annotation):
                    if part in {other.alias or name for name, other in inner.model_fields.items()}:
                        return _inner(inner, part)
            return None
        return _unwrap(fields[part].annotation)
    arguments = getattr(model, "__args__", ())
    return _unwrap(arguments[-1]) if arguments else None


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    inner = _unwrap(annotation)
    return [inner] if isinstance(inner, type) and issubclass(inner, BaseModel) else []


def _unwrap(annotation: Any) -> Any:
    """Strip Annotated and Optional."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif type(None) in getattr(annotation, "__args__", ()):
            annotation = next(part for part in annotation.__args__ if part is not type(None))
        else:
            return annotation


def _dates(source: Source, document: Document) -> Calendar:
    time = document.time
    try:
        return Calendar.starting(time.step, time.start, time.horizon)
    except DateError as error:
        problem = source.problem(
            ("time", "start"),
            str(error),
            found=str(time.start),
            remedy="write `start` in the form of the step",
        )
        raise ScenarioError(problem) from None


def _parameters(builder: Builder) -> dict[str, Parameter]:
    result = {}
    for name, part in builder.document.parameters.items():
        path = ("parameters", name)
        value_path = (*path, "value") if isinstance(builder.source.data["parameters"][name], dict) else path
        distribution = None
        if part.distribution is not None:
            distribution = builder.distribution((*path, "distribution"), part.distribution)
        result[name] = Parameter(
            **described(builder, path, part),
            value=builder.formula(value_path, part.value, "parameters"),
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
            remedy="give one of them a number",
        )
    return result


def _uses(parameter: Parameter) -> list[str]:
    formulas = [parameter.value, *(parameter.distribution.arguments if parameter.distribution else ())]
    return [name for formula in formulas for name in names_in(formula)]


def _state(builder: Builder) -> dict[str, StateVariable]:
    result: dict[str, StateVariable] = {}
    for name, part in builder.document.state.items():
        path = ("state", name)
        low, high = _bounds(builder, path, part.bounds)
        result[name] = StateVariable(
            **described(builder, path, part),
            initial=_initial(builder, path, part, known=set(result)),
            low=low,
            high=high,
            span=_span(builder, path, part, low, high),
        )
    return result


def _bounds(builder: Builder, path: tuple[str, ...], bounds: Any) -> tuple[Formula | None, Formula | None]:
    if bounds is None:
        return None, None
    low, high = (
        None if text is None else builder.formula((*path, "bounds"), text, "bounds") for text in bounds
    )
    builder.check_order((*path, "bounds"), low, high, "bounds")
    return low, high


def _initial(builder: Builder, path: tuple[str, ...], part: Any, known: set[str]) -> Any:
    where = (*path, "initial")
    if part.initial.distribution is not None:
        return builder.distribution(where, part.initial.distribution)
    formula = builder.formula(where, part.initial.formula, "initial")
    for name in names_in(formula):
        if name in builder.document.state and name not in known:
            builder.problem(
                where,
                f"the initial value uses {name!r}, which is dealt later",
                found=formula.text,
                remedy=f"move {name!r} above {path[-1]!r}, or use a parameter",
            )
    return formula


def _span(
    builder: Builder, path: tuple[str, ...], part: Any, low: Formula | None, high: Formula | None
) -> tuple[Formula, Formula]:
    if part.range is not None:
        first, second = (builder.formula((*path, "range"), text, "bounds") for text in part.range)
        builder.check_order((*path, "range"), first, second, "range")
        return first, second
    if low is None or high is None:
        builder.problem(
            path,
            f"state variable {path[-1]!r} has no two bounds and no range",
            remedy="add `bounds: [low, high]`, or `range: [low, high]` for its histograms",
        )
        zero = builder.number(path, 0.0)
        return zero, zero
    initial = (
        None
        if part.initial.formula is None
        else builder.formula((*path, "initial"), part.initial.formula, "initial")
    )
    builder.check_inside((*path, "initial"), initial, low, high, "the initial value")
    return low, high


def _definitions(builder: Builder) -> dict[str, Definition]:
    return builder.definitions(("define",), builder.document.define, "a definition")


def _metrics(builder: Builder) -> dict[str, Metric]:
    result = {}
    for name, part in builder.document.metrics.items():
        path = ("metrics", name)
        where = (*path, "value") if isinstance(builder.source.data["metrics"][name], dict) else path
        formula = builder.formula(where, part.value, "metrics", metric=True)
        aggregates = [
            node
            for node in walk(formula.tree)
            if isinstance(node, Call) and node.operation.startswith("over.")
        ]
        if not aggregates and not builder.failed(where):
            builder.problem(
                where,
                f"metric {name!r} asks nothing of the episode",
                found=formula.text,
                allowed="max, min, mean, sum, final, at(turn, .), first(condition), share(condition)",
                remedy=f"write for example final({formula.text})",
            )
        builder.check_metric_scope(where, formula)
        result[name] = Metric(**described(builder, path, part), formula=formula)
    return result


def _check_cycles(builder: Builder, parts: Mapping[str, Any]) -> None:
    graph: dict[str, list[str]] = {}
    for name, definition in parts["define"].items():
        graph[name] = list(names_in(definition.formula))
    for name, outcome in parts["outcomes"].items():
        graph[f"outcome.{name}"] = list(names_in(outcome.when)) if outcome.when else []
    found = cycle(graph)
    if found:
        head = found[0]
        path = (
            ("outcomes", head.removeprefix("outcome.")) if head.startswith("outcome.") else ("define", head)
        )
        builder.problem(
            path,
            f"definitions depend on each other in a circle: {' -> '.join(found)}",
            remedy="break the circle, for example with a state variable or `last.`",
        )
