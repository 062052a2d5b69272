"""Regions of assumptions as pictures: a map over two parameters, boxes, and how they were peeled."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wargame.plots.drivers import plain
from wargame.plots.style import HIGHLIGHT, INK, MUTED, PALETTE, colours, new_axes, style, wrapped

__all__ = ["box_limits", "heat_map", "peelings"]

LABEL_WIDTH = 30
AXIS_WIDTH = 36
SCALE = "cividis"
"""Reads the same for the colour-blind and in grey (Nunez, Anderton and Renslow 2018)."""


def heat_map(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    scale: float = 100.0,
    unit: str = "%",
) -> Axes:
    """A result over two parameters; each cell says its value, and below it the half-width of its interval.

    `table` is that of `over_two`. Cells into which no row fell are blank. Numbers are multiplied by `scale` and are in
    `unit`.
    """
    with style():
        across, up = (table[side].drop_duplicates().to_numpy() for side in ("first", "second"))
        values = table["value"].to_numpy().reshape(len(up), len(across)) * scale
        halves = ((table["high"] - table["low"]) / 2).to_numpy().reshape(values.shape) * scale
        ax = new_axes(1.9 + 0.85 * len(across), 1.2 + 0.5 * len(up)) if ax is None else ax
        image = ax.imshow(values, origin="lower", aspect="auto", cmap=SCALE)
        middle = (np.nanmin(values) + np.nanmax(values)) / 2 if np.isfinite(values).any() else 0.0
        digits = _digits(values)
        if values.size <= 144:
            for (row, column), value in np.ndenumerate(values):
                if math.isfinite(value):
                    text = f"{value:.{digits}f}"
                    if math.isfinite(halves[row, column]):
                        text += f"\n± {halves[row, column]:.{digits}f}"
                    ink = "white" if value < middle else INK
                    ax.text(column, row, text, ha="center", va="center", fontsize=6.5, color=ink)
        ax.set_xticks(range(len(across)), _classes(table, "first"))
        ax.set_yticks(range(len(up)), _classes(table, "second"))
        for side, put in (("first", ax.set_xlabel), ("second", ax.set_ylabel)):
            name = str(table.attrs[side])
            put(wrapped(_capitalized(plain(name, labels)), AXIS_WIDTH))
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        bar = ax.figure.colorbar(image, cax=ax.inset_axes((1.02, 0.0, 0.03, 1.0)))
        bar.outline.set_visible(False)
        bar.set_label(unit)
    return ax


def box_limits(
    limits: pd.DataFrame, ax: Axes | None = None, *, labels: Mapping[str, str] | None = None
) -> Axes:
    """Which part of each parameter's range lies inside of each box, by quantiles, with the numbers at the ends.

    `limits` is that of `Boxes`; a row of the picture for each restricted parameter, a colour for each box.
    """
    with style():
        names = list(dict.fromkeys(limits["parameter"]))
        numbers = list(dict.fromkeys(limits["box"]))
        ax = new_axes(6.4, 1.1 + 0.34 * max(len(limits), 2)) if ax is None else ax
        fill = colours([str(number) for number in numbers])
        height = 0.7 / max(len(numbers), 1)
        ax.barh(range(len(names)), [1] * len(names), height=0.8, color="#EEEEEE")
        for place, number in enumerate(numbers):
            for row in limits[limits["box"] == number].itertuples():
                y = names.index(str(row.parameter)) + (place - (len(numbers) - 1) / 2) * height
                low, high = float(row.low_part), float(row.high_part)
                ax.barh(y, high - low, left=low, height=0.9 * height, color=fill[str(number)])
                _end_text(ax, low, y, float(row.low), "right")
                _end_text(ax, high, y, float(row.high), "left")
        for number in numbers:
            ax.barh(0, 0, color=fill[str(number)], label=f"box {number}")
        texts = [wrapped(plain(name, labels), LABEL_WIDTH) for name in names]
        ax.set_yticks(range(len(names)), texts)
        ax.set_ylim(max(len(names), 1) - 0.5, -0.5)
        if not names:
            ax.text(0.5, 0, "No box was found", ha="center", va="center", color=MUTED)
        ax.set_xlim(0, 1)
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["least", "25 %", "half", "75 %", "greatest"])
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("Part of the range that is inside, by quantiles")
        if numbers:
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(numbers), borderaxespad=0.2)
    return ax


def peelings(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """What each peeling gave and took: the outcome's share inside (density) against the part of its episodes inside.

    `table` is that of `Boxes.peelings`. The search goes from right to left; the ringed step is the one that a box was
    made from. These are the shares in the half in which was searched, and so too good.
    """
    with style():
        ax = new_axes(4.2, 3.0) if ax is None else ax
        for place, (number, rows) in enumerate(table.groupby("box")):
            colour = PALETTE[place % len(PALETTE)]
            label = f"box {number}" if rows["chosen"].any() else "no further box"
            ax.plot(
                100 * rows["coverage"],
                100 * rows["density"],
                "o-",
                ms=2.5,
                lw=0.8,
                color=colour,
                label=label,
            )
            chosen = rows[rows["chosen"]]
            ax.plot(
                100 * chosen["coverage"],
                100 * chosen["density"],
                "o",
                ms=9,
                mfc="none",
                mec=HIGHLIGHT,
                mew=1.4,
            )
        ax.set_xlim(0, 102)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("Coverage (%)")
        ax.set_ylabel("Density (%)")
        ax.grid()
        if table["box"].nunique() > 1:
            ax.legend(loc="best")
    return ax


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]


def _end_text(ax: Axes, x: float, y: float, number: float, side: str) -> None:
    """The number at an end, outside of the bar if there is room and inside otherwise; nothing at an open end."""
    if math.isnan(number):
        return
    has_room = x > 0.12 if side == "right" else x < 0.88
    inward = "left" if side == "right" else "right"
    text = f" {number:.3g} "
    ax.text(
        x,
        y,
        text,
        ha=side if has_room else inward,
        va="center",
        fontsize=7,
        color=INK if has_room else "white",
    )


def _classes(table: pd.DataFrame, side: str) -> list[str]:
    classes = table.drop_duplicates(side)
    return [
        f"{low:.3g}" if low == high else f"{low:.3g}–\n{high:.3g}"
        for low, high in zip(classes[f"{side}_low"], classes[f"{side}_high"], strict=True)
    ]


def _digits(values: np.ndarray) -> int:
    """So many digits after the point tell the cells apart."""
    span = np.nanmax(values) - np.nanmin(values) if np.isfinite(values).any() else 0.0
    return (
        0 if span >= 30 else 1 if span >= 1 else max(1, 2 - math.floor(math.log10(span))) if span > 0 else 1
    )
