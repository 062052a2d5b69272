"""The patient rule induction method: peel thin slices off the space of assumptions, and keep where an outcome is most
frequent.

Source: Friedman and Fisher 1999, "Bump hunting in high-dimensional data", section 8.

ema_workbench has it too. Version 2.5 warns when it is imported and when it peels under pandas 3, loads pyplot and some
two thousand modules, and gives every row the same weight; here a row may be a point with many episodes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Peeled", "Side", "Step", "cost_of_a_side", "peel", "within"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Codes = NDArray[np.intp]

PEEL = 0.05
"""The part of a box that one peeling takes away, or more where a parameter has few values."""

CLASSES = 200
"""Sides stand at one of so many quantiles of a parameter; with fewer values, at these."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """One side of a box: its parameter's number, whether it is the upper one, and the outermost number inside."""

    parameter: int
    is_upper: bool
    end: float

    def outside(self, inputs: Numbers) -> Mask:
        """Which rows lie beyond it."""
        column = inputs[:, self.parameter]
        return np.asarray(column > self.end if self.is_upper else column < self.end)


@dataclass(frozen=True, kw_only=True)
class Step:
    """A box on the way: its sides that are not open, and what is inside: rows, episodes, hits."""

    sides: tuple[Side, ...]
    rows: int
    n: float
    hits: float


@dataclass(frozen=True, kw_only=True)
class Peeled:
    """The boxes on the way from the whole to the smallest, and the place of that whose inside and outside differ most.

    `chosen` is that box without the sides that the data do not need; it may have none left.
    """

    steps: tuple[Step, ...]
    best: int
    chosen: tuple[Side, ...]


def within(sides: tuple[Side, ...], inputs: Numbers) -> Mask:
    """Which rows are inside of all sides."""
    inside = np.ones(len(inputs), dtype=bool)
    for side in sides:
        inside &= ~side.outside(inputs)
    return inside


def cost_of_a_side(parameters: int) -> float:
    """What a side must add to the log likelihood to be worth naming: log(200 * parameters).

    So much is gained by the best of all cuts of all parameters in one of twenty tables in which there is nothing to be
    found, for cuts that leave a twentieth of the rows on each side: the asymptotic tail of Miller and Siegmund 1982,
    "Maximally selected chi square statistics", times the number of parameters, is 4 to 5 % for 3 to 200 of them.
    """
    return math.log(200 * parameters)


def peel(inputs: Numbers, n: Numbers, hits: Numbers, smallest: int) -> Peeled:
    """Peel as long as `smallest` rows are left, even where the share falls for a while; choose one of the boxes.

    Each peeling takes a twentieth of the rows, at that side of that parameter which raises the share of hits most for
    each row that it takes (the rule of Friedman and Fisher for slices of unequal size). Only parameters that matter by
    themselves are peeled: those that explain more than `cost_of_a_side` with a single cut. Among many that do not, the
    search would lose itself in slices that seem to help by luck; the price is that parameters that matter only
    together are not found.

    Of the boxes on the way the one is best that explains most of the variance of the share between rows. From it a side
    is taken again, the least useful first, if what it explains is less than `cost_of_a_side`; then only the parameters
    that are left are peeled anew, until none is taken. Pasting, which moves a side outwards again, is left out.
    """
    value = hits / n
    total = float((n * (value - hits.sum() / n.sum()) ** 2).sum())
    codes = _coded(inputs)
    worth = _Counts.of(codes.classes, np.ones(len(n)), n, hits).worth_peeling(len(n), smallest, total)
    while True:
        steps = tuple(_steps(codes, n, hits, smallest, worth))
        explained = [_between(step.n, step.hits, float(n.sum()), float(hits.sum())) for step in steps]
        best = int(np.argmax(explained))
        chosen = _simplified(steps[best].sides, inputs, n, hits, total)
        needed = np.zeros(len(worth), dtype=bool)
        needed[[side.parameter for side in chosen]] = True
        peeled = np.zeros(len(worth), dtype=bool)
        peeled[[side.parameter for side in steps[best].sides]] = True
        if not chosen or (needed == peeled).all():
            return Peeled(steps=steps, best=best, chosen=chosen)
        worth = needed


def _between(n: float, hits: float, all_n: float, all_hits: float) -> float:
    """How much of the sum of squares lies between inside and outside."""
    if not 0 < n < all_n:
        return 0.0
    inside, outside, mean = hits / n, (all_hits - hits) / (all_n - n), all_hits / all_n
    return n * (inside - mean) ** 2 + (all_n - n) * (outside - mean) ** 2


def _simplified(
    sides: tuple[Side, ...], inputs: Numbers, n: Numbers, hits: Numbers, total: float
) -> tuple[Side, ...]:
    """Without the sides that are not worth their cost. The likelihood is Gaussian, with rows as units."""
    cost = cost_of_a_side(inputs.shape[1])
    beyond = np.array([side.outside(inputs) for side in sides]).reshape(len(sides), len(inputs))
    kept = list(range(len(sides)))
    all_n, all_hits = float(n.sum()), float(hits.sum())

    def left(inside: Mask) -> float:
        """The sum of squares that stays unexplained."""
        found = total - _between(float(n[inside].sum()), float(hits[inside].sum()), all_n, all_hits)
        return max(found, 1e-12 * total)

    while kept:
        outside_of = beyond[kept].sum(axis=0)
        here = left(outside_of == 0)
        without = [left(outside_of - beyond[side] == 0) for side in kept]
        least = int(np.argmin(without))
        if len(inputs) / 2 * math.log(without[least] / here) >= cost:
            break
        del kept[least]
    return tuple(sides[place] for place in kept)


