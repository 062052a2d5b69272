"""What would have to be true for an outcome: boxes and a shallow tree, checked on rows that were held out."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.boxes import Boxes, find_boxes
from wargame.analysis.ensembles import Ensemble
from wargame.analysis.tree import grow_tree
from wargame.plots import regions
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
from wargame.report.analyses.words import between_shares, once, share
from wargame.report.wording import number

__all__ = ["find"]

NOTE = (
    "Boxes and tree were found in one half of the rows; shares, coverage and intervals are from the other half. "
    "Coverage: the part of all episodes with the outcome that lie there. Holds: more frequent there than elsewhere, "
    "beyond luck."
)


def find(source: Source, question: Question) -> Findings:
    """Boxes and a tree for the outcome that is asked about, or for every one that is frequent enough."""
    boxes: dict[str, Boxes] = {}

    def table_of(ensemble: Ensemble, observed: object) -> pd.DataFrame:
        need_sample(ensemble, "a region of assumptions")
        name = observed.name  # type: ignore[attr-defined]
        boxes[name] = find_boxes(observed, level=question.level)  # type: ignore[arg-type]
        return grow_tree(observed, level=question.level)  # type: ignore[arg-type]

    found = asked(source, question, table_of)
    ensemble = found.ensemble
    summaries = _joined({name: one.summary for name, one in boxes.items()})
    limits = _joined({name: one.limits for name, one in boxes.items()})
    sheets = (
        Sheet(
            name="boxes",
            title="What would have to be true: boxes of assumptions",
            table=summaries,
            view=_box_view(ensemble, boxes),
        ),
        Sheet(name="box-limits", table=limits),
        Sheet(name="box-peelings", table=_joined({name: one.peelings for name, one in boxes.items()})),
        Sheet(
            name="tree",
            title="The same as a tree: the leaves in which it is most frequent, and least",
            table=found.whole,
            view=_tree_view(ensemble, found.tables),
        ),
    )
    skills = ", ".join(
        f"{result(ensemble, name)} {100 * table.attrs['skill']:.0f} %" for name, table in found.tables.items()
    )
    none = [result(ensemble, name) for name, one in boxes.items() if one.summary.empty]
    notes = [
        NOTE,
        f"Of the squared error in held-out rows the tree takes away (0 or less: it found nothing): {skills}.",
    ]
    if none:
        notes.append(f"No box that is more than luck: {', '.join(none)}.")
    return Findings(
        sheets=sheets,
        figures={
            f"boxes-{name}": partial(_figure, ensemble, one)
            for name, one in boxes.items()
            if len(one.summary)
        },
        notes=(*notes, OVER_POINTS, *found.refused),
        is_chance_alone=False,
    )


def _joined(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    parts = [table.assign(outcome=name) for name, table in tables.items() if len(table)]
    if not parts:
        return next(iter(tables.values())).assign(outcome="")
    return pd.concat(parts, ignore_index=True)


def _condition(row: pd.Series) -> str:
    name = bare(str(row["parameter"]))
    low, high = row["low"], row["high"]
    if pd.isna(low):
        return f"{name} ≤ {number(float(high))}"
    if pd.isna(high):
        return f"{name} ≥ {number(float(low))}"
    return f"{number(float(low))} ≤ {name} ≤ {number(float(high))}"


def _box_view(ensemble: Ensemble, boxes: dict[str, Boxes]) -> pd.DataFrame:
    rows = []
    for name, one in boxes.items():
        for _, box in one.summary.iterrows():
            inside = one.limits[one.limits["box"] == box["box"]]
            rows.append(
                {
                    "outcome": result(ensemble, name),
                    "where": "\n".join(_condition(row) for _, row in inside.iterrows()),
                    "share there>!": share(box["held_density"]),
                    "interval!": between_shares(box),
                    "elsewhere>!": share(box["elsewhere"]),
                    "coverage>!": share(box["held_coverage"]),
                    "holds": "yes" if box["holds"] else "no",
                }
            )
    return once(rows, "outcome")


def _tree_view(ensemble: Ensemble, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    rows = []
    for name, table in tables.items():
        leaves = table.assign(branches=table.attrs["branches"])
        shown = leaves if len(leaves) <= 3 else pd.concat([leaves.head(2), leaves.tail(1)])
        for _, leaf in shown.iterrows():
            conditions = [
                f"{bare(branch.parameter)} {'>' if branch.above else '≤'} {number(branch.end)}"
                for branch in leaf["branches"]
            ]
            rows.append(
                {
                    "outcome": result(ensemble, name),
                    "where": "\n".join(conditions) or "everywhere",
                    "part of rows>!": share(leaf["mass"]),
                    "share there>!": share(leaf["density"]),
                    "interval!": between_shares(leaf),
                    "coverage>!": share(leaf["coverage"]),
                }
            )
    return once(rows, "outcome")


def _figure(ensemble: Ensemble, boxes: Boxes) -> Figure:
    figure = new_figure(WIDTH, 2.6 + 0.3 * len(boxes.limits), laid_out=False)
    left, right = figure.subplots(1, 2, width_ratios=[1.7, 1])
    labels = {one: meaning(ensemble, one) for one in boxes.limits["parameter"]}
    regions.box_limits(boxes.limits, left, labels=labels)
    regions.peelings(boxes.peelings, right)
    frame(
        figure,
        f"What would have to be true: {label(ensemble, boxes.name)}",
        run_line(ensemble),
        "Left: the boxes. Right: the search, from right to left, in the half where they were found; the ring is the "
        "box. Density: share of the outcome inside; coverage: part of its episodes inside. "
        + "; ".join(
            f"box {row['box']:.0f} in the other half: {share(row['held_density'])} "
            f"({between_shares(row)}), elsewhere {share(row['elsewhere'])}"
            for _, row in boxes.summary.iterrows()
        )
        + ".",
    )
    return figure
