"""Reading what a report is about from folders: of a long run only the columns that are needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wargame.experiment.errors import ResultsError
from wargame.experiment.provenance import scenario_of
from wargame.experiment.results import LEVEL, Results, read
from wargame.report.html.provenance import ReportError, arm_of_run, run_command, values_of, versions
from wargame.report.html.reading_arms import read_arms
from wargame.report.html.reading_pair import read_pair
from wargame.report.html.subject import Points, Subject
from wargame.report.html.words import question_of

__all__ = ["ReportError", "read_subject"]

EXPERIMENT, SWEEP = "experiment.json", "sweep.json"


def read_subject(
    folder: Path, *, compare: Path | None = None, sweep: Path | None = None, question: str = ""
) -> Subject:
    """Read a run (compared with the run `compare`), or an experiment, and what a sweep says about what is not known.

    Raises ResultsError for folders that cannot be read, ReportError for folders that do not belong together.
    """
    if (folder / EXPERIMENT).is_file():
        _no_more(compare, sweep)
        return read_arms(folder, question)
    if (folder / SWEEP).is_file():
        raise ReportError(
            f"{folder}: this is a sweep, and a report is about a run or an experiment",
            f"Play the scenario once, and give the sweep beside it: wargame report RUN --sweep {folder}",
        )
    results = read(folder, verify=False)
    if compare is None:
        return _run(folder, results, sweep, question)
    if sweep is not None:
        raise ReportError(
            "--sweep says what is not known about one run, and --compare is about the difference of two",
            "Leave one of them out; for a difference with its range write an experiment with `design: {lhs: 200}`.",
        )
    return read_pair(folder, results, compare, question)


def _no_more(compare: Path | None, sweep: Path | None) -> None:
    for given, option in ((compare, "--compare"), (sweep, "--sweep")):
        if given is not None:
            raise ReportError(
                f"{option} goes with a run, and this is an experiment, which has arms of its own",
                f"Leave {option} out; what is not known is sampled by `design: {{lhs: 200}}` in the experiment's file.",
            )


def _run(folder: Path, results: Results, sweep: Path | None, question: str) -> Subject:
    manifest = results.manifest
    scenario = scenario_of(manifest)
    arm = arm_of_run("run", results, scenario)
    return Subject(
        kind="run",
        folder=folder,
        question=question or question_of(scenario, [arm]),
        asked=bool(question),
        scenario=scenario,
        arms={"run": arm},
        baseline="run",
        values=values_of({"run": results}),
        points=None if sweep is None else _points(sweep, manifest),
        uncertain=bool(manifest["uncertain"]),
        seed=int(manifest["seed"]),
        level=LEVEL,
        command=[run_command(folder, manifest)],
        versions=versions(manifest),
    )


def _points(folder: Path, manifest: Mapping[str, Any]) -> Points:
    """A sweep as a sample of what is not known about a run of the same scenario."""
    import pandas as pd

    from wargame.analysis.nested import spread_table

    path = folder / SWEEP
    if not path.is_file():
        raise ReportError(
            f"{folder}: it holds no {SWEEP}", "Give the folder of a sweep: wargame sweep SCENARIO --lhs 200"
        )
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        numbers = pd.read_csv(folder / "points.csv").drop(columns="point")
        table = pd.read_csv(folder / "sweep.csv")
        spread = spread_table(table, LEVEL)
    except (OSError, ValueError, KeyError) as error:
        found = f"the sweep cannot be read: {type(error).__name__}: {error}"
        raise ResultsError(folder, found, "Make the sweep again.") from error
    if stored["design"] != "lhs":
        raise ReportError(
            f"{folder}: its points are a {stored['design']} design, and only a random sample tells how far a result "
            "ranges",
            "Make the sweep with --lhs.",
        )
    ours = (manifest["scenario"]["text"], manifest["scenario"]["overrides"], list(manifest["orders"]))
    theirs = (stored["scenario"]["text"], stored["scenario"]["overrides"], list(stored.get("orders", ())))
    if ours != theirs:
        raise ReportError(
            f"{folder}: the sweep is of another scenario than the run, or with other values or orders",
            "Sweep the same scenario with the same --set and --order as the run.",
        )
    return Points(
        numbers=numbers,
        table=table,
        spread=spread,
        episodes=int(stored["episodes"]),
        folder=str(folder),
    )
