"""Experiments as pictures: differences with intervals, ranges over what is not known, and convergence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from wargame.plots.style import ACCENT, INK, MUTED, colours, new_axes, style, wrapped

__all__ = ["arm_shares", "convergence", "paired_differences", "ranges"]

LABEL_WIDTH = 34
THIN = 0.35
LEGEND_WIDTH = 90
"""Letters that fit into a line of the legend."""


def paired_differences(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    arms: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    unit: str = "percentage points",
    scale: float = 100.0,
) -> Axes:
    """Differences from the baseline with their intervals: a row for each name, a colour for each arm.

    `table` is that of `Comparison.differences`, with the rows to show; thin lines are the intervals that independent
    runs as large would have, where the table has them. Where it has `over_low` and `over_high`, a pale band shows how
    far the difference ranges over what is not known. Numbers are multiplied by `scale` and are in `unit`.
    """
    with style():
        names, shown = _distinct(table["name"]), _distinct(table["arm"])
        ax = new_axes(7.2, 0.9 + 0.19 * len(names) * max(len(shown), 2)) if ax is None else ax
        fill = _arm_colours(shown, arms)
        for arm, rows, y in _side_by_side(table, names, shown):
            if "over_low" in rows:
                _whiskers(ax, rows["over_low"] * scale, rows["over_high"] * scale, y, fill[arm], 5.0, THIN)
            if "unpaired_low" in rows:
                ends = rows["unpaired_low"] * scale, rows["unpaired_high"] * scale
                _whiskers(ax, *ends, y, fill[arm], 0.8, THIN)
            _whiskers(ax, rows["low"] * scale, rows["high"] * scale, y, fill[arm], 2.2, 1.0)
            label = (arms or {}).get(arm, arm)
            ax.plot(rows["difference"] * scale, y, "o", ms=3.5, color=fill[arm], label=label)
        ax.axvline(0, color=INK, lw=0.8)
        if "over_low" in table:
            ax.plot([], [], color=MUTED, lw=5.0, alpha=THIN, label="pale: range over what is not known")
        if "unpaired_low" in table:
            ax.plot([], [], color=MUTED, lw=0.8, label="thin: two independent runs as large")
        _name_rows(ax, names, labels)
        ax.set_xlabel(f"Difference from the baseline ({unit})")
        _legend(ax)
    return ax


def arm_shares(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    arms: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """Shares by arm with their intervals: a row for each name, a colour for each arm.

    `table` is that of `ExperimentResults.values`, with the rows to show; where there is a range over what is not
    known, a pale band shows it.
    """
    with style():
        names, shown = _distinct(table["name"]), _distinct(table["arm"])
        ax = new_axes(7.2, 0.9 + 0.19 * len(names) * max(len(shown), 2)) if ax is None else ax
        fill = _arm_colours(shown, arms)
        for arm, rows, y in _side_by_side(table, names, shown):
            if "range_low" in rows:
                _whiskers(ax, 100 * rows["range_low"], 100 * rows["range_high"], y, fill[arm], 5.0, THIN)
            _whiskers(ax, 100 * rows["low"], 100 * rows["high"], y, fill[arm], 1.4, 1.0)
            label = (arms or {}).get(arm, arm)
            ax.plot(100 * rows["value"], y, "o", ms=3.5, color=fill[arm], label=label)
        _name_rows(ax, names, labels)
        ax.set_xlim(left=0)
        ax.set_xlabel("Share of completed episodes (%)")
        _legend(ax)
    return ax


def ranges(table: pd.DataFrame, ax: Axes | None = None, *, labels: Mapping[str, str] | None = None) -> Axes:
    """The range over what is not known as bars, and the mean with its interval on top of them.

    `table` is that of `Sweep.spread`, with the rows to show; all of them shares.
    """
    with style():
        ax = new_axes(7.2, 0.9 + 0.4 * len(table)) if ax is None else ax
        y = np.arange(len(table))
        low, high = 100 * table["range_low"].to_numpy(), 100 * table["range_high"].to_numpy()
        ax.barh(
            y,
            high - low,
            left=low,
            height=0.55,
            color=ACCENT,
            alpha=THIN,
            label="range over what is not known",
        )
        _whiskers(ax, 100 * table["low"], 100 * table["high"], y, INK, 1.4, 1.0)
        ax.plot(100 * table["mean"], y, "o", ms=3.5, color=INK, label="mean, with its 95 % interval")
        _name_rows(ax, [str(name) for name in table["name"]], labels)
        ax.set_xlim(left=0)
        ax.set_xlabel("Share of completed episodes (%)")
        _legend(ax)
    return ax


def convergence(
    looks: pd.DataFrame, ax: Axes | None = None, *, half_width: float, scale: float = 1.0, unit: str = ""
) -> Axes:
    """Estimates with their intervals at each look, and the width that was asked for around the last of them.

    `looks` has `episodes`, `name`, `value`, `low`, `high`. Of many names the six whose last interval is widest are
    drawn: the run went on because of them.
    """
    with style():
        ax = new_axes(6.4, 3.2) if ax is None else ax
        last = (
            looks.groupby("name", sort=False).tail(1).assign(width=lambda table: table["high"] - table["low"])
        )
        names = last.sort_values("width", ascending=False, kind="stable")["name"].head(6).tolist()
        fill = colours(names)
        for place, name in enumerate(names):
            rows = looks[looks["name"] == name]
            x = rows["episodes"].to_numpy() * 1.02 ** (place - (len(names) - 1) / 2)
            value = scale * rows["value"].to_numpy()
            errors = [value - scale * rows["low"].to_numpy(), scale * rows["high"].to_numpy() - value]
            ax.errorbar(
                x, value, yerr=errors, fmt="o-", ms=3, lw=0.8, capsize=2, color=fill[name], label=name
            )
            ends = value[-1] - scale * half_width, value[-1] + scale * half_width
            ax.axhspan(*ends, color=fill[name], alpha=0.08, lw=0)
        ax.set_xscale("log", base=2)
        sizes = sorted(set(looks["episodes"]))
        ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
        ax.minorticks_off()
        ax.set_xlabel("Episodes at the look")
        ax.set_ylabel(f"Estimate ({unit})" if unit else "Estimate")
        _legend(ax)
    return ax


def _distinct(column: pd.Series) -> list[str]:
    return list(dict.fromkeys(column))


def _side_by_side(
    table: pd.DataFrame, names: Sequence[str], arms: Sequence[str]
) -> Iterator[tuple[str, pd.DataFrame, np.ndarray]]:
    """Each arm, its rows in the order of the names, and their heights: those of a name lie close together."""
    for place, arm in enumerate(arms):
        rows = table[table["arm"] == arm].set_index("name").reindex(list(names))
        yield arm, rows, np.arange(len(names)) + (place + 1) / (len(arms) + 1) - 0.5


def _arm_colours(shown: Sequence[str], arms: Mapping[str, str] | None) -> dict[str, str]:
    """By the arm's place among all that are named, so that it has one colour whether the baseline is shown or not."""
    return colours(arms if arms and set(shown) <= set(arms) else shown)


def _whiskers(
    ax: Axes, low: pd.Series, high: pd.Series, y: np.ndarray, colour: str, width: float, alpha: float
) -> None:
    ax.hlines(y, low.to_numpy(), high.to_numpy(), color=colour, lw=width, alpha=alpha)


def _name_rows(ax: Axes, names: Sequence[str], labels: Mapping[str, str] | None) -> None:
    """A label for each row, the first on top."""
    texts = [wrapped((labels or {}).get(name, name.replace("_", " ")), LABEL_WIDTH) for name in names]
    ax.set_yticks(range(len(names)), texts)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)
    for place in range(1, len(names)):
        ax.axhline(place - 0.5, color=MUTED, lw=0.3, alpha=0.5)
    ax.grid(axis="x")


def _legend(ax: Axes) -> None:
    """Above the axes, in as many columns as fit."""
    handles, texts = ax.get_legend_handles_labels()
    longest = max((len(text) for text in texts), default=1)
    columns = max(1, min(len(texts), LEGEND_WIDTH // (longest + 6)))
    ax.legend(handles, texts, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, borderaxespad=0.2)
