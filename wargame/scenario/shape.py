"""The shape of a file: are the keys known, do they hold what they should? Pydantic checks; the words are ours.

Where something is wrong, the rest is still checked: what cannot be used is left out, and `Shape` remembers what that
was, so that nothing is said about its consequences.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from wargame.scenario.errors import Problem, did_you_mean, join_names
from wargame.scenario.schema import (
    Document,
    Initial,
    Levels,
    NatureItem,
    Parameter,
    Policy,
    StateVariable,
    Time,
)
from wargame.scenario.schema_chance import Distribution, Draw
from wargame.scenario.schema_decision import Decision
from wargame.scenario.schema_values import described_value
from wargame.scenario.source import KeyPath, Source

__all__ = ["Shape", "check_shape", "problems_of"]


@dataclass(kw_only=True)
class Shape:
    """What could be read of a file: the document (None if too little is left), the problems, what was left out."""

    document: Document | None
    problems: list[Problem] = field(default_factory=list)
    paths: list[KeyPath] = field(default_factory=list)
    """Where the problems are."""
    missing: set[str] = field(default_factory=set)
    """Names that the file declares in parts that could not be read."""

    def explains(self, path: KeyPath) -> bool:
        """Whether a problem at `path` may be a consequence of one found here."""
        return any(path[: len(known)] == known[: len(path)] for known in self.paths)


def check_shape(source: Source) -> Shape:
    """Check the data of a file against the schema."""
    shape = Shape(document=None)
    data: dict[str, Any] = source.data
    empty = list(_empty_values(data, ()))
    if empty:
        data = copy.deepcopy(data)
    for path in empty:
        _note(shape, path, _nothing(source, path))
        _leave_out(data, shape, path, whole=len(path) == 1)
    for _ in range(3):
        try:
            shape.document = Document.model_validate(data)
            return shape
        except ValidationError as error:
            items = [_Item(source.data, dict(item)) for item in error.errors(include_url=False)]
        for item in items:
            if not item.follows_from(shape, items):
                _note(shape, item.path, _problem(source, item))
        if any(item.is_hopeless for item in items):
            return shape
        data = copy.deepcopy(data)
        for item in items:
            _leave_out(data, shape, item.place, whole=item.kind == "extra_forbidden")
    return shape


def problems_of(
    source: Source, error: ValidationError, document: type[BaseModel], whole: str
) -> list[Problem]:
    """What is wrong with another kind of file, read by the model `document` and called `whole` in messages."""
    items = [_Item(source.data, dict(item)) for item in error.errors(include_url=False)]
    return [_problem(source, item, document, whole) for item in items]


def _note(shape: Shape, path: KeyPath, problem: Problem) -> None:
    if path not in shape.paths or problem.message not in {other.message for other in shape.problems}:
        shape.paths.append(path)
        shape.problems.append(problem)


def _empty_values(data: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Where nothing stands though something must: all but bare policies and open bounds."""
    if data is None:
        bare_policy = len(path) == 4 and (path[0], path[2]) == ("actors", "policies")
        open_bound = len(path) == 4 and (path[0], path[2]) == ("state", "bounds")
        if not bare_policy and not open_bound:
            yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _empty_values(value, (*path, str(key)))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _empty_values(value, (*path, str(index)))


def _nothing(source: Source, path: KeyPath) -> Problem:
    key, listed = path[-1], isinstance(_at(source.data, path[:-1]), list)
    where = f"entry {int(key) + 1} of {'.'.join(path[:-1])}" if listed else ".".join(path)
    remedy = "write a value, or remove the key"
    if not listed and any(sign in key for sign in "()*/+<>"):
        remedy = f"if {key!r} belongs to a formula, put the formula in quotes; else give it a value"
    elif len(path) >= 3 and path[2] == "bounds":
        remedy = "write `bounds: [low, high]`, or remove the key"
    return source.problem(path, f"{where}: nothing is given", found="nothing, or null", remedy=remedy)


