"""Reading the arms of an experiment."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.experiment.experiment_results import ExperimentResults, read_experiment
from wargame.report.html.provenance import versions
from wargame.report.html.subject import Arm, Points, Subject

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NULL_PLAYERS", "read_arms"]

FIXED_POLICIES, NULL_PLAYERS = "fixed policies", "null players"
"""The files that experiments are said to come from which commands put together."""

COMMANDS = {"experiments": "experiment", "knockouts": "knockouts"}
"""By folder of the package's files, the command that plays them."""


def read_arms(folder: Path, question: str) -> Subject:
    """An experiment as what a report is about; ResultsError for a folder that cannot be read."""
    found = read_experiment(folder)
    asked = found.experiment
    several = len(found.names) > 1
    first = next(iter(found.arms.values()), None)
    return Subject(
        kind="experiment",
        folder=folder,
        question=question or asked.question,
        asked=True,
        hypothesis=" ".join(asked.hypothesis.split()),
        scenario=asked.scenario,
        arms={name: _arm_of_experiment(found, name) for name in found.names},
        baseline=asked.baseline,
        shown=asked.shown,
        values=found.values(),
        comparison=found.comparison if several else None,
        ranges=_ranges(found) if several else {},
        points=_points_of_arm(found),
        uncertain=asked.uncertain,
        seed=asked.seed,
        level=found.level,
        found=found,
        command=[_experiment_command(folder, found)],
        versions=versions(first.manifest) if first is not None else {},
    )


def _arm_of_experiment(found: ExperimentResults, name: str) -> Arm:
    arm = found.experiment.arms[name]
    own = dict(found.experiment.scenario.source.overrides)
    changes = {path: value for path, value in arm.scenario.source.overrides.items() if own.get(path) != value}
    return Arm(
        name=name,
        title=arm.title,
        description=" ".join(arm.description.split()),
        scenario=arm.scenario,
        orders=arm.orders,
        changes=changes,
        fixed=arm.fixed,
        results=found.arms.get(name),
        sweep=found.sweeps.get(name),
    )


def _is_sample(found: ExperimentResults) -> bool:
    return found.experiment.design is not None and found.experiment.design.is_sample


def _ranges(found: ExperimentResults) -> dict[str, pd.DataFrame]:
    from wargame.analysis.paired_spread import paired_spread

    if not _is_sample(found):
        return {}
    baseline = found.experiment.baseline
    names: Sequence[str] = found.sweeps[baseline].outcome_names
    return {
        name: paired_spread(sweep.outcomes, found.sweeps[baseline].outcomes, names, found.level)
        for name, sweep in found.sweeps.items()
        if name != baseline
    }


def _points_of_arm(found: ExperimentResults) -> Points | None:
    """The baseline's points."""
    if not _is_sample(found):
        return None
    sweep = found.sweeps[found.experiment.baseline]
    return Points(
        numbers=sweep.points.drop(columns="point"),
        table=sweep.table,
        spread=sweep.spread(found.level),
        episodes=found.experiment.episodes,
    )


def _experiment_command(folder: Path, found: ExperimentResults) -> str:
    asked = found.experiment
    parts = ["wargame", *_argument(found)]
    if found.plan is not None:
        parts += ["--until", str(found.plan.target), "--most", str(asked.most)]
    else:
        parts += ["-n", str(asked.episodes), "--seed", str(asked.seed)]
    return shlex.join([*parts, "--out", str(folder)])


def _argument(found: ExperimentResults) -> list[str]:
    """The command that plays the experiment, and what it is given: the name of one in the package, else its file."""
    asked = found.experiment
    file = asked.source.file
    if file == FIXED_POLICIES:
        return ["regret", asked.scenario.name]
    if file == NULL_PLAYERS:
        points = ["--lhs", str(len(asked.design))] if asked.design is not None else []
        return ["null-players", asked.scenario.name, *points]
    for folder, command in COMMANDS.items():
        if file.startswith(f"configs/{folder}/"):
            return [command, Path(file).stem]
    return ["experiment", file]
