"""What an actor played, turn by turn, as stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from textwrap import shorten

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from wargame.plots.beside import Name, is_wide, write_names
from wargame.plots.style import MUTED, Fill, fills, new_axes, new_figure, style, tick_turns, wrapped

__all__ = ["policy_shares", "policy_streams", "streams_height"]

WIDTH = 0.92
"""Of a bar, in turns."""

SEAM = 0.4
"""Points: the light line between two parts of a bar, which shows where one ends also where all is grey."""

TEXT_WIDTH = 30
"""Letters in a line of a policy's name."""

HEAD, LEGEND_LINE = 0.45, 0.155
"""Inches: of a panel of streams, what stands above and below it, and a line of the names beside it."""

LEGEND_WIDTH = 36
"""Letters in a line of those names."""


def policy_shares(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    actor: str,
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
    turns: Sequence[str] | None = None,
) -> Axes:
    """The share of running episodes in which the actor played each of its policies, on each turn.

    `table` is that of `Results.policies`. `labels` and `colours` go by the policy's full name,
    `actor.policy`, or by its own. An actor that moves in several phases plays one policy in each, and its
    bars reach beyond 100 %; where a bar falls short of it, the actor had nothing to choose from in the other
    episodes. Names stand beside the last bar, or below where the axes are narrow; more than nine policies are told
    apart by lines across them as well.
    """
    with style():
        ax = new_axes(7.2, 3.2) if ax is None else ax
        names = _draw(ax, table, actor, labels or {}, colours, turns)
        write_names(ax, [replace(name, text=wrapped(name.text, TEXT_WIDTH)) for name in names])
    return ax


def _draw(
    ax: Axes,
    table: pd.DataFrame,
    actor: str,
    labels: Mapping[str, str],
    colours: Mapping[str, str] | None,
    turns: Sequence[str] | None,
) -> list[Name]:
    """The bars of one actor; returns the names of its policies, for whoever has room for them."""
    shares = _wide(table, actor)
    looks = fills(shares.columns)
    bottom = pd.Series(0.0, index=shares.index)
    names = []
    for policy in shares.columns:
        top = bottom + 100 * shares[policy].fillna(0)
        fill = looks[policy]
        if colours is not None:
            fill = Fill(_named(colours, actor, policy))
        text = _named(labels, actor, policy)
        # One collection for each policy: a patch for each bar takes several times as long.
        bars = PolyCollection(
            [_bar(turn, low, high) for turn, low, high in zip(shares.index, bottom, top, strict=True)],
            facecolor=fill.colour,
            edgecolor=fill.lines,
            hatch=fill.hatch,
            linewidth=SEAM,
            label=text,
        )
        # Bars are inside the axes: nothing to measure when the figure is laid out.
        bars.set_in_layout(False)
        ax.add_collection(bars, autolim=False)
        last, above = float(bottom.iloc[-1]), float(top.iloc[-1])
        middle = (last + above) / 2
        names.append(Name(text=text, value=middle, colour=MUTED, fill=fill, present=above > last))
        bottom = top
    named = turns or [str(turn) for turn in shares.index]
    ax.set_xticks(*tick_turns(named, 6 if len(named) <= 6 or is_wide(ax) else 3))
    ax.set_xlim(-0.5, len(named) - 0.5)
    highest = max(100.0, float(bottom.max()))
    ax.set_ylim(0, highest)
    if highest == 100:
        # The same marks for every actor, however high its bars are drawn.
        ax.set_yticks(range(0, 101, 20))
    ax.set_xlabel("Turn")
    ax.set_ylabel("Share of running episodes (%)")
    return names


def _bar(turn: int, low: float, high: float) -> list[tuple[float, float]]:
    left, right = turn - WIDTH / 2, turn + WIDTH / 2
    return [(left, low), (left, high), (right, high), (right, low)]


def _wide(table: pd.DataFrame, actor: str) -> pd.DataFrame:
    """Turns by policies, in the scenario's order."""
    rows = table[table["actor"] == actor]
    order = list(rows["policy"].drop_duplicates())
    return rows.pivot(index="turn", columns="policy", values="share").reindex(columns=order)


def _named(mapping: Mapping[str, str], actor: str, policy: str) -> str:
    return mapping.get(f"{actor}.{policy}") or mapping.get(policy) or policy


def policy_streams(
    table: pd.DataFrame,
    figure: Figure | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    actors: Mapping[str, str] | None = None,
    turns: Sequence[str] | None = None,
) -> list[Axes]:
    """`policy_shares` of every actor, one below the other on a common time axis; returns their Axes.

    `table` is that of `Results.policies`; `actors` maps names to labels. A panel is as high as its legend.
    """
    names = list(dict.fromkeys(table["actor"]))
    heights = _heights(table)
    with style():
        figure = new_figure(7.2, streams_height(table)) if figure is None else figure
        panels = list(figure.subplots(len(names), 1, squeeze=False, sharex=True, height_ratios=heights)[:, 0])
        for name, panel in zip(names, panels, strict=True):
            written = _draw(panel, table, name, labels or {}, None, turns)
            short = [replace(one, text=shorten(one.text, LEGEND_WIDTH, placeholder=" …")) for one in written]
            write_names(panel, short, gap=0.0, always=True)
            panel.set_title((actors or {}).get(name, name))
            panel.set_ylabel("%")
            if panel is not panels[-1]:
                panel.set_xlabel("")
    return panels


def streams_height(table: pd.DataFrame) -> float:
    """The inches that `policy_streams` needs for the actors of a table."""
    return sum(_heights(table)) + HEAD


def _heights(table: pd.DataFrame) -> list[float]:
    """The height of each actor's panel."""
    counts = table.groupby("actor", sort=False)["policy"].nunique()
    return [HEAD + LEGEND_LINE * int(count) for count in counts]
