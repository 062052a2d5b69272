"""How much of a result is not knowing, and how much is luck."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.ensembles import Ensemble
from wargame.analysis.nested import spread_table
from wargame.analysis.refusals import NotForThis
from wargame.plots.experiments import ranges
from wargame.plots.figures import WIDTH, frame
from wargame.plots.style import new_figure
from wargame.report.analyses.assumptions import ensemble, label, need_sample, result, run_line
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between, between_shares, share
from wargame.report.wording import number

__all__ = ["find"]

NOTE = (
    "Nine points in ten: the range over what is not known, with luck taken out. Not known: the part of the variance of "
    "one episode that comes from not knowing the parameters; the rest is luck, which no knowledge would take away."
)


def find(source: Source, question: Question) -> Findings:
    """The range over what is not known, and both parts of the variance, of every outcome or of the result named."""
    found = ensemble(source, question)
    need_sample(found, "telling luck from not knowing")
    if found.table is None:
        raise NotForThis(
            "each episode drew its own parameters, so that luck and not knowing cannot be told apart",
            "Make a sweep, which plays several episodes at each point: wargame sweep SCENARIO --lhs 100 -n 200",
        )
    if question.outcome is not None:
        found.observed(question.outcome)
    table = spread_table(found.table, question.level)
    kept = table["kind"] == "outcome" if question.outcome is None else table["name"] == question.outcome
    return Findings(
        sheets=(
            Sheet(
                name="variance",
                title="What is not known, and luck",
                table=table,
                view=_view(found, table[kept]),
            ),
        ),
        figures={"variance": partial(_figure, found, table[table["kind"] == "outcome"])},
        notes=(NOTE,),
        is_chance_alone=False,
    )


def _view(found: Ensemble, table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for _, row in table.iterrows():
        is_share = row["kind"] == "outcome"
        ends = between_shares if is_share else between
        rows.append(
            {
                "result": result(found, str(row["name"])),
                "nine points in ten!": ends(row, "range_low", "range_high"),
                "mean>!": share(row["mean"]) if is_share else number(float(row["mean"])),
                "interval!": ends(row),
                "not known>!": share(row["share"]),
                "interval of that!": between_shares(row, "share_low", "share_high"),
            }
        )
    return pd.DataFrame(rows)


def _figure(found: Ensemble, table: pd.DataFrame) -> Figure:
    figure = new_figure(WIDTH, 1.9 + 0.4 * len(table), laid_out=False)
    ranges(table, figure.add_subplot(), labels={name: label(found, name) for name in table["name"]})
    frame(figure, "How the episodes end, over what is not known", run_line(found), NOTE)
    return figure
