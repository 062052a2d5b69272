"""The interval of a mean of few skewed units: Student's, with the skewness taken out.

Of a rare outcome, or a share that differs much between few units, most units have next to nothing and a few have nearly
all. Then the mean and its error are low together, and Student's interval ends too low.
"""

from __future__ import annotations

import numpy as np

__all__ = ["hall_interval"]

SYMMETRIC = 1e-6
"""Below this skewness Hall's interval is Student's, to more digits than can be computed."""


def hall_interval(mean: float, error: float, skewness: float, quantile: float) -> tuple[float, float]:
    """Hall's interval of a mean, by his cubic transformation, solved in closed form.

    `error` is the standard error, `skewness` that of the mean (of the units, over the square root of their number),
    `quantile` Student's. Source: Hall 1992, "On the removal of skewness by transformation".
    """
    if abs(skewness) < SYMMETRIC:
        return mean - quantile * error, mean + quantile * error

    def untransformed(value: float) -> float:
        return float(3 / skewness * (np.cbrt(1 + skewness * (value - skewness / 6)) - 1))

    return mean - error * untransformed(quantile), mean - error * untransformed(-quantile)
