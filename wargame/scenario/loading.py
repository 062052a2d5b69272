"""Finding and loading scenarios, and overriding single values by dotted path."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from wargame.scenario.build import build
from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.scenario import Scenario
from wargame.scenario.schema_values import described_value
from wargame.scenario.source import KeyPath, Source, parse_source, read_text

__all__ = ["available_scenarios", "configs_directory", "load", "loads", "override"]


def configs_directory() -> Path:
    """The folder of the scenarios that come with the package (in a checkout: `configs/`)."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "configs"
    return inside if inside.is_dir() else package.parent / "configs"


def available_scenarios() -> dict[str, Path]:
    """The scenarios that come with the package, by the name that `load` takes."""
    folder = configs_directory()
    found = [*sorted(folder.glob("*.yaml")), *sorted((folder / "classics").glob("*.yaml"))]
    return {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}


def load(name_or_path: str | Path) -> Scenario:
    """Load a scenario: one that comes with the package by name (`korea-2025`), or any YAML file by path.

    Raises ScenarioError, with file, line and remedy for every problem found.
    """
    if isinstance(name_or_path, Scenario):
        return name_or_path
    path, shown = _find(name_or_path)
    return _built(read_text(path, file=shown), shown)


@lru_cache(maxsize=8)
def _built(text: str, file: str) -> Scenario:
    """The scenario of a text; scenarios never change, so whoever loads the same text again gets the same one."""
    return build(parse_source(text, file=file))


def loads(text: str, *, file: str = "<text>") -> Scenario:
    """Load a scenario from YAML text; `file` is shown in messages."""
    return build(parse_source(text, file=file))


def _find(name_or_path: str | Path) -> tuple[Path, str]:
    given = str(name_or_path)
    if "\n" in given:
        message = "this is the text of a scenario, not a name or path"
        raise _unfound(given.splitlines()[0][:60], message, remedy="use wargame.loads for texts")
    path = Path(given)
    known = available_scenarios()
    name = given.removesuffix(".yaml")
    by_last_part = {key.rsplit("/", 1)[-1]: key for key in known}
    key = name if name in known else by_last_part.get(name)
    try:
        if path.is_file() or (path.exists() and key is None and given.strip()):
            return path, given
    except OSError:
        pass
    if key is not None:
        return known[key], f"configs/{key}.yaml"
    near = did_you_mean(name, [*known, *by_last_part])
    remedy = near or "give the path of a YAML file, or one of these names (see `wargame list`)"
    raise _unfound(
        given or "''", "there is no such file or scenario", allowed=join_names(known), remedy=remedy
    )


def _unfound(file: str, message: str, *, allowed: str = "", remedy: str) -> ScenarioError:
    return ScenarioError(Problem(file=file, line=0, message=message, allowed=allowed, remedy=remedy))


