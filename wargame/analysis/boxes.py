"""What would have to be true: boxes of assumptions in which an outcome is much more frequent than elsewhere (PRIM).

The patient rule induction method peels thin slices off the space of assumptions, whichever slice leaves the outcome
most frequent in what remains. Source: Friedman and Fisher 1999, "Bump hunting in high-dimensional data"; Bryant and
Lempert 2010, "Thinking inside the box", for its use on assumptions, coverage and density.

ema_workbench has it too. Version 2.5 warns when it is imported and when it peels under pandas 3, loads pyplot and some
two thousand modules, and gives every row the same weight; here a point may have many episodes, and errors have points
as their units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.ensembles import Observed
from wargame.analysis.held_out import check_enough, halves, smallest_group
from wargame.analysis.shares import clustered_mean

__all__ = ["Boxes", "find_boxes"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

PEEL = 0.05
"""The part of a box that one peeling takes away."""

DOUBT = 0.05
"""A restriction must be surer than this, divided by the number of sides that a box has."""

FEWEST_IN_A_STRIP = 5


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """Boxes of assumptions, found in one half of the rows and checked in the other.

    `summary` has a row for each box: `box`, `restrictions` (how many parameters it restricts); from the half in which
    it was found `mass` (the part of the rows in it), `density` (the share of the outcome in it) and `coverage` (the
    part of all episodes with the outcome that lie in it); from the half that was held out `held_mass`, `held_density`
    with `low` to `high`, `held_coverage`, `elsewhere` (the share outside all boxes up to this one); and `holds`,
    whether the held-out density is beyond luck above that elsewhere.

    `limits` has a row for each restriction: `box`, `parameter`, `low`, `high` (NaN where that side is open), and
    `low_part`, `high_part`, the parts of all rows that lie below them.

    `peelings` has a row for each step: `box`, `step`, `mass`, `density`, `coverage`, `chosen`.
    """

    name: str
    base: float
    summary: pd.DataFrame
    limits: pd.DataFrame
    peelings: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class _Box:
    """The least and greatest numbers of each parameter that are inside; infinite where a side is open."""

    low: Numbers
    high: Numbers

    def holds(self, inputs: Numbers) -> Mask:
        return np.asarray(((inputs >= self.low) & (inputs <= self.high)).all(axis=1))

    def without(self, side: int, parameter: int) -> _Box:
        low, high = self.low.copy(), self.high.copy()
        (low, high)[side][parameter] = (-math.inf, math.inf)[side]
        return _Box(low=low, high=high)

    def restrictions(self) -> list[tuple[int, int]]:
        """Every side that is not open: 0 for below or 1 for above, and the parameter."""
        return [
            (side, int(parameter))
            for side, ends in enumerate((self.low, self.high))
            for parameter in np.flatnonzero(np.isfinite(ends))
        ]


def find_boxes(observed: Observed, *, boxes: int = 2, level: float = 0.95, seed: int = 1) -> Boxes:
    """The boxes, at most so many, that an outcome falls into far more often than elsewhere.

    Method: on a random half of the rows, peel a twentieth at a time off that side of that parameter which raises the
    outcome's share most for what it takes away; of the boxes on the way take the one whose inside and outside tell most
    about the outcome (the likelihood ratio); then open again every side whose removal lets in rows in which the outcome
    is no rarer, beyond luck (Bryant and Lempert's quasi-p-values, with rows as units and Bonferroni's correction).
    The next box is sought outside the first. Friedman and Fisher's pasting, which moves a side outwards again, is left
    out. Then each box is checked on the other half; intervals are those of `clustered_mean`.

    TooFew, with the number that would do, if there are fewer than a hundred rows, or than forty episodes with or without
    the outcome; NotForThis for a result that is a mean. A box may have no restriction, and then none was found.
    """
    whole = observed.complete()
    check_enough(whole)
    whole = _varied(whole)
    found, held = halves(len(whole.value), seed)
    inputs = whole.inputs.to_numpy(dtype=np.float64)
    left = found.copy()
    chosen: list[_Box] = []
    peelings: list[dict[str, Any]] = []
    for number in range(1, boxes + 1):
        if left.sum() < 2 * smallest_group(int(found.sum())) or not _varies(whole, left):
            break
        path = _peeled(inputs, whole, left, smallest_group(int(found.sum())))
        best = _most_telling(path, inputs, whole, left)
        peelings += _path_rows(number, path, best, inputs, whole, left, found)
        box = _simplified(path[best], inputs, whole, left, level)
        if not box.restrictions():
            break
        chosen.append(box)
        left &= ~box.holds(inputs)
    return Boxes(
        name=whole.name,
        base=clustered_mean(whole, np.ones(len(whole.value), dtype=bool), level).mean,
        summary=_summary(chosen, inputs, whole, found, held, level),
        limits=_limits(chosen, whole.inputs),
        peelings=pd.DataFrame(peelings, columns=["box", "step", "mass", "density", "coverage", "chosen"]),
    )


def _varied(observed: Observed) -> Observed:
    """Without parameters that have a single value."""
    inputs = observed.inputs.loc[:, observed.inputs.nunique() > 1]
    return Observed(
        name=observed.name,
        is_share=True,
        inputs=inputs,
        n=observed.n,
        value=observed.value,
        sd=observed.sd,
    )


def _varies(observed: Observed, rows: Mask) -> bool:
    return bool(np.ptp(observed.value[rows]) > 0)


def _peeled(inputs: Numbers, observed: Observed, rows: Mask, smallest: int) -> list[_Box]:
    """The boxes on the way from the whole to the smallest."""
    count = inputs.shape[1]
    box = _Box(low=np.full(count, -math.inf), high=np.full(count, math.inf))
    inside, n = inputs[rows], observed.n[rows]
    hits = n * observed.value[rows]
    path = [box]
    while len(inside) > smallest:
        best = _best_peeling(inside, n, hits, smallest)
        if best is None:
            break
        side, parameter, end, kept = best
        low, high = box.low.copy(), box.high.copy()
        (low, high)[side][parameter] = end
        box = _Box(low=low, high=high)
        path.append(box)
        inside, n, hits = inside[kept], n[kept], hits[kept]
    return path


def _best_peeling(
    inside: Numbers, n: Numbers, hits: Numbers, smallest: int
) -> tuple[int, int, float, Mask] | None:
    """The side, parameter, new end and remaining rows that raise the share most for each row taken away."""
    total, hit = n.sum(), hits.sum()
    best_gain, best = 0.0, None
    for side in (0, 1):
        ends = _ends(inside, side)
        gone = (inside < ends) if side == 0 else (inside > ends)
        rows_gone = gone.sum(axis=0)
        n_left, hits_left = total - n @ gone, hit - hits @ gone
        allowed = (rows_gone > 0) & (len(inside) - rows_gone >= smallest) & (n_left > 0)
        gains = np.full(len(ends), -math.inf)
        gains[allowed] = (hits_left[allowed] / n_left[allowed] - hit / total) / rows_gone[allowed]
        parameter = int(gains.argmax())
        if gains[parameter] > best_gain:
            best_gain = float(gains[parameter])
            best = (side, parameter, float(ends[parameter]), ~gone[:, parameter])
    return best


def _ends(inside: Numbers, side: int) -> Numbers:
    """Where each parameter's box would end: its outer twentieth goes, or else all rows at its outermost number."""
    if side == 1:
        return -_ends(-inside, 0)
    ends = np.quantile(inside, PEEL, axis=0, method="higher")
    least = inside.min(axis=0)
    tied = ends == least
    if tied.any():
        above = np.where(inside[:, tied] > least[tied], inside[:, tied], math.inf)
        ends[tied] = above.min(axis=0)
    return np.where(np.isfinite(ends), ends, least)


