"""Continuous and discrete distributions by inversion of one uniform, and their means.

They serve what a scenario declares as not known (a parameter's distribution) and what chance deals at the
start (a variable's initial distribution). Each maps one uniform to one value and never falls as the uniform
rises, so runs that share draws stay paired when a distribution is moved or widened.

`normal`, `lognormal` and `beta` want centred uniforms, inside (0, 1): at 0 and 1 the first two are infinite.

Only `wargame.engine.numeric` and basic operations are used, so that results agree in every bit on every
machine and in compiled code; SciPy would not give that. Parameters or uniforms outside their range give nan
(-1 in `choice`), never an error.
"""

from collections.abc import Sequence

from wargame.engine.numeric import exp, log, log_one_plus, normal_quantile, sqrt

__all__ = [
    "beta",
    "beta_mean",
    "choice",
    "choice_mean",
    "lognormal",
    "lognormal_mean",
    "normal",
    "normal_mean",
    "triangular",
    "triangular_mean",
    "uniform",
    "uniform_mean",
]

_INFINITY = float("inf")
_NAN = float("nan")

_LARGEST_SHAPE = 100000.0
_TINY = 1e-300
_FRACTION_TOLERANCE = 2.0**-52
_HALF_LOG_TWO_PI = 0.9189385332046728


def uniform(u: float, low: float, high: float) -> float:
    """The uniform distribution from low to high; nan unless low <= high and 0 <= u <= 1."""
    if low <= high and 0.0 <= u <= 1.0:
        return low + (high - low) * u
    return _NAN


def uniform_mean(low: float, high: float) -> float:
    """The mean of `uniform`."""
    return low + (high - low) * 0.5 if low <= high else _NAN


def triangular(u: float, low: float, mode: float, high: float) -> float:
    """The triangular distribution; nan unless low <= mode <= high and 0 <= u <= 1."""
    if not (low <= mode <= high and 0.0 <= u <= 1.0):
        return _NAN
    width = high - low
    if u * width < mode - low:
        return low + sqrt(u * width * (mode - low))
    return high - sqrt((1.0 - u) * width * (high - mode))


def triangular_mean(low: float, mode: float, high: float) -> float:
    """The mean of `triangular`."""
    return (low + mode + high) / 3.0 if low <= mode <= high else _NAN


def normal(u: float, mean: float, sd: float) -> float:
    """The normal distribution; exactly the mean if sd is 0; nan if sd is negative or u outside [0, 1]."""
    if not (sd >= 0.0 and 0.0 <= u <= 1.0):
        return _NAN
    return mean + sd * normal_quantile(u) if sd > 0.0 else mean


def normal_mean(mean: float, sd: float) -> float:
    """The mean of `normal`."""
    return mean if sd >= 0.0 else _NAN


def lognormal(u: float, median: float, sigma: float) -> float:
    """The lognormal distribution: its logarithm is normal with mean log(median) and standard deviation sigma.

    nan if the median is not positive, sigma negative or u outside [0, 1]. With sigma 0 it is
    exp(log(median)), which may differ from the median in its last bits.
    """
    return exp(normal(u, log(median), sigma)) if median > 0.0 else _NAN


def lognormal_mean(median: float, sigma: float) -> float:
    """The mean of `lognormal`, median * exp(sigma^2 / 2)."""
    return median * exp(0.5 * sigma * sigma) if median > 0.0 and sigma >= 0.0 else _NAN


def choice(u: float, weights: Sequence[float]) -> int:
    """The index drawn from a discrete distribution with these weights, which need not add up to 1.

    It is the first whose cumulative weight exceeds u times the total, else (by rounding) the last with a
    positive weight. -1 if a weight is negative, infinite or nan, none is positive, or u is outside [0, 1].
    """
    total = 0.0
    last = -1
    for i in range(len(weights)):
        if not 0.0 <= weights[i] < _INFINITY:
            return -1
        total += weights[i]
        if weights[i] > 0.0:
            last = i
    if not 0.0 <= u <= 1.0:
        return -1
    threshold = u * total
    cumulative = 0.0
    for i in range(last):
        cumulative += weights[i]
        if cumulative > threshold:
            return i
    return last


def choice_mean(values: Sequence[float], weights: Sequence[float]) -> float:
    """The mean of `values[choice(u, weights)]`; nan where `choice` has no answer or the lengths differ."""
    if len(values) != len(weights) or choice(0.0, weights) < 0:
        return _NAN
    total = 0.0
    moment = 0.0
    for i in range(len(weights)):
        total += weights[i]
        moment += weights[i] * values[i]
    return moment / total


