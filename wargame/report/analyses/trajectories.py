"""How the state moved, over all episodes and by how they ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.refusals import NotForThis, TooFew
from wargame.analysis.trajectories import by_outcome
from wargame.experiment.labels import Labels
from wargame.plots.by_outcome import fan_by_outcome
from wargame.plots.figures import WIDTH, frame, trajectory_figure, which_run
from wargame.plots.style import colours, new_figure
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import once, short_labels
from wargame.report.wording import number

__all__ = ["find"]

NOTE = (
    "The commonest outcome, and those with the lowest and the highest median at the end. Lines are medians, bands hold "
    "half of the sampled episodes that ended so; n is their number. After an episode has ended its last value is "
    "carried forward. Where the outcome is defined by this variable, that the bands part at the end is no finding."
)

DRAWN = 3
"""So many variables are drawn by outcome where none is named."""


def find(source: Source, question: Question) -> Findings:
    """The state over time; by outcome for `variable`, or those that differ most. `episode` is drawn on top."""
    results, labels = source.results, short_labels(source.results.labels)
    names = [item.name for item in results.layout.variables]
    if not names:
        raise NotForThis("this scenario has no state variables", "Ask for incidence or outcomes.")
    named = source.known("variable", question.variable, names)
    sheets = [_overall(results.trajectories, labels)]
    notes = []
    figures = {"trajectories": partial(trajectory_figure, results, question.episode)}
    if question.episode is not None and question.episode not in set(source.sample["episode"]):
        count = source.plays["episode"].nunique()
        raise TooFew(
            f"the whole course of episode {question.episode} was not kept, only that of the first {count:,}",
            f"Name one below {count}, or make the run again with --sample {question.episode + 1}.",
            question.episode + 1,
        )
    if len(results.record.sample):
        table = by_outcome(source.sample, source.sampled_outcomes)
        left_out = table.attrs["too_few"]
        notes.append(source.sample_note())
        if left_out:
            few = ", ".join(f"{labels.outcomes[name]} ({n})" for name, n in left_out.items())
            notes.append(f"By outcome: left out, with fewer than {table.attrs['least']} sampled: {few}.")
        chosen = [named] if named else _apart(table)[:DRAWN]
        sheets.append(_by_outcome(table, chosen, labels))
        for name in chosen:
            figures[f"trajectory-{name}"] = partial(_figure, source, table, name, question.episode)
    return Findings(sheets=tuple(sheets), figures=figures, notes=tuple(notes))


def _overall(table: pd.DataFrame, labels: Labels) -> Sheet:
    last = int(table["turn"].max())
    start = table[table["turn"] == -1].set_index("variable")
    rows = []
    for row in table[table["turn"] == last].to_dict("records"):
        name = str(row["variable"])
        rows.append(
            {
                "variable": labels.variables[name],
                "unit": labels.units[name],
                "at first>!": number(float(start["mean"][name])),
                "at the end>!": number(float(row["mean"])),
                "nine in ten episodes!": f"{number(float(row['q05']))} to {number(float(row['q95']))}",
            }
        )
    return Sheet(name="trajectories", title="Means over all episodes", table=table, view=pd.DataFrame(rows))


def _apart(table: pd.DataFrame) -> list[str]:
    """The variables, those first in which the outcomes part most by the middle of the game, in terms of their spread.

    At the end they part where an outcome is defined by them, which is no news. A variable that stays put in half of the
    episodes, such as a switch or a ladder, shows little as a band and comes last.
    """
    middle = table[table["turn"] == int(table["turn"].max()) // 2]
    found: dict[str, float] = {}
    for name, rows in middle.groupby("variable", sort=False):
        widths = rows["q75"] - rows["q25"]
        apart = float(rows["q50"].max() - rows["q50"].min())
        found[str(name)] = apart / float(widths.mean()) if (widths > 0).all() else 0.0
    return sorted(found, key=lambda name: -found[name])


def _by_outcome(table: pd.DataFrame, chosen: Sequence[str], labels: Labels) -> Sheet:
    """A row for each variable and outcome: the median at the end, and the middle half of the episodes."""
    end = table[table["turn"] == table["turn"].max()].set_index(["variable", "outcome"])
    rows = []
    for name in chosen:
        for outcome, label in labels.outcomes.items():
            if (name, outcome) not in end.index:
                continue
            row = end.loc[(name, outcome)]
            rows.append(
                {
                    "variable": labels.variables[name],
                    "ended in": label,
                    "n>!": f"{int(row['n']):,}",
                    "median>!": number(float(row["q50"])),
                    "middle half!": f"{number(float(row['q25']))} to {number(float(row['q75']))}",
                }
            )
    title = "At the end, by outcome (sampled episodes)"
    return Sheet(name="trajectories-by-outcome", title=title, table=table, view=once(rows, "variable"))


def _three(rows: pd.DataFrame, outcomes: Sequence[str]) -> list[str]:
    """Of one variable the outcomes to draw: the commonest, and those with the lowest and the highest median at the end.

    More bands than three cannot be told apart.
    """
    end = rows[rows["turn"] == rows["turn"].max()].set_index("outcome")
    if end.empty:
        return []
    chosen = {str(name) for name in (end["n"].idxmax(), end["q50"].idxmin(), end["q50"].idxmax())}
    return [name for name in outcomes if name in chosen]


def _figure(source: Source, table: pd.DataFrame, variable: str, episode: int | None) -> Figure:
    results, labels = source.results, source.results.labels
    shown: Mapping[str, str] = colours(results.layout.outcomes)
    sample = source.sample
    figure = new_figure(WIDTH, 4.2, laid_out=False)
    fan_by_outcome(
        table,
        figure.add_subplot(),
        variable=variable,
        label=labels.variables[variable],
        unit=labels.units[variable],
        outcomes=_three(table[table["variable"] == variable], results.layout.outcomes),
        labels=labels.outcomes,
        colours=shown,
        turns=labels.turns,
        episode=None if episode is None else sample[sample["episode"] == episode],
    )
    frame(figure, "The state over time, by outcome", which_run(results), NOTE)
    return figure
