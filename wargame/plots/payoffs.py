"""What the actors got, by how it ended."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wargame.plots.style import ACCENT, INK, MUTED, new_axes, style, wrapped

__all__ = ["payoffs_by_outcome"]

LABEL_WIDTH = 34


def payoffs_by_outcome(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    actor: str,
    labels: Mapping[str, str] | None = None,
    unit: str = "points",
) -> Axes:
    """One actor's payoff within each outcome: bars that hold nine and five tenths of the episodes, and the mean.

    `table` is that of `wargame.analysis.payoffs.payoffs_by_outcome`. The mean has its interval, which is narrow where
    there are many episodes; the bars do not narrow. Outcomes are in the table's order, with their numbers of episodes.
    """
    with style():
        rows = table[table["actor"] == actor]
        ax = new_axes(6.4, 0.9 + 0.34 * len(rows)) if ax is None else ax
        _spread(ax, rows)
        _means(ax, rows)
        _name_rows(ax, rows, labels or {})
        ax.use_sticky_edges = False
        ax.margins(x=0.03)
        ax.grid(axis="x")
        ax.set_xlabel(f"Payoff, discounted sum over the episode ({unit})")
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)
    return ax


def _spread(ax: Axes, rows: pd.DataFrame) -> None:
    """A wide bar inside a long one: the middle half and the middle nine tenths of the episodes."""
    for low, high, height, alpha, label in (
        ("q05", "q95", 0.3, 0.3, "5–95 % of episodes"),
        ("q25", "q75", 0.55, 0.55, "25–75 %"),
    ):
        ax.barh(
            np.arange(len(rows)),
            (rows[high] - rows[low]).to_numpy(),
            left=rows[low].to_numpy(),
            height=height,
            color=ACCENT,
            alpha=alpha,
            linewidth=0,
            label=label,
        )


def _means(ax: Axes, rows: pd.DataFrame) -> None:
    mean = rows["mean"].to_numpy()
    errors = [(mean - rows["low"]).to_numpy(), (rows["high"] - mean).to_numpy()]
    ax.errorbar(
        mean,
        np.arange(len(rows)),
        xerr=np.nan_to_num(np.array(errors)),
        fmt="o",
        color=INK,
        markersize=3,
        elinewidth=1,
        capsize=2,
        label="mean, with its interval",
    )


def _name_rows(ax: Axes, rows: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """The outcome on the left of each row, the first on top, and its number of episodes on the right."""
    names = [str(name) for name in rows["outcome"]]
    texts = [wrapped(labels.get(name, name.replace("_", " ")), LABEL_WIDTH) for name in names]
    ax.set_yticks(np.arange(len(rows)), texts)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    for place, n in enumerate(rows["n"]):
        ax.annotate(
            f"n = {n:,}",
            (1, place),
            (4, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=7,
            color=MUTED,
        )
