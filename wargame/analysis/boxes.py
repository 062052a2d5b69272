"""What would have to be true: boxes of assumptions in which an outcome is much more frequent than elsewhere.

They are found in one half of the rows by `peeling`, and checked in the other. Source: Bryant and Lempert 2010,
"Thinking inside the box", for scenario discovery, coverage and density.
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
from wargame.analysis.peeling import Peeled, Side, peel, within
from wargame.analysis.shares import clustered_mean

__all__ = ["Boxes", "find_boxes"]

Mask = NDArray[np.bool_]
Numbers = NDArray[np.float64]

LEAST_LIFT = 1.25
"""In a box the outcome is so many times as frequent as everywhere, or it is not worth telling."""

SUMMARY = (
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
)


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """Boxes of assumptions, found in one half of the rows and checked in the other.

    `summary` has a row for each box: `box`, `restrictions` (how many parameters it restricts); from the half in which
    it was found `mass` (the part of the rows in it), `density` (the share of the outcome in it) and `coverage` (the
    part of all episodes with the outcome that lie in it); from the half that was held out `held_mass`, `held_density`
    with `low` to `high`, `held_coverage`, `elsewhere` (the share outside this box and those before it); and `holds`,
    whether the held-out density is beyond luck above that elsewhere. `attrs`: `found` and `held` rows, `level`.

    `limits` has a row for each restricted parameter: `box`, `parameter`, `low`, `high` (NaN where that side is open),
    and `low_part`, `high_part`, the parts of all rows that lie below and up to them.

    `peelings` has a row for each step of the searches, the last of which may have led to no box: `box`, `step`, `mass`,
    `density`, `coverage`, `chosen`: whether the box was made from it.
    """

    name: str
    base: float
    summary: pd.DataFrame
    limits: pd.DataFrame
    peelings: pd.DataFrame


def find_boxes(observed: Observed, *, boxes: int = 2, level: float = 0.95, seed: int = 1) -> Boxes:
    """The boxes, at most so many, that an outcome falls into far more often than elsewhere.

    Method: `peel` on a random half of the rows, each weighing as many episodes as it has; the next box outside of the
    first, as long as the outcome is a quarter more frequent in it than everywhere. Then each box is checked on the
    other half; intervals are those of `clustered_mean`, and whether a box holds is told by the normal interval of the
    difference between inside and outside. There may be no box at all: nothing was found that is more than luck.

    TooFew, with the number that would do, if there are fewer than a hundred rows, or forty episodes with or without
    the outcome; NotForThis for a result that is a mean.
    """
    whole = observed.complete()
    check_enough(whole)
    varied = whole.inputs.loc[:, whole.inputs.nunique() > 1]
    found, held = halves(len(whole.value), seed)
    inputs = varied.to_numpy(dtype=np.float64)
    hits = whole.n * whole.value
    base = float(hits[found].sum() / whole.n[found].sum())
    smallest = smallest_group(whole, found)
    left = found.copy()
    chosen: list[tuple[Side, ...]] = []
    searches: list[Peeled] = []
    while len(chosen) < boxes and left.sum() >= 2 * smallest and np.ptp(whole.value[left]) > 0:
        searched = peel(inputs[left], whole.n[left], hits[left], smallest)
        searches.append(searched)
        inside = left & within(searched.chosen, inputs)
        if hits[inside].sum() / whole.n[inside].sum() < LEAST_LIFT * base:
            break
        chosen.append(searched.chosen)
        left &= ~within(searched.chosen, inputs)
    return Boxes(
        name=whole.name,
        base=float(hits.sum() / whole.n.sum()),
        summary=_summary(chosen, inputs, whole, (found, held), level),
        limits=_limits(chosen, varied),
        peelings=_peelings(searches, len(chosen), int(found.sum()), float(hits[found].sum())),
    )


def _summary(
    chosen: list[tuple[Side, ...]], inputs: Numbers, observed: Observed, rows: tuple[Mask, Mask], level: float
) -> pd.DataFrame:
    found, held = rows
    hits = observed.n * observed.value
    z = NormalDist().inv_cdf((1 + level) / 2)
    elsewhere = np.ones(len(inputs), dtype=bool)
    table: list[dict[str, Any]] = []
    for number, sides in enumerate(chosen, start=1):
        inside = within(sides, inputs) & elsewhere
        elsewhere = elsewhere & ~inside
        here, there = (clustered_mean(observed, mask & held, level) for mask in (inside, elsewhere))
        table.append(
            {
                "box": number,
                "restrictions": len({side.parameter for side in sides}),
                "mass": float((inside & found).sum() / found.sum()),
                "density": clustered_mean(observed, inside & found).mean,
                "coverage": float(hits[inside & found].sum() / hits[found].sum()),
                "held_mass": float((inside & held).sum() / held.sum()),
                "held_density": here.mean,
                "low": here.low,
                "high": here.high,
                "held_coverage": float(hits[inside & held].sum() / hits[held].sum()),
                "elsewhere": there.mean,
                "holds": bool(here.mean - there.mean > z * math.hypot(here.error, there.error)),
            }
        )
    summary = pd.DataFrame(table, columns=list(SUMMARY))
    summary.attrs = {"found": int(found.sum()), "held": int(held.sum()), "level": level}
    return summary


def _limits(chosen: list[tuple[Side, ...]], inputs: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for number, sides in enumerate(chosen, start=1):
        for parameter in dict.fromkeys(side.parameter for side in sides):
            ends = {side.is_upper: side.end for side in sides if side.parameter == parameter}
            low, high = ends.get(False, math.nan), ends.get(True, math.nan)
            column = inputs.iloc[:, parameter].to_numpy(dtype=np.float64)
            rows.append(
                {
                    "box": number,
                    "parameter": inputs.columns[parameter],
                    "low": low,
                    "high": high,
                    "low_part": 0.0 if math.isnan(low) else float((column < low).mean()),
                    "high_part": 1.0 if math.isnan(high) else float((column <= high).mean()),
                }
            )
    return pd.DataFrame(rows, columns=["box", "parameter", "low", "high", "low_part", "high_part"])


def _peelings(searches: list[Peeled], boxes: int, rows: int, hits: float) -> pd.DataFrame:
    table = [
        {
            "box": number,
            "step": place,
            "mass": step.rows / rows,
            "density": step.hits / step.n,
            "coverage": step.hits / hits,
            "chosen": number <= boxes and place == searched.best,
        }
        for number, searched in enumerate(searches, start=1)
        for place, step in enumerate(searched.steps)
    ]
    return pd.DataFrame(table, columns=["box", "step", "mass", "density", "coverage", "chosen"])
