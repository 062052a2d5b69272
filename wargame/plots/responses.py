"""What an actor does after another has done something, as a heat map."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from wargame.plots.style import INK, MUTED, new_axes, style

__all__ = ["responses"]

LABEL_WIDTH = 36
"""Longer names are cut."""

COLOURS = "PuOr"
"""Orange and purple, which the colour-blind tell apart (Brewer 2003, colorbrewer2.org)."""

LEAST_SCALE = 10.0
"""Percentage points: where all differences are small, they look small."""


def responses(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """A row for what one actor did, a column for what the other did then: shares in figures, differences in colour.

    `table` is that of `wargame.analysis.responses.responses`, of one pair of actors. The figure in a cell is the share
    in percent after the row's policy; the colour is by how many percentage points that is more (purple) or less
    (orange) than after the other policies. Cells whose difference could well be nil, for its interval holds 0, stay
    white and grey. `labels` goes by `actor.policy`.
    """
    with style():
        causes, answers = (list(dict.fromkeys(table[name])) for name in ("after", "policy"))
        ax = new_axes(3.4 + 0.38 * len(answers), 1.5 + 0.27 * len(causes)) if ax is None else ax
        cells = table.set_index(["after", "policy"])
        share, gap, low, high = (
            100 * cells[name].unstack().reindex(index=causes, columns=answers).to_numpy(dtype=np.float64)
            for name in ("share", "difference", "difference_low", "difference_high")
        )
        clear = (low > 0) | (high < 0)
        scale = max(LEAST_SCALE, float(np.nanmax(np.abs(gap), initial=0.0)))
        norm = TwoSlopeNorm(0.0, -scale, scale)
        shown = np.where(clear, gap, 0.0)
        image = ax.imshow(shown, cmap=COLOURS, norm=norm, aspect="auto")
        for row, column in np.ndindex(share.shape):
            value = share[row, column]
            text = "–" if np.isnan(value) else f"{value:.0f}"
            colour = _ink(float(norm(shown[row, column]))) if clear[row, column] else MUTED
            weight = "bold" if clear[row, column] else "normal"
            ax.text(
                column, row, text, ha="center", va="center", fontsize=7.5, color=colour, fontweight=weight
            )
        _name_cells(ax, table, labels or {}, causes, answers)
        bar = ax.figure.colorbar(image, cax=ax.inset_axes((1.015, 0.0, 0.02, 1.0)))
        bar.set_label("more or less than otherwise\n(percentage points)", fontsize=7)
        bar.outline.set_visible(False)
    return ax


def _name_cells(
    ax: Axes, table: pd.DataFrame, labels: Mapping[str, str], causes: list[str], answers: list[str]
) -> None:
    """Rows and columns with the policies' labels, rows with the turns that they count."""
    actor, after = table["actor"].iloc[0], table["after_actor"].iloc[0]
    total = table.groupby("after", sort=False)["total"].first()
    rows = [f"{_cut(labels.get(f'{after}.{name}', name))} (n = {total[name]:,})" for name in causes]
    columns = [_cut(labels.get(f"{actor}.{name}", name)) for name in answers]
    ax.set_yticks(range(len(causes)), rows)
    ax.set_xticks(range(len(answers)), columns, rotation=35, ha="left", rotation_mode="anchor")
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.set_xticks(np.arange(-0.5, len(answers)), minor=True)
    ax.set_yticks(np.arange(-0.5, len(causes)), minor=True)
    ax.grid(which="minor", color="white", linewidth=1.2)
    ax.tick_params(which="minor", length=0)
    ax.spines[:].set_visible(False)


def _cut(text: str) -> str:
    """The text, or as many of its words as fit."""
    return textwrap.shorten(text, LABEL_WIDTH, placeholder=" …")


def _ink(place: float) -> str:
    """Dark or white, whichever is read better on the colour at this place of the scale."""
    red, green, blue, _ = colormaps[COLOURS](place)
    return INK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.45 else "white"
