"""Labels and numbers as the tables of an analysis show them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from wargame.experiment.display import percent
from wargame.experiment.labels import Labels
from wargame.report.wording import number, short

__all__ = ["at_level", "between", "between_shares", "once", "share", "short_labels", "turn_label"]


def short_labels(labels: Labels) -> Labels:
    """The labels without the explanations that stand in brackets at their ends."""

    def cut(mapping: Mapping[str, str]) -> dict[str, str]:
        return {name: short(label) for name, label in mapping.items()}

    return replace(
        labels,
        outcomes=cut(labels.outcomes),
        variables=cut(labels.variables),
        actors=cut(labels.actors),
        policies=cut(labels.policies),
        metrics=cut(labels.metrics),
    )


def share(value: Any) -> str:
    """A share in percent."""
    return percent(float(value))


def between_shares(row: Any, low: str = "low", high: str = "high") -> str:
    """The interval of a share: 1.2 % to 3.4 %."""
    return f"{share(row[low])} to {share(row[high])}"


def between(row: Any, low: str = "low", high: str = "high") -> str:
    """The interval of a number; a dash where an end is missing."""
    ends = [float(row[end]) for end in (low, high)]
    if all(math.isnan(end) for end in ends):
        return "–"
    return " to ".join("…" if math.isnan(end) else number(end) for end in ends)


def at_level(level: float) -> str:
    """What intervals hold, in percent: 95 %."""
    return f"{100 * level:.4g} %"


def once(rows: Sequence[Mapping[str, str]], *columns: str) -> pd.DataFrame:
    """The rows as a table in which these columns stay empty where they would say the same again."""
    table = pd.DataFrame(rows)
    same = pd.Series(True, index=table.index)
    for column in columns if len(table) else ():
        same &= table[column] == table[column].shift()
        table[column] = table[column].where(~same, "")
    return table


def turn_label(labels: Labels, turn: float) -> str:
    """The label of a turn, that may lie between two: the earlier one's."""
    if math.isnan(turn):
        return "–"
    place = int(turn)
    return labels.turns[place] if 0 <= place < len(labels.turns) else str(place)
