"""Errors of estimates that stay in their ranges, where another way to them is known."""

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from wargame.calibration import spread
from wargame.calibration.estimates import UNKNOWN
from wargame.calibration.spread import bounded_errors

SLOPES = np.array([[20.0, 3.0], [-4.0, 30.0], [10.0, 10.0]])
COVARIANCE = np.array([[1.0, 0.3, 0.0], [0.3, 2.0, -0.4], [0.0, -0.4, 0.5]])


def test_far_from_all_ends_they_are_those_of_the_sandwich() -> None:
    inverse = np.linalg.pinv(SLOPES)
    sandwich = np.sqrt(np.diag(inverse @ COVARIANCE @ inverse.T))
    assert bounded_errors(np.array([0.5, 0.5]), SLOPES, COVARIANCE) == pytest.approx(sandwich, rel=1e-4)


def test_each_draw_is_the_least_squares_solution_in_the_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """By another solver (bounded-variable least squares), where the ranges hinder most draws."""
    point, slopes = np.array([0.7, 0.2]), SLOPES / 20
    monkeypatch.setattr(spread, "DRAWS", 200)
    draws = spread._normal(COVARIANCE, np.random.default_rng(spread.SEED))
    by_hand = np.array([lsq_linear(slopes, slopes @ point + draw, (0, 1), method="bvls").x for draw in draws])
    assert ((by_hand < 1e-6) | (by_hand > 1 - 1e-6)).any(axis=1).mean() > 0.5
    assert bounded_errors(point, slopes, COVARIANCE) == pytest.approx(by_hand.std(axis=0, ddof=1), rel=1e-3)


def test_the_range_of_one_number_tells_about_another() -> None:
    """Only a sum is measured, sharply. Anywhere else the second number could be anything; as the first stays between 0
    and 1, it cannot. Two numbers between 0 and 1 whose sum is 1: each is uniform."""
    slopes, covariance = np.array([[1000.0, 1000.0]]), np.eye(1)
    assert bounded_errors(np.array([0.5, 0.5]), slopes, covariance) == pytest.approx(UNKNOWN, rel=0.2)
    # A sum of 0.1 leaves a tenth of the range.
    assert bounded_errors(np.array([0.05, 0.05]), slopes, covariance).max() < 0.06


def test_what_no_moment_answers_to_has_the_error_of_its_range() -> None:
    errors = bounded_errors(np.array([0.9, 0.5]), np.array([[100.0, 0.0]]), np.eye(1))
    assert errors == pytest.approx([0.01, UNKNOWN], rel=0.05)