class _Item:
    """One of pydantic's errors, with its place in the file."""

    def __init__(self, data: Any, item: dict[str, Any]) -> None:
        self.kind = str(item["type"])
        self.message = str(item["msg"])
        self.input = item.get("input")
        self.context: dict[str, Any] = item.get("ctx") or {}
        loc = tuple(str(part) for part in item["loc"])
        self.place = _known_path(data, loc)
        self.key = loc[-1] if loc else ""
        self.path = self.place
        inner = self.context.get("key")
        if inner and isinstance(self.input, dict) and inner in self.input:
            self.path = (*self.place, str(inner))

    @property
    def is_hopeless(self) -> bool:
        """Whether so much is missing that checking the rest would only confuse."""
        top = self.place[0] if self.place else self.key
        if self.kind == "extra_forbidden":
            return len(self.place) == 1 and bool(did_you_mean(self.key, _keys(Document)))
        return len(self.place) < 2 or top in ("time", "turn", "name", "calendar")

    def follows_from(self, shape: Shape, items: list[_Item]) -> bool:
        """Whether it is a consequence of another: of a key that stands there misspelt, or with nothing behind it."""
        if self.kind == "extra_forbidden":
            return False
        unknown = [item.place for item in items if item.kind == "extra_forbidden"]
        strange = [path[-1] for path in (*unknown, *shape.paths) if path and path[:-1] == self.place]
        if self.kind != "missing":
            return self.place in shape.paths or (self.kind == "wargame" and bool(strange))
        if (*self.place, self.key) in shape.paths:
            return True
        return bool(strange) and (bool(self.place) or any(did_you_mean(key, [self.key]) for key in strange))


def _known_path(data: Any, path: tuple[str, ...]) -> KeyPath:
    """The part of pydantic's location that stands in the file (it also names shorthands' inner keys)."""
    known: list[str] = []
    for part in path:
        if isinstance(data, dict) and part in data:
            data = data[part]
        elif isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            continue
        known.append(part)
    return tuple(known)


# ---- leaving out what cannot be used ---------------------------------------------------------------------------------


def _leave_out(data: dict[str, Any], shape: Shape, path: KeyPath, *, whole: bool) -> None:
    """Remove from `data` the smallest part around `path` that the rest can do without."""
    target = path if whole else _container(path)
    if len(target) == 3 and target[0] == "actors" and target[2] == "decision":
        actor = data["actors"].get(target[1])
        if isinstance(actor, dict):
            actor["decision"] = {"rule": "uniform"}
        return
    parent: Any = data
    for part in target[:-1]:
        if not isinstance(parent, dict) or part not in parent:
            return
        parent = parent[part]
    if isinstance(parent, dict) and parent.pop(target[-1], None) is not None:
        _remember(shape, target)
        emptied = len(target) == 4 and target[2] == "policies" and not parent
        if emptied:
            _leave_out(data, shape, target[:2], whole=True)
    elif isinstance(parent, dict):
        _remember(shape, target)


def _container(path: KeyPath) -> KeyPath:
    if path[0] != "actors":
        return path[:2]
    if len(path) >= 3 and path[2] == "decision":
        return path[:3]
    if len(path) >= 4 and path[2] in ("policies", "utility", "perception"):
        return path[:4]
    return path[:2]


def _remember(shape: Shape, path: KeyPath) -> None:
    if len(path) == 2 and path[0] in ("parameters", "state", "define", "nature", "actors"):
        shape.missing.add(path[1])
    elif len(path) == 2 and path[0] == "outcomes":
        shape.missing.add(f"outcome.{path[1]}")
    elif len(path) == 4 and path[2] == "policies":
        shape.missing.add(f"{path[1]}.{path[3]}")


# ---- in our words ----------------------------------------------------------------------------------------------------


def _problem(
    source: Source, item: _Item, document: type[BaseModel] = Document, whole: str = "the scenario"
) -> Problem:
    path = item.path
    if item.kind == "extra_forbidden":
        return _unknown_key(source, path, document, whole)
    if item.kind == "missing":
        return source.problem(
            path,
            f"the key {item.key!r} is missing in {'.'.join(path) or whole}",
            remedy=_EXAMPLES.get(item.key, f"add `{item.key}: ...`"),
        )
    if item.kind == "wargame":
        return source.problem(
            path,
            f"{'.'.join(path)}: {item.message}",
            found=str(item.context.get("shown", "")),
            allowed=str(item.context.get("allowed", "")),
            remedy=str(item.context.get("remedy", "")),
        )
    message, allowed, remedy = _in_words(item, path, document)
    return source.problem(
        path,
        f"{'.'.join(path) or whole}: {message}",
        found=described_value(item.input),
        allowed=allowed,
        remedy=remedy,
    )


_EXAMPLES = {
    "name": "add a line such as `name: my-scenario`",
    "time": "add a line such as `time: {step: quarter, start: 2025Q3, horizon: 20}`",
    "outcomes": "add for example `outcomes: {other: {default: true}}`",
    "decision": "add for example `decision: {rule: logit, precision: 4}`",
    "policies": "add for example `policies: {hold: {label: Hold}}`",
    "initial": "add `initial: ...`, the value before the first turn",
}


