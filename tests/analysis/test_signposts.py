"""Signposts: what they are worth is known where the world is made up, and nothing is worth nothing."""

import math

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.refusals import NotForThis, TooFew
from wargame.analysis.signposts import TOGETHER, first_year, signposts


def world(n: int, seed: int) -> tuple[pd.DataFrame, pd.Series]:
    """`sign` tells war or peace with nine in ten; `noise` tells nothing; `level` tells by how high it is."""
    chance = np.random.default_rng(seed)
    index = pd.RangeIndex(n, name="episode")
    sign = chance.integers(0, 2, n)
    war = np.where(chance.random(n) < 0.9, sign, 1 - sign) == 1
    level = war + chance.normal(0, 2, n)
    observed = pd.DataFrame(
        {"noise": chance.normal(size=n), "sign": sign.astype(float), "level": level}, index=index
    )
    return observed, pd.Series(np.where(war, "war", "peace"), index=index, dtype="category")


def test_the_skill_of_a_sign_is_the_information_in_it() -> None:
    table = signposts(*world(4000, 1), "war").set_index("observable")
    # 1 - H(0.9) / log 2.
    truth = 1 + (0.9 * math.log(0.9) + 0.1 * math.log(0.1)) / math.log(2)
    assert table.loc["sign", "low"] < truth < table.loc["sign", "high"]
    assert table.loc["sign", "skill"] == pytest.approx(truth, abs=0.04)
    assert table.loc["noise", "skill"] == pytest.approx(0, abs=0.005)
    assert table.loc["noise", "skill"] < table.loc["level", "skill"] < table.loc["sign", "skill"]
    assert table.loc[TOGETHER, "skill"] > table.loc["sign", "skill"]
    assert (table.loc["sign", "at_low"], table.loc["sign", "at_high"]) == (
        pytest.approx(0.1, abs=0.02),
        pytest.approx(0.9, abs=0.02),
    )
    assert table.attrs["base"] == pytest.approx(0.5, abs=0.03)


def test_of_two_endings_either_question_is_the_same() -> None:
    which = signposts(*world(1000, 2)).set_index("observable")
    whether = signposts(*world(1000, 2), "war").set_index("observable")
    assert which.loc["sign", "skill"] == pytest.approx(whether.loc["sign", "skill"], abs=0.01)
    assert which.loc[TOGETHER, "skill"] == pytest.approx(whether.loc[TOGETHER, "skill"], abs=0.01)
    assert "at_low" not in which


def test_rare_endings_are_told_apart_as_one() -> None:
    observed, endings = world(1000, 3)
    texts = endings.astype(str).to_numpy(dtype=object)
    texts[:3], texts[3:20], texts[20:40] = "a", "b", "c"
    table = signposts(observed, pd.Series(texts, index=endings.index, dtype="category"))
    assert np.isfinite(table["skill"]).all()


def test_a_class_without_a_single_hit_by_luck_is_not_taken_for_a_sign() -> None:
    # Thirty wars in 1,500; a policy that was played in fifty episodes and that nothing follows from.
    wrong = 0
    for seed in range(20):
        chance = np.random.default_rng(seed)
        war = np.zeros(1500, dtype=bool)
        war[chance.choice(1500, 30, replace=False)] = True
        rare = np.zeros(1500)
        rare[chance.choice(1500, 50, replace=False)] = 1
        observed = pd.DataFrame({"rare": rare, "other": chance.normal(size=1500)})
        table = signposts(observed, pd.Series(np.where(war, "war", "peace")), "war").set_index("observable")
        wrong += table.loc["rare", "low"] > 0
        assert math.isnan(table.loc["rare", "at_low"])
    assert wrong == 0


def test_what_is_too_little_is_refused_with_the_number_that_would_do() -> None:
    with pytest.raises(TooFew, match="150 episodes with full trajectories") as refused:
        signposts(*world(150, 1), "war")
    assert refused.value.needed == 200
    observed, endings = world(1000, 1)
    rare = pd.Series(np.where(np.arange(1000) < 10, "war", "peace"), index=endings.index)
    with pytest.raises(TooFew, match="10 of 1000 episodes") as refused:
        signposts(observed, rare, "war")
    assert refused.value.needed == 3600
    with pytest.raises(NotForThis, match="there is no outcome 'truce'"):
        signposts(observed, endings, "truce")
    with pytest.raises(NotForThis, match="end in the same way"):
        signposts(observed, pd.Series("peace", index=endings.index))
    with pytest.raises(NotForThis, match="differs between episodes"):
        signposts(observed[[]], endings)


def test_the_first_year_by_hand() -> None:
    # Two variables over three turns; episode 2 ends after turn 1.
    rows = [
        (episode, turn, variable, value + 10 * turn * (episode + 1), turn < (2 if episode == 2 else 3))
        for episode in range(3)
        for turn in range(-1, 3)
        for variable, value in (("same", 1.0), ("dealt", 5.0 * episode))
    ]
    sample = pd.DataFrame(rows, columns=["episode", "turn", "variable", "value", "running"])
    plays = pd.DataFrame(
        [(0, 0, "us", "hold"), (0, 1, "us", "hold"), (0, 2, "us", "hold"), (1, 0, "us", "hold")]
        + [(1, 1, "us", "cut"), (2, 0, "us", "cut"), (2, 1, "us", "cut")],
        columns=["episode", "turn", "actor", "policy"],
    )
    table = first_year(sample, plays, turns=2)
    assert list(table.index) == [0, 1]
    assert table["same"].tolist() == [11.0, 21.0]
    assert table["dealt"].tolist() == [10.0, 25.0]
    # From -10 to 10, and from 5 - 20 to 5 + 20; `same` begins alike, but for what the turn adds.
    assert table["change of dealt"].tolist() == [20.0, 40.0]
    assert table["us.hold"].tolist() == [2.0, 1.0]
    assert table["us.cut"].tolist() == [0.0, 1.0]


def test_the_first_year_of_a_run(results) -> None:
    table = first_year(results.sample, results.sample_plays)
    lengths = results.episodes.set_index("episode").loc[table.index, "length"]
    assert (lengths > 4).all()
    assert (table.nunique() > 1).all()
    policies = [name for name in table.columns if name.startswith("dprk.")]
    assert (table[policies].sum(axis=1) <= 4).all()
