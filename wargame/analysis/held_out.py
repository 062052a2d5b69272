"""Halves of an ensemble: one to find something in, and one, held out, to see whether it is there."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from wargame.analysis.ensembles import Observed
from wargame.analysis.refusals import NotForThis, TooFew

__all__ = ["check_enough", "halves", "smallest_group"]

LEAST_ROWS = 100
LEAST_HITS = 40
"""Twenty in each half."""

LEAST_EXPECTED = 5
SMALLEST = 20
SMALLEST_PART = 0.05


def halves(rows: int, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Two random halves of so many rows, as masks; the second is the smaller one where the number is odd."""
    first = np.zeros(rows, dtype=bool)
    first[np.random.default_rng(seed).permutation(rows)[: (rows + 1) // 2]] = True
    return first, ~first


def smallest_group(observed: Observed, rows: NDArray[np.bool_]) -> int:
    """So many of these rows a group must have to be told: twenty, one in twenty, and five hits and misses expected."""
    n = float(observed.n[rows].mean())
    share = float((observed.n * observed.value)[rows].sum() / observed.n[rows].sum())
    rarer = max(min(share, 1 - share), 1e-12)
    return max(SMALLEST, math.ceil(SMALLEST_PART * int(rows.sum())), math.ceil(LEAST_EXPECTED / (rarer * n)))


def check_enough(observed: Observed) -> None:
    """TooFew, with the number that would do, if regions of an outcome could not be told from luck; NotForThis for a
    mean, of which no part lies in a region.
    """
    if not observed.is_share:
        raise NotForThis(
            f"{observed.name} is a mean, and regions are sought in which something happens more often",
            "Name an outcome.",
        )
    rows = len(observed.value)
    if rows < LEAST_ROWS:
        raise TooFew(
            f"{rows} rows are too few to find a region in one half and to check it in the other",
            f"Give at least {LEAST_ROWS} points or episodes.",
            LEAST_ROWS,
        )
    hits, total = float((observed.n * observed.value).sum()), float(observed.n.sum())
    for count, what in ((hits, "end in"), (total - hits, "do not end in")):
        if count < LEAST_HITS:
            needed = math.ceil(rows * LEAST_HITS / count) if count else LEAST_HITS * rows
            raise TooFew(
                f"{count:,.0f} of {total:,.0f} episodes {what} {observed.name}, and {LEAST_HITS} are needed",
                f"Play about {needed / rows:,.1f} times as many.",
                needed,
            )
