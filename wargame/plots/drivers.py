"""What drives a result, as pictures: tornado, Sobol indices, effects, rank correlations, signposts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wargame.plots.style import ACCENT, HIGHLIGHT, INK, MUTED, PALETTE, new_axes, style, wrapped

__all__ = ["correlations", "effects", "signpost_skill", "sobol_bars", "tornado"]

MOST = 15
"""So many parameters are shown unless told otherwise."""

LABEL_WIDTH = 34
BAR = 0.62
PALE = 0.35


def tornado(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    most: int = MOST,
    labels: Mapping[str, str] | None = None,
    scale: float = 100.0,
    unit: str = "%",
) -> Axes:
    """The result where each parameter is low and where it is high, the widest swing on top.

    `table` is that of `low_and_high`; whiskers are its intervals, the line is the result over all rows. Numbers are
    multiplied by `scale` and are in `unit`.
    """
    with style():
        rows = table.head(most)
        ax = _axes(ax, len(rows))
        base, y = table.attrs["base"] * scale, np.arange(len(rows))
        for side, colour, words in (("low", ACCENT, "lowest"), ("high", HIGHLIGHT, "highest")):
            ends = rows[f"at_{side}"].to_numpy() * scale
            ax.barh(
                y,
                ends - base,
                left=base,
                height=BAR,
                color=colour,
                alpha=0.75,
                label=f"parameter in its {words} fifth",
            )
            low, high = (rows[f"at_{side}_{end}"].to_numpy() * scale for end in ("low", "high"))
            shift = -0.12 if side == "low" else 0.12
            ax.hlines(y + shift, low, high, color=INK, lw=0.9)
        ax.axvline(base, color=INK, lw=0.9)
        _name_rows(ax, rows["parameter"], labels)
        ax.set_xlabel(
            f"Result ({unit}); the line is over all, whiskers are 95 % intervals" if unit else "Result"
        )
        _legend(ax)
    return ax


def sobol_bars(
    table: pd.DataFrame, ax: Axes | None = None, *, most: int = MOST, labels: Mapping[str, str] | None = None
) -> Axes:
    """Sobol indices of first and total order with their intervals. `table` is that of `sobol_indices`."""
    with style():
        rows = table.head(most)
        ax = _axes(ax, len(rows))
        y = np.arange(len(rows))
        for column, shift, colour, words in (
            ("first", -0.19, ACCENT, "by itself (first order)"),
            ("total", 0.19, PALETTE[1], "with all others (total order)"),
        ):
            ax.barh(y + shift, rows[column], height=0.36, color=colour, label=words)
            ax.hlines(y + shift, rows[f"{column}_low"], rows[f"{column}_high"], color=INK, lw=0.9)
        _finish(ax, rows["parameter"], labels, "Part of the variance between points, with its 95 % interval")
        _legend(ax)
    return ax


def effects(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    most: int = MOST,
    labels: Mapping[str, str] | None = None,
    scale: float = 100.0,
    unit: str = "percentage points",
) -> Axes:
    """The strength of each parameter's elementary effects with its interval, and their mean with its sign.

    `table` is that of `elementary_effects`. Where the two marks lie far apart the parameter works one way here and the
    other way there.
    """
    with style():
        rows = table.head(most)
        ax = _axes(ax, len(rows))
        y = np.arange(len(rows))
        ax.barh(y, rows["strength"] * scale, height=BAR, color=ACCENT, alpha=PALE, label="strength")
        ax.hlines(y, rows["low"] * scale, rows["high"] * scale, color=INK, lw=0.9)
        ax.plot(rows["effect"] * scale, y, "o", ms=3.5, color=HIGHLIGHT, label="mean effect, with its sign")
        _finish(
            ax, rows["parameter"], labels, f"Change of the result over a parameter's whole range ({unit})"
        )
        _legend(ax)
    return ax


def correlations(
    table: pd.DataFrame, ax: Axes | None = None, *, most: int = MOST, labels: Mapping[str, str] | None = None
) -> Axes:
    """Partial rank correlations with their intervals; hollow where luck among so many parameters explains them.

    `table` is that of `partial_rank_correlations`.
    """
    with style():
        rows = table.head(most)
        ax = _axes(ax, len(rows))
        y = np.arange(len(rows))
        ax.hlines(y, rows["low"], rows["high"], color=MUTED, lw=1.4)
        clear = rows["beyond_luck"].to_numpy(dtype=bool)
        for kept, fill, words in ((clear, ACCENT, "beyond luck"), (~clear, "white", "may be luck")):
            if kept.any():
                ax.plot(
                    rows["correlation"][kept],
                    y[kept],
                    "o",
                    ms=4.5,
                    mfc=fill,
                    mec=ACCENT,
                    label=f"{words}, among {len(table)} parameters",
                )
        _finish(ax, rows["parameter"], labels, "Partial rank correlation, with its 95 % interval")
        _legend(ax)
    return ax


def signpost_skill(
    table: pd.DataFrame, ax: Axes | None = None, *, most: int = MOST, labels: Mapping[str, str] | None = None
) -> Axes:
    """What each observable of the first year takes away from not knowing the ending. `table` is that of `signposts`."""
    with style():
        rows = table.head(most)
        ax = _axes(ax, len(rows))
        y = np.arange(len(rows))
        together = (rows["observable"] == "all together").to_numpy()
        fill = np.where(together, PALETTE[1], ACCENT)
        ax.barh(y, 100 * rows["skill"], height=BAR, color=list(fill), alpha=0.75)
        ax.hlines(y, 100 * rows["low"], 100 * rows["high"], color=INK, lw=0.9)
        words = "Skill against the base rate (%), cross-validated, with its 95 % interval"
        _finish(ax, rows["observable"], labels, words)
    return ax


def _axes(ax: Axes | None, rows: int) -> Axes:
    return new_axes(6.4, 1.0 + 0.26 * max(rows, 3)) if ax is None else ax


def _finish(ax: Axes, names: pd.Series, labels: Mapping[str, str] | None, words: str) -> None:
    """The line at 0, the names of the rows, and what the axis shows."""
    ax.axvline(0, color=INK, lw=0.8)
    _name_rows(ax, names, labels)
    ax.set_xlabel(words)


def _name_rows(ax: Axes, names: Sequence[str] | pd.Series, labels: Mapping[str, str] | None) -> None:
    """A label for each row, the first on top."""
    texts = [wrapped(plain(str(name), labels), LABEL_WIDTH) for name in names]
    ax.set_yticks(range(len(texts)), texts)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(texts) - 0.5, -0.5)
    ax.grid(axis="x")


def plain(name: str, labels: Mapping[str, str] | None = None) -> str:
    """The label that goes by a full name or by the bare one, or else the name in words.

    Without a label `parameters.cut_chance` becomes "cut chance".
    """
    bare = name.removeprefix("parameters.")
    return (labels or {}).get(name) or (labels or {}).get(bare) or bare.replace("_", " ")


def _legend(ax: Axes) -> None:
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
