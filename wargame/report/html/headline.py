"""The first screen: the question, the answer with its range, the arms, what switches and what is at stake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.answer import arms_table, compared, ended, shares_bars
from wargame.report.html.blocks import Block, Paragraph
from wargame.report.html.numbers import interval
from wargame.report.html.subject import Subject
from wargame.report.html.unknown import how_to_sample, movers
from wargame.report.html.words import n_of, thing
from wargame.report.wording import listed, short, steps

__all__ = ["Headline", "headline"]


@dataclass(frozen=True, kw_only=True)
class Headline:
    """The first screen: `answer` in sentences, `main` beside the `cards`, each of which has a title."""

    kicker: str
    question: str
    answer: Sequence[str]
    main: Sequence[Block]
    cards: Sequence[tuple[str, Sequence[Block]]]
    unknown: Sequence[Block]


def headline(subject: Subject) -> Headline:
    """Put the first screen together."""
    several = subject.comparison is not None
    return Headline(
        kicker=subject.scenario.title or subject.scenario.name,
        question=subject.question,
        answer=[*(compared(subject) if several else ended(subject))],
        main=[arms_table(subject) if several else shares_bars(subject)],
        cards=[card for card in (_played(subject), _switches(subject), _stake(subject)) if card is not None],
        unknown=list(_unknown(subject)),
    )


# ---- cards ---------------------------------------------------------------------------------------


def _played(subject: Subject) -> tuple[str, Sequence[Block]] | None:
    """What was played, and how often."""
    scenario, arm = subject.scenario, subject.base
    span = steps(scenario, scenario.horizon)
    size = n_of(arm.completed, "episode")
    each = " for each choice, with the same luck in each" if subject.comparison is not None else ""
    said = f"The game was played {size.replace(' episode', ' time')}{each}: {span} at most, by {_actors(subject)}."
    gloss = "One play from start to end is an episode."
    failed = sum(one.failed for one in subject.arms.values())
    lost = f" {n_of(failed, 'episode')} could not be finished and are left out." if failed else ""
    return "What was played", [Paragraph(text=f"{said} {gloss}{lost}")]


def _actors(subject: Subject) -> str:
    return listed([actor.title for actor in subject.scenario.actors.values()]) or "chance alone"


def _switches(subject: Subject) -> tuple[str, Sequence[Block]] | None:
    """Which endings the strongest arm exchanges, pair by pair."""
    comparison = subject.comparison
    if comparison is None:
        text = (
            "One way of playing switches nothing. Play it again with a change and the same seed, and compare: "
            "the same luck, another choice."
        )
        return "What switches", [Paragraph(text=text)]
    arm = subject.focus
    table = comparison.switches
    rows = table[table["arm"] == arm.name].head(2).to_dict("records")
    if not rows:
        return "What switches", [Paragraph(text="No ending.")]
    told = []
    for row in rows:
        before, after = (thing(subject.scenario, "outcome", str(row[end])) for end in ("from", "to"))
        told.append(f"{before} → {after} ({percent(float(row['share']))})")
    text = f"Same luck, other ending. With “{arm.title}” most often: {'; '.join(told)}."
    return "What switches", [Paragraph(text=text)]


def _stake(subject: Subject) -> tuple[str, Sequence[Block]] | None:
    """How often the game ends at once: over what is not known, in the baseline, and over the arms."""
    names = [name for name, outcome in subject.scenario.outcomes.items() if outcome.terminal]
    if not names or not subject.base.completed:
        return None
    titles = listed([short(subject.scenario.outcomes[name].title) for name in names], "or")
    shares = {
        arm.name: sum(float(subject.value(arm.name, "outcome", name)["value"]) for name in names)
        for arm in subject.arms.values()
    }
    base = shares[subject.baseline]
    over = _together(subject, names)
    odds = f"about 1 episode in {round(1 / base):,}" if base > 0 else "no episode"
    average = f"{over}; on average {percent(base)}" if over and len(shares) > 1 else over or percent(base)
    if over and len(shares) == 1:
        average += f"; {percent(base)} with every number as stated"
    text = f"{titles}: {average}, {odds}"
    if len(shares) > 1:
        least, most = min(shares.values()), max(shares.values())
        text += f", with “{subject.base.title}”. Over the choices: {percent(least)} to {percent(most)}"
    return "What is at stake", [Paragraph(text=f"{text}.")]


def _together(subject: Subject, names: Sequence[str]) -> str:
    """The range over what is not known of some endings together; empty where it is not known."""
    from wargame.analysis.nested import spread

    if subject.points is None:
        return ""
    table = subject.points.table
    table = table[(table["kind"] == "outcome") & table["name"].isin(names)]
    grouped = table.groupby("point")
    n, share = grouped["n"].first().to_numpy(), grouped["value"].sum().to_numpy()
    found = spread(n, share, share * (1 - share) * n / (n - 1))
    return f"{interval(found.range_low, found.range_high)} over what is not known"


# ---- what is not known ---------------------------------------------------------------------------


def _unknown(subject: Subject) -> Iterator[Block]:
    """Whether the range over what is not known is in the numbers, and what to do if it is not."""
    sample = subject.points
    if sample is not None:
        size = f"{len(sample):,} ways in which the world may be, {sample.episodes:,} episodes each"
        yield Paragraph(
            text=Markup(
                "<strong>The range over what is not known comes first:</strong> it holds nine in ten of {}. What "
                "the stated ranges leave out is not in it."
            ).format(size),
            tone="note",
        )
        return
    if subject.uncertain:
        text = Markup(
            "<strong>What is not known is mixed in:</strong> every episode drew the unknown numbers anew from their "
            "ranges, so a share averages over them{}. Its interval shows chance alone.{}"
        ).format(movers(subject), _how(subject))
        yield Paragraph(text=text, tone="warning")
    else:
        text = Markup(
            "<strong>What is not known is not in these numbers.</strong> Every assumption was held at one value. "
            "The intervals show chance alone: the error of having played {}.{}"
        ).format(n_of(subject.base.completed, "episode"), _how(subject))
        yield Paragraph(text=text, tone="warning")


def _how(subject: Subject) -> str:
    """Where on the page it is said how to get the range."""
    if how_to_sample(subject) is None:
        return ""
    return Markup(' <a href="#drivers">How to see the range</a>.')
