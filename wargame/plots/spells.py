"""How long spells last."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from wargame.plots.style import MUTED, new_axes, style
from wargame.plots.style import colours as default_colours

__all__ = ["spell_survival"]


def spell_survival(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
) -> Axes:
    """The share of each actor's spells that last longer than so many turns, as steps, with bands for the intervals.

    `table` is that of `wargame.analysis.spells.spell_survival`, by actor. The dotted line is at one half: a step
    crosses it at the median.
    """
    with style():
        ax = new_axes(4.6, 3.0) if ax is None else ax
        names = list(dict.fromkeys(table["actor"]))
        fill = colours or default_colours(names)
        for name in names:
            rows = table[table["actor"] == name].sort_values("length")
            x = np.concatenate([[0], rows["length"].to_numpy()])
            share = 100 * np.concatenate([[1.0], rows["share"].to_numpy()])
            low, high = (100 * rows[end].to_numpy(dtype=np.float64) for end in ("low", "high"))
            ax.fill_between(
                x[1:], low, high, step="post", color=fill[name], alpha=0.2, linewidth=0, where=~np.isnan(low)
            )
            ax.step(
                x, share, where="post", color=fill[name], linewidth=1.3, label=(labels or {}).get(name, name)
            )
        ax.axhline(50, color=MUTED, linewidth=0.8, linestyle=":")
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlim(0, float(table["length"].max()))
        ax.set_ylim(0, 100)
        ax.grid(axis="y")
        ax.set_xlabel("Turns")
        ax.set_ylabel("Spells that last longer (%)")
        ax.legend(loc="upper right")
    return ax
