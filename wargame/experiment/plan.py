"""The plan of a run: what is meant to be played, and what must be equal for two runs to be one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wargame.engine.block import Layout

__all__ = ["TITLES", "Plan", "decisive", "differences", "identity_of"]

TITLES = {
    "scenario": "the scenario's text",
    "overrides": "the values set",
    "seed": "the seed",
    "uncertain": "whether parameters are drawn",
    "orders": "the orders",
    "actors": "the actors played by own Python classes",
    "sample": "the number of sampled episodes",
    "keep_episodes": "whether episodes are kept",
    "wargame": "the version of wargame",
    "rules": "the code that wargame makes of the scenario",
}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is meant to be run: the manifest of `provenance`, the columns, and whether episodes are kept."""

    manifest: Mapping[str, Any]
    layout: Layout
    keep_episodes: bool

    @property
    def episodes(self) -> int:
        """How many episodes are meant to be played."""
        return int(self.manifest["episodes"])

    @property
    def engine(self) -> str:
        """Which engine plays; it decides nothing, and may be another when a run is resumed."""
        return str(self.manifest["engine"])

    @cached_property
    def decisive(self) -> dict[str, Any]:
        """Everything that decides the episodes; how many are played is not among it."""
        return decisive(self.manifest, keep_episodes=self.keep_episodes)

    @cached_property
    def identity(self) -> str:
        """SHA-256 over what decides the episodes: the same for the parts of one run."""
        return identity_of(self.decisive)


def decisive(manifest: Mapping[str, Any], *, keep_episodes: bool) -> dict[str, Any]:
    """What decides the episodes of a run and what is kept of them, from its manifest; None where it does not say."""
    scenario = manifest.get("scenario") or {}
    found = {name: manifest.get(name) for name in TITLES}
    found |= {"scenario": scenario.get("sha256"), "overrides": scenario.get("overrides")}
    found["keep_episodes"] = keep_episodes
    read_back: dict[str, Any] = json.loads(json.dumps(found, default=str))
    return read_back


def identity_of(decides: Mapping[str, Any]) -> str:
    """SHA-256 over what decides the episodes of a run."""
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def differences(there: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """In words, how the run that is there differs from the one that was asked for; empty if it does not."""
    return "; ".join(_differences(there, asked))


def _differences(there: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    for name, title in TITLES.items():
        old, new = there.get(name), asked.get(name)
        if old == new:
            continue
        if name in ("scenario", "rules"):
            yield f"{title} is another"
        else:
            yield f"{title}: {_shown(old)} there, {_shown(new)} asked for"


def _shown(value: Any) -> str:
    if value is None:
        return "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {one}" for key, one in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)
