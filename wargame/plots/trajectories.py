"""The state over time, as fan charts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wargame.plots.style import ACCENT, HIGHLIGHT, new_figure, style, tick_turns, wrapped

__all__ = ["fan_chart", "fan_charts", "fan_height"]

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
    small: bool = False,
) -> Axes:
    """One variable over time: median, and the bands that hold half and nine tenths of the episodes.

    `table` is that of `Results.trajectories`. `turns` labels the turns; the start, before turn 0, has no
    label. `episode` is one episode of `Results.sample`, drawn on top.
    """
    with style():
        ax = new_figure(4.6, 2.8).add_subplot() if ax is None else ax
        rows = table[table["variable"] == variable].sort_values("turn")
        for low, high, alpha, name in BANDS:
            ax.fill_between(
                rows["turn"], rows[low], rows[high], color=ACCENT, alpha=alpha, linewidth=0, label=name
            )
        ax.plot(rows["turn"], rows["q50"], color=ACCENT, linewidth=1.4, label="median")
        if episode is not None:
            _highlight(ax, episode[(episode["variable"] == variable) & episode["running"]])
        named = turns or [str(turn) for turn in rows["turn"] if turn >= 0]
        ax.set_xticks(*tick_turns(named, 3 if small else 6))
        ax.set_xlim(-1, max(len(named) - 1, 0))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        ax.ticklabel_format(axis="y", useOffset=False)
        ax.margins(y=0.08)
        ax.grid(axis="y")
        ax.set_title(
            wrapped(label or variable, SMALL_WIDTH if small else 60), **(SMALL_TITLE if small else {})
        )
        ax.set_ylabel(wrapped(unit, 18 if small else 40), fontsize=6.5 if small else None)
        if small:
            ax.tick_params(labelsize=6.5)
        else:
            ax.set_xlabel("End of turn")
    return ax


def _highlight(ax: Axes, path: pd.DataFrame) -> None:
    """One episode as a line, with a dot where it ended."""
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
        for place, name in enumerate(names):
            row, column = divmod(place, columns)
            panel = figure.add_subplot(grid[row + 1, column], sharex=panels[0] if panels else None)
            label, unit = (labels or {}).get(name, name), (units or {}).get(name, "")
            fan_chart(
                table, panel, variable=name, label=label, unit=unit, turns=turns, episode=episode, small=True
            )
            panel.tick_params(labelbottom=place + columns >= len(names))
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