def _most_telling(path: list[_Box], inputs: Numbers, observed: Observed, rows: Mask) -> int:
    """Which box tells most about the outcome by its inside and outside."""
    n, hits = observed.n[rows], (observed.n * observed.value)[rows]
    gains = []
    for box in path:
        inside = box.holds(inputs[rows])
        gains.append(
            _log_likelihood(n[inside].sum(), hits[inside].sum())
            + _log_likelihood(n[~inside].sum(), hits[~inside].sum())
        )
    return int(np.argmax(gains))


def _log_likelihood(n: float, hits: float) -> float:
    """The greatest log likelihood of so many hits."""
    return sum(k * math.log(k / n) for k in (hits, n - hits) if k > 0)


def _simplified(box: _Box, inputs: Numbers, observed: Observed, rows: Mask, level: float) -> _Box:
    """The box without the sides that it does not need, the least needed first."""
    threshold = DOUBT / (2 * inputs.shape[1])
    while box.restrictions():
        doubts = {
            side: _doubt(box, box.without(*side), inputs, observed, rows) for side in box.restrictions()
        }
        side = max(doubts, key=lambda one: doubts[one])
        if doubts[side] <= threshold:
            break
        box = box.without(*side)
    return box


def _doubt(box: _Box, wider: _Box, inputs: Numbers, observed: Observed, rows: Mask) -> float:
    """The chance that luck alone makes the outcome so much rarer in what the wider box lets in."""
    inside = box.holds(inputs) & rows
    strip = wider.holds(inputs) & rows & ~inside
    if strip.sum() < FEWEST_IN_A_STRIP:
        return 1.0
    here, there = (clustered_mean(observed, mask) for mask in (inside, strip))
    error = math.hypot(here.error, there.error)
    if error == 0:
        return 0.0 if here.mean > there.mean else 1.0
    return 1 - NormalDist().cdf((here.mean - there.mean) / error)


