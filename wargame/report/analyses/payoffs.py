"""What each actor got, by how the episode ended."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.payoffs import payoffs_by_outcome
from wargame.analysis.refusals import NotForThis
from wargame.experiment.labels import Labels
from wargame.plots.figures import WIDTH, frame, which_run
from wargame.plots.payoffs import payoffs_by_outcome as payoff_plot
from wargame.plots.style import new_figure
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import at_level, between, once, short_labels
from wargame.report.wording import number

__all__ = ["find"]

POINTS = (
    "Payoffs are each actor's own points, discounted and added up over the turns that were played: compare one actor's "
    "rows, never two actors. An episode that ends early adds up fewer turns."
)


def find(source: Source, question: Question) -> Findings:
    """Payoffs within each outcome; of one actor if it is named."""
    results, labels = source.results, short_labels(source.results.labels)
    actors = results.layout.actors
    if not actors:
        raise NotForThis("this scenario has no actors, so nobody is paid", "Ask for incidence or outcomes.")
    one = source.known("actor", question.actor, actors)
    shown = [name for name in actors if one in (None, name)]
    episodes = source.columns("outcome", *(f"payoff.{name}" for name in shown))
    table = payoffs_by_outcome(episodes, level=question.level)
    overall = results.payoffs(question.level)
    overall = overall[overall["actor"].isin(shown)].reset_index(drop=True)
    sheets = (
        Sheet(name="payoffs", title="Over all episodes", table=overall, view=_overall(overall, labels)),
        Sheet(name="payoffs-by-outcome", title="By outcome", table=table, view=_view(table, labels)),
    )
    figures = {f"payoffs-{name}": partial(_figure, source, question.level, table, name) for name in shown}
    return Findings(sheets=sheets, figures=figures, notes=(POINTS,))


def _overall(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "actor": labels.actors[str(row["actor"])],
            "episodes>!": f"{row['n']:,}",
            "mean>!": number(float(row["mean"])),
            "interval!": between(row),
            "nine in ten episodes!": between(row, "q05", "q95"),
        }
        for _, row in table.iterrows()
    )


def _view(table: pd.DataFrame, labels: Labels) -> pd.DataFrame:
    rows = [
        {
            "actor": label,
            "ended in": labels.outcomes[str(row["outcome"])],
            "episodes>!": f"{row['n']:,}",
            "mean>!": number(float(row["mean"])),
            "interval!": between(row),
            "nine in ten episodes!": between(row, "q05", "q95"),
        }
        for actor, label in labels.actors.items()
        for row in table[table["actor"] == actor].to_dict("records")
    ]
    return once(rows, "actor")


def _figure(source: Source, level: float, table: pd.DataFrame, actor: str) -> Figure:
    labels = short_labels(source.results.labels)
    count = int((table["actor"] == actor).sum())
    figure = new_figure(WIDTH, 1.9 + 0.32 * count, laid_out=False)
    payoff_plot(table, figure.add_subplot(), actor=actor, labels=source.results.labels.outcomes)
    note = (
        f"Bars hold episodes; whiskers are {at_level(level)} intervals of the mean (Student), for chance alone. An "
        "episode that ends early adds up fewer turns."
    )
    frame(figure, f"What {labels.actors[actor]} got, by outcome", which_run(source.results), note)
    return figure
