"""What happened: how the episodes ended, the world over time, and what the actors did."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.experiment.display import percent
from wargame.report.html.blocks import Block, Details, Paragraph, Section, Table
from wargame.report.html.numbers import interval
from wargame.report.html.pictures import incidence_picture, policies_picture, trajectories_picture
from wargame.report.html.subject import Arm, Subject
from wargame.report.html.words import n_of, thing, unit_of
from wargame.report.wording import number

__all__ = ["happened"]


def happened(subject: Subject) -> Section | None:
    """The figures; None where no episode was kept as such, as at the points of a design."""
    blocks = list(_blocks(subject))
    return Section(name="happened", title="What happened", blocks=blocks) if blocks else None


def _blocks(subject: Subject) -> Iterator[Block]:
    arm = subject.focus
    results = arm.results
    if results is None or not results.completed:
        return
    if subject.comparison is not None:
        yield Paragraph(
            text=f"This part shows the episodes of “{arm.title}”, the choice that changes most endings."
        )
    else:
        yield _outcomes(subject, arm)
    if _ends_early(subject, arm) and results.keeps_episodes:
        yield incidence_picture(subject, arm)
    if results.layout.variables:
        yield trajectories_picture(subject, arm)
        running = int(results.trajectories["running"].iloc[-1])
        whole = f"{running:,} of {n_of(results.completed, 'episode')}"
        yield Paragraph(
            text=f"After an episode has ended its last values stay; {whole} played to the last turn. "
            "Bands hold episodes: they show luck, not how well something is known.",
            tone="note",
        )
    for actor in results.layout.actors:
        yield policies_picture(subject, arm, actor)
    if subject.comparison is None:
        table = _metrics(subject, arm)
        if table is not None:
            yield Details(summary="All that was measured", blocks=[table])


def _ends_early(subject: Subject, arm: Arm) -> bool:
    """Whether any episode ended before the last turn."""
    early = [name for name, outcome in subject.scenario.outcomes.items() if outcome.terminal]
    return any(float(subject.value(arm.name, "outcome", name)["value"]) > 0 for name in early)


def _outcomes(subject: Subject, arm: Arm) -> Table:
    """The table behind the bars of the first screen."""
    sample = subject.points
    rows = []
    for name, outcome in subject.scenario.outcomes.items():
        row = subject.value(arm.name, "outcome", name)
        over = []
        if sample is not None:
            found = sample.row("outcome", name)
            over = [interval(float(found["range_low"]), float(found["range_high"]))]
        count = round(float(row["value"]) * arm.completed) if arm.completed else 0
        ends = interval(float(row["low"]), float(row["high"]))
        when = "at once" if outcome.terminal else "at the last turn"
        title = thing(subject.scenario, "outcome", name)
        rows.append([title, *over, percent(float(row["value"])), ends, f"{count:,}", when])
    over = ["Over what is not known"] if sample is not None else []
    return Table(
        caption=f"How {n_of(arm.completed, 'episode')} ended",
        columns=["Ending", *over, "Share", "95 % interval (chance alone)", "Episodes", "It counts"],
        rows=rows,
        words=frozenset({0, 4 + len(over)}),
    )


def _metrics(subject: Subject, arm: Arm) -> Table | None:
    rows = []
    for name in subject.scenario.metrics:
        row = subject.value(arm.name, "metric", name)
        low, high = float(row["low"]), float(row["high"])
        ends = f"{number(low)} to {number(high)}" if low == low else "–"
        title, unit = thing(subject.scenario, "metric", name), unit_of(subject.scenario, "metric", name)
        rows.append([title, number(float(row["value"])), ends, f"{int(row['n']):,}", unit or "–"])
    if not rows:
        return None
    return Table(
        caption="Means over the episodes in which there is something to measure",
        columns=["Measure", "Mean", "95 % interval (chance alone)", "Episodes", "Unit"],
        rows=rows,
        words=frozenset({0, 4}),
    )
