"""Paired differences: by hand, against SciPy, and what pairing is worth."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from wargame.analysis.paired import paired_differences, paired_mean, paired_share, switches


def episodes(outcomes: list[str | None], **columns: list[float]) -> pd.DataFrame:
    table = pd.DataFrame({"episode": range(len(outcomes)), **columns})
    table["outcome"] = pd.Categorical(outcomes, categories=["war", "peace", "talks"])
    return table


def test_a_mean_has_students_interval_for_the_differences() -> None:
    generator = np.random.default_rng(1)
    base = generator.normal(size=40)
    arm = base + 0.3 + 0.2 * generator.normal(size=40)
    found = paired_mean(arm, base)
    expected = stats.ttest_rel(arm, base).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert found.difference == pytest.approx(found.value - found.baseline)
    assert found.factor == pytest.approx((arm.var(ddof=1) + base.var(ddof=1)) / (arm - base).var(ddof=1))


def test_a_share_has_the_interval_of_tango() -> None:
    # The table of Agresti and Min 2005: 1,600 Britons asked twice about the prime minister.
    first = np.repeat([True, True, False, False], [794, 150, 86, 570])
    second = np.repeat([True, False, True, False], [794, 150, 86, 570])
    found = paired_share(second, first)
    assert found.difference == pytest.approx(-0.04)
    assert (found.low, found.high) == pytest.approx(tango(86, 150, 1600), abs=1e-9)
    assert found.factor > 3


def tango(gained: int, lost: int, n: int) -> tuple[float, float]:
    """Both ends by maximum likelihood under the restriction, found by SciPy's optimizer and not in closed form."""

    def statistic(difference: float) -> float:
        def loss(q: float) -> float:
            return -(
                gained * math.log(q + difference)
                + lost * math.log(q)
                + (n - gained - lost) * math.log(1 - 2 * q - difference)
            )

        ends = (max(1e-12, 1e-12 - difference), (1 - difference) / 2 - 1e-12)
        q = optimize.minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-13}).x
        variance = n * (2 * q + difference * (1 - difference))
        return (gained - lost - n * difference) ** 2 / variance - stats.norm.ppf(0.975) ** 2

    middle = (gained - lost) / n
    return optimize.brentq(statistic, -0.3, middle), optimize.brentq(statistic, middle, 0.3)


@pytest.mark.parametrize("n", [1, 10, 1000])
def test_the_ends_of_what_can_be_found(n: int) -> None:
    z2 = stats.norm.ppf(0.975) ** 2
    same = paired_share([True] * n, [True] * n)
    assert (same.low, same.high) == (pytest.approx(-z2 / (n + z2)), pytest.approx(z2 / (n + z2)))
    gained = paired_share([True] * n, [False] * n)
    assert (gained.difference, gained.high) == (1, 1)
    assert 0 < gained.low < 1 or n == 1


def test_arms_that_never_differ_differ_by_exactly_nothing() -> None:
    values = [0.1, 0.7, 0.3]
    table = episodes(["war", "peace", "peace"], **{"metric.m": values, "payoff.a": [2.0, 2.0, 2.0]})
    found = paired_differences(table, table)
    assert (found["difference"] == 0).all()
    metric = found[found["name"] == "m"].iloc[0]
    assert (metric["low"], metric["high"], metric["factor"]) == (0, 0, math.inf)
    assert math.isnan(found[found["name"] == "a"].iloc[0]["factor"])
    assert math.isnan(found[found["name"] == "talks"].iloc[0]["factor"])
    war = found[found["name"] == "war"].iloc[0]
    assert war["low"] == -war["high"] < 0
    assert not len(switches(table, table))


def test_switches_are_counted_from_what_to_what() -> None:
    base = episodes(["war", "war", "peace", "peace", "talks", None])
    arm = episodes(["peace", "peace", "talks", "peace", None, "war"])
    found = switches(arm, base)
    assert found.to_dict("records") == [
        {"from": "war", "to": "peace", "n": 2, "share": 0.5},
        {"from": "peace", "to": "talks", "n": 1, "share": 0.25},
    ]
    assert found.attrs["total"] == 4


def test_failed_episodes_and_missing_metrics_are_left_out_of_both_arms() -> None:
    base = episodes(["war", "war", "peace", "peace"], **{"metric.m": [1.0, 5.0, math.nan, 4.0]})
    arm = episodes(["war", None, "peace", "peace"], **{"metric.m": [2.0, 9.0, 3.0, 7.0]})
    found = paired_differences(arm, base).set_index("name")
    assert found.loc["war", "n"] == 3
    assert (found.loc["m", "n"], found.loc["m", "difference"]) == (2, 2.0)


def test_a_metric_of_zeros_and_ones_is_a_share() -> None:
    base = episodes(["war"] * 4, **{"metric.m": [0.0, 1.0, 0.0, 0.0]})
    arm = episodes(["war"] * 4, **{"metric.m": [0.0, 1.0, 1.0, 0.0]})
    row = paired_differences(arm, base).set_index("name").loc["m"]
    assert (row["low"], row["high"]) == (
        pytest.approx(paired_share([0, 1, 1, 0], [0, 1, 0, 0]).low),
        pytest.approx(paired_share([0, 1, 1, 0], [0, 1, 0, 0]).high),
    )


def test_units_are_averaged_first() -> None:
    base = episodes(["war"] * 4, **{"metric.m": [0.0, 2.0, 1.0, 5.0]}).assign(point=[0, 0, 1, 1])
    arm = episodes(["war"] * 4, **{"metric.m": [1.0, 3.0, 4.0, 8.0]}).assign(point=[0, 0, 1, 1])
    row = paired_differences(arm, base, unit="point").set_index("name").loc["m"]
    assert (row["n"], row["difference"]) == (2, 2.0)
    assert row["high"] == pytest.approx(2 + stats.t.ppf(0.975, 1) * 1.0)


def test_nothing_gives_nothing() -> None:
    assert math.isnan(paired_mean([], []).difference)
    assert paired_share([], []).n == 0
    assert math.isnan(paired_mean([1.0], [0.0]).low)