def _path_rows(
    number: int, path: list[_Box], best: int, inputs: Numbers, observed: Observed, rows: Mask, found: Mask
) -> list[dict[str, Any]]:
    hits = observed.n * observed.value
    table = []
    for step, box in enumerate(path):
        inside = box.holds(inputs) & rows
        table.append(
            {
                "box": number,
                "step": step,
                "mass": inside.sum() / found.sum(),
                "density": hits[inside].sum() / observed.n[inside].sum(),
                "coverage": hits[inside].sum() / hits[found].sum(),
                "chosen": step == best,
            }
        )
    return table


def _summary(
    chosen: list[_Box], inputs: Numbers, observed: Observed, found: Mask, held: Mask, level: float
) -> pd.DataFrame:
    hits = observed.n * observed.value
    z = NormalDist().inv_cdf((1 + level) / 2)
    elsewhere = np.ones(len(inputs), dtype=bool)
    rows = []
    for number, box in enumerate(chosen, start=1):
        inside = box.holds(inputs) & elsewhere
        elsewhere = elsewhere & ~inside
        there = clustered_mean(observed, inside & held, level)
        outside = clustered_mean(observed, elsewhere & held, level)
        gap = there.mean - outside.mean
        rows.append(
            {
                "box": number,
                "restrictions": len({parameter for _, parameter in box.restrictions()}),
                "mass": (inside & found).sum() / found.sum(),
                "density": clustered_mean(observed, inside & found).mean,
                "coverage": hits[inside & found].sum() / hits[found].sum(),
                "held_mass": (inside & held).sum() / held.sum(),
                "held_density": there.mean,
                "low": there.low,
                "high": there.high,
                "held_coverage": hits[inside & held].sum() / hits[held].sum(),
                "elsewhere": outside.mean,
                "holds": bool(gap > z * math.hypot(there.error, outside.error)),
            }
        )
    columns = [
        "box",
        "restrictions",
        "mass",
        "density",
        "coverage",
        "held_mass",
        "held_density",
        "low",
        "high",
        "held_coverage",
        "elsewhere",
        "holds",
    ]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs = {"found": int(found.sum()), "held": int(held.sum()), "level": level}
    return table


def _limits(chosen: list[_Box], inputs: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for number, box in enumerate(chosen, start=1):
        for parameter in sorted({parameter for _, parameter in box.restrictions()}):
            column = inputs.iloc[:, parameter].to_numpy(dtype=np.float64)
            low, high = float(box.low[parameter]), float(box.high[parameter])
            rows.append(
                {
                    "box": number,
                    "parameter": inputs.columns[parameter],
                    "low": low if math.isfinite(low) else math.nan,
                    "high": high if math.isfinite(high) else math.nan,
                    "low_part": float((column < low).mean()),
                    "high_part": float((column <= high).mean()),
                }
            )
    return pd.DataFrame(rows, columns=["box", "parameter", "low", "high", "low_part", "high_part"])
