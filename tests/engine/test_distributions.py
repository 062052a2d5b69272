"""Distributions by inversion: against SciPy, at the edges, and with equal bits when compiled."""

import math
import random

import numpy as np
import pytest
from lanes import disagreements
from scipy import special, stats

from wargame.engine import distributions

NAN = math.nan
TIGHT = 1e-9


def centred(rng):
    return (rng.randrange(2**52) + 0.5) * 2.0**-52


def shapes(rng, low, high):
    return 10.0 ** rng.uniform(low, high), 10.0 ** rng.uniform(low, high)


CASES = {
    "uniform": ((-3.0, 5.0), stats.uniform(-3.0, 8.0)),
    "triangular": ((-3.0, 1.0, 5.0), stats.triang(0.5, -3.0, 8.0)),
    "normal": ((2.0, 0.7), stats.norm(2.0, 0.7)),
    "lognormal": ((40.0, 0.8), stats.lognorm(0.8, scale=40.0)),
    "beta": ((2.5, 4.0, -1.0, 3.0), stats.beta(2.5, 4.0, -1.0, 4.0)),
}


@pytest.mark.parametrize("name", CASES)
def test_quantiles_agree_with_scipy(name):
    parameters, reference = CASES[name]
    function = getattr(distributions, name)
    rng = random.Random(1)
    for u in [centred(rng) for _ in range(500)] + [2.0**-53, 1.0 - 2.0**-53]:
        # Next to 0 a difference of large numbers has no relative accuracy.
        assert function(u, *parameters) == pytest.approx(reference.ppf(u), rel=TIGHT, abs=1e-12)


@pytest.mark.parametrize("name", CASES)
def test_means_agree_with_scipy(name):
    parameters, reference = CASES[name]
    mean = getattr(distributions, f"{name}_mean")(*parameters)
    assert mean == pytest.approx(reference.mean(), rel=1e-14)


@pytest.mark.parametrize("name", CASES)
def test_values_never_fall_as_the_uniform_rises(name):
    parameters, _ = CASES[name]
    rng = random.Random(2)
    values = [getattr(distributions, name)(u, *parameters) for u in sorted(centred(rng) for _ in range(300))]
    assert values == sorted(values)


@pytest.mark.parametrize("powers", [(-1.0, 0.0), (0.0, 2.0), (-2.0, 3.0), (3.0, 5.0)])
def test_beta_quantile_for_many_shapes(powers):
    rng = random.Random(3)
    for _ in range(200):
        a, b = shapes(rng, *powers)
        u = centred(rng)
        x = distributions.beta(u, a, b, 0.0, 1.0)
        assert x == pytest.approx(special.betaincinv(a, b, u), rel=TIGHT, abs=1e-300)


def test_beta_keeps_relative_accuracy_far_out():
    for u in (1e-15, 1e-10, 1e-5):
        for a, b in ((0.3, 2.0), (2.0, 0.3), (30.0, 40.0), (1.0, 1.0)):
            x = distributions.beta(u, a, b, 0.0, 1.0)
            assert x == pytest.approx(special.betaincinv(a, b, u), rel=TIGHT)


def test_beta_solved_by_hand():
    for u in (0.0, 0.1, 0.5, 0.9, 1.0):
        assert distributions.beta(u, 1.0, 1.0, 0.0, 1.0) == pytest.approx(u, rel=1e-13)
        assert distributions.beta(u, 2.0, 1.0, 0.0, 1.0) == pytest.approx(math.sqrt(u), rel=1e-13)
        arcsine = math.sin(0.5 * math.pi * u) ** 2
        assert distributions.beta(u, 0.5, 0.5, 0.0, 1.0) == pytest.approx(arcsine, rel=1e-12)


def test_choice_takes_the_first_cumulative_weight_that_exceeds_the_draw():
    weights = (1.0, 0.0, 2.0, 1.0, 0.0)
    drawn = [distributions.choice(u, weights) for u in (0.0, 0.2499, 0.25, 0.7499, 0.75, 0.9999, 1.0)]
    assert drawn == [0, 0, 2, 2, 3, 3, 3]
    assert distributions.choice(0.0, (0.0, 1.0)) == 1
    assert distributions.choice(1.0 - 2.0**-53, (0.1,) * 10) == 9


def test_choice_frequencies():
    weights = np.array([0.5, 3.0, 0.0, 1.5])
    drawn = [distributions.choice((i + 0.5) / 1000.0, weights) for i in range(1000)]
    assert np.bincount(drawn, minlength=4).tolist() == [100, 600, 0, 300]


@pytest.mark.parametrize("weights", [(), (0.0, 0.0), (1.0, -1.0), (1.0, NAN), (1.0, math.inf)])
def test_choice_without_an_answer(weights):
    assert distributions.choice(0.5, weights) == -1
    assert math.isnan(distributions.choice_mean((1.0,) * len(weights), weights))


