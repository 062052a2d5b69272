"""How to make the same episodes and the same page again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from wargame.report.html.blocks import Block, Command, Details, Paragraph, Section, Table
from wargame.report.html.subject import Subject
from wargame.report.html.words import n_of

__all__ = ["reproducing"]


def reproducing(subject: Subject) -> Section | None:
    """Command, digests and versions."""
    return Section(name="again", title="How to make it again", blocks=list(_blocks(subject)))


def _blocks(subject: Subject) -> Iterator[Block]:
    yield Command(says="The same episodes, on any machine:", lines=[*subject.command])
    rows = [[arm.title, *_digest(subject, name)] for name, arm in subject.arms.items()]
    yield Table(
        caption="What came out: equal digests mean equal episodes",
        columns=["Played", "Episodes", "Seed", "Digest (SHA-256)"],
        rows=rows,
        words=frozenset({0, 3}),
    )
    text = subject.scenario.source.text
    facts = {
        "Scenario": f"{subject.scenario.name}, from {subject.scenario.file}",
        "Scenario text (SHA-256)": hashlib.sha256(text.encode()).hexdigest(),
        **dict(subject.versions),
    }
    yield Table(
        caption="With what it was played",
        columns=["What", "Which"],
        rows=[[name, value] for name, value in facts.items()],
        words=frozenset({0, 1}),
    )
    if subject.points is not None and subject.points.folder:
        size = f"{n_of(len(subject.points), 'point')} of {n_of(subject.points.episodes, 'episode')}"
        yield Paragraph(
            text=f"The range over what is not known is from the sweep in {subject.points.folder}: {size}."
        )
    for warning in subject.scenario.warnings:
        yield Paragraph(text=warning, tone="warning")
    yield Details(
        summary="Words on this page",
        blocks=[
            Table(
                caption="What the words mean",
                columns=["Word", "Meaning"],
                rows=[list(pair) for pair in WORDS.items()],
                words=frozenset({0, 1}),
            )
        ],
    )


WORDS = {
    "Episode": "One play of the game, from its start to its end.",
    "Turn": "One step of the game, in which every actor chooses once.",
    "Ending": "How an episode ended: exactly one of the endings that the scenario lists.",
    "Over what is not known": "How far a share moves when the numbers that nobody can measure are drawn from the "
    "ranges that the scenario states: nine draws in ten, with chance taken out.",
    "Chance, 95 % interval": "What is left open by having played only so many episodes. More episodes narrow it; "
    "they do not make the assumptions truer.",
    "Point (of a difference)": "One hundredth of all episodes: from 4 % to 6 % is 2 points.",
    "Judgement": "A number that somebody chose for a stated reason, because there is no source that measures it.",
}


def _digest(subject: Subject, name: str) -> list[str]:
    arm = subject.arms[name]
    if arm.results is not None:
        return [f"{len(arm.results):,}", str(subject.seed), arm.results.digest]
    assert arm.sweep is not None
    return [f"{arm.sweep.outcomes.size:,}", str(subject.seed), arm.sweep.digest]
