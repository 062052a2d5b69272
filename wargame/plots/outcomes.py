"""How the episodes ended, as bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from wargame.plots.style import ACCENT, INK, MUTED, new_axes, style, wrapped

__all__ = ["outcome_shares"]

LABEL_WIDTH = 38


def outcome_shares(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    colours: Mapping[str, str] | None = None,
) -> Axes:
    """Horizontal bars of the share of each outcome, with whiskers for its interval and the numbers beside.

    `table` is that of `Results.outcomes`; its order is kept, from top to bottom. `colours` gives bars their
    own.
    """
    with style():
        ax = new_axes(7.2, 0.6 + 0.42 * len(table)) if ax is None else ax
        names = [str(name) for name in table["outcome"]]
        share = 100 * table["share"].fillna(0).to_numpy()
        low, high = 100 * table["low"].to_numpy(), 100 * table["high"].to_numpy()
        places = list(range(len(names)))
        fill = [(colours or {}).get(name, ACCENT) for name in names]
        ax.barh(places, share, height=0.62, color=fill)
        errors = [(share - low).clip(0), (high - share).clip(0)]
        ax.errorbar(
            share, places, xerr=errors, fmt="none", ecolor=INK, elinewidth=0.9, capsize=2, capthick=0.9
        )
        ax.set_yticks(places, [wrapped((labels or {}).get(name, name), LABEL_WIDTH) for name in names])
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_xlim(0, max(1.03 * float(high.max(initial=0)), 1e-9))
        ax.grid(axis="x")
        ax.set_xlabel("Share of completed episodes (%)")
        _write_numbers(ax, table)
    return ax


def _write_numbers(ax: Axes, table: pd.DataFrame) -> None:
    """Share, interval and count in columns to the right of the bars."""
    level = table.attrs.get("level")
    interval = f"{100 * level:.4g} % interval" if level else "interval"
    pairs = zip(table["low"], table["high"], strict=True)
    columns = (
        (34, "share (%)", [_percent(share) for share in table["share"]]),
        (96, interval, [f"{_percent(low)}–{_percent(high)}" for low, high in pairs]),
        (132, "n", [f"{n:,}" for n in table["n"]]),
    )
    for offset, heading, texts in columns:
        _write(ax, heading, (1, 1), (offset, 3), "axes fraction", va="bottom", color=MUTED, fontsize=7)
        for place, text in enumerate(texts):
            _write(ax, text, (1, place), (offset, 0), ("axes fraction", "data"), va="center", fontsize=7.5)


def _write(
    ax: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], coordinates: Any, **look: Any
) -> None:
    """A text that ends so many points to the right of a place."""
    ax.annotate(text, at, offset, xycoords=coordinates, textcoords="offset points", ha="right", **look)


def _percent(share: float) -> str:
    """A share in percent: one place, two below one percent, three below a tenth."""
    if share != share:
        return "–"
    if share in (0, 1):
        return f"{100 * share:.0f}"
    places = 1 if share >= 0.01 else 2 if share >= 0.001 else 3
    return f"{100 * share:.{places}f}"
