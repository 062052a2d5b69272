from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.outcomes import association, cross_table, outcome_shares
from wargame.analysis.policies import policy_shares
from wargame.analysis.trajectories import by_outcome, change, sample_quantiles


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


def test_trajectories_by_outcome_leave_out_the_few(results):
    sample, episodes = results.sample, results.episodes
    table = by_outcome(sample, episodes, least=3)
    assert (table["n"] >= 3).all()
    counts = episodes.head(25)["outcome"].value_counts()
    assert table.attrs["too_few"] == {name: n for name, n in counts.items() if n < 3}
    expected = sample_quantiles(sample, episodes, "outcome")
    row = table[(table["outcome"] == "status_quo") & (table["variable"] == "trust")].iloc[4]
    same = expected[
        (expected["outcome"] == "status_quo")
        & (expected["variable"] == "trust")
        & (expected["turn"] == row["turn"])
    ].iloc[0]
    assert row["q25"] == same["q25"]


def test_change_is_the_difference_of_means(results):
    table = change(results.trajectories).set_index("variable")
    rows = results.trajectories.set_index(["variable", "turn"])["mean"]
    assert table.loc["trust", "change"] == rows["trust", 19] - rows["trust", -1]
