"""How the episodes ended."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd

from wargame.analysis.outcomes import association, outcome_shares
from wargame.plots.figures import outcome_figure
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between_shares, share, short_labels
from wargame.report.wording import number

__all__ = ["find"]


def find(source: Source, question: Question) -> Findings:
    """The share of each outcome; with `by`, within each value or class of a column of the table of episodes."""
    results = source.results
    table = results.outcomes(question.level)
    labels = short_labels(results.labels)
    view = pd.DataFrame(
        {
            "outcome": [labels.outcomes[str(name)] for name in table["outcome"]],
            "episodes>!": [f"{n:,}" for n in table["n"]],
            "share>!": [share(value) for value in table["share"]],
            "interval!": [between_shares(row) for _, row in table.iterrows()],
        }
    )
    sheets = [Sheet(name="outcomes", title="How the episodes ended", table=table, view=view)]
    if question.by is not None:
        sheets.append(_by(source, question.by, question.level))
    return Findings(sheets=tuple(sheets), figures={"outcomes": partial(outcome_figure, results)})


def _by(source: Source, by: str, level: float) -> Sheet:
    """A cross-table: a row for each outcome that happened, a column for each class."""
    found = source.known("column", by, source.column_names)
    assert found is not None
    episodes = source.columns("outcome", found)
    table = outcome_shares(episodes, found, level=level)
    labels = short_labels(source.results.labels)
    classes = {value: _class(value) for value in table[found].drop_duplicates()}
    shares = table.set_index([found, "outcome"])["share"]
    sizes = table.groupby(found, observed=True, sort=False)["total"].first()
    rows = [{"outcome": "episodes"} | {f"{name}>!": f"{sizes[value]:,}" for value, name in classes.items()}]
    for outcome, label in labels.outcomes.items():
        if outcome in set(table["outcome"]):
            row = {f"{name}>!": share(shares[value, outcome]) for value, name in classes.items()}
            rows.append({"outcome": label} | row)
    related = association(episodes, found, "outcome")
    title = f"By {found} (Cramér's V {related:.2f}; 0: no relation, 1: the one tells the other)"
    return Sheet(name=f"outcomes-by-{found}", title=title, table=table, view=pd.DataFrame(rows))


def _class(value: Any) -> str:
    """A value, or the ends of a class of values."""
    if isinstance(value, pd.Interval):
        return f"{number(value.left)} to {number(value.right)}"
    return number(float(value)) if isinstance(value, int | float) else str(value)
