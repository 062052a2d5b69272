"""What is not known: how far it moves the result, which number does, and how to find out where a run did not."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.blocks import Command
from wargame.report.html.subject import Subject
from wargame.report.html.words import plain, thing
from wargame.report.wording import label_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["drivers_of", "how_to_sample", "movers", "sampled_parameters"]

FEWEST = 20
"""Fewer points or episodes than this say nothing about single numbers."""


def sampled_parameters(subject: Subject) -> list[str]:
    """The full names of the parameters that episodes or points drew from what is not known."""
    if subject.points is not None:
        return [str(name) for name in subject.points.numbers.columns]
    results = subject.base.results
    if results is None or not subject.uncertain or not results.keeps_episodes:
        return []
    return [name for name in results.layout.sampled if name.startswith("parameters.")]


def drivers_of(subject: Subject, outcomes: Sequence[str]) -> dict[str, pd.DataFrame]:
    """By outcome, its share in the lowest and the highest fifth of each unknown number: see `wargame.analysis.fifths`.

    Empty where nothing was sampled, or too little.
    """
    names = sampled_parameters(subject)
    if not names:
        return {}
    if subject.points is not None:
        return _over_points(subject, outcomes)
    return _over_episodes(subject, outcomes, names)


def _over_points(subject: Subject, outcomes: Sequence[str]) -> dict[str, pd.DataFrame]:
    from wargame.analysis.fifths import fifths

    sample = subject.points
    assert sample is not None
    if len(sample) < FEWEST:
        return {}
    table = sample.table[sample.table["kind"] == "outcome"]
    shares = table.pivot(index="point", columns="name", values="value").reindex(range(len(sample)))
    return {name: fifths(sample.numbers, shares[name], subject.level) for name in outcomes if name in shares}


def _over_episodes(subject: Subject, outcomes: Sequence[str], names: list[str]) -> dict[str, pd.DataFrame]:
    from wargame.analysis.fifths import fifths

    results = subject.base.results
    assert results is not None
    table = results.columns("outcome", *names)
    table = table[table["outcome"].notna()]
    if len(table) < FEWEST:
        return {}
    numbers = table[names]
    return {name: fifths(numbers, table["outcome"] == name, subject.level) for name in outcomes}


def movers(subject: Subject) -> str:
    """The one number that moves one outcome most, as the end of a sentence; empty where there is none."""
    found = subject.drivers
    best: tuple[float, str, pd.Series] | None = None
    for outcome, table in found.items():
        clear = table[(table["low"] > 0) | (table["high"] < 0)]
        if len(clear) and (best is None or abs(clear.iloc[0]["difference"]) > best[0]):
            best = abs(float(clear.iloc[0]["difference"])), outcome, clear.iloc[0]
    if best is None:
        return ""
    _, outcome, row = best
    label = plain(label_of(subject.scenario, str(row["name"]).split(".", 1)[-1]))
    return Markup(". One number alone, “{}”, moves {} from {} to {}").format(
        label,
        thing(subject.scenario, "outcome", outcome),
        percent(float(row["lowest"])),
        percent(float(row["highest"])),
    )


def how_to_sample(subject: Subject) -> Command | None:
    """What to type to get the range over what is not known; None where the scenario states no ranges."""
    scenario = subject.scenario
    if not any(parameter.distribution is not None for parameter in scenario.parameters.values()):
        return None
    if subject.kind == "run":
        played = shlex.split(subject.command[0])
        if "run" not in played[:2]:
            return None
        kept = _without(played[2:], ("-n", "--seed", "--out"), ("--uncertain",))
        unknown = f"results/{scenario.name}-unknown-sweep"
        return Command(
            says="To see the range, sample what is not known, and make this page again:",
            lines=[
                shlex.join(["wargame", "sweep", *kept, "--lhs", "200", "-n", "250", "--out", unknown]),
                shlex.join(["wargame", "report", str(subject.folder), "--sweep", unknown]),
            ],
        )
    if subject.kind == "experiment":
        says = "To see the range, add this line to the experiment's file, play it again, and make this page again:"
        return Command(says=says, lines=["design: {lhs: 200}", "episodes: 250"])
    says = "To see the range of the difference, save this as question.yaml; then wargame experiment question.yaml:"
    return Command(says=says, lines=_as_experiment(subject))


def _as_experiment(subject: Subject) -> list[str]:
    """The two runs as an experiment's file that samples what is not known."""
    scenario = shlex.split(subject.command[0])[2]
    lines = [
        "name: question",
        f"scenario: {json.dumps(scenario)}",
        f"question: {json.dumps(subject.question, ensure_ascii=False)}",
        "hypothesis: what you expect, written down before you look",
        "design: {lhs: 200}",
        "episodes: 250",
        "arms:",
    ]
    for name, arm in (("before", subject.base), ("with_it", subject.focus)):
        changes = {"orders": list(arm.orders), "set": dict(arm.changes)}
        kept = {key: value for key, value in changes.items() if value}
        lines.append(f"  {name}: {json.dumps(kept, ensure_ascii=False)}" if kept else f"  {name}:")
    return lines


def _without(parts: Sequence[str], with_value: Sequence[str], alone: Sequence[str]) -> list[str]:
    """The arguments less some options."""
    kept, skip = [], False
    for part in parts:
        if skip:
            skip = False
        elif part in with_value:
            skip = True
        elif part not in alone:
            kept.append(part)
    return kept