def beta(u: float, a: float, b: float, low: float, high: float) -> float:
    """The beta distribution with shapes a and b, stretched from [0, 1] to [low, high].

    nan unless 0 < a, b <= 100000, low <= high and 0 <= u <= 1. The quantile on [0, 1] is accurate to 1e-9
    relative, and for shapes from 0.1 to 100 to about 1e-12.

    Method: the regularized incomplete beta function by its continued fraction (DLMF 8.17.22), inverted by
    Newton's method on logarithms, on the side of the mean where the tail probability is the smaller.
    """
    if not (0.0 < a <= _LARGEST_SHAPE and 0.0 < b <= _LARGEST_SHAPE and low <= high and 0.0 <= u <= 1.0):
        return _NAN
    constant = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b)
    middle = a / (a + b)
    if u <= _lower_tail(middle, 1.0 - middle, a, b, constant):
        x = _invert_lower_tail(u, a, b, constant)
    else:
        x = 1.0 - _invert_lower_tail(1.0 - u, b, a, constant)
    return low + (high - low) * x


def beta_mean(a: float, b: float, low: float, high: float) -> float:
    """The mean of `beta`."""
    if not (0.0 < a <= _LARGEST_SHAPE and 0.0 < b <= _LARGEST_SHAPE and low <= high):
        return _NAN
    return low + (high - low) * (a / (a + b))


def _log_gamma(x: float) -> float:
    """The logarithm of the gamma function, x > 0: Stirling's series (DLMF 5.11.1), shifted to x >= 10."""
    product = 1.0
    while x < 10.0:
        product *= x
        x += 1.0
    r = 1.0 / (x * x)
    series = -691.0 / 360360.0 + r * (1.0 / 156.0)
    series = 1.0 / 1260.0 + r * (-1.0 / 1680.0 + r * (1.0 / 1188.0 + r * series))
    series = (1.0 / 12.0 + r * (-1.0 / 360.0 + r * series)) / x
    return (x - 0.5) * log(x) - x + _HALF_LOG_TWO_PI + series - log(product)


def _log_power_term(x: float, y: float, a: float, b: float, constant: float) -> float:
    """log(x^a y^b / B(a, b)) with x + y = 1 and constant = -log B(a, b)."""
    log_y = log_one_plus(-x) if x < 0.5 else log(y)
    return a * log(x) + b * log_y + constant


def _lower_tail(x: float, y: float, a: float, b: float, constant: float) -> float:
    """The probability that a beta variable is below x; y = 1 - x."""
    term = exp(_log_power_term(x, y, a, b, constant))
    if x * (a + b + 2.0) <= a + 1.0:
        return term * _beta_fraction(x, a, b) / a
    return 1.0 - term * _beta_fraction(y, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by the method of Lentz (1976)."""
    c = 1.0
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / (d if abs(d) > _TINY else _TINY)
    fraction = d
    m = 1.0
    change = 0.0
    while abs(change - 1.0) > _FRACTION_TOLERANCE and m < 10000.0:
        step = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m))
        d = 1.0 + step * d
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = 1.0 + step / c
        c = c if abs(c) > _TINY else _TINY
        fraction *= c * d
        step = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0))
        d = 1.0 + step * d
        d = 1.0 / (d if abs(d) > _TINY else _TINY)
        c = 1.0 + step / c
        c = c if abs(c) > _TINY else _TINY
        change = c * d
        fraction *= change
        m += 1.0
    return fraction


def _first_guess(p: float, a: float, b: float, constant: float) -> float:
    """A rough quantile: Abramowitz and Stegun 26.5.22, or the leading power of x where a shape is below 1."""
    if a < 1.0 or b < 1.0:
        return exp((log(p * a) - constant) / a)
    z = -normal_quantile(p)
    first = 1.0 / (2.0 * a - 1.0)
    second = 1.0 / (2.0 * b - 1.0)
    h = 2.0 / (first + second)
    level = (z * z - 3.0) / 6.0
    w = z * sqrt(h + level if h + level > 0.0 else 0.0) / h
    w -= (second - first) * (level + 5.0 / 6.0 - 2.0 / (3.0 * h))
    return a / (a + b * exp(2.0 * w))


def _invert_lower_tail(p: float, a: float, b: float, constant: float) -> float:
    """The x, not above the mean, below which a beta variable falls with probability p.

    Newton's method solves log P(x) = log p for log x, which is almost a straight line where p is small. Every
    step narrows a bracket; a step that would leave it goes to the bracket's middle instead.
    """
    if p <= 0.0:
        return 0.0
    low = -750.0
    high = log(a / (a + b))
    target = log(p)
    guess = _first_guess(p, a, b, constant)
    t = log(guess) if guess > 0.0 else low
    t = t if low < t < high else 0.5 * (low + high) if t >= high else low
    for _ in range(200):
        x = exp(t)
        y = 1.0 - x
        tail = _lower_tail(x, y, a, b, constant)
        if tail <= 0.0:
            low = t
            t = 0.5 * (low + high)
            continue
        error = log(tail) - target
        if error > 0.0:
            high = t
        else:
            low = t
        slope = exp(_log_power_term(x, y, a, b, constant) - log(y)) / tail
        new = t - error / slope if slope > 0.0 else 0.5 * (low + high)
        new = new if low <= new <= high else 0.5 * (low + high)
        if abs(new - t) <= 1e-15 * (1.0 - t):
            return exp(new)
        t = new
    return exp(t)
