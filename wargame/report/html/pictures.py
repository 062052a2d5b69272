"""The figures of the page, each with the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from wargame.experiment.display import percent
from wargame.report.html.blocks import Picture, Table
from wargame.report.html.drawing import NARROW, WIDE, axes, finished, picture
from wargame.report.html.numbers import interval, points, points_interval
from wargame.report.html.subject import Arm, Subject
from wargame.report.html.words import thing
from wargame.report.wording import number, short

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["differences_picture", "incidence_picture", "policies_picture", "trajectories_picture"]

ROW = 0.3
"""Inches for an arm's line in a row."""


def differences_picture(subject: Subject) -> Picture:
    """Paired differences of the outcomes, with their intervals."""
    from wargame.plots.experiments import paired_differences

    table = _differences(subject)

    def draw(narrow: bool) -> Figure:
        ax = axes(narrow, 1.1 + ROW * 0.7 * len(subject.outcomes) * max(len(subject.others), 2))
        paired_differences(table, ax, arms=_arm_titles(subject), labels=_outcome_titles(subject))
        return finished(ax, narrow)

    alt = (
        f"Points with intervals: how much more or less often each ending comes than with “{subject.base.title}”. "
        + _largest(subject)
    )
    return picture("What each choice changes, ending by ending", alt, draw, _differences_table(subject))


def _differences(subject: Subject) -> pd.DataFrame:
    """The differences to draw, with their ranges over what is not known."""
    comparison = subject.comparison
    assert comparison is not None
    table = _rows(comparison.differences, subject.outcomes)
    table = table[["arm", "name", "difference", "low", "high"]]
    if not subject.ranges:
        return table
    rows = [
        subject.difference(str(arm), "outcome", str(name))
        for arm, name in zip(table["arm"], table["name"], strict=True)
    ]
    ends = {"over_low": "range_low", "over_high": "range_high"}
    return table.assign(**{name: [float(row[end]) for row in rows] for name, end in ends.items()})


def _largest(subject: Subject) -> str:
    """The largest difference, in a sentence."""
    comparison = subject.comparison
    assert comparison is not None
    table = _rows(comparison.differences, subject.outcomes)
    row = table.iloc[int(table["difference"].abs().to_numpy().argmax())]
    arm, name = subject.arms[str(row["arm"])].title, thing(subject.scenario, "outcome", str(row["name"]))
    ends = points_interval(float(row["low"]), float(row["high"]))
    return f"The largest difference: {name} with “{arm}”, {points(float(row['difference']))} points ({ends})."


def _differences_table(subject: Subject) -> Table:
    rows = []
    for name in subject.outcomes:
        for arm in subject.others:
            row = subject.difference(arm.name, "outcome", name)
            over = (
                [points_interval(float(row["range_low"]), float(row["range_high"]))] if subject.ranges else []
            )
            ends = points_interval(float(row["low"]), float(row["high"]))
            title = thing(subject.scenario, "outcome", name)
            rows.append([title, arm.title, *over, points(float(row["difference"])), ends])
    return Table(
        caption=f"Difference from “{subject.base.title}” in percentage points",
        columns=[
            "Ending",
            "Choice",
            *(["Over what is not known"] if subject.ranges else []),
            "Difference",
            f"{100 * subject.level:.4g} % interval",
        ],
        rows=rows,
        words=frozenset({0, 1}),
    )


def trajectories_picture(subject: Subject, arm: Arm) -> Picture:
    """Every state variable over time."""
    from wargame.plots.style import new_figure
    from wargame.plots.trajectories import fan_charts, fan_height

    results = arm.results
    assert results is not None
    table, labels = results.trajectories, results.labels
    titles = {name: short(label) for name, label in labels.variables.items()}

    def draw(narrow: bool) -> Figure:
        columns = 2 if narrow else 4 if len(titles) > 6 else 3
        figure = new_figure(
            NARROW if narrow else WIDE, 0.3 + fan_height(list(titles.values()), columns), laid_out=False
        )
        fan_charts(table, figure, labels=titles, units=labels.units, turns=labels.turns, columns=columns)
        return figure

    alt = "Small charts of every quantity over time: the median, and bands that hold half and nine in ten episodes."
    caption = f"The world over time{_with(subject, arm)}: median, half and nine tenths of the episodes"
    return picture(caption, alt, draw, _trajectory_table(table, titles, labels.units))


