"""Intervals for shares and means: what chance alone leaves open after n episodes.

Only the standard library, so that a result can state its interval anywhere; SciPy is the oracle in the tests.
The engine's beta distribution does not serve here: it ends at shapes of 100,000, and a long run goes beyond.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

__all__ = ["FEW", "beta_quantile", "clopper_pearson", "share_interval", "t_quantile", "wilson"]

FEW = 10
"""Below this many hits, or misses, the exact interval is used."""

_TINY = 1e-300
_CLOSE = 1e-16
_LONGEST = 200_000


def wilson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The score interval of a share.

    Source: Wilson 1927, "Probable inference, the law of succession, and statistical inference"; recommended
    over the textbook interval by Brown, Cai and DasGupta 2001, "Interval estimation for a binomial
    proportion".
    """
    _check(hits, n, level)
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + level) / 2)
    share = hits / n
    scale = 1 + z * z / n
    centre = (share + z * z / (2 * n)) / scale
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / scale
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == n else min(1.0, centre + half)
    return low, high


def clopper_pearson(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The exact interval of a share: never covers less than `level`, at any true share.

    Source: Clopper and Pearson 1934, "The use of confidence or fiducial limits"; by quantiles of the beta
    distribution: Beta(hits, misses + 1) below, Beta(hits + 1, misses) above.
    """
    _check(hits, n, level)
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else beta_quantile(tail, hits, n - hits + 1)
    high = 1.0 if hits == n else 1.0 - beta_quantile(tail, n - hits, hits + 1)
    return low, high


def share_interval(hits: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """The Wilson interval, or Clopper and Pearson's where there are fewer than `FEW` hits or misses."""
    few = min(hits, n - hits) < FEW
    return clopper_pearson(hits, n, level) if few else wilson(hits, n, level)


@lru_cache(maxsize=1024)
def t_quantile(level: float, freedom: int) -> float:
    """The t for which Student's distribution holds `level` between -t and t.

    By t**2 / (freedom + t**2) ~ Beta(1/2, freedom/2) (DLMF 8.17).
    """
    share = beta_quantile(level, 0.5, freedom / 2)
    return math.sqrt(freedom * share / (1 - share))


@lru_cache(maxsize=4096)
def beta_quantile(probability: float, a: float, b: float) -> float:
    """The x at which the Beta(a, b) distribution reaches `probability`, by bisection to the last bit."""
    low, high = 0.0, 1.0
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return middle
        if regularized_beta(middle, a, b) < probability:
            low = middle
        else:
            high = middle


def regularized_beta(x: float, a: float, b: float) -> float:
    """The distribution function of Beta(a, b) at x, 0 < x < 1 (DLMF 8.17.22, from the nearer side)."""
    if x > (a + 1) / (a + b + 2):
        return 1 - regularized_beta(1 - x, b, a)
    log_beta = math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    return math.exp(a * math.log(x) + b * math.log1p(-x) - log_beta) / (a * _continued_fraction(x, a, b))


def _continued_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of DLMF 8.17.22, 1 + d1/(1 + d2/(1 + ...)), by Lentz's method."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for term in range(1, _LONGEST):
        m = term // 2
        if term % 2:
            step = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            step = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / ((1 + step * denominator) or _TINY)
        numerator = (1 + step / numerator) or _TINY
        value *= numerator * denominator
        if abs(numerator * denominator - 1) <= _CLOSE:
            return value
    return value


def _check(hits: int, n: int, level: float) -> None:
    if not 0 <= hits <= n:
        raise ValueError(f"hits must lie between 0 and n; found {hits} of {n}")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1; found {level}")