def override(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with values changed by dotted path; checked again as a whole."""
    source = scenario.source
    data = copy.deepcopy(source.data)
    changed = dict(source.changed)
    plain: dict[str, Any] = {}
    problems: list[Problem] = []
    for dotted, value in changes.items():
        try:
            plain[dotted] = _plain(value)
            path = _apply(source, data, str(dotted), copy.deepcopy(plain[dotted]))
        except ScenarioError as error:
            problems += error.problems
        except _NotPlain as error:
            problems.append(
                _override_problem(source, f"the override {dotted!r}: {error}", found=repr(value)[:80])
            )
        else:
            changed[path] = f"{dotted}={_shown(plain[dotted])}"
    if problems:
        raise ScenarioError(problems)
    # What is given again moves to the end, so that the overrides can be applied again in this order.
    kept = {dotted: value for dotted, value in source.overrides.items() if dotted not in changes}
    return build(replace(source, data=data, changed=changed, overrides={**kept, **plain}))


class _NotPlain(Exception):
    """An override's value that no YAML file could hold."""


def _plain(value: Any) -> Any:
    """The value as YAML would give it: numbers of NumPy and tuples become plain ones."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value) if isinstance(value, float) else int(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    raise _NotPlain(f"a {type(value).__name__} cannot be the value of an override")


def _shown(value: Any) -> str:
    text = f"{value:g}" if isinstance(value, float) else described_value(value)
    return text.strip("'")


def _apply(source: Source, data: dict[str, Any], dotted: str, value: Any) -> KeyPath:
    """Put `value` at the path in `data`; returns the full path of what was changed."""
    parts = _resolve(data, dotted)
    if not parts:
        raise _unknown(source, dotted, data, "")
    target: Any = data
    for index, part in enumerate(parts[:-1]):
        inner = _step(target, part)
        if not isinstance(inner, dict | list):
            if inner is None and isinstance(target, dict) and _may_add(parts[: index + 1]):
                target[part] = inner = {}
            elif index == 1 and parts[0] in _SHORT and isinstance(target, dict) and part in target:
                target[part] = inner = {_SHORT[parts[0]]: inner}
            elif inner is None:
                raise _unknown(source, dotted, target, part)
            else:
                message = (
                    f"the override {dotted!r} goes on behind {part!r}, which is a value and has no parts"
                )
                remedy = f"write {'.'.join(parts[: index + 1])} for the value itself"
                raise ScenarioError(
                    _override_problem(source, message, found=described_value(inner), remedy=remedy)
                )
        target = inner
    key = parts[-1]
    existing = _step(target, key)
    main = _main_key(parts, existing)
    if main and not isinstance(value, dict):
        existing[main] = value
        return (*parts, main)
    if isinstance(target, list):
        index = _index(target, key)
        if index < 0:
            raise _unknown(source, dotted, target, key)
        target[index] = value
        return (*parts[:-1], str(index))
    if key not in target and not _may_add(parts):
        raise _unknown(source, dotted, target, key)
    target[key] = value
    return tuple(parts)


_SHORT = {"parameters": "value", "define": "value", "metrics": "value"}


def _main_key(parts: list[str], existing: Any) -> str:
    """The key that a bare value means: a parameter's `value`, a state variable's `initial`."""
    if len(parts) != 2 or not isinstance(existing, dict):
        return ""
    return "initial" if parts[0] == "state" else _SHORT.get(parts[0], "")


def _may_add(parts: list[str]) -> bool:
    """Optional keys inside a part may be added; new parts may not: they would be typing errors."""
    new_policy_or_term = len(parts) == 4 and parts[0] == "actors" and parts[2] in ("policies", "utility")
    new_category = len(parts) == 5 and parts[0] == "nature" and parts[3] == "categorical"
    if len(parts) <= 2:
        return parts[0] in ("time", "turn") or parts == ["calendar"]
    return len(parts) >= 3 and not new_policy_or_term and not new_category


def _resolve(data: Mapping[str, Any], dotted: str) -> list[str]:
    """The keys of a dotted path (dots inside brackets belong to a level), calendar entries by number."""
    parts = [part for part in re.split(r"\.(?![^\[]*\])", dotted.strip()) if part]
    if len(parts) == 1 and parts[0] not in data:
        for group in ("parameters", "state", "define"):
            if parts[0] in (data.get(group) or {}):
                return [group, parts[0]]
    if parts and parts[0] not in data and parts[0] in (data.get("actors") or {}):
        parts = ["actors", *parts]
    if len(parts) > 1 and parts[0] == "calendar" and isinstance(data.get("calendar"), list):
        parts[1] = (
            str(_index(data["calendar"], parts[1])) if _index(data["calendar"], parts[1]) >= 0 else parts[1]
        )
    return parts


def _step(target: Any, part: str) -> Any:
    if isinstance(target, dict):
        return target.get(part)
    if isinstance(target, list):
        index = _index(target, part)
        return target[index] if index >= 0 else None
    return None


def _index(target: list[Any], part: str) -> int:
    """A list's entry by number or by its `name`; -1 for none."""
    if part.isdecimal() and int(part) < len(target):
        return int(part)
    names = [item.get("name") if isinstance(item, dict) else None for item in target]
    return names.index(part) if part in names else -1


def _unknown(source: Source, dotted: str, target: Any, part: str) -> ScenarioError:
    known: list[str] = []
    if isinstance(target, dict):
        known = [str(key) for key in target]
    elif isinstance(target, list):
        known = [
            str(item.get("name", index)) if isinstance(item, dict) else str(index)
            for index, item in enumerate(target)
        ]
    near = known
    if isinstance(target, dict) and "outcomes" in target and "name" in target:
        near = known + [
            name for group in ("parameters", "state", "actors") for name in (source.data.get(group) or {})
        ]
    return ScenarioError(
        _override_problem(
            source,
            f"the override {dotted!r} names nothing in the scenario: there is no {part!r}",
            found=dotted,
            allowed=join_names(known),
            remedy=did_you_mean(part, near) or "write a dotted path such as parameters.NAME or time.horizon",
        )
    )


def _override_problem(
    source: Source,
    message: str,
    *,
    found: str,
    allowed: str = "",
    remedy: str = "give a number, text, list or mapping",
) -> Problem:
    return Problem(
        file=source.file,
        line=0,
        message=message,
        found=found,
        allowed=allowed,
        remedy=remedy,
    )
