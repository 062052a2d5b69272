"""The places of plots in a figure, found once and then fixed.

Matplotlib's constrained layout measures every text of a figure again and again. Here that is done once, where once is
enough: ticks, labels and titles take as many inches wherever their plot stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec
from matplotlib.transforms import ScaledTranslation

__all__ = ["lay_out"]

PAD = 0.04
"""Inches on each side of a plot and what stands around it."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands around a plot: the inches on each side, and how far from it its y axis' label stands."""

    left: float
    right: float
    top: float
    bottom: float
    label: float


def lay_out(figure: Figure, *, left: float, bottom: float, right: float, top: float) -> None:
    """Place the plots of a figure within such margins, in inches, as large as what stands around them allows.

    The plots stand in one grid, whose ratios of width and height are those of the plots themselves. Labels of y axes
    that stand in one column are put on one line. The figure has to have the resolution that it will be drawn with.
    """
    plots = [ax for ax in figure.axes if ax.get_subplotspec() is not None]
    if not plots:
        return
    room = (left, bottom, figure.get_figwidth() - right, figure.get_figheight() - top)
    around = {ax: _around(ax) for ax in plots}
    ticks = {ax: _ticks(ax) for ax in plots}
    _place(around, room)
    # In a plot of another size other ticks may be labelled, and what is put beside it by fractions of its size moves.
    moved = [ax for ax in plots if ax.texts or ax.child_axes or ax.get_legend() or _ticks(ax) != ticks[ax]]
    if moved:
        around |= {ax: _around(ax) for ax in moved}
        _place(around, room)
    _align_labels(around)


def _ticks(ax: Axes) -> list[float]:
    return [float(place) for axis in (ax.xaxis, ax.yaxis) for place in axis.get_majorticklocs()]


def _around(ax: Axes) -> Around:
    """Measure a plot."""
    figure: Any = ax.get_figure()
    own, dots = ax.bbox, figure.dpi
    # Measuring puts the label to the left of its ticks.
    whole = ax.get_tightbbox(figure.canvas.get_renderer(), for_layout_only=True) or own
    return Around(
        left=(own.x0 - whole.x0) / dots,
        right=(whole.x1 - own.x1) / dots,
        top=(whole.y1 - own.y1) / dots,
        bottom=(own.y0 - whole.y0) / dots,
        label=(own.x0 - ax.yaxis.label.get_position()[0]) / dots if ax.axison else 0.0,
    )


def _place(measured: dict[Axes, Around], room: tuple[float, float, float, float]) -> None:
    """Place each plot."""
    plots, around = list(measured), list(measured.values())
    places = [_spec(ax) for ax in plots]
    grid: GridSpec = places[0].get_gridspec()
    columns = [place.colspan for place in places]
    rows = [place.rowspan for place in places]
    farthest = _farthest(measured)
    moved = [
        one.left + (farthest[column.start] - one.label if ax.yaxis.label.get_text() else 0)
        for ax, column, one in zip(plots, columns, around, strict=True)
    ]
    across = _edges(
        room[0],
        room[2],
        _ratios(grid.get_width_ratios(), grid.ncols),
        _most(grid.ncols, columns, moved),
        _most(
            grid.ncols, [range(span.stop - 1, span.stop) for span in columns], (one.right for one in around)
        ),
    )
    # From top to bottom, as rows are counted.
    down = _edges(
        room[1],
        room[3],
        _ratios(grid.get_height_ratios(), grid.nrows),
        _most(grid.nrows, rows, (one.top for one in around)),
        _most(grid.nrows, [range(span.stop - 1, span.stop) for span in rows], (one.bottom for one in around)),
    )
    figure: Any = plots[0].get_figure()
    width, height = figure.get_size_inches()
    for ax, column, row in zip(plots, columns, rows, strict=True):
        left, right = across[column.start][0], across[column.stop - 1][1]
        top, bottom = (room[1] + room[3] - edge for edge in (down[row.start][0], down[row.stop - 1][1]))
        # Rounded, because names in SVG files hang on it to the last bit.
        box = (left / width, bottom / height, (right - left) / width, (top - bottom) / height)
        x0, y0, across_by, up_by = (round(float(value), 4) for value in box)
        ax.set_position((x0, y0, across_by, up_by))


def _farthest(measured: dict[Axes, Around]) -> dict[int, float]:
    """For each column how far from its plots the label of a y axis stands that stands farthest from them."""
    farthest: dict[int, float] = {}
    for ax, one in measured.items():
        column = _spec(ax).colspan.start
        farthest[column] = max(farthest.get(column, 0.0), one.label)
    return farthest


def _align_labels(measured: dict[Axes, Around]) -> None:
    """Put the labels of y axes in one column on one line, and keep them there."""
    farthest = _farthest(measured)
    for ax in measured:
        if ax.axison:
            figure: Any = ax.get_figure()
            away = -round(farthest[_spec(ax).colspan.start], 4)
            place = ax.transAxes + ScaledTranslation(away, 0, figure.dpi_scale_trans)
            ax.yaxis.set_label_coords(0, 0.5, transform=place)


def _spec(ax: Axes) -> Any:
    return ax.get_subplotspec()


def _most(count: int, spans: Sequence[range], sizes: Iterable[float]) -> list[float]:
    """For each column (or row) the largest size among the plots whose span begins with it."""
    most = [0.0] * count
    for span, size in zip(spans, sizes, strict=True):
        most[span.start] = max(most[span.start], size)
    return most


def _edges(
    start: float, end: float, ratios: Sequence[float], before: Sequence[float], after: Sequence[float]
) -> list[tuple[float, float]]:
    """Where plots begin and end in each column (or row): what is left over goes to them by the ratios."""
    left_over = (end - start) - sum(before) - sum(after) - 2 * PAD * len(ratios)
    unit = max(left_over, 0.1) / sum(ratios)
    edges = []
    for ratio, first, last in zip(ratios, before, after, strict=True):
        begin = start + PAD + first
        edges.append((begin, begin + ratio * unit))
        start = begin + ratio * unit + last + PAD
    return edges


def _ratios(given: Any, count: int) -> list[float]:
    return [1.0] * count if given is None else [float(ratio) for ratio in given]
