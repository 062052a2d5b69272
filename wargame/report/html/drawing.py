"""Drawing a figure twice, for a wide window and for a phone, and carrying it inside the page as SVG."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from wargame.report.html.blocks import Picture, Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["NARROW", "WIDE", "axes", "finished", "picture"]

WIDE, NARROW = 7.2, 3.9
"""Widths in inches; on the page an inch is about 96 pixels, so letters are as large on a phone as on a desk."""

Draw = Callable[[bool], "Figure"]
"""Draws the figure, narrow or not."""


def axes(narrow: bool, height: float) -> Axes:
    """Axes in a figure of their own, of one of the two widths."""
    from wargame.plots.style import new_figure

    return new_figure(NARROW if narrow else WIDE, height, laid_out=False).add_subplot()


def finished(ax: Axes, narrow: bool) -> Figure:
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


def picture(caption: str, alt: str, draw: Draw, table: Table | None = None) -> Picture:
    """A figure as part of the page."""
    from wargame.plots.style import style

    with style():
        wide, narrow = (uri(draw(is_narrow)) for is_narrow in (False, True))
    return Picture(caption=caption, alt=alt, wide=wide, narrow=narrow, table=table)


def uri(figure: Figure) -> str:
    """The figure as a data URI; the same figure gives the same text."""
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    # Laying out takes longest: once here, and not again at every drawing.
    ConstrainedLayoutEngine().execute(figure)
    file = io.BytesIO()
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(file.getvalue()).decode("ascii")
