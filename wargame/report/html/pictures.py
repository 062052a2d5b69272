"""Figures for the page: drawn twice, for a wide window and for a phone, and carried inside it as SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from wargame.experiment.display import percent
from wargame.report.html.blocks import Picture, Table
from wargame.report.html.numbers import points, points_interval
from wargame.report.html.subject import Arm, Subject
from wargame.report.html.words import thing
from wargame.report.wording import number, short

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["differences_picture", "incidence_picture", "policies_picture", "trajectories_picture"]

WIDE, NARROW = 7.2, 3.9
"""Widths in inches; on the page an inch is about 96 pixels, so letters are as large on a phone as on a desk."""

ROW = 0.3
"""Inches for an arm's line in a row."""

Draw = Callable[[bool], "Figure"]
"""Draws the figure, narrow or not."""


def differences_picture(subject: Subject) -> Picture:
    """Paired differences of the outcomes, with their intervals."""
    from wargame.plots.experiments import paired_differences

    table = _differences(subject)

    def draw(narrow: bool) -> Figure:
        ax = _axes(narrow, 1.1 + ROW * 0.7 * len(subject.outcomes) * max(len(subject.others), 2))
        paired_differences(table, ax, arms=_arm_titles(subject), labels=_outcome_titles(subject))
        return _finished(ax, narrow)

    alt = (
        f"Points with intervals: how much more or less often each ending comes than with “{subject.base.title}”. "
        + _largest(subject)
    )
    return _picture("What each choice changes, ending by ending", alt, draw, _differences_table(subject))


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
    return _picture(caption, alt, draw, _trajectory_table(table, titles, labels.units))


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
        ax = _axes(narrow, 2.8)
        stacked(table, ax, labels=titles, turns=labels.turns)
        return ax.get_figure(root=True)  # type: ignore[return-value]

    early = [name for name, outcome in subject.scenario.outcomes.items() if outcome.terminal]
    alt = "Stacked areas by turn: how many episodes had ended by then, and how. The numbers are in the table below."
    caption = f"When the game is over{_with(subject, arm)}"
    return _picture(caption, alt, draw, _incidence_table(table, early, titles, labels.turns))


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
        ax = _axes(narrow, 2.6 + (0.17 * count + 0.3 if narrow else 0))
        policy_shares(table, ax, actor=actor, labels=titles, turns=labels.turns)
        legend = ax.get_legend()
        if narrow and legend is not None:
            _below(ax, [text.get_text() for text in legend.get_texts()])
        return ax.get_figure(root=True)  # type: ignore[return-value]

    title = labels.actors[actor]
    alt = f"Stacked bars by turn: how often {title} played each of its policies. The numbers are in the table below."
    caption = f"What {title} does{_with(subject, arm)}"
    return _picture(
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


# ---- drawing -------------------------------------------------------------------------------------


def _with(subject: Subject, arm: Arm) -> str:
    return f" with “{arm.title}”" if subject.comparison is not None else ""


def _axes(narrow: bool, height: float) -> Axes:
    from wargame.plots.style import new_figure

    return new_figure(NARROW if narrow else WIDE, height, laid_out=False).add_subplot()


def _finished(ax: Axes, narrow: bool) -> Figure:
    """The figure; on a phone with narrower labels, and its legend in one column."""
    if narrow:
        from wargame.plots.style import wrapped

        places, texts = (
            ax.get_yticks(),
            [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()],
        )
        ax.set_yticks(places, [wrapped(text, 15) for text in texts])
        legend = ax.get_legend()
        if legend is not None:
            handles, names = ax.get_legend_handles_labels()
            ax.legend(handles, names, loc="lower right", bbox_to_anchor=(1, 1), ncols=1, borderaxespad=0.2)
    return ax.get_figure(root=True)  # type: ignore[return-value]


def _below(ax: Axes, order: Sequence[str]) -> None:
    """The legend under the axes, in the order in which it stood beside them."""
    handles = dict(zip(*reversed(ax.get_legend_handles_labels()), strict=True))
    ax.legend(
        [handles[text] for text in order],
        [text.replace("\n", " ") for text in order],
        loc="upper left",
        bbox_to_anchor=(-0.1, -0.2),
        ncols=1,
        borderaxespad=0,
    )


def _picture(caption: str, alt: str, draw: Draw, table: Table | None = None) -> Picture:
    from wargame.plots.style import style

    with style():
        wide, narrow = (_uri(draw(is_narrow)) for is_narrow in (False, True))
    return Picture(caption=caption, alt=alt, wide=wide, narrow=narrow, table=table)


def _uri(figure: Figure) -> str:
    """The figure as a data URI; the same figure gives the same text."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # Laying out takes longest: once here, and not again at every drawing.
    ConstrainedLayoutEngine().execute(figure)
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")


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
