"""The levels of a numeric policy, which stands for one policy per level."""

from __future__ import annotations

import math

from wargame.scenario.formula import level_text
from wargame.scenario.schema import Levels

__all__ = ["level_names"]


def level_names(base: str, levels: Levels) -> list[tuple[str, float]]:
    """The policies that a numeric policy stands for: (name, level) from `from` to `to`."""
    count = round((levels.to - levels.start) / levels.step) + 1
    values = [_level(levels.start + index * levels.step, levels.step) for index in range(count)]
    return [(f"{base}[{level_text(value)}]", value) for value in values]


def _level(value: float, step: float) -> float:
    """A level without the dust of its addition: 0.3, not 0.30000000000000004, and 0, not -1e-17."""
    digits = 10 + max(0, -math.floor(math.log10(step)))
    return round(value, digits) + 0.0
