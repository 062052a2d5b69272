"""When episodes end, and when something first happens in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wargame.experiment.display import percent
from wargame.plots.beside import Name, label_turns, write_names
from wargame.plots.style import Fill, fills, new_axes, style, wrapped
from wargame.plots.style import colours as default_colours

__all__ = ["event_incidence", "outcome_incidence"]

LABEL_WIDTH = 30
HAPPENED = "happened"
HEADING = "share at the end, with its interval"


def outcome_incidence(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    turns: Sequence[str] | None = None,
) -> Axes:
    """How many episodes had ended by the end of each turn, stacked by how; what is above were still going.

    `table` is that of `wargame.analysis.incidence.outcome_incidence`. Drawn are outcomes that can come before the last
    turn; those that are settled at the end only have no course to show. Beside the axes stands each one's share at the
    end with its interval. Where no episode ends early the axes say so.
    """
    with style():
        ax = new_axes(6.4, 3.2) if ax is None else ax
        last = int(table["turn"].max())
        shares = _wide(table, "outcome")
        early = [str(name) for name in shares if (shares[name].iloc[:-1] > 0).any()]
        looks = fills(shares.columns)
        x = np.arange(-1, last + 1)
        bottom = np.zeros(len(x))
        names: list[Name] = []
        for name in early:
            top = bottom + np.concatenate([[0.0], 100 * shares[name].to_numpy()])
            fill = looks[name] if colours is None else Fill(colours[name])
            look: dict[str, Any] = {"facecolor": fill.colour, "edgecolor": fill.lines, "hatch": fill.hatch}
            ax.fill_between(x, bottom, top, linewidth=0.4, **look)
            row = table[(table["outcome"] == name) & (table["turn"] == last)].iloc[0]
            text = wrapped((labels or {}).get(name, name.replace("_", " ")), LABEL_WIDTH)
            middle = float(bottom[-1] + top[-1]) / 2
            names.append(
                Name(text=text, numbers=_with_interval(row), value=middle, colour=fill.colour, fill=fill)
            )
            bottom = top
        highest = max(1.08 * float(bottom[-1]), 1e-9) if early else 1.0
        _time_axis(ax, last, turns)
        ax.set_ylim(0, highest)
        ax.set_ylabel("Ended so far (%)")
        write_names(ax, names, heading=HEADING if early else "")
        if not early:
            ax.text(0.5, 0.5, "No episode ended before the last turn", ha="center", transform=ax.transAxes)
    return ax


def event_incidence(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    turns: Sequence[str] | None = None,
) -> Axes:
    """The share of episodes in which each event had come by the end of each turn, with a band for its interval.

    `table` is that of `wargame.analysis.incidence.event_incidence`. The share of all episodes, those that ended
    without it included.
    """
    with style():
        ax = new_axes(6.4, 3.2) if ax is None else ax
        rows = table[table["state"] == HAPPENED]
        last = int(table["turn"].max())
        names = list(dict.fromkeys(rows["event"]))
        fill = colours or default_colours(names)
        beside = []
        for name in names:
            one = rows[rows["event"] == name].sort_values("turn")
            x = np.arange(-1, last + 1)
            share, low, high = (
                100 * np.concatenate([[0.0], one[end].to_numpy()]) for end in ("share", "low", "high")
            )
            ax.fill_between(x, low, high, color=fill[name], alpha=0.25, linewidth=0)
            ax.plot(x, share, color=fill[name], linewidth=1.4)
            text = wrapped((labels or {}).get(name, name.replace("_", " ")), LABEL_WIDTH)
            told = _with_interval(one.iloc[-1])
            beside.append(Name(text=text, numbers=told, value=float(share[-1]), colour=fill[name]))
        _time_axis(ax, last, turns)
        ax.set_ylim(0, 100)
        ax.set_ylabel("Had seen it (%)")
        write_names(ax, beside, heading=HEADING)
    return ax


def _wide(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Turns by names, in the order of the table."""
    order = list(dict.fromkeys(table[column]))
    return table.pivot(index="turn", columns=column, values="share").reindex(columns=order)


def _with_interval(row: pd.Series) -> str:
    return f"{percent(float(row['share']))} ({percent(float(row['low']))} to {percent(float(row['high']))})"


def _time_axis(ax: Axes, last: int, turns: Sequence[str] | None) -> None:
    label_turns(ax, list(turns or [str(turn) for turn in range(last + 1)])[: last + 1])
    ax.grid(axis="y")
