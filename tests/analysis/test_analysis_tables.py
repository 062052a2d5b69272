from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.outcomes import association, cross_table, outcome_shares
from wargame.analysis.policies import policy_shares, spell_lengths, spells
from wargame.analysis.trajectories import change, sample_quantiles


def test_outcome_shares_agree_with_the_results(results):
    found, expected = outcome_shares(results.episodes), results.outcomes()
    for column in ("n", "share", "low", "high"):
        assert (found[column] == expected[column]).all()


def test_outcome_shares_by_group_are_shares_of_the_group(results):
    episodes = results.episodes
    table = outcome_shares(episodes, "metric.peak_tension")
    sums = table.groupby("metric.peak_tension", observed=False)["share"].sum()
    assert len(sums) == 4
    assert sums.to_numpy() == pytest.approx(1)
    assert table["n"].sum() == results.completed


def test_cross_table_counts_by_hand():
    episodes = pd.DataFrame({"a": ["x", "x", "y", "y", None], "b": [1, 2, 2, 2, 1]})
    table = cross_table(episodes, "a", "b")
    assert table[["a", "b", "n", "total"]].to_numpy().tolist() == [
        ["x", 1, 1, 2],
        ["x", 2, 1, 2],
        ["y", 1, 0, 2],
        ["y", 2, 2, 2],
    ]
    with pytest.raises(KeyError, match="no column 'c'"):
        cross_table(episodes, "a", "c")


def test_association_from_none_to_perfect():
    random = np.random.default_rng(3)
    a = random.integers(0, 3, 4000)
    table = pd.DataFrame({"a": a, "same": a, "other": random.integers(0, 3, 4000), "one": 1})
    assert association(table, "a", "same") == pytest.approx(1)
    assert association(table, "a", "other") < 0.05
    assert np.isnan(association(table, "a", "one"))


def test_policy_shares_have_intervals(results):
    table = policy_shares(results.policies())
    assert ((table["low"] <= table["share"]) & (table["share"] <= table["high"])).all()


def plays(*actions):
    rows = [
        (episode, turn, "us", policy)
        for episode, text in enumerate(actions)
        for turn, policy in enumerate(text)
        if policy != "-"
    ]
    return pd.DataFrame(rows, columns=["episode", "turn", "actor", "policy"])


def test_spells_by_hand():
    table = spells(plays("aabba", "ab-b"))
    assert table[["episode", "policy", "start", "length", "cut"]].to_numpy().tolist() == [
        [0, "a", 0, 2, False],
        [0, "b", 2, 2, False],
        [0, "a", 4, 1, True],
        [1, "a", 0, 1, False],
        [1, "b", 1, 1, False],
        [1, "b", 3, 1, True],
    ]


def test_spell_lengths_by_hand():
    row = spell_lengths(plays("aaaabb", "aabbcc", "abbbcc")).iloc[0]
    assert (row["spells"], row["episodes"], row["median"]) == (8, 3, 2)
    assert row["cut"] == 3 / 8
    assert row["low"] <= row["median"] <= row["high"]
    by_policy = spell_lengths(plays("aaaabb", "aabbcc"), by_policy=True).set_index("policy")
    assert by_policy.loc["a", "median"] == 3
    assert np.isnan(by_policy.loc["c", "low"])


def test_median_interval_covers(results):
    """The true median spell of a switch with chance 0.3 per turn is 2; 95 % of intervals should hold it."""
    random = np.random.default_rng(11)
    held = 0
    for _ in range(40):
        actions = ["".join("ab"[k % 2] for k in np.cumsum(random.random(30) < 0.3)) for _ in range(20)]
        row = spell_lengths(plays(*actions)).iloc[0]
        held += row["low"] <= 2 <= row["high"]
    assert held >= 36


def test_sample_quantiles_against_numpy(results):
    sample, episodes = results.sample, results.episodes
    table = sample_quantiles(sample, episodes, "outcome")
    chosen = episodes.loc[(episodes["outcome"] == "status_quo") & (episodes["episode"] < 25), "episode"]
    values = sample[sample["episode"].isin(chosen) & (sample["turn"] == 5) & (sample["variable"] == "trust")]
    row = table[
        (table["outcome"] == "status_quo") & (table["turn"] == 5) & (table["variable"] == "trust")
    ].iloc[0]
    assert row["n"] == len(chosen)
    assert row["q25"] == pytest.approx(np.quantile(values["value"], 0.25))
    assert row["running"] == values["running"].sum()
    assert len(sample_quantiles(sample)) == 21 * 18
    with pytest.raises(ValueError, match="episodes"):
        sample_quantiles(sample, by="outcome")


def test_change_is_the_difference_of_means(results):
    table = change(results.trajectories).set_index("variable")
    rows = results.trajectories.set_index(["variable", "turn"])["mean"]
    assert table.loc["trust", "change"] == rows["trust", 19] - rows["trust", -1]
