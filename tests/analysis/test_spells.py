"""Spells and how long they last."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from wargame.analysis.spells import spell_lengths, spell_survival, spells


def plays(*actions: str) -> pd.DataFrame:
    """One episode for each text, one letter for each turn, `-` where nothing was played."""
    rows = [
        (episode, turn, "us", policy)
        for episode, text in enumerate(actions)
        for turn, policy in enumerate(text)
        if policy != "-"
    ]
    return pd.DataFrame(rows, columns=["episode", "turn", "actor", "policy"])


def test_spells_by_hand() -> None:
    table = spells(plays("aabba", "ab-b"))
    assert table[["episode", "policy", "start", "length", "cut"]].to_numpy().tolist() == [
        [0, "a", 0, 2, False],
        [0, "b", 2, 2, False],
        [0, "a", 4, 1, True],
        [1, "a", 0, 1, False],
        [1, "b", 1, 1, False],
        [1, "b", 3, 1, True],
    ]


def test_survival_by_hand() -> None:
    """Lengths 4, 2, 2, 1, 3, and three cut after 2, which outlasted 1: at risk are 8, 4, 2, 1 and end 1, 2, 1, 1."""
    table = spell_survival(plays("aaaabb", "aabbcc", "abbbcc"))
    assert table["at_risk"].tolist() == [8, 4, 2, 1]
    assert table["ended"].tolist() == [1, 2, 1, 1]
    assert table["share"].tolist() == pytest.approx([7 / 8, 7 / 16, 7 / 32, 0])
    row = spell_lengths(plays("aaaabb", "aabbcc", "abbbcc")).iloc[0]
    assert (row["spells"], row["episodes"], row["cut"]) == (8, 3, 3 / 8)
    assert (row["plain"], row["median"]) == (2, 2)
    assert (row["q25"], row["q75"]) == (2, 3)
    assert row["low"] <= row["median"] <= row["high"]


def test_lengths_by_policy() -> None:
    table = spell_lengths(plays("aaaabb", "aabbcc"), by_policy=True).set_index("policy")
    assert table.loc["a", "median"] == 2
    assert np.isnan(table.loc["c", "median"])
    assert np.isnan(table.loc["c", "low"])


def test_survival_against_statsmodels() -> None:
    """With one spell in each episode the clusters are the spells, and the error is Greenwood's."""
    chance = np.random.default_rng(2)
    length = chance.geometric(0.3, 300)
    cut = chance.random(300) < 0.2
    texts = ["a" * int(n) + ("" if gone else "b") for n, gone in zip(length, cut, strict=True)]
    table = spell_survival(plays(*texts), by_policy=True)
    table = table[table["policy"] == "a"].set_index("length")
    # One that was cut after so many turns outlasted one turn less.
    oracle = SurvfuncRight(length - cut, ~cut)
    times = np.asarray(oracle.surv_times, dtype=int)
    inside = oracle.surv_prob > 0
    assert table.loc[times, "share"].to_numpy() == pytest.approx(oracle.surv_prob)
    rows = table.loc[times[inside]]
    logarithm = np.log(rows["share"].to_numpy())
    error = -np.log(np.log(rows["low"].to_numpy()) / logarithm) / 1.967930 * logarithm
    expected = oracle.surv_prob_se[inside] / oracle.surv_prob[inside]
    assert error == pytest.approx(expected, rel=0.01)


def test_a_cut_does_not_pull_the_median_down() -> None:
    """Spells of 6 turns on average, seen for 8 turns at most: the plain median is too low."""
    chance = np.random.default_rng(5)
    texts = ["".join("ab"[k % 2] for k in np.cumsum(chance.random(8) < 1 / 6)) for _ in range(400)]
    row = spell_lengths(plays(*texts)).iloc[0]
    assert row["plain"] <= 3
    # (1 - 1/6)**3 is 0.58, (1 - 1/6)**4 is 0.48.
    assert row["low"] <= 4 <= row["high"]