def test_choice_mean():
    assert distributions.choice_mean((10.0, 20.0), (1.0, 3.0)) == 17.5
    assert math.isnan(distributions.choice_mean((10.0,), (1.0, 3.0)))
    assert distributions.choice(1.5, (1.0,)) == -1


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("uniform", (0.0, 2.0, 3.0), 2.0),
        ("uniform", (1.0, 2.0, 3.0), 3.0),
        ("uniform", (0.5, 2.0, 2.0), 2.0),
        ("uniform", (0.5, 3.0, 2.0), NAN),
        ("uniform", (1.1, 2.0, 3.0), NAN),
        ("uniform", (NAN, 2.0, 3.0), NAN),
        ("uniform_mean", (3.0, 2.0), NAN),
        ("triangular", (0.0, 1.0, 2.0, 4.0), 1.0),
        ("triangular", (1.0, 1.0, 2.0, 4.0), 4.0),
        ("triangular", (0.0, 1.0, 1.0, 4.0), 1.0),
        ("triangular", (1.0, 1.0, 4.0, 4.0), 4.0),
        ("triangular", (0.3, 2.0, 2.0, 2.0), 2.0),
        ("triangular", (0.3, 2.0, 1.0, 4.0), NAN),
        ("triangular_mean", (2.0, 1.0, 4.0), NAN),
        ("normal", (0.5, 3.0, 2.0), 3.0),
        ("normal", (0.0, 3.0, 0.0), 3.0),
        ("normal", (0.0, 3.0, 1.0), -math.inf),
        ("normal", (1.0, 3.0, 1.0), math.inf),
        ("normal", (0.5, 3.0, -1.0), NAN),
        ("normal", (1.5, 3.0, 1.0), NAN),
        ("normal_mean", (3.0, -1.0), NAN),
        ("lognormal", (0.0, 3.0, 1.0), 0.0),
        ("lognormal", (0.5, 1.0, 1.0), 1.0),
        ("lognormal", (0.5, 0.0, 1.0), NAN),
        ("lognormal", (0.5, 1.0, -1.0), NAN),
        ("lognormal_mean", (-1.0, 1.0), NAN),
        ("beta", (0.0, 2.0, 3.0, 1.0, 5.0), 1.0),
        ("beta", (1.0, 2.0, 3.0, 1.0, 5.0), 5.0),
        ("beta", (0.5, 0.0, 3.0, 0.0, 1.0), NAN),
        ("beta", (0.5, 1e6, 3.0, 0.0, 1.0), NAN),
        ("beta", (0.5, 2.0, 3.0, 1.0, 0.0), NAN),
        ("beta", (NAN, 2.0, 3.0, 0.0, 1.0), NAN),
        ("beta_mean", (1.0, 0.0, 0.0, 1.0), NAN),
    ],
)
def test_edges(name, arguments, expected):
    value = getattr(distributions, name)(*arguments)
    assert value == expected or (math.isnan(value) and math.isnan(expected))


def test_beta_never_fails_in_its_allowed_range():
    sizes = (1e-300, 1e-12, 1e-3, 1.0, 1e5)
    for a in sizes:
        for b in sizes:
            for u in (0.0, 2.0**-53, 0.3, 1.0 - 2.0**-53, 1.0):
                assert 0.0 <= distributions.beta(u, a, b, 0.0, 1.0) <= 1.0, (u, a, b)


HARD = [0.0, -0.0, 5e-324, 1e-300, 1e-12, 0.1, 0.5, 1.0, 2.0, 1e5, 1e6, 1e300, -1.0, math.inf, -math.inf, NAN]


@pytest.mark.parametrize("name", [name for case in CASES for name in (case, f"{case}_mean")])
def test_compiled_lanes_give_equal_bits(name):
    rng, function = random.Random(4), getattr(distributions, name)
    parameters, _ = CASES[name.removesuffix("_mean")]
    size = function.__code__.co_argcount
    drawn = [(*(rng.choice(HARD) for _ in range(size)),) for _ in range(1500)]
    if name == "beta":
        # Python takes long over its continued fraction at shapes far apart: few of those.
        drawn = drawn[:40] + [(rng.random(), *shapes(rng, -1.0, 1.5), 0.0, 1.0) for _ in range(150)]
    if not name.endswith("_mean"):
        drawn += [(u, *parameters) for u in [0.0, 1.0, *(centred(rng) for _ in range(100))]]
    assert not disagreements(function, list(zip(*[*drawn, _typical(name)], strict=True)))


def _typical(name):
    """Arguments in the middle of their range."""
    parameters, _ = CASES[name.removesuffix("_mean")]
    return parameters if name.endswith("_mean") else (0.3, *parameters)
