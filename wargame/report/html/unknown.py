"""What is not known: how far it moves the result, which number does, and how to find out where a run did not."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.blocks import Command
from wargame.report.html.subject import Subject
from wargame.report.html.words import plain, thing
from wargame.report.wording import label_of

if TYPE_CHECKING:
    import pandas as pd

    from wargame.analysis.ensembles import Observed

__all__ = ["clear", "drivers_of", "how_to_sample", "movers", "sampled_parameters"]

ENOUGH = 20_000
"""So many episodes tell single numbers apart; of a longer run the first are read, which are as random as any others."""


def sampled_parameters(subject: Subject) -> list[str]:
    """The full names of the parameters that episodes or points drew from what is not known."""
    if subject.points is not None:
        return [str(name) for name in subject.points.numbers.columns]
    results = subject.base.results
    if results is None or not subject.uncertain or not results.keeps_episodes:
        return []
    return [name for name in results.layout.sampled if name.startswith("parameters.")]


def drivers_of(subject: Subject, outcomes: Sequence[str]) -> dict[str, pd.DataFrame]:
    """By outcome, its share in the lowest and the highest fifth of each unknown number: see `low_and_high`.

    Intervals of all numbers hold together at the report's level (Bonferroni). Empty where nothing was sampled, or too
    little.
    """
    from wargame.analysis.correlations import low_and_high
    from wargame.analysis.refusals import NotForThis, TooFew

    names = sampled_parameters(subject)
    if not names:
        return {}
    together = 1 - (1 - subject.level) / len(names)
    observed = _over_points if subject.points is not None else _over_episodes
    try:
        return {one.name: low_and_high(one, level=together) for one in observed(subject, outcomes, names)}
    except (TooFew, NotForThis):
        return {}


def clear(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers whose difference is beyond chance."""
    return table[(table["swing_low"] > 0) | (table["swing_high"] < 0)]


def _over_points(subject: Subject, outcomes: Sequence[str], names: Sequence[str]) -> Iterator[Observed]:
    from wargame.analysis.ensembles import Observed

    sample = subject.points
    assert sample is not None
    for outcome in outcomes:
        table = sample.table[(sample.table["kind"] == "outcome") & (sample.table["name"] == outcome)]
        table = table.set_index("point").reindex(range(len(sample)))
        n, value, sd = (table[column].to_numpy(dtype="float64") for column in ("n", "value", "sd"))
        yield Observed(
            name=outcome,
            is_share=True,
            inputs=sample.numbers[list(names)],
            n=n,
            value=value,
            sd=sd,
            is_stratified=True,
        )


def _over_episodes(subject: Subject, outcomes: Sequence[str], names: Sequence[str]) -> Iterator[Observed]:
    import numpy as np

    from wargame.analysis.ensembles import Observed

    results = subject.base.results
    assert results is not None
    table = results.columns("outcome", *names, most=ENOUGH)
    table = table[table["outcome"].notna()].reset_index(drop=True)
    inputs, ones = table[list(names)], np.ones(len(table))
    for outcome in outcomes:
        value = np.asarray(table["outcome"] == outcome, dtype=np.float64)
        yield Observed(
            name=outcome, is_share=True, inputs=inputs, n=ones, value=value, sd=np.full(len(table), np.nan)
        )


def movers(subject: Subject) -> str:
    """The one number that moves one outcome most, as the end of a sentence; empty where there is none."""
    found = subject.drivers
    best: tuple[float, str, dict[str, Any]] | None = None
    for outcome, table in found.items():
        rows = clear(table)
        if len(rows) and (best is None or abs(float(rows["swing"].iloc[0])) > best[0]):
            first = {str(key): cell for key, cell in rows.iloc[0].to_dict().items()}
            best = abs(float(first["swing"])), outcome, first
    if best is None:
        return ""
    _, outcome, row = best
    label = plain(label_of(subject.scenario, str(row["parameter"]).split(".", 1)[-1]))
    return Markup(". One number alone, “{}”, moves {} from {} to {}").format(
        label,
        thing(subject.scenario, "outcome", outcome),
        percent(float(row["at_low"])),
        percent(float(row["at_high"])),
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
