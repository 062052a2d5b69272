"""Reading two runs that met the same luck, to say what one changes against the other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wargame.experiment.comparison import Comparison, compare_arms
from wargame.experiment.provenance import scenario_of
from wargame.experiment.results import LEVEL, Results, read
from wargame.report.html.provenance import ReportError, arm_of_run, run_command, values_of, versions
from wargame.report.html.subject import Subject
from wargame.report.html.words import question_of

__all__ = ["read_pair"]

AT_ONCE = 8
"""So many metrics are read at once: two million episodes fit in memory."""


def read_pair(folder: Path, results: Results, other_folder: Path, question: str) -> Subject:
    """A run compared with another; ReportError if they cannot be compared episode by episode."""
    other = read(other_folder, verify=False)
    _check_pair(folder, results, other_folder, other)
    scenario, base_scenario = scenario_of(results.manifest), scenario_of(other.manifest)
    arms = {
        "other": arm_of_run("other", other, base_scenario),
        "this": arm_of_run("this", results, scenario),
    }
    return Subject(
        kind="comparison",
        folder=folder,
        question=question or question_of(scenario, list(arms.values())),
        asked=bool(question),
        scenario=base_scenario,
        arms=arms,
        baseline="other",
        values=values_of({"other": other, "this": results}),
        comparison=_paired({"other": other, "this": results}),
        uncertain=bool(results.manifest["uncertain"]),
        seed=int(results.manifest["seed"]),
        level=LEVEL,
        command=[run_command(other_folder, other.manifest), run_command(folder, results.manifest)],
        versions=versions(results.manifest),
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
