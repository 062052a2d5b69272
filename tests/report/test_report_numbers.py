"""How the page writes shares, differences and their intervals."""

import pytest

from wargame.report.html.numbers import interval, points, points_interval


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0231, 0.0333, "2.3 % to 3.3 %"),
        (0.0004, 0.158, "under 0.1 % to 15.8 %"),
        (0.0004, 0.0062, "0.04 % to 0.62 %"),
        (0.0, 0.0369, "0 % to 3.7 %"),
        (0.0109, 0.0113, "1.09 % to 1.13 %"),
        (0.5, 1.0, "50.0 % to 100 %"),
        (float("nan"), 0.2, "–"),
    ],
)
def test_an_interval_of_a_share(low: float, high: float, said: str) -> None:
    assert interval(low, high) == said


@pytest.mark.parametrize(
    ("difference", "said"),
    [(0.0421, "+4.2"), (-0.0031, "−0.31"), (0.0, "0"), (-0.00001, "0"), (float("nan"), "–")],
)
def test_a_difference_of_shares_in_points(difference: float, said: str) -> None:
    assert points(difference) == said


def test_both_ends_of_a_difference_have_as_many_places() -> None:
    assert points_interval(-0.0032, 0.0104) == "−0.3 to +1.0"
    assert points_interval(-0.0032, 0.0004) == "−0.32 to +0.04"
    assert points_interval(float("nan"), 0.1) == "–"
