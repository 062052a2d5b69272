"""When the episodes ended, and when things first happened."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.incidence import event_incidence, median_turns, outcome_incidence
from wargame.experiment.labels import Labels
from wargame.plots import incidence as plots
from wargame.plots.figures import WIDTH, frame, which_run
from wargame.plots.style import colours, new_figure, tick_turns
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between_shares, share, short_labels, turn_label

__all__ = ["find"]

NOTE = (
    "Shares are of all completed episodes, each turn by itself; intervals are for chance alone. What is settled only "
    "at the end of the last turn is not drawn."
)


def find(source: Source, question: Question) -> Findings:
    """Cumulative incidence of each outcome, and of each metric of the kind `first(...)`."""
    results, labels = source.results, short_labels(source.results.labels)
    horizon = results.layout.horizon
    episodes = source.columns("outcome", "length", *(f"metric.{name}" for name in source.events))
    ends = outcome_incidence(episodes, horizon=horizon, level=question.level)
    sheets = [_ends(ends, labels)]
    figures = {"incidence": partial(_ends_figure, source, ends)}
    notes = [NOTE]
    if source.events:
        events = event_incidence(episodes, source.events, horizon=horizon, level=question.level)
        first = median_turns(episodes, source.events, level=question.level)
        sheets += [_firsts(first, labels), Sheet(name="events", table=events)]
        figures["events"] = partial(_events_figure, source, events)
    else:
        notes.append(
            "No metric of this scenario says when something first happened: write one as first(condition)."
        )
    return Findings(sheets=tuple(sheets), figures=figures, notes=tuple(notes))


def _ends(table: pd.DataFrame, labels: Labels) -> Sheet:
    """A row for each outcome, a column for a turn now and then."""
    last = int(table["turn"].max())
    shown = [turn for turn in tick_turns(labels.turns, 6)[0] if 0 < turn < last]
    rows = []
    for name, group in table.groupby("outcome", observed=True, sort=False):
        at = group.set_index("turn")
        row = {"ended in": labels.outcomes[str(name)]}
        early = bool((at["n"].iloc[:-1] > 0).any())
        for turn in shown:
            row[f"by {labels.turns[turn]}>!"] = share(at.loc[turn, "share"]) if early else "–"
        row |= {
            "at the end>!": share(at.loc[last, "share"]),
            "interval of that!": between_shares(at.loc[last]),
        }
        rows.append(row)
    return Sheet(
        name="incidence", title="Share that had ended so by a turn", table=table, view=pd.DataFrame(rows)
    )


def _firsts(table: pd.DataFrame, labels: Labels) -> Sheet:
    rows = [
        {
            "event": labels.metrics[str(row["event"])],
            "episodes>!": f"{row['n']:,}",
            "share>!": share(row["share"]),
            "interval!": between_shares(row),
            "median turn!": turn_label(labels, row["median"] - 1),
            "interval of that!": f"{turn_label(labels, row['median_low'] - 1)} to "
            f"{turn_label(labels, row['median_high'] - 1)}",
        }
        for _, row in table.iterrows()
    ]
    title = "How many saw it, and when first (the median among these)"
    return Sheet(name="first-events", title=title, table=table, view=pd.DataFrame(rows))


def _ends_figure(source: Source, table: pd.DataFrame) -> Figure:
    results = source.results
    figure = new_figure(WIDTH, 4.0, laid_out=False)
    plots.outcome_incidence(
        table,
        figure.add_subplot(),
        labels=results.labels.outcomes,
        colours=colours(results.layout.outcomes),
        turns=results.labels.turns,
    )
    frame(figure, "When episodes ended before their time", which_run(results), NOTE)
    return figure


def _events_figure(source: Source, table: pd.DataFrame) -> Figure:
    results = source.results
    figure = new_figure(WIDTH, 4.0, laid_out=False)
    labels = results.labels
    plots.event_incidence(table, figure.add_subplot(), labels=labels.metrics, turns=labels.turns)
    note = "Shares are of all completed episodes, those that ended without it included; intervals are for chance alone."
    frame(figure, "When things first happened", which_run(results), note)
    return figure
