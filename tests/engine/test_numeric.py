"""The formula language's arithmetic: accuracy, special values, order, and equal bits when compiled."""

import math
import random
import struct
from collections.abc import Callable

import mpmath
import pytest
from lanes import disagreements

from wargame.engine import numeric

NAN = math.nan
INF = math.inf

SPECIAL = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    1e-320,
    -1e-320,
    5e-324,
    2.2250738585072014e-308,
    1e308,
    -1e308,
]
SPECIAL += [
    INF,
    -INF,
    NAN,
    709.782712893384,
    709.7827128933841,
    -708.4,
    -745.1,
    -745.14,
    -745.2,
    2.0**52,
    2.0**53 + 2,
]
SPECIAL += [0.075, 0.925, 0.425, 1e-11, 1.0 - 2.0**-53, 2.0**-53, math.sqrt(0.5), math.sqrt(2.0), 2.5, -2.5]

HELPERS = ("scale_by_power_of_two", "split_exponent")
"""The two functions that look at the bits of a number, for which compiled code has its own ways."""


def bits(x: float) -> int:
    """The representation of x, all nans being one."""
    return struct.unpack("<q", struct.pack("<d", NAN if x != x else x))[0]


def same(a: float, b: float) -> bool:
    return bits(a) == bits(b)


def error_in_ulp(value: float, exact: mpmath.mpf) -> float:
    return float(abs(mpmath.mpf(value) - exact) / math.ulp(float(exact)))


def largest_error(name: str, exact: Callable[[mpmath.mpf], mpmath.mpf], points: list[float]) -> float:
    function = getattr(numeric, name)
    with mpmath.workdps(40):
        return max(error_in_ulp(function(x), exact(mpmath.mpf(x))) for x in points)


def any_positive(rng: random.Random) -> float:
    """A positive finite float with every representation equally likely."""
    return struct.unpack("<d", struct.pack("<Q", rng.randrange(1, 0x7FF << 52)))[0]


def exact_quantile(u: mpmath.mpf) -> mpmath.mpf:
    """Newton's method from the value under test, on the logarithm of the smaller tail."""
    if u == 0.5:
        return mpmath.mpf(0)
    p, sign = (u, 1) if u < 0.5 else (1 - u, -1)
    z = mpmath.mpf(numeric.normal_quantile(float(p)))
    for _ in range(3):
        tail = mpmath.ncdf(z)
        z -= tail * mpmath.log(tail / p) / mpmath.npdf(z)
    return sign * z


def exact_logistic(x: mpmath.mpf) -> mpmath.mpf:
    return 1 / (1 + mpmath.exp(-x))


