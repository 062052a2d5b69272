"""Scrambled Sobol points: spread more evenly than chance would spread them, and random enough to have an error.

The errors of a sum over such points are to be told from the points themselves, so how they are made random matters.
SciPy shifts and mixes digits by one random matrix per column. That is fast, but where a function meets a weak spot of
the sequence only few of the matrices go wrong, and then far: a normal interval misses those. With nested scrambling
every digit is flipped by a draw that depends on all the digits before it. The variance is the same, and errors are
close to normal.

Source: Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"; Loh 2003, "On the asymptotic distribution of
scrambled net quadrature"; L'Ecuyer, Nakayama, Owen and Tuffin 2023, "Confidence intervals for randomized quasi-Monte
Carlo estimators", for how far from normal the other is.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

__all__ = ["nested_scramble"]


def nested_scramble(points: NDArray[np.float64], chance: Generator) -> NDArray[np.float64]:
    """Nested uniform scrambling, in base 2, of the first 2**m points of a Sobol sequence.

    `points` has the shape [2**m, dimensions], as does what is returned, all between 0 and 1. The first m digits of a
    column tell its points apart, so that all later digits are independent draws: they are one uniform number.
    """
    count, dimensions = points.shape
    digits = count.bit_length() - 1
    places = np.floor(points * count).astype(np.int64)
    scrambled = np.empty_like(points)
    for column in range(dimensions):
        place = places[:, column]
        moved = np.zeros(count, dtype=np.int64)
        for digit in range(digits):
            before = place >> (digits - digit)
            flips = chance.integers(0, 2, 1 << digit)[before]
            moved = 2 * moved + ((place >> (digits - digit - 1) & 1) ^ flips)
        scrambled[:, column] = (moved + chance.random(count)) / count
    return scrambled
