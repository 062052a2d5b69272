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
        y = np.arange(len(rows))
        for low, high, height, alpha, label in (
            ("q05", "q95", 0.3, 0.3, "5–95 % of episodes"),
            ("q25", "q75", 0.55, 0.55, "25–75 %"),
        ):
            ax.barh(
                y,
                (rows[high] - rows[low]).to_numpy(),
                left=rows[low].to_numpy(),
                height=height,
                color=ACCENT,
                alpha=alpha,
                linewidth=0,
                label=label,
            )
        mean = rows["mean"].to_numpy()
        errors = [(mean - rows["low"]).to_numpy(), (rows["high"] - mean).to_numpy()]
        ax.errorbar(
            mean,
            y,
            xerr=np.nan_to_num(np.array(errors)),
            fmt="o",
            color=INK,
            markersize=3,
            elinewidth=1,
            capsize=2,
            label="mean, with its interval",
        )
        names = [str(name) for name in rows["outcome"]]
        texts = [wrapped((labels or {}).get(name, name.replace("_", " ")), LABEL_WIDTH) for name in names]
        ax.set_yticks(y, texts)
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.use_sticky_edges = False
        ax.margins(x=0.03)
        ax.grid(axis="x")
        ax.set_xlabel(f"Payoff, discounted sum over the episode ({unit})")
        for place, n in zip(y, rows["n"], strict=True):
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
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)
    return ax
