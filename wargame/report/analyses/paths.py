"""In which order things happened on the way to each outcome."""

from __future__ import annotations

import pandas as pd

from wargame.analysis.milestones import EVENT, milestones
from wargame.analysis.paths import ARROW, paths
from wargame.experiment.labels import Labels
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between_shares, share, short_labels
from wargame.report.wording import number

__all__ = ["find"]

STEPS = (
    "A step is the first time that an actor turned to a policy and stayed for two turns, or that an event came; others "
    "may lie between. Elsewhere: in the other episodes that were still going, by the same turn. Half of the episodes "
    "picked the paths, the numbers are from the other half; an interval that holds the share elsewhere shows nothing."
)


def find(source: Source, question: Question) -> Findings:
    """The paths that set each outcome apart, or one outcome if it is named."""
    results, labels = source.results, short_labels(source.results.labels)
    one = source.known("outcome", question.outcome, results.layout.outcomes)
    plays = source.plays
    episodes = None
    if source.events:
        episodes = source.columns("episode", *(f"metric.{name}" for name in source.events))
    firsts = milestones(plays, episodes, events=source.events)
    shown = 5 if one is None else question.shown
    table = paths(firsts, source.sampled_outcomes, shown=shown, level=question.level)
    found = table if one is None else table[table["outcome"] == one].reset_index(drop=True)
    sheets = (
        Sheet(
            name="paths",
            title="What came before what, and how often in episodes that ended so and in the others",
            table=found,
            view=_view(found, labels),
        ),
        Sheet(name="milestones", table=firsts),
    )
    return Findings(sheets=sheets, notes=_notes(source, table, labels))


def _notes(source: Source, table: pd.DataFrame, labels: Labels) -> tuple[str, ...]:
    notes = [source.sample_note(), STEPS]
    few = table.attrs["too_few"]
    if few:
        told = ", ".join(f"{labels.outcomes[name]} ({n})" for name, n in few.items())
        least = table.attrs["least"]
        notes.append(
            f"Left out, with fewer than {least} sampled episodes in a half: {told}; a larger --sample helps."
        )
    if table.attrs["none_found"]:
        names = ", ".join(labels.outcomes[name] for name in table.attrs["none_found"])
        notes.append(f"No path sets these clearly apart: {names}.")
    return tuple(notes)


def _view(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    """Under the name of each outcome its paths."""
    rows = []
    for outcome, group in table.groupby("outcome", sort=False):
        title = f"{labels.outcomes[str(outcome)]} (of {group['total'].iloc[0]:,} episodes)"
        rows.append({"path": title, "share>!": "", "interval!": "", "elsewhere>!": "", "times>!": ""})
        for row in group.to_dict("records"):
            steps = [_step(name, labels) for name in str(row["path"]).split(ARROW)]
            rows.append(
                {
                    "path": "  " + ARROW.join(steps),
                    "share>!": share(row["share"]),
                    "interval!": between_shares(row),
                    "elsewhere>!": share(row["elsewhere"]),
                    "times>!": number(float(row["lift"])),
                }
            )
    return pd.DataFrame(rows)


def _step(name: str, labels: Labels) -> str:
    actor, _, what = name.partition(".")
    if actor == EVENT:
        return labels.metrics[what]
    return f"{labels.actors[actor]}: {labels.policies[name]}"
