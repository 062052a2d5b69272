"""What every operator and function of the formula language means, to the last bit.

The C library's `exp` and `log` differ between machines, and NumPy's differ with the width of the vector unit.
The functions here use only IEEE 754 basic operations (`+ - * /`, comparison, square root), each correctly
rounded wherever Python runs, so a result is the same on every machine. The batch engine translates this same source
to vector code (`batch.translate`) that gives the same bits: the play of one episode in plain Python and of a million in
compiled lanes can therefore be compared byte by byte. (Two not-a-numbers count as equal: IEEE 754 leaves their sign and
payload open.)

Only `scale_by_power_of_two` and `split_exponent` look inside the representation of a number. Compiled code
may substitute bit operations for these two, and for nothing else, as long as it keeps their contracts.

`ULP_BOUNDS` states the largest error of each approximated function, in units in the last place (ulp) of the
exact result; the tests measure it against arbitrary-precision arithmetic.

Arguments are floats. No function raises: what has no value is a not-a-number (nan).
"""

import math

__all__ = [
    "ULP_BOUNDS",
    "absolute",
    "clip",
    "divide",
    "exp",
    "floor",
    "log",
    "log_one_plus",
    "logistic",
    "maximum",
    "minimum",
    "normal_quantile",
    "power",
    "scale_by_power_of_two",
    "split_exponent",
    "sqrt",
]

ULP_BOUNDS = {
    "exp": 1.0,
    "log": 1.0,
    "log_one_plus": 2.0,
    "logistic": 3.0,
    "normal_quantile": 8.0,
    "sqrt": 0.5,
}
"""Largest error in ulp over the whole domain. Where `exp` is subnormal the unit is the smallest subnormal."""

_INFINITY = math.inf
_NAN = math.nan
_TWO_TO_52 = 4503599627370496.0

# 1 / ln 2, and ln 2 in two parts: the upper has 32 significant bits, so that its product with a whole number
# below 2^21 is exact (Cody and Waite 1980).
_PER_LN2 = 1.4426950408889634
_LN2_UPPER = 0.6931471803691238
_LN2_LOWER = 1.9082149292705877e-10

# Adding and taking away 1.5 * 2^52 rounds to the nearest whole number, without a call and without a branch.
_ROUNDING_SHIFT = 6755399441055744.0

_EXP_HIGHEST = 709.782712893384
_EXP_LOWEST = -745.2
_SQRT_HALF = 0.7071067811865476


def scale_by_power_of_two(x: float, n: float) -> float:
    """x * 2**n, rounded once (to nearest, ties to even) where the result is subnormal.

    Contract: 0.5 <= x <= 2; n is a float holding a whole number, -1075 <= n <= 1024; the result does not
    overflow; not a number where both are not. Outside that range a substitute may do anything, for no caller looks.
    """
    return math.ldexp(x, int(n)) if n == n else n


def split_exponent(x: float) -> tuple[float, float]:
    """The fraction m and the exponent n of x = m * 2**n, exactly.

    Contract: for finite x > 0, subnormals included, 0.5 <= m < 1 and n is a whole number, -1073 <= n <= 1024.
    (It is an int here and may be a float in a substitute: it only enters float arithmetic.) Outside that
    range a substitute may do anything, for no caller looks.
    """
    return math.frexp(x)


