"""Finding and loading scenarios, and overriding single values by dotted path."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from wargame.scenario.build import build
from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.scenario import Scenario
from wargame.scenario.source import KeyPath, Source, parse_source, read_source

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
    return build(read_source(path, shown_as=shown))


def loads(text: str, *, file: str = "<text>") -> Scenario:
    """Load a scenario from YAML text; `file` is shown in messages."""
    return build(parse_source(text, file=file))


def _find(name_or_path: str | Path) -> tuple[Path, str]:
    path = Path(name_or_path)
    if path.exists():
        return path, str(name_or_path)
    known = available_scenarios()
    name = str(name_or_path).removesuffix(".yaml")
    by_last_part = {key.rsplit("/", 1)[-1]: key for key in known}
    key = name if name in known else by_last_part.get(name)
    if key is not None:
        return known[key], f"configs/{key}.yaml"
    raise ScenarioError(
        Problem(
            file=str(name_or_path),
            line=0,
            message="there is no such file or scenario",
            allowed=join_names(known),
            remedy=did_you_mean(name, [*known, *by_last_part])
            or "give the path of a YAML file, or one of these names (see `wargame list`)",
        )
    )


def override(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """The scenario with values changed by dotted path; checked again as a whole."""
    source = scenario.source
    data = copy.deepcopy(source.data)
    changed = dict(source.changed)
    # NumPy's numbers come as such from tables and samplers; the file's language knows plain ones.
    changes = {path: value.item() if hasattr(value, "item") else value for path, value in changes.items()}
    for dotted, value in changes.items():
        path = _apply(source, data, dotted, value)
        changed[path] = f"{dotted}={_shown(value)}"
    return build(replace(source, data=data, changed=changed, overrides={**source.overrides, **changes}))


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _apply(source: Source, data: dict[str, Any], dotted: str, value: Any) -> KeyPath:
    """Put `value` at the path in `data`; returns the full path of what was changed."""
    parts = _resolve(data, dotted)
    target: Any = data
    for index, part in enumerate(parts[:-1]):
        inner = _step(target, part)
        if inner is None or not isinstance(inner, dict | list):
            if inner is None and isinstance(target, dict) and _may_add(parts[: index + 1]):
                target[part] = inner = {}
            elif index == 1 and parts[0] in _SHORT and part in target:
                target[part] = inner = {_SHORT[parts[0]]: inner}
            else:
                raise _unknown(source, dotted, target, part)
        target = inner
    key = parts[-1]
    existing = _step(target, key)
    main = _main_key(parts, existing)
    if main and not isinstance(value, dict):
        existing[main] = value
        return (*parts, main)
    if isinstance(target, list):
        if existing is None:
            raise _unknown(source, dotted, target, key)
        target[_index(target, key)] = value
    else:
        if existing is None and key not in target and not _may_add(parts):
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
    """Optional keys inside a part may be added by an override; new parts may not (they would be typing errors)."""
    return len(parts) >= 3 and parts[0] not in ("calendar",)


def _resolve(data: Mapping[str, Any], dotted: str) -> list[str]:
    parts = [part for part in dotted.split(".") if part]
    if len(parts) == 1 and parts[0] not in data:
        for group in ("parameters", "state", "define"):
            if parts[0] in (data.get(group) or {}):
                return [group, parts[0]]
    if parts and parts[0] not in data and parts[0] in (data.get("actors") or {}):
        return ["actors", *parts]
    return parts


def _step(target: Any, part: str) -> Any:
    if isinstance(target, dict):
        return target.get(part)
    if isinstance(target, list):
        index = _index(target, part)
        return target[index] if index >= 0 else None
    return None


def _index(target: list[Any], part: str) -> int:
    """A list's entry by number or by its `name`."""
    if part.isdigit() and int(part) < len(target):
        return int(part)
    names = [item.get("name") if isinstance(item, dict) else None for item in target]
    return names.index(part) if part in names else -1


def _unknown(source: Source, dotted: str, target: Any, part: str) -> ScenarioError:
    known: list[str] = []
    if isinstance(target, dict):
        known = [str(key) for key in target]
    elif isinstance(target, list):
        known = [str(item.get("name", index)) for index, item in enumerate(target) if isinstance(item, dict)]
    if target is source.data or ("name" in known and "outcomes" in known):
        known += [name for group in ("parameters", "state") for name in (source.data.get(group) or {})]
    return ScenarioError(
        Problem(
            file=source.file,
            line=0,
            message=f"the override {dotted!r} names nothing in the scenario: there is no {part!r}",
            allowed=join_names(known),
            remedy=did_you_mean(part, known) or "write a dotted path such as parameters.NAME or time.horizon",
        )
    )
