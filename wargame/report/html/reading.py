"""Reading what a report is about from folders: of a long run only the columns that are needed."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.experiment.comparison import Comparison, compare_arms
from wargame.experiment.errors import ResultsError
from wargame.experiment.experiment_results import ExperimentResults, read_experiment
from wargame.experiment.provenance import scenario_of
from wargame.experiment.results import LEVEL, Results, read
from wargame.report.html.subject import Arm, Points, Subject
from wargame.report.html.words import changes_in_words, question_of
from wargame.scenario.errors import WargameError
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ReportError", "read_subject"]

EXPERIMENT, SWEEP = "experiment.json", "sweep.json"
AT_ONCE = 8
"""So many metrics are read at once where two runs are compared: two million episodes fit in memory."""


class ReportError(WargameError):
    """A report that cannot be made."""

    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(f"{found}\n  {'mend:':<9}{remedy}")


def read_subject(
    folder: Path, *, compare: Path | None = None, sweep: Path | None = None, question: str = ""
) -> Subject:
    """Read a run (compared with the run `compare`), or an experiment, and what a sweep says about what is not known.

    Raises ResultsError for folders that cannot be read, ReportError for folders that do not belong together.
    """
    if (folder / EXPERIMENT).is_file():
        _no_more(compare, sweep)
        return _experiment(folder, question)
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
    return _comparison(folder, results, compare, question)


def _no_more(compare: Path | None, sweep: Path | None) -> None:
    for given, option in ((compare, "--compare"), (sweep, "--sweep")):
        if given is not None:
            raise ReportError(
                f"{option} goes with a run, and this is an experiment, which has arms of its own",
                f"Leave {option} out; what is not known is sampled by `design: {{lhs: 200}}` in the experiment's file.",
            )


# ---- a run ---------------------------------------------------------------------------------------


def _run(folder: Path, results: Results, sweep: Path | None, question: str) -> Subject:
    manifest = results.manifest
    scenario = scenario_of(manifest)
    arm = _arm_of_run("run", results, scenario)
    return Subject(
        kind="run",
        folder=folder,
        question=question or question_of(scenario, [arm]),
        asked=bool(question),
        scenario=scenario,
        arms={"run": arm},
        baseline="run",
        values=_values({"run": results}),
        points=None if sweep is None else _points(sweep, manifest),
        uncertain=bool(manifest["uncertain"]),
        seed=int(manifest["seed"]),
        level=LEVEL,
        command=[_run_command(folder, manifest)],
        versions=_versions(manifest),
    )


def _arm_of_run(name: str, results: Results, scenario: Scenario, title: str = "") -> Arm:
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


def _values(arms: Mapping[str, Results]) -> pd.DataFrame:
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
        numbers = pd.read_csv(folder / "points.csv", float_precision="round_trip").drop(columns="point")
        table = pd.read_csv(folder / "sweep.csv", float_precision="round_trip")
    except (OSError, ValueError, KeyError) as error:
        raise ResultsError(folder, f"the sweep cannot be read: {error}", "Make the sweep again.") from error
    if stored["design"] != "lhs":
        raise ReportError(
            f"{folder}: its points are a {stored['design']} design, and only a random sample says how far a result ranges",
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
        spread=spread_table(table, LEVEL),
        episodes=int(stored["episodes"]),
        folder=str(folder),
    )


def _run_command(folder: Path, manifest: Mapping[str, Any]) -> str:
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


def _versions(manifest: Mapping[str, Any]) -> dict[str, str]:
    named = {"wargame": "wargame", "mesa": "Mesa", "llvmlite": "llvmlite", "machine": "Machine"}
    found = {title: str(manifest[key]) for key, title in named.items() if manifest.get(key)}
    if manifest.get("git_commit"):
        found["Commit of wargame"] = str(manifest["git_commit"])
    return found


# ---- two runs ------------------------------------------------------------------------------------


def _comparison(folder: Path, results: Results, other_folder: Path, question: str) -> Subject:
    other = read(other_folder, verify=False)
    _check_pair(folder, results, other_folder, other)
    scenario, base_scenario = scenario_of(results.manifest), scenario_of(other.manifest)
    arms = {
        "other": _arm_of_run("other", other, base_scenario),
        "this": _arm_of_run("this", results, scenario),
    }
    return Subject(
        kind="comparison",
        folder=folder,
        question=question or question_of(scenario, list(arms.values())),
        asked=bool(question),
        scenario=base_scenario,
        arms=arms,
        baseline="other",
        values=_values({"other": other, "this": results}),
        comparison=_paired({"other": other, "this": results}),
        uncertain=bool(results.manifest["uncertain"]),
        seed=int(results.manifest["seed"]),
        level=LEVEL,
        command=[_run_command(other_folder, other.manifest), _run_command(folder, results.manifest)],
        versions=_versions(results.manifest),
    )


def _check_pair(folder: Path, results: Results, other_folder: Path, other: Results) -> None:
    """Two runs can be compared episode by episode if these met the same luck."""
    for path, run in ((folder, results), (other_folder, other)):
        if not run.keeps_episodes:
            raise ReportError(
                f"{path}: the run kept no episodes, so they cannot be compared one by one",
                "Make the run again without --no-episodes.",
            )
    for key, words, mend in (
        ("name", "are of different scenarios", "Compare runs of one scenario."),
        (
            "seed",
            "have different seeds, so their luck differs",
            "Make one of them again with the other's --seed.",
        ),
        ("uncertain", "differ in --uncertain", "Make both with it, or both without."),
    ):
        ours, theirs = results.manifest[key], other.manifest[key]
        if ours != theirs:
            raise ReportError(
                f"the two runs {words}: {ours!r} ({folder}) and {theirs!r} ({other_folder})", mend
            )
    if results.layout.outcomes != other.layout.outcomes or results.layout.metrics != other.layout.metrics:
        raise ReportError(
            "the two runs have other outcomes or metrics, so there is nothing to compare",
            "Play both with the same version of the scenario.",
        )


def _paired(arms: Mapping[str, Results]) -> Comparison:
    """The comparison of two runs, some metrics at a time."""
    import pandas as pd

    layout = arms["other"].layout
    numbers = [*(f"metric.{name}" for name in layout.metrics), *(f"payoff.{name}" for name in layout.actors)]
    parts, first = [], None
    for start in range(0, max(len(numbers), 1), AT_ONCE):
        names = ["episode", "outcome", *numbers[start : start + AT_ONCE]]
        found = compare_arms(arms, "other", LEVEL, columns=names)
        rows = found.differences
        parts.append(rows if first is None else rows[rows["kind"] != "outcome"])
        first = first or found
    assert first is not None
    return Comparison(
        baseline="other",
        level=LEVEL,
        unit=first.unit,
        differences=pd.concat(parts, ignore_index=True),
        switches=first.switches,
        pairs=first.pairs,
    )


# ---- an experiment -------------------------------------------------------------------------------


def _experiment(folder: Path, question: str) -> Subject:
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
        command=[_experiment_command(folder, found)],
        versions=_versions(first.manifest) if first is not None else {},
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
    file, name = asked.source.file, asked.name
    argument = name if file == f"configs/experiments/{name}.yaml" else file
    parts = ["wargame", "experiment", argument, "-n", str(asked.episodes), "--seed", str(asked.seed)]
    if found.plan is not None:
        target = str(found.plan.target)
        parts = ["wargame", "experiment", argument, "--until", target, "--most", str(asked.most)]
    return shlex.join([*parts, "--out", str(folder)])