def exp(x: float) -> float:
    """e to the power x.

    Error below `ULP_BOUNDS["exp"]`. Above 709.782712893384 the result is infinite; below -708.4 it loses bits
    gradually (subnormals are kept, never flushed) and from -745.2 down it is 0.

    Method: x = n ln 2 + r with |r| <= ln 2 / 2 in two parts (Cody and Waite 1980), and on that interval
    exp(r) = 1 + r + r c / (2 - c), c = r - r^2 P(r^2), where P is the smooth part of r coth(r/2), a form
    due to K. C. Ng. P is a polynomial interpolated at Chebyshev nodes. The form needs fewer operations than a
    Taylor polynomial, and adds 1 to a smaller part last, so that neighbours stay in order.
    """
    # The argument is limited first, as vectors have no branches; what is not a number stays so.
    y = _EXP_HIGHEST if x > _EXP_HIGHEST else x
    y = _EXP_LOWEST if y < _EXP_LOWEST else y
    n = (y * _PER_LN2 + _ROUNDING_SHIFT) - _ROUNDING_SHIFT
    upper = y - n * _LN2_UPPER
    lower = n * _LN2_LOWER
    r = upper - lower
    z = r * r
    p = 6.613756471622832e-05 + z * (-1.6534060033843062e-06 + z * 4.143766280716661e-08)
    c = r - z * (0.1666666666666666 + z * (-0.0027777777777564404 + z * p))
    result = scale_by_power_of_two(1.0 - ((lower - r * c / (2.0 - c)) - upper), n)
    return _INFINITY if x > _EXP_HIGHEST else result


def log(x: float) -> float:
    """The natural logarithm of x.

    Error below `ULP_BOUNDS["log"]`. log(0) is minus infinity, log of a negative number nan.

    Method: x = m * 2**n with sqrt(1/2) <= m < sqrt(2), f = m - 1, s = f / (2 + f), and
    log(m) = 2 artanh(s) = f - f^2/2 + s (f^2/2 + R(s^2)), a form due to K. C. Ng. R is a polynomial
    interpolated at Chebyshev nodes.
    """
    # Selections rather than branches: only so does compiled code take several numbers at a time.
    inside = 0.0 < x < _INFINITY
    m, n = split_exponent(x if inside else 1.0)
    small = m < _SQRT_HALF
    m = m + m if small else m
    n = n - 1.0 if small else n
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    half = 0.5 * f * f
    tail = 0.22222211134795080 + z * (
        0.18182889125261723 + z * (0.15331721600556042 + z * 0.14616449685043406)
    )
    tail = z * (0.6666666666666670 + z * (0.39999999999899505 + z * (0.28571428625975487 + z * tail)))
    result = n * _LN2_UPPER - ((half - (s * (half + tail) + n * _LN2_LOWER)) - f)
    return result if inside else _log_outside(x)


def _log_outside(x: float) -> float:
    """The logarithm of what is not a finite positive number."""
    return -_INFINITY if x == 0.0 else (_INFINITY if x > 0.0 else _NAN)


def log_one_plus(x: float) -> float:
    """log(1 + x), accurate also where x is small; nan below -1. Not part of the formula language.

    Error below `ULP_BOUNDS["log_one_plus"]`. The rounding of 1 + x is known exactly, and its first-order
    effect on the logarithm is put back (Goldberg 1991 shows a relative of this device).
    """
    w = 1.0 + x
    if w == 1.0:
        result = x
    elif 0.0 < w < _INFINITY:
        result = log(w) - ((w - 1.0) - x) / w
    else:
        result = log(w)
    return result


def sqrt(x: float) -> float:
    """The square root of x, correctly rounded; nan below 0, and sqrt(-0.0) is -0.0."""
    return _NAN if x < 0.0 else math.sqrt(x)


def floor(x: float) -> float:
    """The largest whole number not above x, as a float; infinities and nan are kept, floor(-0.0) is 0."""
    shift = _TWO_TO_52 if x >= 0.0 else -_TWO_TO_52
    nearest = (x + shift) - shift
    whole = nearest - 1.0 if nearest > x else nearest
    return whole if -_TWO_TO_52 < x < _TWO_TO_52 else x


def divide(a: float, b: float) -> float:
    """a / b as IEEE 754 has it: 0/0 is nan, and x/0 infinite with the product of both signs."""
    if b != 0.0:
        result = a / b
    elif a == 0.0 or a != a:
        result = _NAN
    else:
        result = math.copysign(_INFINITY, a) * math.copysign(1.0, b)
    return result


