"""The choices compared: what each arm does, what it changes against the baseline, and which endings it exchanges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.blocks import Block, Details, Listing, Paragraph, Section, Table
from wargame.report.html.numbers import interval, points, points_interval
from wargame.report.html.pictures import differences_picture
from wargame.report.html.subject import Arm, Subject
from wargame.report.html.words import changes_in_words, n_of, thing, unit_of
from wargame.report.wording import number

__all__ = ["choices"]

METRICS = 8
"""Where nobody has chosen what is shown: so many metrics, those that are moved most clearly."""
SWITCHES = 12


def choices(subject: Subject) -> Section | None:
    """The arms of an experiment, or the two runs; None for one run."""
    if subject.comparison is None:
        return None
    return Section(name="choices", title="The choices compared", blocks=list(_blocks(subject)))


def _blocks(subject: Subject) -> Iterator[Block]:
    if subject.hypothesis:
        yield Paragraph(text=f"Expected, and written down before anything was played: {subject.hypothesis}")
    yield Listing(items=[_arm_in_words(subject, arm) for arm in subject.arms.values()])
    yield Paragraph(
        text="Every choice meets the same luck, episode by episode. So a difference is the choice's own, and its "
        "interval is narrower than that of two separate runs.",
        tone="note",
    )
    yield differences_picture(subject)
    for arm in subject.others:
        blocks = [*_differences(subject, arm), *_switches(subject, arm)]
        focus = arm.name == subject.focus.name
        yield Details(summary=f"“{arm.title}” in numbers", blocks=blocks, unfolded=focus, printed=True)


def _arm_in_words(subject: Subject, arm: Arm) -> str:
    words = changes_in_words(subject.scenario, arm.orders, arm.changes)
    told = "; ".join(words) if words else "nothing is changed"
    base = " (the others are compared with it)" if arm.name == subject.baseline else ""
    same = f": {told}" if told != arm.title else ""
    note = f" {arm.description}" if arm.description else ""
    return Markup("<strong>{}</strong>{}{}.{}").format(arm.title, base, same, note)


def _differences(subject: Subject, arm: Arm) -> Iterator[Block]:
    ranged = arm.name in subject.ranges
    over = ["Over what is not known"] if ranged else []
    rows = []
    for name in subject.outcomes:
        row = subject.difference(arm.name, "outcome", name)
        ends = [points_interval(float(row["range_low"]), float(row["range_high"]))] if ranged else []
        rows.append(
            [
                thing(subject.scenario, "outcome", name),
                *ends,
                points(float(row["difference"])),
                points_interval(float(row["low"]), float(row["high"])),
                percent(float(row["baseline"])),
                percent(float(row["value"])),
            ]
        )
    level = f"{100 * subject.level:.4g} % interval"
    yield Table(
        caption=f"How often each ending comes, compared with “{subject.base.title}” (difference in percentage points)",
        columns=["Ending", *over, "Difference", level, "Before", "With it"],
        rows=rows,
    )
    metrics = _metrics(subject, arm)
    if metrics:
        yield Table(
            caption="What else it moves (means over all episodes)",
            columns=["Measure", "Difference", level, "Before", "With it", "Unit"],
            rows=metrics,
            words=frozenset({0, 5}),
        )


def _metrics(subject: Subject, arm: Arm) -> list[list[str]]:
    rows = []
    for name in _metric_names(subject, arm):
        row = subject.difference(arm.name, "metric", name)
        cells = [number(float(row[key])) for key in ("difference", "low", "high", "baseline", "value")]
        ends = f"{cells[1]} to {cells[2]}" if cells[1] != "–" else "–"
        title, unit = thing(subject.scenario, "metric", name), unit_of(subject.scenario, "metric", name)
        rows.append([title, cells[0], ends, cells[3], cells[4], unit or "–"])
    return rows


def _metric_names(subject: Subject, arm: Arm) -> list[str]:
    """The metrics that the question is about, or those whose difference is clearest beside its interval."""
    scenario = subject.scenario
    asked = [name for name in subject.shown if name in scenario.metrics and name not in scenario.outcomes]
    if asked or subject.shown or subject.comparison is None:
        return asked
    table = subject.comparison.differences
    table = table[(table["arm"] == arm.name) & (table["kind"] == "metric")].dropna(subset=["low", "high"])
    table = table[(table["low"] > 0) | (table["high"] < 0)]
    clear = (table["difference"].abs() / (table["high"] - table["low"])).sort_values(
        ascending=False, kind="stable"
    )
    return [str(name) for name in table.loc[clear.index[:METRICS], "name"]]


def _switches(subject: Subject, arm: Arm) -> Iterator[Block]:
    comparison = subject.comparison
    assert comparison is not None
    pairs, switched = comparison.pairs[arm.name], comparison.switched(arm.name)
    yield Paragraph(text=_switched_in_words(subject, pairs, switched))
    table = comparison.switches
    rows = table[table["arm"] == arm.name].head(SWITCHES).to_dict("records")
    if rows:
        yield Table(
            caption=f"Which endings are exchanged: the same luck, before and with “{arm.title}”",
            columns=["Ending before", "Ending with it", "Episodes", "Share"],
            rows=[_switch(subject, row) for row in rows],
            words=frozenset({0, 1}),
        )


def _switched_in_words(subject: Subject, pairs: int, switched: int) -> str:
    from wargame.experiment.intervals import share_interval

    if not pairs:
        return "No episode was finished in both."
    ends = ""
    if not subject.ranges:
        ends = f" ({interval(*share_interval(switched, pairs, subject.level))} by chance)"
    return f"Of {n_of(pairs, 'episode')}, {switched:,} end otherwise: {percent(switched / pairs)}{ends}."


def _switch(subject: Subject, row: dict[object, object]) -> Sequence[str]:
    ends = [thing(subject.scenario, "outcome", str(row[key])) for key in ("from", "to")]
    return [*ends, f"{row['n']:,}", percent(float(str(row["share"])))]