def _unknown_key(source: Source, path: KeyPath, document: type[BaseModel], whole: str) -> Problem:
    key, known = path[-1], _fields_at(path[:-1], document)
    places = _PLACES.items() if document is Document else ()
    elsewhere = [place for model, place in places if key in _keys(model)]
    remedy = (
        f"`{key}` belongs {' or '.join(elsewhere)}" if 0 < len(elsewhere) <= 2 else did_you_mean(key, known)
    )
    return source.problem(
        path,
        f"unknown key {key!r} in {'.'.join(path[:-1]) or whole}",
        found=described_value(_at(source.data, path)),
        allowed=join_names(known, 20),
        remedy=remedy or "remove it, or use one of the keys above",
    )


_PLACES: dict[type[BaseModel], str] = {
    Document: "at the top level",
    Time: "under `time`",
    Parameter: "to a parameter",
    StateVariable: "to a state variable",
    Policy: "to a policy",
    Levels: "under `levels`",
    Decision: "under `decision`",
    NatureItem: "to an item of nature",
    Distribution: "to a distribution",
    Draw: "under `draw`",
}


def _in_words(item: _Item, path: KeyPath, document: type[BaseModel]) -> tuple[str, str, str]:
    """Message, allowed and remedy for pydantic's own kinds of errors."""
    context = item.context
    if item.kind in ("model_type", "model_attributes_type", "dict_type"):
        keys = _fields_at(path, document)
        example = (
            "{initial: 0, bounds: [0, 1]}" if path[:1] == ("state",) and len(path) == 2 else "{key: value}"
        )
        where = path[-1] if path else "name"
        return (
            "expected a mapping of keys to values",
            join_names(keys, 20),
            f"write its keys indented on the lines below, or `{where}: {example}`",
        )
    if item.kind == "list_type":
        return "expected a list", "", "write [a, b], or one entry per line with `- ` in front"
    if item.kind == "literal_error":
        allowed = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        remedy = did_you_mean(str(item.input), allowed.split(", ")) or "use one of the words above"
        return "this is not one of the allowed words", allowed, remedy
    if item.kind in ("too_short", "too_long"):
        least, most = context.get("min_length"), context.get("max_length")
        size = least if item.kind == "too_short" else most
        few = "few" if item.kind == "too_short" else "many"
        word = "entry" if size == 1 else "entries"
        limit = "at least" if item.kind == "too_short" and not _is_pair(path) else "exactly"
        return f"too {few} entries", f"{limit} {size} {word}", _ENTRIES.get(path[-1], "add or remove entries")
    for kind, word, key in (
        ("greater_than_equal", "at least", "ge"),
        ("greater_than", "more than", "gt"),
        ("less_than_equal", "at most", "le"),
        ("less_than", "less than", "lt"),
    ):
        if item.kind == kind:
            number = f"{context[key]:,.10g}"
            return f"the number must be {word} {number}", f"{word} {number}", "correct the number"
    return (
        "this cannot stand here",
        str(context.get("expected", "")),
        "see docs/scenario-language.md for what may stand here",
    )


_ENTRIES = {
    "bounds": "write `bounds: [low, high]`; null stands for no bound",
    "range": "write `range: [low, high]`",
    "uniform": "write {uniform: [low, high]}",
    "triangular": "write {triangular: [low, mode, high]}",
    "policies": "give the actor at least one policy",
    "categorical": "name at least two categories, one of them for the rest",
    "effects": "name what it changes, for example {tension: 0.1}",
}


def _is_pair(path: KeyPath) -> bool:
    return path[-1:] in (("bounds",), ("range",), ("uniform",), ("triangular",))


def _at(data: Any, path: KeyPath) -> Any:
    for part in path:
        data = data[int(part)] if isinstance(data, list) else data.get(part)
    return data


# ---- which keys are allowed where ------------------------------------------------------------------------------------


def _keys(model: type[BaseModel]) -> list[str]:
    return [info.alias or name for name, info in model.model_fields.items()]


def _fields_at(path: KeyPath, document: type[BaseModel] = Document) -> list[str]:
    """The keys that the format allows in the mapping at `path`."""
    model: Any = document
    for part in path:
        model = _inner(model, part)
    if model is Initial:
        model = Distribution
    return _keys(model) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _inner(model: Any, part: str) -> Any:
    """The type behind a key of a model, or behind any key of a mapping or list."""
    if model is Initial:
        model = Distribution
    if isinstance(model, type) and issubclass(model, BaseModel):
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        return _unwrap(fields[part].annotation) if part in fields else None
    arguments = getattr(model, "__args__", ())
    return _unwrap(arguments[-1]) if arguments else None


def _unwrap(annotation: Any) -> Any:
    """Strip Annotated and Optional."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
        elif type(None) in getattr(annotation, "__args__", ()):
            annotation = next(part for part in annotation.__args__ if part is not type(None))
        else:
            return annotation
