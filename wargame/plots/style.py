"""How every plot looks: one palette, one style, one way to break and thin out labels."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

__all__ = [
    "ACCENT",
    "HIGHLIGHT",
    "INK",
    "MUTED",
    "PALETTE",
    "Fill",
    "colours",
    "fills",
    "new_axes",
    "new_figure",
    "style",
    "tick_turns",
    "wrapped",
]

PALETTE = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#56B4E9",
    "#333333",
    "#CC79A7",
    "#F0E442",
    "#7A4B1E",
)
"""Okabe and Ito's colours (2008, "Color universal design"), black softened, and a brown as the ninth.

In the order in which neighbours, as in a stack of bars, are farthest apart for the colour-blind.
"""

PALE = (1, 4, 6, 7)
"""Places in the palette of colours on which dark lines are seen better than white ones."""

INK = "#222222"
MUTED = "#666666"
ACCENT = PALETTE[0]
HIGHLIGHT = PALETTE[3]

STEPS = (1, 2, 4, 8, 12, 20, 24, 40, 48, 60, 80, 100, 120, 200, 240, 500, 1000, 2000, 5000)
"""Distances between labelled turns: for quarters and months these come back to the same season."""

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.color": INK,
    "text.hinting": "no_hinting",
    # Labels come from files: a dollar sign is money, not mathematics.
    "text.parse_math": False,
    "axes.titlesize": 8.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    # Where titles end up anyway, without measuring every tick's label each time.
    "axes.titley": 1.0,
    "axes.labelsize": 8,
    "axes.labelcolor": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    # The same figure gives the same file.
    "svg.hashsalt": "wargame",
}


def style() -> AbstractContextManager[None]:
    """The style as a context: matplotlib's defaults and ours inside, whatever was set before outside."""
    return matplotlib.style.context(["default", STYLE])


def colours(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, by its place in the scenario, so that it is the same in every plot.

    Up to nine names get the palette. More are taken for the levels of a numeric policy, and get a scale from
    dark to light that survives colour blindness as well (cividis: Nunez, Anderton and Renslow 2018).
    """
    listed = list(names)
    if len(listed) <= len(PALETTE):
        return dict(zip(listed, PALETTE, strict=False))
    scale = matplotlib.colormaps["cividis"]
    return {name: to_hex(scale(place / (len(listed) - 1))) for place, name in enumerate(listed)}


@dataclass(frozen=True)
class Fill:
    """How an area looks: its colour, and lines across it (one of matplotlib's hatches) and around it."""

    colour: str
    hatch: str = ""
    lines: str = "white"


HATCHES = ("", "/////", "....")
"""For each time that the palette is gone through: after nine plain fills come nine with lines and nine with dots."""


def fills(names: Iterable[str]) -> dict[str, Fill]:
    """A fill for each name, by its place in the scenario: for areas that stand side by side, as in a stack.

    The first nine have the palette's colours. More have them again, with lines or dots across, which can be told apart
    in whatever colours a reader sees or a printer has. Beyond 27 names there is only a scale, as in `colours`.
    """
    listed = list(names)
    if len(listed) > len(PALETTE) * len(HATCHES):
        return {name: Fill(colour) for name, colour in colours(listed).items()}
    found = {}
    for place, name in enumerate(listed):
        around, at = divmod(place, len(PALETTE))
        found[name] = Fill(PALETTE[at], HATCHES[around], INK if around and at in PALE else "white")
    return found


def new_figure(width: float, height: float, *, laid_out: bool = True) -> Figure:
    """A figure of its own, in inches, unknown to pyplot; `laid_out`: anew each time it is drawn."""
    # What is laid out once is laid out at the resolution of the file, where letters are as wide as there.
    resolution = None if laid_out else STYLE["savefig.dpi"]
    figure = Figure(figsize=(width, height), dpi=resolution, layout="constrained" if laid_out else None)
    FigureCanvasAgg(figure)
    return figure


def new_axes(width: float, height: float) -> Axes:
    """Axes in a figure of their own."""
    return new_figure(width, height).add_subplot()


def wrapped(text: str, width: int) -> str:
    """The text in lines of about so many characters, balanced so that no single word is left over."""
    lines = textwrap.wrap(text, width, break_long_words=False)
    for narrower in range(width - 1, width // 2, -1):
        balanced = textwrap.wrap(text, narrower, break_long_words=False)
        if len(balanced) > len(lines):
            break
        lines = balanced
    return "\n".join(lines)


def tick_turns(turns: Sequence[str], most: int) -> tuple[list[int], list[str]]:
    """Which turns to label, at most so many, and their labels."""
    step = next((step for step in STEPS if len(turns) <= step * most), len(turns))
    places = list(range(0, len(turns), max(step, 1)))
    return places, [turns[place] for place in places]
