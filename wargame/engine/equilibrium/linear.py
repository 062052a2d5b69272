"""Linear equations, by Gaussian elimination with partial pivoting (Golub and Van Loan 2013, section 3.4)."""

from __future__ import annotations

from wargame.engine.equilibrium.memory import NEW_MAGNITUDE, NEW_SIGN, Reals
from wargame.engine.numeric import divide, log

__all__ = ["solve_twice"]

FOR_ALL_LANES = True


def largest_below(work: Reals, matrix: int, column: int, size: int) -> int:
    """The row, from the diagonal down, with the largest element of a column: the first of equals."""
    width = size + 2
    best = column
    largest = -1.0
    for row in range(column, size):
        element = work[matrix + row * width + column]
        magnitude = element if element > 0.0 else -element
        if magnitude > largest:
            largest = magnitude
            best = row
    return best


def swap(work: Reals, one: int, other: int, first: int, end: int) -> None:
    """Exchange two rows, from one column to before another."""
    for k in range(first, end):
        kept = work[one + k]
        work[one + k] = work[other + k]
        work[other + k] = kept


def solve_twice(work: Reals, matrix: int, size: int) -> None:
    """Solve a system for two right-hand sides, which stand as two more columns behind it; answers take their place.

    Leaves the sign and the logarithm of the size of the determinant in `work`: minus infinity, or not a number, where
    there is no answer.
    """
    width = size + 2
    sign = 1.0
    magnitude = 0.0
    for column in range(size):
        best = largest_below(work, matrix, column, size)
        here = matrix + column * width
        if best != column:
            swap(work, here, matrix + best * width, column, width)
            sign = -sign
        pivot = work[here + column]
        if pivot < 0.0:
            sign = -sign
        magnitude = magnitude + log(pivot if pivot > 0.0 else -pivot)
        for row in range(column + 1, size):
            there = matrix + row * width
            factor = divide(work[there + column], pivot)
            if factor != 0.0:
                for k in range(column + 1, width):
                    work[there + k] = work[there + k] - factor * work[here + k]
    for back in range(size):
        row = size - 1 - back
        here = matrix + row * width
        for side in range(size, width):
            total = work[here + side]
            for k in range(row + 1, size):
                total = total - work[here + k] * work[matrix + k * width + side]
            work[here + side] = divide(total, work[here + row])
    work[NEW_SIGN] = sign
    work[NEW_MAGNITUDE] = magnitude
