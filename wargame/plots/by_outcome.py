"""One variable over time, apart by how the episode ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from wargame.plots.beside import Name, label_turns, write_names
from wargame.plots.style import INK, MUTED, new_axes, style, wrapped
from wargame.plots.style import colours as default_colours

__all__ = ["fan_by_outcome"]

LABEL_WIDTH = 30


def fan_by_outcome(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    variable: str,
    label: str | None = None,
    unit: str = "",
    outcomes: Sequence[str] | None = None,
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    turns: Sequence[str] | None = None,
    episode: pd.DataFrame | None = None,
) -> Axes:
    """The median of each outcome's episodes, with a band that holds half of them; on top one episode.

    `table` is that of `wargame.analysis.trajectories.by_outcome`, from sampled episodes, whose numbers stand beside
    the names. `outcomes` are the ones to show, in this order; more than four bands are hard to read. `episode` is one
    episode of `Results.sample`. `colours` should be the same in all figures of a run.
    """
    with style():
        ax = new_axes(6.4, 3.2) if ax is None else ax
        rows = table[table["variable"] == variable]
        names = list(outcomes) if outcomes is not None else list(dict.fromkeys(map(str, rows["outcome"])))
        fill = colours or default_colours(names)
        beside: list[Name] = []
        for name in names:
            one = rows[rows["outcome"] == name].sort_values("turn")
            if one.empty:
                continue
            text = wrapped((labels or {}).get(name, name.replace("_", " ")), LABEL_WIDTH)
            ax.fill_between(one["turn"], one["q25"], one["q75"], color=fill[name], alpha=0.22, linewidth=0)
            ax.plot(
                one["turn"],
                one["q50"],
                color=fill[name],
                linewidth=1.5,
                path_effects=[withStroke(linewidth=2.4, foreground=MUTED)],
            )
            count = f"(n = {int(one['n'].iloc[0]):,})"
            last = float(one["q50"].iloc[-1])
            beside.append(Name(text=text, numbers=count, value=last, colour=fill[name]))
        if episode is not None:
            path = episode[(episode["variable"] == variable) & episode["running"]]
            beside += _highlight(ax, path, last_turn=int(rows["turn"].max()))
        label_turns(ax, list(turns or [str(turn) for turn in sorted(rows["turn"].unique()) if turn >= 0]))
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
        ax.margins(y=0.08)
        ax.grid(axis="y")
        ax.set_title(wrapped(label or variable, 60))
        ax.set_ylabel(wrapped(unit, 40))
        ax.set_ylim(*ax.get_ylim())
        write_names(ax, beside)
    return ax


def _highlight(ax: Axes, path: pd.DataFrame, last_turn: int) -> list[Name]:
    """One episode as a line, with a dot where it ended; returns its name, if it ran to the end, or else writes it."""
    if path.empty:
        return []
    path = path.sort_values("turn")
    ax.plot(path["turn"], path["value"], color=INK, linewidth=1.2, linestyle=(0, (3, 1.5)))
    ax.plot(path["turn"].iloc[-1:], path["value"].iloc[-1:], color=INK, marker="o", markersize=3)
    text = f"episode {int(path['episode'].iloc[0]):,}"
    turn, value = int(path["turn"].iloc[-1]), float(path["value"].iloc[-1])
    if turn == last_turn:
        return [Name(text=text, value=value, colour=INK)]
    ax.annotate(f"{text} ended", (turn, value), (5, 0), textcoords="offset points", va="center", fontsize=7)
    return []
