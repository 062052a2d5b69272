"""How good a forecast of a count was: proper scores, and whether the forecaster knew how sure it was.

Source: Czado, Gneiting and Held 2009, "Predictive model assessment for count data".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["log_score", "pit", "ranked_score"]

Numbers = NDArray[np.float64]

LEAST = 1e-12
"""No forecast is charged for less than this probability, or one count could decide everything."""


def log_score(chances: Numbers, count: int) -> float:
    """Minus the logarithm of the probability that the count was given; less is better."""
    return float(-np.log(max(float(chances[_place(chances, count)]), LEAST)))


def ranked_score(chances: Numbers, count: int) -> float:
    """The ranked probability score, CRPS for counts: the sum over k of (F(k) - [count <= k])**2; less is better."""
    below = np.cumsum(chances)
    return float(((below - (np.arange(len(chances)) >= _place(chances, count))) ** 2).sum())


def pit(chances: Numbers, count: int, draws: Numbers) -> Numbers:
    """Randomized probability integral transforms, F(count - 1) + draw * p(count); uniform if the forecast is right."""
    place = _place(chances, count)
    return np.asarray(chances[:place].sum() + draws * chances[place])


def _place(chances: Numbers, count: int) -> int:
    return min(int(count), len(chances) - 1)
