"""What each policy moves, as a picture: policies by state variables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from wargame.plots.style import INK, MUTED, new_axes, style, wrapped

__all__ = ["policy_effects"]

SHOWN_FROM = 0.02
"""A variable that no policy moves by this share of its range is left out."""

STRONG = 0.55
"""On a colour this far from the middle, letters are white."""


def policy_effects(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    variable_labels: Mapping[str, str] | None = None,
) -> Axes:
    """The change of each state variable under each policy of an actor, against the actor's own choice.

    `table` is that of `wargame.experiment.policy_effects.policy_effects`. The colour is the change over the width of
    the variable's range, purple for less and orange for more; the number is the change in the variable's unit, left out
    where its interval holds 0. Variables that no policy moves by 2 % of the range are left out. `labels` go by policy.
    """
    with style():
        shares = _wide(table, "share")
        moved = [name for name in shares.columns if shares[name].abs().max() >= SHOWN_FROM]
        shares = shares[moved]
        ax = new_axes(1.9 + 0.62 * max(len(moved), 1), 1.5 + 0.42 * len(shares)) if ax is None else ax
        most = max(float(shares.abs().to_numpy().max(initial=0.0)), SHOWN_FROM)
        ax.imshow(shares, cmap="PuOr_r", norm=TwoSlopeNorm(0, -most, most), aspect="auto")
        _write(ax, _wide(table, "change")[moved], _sure(table)[moved], shares / most)
        named, variables = labels or {}, variable_labels or {}
        policies = [wrapped(named.get(str(name), str(name)), 34) for name in shares.index]
        ax.set_yticks(range(len(policies)), policies)
        titles = [wrapped(variables.get(name, name.replace("_", " ")), 24) for name in moved]
        ax.set_xticks(range(len(moved)), titles, rotation=55, ha="left", rotation_mode="anchor")
        ax.xaxis.tick_top()
        ax.tick_params(length=0)
        ax.set_xticks(np.arange(len(moved) + 1) - 0.5, minor=True)
        ax.set_yticks(np.arange(len(shares) + 1) - 0.5, minor=True)
        ax.grid(which="minor", color="white", linewidth=1.5)
        ax.tick_params(which="minor", length=0)
        ax.spines[:].set_visible(False)
    return ax


def _wide(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """Policies by variables, both in the table's order."""
    policies, variables = (list(table[name].drop_duplicates()) for name in ("policy", "variable"))
    wide = table.pivot(index="policy", columns="variable", values=column)
    return wide.reindex(index=policies, columns=variables)


def _sure(table: pd.DataFrame) -> pd.DataFrame:
    """Whether the interval leaves 0 out."""
    return _wide(table.assign(sure=(table["low"] > 0) | (table["high"] < 0)), "sure").astype(bool)


def _write(ax: Axes, changes: pd.DataFrame, sure: pd.DataFrame, strength: pd.DataFrame) -> None:
    numbers, certain, strengths = (table.to_numpy() for table in (changes, sure, strength))
    for row in range(len(changes)):
        for column in range(changes.shape[1]):
            change, shown = float(numbers[row, column]), bool(certain[row, column])
            strong = abs(float(strengths[row, column])) > STRONG
            ax.text(
                column,
                row,
                f"{change:+.2g}".replace("-", "−") if shown else "·",
                ha="center",
                va="center",
                fontsize=6.5,
                color="white" if strong else INK if shown else MUTED,
            )
