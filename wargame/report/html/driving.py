"""What drives the result: the unknown numbers that move each ending most, where they were sampled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from wargame.experiment.display import percent
from wargame.report.html.blocks import Block, Details, Paragraph, Section, Table
from wargame.report.html.numbers import points_interval
from wargame.report.html.subject import Subject
from wargame.report.html.unknown import clear, how_to_sample, sampled_parameters
from wargame.report.html.words import capitalised, n_of, plain, thing
from wargame.report.wording import label_of
from wargame.scenario.evidence import Basis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["driving", "of_parameter"]

MOST = 8
"""So many numbers are listed for each ending."""


def driving(subject: Subject) -> Section | None:
    """The numbers that move the endings; None where there is nothing that is not known."""
    blocks = list(_blocks(subject))
    return Section(name="drivers", title="What drives the result", blocks=blocks) if blocks else None


def _blocks(subject: Subject) -> Iterator[Block]:
    tables = subject.drivers
    if not tables:
        yield from _nothing_sampled(subject)
        return
    names = sampled_parameters(subject)
    unit = "points of the sample" if subject.points is not None else "episodes"
    first = next(iter(tables.values()))
    sizes = f"about {round(first.attrs['n'] / 5):,} {unit} at either end"
    drawn = f"{n_of(len(names), 'number')} {'was' if len(names) == 1 else 'were'} drawn"
    yield Paragraph(
        text=f"{drawn} from the ranges that the scenario states. The table shows, for each ending, the number that "
        "moves it most: how often the ending comes where the number is in its lowest fifth, and where in its highest."
    )
    yield _leaders(subject)
    yield Paragraph(
        text=f"Everything else varies as it does ({sizes}). A number is named only if its difference is beyond chance, "
        "with all numbers of the table taken into account. What was not given a range cannot show up here.",
        tone="note",
    )
    for name, table in tables.items():
        rows = clear(table)
        if len(rows) > 1:
            title = thing(subject.scenario, "outcome", name)
            yield Details(summary=f"{title}: the numbers that move it", blocks=[_all(subject, title, rows)])
    command = how_to_sample(subject)
    if subject.points is None and command is not None:
        yield command


def _nothing_sampled(subject: Subject) -> Iterator[Block]:
    command = how_to_sample(subject)
    if command is None:
        return
    if subject.comparison is not None:
        yield Paragraph(
            text="Between the choices nothing differs but the choices: all else was held alike, luck included. Their "
            "differences are above."
        )
    cannot = (
        "from so few episodes, or from a run that kept none"
        if subject.uncertain
        else "from these episodes: every assumption was held at one value"
    )
    yield Paragraph(text=f"Which of the assumptions drive the result cannot be told {cannot}.")
    yield command


def _leaders(subject: Subject) -> Table:
    rows = []
    for name, table in subject.drivers.items():
        found = clear(table)
        title = thing(subject.scenario, "outcome", name)
        if found.empty:
            rows.append([title, "none beyond chance", "–", "–", "–"])
            continue
        row = {str(key): cell for key, cell in found.iloc[0].to_dict().items()}
        label, basis = of_parameter(subject, str(row["parameter"]))
        rows.append([title, label, percent(float(row["at_low"])), percent(float(row["at_high"])), basis])
    return Table(
        caption="The number that moves each ending most",
        columns=["Ending", "Moved most by", "In its lowest fifth", "In its highest fifth", "It rests on"],
        rows=rows,
        words=frozenset({0, 1, 4}),
    )


def _all(subject: Subject, title: str, table: pd.DataFrame) -> Table:
    rows = []
    for row in table.head(MOST).to_dict("records"):
        label, basis = of_parameter(subject, str(row["parameter"]))
        ends = points_interval(float(row["swing_low"]), float(row["swing_high"]))
        rows.append([label, percent(float(row["at_low"])), percent(float(row["at_high"])), ends, basis])
    more = f"; {len(table) - MOST} more are beyond chance" if len(table) > MOST else ""
    caption = f"{title}: its share by the fifths of single numbers; all intervals hold together at 95 %{more}"
    return Table(
        caption=caption,
        columns=[
            "Number",
            "In its lowest fifth",
            "In its highest fifth",
            "Difference (points)",
            "It rests on",
        ],
        rows=rows,
        words=frozenset({0, 4}),
    )


def of_parameter(subject: Subject, full_name: str) -> tuple[str, str]:
    """The label of a number by its full name, and what it rests on."""
    group, _, name = full_name.partition(".")
    things = subject.scenario.state if group == "state" else subject.scenario.parameters
    found = things.get(name)
    words = {Basis.SOURCE: "a source", Basis.JUDGEMENT: "judgement", Basis.NONE: "nothing stated"}
    basis = words[Basis.of(found)] if found is not None else "–"
    return capitalised(plain(label_of(subject.scenario, name))), basis
