"""Names beside the axes, where the lines or layers that they belong to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from wargame.plots.style import INK, MUTED

__all__ = ["Name", "write_beside"]

LINE = 0.145
"""Inches: the height of a line of text."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A text, the value on the y axis that it belongs to, and its colour."""

    text: str
    value: float
    colour: str


def write_beside(ax: Axes, names: Sequence[Name], *, heading: str = "") -> None:
    """Write names to the right of the axes, each at its height if there is room, with a line from there.

    The limits of the y axis must be set before, for the names stay where they are put.
    """
    low, high = ax.get_ylim()
    inches = ax.get_window_extent().height / ax.figure.dpi
    ordered = sorted(names, key=lambda name: name.value)
    heights = [(name.value - low) / (high - low) for name in ordered]
    sizes = [LINE * (name.text.count("\n") + 1.4) / inches for name in ordered]
    for name, height, spot in zip(ordered, heights, _spread(heights, sizes), strict=True):
        ax.annotate(
            "",
            xy=(1.005, height),
            xytext=(1.04, spot),
            xycoords="axes fraction",
            arrowprops={
                "arrowstyle": "-",
                "color": name.colour,
                "linewidth": 1.6,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        ax.text(1.05, spot, name.text, transform=ax.transAxes, va="center", color=INK, fontsize=7)
    if heading:
        ax.text(1.05, 1.02, heading, transform=ax.transAxes, va="bottom", color=MUTED, fontsize=7)


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
