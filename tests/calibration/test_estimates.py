"""Estimates and their errors where algebra knows them."""

import numpy as np
import pytest

from wargame.calibration.estimates import UNKNOWN, estimates
from wargame.calibration.ranges import Range

WIDE = Range(name="parameters.wide", low=0, high=10)
OTHER = Range(name="parameters.other", low=-1, high=1)


def test_one_number_from_two_measurements() -> None:
    """Two moments that both measure one number: the weighted mean, and a test of their agreement."""
    errors = np.array([1.0, 2.0])
    found = estimates(
        [WIDE],
        np.array([0.5]),
        differences=np.array([0.8, -3.2]),
        jacobian=np.array([[10.0], [10.0]]),
        errors=errors,
        covariance=np.diag(errors**2),
    )
    only = found.parameters[0]
    # Precisions 1 and 1/4 add up.
    assert only.error == pytest.approx(1 / np.sqrt(1.25))
    assert only.interval_low == pytest.approx(5 - 1.6449 * only.error, abs=1e-3)
    assert found.freedom == 1
    # Differences of z 0.8 and -1.6 lie along what the number cannot move: (0.8 + 3.2)^2 / (1 + 4).
    assert found.test == pytest.approx(4**2 / 5)
    assert 0.07 < found.probability < 0.08


def test_errors_do_not_trust_the_weights() -> None:
    """Moments that vary together tell less than their weights say; both measure the same number."""
    together = np.array([[1.0, 0.99], [0.99, 1.0]])
    found = estimates(
        [WIDE],
        np.array([0.5]),
        differences=np.zeros(2),
        jacobian=np.array([[10.0], [10.0]]),
        errors=np.ones(2),
        covariance=together,
    )
    assert found.parameters[0].error == pytest.approx(np.sqrt((1 + 0.99) / 2))


def test_what_only_counts_as_a_sum_cannot_be_told_apart() -> None:
    found = estimates(
        [WIDE, OTHER],
        np.array([0.5, 0.5]),
        differences=np.zeros(3),
        jacobian=np.array([[1.0, 1.0], [2.0, 2.0], [0.5, 0.5]]),
        errors=np.full(3, 0.01),
        covariance=np.eye(3) * 1e-4,
    )
    unknown, known = found.directions
    assert unknown.is_unknown
    assert not known.is_unknown
    assert str(unknown) in ("wide +0.71, other -0.71", "wide -0.71, other +0.71")
    assert str(known) == "wide +0.71, other +0.71"
    # Neither is known much better than its range, and no interval is given.
    assert max(one.known for one in found.parameters) < 0.1
    assert np.isnan([[one.interval_low, one.interval_high] for one in found.parameters]).all()
    assert found.untold == ("wide", "other")
    assert known.error < UNKNOWN


def test_alone_no_number_is_less_known_than_with_the_others() -> None:
    """The moments hardly answer; the range says more."""
    found = estimates(
        [WIDE],
        np.array([0.5]),
        differences=np.zeros(2),
        jacobian=np.ones((2, 1)),
        errors=np.ones(2),
        covariance=np.eye(2),
    )
    only = found.parameters[0]
    assert only.alone == only.error <= 10 / 2
    assert not only.is_told


def test_no_test_without_a_moment_to_spare() -> None:
    found = estimates(
        [WIDE],
        np.array([0.5]),
        differences=np.zeros(1),
        jacobian=np.ones((1, 1)),
        errors=np.ones(1),
        covariance=np.eye(1),
    )
    assert found.freedom == 0
    assert np.isnan(found.test)


@pytest.mark.parametrize(
    ("scale", "low", "high", "middle"),
    [("linear", 1, 4, 2.5), ("log", 1, 4, 2), ("logit", 0.1, 0.9, 0.5)],
)
def test_scales(scale: str, low: float, high: float, middle: float) -> None:
    one = Range(name="parameters.x", low=low, high=high, scale=scale)  # type: ignore[arg-type]
    assert one.number(0.5) == pytest.approx(middle)
    assert (one.number(-1), one.number(0), one.number(1), one.number(2)) == (low, low, high, high)
    assert one.unit(one.number(0.3)) == pytest.approx(0.3)
