"""Counts by inversion: against SciPy's distributions, at the edges, and with equal bits when compiled."""

import math
import random

import numpy as np
import pytest
from lanes import disagreements
from scipy import stats

from wargame.engine.counts import (
    binomial,
    negative_binomial,
    poisson,
)

NAN = math.nan
TOP = 1.0 - 2.0**-53


def some_poisson(rng):
    mean = 10.0 ** rng.uniform(-6.0, 4.2)
    return poisson, (mean,), stats.poisson(mean)


def some_binomial(rng):
    n = float(rng.choice([0, 1, 5, 100, 3000, 20000]))
    p = rng.choice([rng.random(), 10.0 ** rng.uniform(-7.0, 0.0), 1.0 - 10.0 ** rng.uniform(-7.0, 0.0)])
    return binomial, (n, p), stats.binom(n, p)


def some_negative_binomial(rng):
    mean = 10.0 ** rng.uniform(-4.0, 3.0)
    dispersion = mean * 10.0 ** rng.uniform(-3.0, 4.0)
    return (
        negative_binomial,
        (mean, dispersion),
        stats.nbinom(dispersion, dispersion / (mean + dispersion)),
    )


FAMILIES = [some_poisson, some_binomial, some_negative_binomial]


@pytest.mark.parametrize("family", FAMILIES)
def test_counts_invert_the_cumulative_distribution(family):
    rng = random.Random(1)
    for i in range(400):
        count, parameters, reference = family(rng)
        u = TOP - rng.randrange(50) * 2.0**-53 if i % 10 == 0 else rng.randrange(2**53) * 2.0**-53
        maximum = float(rng.choice([1, 20, 1000, 100000]))
        k = count(u, *parameters, maximum)
        assert 0.0 <= k <= maximum
        assert k == math.floor(k)
        # Within rounding of a step either neighbour is right.
        assert reference.cdf(k - 1.0) <= u + 1e-10
        if k < maximum:
            assert u <= reference.cdf(k) + 1e-10


@pytest.mark.parametrize("family", FAMILIES)
def test_counts_never_fall_as_the_uniform_rises(family):
    rng = random.Random(3)
    for _ in range(20):
        count, parameters, _ = family(rng)
        drawn = [count(u, *parameters, 300.0) for u in sorted(rng.random() for _ in range(100))]
        assert drawn == sorted(drawn)


@pytest.mark.parametrize(
    ("count", "parameters", "reference"),
    [
        (poisson, (3.2,), stats.poisson(3.2)),
        (poisson, (1500.0,), stats.poisson(1500.0)),
        (binomial, (40.0, 0.3), stats.binom(40, 0.3)),
        (negative_binomial, (4.0, 0.5), stats.nbinom(0.5, 0.5 / 4.5)),
    ],
)
def test_moments_over_an_even_grid(count, parameters, reference):
    """A grid of midpoints leaves an error of the order of the grid's step times the largest count."""
    n = 2000 if reference.mean() > 100.0 else 20_000
    values = np.array([count((i + 0.5) / n, *parameters, 1e5) for i in range(n)])
    assert values.mean() == pytest.approx(reference.mean(), rel=2e-4)
    assert values.var() == pytest.approx(reference.var(), rel=1e-2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (poisson(0.0, 5000.0, 9000.0), 0.0),
        (poisson(0.5, 0.0, 10.0), 0.0),
        (poisson(TOP, 0.0, 10.0), 0.0),
        (poisson(0.5, 3.0, 0.0), 0.0),
        (poisson(0.5, 1e6, 1000.0), 1000.0),
        (poisson(0.5, 1e300, 1000.0), 1000.0),
        (poisson(0.5, -1.0, 10.0), NAN),
        (poisson(0.5, math.inf, 10.0), NAN),
        (poisson(0.5, NAN, 10.0), NAN),
        (poisson(1.0, 1.0, 10.0), NAN),
        (poisson(-0.1, 1.0, 10.0), NAN),
        (poisson(NAN, 1.0, 10.0), NAN),
        (poisson(0.5, 1.0, -1.0), NAN),
        (poisson(0.5, 1.0, 2.5), NAN),
        (poisson(0.5, 1.0, math.inf), NAN),
        (binomial(TOP, 7.0, 0.5, 100.0), 7.0),
        (binomial(0.3, 7.0, 0.0, 100.0), 0.0),
        (binomial(0.3, 7.0, 1.0, 100.0), 7.0),
        (binomial(0.3, 7.0, 1.0, 5.0), 5.0),
        (binomial(0.3, 0.0, 0.5, 5.0), 0.0),
        (binomial(0.3, -1.0, 0.5, 5.0), NAN),
        (binomial(0.3, 2.5, 0.5, 5.0), NAN),
        (binomial(0.3, 3.0, 1.5, 5.0), NAN),
        (binomial(0.3, 3.0, -0.5, 5.0), NAN),
        (binomial(0.3, 3.0, NAN, 5.0), NAN),
        (binomial(1.0, 3.0, 1.0, 5.0), NAN),
        (binomial(0.3, 3.0, 1.0, 0.5), NAN),
        (negative_binomial(0.5, 0.0, 2.0, 5.0), 0.0),
        (negative_binomial(0.5, 2.0, 0.0, 5.0), NAN),
        (negative_binomial(0.5, -2.0, 1.0, 5.0), NAN),
        (negative_binomial(0.5, 1e300, 1e-300, 5.0), NAN),
    ],
)
def test_edges(value, expected):
    assert value == expected or (math.isnan(value) and math.isnan(expected))


HARD = [
    0.0,
    -0.0,
    5e-324,
    1e-300,
    0.5,
    1.0,
    TOP,
    2.0,
    2.5,
    600.0,
    5000.0,
    1e6,
    1e300,
    -1.0,
    math.inf,
    -math.inf,
    NAN,
]


@pytest.mark.parametrize("family", FAMILIES)
def test_compiled_lanes_give_equal_bits(family):
    rng, drawn = random.Random(4), []
    for _ in range(300):
        count, parameters, _ = family(rng)
        maximum = float(rng.choice([0, 1, 20, 500]))
        drawn.append((rng.choice([rng.random(), 0.0, TOP]), *parameters, maximum))
    for _ in range(800):
        maximum = rng.choice([0.0, 1.0, 7.0, 100.0, 2.5, -1.0, math.inf, NAN])
        drawn.append((*(rng.choice(HARD) for _ in range(len(parameters) + 1)), maximum))
    assert not disagreements(count, list(zip(*drawn, strict=True)))
