"""Names of lines and layers: beside the axes, where they end, or below, where there is no room for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import ScaledTranslation

from wargame.plots.style import MUTED, Fill, tick_turns, wrapped

__all__ = ["Name", "is_wide", "label_turns", "write_names"]

LINE = 0.145
"""Inches: the height of a line of text."""

LETTER = 0.056
"""Inches: the width of a letter."""

WIDE = 3.2
"""Inches: axes narrower than this share their width with nobody."""

BELOW = 0.42
"""Inches: what the labels of the x axis take."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A text, a line of numbers under it, the value on the y axis that they belong to, and their colour.

    An area has a `fill` as well, of which a patch is drawn; `present` says whether there is any of it at the value.
    """

    text: str
    numbers: str = ""
    value: float
    colour: str
    fill: Fill | None = None
    present: bool = True


def label_turns(ax: Axes, turns: Sequence[str]) -> None:
    """Label some of the turns, as many as the axes have room for, and the axis."""
    ax.set_xticks(*tick_turns(turns, 6 if is_wide(ax) else 3))
    ax.set_xlim(-1, max(len(turns) - 1, 0))
    ax.set_xlabel("End of turn")


def write_names(
    ax: Axes, names: Sequence[Name], *, heading: str = "", gap: float = 0.4, always: bool = False
) -> None:
    """Write names to the right of the axes, each at its height; in narrow axes, or if they do not fit, in a list below.

    The limits of the y axis must be set before, for the names stay where they are put. `gap` is what is left between
    two names, in lines; `always` keeps them beside the axes whether or not they fit.
    """
    ordered = sorted(names, key=lambda name: name.value)
    sizes = [
        LINE * (name.text.count("\n") + (1 if not name.numbers else 2) + gap) / _height(ax)
        for name in ordered
    ]
    if not always and (not is_wide(ax) or sum(sizes) > 1):
        _list_below(ax, ordered[::-1], heading)
        return
    low, high = ax.get_ylim()
    heights = [(name.value - low) / (high - low) for name in ordered]
    spots = _spread(heights, sizes)
    lines = [[(1.005, height), (1.03, spot)] for height, spot in zip(heights, spots, strict=True)]
    for name, spot in zip(ordered, spots, strict=True):
        text = "\n".join(part for part in (name.text, name.numbers) if part)
        ax.text(
            1.05 if name.fill is None else 1.065, spot, text, transform=ax.transAxes, va="center", fontsize=7
        )
        if name.fill is not None:
            ax.add_artist(
                _patch(name.fill, (1.033, spot - 0.05 / _height(ax)), (0.022, 0.1 / _height(ax)), ax)
            )
    thick = [1.6 if name.fill is None else 0.6 for name in ordered]
    shown = [name.colour if name.present else "none" for name in ordered]
    leaders = LineCollection(lines, colors=shown, linewidths=thick, transform=ax.transAxes, clip_on=False)
    ax.add_collection(leaders, autolim=False)
    if heading and names:
        ax.text(1.05, 1.02, heading, transform=ax.transAxes, va="bottom", color=MUTED, fontsize=7)


def _patch(fill: Fill, at: tuple[float, float], size: tuple[float, float], ax: Axes | None) -> Rectangle:
    """A piece of an area, beside the axes or for a legend."""
    patch = Rectangle(at, *size, facecolor=fill.colour, edgecolor=fill.lines, hatch=fill.hatch, linewidth=0)
    if ax is not None:
        patch.set(transform=ax.transAxes, clip_on=False, in_layout=False)
    return patch


def _list_below(ax: Axes, names: Sequence[Name], heading: str) -> None:
    """One line for each name, from top to bottom as they end."""
    handles = [
        Line2D([], [], color=name.colour, linewidth=4)
        if name.fill is None
        else _patch(name.fill, (0, 0), (1, 1), None)
        for name in names
    ]
    texts = [" ".join([*name.text.split(), name.numbers]).strip() for name in names]
    if not is_wide(ax):
        # As wide as the axes, which would have to make room for more.
        texts = [wrapped(text, max(int((_width(ax) - 0.2) / LETTER), 16)) for text in texts]
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


def is_wide(ax: Axes) -> bool:
    """Whether the axes are wide enough to share their width with names."""
    return _width(ax) >= WIDE


def _width(ax: Axes) -> float:
    return float(ax.get_window_extent().width / ax.figure.dpi)


def _height(ax: Axes) -> float:
    return float(ax.get_window_extent().height / ax.figure.dpi)


def _spread(heights: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Heights in rising order, moved apart where two texts would overlap, half up and half down."""
    up = _pushed(heights, sizes)
    down = [1 - spot for spot in _pushed([1 - height for height in heights[::-1]], sizes[::-1])][::-1]
    # Neither has two texts that overlap, and so has nothing between the two.
    return [(one + other) / 2 for one, other in zip(up, down, strict=True)]


def _pushed(heights: Sequence[float], sizes: Sequence[float]) -> list[float]:
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
