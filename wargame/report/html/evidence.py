"""Which numbers are judgement, and how much of the result rests on them."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.blocks import Block, Details, Paragraph, Section, Table
from wargame.report.html.driving import of_parameter
from wargame.report.html.numbers import interval
from wargame.report.html.subject import Subject
from wargame.report.html.unknown import clear, how_to_sample
from wargame.report.html.words import n_of, thing
from wargame.report.wording import listed
from wargame.scenario.evidence import Audit, Basis, Entry, audit

__all__ = ["evidence"]


def evidence(subject: Subject) -> Section | None:
    """What the scenario's numbers rest on; None for a scenario without numbers."""
    found = audit(subject.scenario)
    if not found.numbers:
        return None
    return Section(name="evidence", title="Which numbers are judgement", blocks=list(_blocks(subject, found)))


def _blocks(subject: Subject, found: Audit) -> Iterator[Block]:
    total = len(found.numbers)
    judged, sourced, bare = (found.count(basis) for basis in (Basis.JUDGEMENT, Basis.SOURCE, Basis.NONE))
    judgements = "is a judgement" if judged == 1 else "are judgements"
    said = f"Of {n_of(total, 'number')} in the scenario, {judged} {judgements}"
    none = f", and {bare} {'rests' if bare == 1 else 'rest'} on nothing that is stated" if bare else ""
    yield Paragraph(
        text=f"{said}, {sourced} {'has a source' if sourced == 1 else 'have a source'}{none}. {_ranges(found)}"
    )
    yield from _how_much(subject)
    for basis, title in (
        (Basis.NONE, "Numbers that rest on nothing stated"),
        (Basis.JUDGEMENT, "Numbers that are judgement"),
        (Basis.SOURCE, "Numbers that have a source"),
    ):
        entries = [entry for entry in found.numbers if entry.basis is basis]
        if entries:
            yield Details(summary=f"{title} ({len(entries)})", blocks=[_table(subject, title, entries)])


def _ranges(found: Audit) -> str:
    ranged = found.with_range
    if not ranged:
        return "None has a range, so nobody can say how far the result would move if they were otherwise."
    if ranged == 1:
        return "One has a range, which says how far off it may be."
    return f"{ranged} have a range, which says how far off they may be."


def _how_much(subject: Subject) -> Iterator[Block]:
    """How much of the result rests on judgement, as far as what was sampled tells."""
    if not subject.drivers:
        yield Paragraph(
            text=Markup(
                "How much of the result rests on them is not known from these episodes. It takes a sample of what is "
                'not known: <a href="#drivers">how to make one</a>.'
            )
            if how_to_sample(subject) is not None
            else "How much of the result rests on them is not known: no number has a range to draw it from.",
            tone="warning",
        )
        return
    leaders: dict[str, list[str]] = {}
    for outcome, table in subject.drivers.items():
        rows = clear(table)
        if len(rows):
            label, basis = of_parameter(subject, str(rows["parameter"].iloc[0]))
            leaders.setdefault(basis, []).append(f"{thing(subject.scenario, 'outcome', outcome)} (“{label}”)")
    moved = sum(len(names) for names in leaders.values())
    resting = leaders.get("judgement", []) + leaders.get("nothing stated", [])
    if moved:
        on = f": {listed(resting)}" if resting else ""
        yield Paragraph(
            text=f"Of the {n_of(moved, 'ending')} that single numbers move beyond chance, {len(resting)} "
            f"{'is' if len(resting) == 1 else 'are'} moved most by a judgement{on}."
        )
    if subject.points is not None:
        yield _variance(subject)


def _variance(subject: Subject) -> Table:
    assert subject.points is not None
    rows = []
    for name in subject.outcomes:
        row = subject.points.row("outcome", name)
        share = percent(float(row["share"]))
        rows.append(
            [
                thing(subject.scenario, "outcome", name),
                interval(float(row["range_low"]), float(row["range_high"])),
                share,
                interval(float(row["share_low"]), float(row["share_high"])),
            ]
        )
    return Table(
        caption="Not knowing and luck: of what differs from episode to episode, the part that comes from not knowing "
        f"the numbers, over {n_of(len(subject.points), 'point')} of the sample (the rest is luck)",
        columns=["Ending", "Over what is not known", "From not knowing", "95 % interval"],
        rows=rows,
    )


def _table(subject: Subject, title: str, entries: list[Entry]) -> Table:
    rows = []
    for entry in entries:
        parameter = subject.scenario.parameters.get(entry.name) if entry.kind == "parameter" else None
        value = parameter.value.text if parameter is not None else "–"
        unit = f" {parameter.unit}" if parameter is not None and parameter.unit else ""
        rows.append([entry.title, f"{value}{unit}", "yes" if entry.has_range else "no", entry.text or "–"])
    return Table(
        caption=title,
        columns=["Number", "Value", "Range", "What it rests on"],
        rows=rows,
        words=frozenset({0, 1, 2, 3}),
    )
