"""How far estimates would lie apart from record to record, when none of them can leave its range.

The sandwich of `estimates` lets every number go anywhere. Where the moments say little, it lets the others go far
beyond their ranges too, and so makes a number look less known than it is: no estimate goes there. Here the estimate is
made again for many other records that might have been: the moments are drawn anew, and the linearised loss is
minimised within the ranges. Sources: Efron and Tibshirani 1993, "An introduction to the bootstrap", ch. 6.5, for the
parametric bootstrap; Andrews 2000, "Inconsistency of the bootstrap when a parameter is on the boundary of the parameter
space", for what it cannot do: near the end of a range the spread comes out too small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["bounded_errors"]

Numbers = NDArray[np.float64]

DRAWS = 1000
"""Records that might have been."""
SWEEPS = 1000
"""Of the descent, at most."""
SETTLED = 1e-5
"""The descent ends when no coordinate moves by more, in parts of the range."""
SEED = 0
"""Errors are the same in every fit with the same moments and slopes."""


def bounded_errors(point: Numbers, slopes: Numbers, covariance: Numbers) -> Numbers:
    """Standard errors [p] of an estimate in the unit cube, in parts of the ranges.

    `slopes` [q, p] are those of the moments and `covariance` [q, q] is theirs, both in the units in which the loss is a
    plain sum of squares. Each draw begins anywhere in the ranges: along a direction that no moment answers to it stays
    there, and the error is that of the range.
    """
    generator = np.random.default_rng(SEED)
    moments = _normal(covariance, generator)
    start = generator.random((DRAWS, len(point)))
    # The loss of a draw is |slopes (x - point) - draw|^2: these are its matrix and its linear part.
    found = _least(slopes.T @ slopes, moments @ slopes + slopes.T @ slopes @ point, start)
    return np.asarray(found.std(axis=0, ddof=1))


def _normal(covariance: Numbers, generator: np.random.Generator) -> Numbers:
    """Normal draws [DRAWS, q] whose mean is 0 and whose covariance is the one asked for, both exactly.

    So errors of a fit that no range hinders are those of the sandwich, without luck (moment matching: Glasserman 2004,
    "Monte Carlo methods in financial engineering", section 4.5).
    """
    drawn = generator.standard_normal((DRAWS, len(covariance)))
    drawn -= drawn.mean(axis=0)
    root = np.linalg.cholesky(np.atleast_2d(np.cov(drawn.T)))
    plain = np.linalg.solve(root, drawn.T).T
    sizes, axes = np.linalg.eigh(covariance)
    return np.asarray(plain * np.sqrt(np.maximum(sizes, 0.0)) @ axes.T)


def _least(matrix: Numbers, linear: Numbers, start: Numbers) -> Numbers:
    """Where x'Mx / 2 - l'x is least in the unit cube, for each row l of `linear` [n, p], by coordinate descent."""
    found = start
    answers = [place for place in range(len(matrix)) if matrix[place, place] > 0]
    for _ in range(SWEEPS):
        before = found.copy()
        for place in answers:
            own = matrix[place, place]
            rest = linear[:, place] - found @ matrix[place] + own * found[:, place]
            found[:, place] = np.clip(rest / own, 0.0, 1.0)
        if np.abs(found - before).max() < SETTLED:
            break
    return found
