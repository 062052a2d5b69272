"""A result over two parameters."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.ensembles import Ensemble, Observed
from wargame.analysis.pairs import over_two
from wargame.analysis.refusals import NotForThis
from wargame.plots import regions
from wargame.plots.figures import frame
from wargame.plots.style import new_figure
from wargame.report.analyses.assumptions import OVER_POINTS, asked, bare, label, meaning, result, run_line
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between, between_shares, share
from wargame.report.wording import number

__all__ = ["find"]

NOTE = "In each cell the result, whatever the other parameters are, and the half-width of its interval."


def find(source: Source, question: Question) -> Findings:
    """A map over the two parameters that are named with --over; a grid of two needs no names."""
    found = asked(source, question, partial(_table, over=question.over, level=question.level))
    sheets, figures = [], {}
    for name, table in found.tables.items():
        is_share = name in found.ensemble.names["outcome"]
        sheets.append(
            Sheet(
                name=f"heatmap-{name}",
                title=result(found.ensemble, name),
                table=table,
                view=_view(table, is_share) if question.outcome is not None else None,
            )
        )
        figures[f"heatmap-{name}"] = partial(_figure, found.ensemble, name, table)
    notes = [NOTE, OVER_POINTS, *found.refused]
    if question.outcome is None:
        notes.insert(0, f"Maps of {', '.join(found.tables)} are in the folder; --outcome NAME prints one.")
    return Findings(sheets=tuple(sheets), figures=figures, notes=tuple(notes), is_chance_alone=False)


def _table(ensemble: Ensemble, observed: Observed, *, over: tuple[str, ...], level: float) -> pd.DataFrame:
    names = over or tuple(ensemble.inputs.columns)
    if len(names) != 2:
        raise NotForThis(
            f"a map is over two parameters, and {len(names)} were given",
            "Name two: --over NAME --over NAME.",
        )
    return over_two(observed, *names, level=level)


def _view(table: pd.DataFrame, is_share: bool) -> pd.DataFrame:
    first, second = (bare(str(table.attrs[side])) for side in ("first", "second"))
    rows = [
        {
            first: _class(row, "first"),
            second: _class(row, "second"),
            "rows>!": f"{row['rows']:,.0f}",
            "result>!": share(row["value"]) if is_share else number(float(row["value"])),
            "interval!": between_shares(row) if is_share else between(row),
        }
        for _, row in table.iterrows()
    ]
    return pd.DataFrame(rows)


def _class(row: pd.Series, side: str) -> str:
    low, high = float(row[f"{side}_low"]), float(row[f"{side}_high"])
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def _figure(ensemble: Ensemble, name: str, table: pd.DataFrame) -> Figure:
    across, up = table["first"].nunique(), table["second"].nunique()
    figure = new_figure(max(4.8, 1.9 + 0.85 * across), 2.0 + 0.5 * up, laid_out=False)
    labels = {one: meaning(ensemble, one) for one in (table.attrs["first"], table.attrs["second"])}
    is_share = name in ensemble.names["outcome"]
    scale, unit = (100.0, "%") if is_share else (1.0, "its own unit")
    regions.heat_map(table, figure.add_subplot(), labels=labels, scale=scale, unit=unit)
    frame(figure, label(ensemble, name), run_line(ensemble), NOTE)
    return figure
