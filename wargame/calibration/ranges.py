"""Where a parameter is looked for: a range on a scale, mapped to 0 to 1 for the search."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

__all__ = ["Range"]


@dataclass(frozen=True, kw_only=True)
class Range:
    """A parameter by its full name, from `low` to `high`; `scale` is where equal steps count alike.

    A unit coordinate u from 0 to 1 stands for the number whose transform (itself, its logarithm or its log odds) lies
    that part of the way between those of the ends.
    """

    name: str
    low: float
    high: float
    scale: Literal["linear", "log", "logit"] = "linear"

    @property
    def short(self) -> str:
        """The name without its group."""
        return self.name.partition(".")[2]

    def number(self, unit: float) -> float:
        """The number at a unit coordinate; the ends exactly at 0 and 1."""
        if unit <= 0 or unit >= 1:
            return self.low if unit <= 0 else self.high
        low, high = self._transform(self.low), self._transform(self.high)
        return self._back(low + unit * (high - low))

    def unit(self, number: float) -> float:
        """The unit coordinate of a number in the range."""
        low, high = self._transform(self.low), self._transform(self.high)
        return (self._transform(number) - low) / (high - low)

    def _transform(self, number: float) -> float:
        if self.scale == "log":
            return math.log(number)
        return math.log(number / (1 - number)) if self.scale == "logit" else number

    def _back(self, transformed: float) -> float:
        if self.scale == "log":
            return math.exp(transformed)
        return 1 / (1 + math.exp(-transformed)) if self.scale == "logit" else transformed
