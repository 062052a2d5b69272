"""The answer in sentences and in numbers: how a run ended, or what the arms of an experiment change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from wargame.experiment.display import percent
from wargame.report.html.blocks import Bar, Bars, Table
from wargame.report.html.numbers import interval, points, points_interval
from wargame.report.html.subject import Arm, Subject
from wargame.report.html.words import thing
from wargame.report.wording import listed

__all__ = ["arms_table", "compared", "ended", "shares_bars"]

COLUMNS = 3
"""So many outcomes stand beside the arms on the first screen."""
ARMS = 5
"""So many arms are shown beside the baseline on the first screen."""
STAYING = 2
"""So many outcomes that do not move are named."""


# ---- one run -------------------------------------------------------------------------------------


def ended(subject: Subject) -> Iterator[str]:
    """How a run ended, the most frequent outcome first."""
    arm, scenario = subject.base, subject.scenario
    rows = [(name, subject.value(arm.name, "outcome", name)) for name in scenario.outcomes]
    if not arm.completed:
        yield "No episode could be finished, so there is no answer."
        return
    name, row = max(rows, key=lambda pair: float(pair[1]["value"]))
    title = Markup("<strong>{}</strong>").format(thing(scenario, "outcome", name))
    yield Markup("Most often: {}, in {}.").format(title, _share(subject, name, row, " of all episodes"))
    worst = [(one, found) for one, found in rows if scenario.outcomes[one].terminal and one != name]
    if worst:
        said = [
            Markup("{} {}").format(thing(scenario, "outcome", one), _share(subject, one, found))
            for one, found in worst
        ]
        yield Markup("Endings that stop the game at once: {}.").format(Markup("; ").join(said))


def _share(subject: Subject, outcome: str, row: Mapping[str, Any], of: str = "") -> Markup:
    """A share in words: where it is known, the range over what is not known comes first."""
    share = percent(float(row["value"]))
    if subject.points is None:
        return Markup("<strong>{}</strong>{}").format(share, of)
    found = subject.points.row("outcome", outcome)
    over = interval(float(found["range_low"]), float(found["range_high"]))
    return Markup("<strong>{}</strong>{} over what is not known ({} with every number as stated)").format(
        over, of, share
    )


def shares_bars(subject: Subject) -> Bars:
    """How often a run ended in which way."""
    arm, sample = subject.base, subject.points
    bars = []
    for name in subject.outcomes:
        row = subject.value(arm.name, "outcome", name)
        found = sample.row("outcome", name) if sample is not None else {}
        bars.append(
            Bar(
                label=thing(subject.scenario, "outcome", name),
                value=float(row["value"]),
                low=float(row["low"]),
                high=float(row["high"]),
                range_low=found.get("range_low"),
                range_high=found.get("range_high"),
            )
        )
    return Bars(caption="How the episodes ended", bars=bars)


# ---- several arms --------------------------------------------------------------------------------


def compared(subject: Subject) -> Iterator[str]:
    """What the arm that changes most changes, endings at once included, and which of these no arm moves."""
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
    outcomes = subject.scenario.outcomes
    at_once = [name for name in moved[2:] if outcomes[name].terminal]
    if moved:
        told = [*moved[:2], *at_once[:1]]
        yield Markup("{}.").format(Markup("; ").join(_shift(subject, arm, name) for name in told))
    still = [name for name in subject.outcomes if outcomes[name].terminal]
    still = [name for name in still if not _moved_by(subject, subject.others, name)]
    if still:
        names = listed([thing(subject.scenario, "outcome", name) for name in still[:STAYING]])
        yield Markup("Not moved beyond chance by any choice: {}.").format(names)


def _shift(subject: Subject, arm: Arm, outcome: str) -> Markup:
    """One outcome, from the baseline to the arm; the range over what is not known before chance."""
    row = subject.difference(arm.name, "outcome", outcome)
    title = thing(subject.scenario, "outcome", outcome)
    before, after = percent(float(row["baseline"])), percent(float(row["value"]))
    chance = points_interval(float(row["low"]), float(row["high"]))
    if "range_low" in row:
        over = points_interval(float(row["range_low"]), float(row["range_high"]))
        return Markup(
            "{}: <strong>{} points</strong> over what is not known (on average from {} to {}, a change of {})"
        ).format(title, over, before, after, chance)
    return Markup("{} goes from {} to <strong>{}</strong> ({} points; chance leaves {})").format(
        title, before, after, points(float(row["difference"])), chance
    )


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


def arms_table(subject: Subject) -> Table:
    """The arms, with the outcomes that they move most."""
    comparison = subject.comparison
    assert comparison is not None
    names = _moved(subject, subject.others)[:COLUMNS] or subject.outcomes[:COLUMNS]
    titles = [thing(subject.scenario, "outcome", name) for name in names]
    rows = []
    shown = _shown_arms(subject)
    for arm in shown:
        cells = [_cell(subject, arm, name) for name in names]
        if arm.name == subject.baseline:
            rows.append([f"{arm.title} (to compare with)", "–", *cells])
        else:
            switched = comparison.switched(arm.name) / max(comparison.pairs[arm.name], 1)
            rows.append([arm.title, percent(switched), *cells])
    return Table(
        caption="The choices, and the endings they move most: share of all episodes, and under it "
        + ("the range over what is not known" if subject.points is not None else "what chance leaves open")
        + (
            f" (the {ARMS} that change most of {len(subject.others)})"
            if len(shown) < len(subject.arms)
            else ""
        ),
        columns=["Choice", "Ends otherwise", *titles],
        rows=rows,
    )


def _shown_arms(subject: Subject) -> list[Arm]:
    """All arms, or of many the baseline and those in which most episodes end otherwise, in the order of the file."""
    comparison = subject.comparison
    assert comparison is not None
    most = sorted(subject.others, key=lambda arm: -comparison.switched(arm.name))[:ARMS]
    names = {subject.baseline, *(arm.name for arm in most)}
    return [arm for name, arm in subject.arms.items() if name in names]


def _cell(subject: Subject, arm: Arm, outcome: str) -> str:
    """A share, and under it the range over what is not known, or else what chance leaves open."""
    row = subject.value(arm.name, "outcome", outcome)
    ends = ("range_low", "range_high") if "range_low" in row else ("low", "high")
    low, high = (100 * float(row[end]) for end in ends)
    places = 1 if high < 10 else 0
    under = f"{low:.{places}f}–{high:.{places}f}" if low == low else "–"
    return Markup('{}<br><span class="small">{}</span>').format(percent(float(row["value"])), under)
