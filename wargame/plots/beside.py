"""Names of lines and layers: beside the axes, where they end, or below, where there is no room for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.transforms import ScaledTranslation

from wargame.plots.style import INK, MUTED, tick_turns

__all__ = ["Name", "label_turns", "write_names"]

LINE = 0.145
"""Inches: the height of a line of text."""

WIDE = 3.2
"""Inches: axes narrower than this share their width with nobody."""

BELOW = 0.42
"""Inches: what the labels of the x axis take."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A text, a line of numbers under it, the value on the y axis that they belong to, and their colour."""

    text: str
    numbers: str = ""
    value: float
    colour: str


def label_turns(ax: Axes, turns: Sequence[str]) -> None:
    """Label some of the turns, as many as the axes have room for, and the axis."""
    ax.set_xticks(*tick_turns(turns, 6 if _width(ax) >= WIDE else 3))
    ax.set_xlim(-1, max(len(turns) - 1, 0))
    ax.set_xlabel("End of turn")


def write_names(ax: Axes, names: Sequence[Name], *, heading: str = "") -> None:
    """Write names to the right of the axes, each at its height; in narrow axes, or if they do not fit, in a list below.

    The limits of the y axis must be set before, for the names stay where they are put.
    """
    ordered = sorted(names, key=lambda name: name.value)
    sizes = [
        LINE * (name.text.count("\n") + (1.4 if not name.numbers else 2.4)) / _height(ax) for name in ordered
    ]
    if _width(ax) < WIDE or sum(sizes) > 1:
        _list_below(ax, ordered[::-1], heading)
        return
    low, high = ax.get_ylim()
    heights = [(name.value - low) / (high - low) for name in ordered]
    for name, height, spot in zip(ordered, heights, _spread(heights, sizes), strict=True):
        look = {"arrowstyle": "-", "color": name.colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=(1.005, height), xytext=(1.04, spot), xycoords="axes fraction", arrowprops=look)
        text = "\n".join(part for part in (name.text, name.numbers) if part)
        ax.text(1.05, spot, text, transform=ax.transAxes, va="center", color=INK, fontsize=7)
    if heading and names:
        ax.text(1.05, 1.02, heading, transform=ax.transAxes, va="bottom", color=MUTED, fontsize=7)


def _list_below(ax: Axes, names: Sequence[Name], heading: str) -> None:
    """One line for each name, from top to bottom as they end."""
    handles = [Line2D([], [], color=name.colour, linewidth=4) for name in names]
    texts = [" ".join([*name.text.split(), name.numbers]).strip() for name in names]
    place = ax.transAxes + ScaledTranslation(0, -BELOW, ax.figure.dpi_scale_trans)
    legend = ax.legend(
        handles,
        texts,
        title=heading or None,
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=place,
        borderaxespad=0,
        borderpad=0,
        handlelength=1.0,
        labelspacing=0.3,
        fontsize=7,
        title_fontsize=7,
        alignment="left",
    )
    legend.get_title().set_color(MUTED)


def _width(ax: Axes) -> float:
    return float(ax.get_window_extent().width / ax.figure.dpi)


def _height(ax: Axes) -> float:
    return float(ax.get_window_extent().height / ax.figure.dpi)


def _spread(heights: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Heights in rising order, moved up where two texts would overlap, and down again where the last would not fit."""
    spots: list[float] = []
    floor = 0.0
    for height, size in zip(heights, sizes, strict=True):
        spots.append(max(height, floor + size / 2))
        floor = spots[-1] + size / 2
    ceiling = 1.0
    for place in reversed(range(len(spots))):
        spots[place] = min(spots[place], ceiling - sizes[place] / 2)
        ceiling = spots[place] - sizes[place] / 2
    return spots
