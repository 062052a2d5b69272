"""What drives a result: Sobol indices, elementary effects or rank correlations, as the folder's design allows."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.correlations import partial_rank_correlations
from wargame.analysis.ensembles import Ensemble, Observed
from wargame.analysis.refusals import NotForThis
from wargame.analysis.sensitivity import elementary_effects, sobol_indices
from wargame.plots import drivers
from wargame.plots.figures import WIDTH, frame
from wargame.plots.style import new_figure
from wargame.report.analyses.assumptions import (
    OVER_POINTS,
    Asked,
    asked,
    bare,
    label,
    meaning,
    numbers,
    result,
    run_line,
)
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between, once

__all__ = ["find"]

FEW = 5
"""Rows of each result where several are asked about."""

TITLES = {
    "sobol": "Sobol indices: the part of the variance between points that a parameter explains",
    "morris": "Elementary effects: how far a result moves over a parameter's whole range",
    "lhs": "Partial rank correlations: how a result goes with each parameter, the others held constant",
}
NOTES = {
    "sobol": "By itself: first order. With all others: total order; what lies between the two is interaction.",
    "morris": "Strength: the mean size of the change. Effect: its mean with the sign. Unevenness: its spread; large "
    "where a parameter works through others, or not in a straight line. Shares are numbers from 0 to 1.",
    "lhs": "Beyond luck: would differ from 0 even as the largest among so many parameters. What luck adds to a result "
    "draws all correlations towards 0 and leaves their order.",
}


def find(source: Source, question: Question) -> Findings:
    """The table of what drives each result, strongest first."""
    found = asked(source, question, partial(_table, level=question.level))
    kind = _kind(found.ensemble)
    view = _view(found, kind, question.shown if len(found.tables) == 1 else FEW)
    return Findings(
        sheets=(Sheet(name="sensitivity", title=TITLES[kind], table=found.whole, view=view),),
        figures={
            f"sensitivity-{name}": partial(_figure, found.ensemble, name, table)
            for name, table in found.tables.items()
        },
        notes=(NOTES[kind], OVER_POINTS, *found.refused),
        is_chance_alone=False,
    )


def _kind(ensemble: Ensemble) -> str:
    return "lhs" if ensemble.is_sample else ensemble.kind


def _table(ensemble: Ensemble, observed: Observed, *, level: float) -> pd.DataFrame:
    if ensemble.kind == "sobol":
        return sobol_indices(observed, level=level)
    if ensemble.kind == "morris":
        return elementary_effects(observed, level=level)
    if ensemble.is_sample:
        return partial_rank_correlations(observed, level=level)
    raise NotForThis(
        "the points of a grid are no sample, and not those of a design for sensitivity",
        "Ask for heatmap, or make a sweep with --sobol, --morris or --lhs, or a run with --uncertain.",
    )


def _view(found: Asked, kind: str, rows: int) -> pd.DataFrame:
    parts = []
    for name, table in found.tables.items():
        top = table.head(rows)
        cells: dict[str, object] = {
            "result": result(found.ensemble, name),
            "parameter!": [bare(one) for one in top["parameter"]],
            "what it is": [meaning(found.ensemble, one) for one in top["parameter"]],
        }
        lines = [row for _, row in top.iterrows()]
        if kind == "sobol":
            for column, title in (("first", "by itself"), ("total", "with all others")):
                cells[f"{title}>!"] = numbers(top[column])
                cells[f"interval of {title}!"] = [
                    between(row, f"{column}_low", f"{column}_high") for row in lines
                ]
        elif kind == "morris":
            cells["strength>!"] = numbers(top["strength"])
            cells["interval!"] = [between(row) for row in lines]
            cells["effect>!"] = numbers(top["effect"])
            cells["unevenness>!"] = numbers(top["unevenness"])
        else:
            cells["correlation>!"] = numbers(top["correlation"])
            cells["interval!"] = [between(row) for row in lines]
            cells["beyond luck"] = ["yes" if one else "no" for one in top["beyond_luck"]]
        parts.append(pd.DataFrame(cells))
    return once(pd.concat(parts, ignore_index=True).to_dict("records"), "result")  # type: ignore[arg-type]


def _figure(ensemble: Ensemble, name: str, table: pd.DataFrame) -> Figure:
    figure = new_figure(WIDTH, 1.9 + 0.25 * min(len(table), drivers.MOST), laid_out=False)
    ax, labels = figure.add_subplot(), {one: meaning(ensemble, one) for one in table["parameter"]}
    kind = _kind(ensemble)
    if kind == "sobol":
        drivers.sobol_bars(table, ax, labels=labels)
    elif kind == "morris":
        is_share = name in ensemble.names["outcome"]
        scale, unit = (100.0, "percentage points") if is_share else (1.0, "its own unit")
        drivers.effects(table, ax, labels=labels, scale=scale, unit=unit)
    else:
        drivers.correlations(table, ax, labels=labels)
    frame(figure, f"What drives: {label(ensemble, name)}", run_line(ensemble), f"{NOTES[kind]} {OVER_POINTS}")
    return figure
