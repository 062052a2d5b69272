"""Partial rank correlations, low against high, and maps over two parameters."""

from dataclasses import replace

import numpy as np
import pytest
from many_assumptions import observed, planted
from scipy import stats

from wargame.analysis.correlations import low_and_high, partial_rank_correlations
from wargame.analysis.pairs import over_two
from wargame.analysis.refusals import NotForThis, TooFew
from wargame.experiment.intervals import t_quantile


def test_partial_rank_correlation_is_that_of_the_residuals_of_ranks() -> None:
    chance = np.random.default_rng(4)
    inputs = chance.random((400, 3))
    inputs[:, 2] += 0.7 * inputs[:, 0]
    value = np.exp(3 * inputs[:, 0]) + 5 * inputs[:, 1] ** 3 + chance.normal(size=400)
    table = partial_rank_correlations(observed(inputs, value)).set_index("parameter")
    ranks, result = stats.rankdata(inputs, axis=0), stats.rankdata(value)
    for place in range(3):
        others = np.column_stack([np.ones(400), np.delete(ranks, place, axis=1)])

        def rest(of: np.ndarray, others: np.ndarray = others) -> np.ndarray:
            return of - others @ np.linalg.lstsq(others, of, rcond=None)[0]

        expected = np.corrcoef(rest(ranks[:, place]), rest(result))[0, 1]
        assert table.loc[f"p{place}", "correlation"] == pytest.approx(expected)
    assert table.loc["p0", "beyond_luck"]
    assert table.index[0] in ("p0", "p1")


def test_a_monotone_result_of_one_parameter_has_a_correlation_of_one() -> None:
    inputs = np.random.default_rng(1).random((200, 2))
    table = partial_rank_correlations(observed(inputs, -np.exp(5 * inputs[:, 0]))).set_index("parameter")
    assert table.loc["p0", "correlation"] == pytest.approx(-1)
    assert table.loc["p0", "low"] <= -0.999


def test_among_many_idle_parameters_few_are_beyond_luck() -> None:
    chance = np.random.default_rng(8)
    table = partial_rank_correlations(observed(chance.random((2000, 100)), chance.random(2000)))
    outside = ((table["low"] > 0) | (table["high"] < 0)).sum()
    assert outside >= 1
    assert table["beyond_luck"].sum() == 0


def test_too_few_rows_for_so_many_parameters() -> None:
    inputs = np.random.default_rng(1).random((150, 100))
    with pytest.raises(TooFew, match="with 100 parameters") as refused:
        partial_rank_correlations(observed(inputs, inputs[:, 0]))
    assert refused.value.needed == 199


def test_low_and_high_by_hand() -> None:
    inputs = np.column_stack([np.arange(100.0), np.tile([0.0, 1.0], 50), np.full(100, 3.0)])
    value = (inputs[:, 0] >= 80).astype(float) * 0.5
    found = low_and_high(observed(inputs, value, episodes=10, is_share=True))
    assert list(found["parameter"]) == ["p0", "p1"]
    row = found.iloc[0]
    assert (row["at_low"], row["at_high"], row["swing"]) == (0.0, 0.5, 0.5)
    assert found.attrs["base"] == pytest.approx(0.1)
    assert (row["low_below"], row["high_above"]) == (pytest.approx(19.8), pytest.approx(79.2))
    # Of two values each is a group of its own.
    assert found.iloc[1]["swing"] == pytest.approx(0.0)


def test_single_episodes_have_the_interval_of_a_run() -> None:
    from wargame.experiment.intervals import share_interval

    one = planted(1000, 3, seed=2)
    inside = one.inputs["p0"] >= np.quantile(one.inputs["p0"], 0.8)
    hits, n = int(one.value[inside].sum()), int(inside.sum())
    row = low_and_high(replace(one, is_stratified=True)).set_index("parameter").loc["p0"]
    assert (row["at_high_low"], row["at_high_high"]) == share_interval(hits, n)
    # Where the end of the fifth is itself an estimate, a little more is open.
    row = low_and_high(one).set_index("parameter").loc["p0"]
    assert (row["at_high_low"], row["at_high_high"]) == pytest.approx(share_interval(hits, n), abs=0.003)


def test_the_end_of_a_fifth_is_an_estimate() -> None:
    """Of the numbers themselves, the mean below a quantile has the variance of Manistre and Hancock 2005."""
    number = np.random.default_rng(4).random(5000)
    drawn = observed(number[:, None], number)
    row = low_and_high(drawn).iloc[0]
    below = number[number <= np.quantile(number, 0.2)]
    half = t_quantile(0.95, 999) * ((below.var() + 0.8 * (0.2 - 0.1) ** 2) / 1000) ** 0.5
    assert row["at_low_high"] - row["at_low"] == pytest.approx(half, rel=0.01)
    # In a Latin hypercube it is known, and so is that of a number with few values.
    row = low_and_high(replace(drawn, is_stratified=True)).iloc[0]
    known = t_quantile(0.95, 999) * below.std(ddof=1) / 1000**0.5
    assert row["at_low_high"] - row["at_low"] == pytest.approx(known)
    few = low_and_high(observed(np.round(number * 4)[:, None], number)).iloc[0]
    lowest = number[np.round(number * 4) <= 1]
    known = t_quantile(0.95, len(lowest) - 1) * lowest.std(ddof=1) / len(lowest) ** 0.5
    assert few["at_low_high"] - few["at_low"] == pytest.approx(known)


def test_episodes_of_one_point_do_not_count_as_independent() -> None:
    chance = np.random.default_rng(3)
    inputs = chance.random((200, 2))
    share = chance.beta(0.5, 2, 200)
    value = chance.binomial(500, share) / 500
    row = low_and_high(observed(inputs, value, episodes=500, is_share=True)).iloc[0]
    # Forty points of variance 0.046 each, whatever the number of episodes.
    assert row["at_low_high"] - row["at_low_low"] > 0.08


def test_a_map_over_a_grid_has_its_values_and_chance() -> None:
    first, second = np.meshgrid([0.1, 0.2, 0.3], [5.0, 6.0])
    inputs = np.column_stack([first.ravel(), second.ravel()])
    table = over_two(observed(inputs, np.arange(6) / 10, episodes=100, is_share=True), "p0", "p1")
    assert list(table["value"]) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert list(table["second"]) == [5.0] * 3 + [6.0] * 3
    assert (table["episodes"] == 100).all()
    assert (table["high"] - table["low"]).between(0.03, 0.2).all()


def test_a_map_of_a_sample_has_classes_of_equal_size() -> None:
    one = planted(2000, 3, seed=5)
    table = over_two(one, "p0", "p1", classes=4)
    assert table["rows"].sum() == 2000
    assert table.groupby("first")["rows"].sum().tolist() == [500] * 4
    best = table.loc[table["value"].idxmax()]
    assert best["first"] > 0.6
    assert best["second"] < 0.4


def test_maps_that_cannot_be_made() -> None:
    one = planted(90, 3, seed=5)
    with pytest.raises(TooFew) as refused:
        over_two(one, "p0", "p1")
    assert refused.value.needed == 100
    with pytest.raises(NotForThis, match="q is not varied here"):
        over_two(one, "q", "p1")
    with pytest.raises(NotForThis, match="given twice"):
        over_two(one, "p0", "p0")


def test_rows_without_a_value_are_left_out() -> None:
    one = planted(1000, 3, seed=2)
    value = one.value.copy()
    value[:300] = np.nan
    assert partial_rank_correlations(replace(one, value=value)).attrs["n"] == 700
