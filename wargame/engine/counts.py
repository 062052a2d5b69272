"""Counts from one uniform: Poisson, binomial and negative binomial, each up to a stated maximum.

A count is drawn by inversion: it is the smallest k with u < P(K <= k), so one draw makes one count, a larger
u never makes a smaller count, and runs that share draws differ only through their parameters. The maximum
bounds both the count (what lies above is counted as the maximum) and the work.

The three distributions have one recurrence,

    P(K = k) = P(K = k-1) * (alpha + beta (k-1)) * odds / k,

(a form of Panjer's class, Panjer 1981): Poisson with (mean, 0, 1), binomial with (n, -1, p / (1-p)), negative
binomial with (dispersion, 1, mean / (mean + dispersion)). P(K = 0) may be far below the smallest float, so
its logarithm is given: weights are kept as multiples of exp(-600 * steps), and a factor exp(-600) is taken
in whenever they have grown enough. Any mean is allowed. The search takes one step per unit of the count, and
the cumulative probability is accurate to about 1e-15 per step.

Only `wargame.engine.numeric` and basic operations are used, so that results agree in every bit on every
machine and in compiled code. Parameters outside their range give nan, never an error. A maximum is a whole
number below 2**53.
"""

from wargame.engine.numeric import exp, floor, log_one_plus

__all__ = [
    "binomial",
    "negative_binomial",
    "poisson",
]

_INFINITY = float("inf")
_NAN = float("nan")
_TWO_TO_53 = 9007199254740992.0

_STEP = 600.0
_STEP_FACTOR = exp(-_STEP)


def poisson(u: float, mean: float, maximum: float) -> float:
    """min(K, maximum) with K Poisson with this mean, at the uniform u in [0, 1).

    nan if the mean is negative or infinite, u outside [0, 1) or the maximum not a whole number >= 0.
    """
    if 0.0 <= mean < _INFINITY:
        return _invert(u, -mean, mean, 0.0, 1.0, maximum)
    return _NAN


def binomial(u: float, n: float, p: float, maximum: float) -> float:
    """min(K, maximum) with K the successes in n trials of probability p, at the uniform u in [0, 1).

    nan if n or the maximum is not a whole number >= 0, p outside [0, 1] or u outside [0, 1).
    """
    if _is_whole(n) and 0.0 <= p < 1.0:
        return _invert(u, n * log_one_plus(-p), n, -1.0, p / (1.0 - p), maximum)
    if _is_whole(n) and p == 1.0 and 0.0 <= u < 1.0 and _is_whole(maximum):
        return n if n < maximum else maximum
    return _NAN


def negative_binomial(u: float, mean: float, dispersion: float, maximum: float) -> float:
    """min(K, maximum) with K negative binomial of this mean and variance mean + mean^2 / dispersion.

    It is the Poisson distribution whose mean is itself gamma-distributed with shape `dispersion`: the smaller
    the dispersion, the more the counts cluster. `u` is a uniform in [0, 1). nan if the mean is negative or
    infinite, the dispersion not positive or infinite, mean / dispersion overflows, u is outside [0, 1) or the
    maximum not a whole number >= 0.
    """
    if 0.0 <= mean < _INFINITY and 0.0 < dispersion < _INFINITY and mean / dispersion < _INFINITY:
        first = -dispersion * log_one_plus(mean / dispersion)
        return _invert(u, first, dispersion, 1.0, mean / (mean + dispersion), maximum)
    return _NAN


def _is_whole(x: float) -> bool:
    """Whether x is a whole number from 0 to 2**53 - 1."""
    return 0.0 <= x < _TWO_TO_53 and floor(x) == x


def _rescale_steps(log_first: float) -> float:
    """How many factors exp(-600) are kept apart from the first weight."""
    return floor(-log_first / _STEP) if log_first < -_STEP else 0.0


def _first_weight(log_first: float, steps: float) -> float:
    """P(K = 0) without the factors kept apart."""
    return exp(log_first + _STEP * steps)


def _invert(u: float, log_first: float, alpha: float, beta: float, odds: float, maximum: float) -> float:
    """The smallest k <= maximum with u < P(K <= k), else the maximum; log_first is log P(K = 0).

    While factors are kept apart the cumulative probability is below any u but 0, so it is not compared.
    Rounding may leave the whole sum just below u: the search ends at the first term, beyond the mode, that
    adds nothing.
    """
    if not (0.0 <= u < 1.0 and _is_whole(maximum)):
        return _NAN
    if log_first <= -_TWO_TO_53:
        # The mean is above every allowed maximum.
        return maximum
    steps = _rescale_steps(log_first)
    weight = _first_weight(log_first, steps)
    total = weight
    k = 0.0
    searching = u > 0.0
    while searching and k < maximum and (steps > 0.0 or u >= total):
        weight = weight * ((alpha + beta * k) * odds / (k + 1.0))
        if total + weight == total:
            searching = False
        else:
            k += 1.0
            total += weight
            if steps > 0.0 and weight > 1.0:
                weight *= _STEP_FACTOR
                total *= _STEP_FACTOR
                steps -= 1.0
    return k
