"""The result where each parameter is low, and where it is high."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.correlations import low_and_high
from wargame.analysis.ensembles import Ensemble, Observed
from wargame.experiment.display import percent
from wargame.plots import drivers
from wargame.plots.figures import WIDTH, frame
from wargame.plots.style import new_figure
from wargame.report.analyses.assumptions import (
    OVER_POINTS,
    asked,
    bare,
    label,
    meaning,
    need_sample,
    result,
    run_line,
)
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import once
from wargame.report.wording import number

__all__ = ["find"]

FEW = 5
NOTE = "Low and high: the lowest and the highest fifth of a parameter, all others as they were drawn."


def find(source: Source, question: Question) -> Findings:
    """A tornado for each result."""
    found = asked(source, question, partial(_table, level=question.level))
    rows = question.shown if len(found.tables) == 1 else FEW
    lines = []
    for name, table in found.tables.items():
        write = percent if name in found.ensemble.names["outcome"] else number
        for _, row in table.head(rows).iterrows():
            lines.append(
                {
                    "result": result(found.ensemble, name),
                    "parameter!": bare(str(row["parameter"])),
                    "what it is": meaning(found.ensemble, str(row["parameter"])),
                    "low below>!": number(float(row["low_below"])),
                    "result there>!": write(float(row["at_low"])),
                    "high above>!": number(float(row["high_above"])),
                    "and there>!": write(float(row["at_high"])),
                }
            )
    return Findings(
        sheets=(
            Sheet(
                name="tornado",
                title="Results where a parameter is low and where it is high",
                table=found.whole,
                view=once(lines, "result"),
            ),
        ),
        figures={
            f"tornado-{name}": partial(_figure, found.ensemble, name, table)
            for name, table in found.tables.items()
        },
        notes=(NOTE, OVER_POINTS, *found.refused),
        is_chance_alone=False,
    )


def _table(ensemble: Ensemble, observed: Observed, *, level: float) -> pd.DataFrame:
    need_sample(ensemble, "a tornado")
    return low_and_high(observed, level=level)


def _figure(ensemble: Ensemble, name: str, table: pd.DataFrame) -> Figure:
    figure = new_figure(WIDTH, 1.9 + 0.25 * min(len(table), drivers.MOST), laid_out=False)
    labels = {one: meaning(ensemble, one) for one in table["parameter"]}
    is_share = name in ensemble.names["outcome"]
    scale, unit = (100.0, "%") if is_share else (1.0, "its own unit")
    drivers.tornado(table, figure.add_subplot(), labels=labels, scale=scale, unit=unit)
    frame(figure, f"Low and high: {label(ensemble, name)}", run_line(ensemble), f"{NOTE} {OVER_POINTS}")
    return figure
