"""The state over time, as fan charts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from wargame.plots.style import ACCENT, HIGHLIGHT, new_figure, style, tick_turns, wrapped

__all__ = ["fan_chart", "fan_charts", "fan_height"]

COLUMNS = ("turn", "q05", "q25", "q50", "q75", "q95")
BANDS = (("q05", "q95", 0.18, "5–95 % of episodes"), ("q25", "q75", 0.38, "25–75 %"))
SMALL_TITLE: dict[str, Any] = {"fontsize": 7, "fontweight": "normal"}
SMALL_WIDTH = 24
"""Characters in a line of a small multiple's title."""
LEGEND = 0.2
PANEL = (1.8, 1.32)
"""Width and height of a small multiple, in inches; `LEGEND` is the height of the row above them."""


def fan_chart(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    variable: str,
    label: str | None = None,
    unit: str = "",
    turns: Sequence[str] | None = None,
    episode: pd.DataFrame | None = None,
) -> Axes:
    """One variable over time: median, and the bands that hold half and nine tenths of the episodes.

    `table` is that of `Results.trajectories`. `turns` labels the turns; the start, before turn 0, has no
    label. `episode` is one episode of `Results.sample`, drawn on top.
    """
    with style():
        ax = new_figure(4.6, 2.8).add_subplot() if ax is None else ax
        _draw(ax, _columns(table, [variable])[variable], turns)
        if episode is not None:
            _highlight(ax, episode, variable)
        ax.set_title(wrapped(label or variable, 60))
        ax.set_xlabel("End of turn")
        ax.set_ylabel(wrapped(unit, 40))
    return ax


def _columns(table: pd.DataFrame, variables: Sequence[str]) -> dict[str, dict[str, NDArray[Any]]]:
    """For each variable its numbers, by column, in the order of turns."""
    ordered = table.sort_values("turn", kind="stable")
    names = ordered["variable"].to_numpy()
    numbers = {column: ordered[column].to_numpy() for column in COLUMNS}
    return {name: {column: values[names == name] for column, values in numbers.items()} for name in variables}


def _draw(
    ax: Axes, rows: Mapping[str, NDArray[Any]], turns: Sequence[str] | None, *, most: tuple[int, int] = (6, 5)
) -> None:
    """Bands and median of one variable; `most` turns are labelled, and so many steps of the y axis."""
    for low, high, alpha, name in BANDS:
        ax.fill_between(
            rows["turn"], rows[low], rows[high], color=ACCENT, alpha=alpha, linewidth=0, label=name
        )
    ax.plot(rows["turn"], rows["q50"], color=ACCENT, linewidth=1.4, label="median")
    named = turns or [str(turn) for turn in rows["turn"] if turn >= 0]
    ax.set_xticks(*tick_turns(named, most[0]))
    ax.set_xlim(-1, max(len(named) - 1, 0))
    ax.yaxis.set_major_locator(MaxNLocator(nbins=most[1], steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    ax.ticklabel_format(axis="y", useOffset=False)
    ax.margins(y=0.08)
    ax.grid(axis="y")


def _highlight(ax: Axes, episode: pd.DataFrame, variable: str) -> None:
    """One episode as a line, with a dot where it ended."""
    path = episode[(episode["variable"] == variable) & episode["running"]]
    if path.empty:
        return
    path = path.sort_values("turn")
    name = f"episode {int(path['episode'].iloc[0]):,}"
    ax.plot(path["turn"], path["value"], color=HIGHLIGHT, linewidth=1.1, label=name)
    ax.plot(path["turn"].iloc[-1:], path["value"].iloc[-1:], color=HIGHLIGHT, marker="o", markersize=2.6)


def fan_charts(
    table: pd.DataFrame,
    figure: Figure | None = None,
    *,
    variables: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    turns: Sequence[str] | None = None,
    episode: pd.DataFrame | None = None,
    columns: int = 4,
) -> list[Axes]:
    """A fan chart of each variable on a common time axis, with one legend above; returns their Axes.

    In a figure that is given, it is for its maker to align the labels once all is laid out.
    """
    names = list(variables) if variables is not None else list(table["variable"].drop_duplicates())
    columns = min(columns, max(len(names), 1))
    rows = math.ceil(len(names) / columns)
    with style():
        given = figure is not None
        if figure is None:
            shown = [(labels or {}).get(name, name) for name in names]
            figure = new_figure(columns * PANEL[0], fan_height(shown, columns))
        grid = figure.add_gridspec(rows + 1, columns, height_ratios=[LEGEND, *[PANEL[1]] * rows])
        panels: list[Axes] = []
        numbers = _columns(table, names)
        for place, name in enumerate(names):
            row, column = divmod(place, columns)
            # Not `sharex`: each of the plots would ask all the others for their limits, again and again.
            panel = figure.add_subplot(grid[row + 1, column])
            _draw(panel, numbers[name], turns, most=(3, 4))
            if episode is not None:
                _highlight(panel, episode, name)
            panel.set_title(wrapped((labels or {}).get(name, name), SMALL_WIDTH), **SMALL_TITLE)
            panel.set_ylabel(wrapped((units or {}).get(name, ""), 18), fontsize=6.5)
            # Grid lines are marks enough.
            panel.tick_params("y", labelsize=6.5, left=False)
            panel.tick_params("x", labelsize=6.5, labelbottom=place + columns >= len(names))
            panels.append(panel)
        if not given:
            figure.align_ylabels(panels)
        if panels:
            _legend(figure.add_subplot(grid[0, :]), panels[0])
    return panels


def fan_height(labels: Sequence[str], columns: int) -> float:
    """The inches that `fan_charts` needs for panels with these labels, long ones included."""
    lines = [wrapped(label, SMALL_WIDTH).count("\n") for label in labels]
    extra = sum(max(lines[start : start + columns]) for start in range(0, len(lines), columns))
    return math.ceil(len(labels) / columns) * PANEL[1] + LEGEND + 0.09 * extra


def _legend(ax: Axes, panel: Axes) -> None:
    """The legend of one panel, in a row of its own."""
    handles, texts = panel.get_legend_handles_labels()
    ax.set_axis_off()
    legend = ax.legend(handles, texts, loc="center left", ncols=len(texts), borderaxespad=0, borderpad=0)
    legend.set_in_layout(False)
