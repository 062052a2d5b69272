"""Knock-outs, null players and regret as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from wargame.plots.style import ACCENT, HIGHLIGHT, INK, MUTED, new_axes, style, wrapped

__all__ = ["decision_regrets", "distances", "fixed_policies", "knockouts"]

LABEL_WIDTH = 46
PALE = 0.3
VERDICTS = {"as stated": ACCENT, "the other way": HIGHLIGHT, "not shown": MUTED}


def knockouts(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    arms: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
) -> Axes:
    """What each knock-out changes in the number that it must move, in standard deviations of the baseline's episodes.

    `table` is that of `knockout_table`. Colours tell the verdict; rows whose number never varies are marked and empty.
    """
    with style():
        ax = new_axes(7.2, 0.9 + 0.42 * len(table)) if ax is None else ax
        # Intervals in the same units: a difference and its ends are divided by the same number.
        sd = table["difference"] / table["effect"]
        for verdict, colour in VERDICTS.items():
            rows = table["verdict"] == verdict
            places = [place for place, shown in enumerate(rows) if shown]
            if places:
                low, high = (table["low"] / sd)[rows], (table["high"] / sd)[rows]
                _whiskers(ax, low.fillna(0), high.fillna(0), places, colour)
                ax.plot(
                    table["effect"][rows].fillna(0), places, "o", ms=4, color=colour, label=_in_words(verdict)
                )
        titles = [(arms or {}).get(str(arm), str(arm)) for arm in table["arm"]]
        moved = [(labels or {}).get(str(name), str(name)) for name in table["name"]]
        _rows(ax, [f"{title}\n→ {name}" for title, name in zip(titles, moved, strict=True)])
        ax.axvline(0, color=INK, lw=0.8)
        ax.set_xlabel("Change when the mechanism is off (standard deviations of one episode)")
        _write_changes(ax, table)
        _legend(ax)
    return ax


def _write_changes(ax: Axes, table: pd.DataFrame) -> None:
    """The changes in their own units, with their intervals, to the right of the rows."""
    look: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": 7.5}
    rows = zip(table["kind"], table["difference"], table["low"], table["high"], strict=True)
    for place, (kind, *numbers) in enumerate(rows):
        scale, unit = (100.0, " pp") if kind == "outcome" else (1.0, "")
        change, low, high = (f"{scale * number:.3g}".replace("-", "−") for number in numbers)
        text = f"{change}{unit}\n{low} to {high}"
        ax.annotate(text, (1, place), (8, 0), xycoords=("axes fraction", "data"), **look)
    ax.annotate(
        "change, interval",
        (1, 0),
        (8, -6),
        xycoords="axes fraction",
        **{**look, "va": "top", "fontsize": 7},
        color=MUTED,
    )


def _in_words(verdict: str) -> str:
    return {
        "as stated": "moves as stated",
        "the other way": "moves the other way",
        "not shown": "interval holds 0",
    }[verdict]


def distances(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    mark: float | None = 0.1,
) -> Axes:
    """How far outcomes are from those under the actors' own rules: a dot with its interval for each arm.

    `table` is that of `null_player_table`; where there is a range over what is not known, a pale bar shows it. `mark`
    is a distance to compare with.
    """
    with style():
        ax = new_axes(7.2, 0.9 + 0.28 * len(table)) if ax is None else ax
        places = list(range(len(table)))
        if "range_low" in table:
            ax.barh(
                places,
                table["range_high"] - table["range_low"],
                left=table["range_low"],
                height=0.6,
                color=ACCENT,
                alpha=PALE,
                label="range over what is not known",
            )
        _whiskers(ax, table["low"], table["high"], places, ACCENT)
        ax.plot(table["distance"], places, "o", ms=4.5, color=ACCENT, label="distance, with its interval")
        if mark is not None:
            ax.axvline(mark, color=INK, lw=0.8, ls="--", label=f"{mark:g}")
        _rows(ax, [(labels or {}).get(str(name), str(name)) for name in table["arm"]])
        ax.set_xlim(left=0)
        ax.set_xlabel("Total variation distance of the outcomes from those under every actor's own rule")
        _legend(ax)
    return ax


def fixed_policies(
    table: pd.DataFrame, ax: Axes | None = None, *, labels: Mapping[str, str] | None = None
) -> Axes:
    """What one actor would gain by each policy held throughout, the best on top; `table` holds one actor's rows."""
    with style():
        ax = new_axes(7.2, 0.7 + 0.24 * len(table)) if ax is None else ax
        rows = table.sort_values("gain", ascending=False, kind="stable")
        places = list(range(len(rows)))
        colours = [HIGHLIGHT if low > 0 else ACCENT for low in rows["low"]]
        _whiskers(ax, rows["low"], rows["high"], places, colours)
        ax.scatter(rows["gain"], places, s=16, c=colours, zorder=3)
        ax.axvline(0, color=INK, lw=0.8)
        _rows(ax, [(labels or {}).get(str(name), str(name)) for name in rows["policy"]])
        ax.set_xlabel(
            "Payoff more than by the own rule (points over the episode; orange: more, beyond chance)"
        )
    return ax


def decision_regrets(
    table: pd.DataFrame, ax: Axes | None = None, *, labels: Mapping[str, str] | None = None
) -> Axes:
    """What a decision costs against the best reply there: by the own rule, with its interval, and by a coin."""
    with style():
        ax = new_axes(7.2, 0.9 + 0.34 * len(table)) if ax is None else ax
        places = list(range(len(table)))
        _whiskers(ax, table["low"], table["high"], places, ACCENT)
        ax.plot(table["regret"], places, "o", ms=4.5, color=ACCENT, label="own rule, with its interval")
        ax.plot(table["coin"], places, "D", ms=4.5, mfc="none", color=INK, label="a coin")
        _rows(ax, [(labels or {}).get(str(name), str(name)) for name in table["actor"]])
        ax.set_xlim(left=min(0.0, 1.05 * float(table["low"].min())))
        ax.set_xlabel("Lost at a decision against the best reply there (points)")
        _legend(ax)
    return ax


def _whiskers(
    ax: Axes, low: pd.Series, high: pd.Series, places: Sequence[int], colour: str | Sequence[str]
) -> None:
    ax.hlines(places, low.to_numpy(), high.to_numpy(), color=colour, lw=2.2)


def _rows(ax: Axes, names: Sequence[str]) -> None:
    """A label for each row, the first on top."""
    texts = ["\n".join(wrapped(part, LABEL_WIDTH) for part in name.split("\n")) for name in names]
    ax.set_yticks(range(len(names)), texts)
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.grid(axis="x")


def _legend(ax: Axes) -> None:
    handles, texts = ax.get_legend_handles_labels()
    columns = max(1, min(len(texts), 90 // (max(map(len, texts), default=1) + 6)))
    ax.legend(handles, texts, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, borderaxespad=0.2)
