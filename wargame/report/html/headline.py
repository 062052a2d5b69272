"""The first screen: the question, the answer with its range, the arms, what switches and what is at stake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.blocks import Bar, Bars, Block, Paragraph, Table
from wargame.report.html.numbers import interval, points, points_interval
from wargame.report.html.subject import Arm, Subject
from wargame.report.html.unknown import how_to_sample, movers
from wargame.report.html.words import n_of, thing
from wargame.report.wording import listed, short, steps

__all__ = ["Headline", "headline"]

COLUMNS = 3
"""So many outcomes stand beside the arms on the first screen."""
STAYING = 2
"""So many outcomes that do not move are named."""


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
        answer=[*(_compared(subject) if several else _ended(subject))],
        main=[_arms(subject)] if several else [_shares(subject)],
        cards=[card for card in (_played(subject), _switches(subject), _stake(subject)) if card is not None],
        unknown=list(_unknown(subject)),
    )


# ---- one run -------------------------------------------------------------------------------------


def _ended(subject: Subject) -> Iterator[str]:
    """How a run ended, the most frequent outcome first."""
    arm, scenario = subject.base, subject.scenario
    rows = [(name, subject.value(arm.name, "outcome", name)) for name in scenario.outcomes]
    if not arm.completed:
        yield "No episode could be finished, so there is no answer."
        return
    name, row = max(rows, key=lambda pair: float(pair[1]["value"]))
    title = Markup("<strong>{}</strong>").format(thing(scenario, "outcome", name))
    yield Markup("Most often: {}, in <strong>{}</strong> of all episodes{}.").format(
        title, percent(float(row["value"])), _range_in_words(subject, name)
    )
    worst = [(one, found) for one, found in rows if scenario.outcomes[one].terminal and one != name]
    if worst:
        said = [
            Markup("{} {}{}").format(
                thing(scenario, "outcome", one), percent(float(found["value"])), _range_in_words(subject, one)
            )
            for one, found in worst
        ]
        yield Markup("Endings that stop the game at once: {}.").format(Markup("; ").join(said))


def _range_in_words(subject: Subject, outcome: str) -> str:
    spread = subject.points.spread if subject.points is not None else None
    if spread is None:
        return ""
    row = spread[(spread["kind"] == "outcome") & (spread["name"] == outcome)].iloc[0]
    return f" ({interval(float(row['range_low']), float(row['range_high']))} over what is not known)"


def _shares(subject: Subject) -> Bars:
    arm, points_ = subject.base, subject.points
    bars = []
    for name in subject.outcomes:
        row = subject.value(arm.name, "outcome", name)
        low = high = None
        if points_ is not None:
            spread = points_.spread
            found = spread[(spread["kind"] == "outcome") & (spread["name"] == name)].iloc[0]
            low, high = float(found["range_low"]), float(found["range_high"])
        bars.append(
            Bar(
                label=thing(subject.scenario, "outcome", name),
                value=float(row["value"]),
                low=float(row["low"]),
                high=float(row["high"]),
                range_low=low,
                range_high=high,
            )
        )
    return Bars(caption="How the episodes ended", bars=bars)


# ---- several arms --------------------------------------------------------------------------------


def _compared(subject: Subject) -> Iterator[str]:
    """What the arm that changes most changes, and what no arm moves."""
    comparison, arm = subject.comparison, subject.focus
    assert comparison is not None
    base = subject.base
    pairs, switched = comparison.pairs[arm.name], comparison.switched(arm.name)
    if not switched:
        yield Markup("<strong>Nothing.</strong> No episode of {} ends otherwise.").format(f"{pairs:,}")
        return
    leading = Markup("“{}” changes how <strong>{}</strong> of all episodes end").format(
        arm.title, percent(switched / pairs)
    )
    yield Markup("{}, compared with “{}”.").format(leading, base.title)
    moved = _moved(subject, [arm])
    if moved:
        yield Markup("{}.").format(Markup("; ").join(_shift(subject, arm, name) for name in moved[:2]))
    still = [name for name in subject.outcomes if subject.scenario.outcomes[name].terminal]
    still = [name for name in still if not _moved_by(subject, subject.others, name)]
    if still:
        names = listed([thing(subject.scenario, "outcome", name) for name in still[:STAYING]])
        yield Markup("Not moved beyond chance: {}.").format(names)


def _shift(subject: Subject, arm: Arm, outcome: str) -> Markup:
    """One outcome, from the baseline to the arm; the range over what is not known before chance."""
    row = subject.difference(arm.name, "outcome", outcome)
    shift = Markup("{} goes from {} to <strong>{}</strong>").format(
        thing(subject.scenario, "outcome", outcome),
        percent(float(row["baseline"])),
        percent(float(row["value"])),
    )
    chance = points_interval(float(row["low"]), float(row["high"]))
    if "range_low" in row:
        over = points_interval(float(row["range_low"]), float(row["range_high"]))
        return Markup("{} ({} points over what is not known; {} for the mean)").format(shift, over, chance)
    return Markup("{} ({} points; chance leaves {})").format(shift, points(float(row["difference"])), chance)


def _moved_by(subject: Subject, arms: Sequence[Arm], outcome: str) -> float:
    """By how much the arms move an outcome at most; 0 where chance may have done it."""
    moved = 0.0
    for arm in arms:
        row = subject.difference(arm.name, "outcome", outcome)
        if float(row["low"]) > 0 or float(row["high"]) < 0:
            moved = max(moved, abs(float(row["difference"])))
    return moved


def _moved(subject: Subject, arms: Sequence[Arm]) -> list[str]:
    """The outcomes that the arms move beyond chance, the most moved first."""
    sizes = {name: _moved_by(subject, arms, name) for name in subject.outcomes}
    return sorted((name for name in sizes if sizes[name]), key=lambda name: -sizes[name])


def _arms(subject: Subject) -> Table:
    """The arms, with the outcomes that they move most."""
    comparison = subject.comparison
    assert comparison is not None
    names = _moved(subject, subject.others)[:COLUMNS] or subject.outcomes[:COLUMNS]
    titles = [thing(subject.scenario, "outcome", name) for name in names]
    rows = []
    for arm in subject.arms.values():
        cells = [_cell(subject, arm, name) for name in names]
        if arm.name == subject.baseline:
            rows.append([f"{arm.title} (compared with)", "–", *cells])
        else:
            switched = comparison.switched(arm.name) / max(comparison.pairs[arm.name], 1)
            rows.append([arm.title, percent(switched), *cells])
    return Table(
        caption="The choices, and the endings they move most: share of all episodes, and under it "
        + ("the range over what is not known" if subject.points is not None else "what chance leaves open"),
        columns=["Choice", "Ends otherwise", *titles],
        rows=rows,
    )


def _cell(subject: Subject, arm: Arm, outcome: str) -> str:
    """A share, and under it the range over what is not known, or else what chance leaves open."""
    row = subject.value(arm.name, "outcome", outcome)
    ends = ("range_low", "range_high") if "range_low" in row else ("low", "high")
    low, high = (100 * float(row[end]) for end in ends)
    places = 1 if high < 10 else 0
    under = f"{low:.{places}f}–{high:.{places}f}" if low == low else "–"
    return Markup('{}<br><span class="small">{}</span>').format(percent(float(row["value"])), under)


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
    told = [
        f"{thing(subject.scenario, 'outcome', str(row['from']))} → {thing(subject.scenario, 'outcome', str(row['to']))} "
        f"({percent(float(row['share']))})"
        for row in rows
    ]
    text = f"Same luck, other ending. With “{arm.title}” most often: {'; '.join(told)}."
    return "What switches", [Paragraph(text=text)]


def _stake(subject: Subject) -> tuple[str, Sequence[Block]] | None:
    """How often the game ends at once, in the baseline and where it does so most and least often."""
    names = [name for name, outcome in subject.scenario.outcomes.items() if outcome.terminal]
    if not names or not subject.base.completed:
        return None
    titles = listed([short(subject.scenario.outcomes[name].title) for name in names], "or")
    shares = {
        arm.name: sum(float(subject.value(arm.name, "outcome", name)["value"]) for name in names)
        for arm in subject.arms.values()
    }
    base = shares[subject.baseline]
    odds = f"about 1 episode in {round(1 / base):,}" if base > 0 else "no episode"
    text = f"{titles}: {percent(base)}, {odds}"
    if len(shares) > 1:
        least, most = min(shares.values()), max(shares.values())
        text += f", with “{subject.base.title}”; {percent(least)} to {percent(most)} over the choices"
    return "What is at stake", [Paragraph(text=f"{text}.")]


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
