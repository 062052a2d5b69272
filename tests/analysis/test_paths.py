"""Paths: milestones by hand, a planted path that is found, and luck that is not."""

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.milestones import milestones
from wargame.analysis.paths import _Contrast, _Firsts, paths


def plays(**actors: list[str]) -> pd.DataFrame:
    rows = [
        (episode, turn, actor, policy)
        for actor, texts in actors.items()
        for episode, text in enumerate(texts)
        for turn, policy in enumerate(text)
    ]
    return pd.DataFrame(rows, columns=["episode", "turn", "actor", "policy"])


def test_milestones_by_hand() -> None:
    """An actor must turn to a policy after the first turn and stay for two; the second of these is the turn."""
    sample = plays(us=["aabbab", "abbbbb"])
    episodes = pd.DataFrame({"episode": [0, 1, 2], "metric.first_crisis": [np.nan, 3.0, 1.0]})
    table = milestones(sample, episodes, events=["first_crisis"])
    assert table.to_numpy().tolist() == [
        [0, "us.b", 3],
        [1, "us.b", 2],
        [1, "event.first_crisis", 3],
    ]
    assert milestones(sample, stay=1)["milestone"].tolist() == ["us.b", "us.a", "us.b"]


def drawn(chance: np.random.Generator, n: int, *, planted: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Six milestones on random turns, some never; with `planted`, a before b makes war likely."""
    names = list("abcdef")
    turns = chance.integers(1, 20, (n, len(names))).astype(float)
    turns[chance.random(turns.shape) < 0.3] = np.inf
    way = (turns[:, 0] < turns[:, 1]) & np.isfinite(turns[:, 1])
    war = chance.random(n) < np.where(way & planted, 0.7, 0.2)
    rows = [
        (episode, f"us.{name}", int(turn))
        for episode, row in enumerate(turns)
        for name, turn in zip(names, row, strict=True)
        if np.isfinite(turn)
    ]
    outcomes = pd.DataFrame({"episode": np.arange(n), "outcome": np.where(war, "war", "peace"), "length": 20})
    outcomes["outcome"] = pd.Categorical(outcomes["outcome"], categories=["war", "peace"])
    return pd.DataFrame(rows, columns=["episode", "milestone", "turn"]), outcomes


def test_a_planted_path_comes_first_and_is_counted_in_the_other_half() -> None:
    table, outcomes = drawn(np.random.default_rng(1), 2000, planted=True)
    row = paths(table, outcomes).iloc[0]
    assert row["outcome"] == "war"
    assert row["path"] == "us.a → us.b"
    turn = table.pivot(index="episode", columns="milestone", values="turn")
    follows = (turn["us.a"] < turn["us.b"]).reindex(outcomes["episode"], fill_value=False).to_numpy()
    odd = (outcomes["episode"] % 2 == 1).to_numpy()
    war = (outcomes["outcome"] == "war").to_numpy()
    assert row["n"] == (follows & odd & war).sum()
    assert row["total"] == (odd & war).sum()
    assert row["elsewhere"] == pytest.approx((follows & odd & ~war).sum() / (odd & ~war).sum())
    assert row["low"] > row["elsewhere_high"]


def test_luck_does_not_look_like_a_finding() -> None:
    """Where nothing leads anywhere, what the one half picks holds in the other no more often than elsewhere."""
    gaps = []
    for seed in range(40):
        table = paths(*drawn(np.random.default_rng(seed), 400, planted=False))
        gaps.extend(table["share"] - table["elsewhere"])
    assert len(gaps) > 40
    assert abs(np.mean(gaps)) < 0.02


def test_what_is_only_late_does_not_look_telling() -> None:
    """War ends episodes early whatever was played: paths are rarer before it, and yet no path speaks for peace."""
    chance = np.random.default_rng(7)
    found = 0
    for _ in range(20):
        table, outcomes = drawn(chance, 400, planted=False)
        length = np.where(outcomes["outcome"] == "war", chance.integers(3, 20, 400), 20)
        outcomes["length"] = length
        seen = table["turn"].to_numpy() < length[table["episode"].to_numpy()]
        found += len(paths(table[seen], outcomes))
    assert found <= 5


def test_the_others_count_by_the_turn_on_which_a_case_ended() -> None:
    """Cases end after 5 and 10 turns. Of the others, all still going, one has gone the path by turn 5, three by 10."""
    rows, length, outcome = [], [], []
    for half in (0, 1):
        for case, end in enumerate((5, 10)):
            rows += [(half + 2 * case, "us.a", 1), (half + 2 * case, "us.b", 3)]
            length.append(end)
            outcome.append("war")
        for place, turn in enumerate((4, 7, 9, 12)):
            rows += [(half + 2 * (2 + place), "us.a", 1), (half + 2 * (2 + place), "us.b", turn)]
            length.append(20)
            outcome.append("peace")
    episodes = [half + 2 * place for half in (0, 1) for place in range(6)]
    outcomes = pd.DataFrame({"episode": episodes, "outcome": pd.Categorical(outcome), "length": length})
    table = pd.DataFrame(rows, columns=["episode", "milestone", "turn"])
    firsts = _Firsts.of(table, outcomes)
    odd = (outcomes["episode"] % 2 == 1).to_numpy()
    war = (outcomes["outcome"] == "war").to_numpy()
    path = (firsts.names.index("us.a"), firsts.names.index("us.b"))
    row = _Contrast(firsts=firsts, cases=war & odd, others=~war & odd).row(path, 0.95)
    assert (row["n"], row["total"]) == (2, 2)
    assert row["elsewhere"] == (1 / 4 + 3 / 4) / 2


def test_rare_outcomes_are_left_out_and_named() -> None:
    table, outcomes = drawn(np.random.default_rng(1), 60, planted=True)
    found = paths(table, outcomes, least=25)
    assert "war" in found.attrs["too_few"]
    assert not (found["outcome"] == "war").any()
