"""Sums that are exact, whatever the order and the chunks."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wargame.experiment.exact_sums import ExactSums, Moments

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
WHOLE = st.integers(-(2**21), 2**21).map(float)


def moments(*parts: list[float]) -> Moments:
    sums = ExactSums(1)
    for part in parts:
        sums.add(np.array(part, dtype=np.float64).reshape(-1, 1))
    (found,) = sums.moments()
    return found


@given(st.lists(FLOATS | WHOLE | st.just(math.nan), max_size=40), st.integers(0, 40))
def test_sums_are_those_of_fractions(values: list[float], cut: int) -> None:
    found = moments(values[:cut], values[cut:])
    exact = [Fraction(value) for value in values if value == value]
    assert found.n == len(exact)
    assert found.total == sum(exact)
    assert found.squares == sum(value * value for value in exact)
    if exact:
        assert found.least == min(exact)
        assert found.greatest == max(exact)
    assert repr(found) == repr(moments(values[::-1]))
    assert repr(Moments.from_json(found.as_json())) == repr(found)


@given(st.lists(st.floats(-1e150, 1e150), min_size=2, max_size=30))
def test_mean_and_sd_are_rounded_once(values: list[float]) -> None:
    found = moments(values)
    exact = [Fraction(value) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / (len(exact) - 1)
    assert found.mean == float(mean)
    assert abs(Fraction(found.sd) ** 2 - variance) <= variance * Fraction(1, 2**50)


def test_many_rows_of_several_columns() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=(10_000, 3)) * 10.0 ** random.integers(-20, 20, (10_000, 3))
    values[:, 1] = random.integers(-9, 9, 10_000)
    values[random.random(10_000) < 0.3, 2] = np.nan
    pieces = ExactSums(3)
    for part in np.array_split(values, 7):
        pieces.add(part)
    whole = ExactSums(3)
    whole.add(np.asfortranarray(values))
    assert pieces.moments() == whole.moments()
    for column, found in zip(values.T, whole.moments(), strict=True):
        present = column[~np.isnan(column)]
        assert found.n == len(present)
        assert float(found.total) == math.fsum(present)


def test_what_is_alike_has_no_deviation() -> None:
    assert moments([0.1] * 1000).sd == 0.0
    assert moments([1e200, -1e200]).sd == pytest.approx(math.sqrt(2) * 1e200)
    assert moments([1e-200, -1e-200]).sd == pytest.approx(math.sqrt(2) * 1e-200)


@pytest.mark.parametrize(
    ("values", "share"),
    [
        ([0.0, 1.0, 1.0], True),
        ([0.0, -0.0], True),
        ([1.0], True),
        ([], False),
        ([0.0, 1.0, 1.0 - 2.0**-53], False),
        ([0.0, 5e-324], False),
        ([2.0, -1.0, 0.0], False),
    ],
)
def test_zeros_and_ones_are_known_by_their_sums(values: list[float], share: bool) -> None:
    assert moments(values).is_share is share


def test_nothing_has_no_mean() -> None:
    nothing, one = moments([math.nan]), moments([3.0])
    assert nothing.n == 0
    assert [math.isnan(value) for value in (nothing.mean, nothing.sd, nothing.least, one.sd)] == [True] * 4
    assert one.mean == one.least == one.greatest == 3.0


def test_negative_zero_is_zero() -> None:
    for values in ([0.0, -0.0], [-0.0, 0.0], [-0.0]):
        assert math.copysign(1.0, moments(values).least) == 1.0