def _steps(codes: _Codes, n: Numbers, hits: Numbers, smallest: int, worth: Mask) -> Iterator[Step]:
    """The boxes, from the whole on. Rows are counted by class, and what is peeled off is subtracted."""
    step = Step(sides=(), rows=len(n), n=float(n.sum()), hits=float(hits.sum()))
    yield step
    inside = np.arange(len(n))
    counts = _Counts.of(codes.classes, np.ones(len(n)), n, hits)
    sides: dict[tuple[int, bool], Side] = {}
    while True:
        found = counts.best_peeling(step, smallest, worth)
        if found is None:
            return
        parameter, is_upper, code = found
        end = float((codes.highest if is_upper else codes.lowest)[parameter, code])
        sides[parameter, is_upper] = Side(parameter=parameter, is_upper=is_upper, end=end)
        here = codes.classes[inside, parameter] - parameter * CLASSES
        gone = inside[here > code if is_upper else here < code]
        inside = inside[here <= code if is_upper else here >= code]
        counts = counts.less(_Counts.of(codes.classes[gone], np.ones(len(gone)), n[gone], hits[gone]))
        step = Step(
            sides=tuple(sides.values()),
            rows=len(inside),
            n=float(n[inside].sum()),
            hits=float(hits[inside].sum()),
        )
        yield step


@dataclass(frozen=True, kw_only=True, eq=False)
class _Codes:
    """Every number's class, shifted so that each parameter has its own; the least and greatest number of each class."""

    classes: Codes
    lowest: Numbers
    highest: Numbers


def _coded(inputs: Numbers) -> _Codes:
    rows, count = inputs.shape
    codes = np.empty((rows, count), dtype=np.intp)
    lowest, highest = np.full((2, count, CLASSES), math.nan)
    for parameter, column in enumerate(inputs.T):
        ends = np.unique(column)
        if len(ends) > CLASSES:
            ends = np.unique(np.quantile(column, np.arange(1, CLASSES + 1) / CLASSES, method="inverted_cdf"))
        code = np.searchsorted(ends, column, side="left")
        codes[:, parameter] = parameter * CLASSES + code
        order = np.argsort(column, kind="stable")
        first = np.flatnonzero(np.diff(code[order], prepend=-1))
        lowest[parameter, code[order][first]] = column[order][first]
        last = np.flatnonzero(np.diff(code[order], append=CLASSES))
        highest[parameter, code[order][last]] = column[order][last]
    return _Codes(classes=codes, lowest=lowest, highest=highest)


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """Rows, episodes and hits in each class of each parameter: arrays of [parameters, classes]."""

    rows: Numbers
    n: Numbers
    hits: Numbers

    @classmethod
    def of(cls, codes: Codes, rows: Numbers, n: Numbers, hits: Numbers) -> _Counts:
        count = codes.shape[1]

        def added(weights: Numbers) -> Numbers:
            spread = np.repeat(weights, count)
            found = np.bincount(codes.ravel(), spread, count * CLASSES)
            return found.reshape(count, CLASSES).astype(np.float64)

        return cls(rows=added(rows), n=added(n), hits=added(hits))

    def less(self, other: _Counts) -> _Counts:
        return _Counts(rows=self.rows - other.rows, n=self.n - other.n, hits=self.hits - other.hits)

    def worth_peeling(self, all_rows: int, smallest: int, spread: float) -> Mask:
        """Which parameters explain, with one cut at its best place, more of the spread than a side costs."""
        rows, n, hits = (np.cumsum(one, axis=1) for one in (self.rows, self.n, self.hits))
        all_n, mean = n[:, -1:], hits[:, -1:] / n[:, -1:]
        allowed = (rows >= smallest) & (rows <= all_rows - smallest)
        below = np.where(allowed, hits - mean * n, 0.0)
        between = below**2 * all_n / np.where(allowed, n * (all_n - n), 1.0)
        unexplained = np.clip(1 - between.max(axis=1) / spread, 1e-12, 1.0)
        return np.asarray(-all_rows / 2 * np.log(unexplained) >= cost_of_a_side(len(rows)))

    def best_peeling(self, step: Step, smallest: int, worth: Mask) -> tuple[int, bool, int] | None:
        """The parameter, whether at its upper side, and the outermost class left; None if nothing can be peeled."""
        best_gain, best = -math.inf, None
        for is_upper in (False, True):
            turned = slice(None, None, -1 if is_upper else 1)
            rows, n, hits = (np.cumsum(one[:, turned], axis=1) for one in (self.rows, self.n, self.hits))
            last_gone = (rows >= PEEL * step.rows - 1e-9).argmax(axis=1)
            every = np.arange(len(rows))
            gone, n_left = rows[every, last_gone], step.n - n[every, last_gone]
            hits_left = step.hits - hits[every, last_gone]
            allowed = worth & (step.rows - gone >= smallest) & (n_left > 0.5)
            gains = np.full(len(rows), -math.inf)
            gains[allowed] = (hits_left / np.maximum(n_left, 1.0) - step.hits / step.n)[allowed] / gone[
                allowed
            ]
            parameter = int(gains.argmax())
            if gains[parameter] > best_gain:
                best_gain = float(gains[parameter])
                code = int((rows[parameter] > gone[parameter] + 0.5).argmax())
                best = (parameter, is_upper, CLASSES - 1 - code if is_upper else code)
        return best
