"""Regret: the best of several choices without the winner's luck, and games whose regret is known."""

import numpy as np
import pandas as pd
import pytest

import wargame
from wargame.analysis.regret import best_fixed_table, best_of, decision_regret_table, fixed_policy_table
from wargame.experiment.arms import experiment
from wargame.experiment.deviations import BASELINE, deviations, fixed_policies, fixed_policy_names

# The row player gets 1 for a match. The column player goes left three times out of four, whatever happens: a turn of
# `up` pays 3/4, of `down` 1/4, of a fair coin 1/2, so a coin regrets 1/4.
PENNIES = """
name: pennies
time: {step: round, horizon: 3}
actors:
  row:
    policies: {up: {}, down: {}}
    utility: row.up * column.left + row.down * column.right
    decision: {rule: mixed, probabilities: {up: CHANCE, down: 1 - CHANCE}}
  column:
    policies: {left: {}, right: {}}
    utility: "0"
    decision: {rule: mixed, probabilities: {left: 0.75, right: 0.25}}
outcomes: {end: {default: true}}
"""


def pennies(chance: float) -> wargame.Scenario:
    return wargame.loads(PENNIES.replace("CHANCE", str(chance)))


def test_the_best_of_several_by_hand() -> None:
    gains = [[1.0, 0.0], [2.0, 5.0], [1.0, 0.0], [2.0, -3.0]]
    found = best_of(gains)
    # Odd units choose the first (2 against 1), even units as well (1 against 0).
    assert (found.choice, found.gain, found.plug_in) == (0, 1.5, 1.5)
    with pytest.raises(ValueError, match="at least four units"):
        best_of(gains[:3])


def test_the_best_of_equals_is_no_better_than_they_are() -> None:
    generator = np.random.default_rng(2)
    found = [best_of(generator.normal(size=(60, 8))) for _ in range(500)]
    error = np.std([one.gain for one in found]) / np.sqrt(500)
    assert np.mean([one.plug_in for one in found]) > 0.1
    assert abs(np.mean([one.gain for one in found])) < 4 * error
    assert np.mean([one.low <= 0 <= one.high for one in found]) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 500)


def test_the_interval_covers_the_gain_of_the_best() -> None:
    generator = np.random.default_rng(4)
    means = np.array([0.0, 0.1, 0.15, -1.0])
    covered = []
    for _ in range(500):
        found = best_of(means + generator.normal(size=(80, 4)))
        covered.append(found.low <= 0.15 <= found.high)
    assert np.mean(covered) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 500)


def test_fixed_policies_against_a_coin_in_a_known_game() -> None:
    scenario = pennies(0.5)
    results = experiment(fixed_policies(scenario, ["row"], episodes=2000), engine="mesa", progress=False)
    names = fixed_policy_names(scenario, ["row"])
    assert list(names.values()) == [("row", "up"), ("row", "down")]
    table = fixed_policy_table(results.comparison.differences, names).set_index("policy")
    for policy, gain in (("up", 0.75), ("down", -0.75)):
        assert table.loc[policy, "low"] < gain < table.loc[policy, "high"]
    episodes = {name: results.arms[name].episodes for name in names}
    best = best_fixed_table(episodes, results.arms[BASELINE].episodes, names).iloc[0]
    assert best["policy"] == "up"
    assert best["low"] < 3 * 0.25 < best["high"]
    assert best["own"] == pytest.approx(1.5, abs=0.1)


@pytest.mark.parametrize(
    ("chance", "regret", "over_coin"), [(0.5, 0.25, 0.0), (1, 0.0, 0.25), (0, 0.5, -0.25)]
)
def test_single_turns_in_a_known_game(chance: float, regret: float, over_coin: float) -> None:
    found = deviations(pennies(chance), ["row"], decisions=30, futures=100, engine="mesa", progress=False)
    assert {turn for _, turn in found.places["row"]} == {0, 1, 2}
    assert found.policies["row"][0] == ("up", "down")
    table = decision_regret_table(found.gains, found.policies).iloc[0]
    assert table["low"] <= regret <= table["high"]
    assert table["regret"] == pytest.approx(regret, abs=0.04)
    assert table["over_coin_low"] - 1e-12 <= over_coin <= table["over_coin_high"] + 1e-12
    assert table["favourite"] == "up"
    assert (table["decisions"], table["futures"]) == (30, 100)


def test_a_decision_that_differs_from_place_to_place_is_regretted_place_by_place() -> None:
    # At two decisions out of three the first policy is better by 2, at the third the second by 4.
    first, second = np.array([[1.0] * 6, [-1.0] * 6]), np.array([[-2.0] * 6, [2.0] * 6])
    table = decision_regret_table({"a": [first, first, second]}, {"a": [("up", "down")] * 3}).iloc[0]
    assert table["regret"] == pytest.approx(4 / 3)
    assert table["over_coin"] == 0
    assert (table["favourite"], table["favourite_share"]) == ("up", pytest.approx(2 / 3))


def test_an_actor_without_a_choice_has_no_row() -> None:
    assert decision_regret_table({"a": []}, {"a": []}).empty


def test_the_winner_of_many_futures_is_measured_on_others() -> None:
    generator = np.random.default_rng(6)
    gains = [generator.normal(size=(6, 20)) for _ in range(400)]
    table = decision_regret_table({"a": gains}, {"a": [tuple("abcdef")] * 400}).iloc[0]
    assert table["plug_in"] > 0.2
    assert abs(table["regret"]) < 4 / np.sqrt(20 * 400)
    assert table["low"] <= 0 < table["high"]
    assert isinstance(table, pd.Series)