def accuracy_points(name: str, n: int, rng: random.Random) -> list[float]:
    if name == "exp":
        points = [rng.uniform(-708.0, 709.78) for _ in range(n)]
        points += [rng.uniform(-1.0, 1.0) for _ in range(n)] + [
            rng.uniform(-745.2, -708.0) for _ in range(n // 10)
        ]
        return points + [0.0, 709.782712893384, -745.1, 5e-324, -1e-17]
    if name == "log":
        points = [any_positive(rng) for _ in range(n)] + [rng.uniform(0.5, 2.0) for _ in range(n)]
        return points + [1.0, math.nextafter(1.0, 0.0), math.nextafter(1.0, 2.0), 5e-324, math.sqrt(0.5)]
    if name == "log_one_plus":
        sizes = [0.99 * 10.0 ** rng.uniform(-18.0, 0.0) for _ in range(n)]
        return [rng.choice((-1.0, 1.0)) * size for size in sizes] + [0.0, 1e300, 3.0]
    if name == "logistic":
        return [rng.uniform(-40.0, 40.0) for _ in range(n)] + [rng.uniform(-700.0, 5.0) for _ in range(n)]
    points = [rng.random() for _ in range(n // 4)] + [10.0 ** rng.uniform(-16.0, -1.0) for _ in range(n // 8)]
    points += [0.5 + rng.choice((-1, 1)) * 10.0 ** rng.uniform(-16.0, -0.4) for _ in range(n // 8)]
    return points + [10.0 ** rng.uniform(-300.0, -16.0) for _ in range(n // 40)] + [2.0**-53, 1.0 - 2.0**-53]


EXACT = {
    "exp": mpmath.exp,
    "log": mpmath.log,
    "log_one_plus": mpmath.log1p,
    "logistic": exact_logistic,
    "normal_quantile": exact_quantile,
}


@pytest.mark.parametrize("name", EXACT)
def test_error_stays_below_the_stated_bound(name):
    points = accuracy_points(name, 4000, random.Random(11))
    assert largest_error(name, EXACT[name], points) <= numeric.ULP_BOUNDS[name]


@pytest.mark.verify
@pytest.mark.parametrize("name", EXACT)
def test_error_stays_below_the_stated_bound_at_many_points(name):
    points = accuracy_points(name, 100_000, random.Random(12))
    assert largest_error(name, EXACT[name], points) <= numeric.ULP_BOUNDS[name]


def test_every_stated_bound_is_tested():
    assert set(numeric.ULP_BOUNDS) == {*EXACT, "sqrt"}


def test_sqrt_is_correctly_rounded():
    rng = random.Random(13)
    for x in [any_positive(rng) for _ in range(2000)]:
        root = numeric.sqrt(x)
        with mpmath.workdps(40):
            assert error_in_ulp(root, mpmath.sqrt(mpmath.mpf(x))) <= numeric.ULP_BOUNDS["sqrt"]


def test_power_keeps_its_stated_error():
    rng = random.Random(14)
    for _ in range(2000):
        x, y = 10.0 ** rng.uniform(-3.0, 3.0), rng.uniform(-50.0, 50.0)
        with mpmath.workdps(40):
            exact = mpmath.mpf(x) ** mpmath.mpf(y)
            allowed = 1.0 + 3.0 * abs(y * math.log(x))
            assert error_in_ulp(numeric.power(x, y), exact) <= allowed


def test_exp_and_log_never_fall_from_one_float_to_the_next():
    rng = random.Random(15)
    # Where the reduction changes its whole number two formulas meet: look there, at all of them.
    starts = [(n + 0.5) * math.log(2.0) for n in range(-1074, 1023)]
    starts += [rng.uniform(-708.0, 709.0) for _ in range(2000)] + [
        rng.uniform(-1.0, 1.0) for _ in range(4000)
    ]
    check_order(numeric.exp, starts, 12)
    folds = [math.ldexp(math.sqrt(0.5), n) for n in range(-1000, 1000)]
    check_order(numeric.log, folds, 12)
    check_order(numeric.log, [rng.uniform(0.5, 2.0) for _ in range(3000)], 12)


def test_logistic_and_quantile_rise_over_short_distances():
    """A few ulp apart they may fall by a few ulp; over 64 times the bound they may not."""
    rng = random.Random(16)
    for _ in range(3000):
        x = rng.uniform(-30.0, 30.0)
        assert numeric.logistic(x) <= numeric.logistic(x + 1e-12)
        u = rng.uniform(1e-6, 1.0 - 1e-6)
        assert numeric.normal_quantile(u) < numeric.normal_quantile(u + 1e-12)


def check_order(function, starts, steps):
    for start in starts:
        x = start
        for _ in range(steps // 2):
            x = math.nextafter(x, -INF)
        before = function(x)
        for _ in range(steps):
            x = math.nextafter(x, INF)
            after = function(x)
            assert before <= after, x
            before = after


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("exp", (0.0,), 1.0),
        ("exp", (-0.0,), 1.0),
        ("exp", (709.7827128933841,), INF),
        ("exp", (INF,), INF),
        ("exp", (-745.0,), 5e-324),
        ("exp", (-746.0,), 0.0),
        ("exp", (-INF,), 0.0),
        ("exp", (NAN,), NAN),
        ("log", (1.0,), 0.0),
        ("log", (2.0,), math.log(2.0)),
        ("log", (0.0,), -INF),
        ("log", (-0.0,), -INF),
        ("log", (-1.0,), NAN),
        ("log", (-INF,), NAN),
        ("log", (INF,), INF),
        ("log", (NAN,), NAN),
        ("log_one_plus", (0.0,), 0.0),
        ("log_one_plus", (1e-30,), 1e-30),
        ("log_one_plus", (-1.0,), -INF),
        ("log_one_plus", (-2.0,), NAN),
        ("log_one_plus", (INF,), INF),
        ("log_one_plus", (NAN,), NAN),
        ("sqrt", (4.0,), 2.0),
        ("sqrt", (-4.0,), NAN),
        ("sqrt", (-0.0,), -0.0),
        ("sqrt", (INF,), INF),
        ("sqrt", (-INF,), NAN),
        ("sqrt", (NAN,), NAN),
        ("floor", (2.5,), 2.0),
        ("floor", (-2.5,), -3.0),
        ("floor", (-1e-300,), -1.0),
        ("floor", (0.9999999999999999,), 0.0),
        ("floor", (-0.0,), 0.0),
        ("floor", (4503599627370495.5,), 4503599627370495.0),
        ("floor", (-4503599627370495.5,), -4503599627370496.0),
        ("floor", (1e300,), 1e300),
        ("floor", (INF,), INF),
        ("floor", (-INF,), -INF),
        ("floor", (NAN,), NAN),
        ("divide", (1.0, 4.0), 0.25),
        ("divide", (1.0, 0.0), INF),
        ("divide", (1.0, -0.0), -INF),
        ("divide", (-1.0, 0.0), -INF),
        ("divide", (-INF, -0.0), INF),
        ("divide", (0.0, 0.0), NAN),
        ("divide", (NAN, 0.0), NAN),
        ("divide", (1.0, NAN), NAN),
        ("divide", (-0.0, 5.0), -0.0),
        ("divide", (1e308, 1e-308), INF),
        ("power", (2.0, -1.0), 0.5),
        ("power", (0.0, 2.5), 0.0),
        ("power", (0.0, 0.0), 1.0),
        ("power", (INF, 0.0), 1.0),
        ("power", (0.0, -1.0), INF),
        ("power", (-8.0, 2.0), NAN),
        ("power", (-8.0, 0.0), NAN),
        ("power", (NAN, 0.0), NAN),
        ("power", (2.0, NAN), NAN),
        ("power", (1.0, INF), NAN),
        ("power", (2.0, INF), INF),
        ("power", (INF, -1.0), 0.0),
        ("logistic", (0.0,), 0.5),
        ("logistic", (INF,), 1.0),
        ("logistic", (-INF,), 0.0),
        ("logistic", (800.0,), 1.0),
        ("logistic", (-800.0,), 0.0),
        ("logistic", (NAN,), NAN),
        ("minimum", (1.0, 2.0), 1.0),
        ("minimum", (0.0, -0.0), -0.0),
        ("minimum", (NAN, 1.0), 1.0),
        ("minimum", (1.0, NAN), NAN),
        ("maximum", (1.0, 2.0), 2.0),
        ("maximum", (-0.0, 0.0), 0.0),
        ("maximum", (NAN, 1.0), 1.0),
        ("maximum", (1.0, NAN), NAN),
        ("clip", (5.0, 0.0, 1.0), 1.0),
        ("clip", (-5.0, 0.0, 1.0), 0.0),
        ("clip", (0.3, 0.0, 1.0), 0.3),
        ("clip", (NAN, 0.0, 1.0), 0.0),
        ("clip", (0.5, 2.0, 1.0), 1.0),
        ("absolute", (-3.0,), 3.0),
        ("absolute", (-0.0,), 0.0),
        ("absolute", (NAN,), NAN),
        ("normal_quantile", (0.5,), 0.0),
        ("normal_quantile", (0.0,), -INF),
        ("normal_quantile", (-0.1,), -INF),
        ("normal_quantile", (1.0,), INF),
        ("normal_quantile", (1.1,), INF),
        ("normal_quantile", (NAN,), NAN),
    ],
)
def test_special_values(name, arguments, expected):
    assert same(getattr(numeric, name)(*arguments), expected)


def test_clip_is_maximum_then_minimum():
    for x in SPECIAL:
        for low in SPECIAL:
            for high in SPECIAL:
                expected = numeric.minimum(numeric.maximum(x, low), high)
                assert same(numeric.clip(x, low, high), expected)


def test_floor_agrees_with_exact_integers():
    rng = random.Random(17)
    for _ in range(5000):
        x = rng.choice((-1.0, 1.0)) * 2.0 ** rng.uniform(-3.0, 60.0)
        assert numeric.floor(x) == float(math.floor(x))


def test_quantile_is_odd_about_one_half():
    rng = random.Random(18)
    for _ in range(2000):
        u = rng.randrange(1, 2**52) * 2.0**-53
        assert numeric.normal_quantile(u) == -numeric.normal_quantile(1.0 - u)


def test_helpers_keep_their_contracts():
    rng = random.Random(19)
    for x in [any_positive(rng) for _ in range(2000)] + [5e-324, 1.7976931348623157e308]:
        m, n = numeric.split_exponent(x)
        assert 0.5 <= m < 1.0
        assert -1073 <= n <= 1024
        assert mpmath.mpf(m) * mpmath.mpf(2) ** int(n) == mpmath.mpf(x)
    assert numeric.scale_by_power_of_two(1.0, -1074.0) == 5e-324
    assert numeric.scale_by_power_of_two(1.0, -1075.0) == 0.0
    assert numeric.scale_by_power_of_two(1.25, -1075.0) == 5e-324
    assert numeric.scale_by_power_of_two(0.75, 1024.0) == 1.5 * 2.0**1023


FUNCTIONS = [name for name in numeric.__all__ if name not in ("ULP_BOUNDS", *HELPERS)]


def hard_numbers(rng: random.Random) -> list[float]:
    """Special values, numbers of every size and sign, and numbers where the functions do most."""
    anywhere = SPECIAL + [rng.choice((-1, 1)) * any_positive(rng) for _ in range(500)]
    anywhere += [rng.uniform(-800.0, 800.0) for _ in range(500)] + [rng.random() for _ in range(1000)]
    return anywhere + [rng.choice((-1, 1)) * rng.randrange(1, 2**52) * 5e-324 for _ in range(200)]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_lanes_give_equal_bits(name):
    rng = random.Random(20)
    function, anywhere = getattr(numeric, name), hard_numbers(rng)
    size = function.__code__.co_argcount
    for _ in range(1 if size == 1 else 3):
        columns = [rng.sample(anywhere, len(anywhere)) for _ in range(size)]
        assert not disagreements(function, columns)


def test_compiled_lanes_agree_on_every_pair_of_special_values():
    pairs = [(a, b) for a in SPECIAL for b in SPECIAL]
    for name in ("divide", "power", "minimum", "maximum"):
        assert not disagreements(getattr(numeric, name), list(zip(*pairs, strict=True)))


def test_compiled_helpers_keep_their_contracts():
    rng = random.Random(21)
    positive = [any_positive(rng) for _ in range(2000)]
    positive += [
        5e-324,
        2.2250738585072014e-308,
        math.nextafter(2.2250738585072014e-308, 0.0),
        1.7976931348623157e308,
    ]
    assert not disagreements(numeric.split_exponent, [positive])
    fractions = [rng.uniform(0.5, 2.0) for _ in range(4000)] + [0.5, 1.0, 1.25, 1.75, 2.0] * 40
    powers = [float(rng.randint(-1075, 1022)) for _ in range(4000)]
    powers += [float(n) for n in range(-1075, -1035) for _ in range(5)]
    assert not disagreements(numeric.scale_by_power_of_two, [fractions, powers])
    assert not disagreements(numeric.scale_by_power_of_two, [[0.5, 0.75, NAN], [1024.0, 1024.0, NAN]])
