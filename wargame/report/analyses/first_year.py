"""Signposts: what the first year tells about the ending."""

from __future__ import annotations

from functools import partial

import pandas as pd
from matplotlib.figure import Figure

from wargame.analysis.signposts import TOGETHER, first_year, signposts
from wargame.experiment.labels import Labels
from wargame.plots import drivers
from wargame.plots.figures import WIDTH, frame, which_run
from wargame.plots.style import new_figure
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.analyses.words import between_shares, share, short_labels

__all__ = ["find"]

NOTE = (
    "Skill: the part of what one does not know about the ending, knowing only how often each comes, that the "
    "observable takes away, on episodes from which it was not learnt. 0 is worth nothing, 100 % would be certainty."
)


def find(source: Source, question: Question) -> Findings:
    """The skill of everything that can be seen in the first year, for one outcome or for all of them."""
    results, labels = source.results, short_labels(source.results.labels)
    outcome = source.known("outcome", question.outcome, results.layout.outcomes)
    turns = _turns_of_a_year(source)
    seen = first_year(source.sample, source.plays, turns)
    endings = source.columns("episode", "outcome").set_index("episode")["outcome"]
    table = signposts(seen, endings, outcome, level=question.level)
    names = {name: _observable(name, labels) for name in table["observable"]}
    until = labels.turns[turns - 1]
    asks = "which outcome comes" if outcome is None else f"whether it ends in {labels.outcomes[outcome]}"
    title = f"What is seen up to {until} tells {asks}"
    return Findings(
        sheets=(
            Sheet(name="signposts", title=title, table=table, view=_view(table.head(question.shown), names)),
        ),
        figures={"signposts": partial(_figure, source, table, names, title)},
        notes=(NOTE, f"{table.attrs['n']:,} episodes went on after {until}. {source.sample_note()}"),
    )


def _turns_of_a_year(source: Source) -> int:
    """How many turns a year has; four where turns are of no calendar."""
    step = source.scenario.dates.step if source.scenario is not None else ""
    return {"month": 12, "quarter": 4, "year": 1}.get(step, 4)


def _observable(name: str, labels: Labels) -> str:
    bare = name.removeprefix("change of ")
    actor, _, policy = bare.partition(".")
    words = labels.variables.get(bare, bare)
    if policy:
        words = f"{labels.actors.get(actor, actor)}: {labels.policies.get(bare, policy)}"
    return words if bare == name else f"change of {words}"


def _view(table: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    rows = []
    for _, row in table.iterrows():
        cells = {
            "observable": names[row["observable"]],
            "skill>!": share(row["skill"]),
            "interval!": between_shares(row),
        }
        if "at_low" in table:
            told = row["observable"] != TOGETHER and not pd.isna(row["at_low"])
            cells["share where low>!"] = share(row["at_low"]) if told else "–"
            cells["where high>!"] = share(row["at_high"]) if told else "–"
        rows.append(cells)
    return pd.DataFrame(rows)


def _figure(source: Source, table: pd.DataFrame, names: dict[str, str], title: str) -> Figure:
    figure = new_figure(WIDTH, 2.0 + 0.25 * min(len(table), drivers.MOST), laid_out=False)
    drivers.signpost_skill(table, figure.add_subplot(), labels=names)
    frame(figure, title, which_run(source.results), NOTE)
    return figure
