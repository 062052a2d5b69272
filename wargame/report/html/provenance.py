"""What runs say of themselves: how to play them again, with what they were played, and what came out."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.experiment.results import Results
from wargame.report.html.subject import Arm
from wargame.report.html.words import changes_in_words
from wargame.scenario.errors import WargameError
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReportError", "arm_of_run", "run_command", "values_of", "versions"]


class ReportError(WargameError):
    """A report that cannot be made."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(f"{found}\n  {'mend:':<9}{remedy}")


def arm_of_run(name: str, results: Results, scenario: Scenario, title: str = "") -> Arm:
    """A run as an arm; without a title it is called by what it changes."""
    manifest = results.manifest
    orders, changes = tuple(manifest["orders"]), dict(manifest["scenario"]["overrides"])
    words = changes_in_words(scenario, orders, changes)
    return Arm(
        name=name,
        title=title or "; ".join(words) or "As the file has it",
        scenario=scenario,
        orders=orders,
        changes=changes,
        results=results,
    )


def values_of(arms: Mapping[str, Results]) -> pd.DataFrame:
    """Shares and means with their intervals, without reading the episodes."""
    import pandas as pd

    names = {"outcome": "name", "metric": "name", "actor": "name", "share": "value", "mean": "value"}
    parts = []
    for arm, results in arms.items():
        tables = {
            "outcome": results.outcomes().assign(n=results.completed),
            "metric": results.metrics(quantiles=False),
            "payoff": results.payoffs(quantiles=False),
        }
        for kind, table in tables.items():
            if len(table):
                renamed = table.rename(columns=names).assign(kind=kind, arm=arm)
                parts.append(renamed[["arm", "kind", "name", "n", "value", "low", "high"]])
    return pd.concat(parts, ignore_index=True)


def run_command(folder: Path, manifest: Mapping[str, Any]) -> str:
    """What plays a run again; of a fork, with the run it is a fork of left open."""
    fork = manifest.get("fork")
    if fork is not None:
        futures = ["-n", str(manifest["episodes"]), "--out", str(folder)]
        return shlex.join(
            ["wargame", "fork", "RUN", str(fork["episode"]), "--turn", str(fork["label"]), *futures]
        )
    parts = ["wargame", "run", _scenario_argument(manifest), "-n", str(manifest["episodes"])]
    parts += ["--seed", str(manifest["seed"])]
    for path, value in manifest["scenario"]["overrides"].items():
        text = value if isinstance(value, str) else json.dumps(value)
        parts += ["--set", f"{path}={text}"]
    for order in manifest["orders"]:
        parts += ["--order", order]
    if manifest["uncertain"]:
        parts.append("--uncertain")
    return shlex.join([*parts, "--out", str(folder)])


def _scenario_argument(manifest: Mapping[str, Any]) -> str:
    """The name of a scenario that comes with the package, else its file."""
    file = str(manifest["scenario"]["file"])
    return str(manifest["name"]) if file == f"configs/{manifest['name']}.yaml" else file


def versions(manifest: Mapping[str, Any]) -> dict[str, str]:
    """With what a run was played."""
    named = {"wargame": "wargame", "mesa": "Mesa", "llvmlite": "llvmlite", "machine": "Machine"}
    found = {title: str(manifest[key]) for key, title in named.items() if manifest.get(key)}
    if manifest.get("git_commit"):
        found["Commit of wargame"] = str(manifest["git_commit"])
    return found
