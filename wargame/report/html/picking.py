"""Which three episodes are told: a typical one, the best and the worst, by stated rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wargame.report.html.subject import Arm, Subject
from wargame.report.html.words import thing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Pick", "picks"]


FEWEST = 10
"""A rarer ending is neither the best nor the worst."""

WHICH = {
    "middle": "the one in the middle",
    "highest": "the one in which they do best",
    "lowest": "the one in which they do worst",
}


@dataclass(frozen=True, kw_only=True)
class Pick:
    """An episode to tell, and how it was chosen. `point` is that of the design, where there is one."""

    title: str
    how: str
    arm: str
    episode: int
    point: int | None = None


def picks(subject: Subject) -> list[Pick]:
    """The typical, the best and the worst episode of the arm in focus.

    Points of different actors cannot be compared, and an episode that ends early adds up fewer turns. So each actor's
    points per turn are ranked among its own in all episodes (0: the lowest, 1: the highest), and an episode's score is
    the mean of these ranks. Typical is the most frequent ending, best and worst are those with the highest and lowest
    mean score, among endings of at least ten episodes. What an ending that stops the game costs lies beyond the points:
    the best is none of these where there are others, and the worst is one of these where there are any. Told is the
    episode in the middle of those that end so, by its score, or, where that ending has been told before, the one with
    the highest or lowest score.

    At the points of a design, where payoffs are known as means over a point, points are ranked in the place of
    episodes, and of the point chosen the first episode with its most frequent ending is told. Empty where nothing was
    finished, or where a run kept no episodes.
    """
    arm = subject.focus
    if arm.results is not None:
        return _of_episodes(subject, arm)
    return _of_points(subject, arm)


def _scores(payoffs: pd.DataFrame) -> pd.Series | None:
    """The mean rank of the payoffs in each row; None where they do not differ."""
    varying = [name for name in payoffs.columns if payoffs[name].nunique() > 1]
    if not varying:
        return None
    return payoffs[varying].rank(pct=True).mean(axis=1)


def _of_episodes(subject: Subject, arm: Arm) -> list[Pick]:
    results = arm.results
    assert results is not None
    if not results.keeps_episodes or not results.completed:
        return []
    names = [f"payoff.{name}" for name, actor in subject.scenario.actors.items() if actor.utility]
    table = results.columns("episode", "outcome", "length", *names)
    table = table[table["outcome"].notna()].reset_index(drop=True)
    scores = _scores(table[names].div(table["length"].clip(lower=1), axis=0))
    counts = table["outcome"].value_counts()
    frequent = str(counts.idxmax())
    if scores is None:
        return _without_payoffs(subject, arm, table, frequent)
    usual = [name for name in counts.index if counts[name] >= FEWEST] or [frequent]
    means = scores.groupby(table["outcome"], observed=True).mean()
    stops = [name for name in usual if subject.scenario.outcomes[str(name)].terminal]
    goes_on = [name for name in usual if name not in stops]
    best, worst = means.loc[goes_on or usual].idxmax(), means.loc[stops or usual].idxmin()
    chosen = (
        ("A typical episode", frequent, "the most frequent ending", "middle"),
        ("A good episode", str(best), "the ending with which the actors do best", "highest"),
        ("A bad episode", str(worst), "the ending with which the actors do worst", "lowest"),
    )
    found: list[Pick] = []
    told: set[str] = set()
    for title, ending, why, extreme in chosen:
        of_ending = scores[table["outcome"] == ending]
        which = extreme if ending in told else "middle"
        row = _row(of_ending, which)
        how = f"{why} is “{thing(subject.scenario, 'outcome', ending)}”; of the episodes that end so, {WHICH[which]}"
        found.append(Pick(title=title, how=how, arm=arm.name, episode=int(table["episode"].iloc[row])))
        told.add(ending)
    return found


def _row(scores: pd.Series, which: str) -> int:
    """The row in the middle, or at an end."""
    distance = {"middle": -(scores - scores.median()).abs(), "highest": scores, "lowest": -scores}[which]
    return int(str(distance.idxmax()))


def _without_payoffs(subject: Subject, arm: Arm, table: pd.DataFrame, frequent: str) -> list[Pick]:
    """Where nobody wants anything there is no best and no worst: a typical and a rare episode."""
    counts = table["outcome"].value_counts()
    rare = str(counts[counts > 0].idxmin())
    found = []
    for title, name, word in (("A typical episode", frequent, "most"), ("A rare episode", rare, "least")):
        episode = int(table.loc[table["outcome"] == name, "episode"].iloc[0])
        how = f"the first that ends as {word} do: {thing(subject.scenario, 'outcome', name)}"
        found.append(Pick(title=title, how=how, arm=arm.name, episode=episode))
    return found if rare != frequent else found[:1]


def _of_points(subject: Subject, arm: Arm) -> list[Pick]:
    sweep = arm.sweep
    assert sweep is not None
    table = sweep.table[sweep.table["kind"] == "payoff"]
    wanting = [name for name, actor in subject.scenario.actors.items() if actor.utility]
    payoffs = table.pivot(index="point", columns="name", values="value").reindex(columns=wanting).dropna()
    scores = _scores(payoffs)
    if scores is None:
        return []
    chosen = (
        ("A typical episode", "middle", "the one in the middle"),
        ("Where the actors do well", "highest", "the one at which they do best"),
        ("Where the actors do badly", "lowest", "the one at which they do worst"),
    )
    found = []
    for title, which, words in chosen:
        point = _row(scores, which)
        how = f"of all points of the sample, {words}; there, the first episode that ends as most do"
        episode = _usual(arm, point)
        found.append(Pick(title=title, how=how, arm=arm.name, episode=episode, point=point))
    return found


def _usual(arm: Arm, point: int) -> int:
    """The first episode of a point that ends as most of its episodes do."""
    import numpy as np

    assert arm.sweep is not None
    endings = arm.sweep.outcomes[point]
    frequent = int(np.bincount(endings[endings >= 0]).argmax())
    return int(np.argmax(endings == frequent))
