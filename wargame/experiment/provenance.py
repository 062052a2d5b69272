"""Where results come from: everything it takes to make a run again, as the caller's part of the manifest."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wargame import __version__
from wargame.engine.play import Past, Play
from wargame.engine.rules import rules_for
from wargame.scenario.known import known_numbers
from wargame.scenario.loading import loads
from wargame.scenario.scenario import Scenario

__all__ = ["manifest_of", "past_of_manifest", "scenario_of"]


def manifest_of(play: Play, *, episodes: int, engine: str) -> dict[str, Any]:
    """What decides the episodes (scenario's text and digest, overrides, seed, orders), with versions and labels.

    `rules` is the digest of the code that is played: it tells apart versions of the package that would play the
    scenario differently.
    """
    scenario = play.scenario
    text = scenario.source.text
    return {
        "name": scenario.name,
        "title": scenario.title,
        "scenario": {
            "file": scenario.file,
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "overrides": dict(scenario.source.overrides),
            "text": text,
        },
        "episodes": episodes,
        "seed": play.seed,
        "engine": engine,
        "uncertain": play.uncertain,
        "orders": list(play.orders.texts),
        "sample": play.sample,
        "rules": _rules_digest(scenario, uncertain=play.uncertain),
        "actors": {name: f"{own.__module__}.{own.__qualname__}" for name, own in play.actors.items()},
        "wargame": __version__,
        "mesa": importlib.metadata.version("mesa"),
        "llvmlite": importlib.metadata.version("llvmlite"),
        "machine": f"{platform.system()} {platform.machine()}",
        "git_commit": _git_commit(),
        "labels": {
            "outcomes": {name: outcome.title for name, outcome in scenario.outcomes.items()},
            "variables": {name: variable.title for name, variable in scenario.state.items()},
            "actors": {name: actor.title for name, actor in scenario.actors.items()},
            "policies": {policy.full_name: policy.title for policy in scenario.policies()},
            "metrics": {name: metric.title for name, metric in scenario.metrics.items()},
        },
        "units": {name: variable.unit for name, variable in scenario.state.items() if variable.unit},
        "turns": [scenario.dates.label(turn) for turn in range(scenario.horizon)],
    }


def scenario_of(manifest: Mapping[str, Any]) -> Scenario:
    """The scenario of a run, rebuilt from its manifest."""
    stored = manifest["scenario"]
    scenario = loads(stored["text"], file=stored["file"])
    if stored["overrides"]:
        scenario = scenario.with_(stored["overrides"])
    return known_numbers(scenario) if manifest["uncertain"] else scenario


def past_of_manifest(manifest: Mapping[str, Any]) -> Past | None:
    """The past that the futures of a fork share; None for a run that is no fork."""
    origin = manifest.get("fork")
    if origin is None:
        return None
    return Past(episode=origin["episode"], turn=origin["turn"], workspace=origin["workspace"])


def _rules_digest(scenario: Scenario, *, uncertain: bool) -> str:
    rules = rules_for(scenario)
    if uncertain:
        rules.function("deal_uncertain")
    used = {name: text for name, text in rules.sources.items() if uncertain or name != "deal_uncertain"}
    return hashlib.sha256(json.dumps(used, sort_keys=True).encode()).hexdigest()


def _git_commit() -> str | None:
    """The commit of the checkout that the package runs from; None for an installed package."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    try:
        found = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except OSError:
        return None
    return found.stdout.strip() or None
