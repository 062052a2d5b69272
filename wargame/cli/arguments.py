"""What the command line's texts mean: values to set, turns, folders, workers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from wargame.experiment.engines import Engine
from wargame.experiment.executors import processors
from wargame.scenario.errors import ScenarioError
from wargame.scenario.scenario import Scenario
from wargame.scenario.source import parse_source

__all__ = ["changed", "default_folder", "overrides", "turn_span", "worker_count"]

LONG = 1_000_000
"""From so much work on it pays to start further processes: turns times policies, variables and items of nature."""


def overrides(texts: Iterable[str]) -> dict[str, Any]:
    """Read `path=value` texts; values are YAML: numbers, true and false, formulas, lists in brackets."""
    found = {}
    for text in texts:
        path, equals, value = text.partition("=")
        path, value = path.strip(), value.strip()
        if not (path and equals and value):
            raise typer.BadParameter(
                f"{text!r} cannot be read; write PATH=VALUE, for example parameters.cost=0.3 or tension=0.5",
                param_hint="'--set'",
            )
        found[path] = _value(value)
    return found


def _value(text: str) -> Any:
    try:
        return parse_source(f"value: {text}").data["value"]
    except ScenarioError:
        return text


def changed(scenario: Scenario, texts: Iterable[str]) -> Scenario:
    """The scenario with the values of `--set`."""
    values = overrides(texts)
    return scenario.with_(values) if values else scenario


def default_folder(
    scenario: Scenario,
    *,
    episodes: int,
    seed: int,
    uncertain: bool,
    orders: Iterable[str],
    keep_episodes: bool = True,
) -> Path:
    """A folder under `results` that the same run always gets, and a different one does not."""
    parts = [scenario.name, f"seed{seed}", f"n{episodes}"]
    if uncertain:
        parts.append("uncertain")
    if not keep_episodes:
        parts.append("no-episodes")
    changes = [dict(scenario.source.overrides), list(orders)]
    if any(changes):
        parts.append(hashlib.sha256(json.dumps(changes, default=str).encode()).hexdigest()[:6])
    return Path("results") / "-".join([*parts, "run"])


def worker_count(asked: int | None, engine: Engine, scenario: Scenario, episodes: int) -> int | None:
    """How many workers play: as asked, or those of the engine; on Mesa all processors once there is enough to do."""
    if asked is not None or engine != "mesa":
        return asked
    parts = sum(1 for _ in scenario.policies()) + len(scenario.state) + len(scenario.nature)
    if episodes * scenario.horizon * parts < LONG:
        return 1
    return min(processors(), 64)


def turn_span(scenario: Scenario, text: str | None) -> tuple[int, int] | None:
    """Read `3`, `3..5`, `2026Q1` or `2026Q1..2027Q2` as first and last turn."""
    if text is None:
        return None
    first, dots, last = text.partition("..")
    try:
        begin = scenario.dates.turn(first)
        return begin, scenario.dates.turn(last) if dots else begin
    except ValueError as error:
        raise typer.BadParameter(f"{error}; a span is written FIRST..LAST", param_hint="'--turns'") from None