def _trajectory_table(table: pd.DataFrame, titles: dict[str, str], units: object) -> Table:
    named = dict(units) if isinstance(units, dict) else {}
    rows = []
    last = int(table["turn"].max())
    for name, title in titles.items():
        part = table[table["variable"] == name]
        start, end = (part[part["turn"] == turn].iloc[0].to_dict() for turn in (-1, last))
        ends = f"{number(float(end['q05']))} to {number(float(end['q95']))}"
        cells = [number(float(start["q50"])), number(float(end["q50"])), ends]
        rows.append([title, *cells, str(named.get(name) or "–")])
    return Table(
        caption="The world at the start and at the end",
        columns=["Quantity", "Start (median)", "End (median)", "Nine in ten at the end", "Unit"],
        rows=rows,
        words=frozenset({0, 4}),
    )


def incidence_picture(subject: Subject, arm: Arm) -> Picture:
    """When the game was over, of the outcomes that end it at once."""
    from wargame.analysis.incidence import outcome_incidence
    from wargame.plots.incidence import outcome_incidence as stacked

    results = arm.results
    assert results is not None
    labels, horizon = results.labels, results.layout.horizon
    table = outcome_incidence(results.columns("outcome", "length"), horizon=horizon)
    titles = {name: short(label) for name, label in labels.outcomes.items()}

    def draw(narrow: bool) -> Figure:
        ax = axes(narrow, 2.8)
        stacked(table, ax, labels=titles, turns=labels.turns)
        return ax.get_figure(root=True)  # type: ignore[return-value]

    early = [name for name, outcome in subject.scenario.outcomes.items() if outcome.terminal]
    alt = "Stacked areas by turn: how many episodes had ended by then, and how. The numbers are in the table below."
    caption = f"When the game is over{_with(subject, arm)}"
    return picture(caption, alt, draw, _incidence_table(table, early, titles, labels.turns))


def _incidence_table(
    table: pd.DataFrame, early: Sequence[str], titles: dict[str, str], turns: Sequence[str]
) -> Table:
    """By then: at the ends of thirds of the game."""
    last = len(turns) - 1
    places = sorted({last // 3, 2 * last // 3, last})
    rows = []
    for name in early:
        part = table[table["outcome"] == name].set_index("turn")
        cells = []
        for place in places:
            row = part.loc[place].to_dict()
            ends = interval(float(row["low"]), float(row["high"]))
            cells.append(f"{percent(float(row['share']))} ({ends})")
        rows.append([titles[name], *cells])
    return Table(
        caption="Share of all episodes that had ended so, by the end of the turn (95 % intervals, chance alone)",
        columns=["Ending", *(turns[place] for place in places)],
        rows=rows,
    )


def policies_picture(subject: Subject, arm: Arm, actor: str) -> Picture:
    """What one actor played, turn by turn."""
    from wargame.plots.policies import policy_shares

    results = arm.results
    assert results is not None
    table, labels = results.policies(), results.labels
    titles = {name: short(label) for name, label in labels.policies.items()}
    count = len(table[table["actor"] == actor]["policy"].unique())

    def draw(narrow: bool) -> Figure:
        ax = axes(narrow, 2.6 + (0.17 * count + 0.3 if narrow else 0))
        policy_shares(table, ax, actor=actor, labels=titles, turns=labels.turns)
        return ax.get_figure(root=True)  # type: ignore[return-value]

    title = labels.actors[actor]
    alt = f"Stacked bars by turn: how often {title} played each of its policies. The numbers are in the table below."
    caption = f"What {title} does{_with(subject, arm)}"
    return picture(
        caption, alt, draw, _policy_table(table[table["actor"] == actor], titles, labels.turns, title)
    )


def _policy_table(table: pd.DataFrame, titles: dict[str, str], turns: Sequence[str], actor: str) -> Table:
    """At the first turn, in the middle and at the last."""
    last = len(turns) - 1
    places = sorted({0, last // 3, 2 * last // 3, last})
    rows = []
    for policy, part in table.groupby("policy", sort=False):
        shares = part.set_index("turn")["share"]
        name = f"{part['actor'].iloc[0]}.{policy}"
        rows.append([titles.get(name, str(policy)), *(percent(float(shares.loc[place])) for place in places)])
    return Table(
        caption=f"What {actor} does: share of the episodes still running",
        columns=["Policy", *(turns[place] for place in places)],
        rows=rows,
    )


def _with(subject: Subject, arm: Arm) -> str:
    return f" with “{arm.title}”" if subject.comparison is not None else ""


def _rows(table: pd.DataFrame, outcomes: Sequence[str]) -> pd.DataFrame:
    """The rows of these outcomes, in this order."""
    found = table[(table["kind"] == "outcome") & table["name"].isin(outcomes)]
    order = found["name"].map({name: place for place, name in enumerate(outcomes)})
    return (
        found.assign(order=order)
        .sort_values("order", kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def _arm_titles(subject: Subject) -> dict[str, str]:
    return {name: arm.title for name, arm in subject.arms.items()}


def _outcome_titles(subject: Subject) -> dict[str, str]:
    return {name: thing(subject.scenario, "outcome", name) for name in subject.outcomes}