def power(x: float, y: float) -> float:
    """x to the power y, defined as exp(y * log(x)).

    Special cases: x < 0 gives nan, for every y; x**0 is 1 for x >= 0, so 0**0 is 1; 0**y is 0 for y > 0 and
    infinite for y < 0 (-0.0 counts as 0); nan in either gives nan, but for x**0; 1 to an infinite power is
    nan. The error grows with the exponent's size: it is below 1 + 3 |y log x| ulp.
    """
    result = exp(y * log(x))
    return 1.0 if y == 0.0 and x >= 0.0 else result


def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow or cancellation on either side.

    Error below `ULP_BOUNDS["logistic"]`.
    """
    e = exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


def minimum(a: float, b: float) -> float:
    """`a if a < b else b`: the second of two equals, and of a pair with a nan."""
    return a if a < b else b


def maximum(a: float, b: float) -> float:
    """`a if a > b else b`: the second of two equals, and of a pair with a nan."""
    return a if a > b else b


def clip(x: float, low: float, high: float) -> float:
    """minimum(maximum(x, low), high). So clip(nan, low, high) is low, and high wins over low."""
    raised = x if x > low else low
    return raised if raised < high else high


def absolute(x: float) -> float:
    """x without its sign; absolute(-0.0) is 0."""
    return abs(x)


def normal_quantile(u: float) -> float:
    """The number that a standard normal variable falls below with probability u.

    Error below `ULP_BOUNDS["normal_quantile"]`. Minus infinity for u <= 0, infinity for u >= 1, nan for nan.
    Source: Wichura 1988, algorithm AS 241, routine PPND16, with its coefficients.
    """
    q = u - 0.5
    if -0.425 <= q <= 0.425:
        result = _quantile_middle(q)
    elif 0.0 < u < 1.0:
        distance = _quantile_tail(math.sqrt(-log(u if q < 0.0 else 1.0 - u)))
        result = -distance if q < 0.0 else distance
    elif u <= 0.0:
        result = -_INFINITY
    elif u >= 1.0:
        result = _INFINITY
    else:
        result = _NAN
    return result


def _quantile_middle(q: float) -> float:
    """The quantile at probability 1/2 + q, |q| <= 0.425."""
    r = 0.180625 - q * q
    above = r * 2509.0809287301226727 + 33430.575583588128105
    above = ((above * r + 67265.770927008700853) * r + 45921.953931549871457) * r + 13731.693765509461125
    above = ((above * r + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.3871328727963666080
    below = r * 5226.4952788528545610 + 28729.085735721942674
    below = ((below * r + 39307.895800092710610) * r + 21213.794301586595867) * r + 5394.1960214247511077
    below = ((below * r + 687.18700749205790830) * r + 42.313330701600911252) * r + 1.0
    return q * above / below


def _quantile_tail(r: float) -> float:
    """The quantile's distance from 0 where the tail beyond it has probability exp(-r^2)."""
    if r <= 5.0:
        r = r - 1.6
        above = r * 7.74545014278341407640e-4 + 2.27238449892691845833e-2
        above = (
            (above * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258
        ) * r + 3.64784832476320460504
        above = (
            (above * r + 5.76949722146069140550) * r + 4.63033784615654529590
        ) * r + 1.42343711074968357734
        below = r * 1.05075007164441684324e-9 + 5.47593808499534494600e-4
        below = (
            (below * r + 1.51986665636164571966e-2) * r + 1.48103976427480074590e-1
        ) * r + 6.89767334985100004550e-1
        below = ((below * r + 1.67638483018380384940) * r + 2.05319162663775882187) * r + 1.0
    else:
        r = r - 5.0
        above = r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5
        above = (
            (above * r + 1.24266094738807843860e-3) * r + 2.65321895265761230930e-2
        ) * r + 2.96560571828504891230e-1
        above = (
            (above * r + 1.78482653991729133580) * r + 5.46378491116411436990
        ) * r + 6.65790464350110377720
        below = r * 2.04426310338993978564e-15 + 1.42151175831644588870e-7
        below = (
            (below * r + 1.84631831751005468180e-5) * r + 7.86869131145613259100e-4
        ) * r + 1.48753612908506148525e-2
        below = ((below * r + 1.36929880922735805310e-1) * r + 5.99832206555887937690e-1) * r + 1.0
    return above / below
