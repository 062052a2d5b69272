"""What is at stake for whom: what each actor gets from each ending, and what the choices change for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wargame.report.html.blocks import Block, Paragraph, Section, Table
from wargame.report.html.subject import Subject
from wargame.report.html.words import thing
from wargame.report.wording import listed, number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["stakes"]

FEWEST = 10
"""A rarer ending has no mean worth showing."""


def stakes(subject: Subject) -> Section | None:
    """What each ending is worth to each actor; None where nobody wants anything."""
    wanting = [name for name, actor in subject.scenario.actors.items() if actor.utility]
    if not wanting:
        return None
    blocks = [*_endings(subject, wanting), *_differences(subject, wanting)]
    return Section(name="stakes", title="What is at stake, and for whom", blocks=blocks) if blocks else None


def _endings(subject: Subject, wanting: list[str]) -> Iterator[Block]:
    """What the endings of the last turn are worth: an episode that ends earlier has fewer turns to add up."""
    results = subject.base.results
    if results is None or not results.keeps_episodes or not results.completed:
        return
    table = results.columns("outcome", *(f"payoff.{name}" for name in wanting))
    grouped = table.groupby("outcome", observed=False)
    means, counts = grouped.mean(), grouped.size()
    outcomes = subject.scenario.outcomes
    kept = [name for name in outcomes if counts[name] >= FEWEST and not outcomes[name].terminal]
    if len(kept) < 2:
        return
    actors = subject.scenario.actors
    said = []
    for name in wanting:
        column = means.loc[kept, f"payoff.{name}"]
        best, worst = (
            thing(subject.scenario, "outcome", str(end)) for end in (column.idxmax(), column.idxmin())
        )
        said.append(f"{actors[name].title} does best with “{best}” and worst with “{worst}”")
    yield Paragraph(text=f"Where the game is played to the end, {'; '.join(said)}.")
    yield _table(subject, wanting, means, counts, kept)
    early = [thing(subject.scenario, "outcome", name) for name in outcomes if outcomes[name].terminal]
    left = f" {listed(early)} end the game at once: what they cost lies beyond its points." if early else ""
    yield Paragraph(
        text=f"Points are an actor's own: compare down a column, never across.{left}",
        tone="note",
    )


def _table(
    subject: Subject, wanting: list[str], means: pd.DataFrame, counts: pd.Series, kept: list[str]
) -> Table:
    rows = [
        [
            thing(subject.scenario, "outcome", name),
            *(number(float(means[f"payoff.{actor}"][name])) for actor in wanting),
            f"{int(counts[name]):,}",
        ]
        for name in kept
    ]
    with_base = f", with “{subject.base.title}”" if subject.comparison is not None else ""
    return Table(
        caption=f"Mean points of each actor by ending{with_base}",
        columns=["Ending", *(subject.scenario.actors[name].title for name in wanting), "Episodes"],
        rows=rows,
    )


def _differences(subject: Subject, wanting: list[str]) -> Iterator[Block]:
    """What the choices change for each actor, on average over all endings."""
    if subject.comparison is None or not subject.others:
        return
    rows = []
    for arm in subject.others:
        cells = []
        for name in wanting:
            row = subject.difference(arm.name, "payoff", name)
            low, high = float(row["low"]), float(row["high"])
            ends = f" ({number(low)} to {number(high)})" if low == low else ""
            cells.append(f"{number(float(row['difference']))}{ends}")
        rows.append([arm.title, *cells])
    yield Table(
        caption=f"What each choice is worth to each actor, compared with “{subject.base.title}” "
        f"(points, with {100 * subject.level:.4g} % intervals)",
        columns=["Choice", *(subject.scenario.actors[name].title for name in wanting)],
        rows=rows,
    )
