"""Whether strategy and mechanisms matter: the verdicts of knock-outs, and the distance of null players."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.experiment.display import percent
from wargame.report.html.blocks import Block, Paragraph, Section, Table
from wargame.report.html.reading_arms import NULL_PLAYERS
from wargame.report.html.subject import Subject
from wargame.report.html.words import thing
from wargame.report.wording import number

__all__ = ["strategy"]


def strategy(subject: Subject) -> Section | None:
    """The tables of `wargame knockouts` and `wargame null-players`; None for any other experiment."""
    found = subject.found
    if found is None:
        return None
    if any(arm.moves for arm in found.experiment.arms.values()):
        blocks = list(_knockouts(subject))
        return Section(name="strategy", title="Does each mechanism do what it is there for?", blocks=blocks)
    if found.experiment.source.file == NULL_PLAYERS:
        return Section(name="strategy", title="Does strategy matter?", blocks=list(_null_players(subject)))
    return None


def _knockouts(subject: Subject) -> Iterator[Block]:
    from wargame.experiment.knockouts import knockout_table

    assert subject.found is not None
    table = knockout_table(subject.found)
    rows = []
    for row in table.to_dict("records"):
        ends = f"{number(float(row['low']))} to {number(float(row['high']))}"
        name = thing(subject.scenario, str(row["kind"]), str(row["name"]))
        change = number(float(row["difference"]))
        rows.append(
            [subject.arms[str(row["arm"])].title, name, str(row["stated"]), change, ends, str(row["verdict"])]
        )
    count = int((table["verdict"] == "as stated").sum())
    yield Paragraph(
        text=f"Each mechanism is switched off in turn. What that should do was written down before: {count} of "
        f"{len(table)} statements are borne out beyond chance."
    )
    yield Table(
        caption="What switching it off should move, and what it moved",
        columns=["Switched off", "What it should move", "Which way", "Change", _level(subject), "Verdict"],
        rows=rows,
        words=frozenset({0, 1, 2, 5}),
    )


def _null_players(subject: Subject) -> Iterator[Block]:
    from wargame.experiment.null_players import null_player_table

    assert subject.found is not None
    table = null_player_table(subject.found)
    ranged = "range_low" in table
    rows = []
    for row in table.to_dict("records"):
        over = [_ends(float(row["range_low"]), float(row["range_high"]))] if ranged else []
        ends = _ends(float(row["low"]), float(row["high"]))
        rows.append([subject.arms[str(row["arm"])].title, *over, percent(float(row["distance"])), ends])
    yield Paragraph(
        text="Each actor in turn is replaced by one that does not think: it draws among its policies, or does the same "
        "throughout. If the endings hardly move, they are chance's and not strategy's. The distance is how much of all "
        "episodes would have to end otherwise for the shares to agree."
    )
    yield Table(
        caption=f"How far the endings are from those with “{subject.base.title}”",
        columns=["Instead", *(["Over what is not known"] if ranged else []), "Distance", _level(subject)],
        rows=rows,
    )


def _ends(low: float, high: float) -> str:
    return f"{percent(low)} to {percent(high)}"


def _level(subject: Subject) -> str:
    return f"{100 * subject.level:.4g} % interval"
