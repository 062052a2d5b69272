"""Exact sums of floats: the same for every order and chunking, because nothing is rounded before the end.

A float is a whole number of 53 bits times a power of two. Those whole numbers are added as integers, apart for each
power, in halves that are short enough for counts of many to stay exact; so are their squares. A `Moments` then holds
the sum and the sum of squares as fractions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.experiment.intervals import share_interval, t_quantile

__all__ = ["ExactSums", "Moments"]

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]

AT_ONCE = 4096
"""Rows added at a time. Limbs stay below 2**28: so many of them add up to less than 2**53, exact in floats as well."""

SHORT = 2.0**20
"""Whole numbers up to this size are added as they are: the squares of `AT_ONCE` of them stay far below 2**53."""

LIMB = 27
MASK = (1 << LIMB) - 1
FIRST_EXPONENT = -1073
"""That of the smallest float above 0, as `frexp` counts."""
EXPONENTS = 1024 - FIRST_EXPONENT + 1
DIGITS = 53


@dataclass(frozen=True, kw_only=True)
class Moments:
    """What a column of numbers adds up to: how many there are, their exact sums, the least and the greatest."""

    n: int
    total: Fraction
    squares: Fraction
    least: float
    greatest: float

    @property
    def mean(self) -> float:
        """The mean, rounded once; NaN of nothing."""
        return float(self.total / self.n) if self.n else math.nan

    @property
    def sd(self) -> float:
        """The standard deviation of a sample (n - 1); NaN below two numbers."""
        if self.n < 2:
            return math.nan
        variance = (self.squares - self.total**2 / self.n) / (self.n - 1)
        return _root(variance)

    @property
    def is_share(self) -> bool:
        """Whether every number is 0 or 1: between these, x * x is less than x."""
        return self.n > 0 and self.least >= 0 and self.greatest <= 1 and self.total == self.squares

    def interval(self, level: float) -> tuple[float, float]:
        """Student's interval for the mean, or that of a share where every number is 0 or 1; none below two numbers."""
        if self.is_share:
            return share_interval(int(self.total), self.n, level)
        half = t_quantile(level, self.n - 1) * self.sd / math.sqrt(self.n) if self.n > 1 else math.nan
        return self.mean - half, self.mean + half

    def __add__(self, other: Moments) -> Moments:
        """What both add up to."""
        if not (self.n and other.n):
            return self if self.n else other
        return Moments(
            n=self.n + other.n,
            total=self.total + other.total,
            squares=self.squares + other.squares,
            least=min(self.least, other.least),
            greatest=max(self.greatest, other.greatest),
        )

    def as_json(self) -> dict[str, Any]:
        """The same in JSON; fractions as text."""
        return {
            "n": self.n,
            "sum": str(self.total),
            "squares": str(self.squares),
            "least": self.least if self.n else None,
            "greatest": self.greatest if self.n else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Moments:
        """Moments from their JSON."""
        return cls(
            n=int(stored["n"]),
            total=Fraction(stored["sum"]),
            squares=Fraction(stored["squares"]),
            least=math.nan if stored["least"] is None else float(stored["least"]),
            greatest=math.nan if stored["greatest"] is None else float(stored["greatest"]),
        )


def _root(square: Fraction) -> float:
    """The square root, also where the square is too great or too small for a float."""
    half = (square.numerator.bit_length() - square.denominator.bit_length()) // 2
    return math.ldexp(math.sqrt(square / Fraction(4) ** half), half)


class ExactSums:
    """Adds up columns of finite floats; NaN is missing. At most 2**32 rows."""

    def __init__(self, columns: int) -> None:
        self._columns = [_Column() for _ in range(columns)]

    def add(self, values: Reals) -> None:
        """Add rows, [n, columns]; fastest where columns lie together in memory."""
        for start in range(0, len(values), AT_ONCE):
            for column, part in zip(self._columns, values[start : start + AT_ONCE].T, strict=True):
                column.add(np.ascontiguousarray(part))

    def moments(self) -> tuple[Moments, ...]:
        """What each column adds up to so far."""
        return tuple(column.moments() for column in self._columns)


class _Column:
    """One column: short whole numbers are added as they are, others by limb and exponent."""

    def __init__(self) -> None:
        self._n, self._short, self._short_squares = 0, 0, 0
        self._least, self._greatest = math.inf, -math.inf
        self._limbs = np.zeros((2, EXPONENTS), dtype=np.int64)
        self._square_limbs = np.zeros((4, EXPONENTS), dtype=np.int64)

    def add(self, values: Reals) -> None:
        missing = np.isnan(values)
        if missing.any():
            values = values[~missing]
        if not len(values):
            return
        least, greatest = float(values.min()), float(values.max())
        self._n += len(values)
        self._least, self._greatest = min(self._least, least), max(self._greatest, greatest)
        if least >= -SHORT and greatest <= SHORT and (np.rint(values) == values).all():
            # Below 2**53 floats add up whole numbers exactly, in whatever order.
            self._short += int(values.sum())
            self._short_squares += int((values * values).sum())
        else:
            self._add_long(values)

    def _add_long(self, values: Reals) -> None:
        mantissas, exponents = np.frexp(values)
        whole = (mantissas * 2.0**DIGITS).astype(np.int64)
        first = int(exponents.min())
        # Counted by place, in the type of places: it would be converted for each count.
        places = (exponents - first).astype(np.intp)
        first -= FIRST_EXPONENT
        for target, limbs in ((self._limbs, _limbs(whole)), (self._square_limbs, _square_limbs(whole))):
            for row, limb in zip(target, limbs, strict=True):
                counted = np.bincount(places, weights=limb)
                row[first : first + len(counted)] += counted.astype(np.int64)

    def moments(self) -> Moments:
        unit = 1 << (DIGITS - FIRST_EXPONENT)
        return Moments(
            n=self._n,
            total=self._short + Fraction(_joined(self._limbs, 1), unit),
            squares=self._short_squares + Fraction(_joined(self._square_limbs, 2), unit**2),
            # Adding 0 makes negative zero plain zero: which of them comes first is a matter of order.
            least=self._least + 0.0 if self._n else math.nan,
            greatest=self._greatest + 0.0 if self._n else math.nan,
        )


def _limbs(whole: Integers) -> Sequence[Integers]:
    """The lower and the upper half of whole numbers of 53 bits; the upper one has the sign."""
    return whole & MASK, whole >> LIMB


def _square_limbs(whole: Integers) -> Sequence[Integers]:
    """The limbs of the squares of whole numbers of 53 bits, from the lowest."""
    low, high = _limbs(whole)
    ends, middle, top = low * low, 2 * low * high, high * high
    return (
        ends & MASK,
        (ends >> LIMB) + (middle & MASK),
        (middle >> LIMB) + (top & MASK),
        top >> LIMB,
    )


def _joined(limbs: Integers, power: int) -> int:
    """The whole number that limbs by exponent stand for; `power` is 2 for squares."""
    return sum(
        int(limbs[place, exponent]) << (LIMB * place + power * exponent)
        for place, exponent in np.argwhere(limbs).tolist()
    )
