"""The repeated prisoner's dilemma against the axelrod library: strategies and scores that are not ours.

The library takes a long while to import, so that it is imported where it is used, and all of it waits for `-m verify`.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import wargame
from wargame.engine.batch.play import batch_for
from wargame.engine.play import Play

STRATEGIES = (
    "TitForTat",
    "Defector",
    "Cooperator",
    "Grudger",
    "TitFor2Tats",
    "SuspiciousTitForTat",
    "WinStayLoseShift",
    "Alternator",
)
"""In the order of their numbers in the scenario."""
MATCHES = list(itertools.combinations_with_replacement(range(len(STRATEGIES)), 2))
ROUNDS = 200

pytestmark = pytest.mark.verify


@pytest.fixture(scope="module")
def axelrod() -> Any:
    import axelrod

    return axelrod


@cache
def tournament() -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores of both at the end of every match, and their moves: [match, round, player], true for cooperation."""
    scenario = wargame.load("classics/ipd-tournament")
    play = Play(scenario=scenario, seed=1, sample=1)
    block = batch_for(play).play_block(play, 0, 1)
    names = list(scenario.state)
    columns = [names.index("row_score"), names.index("column_score")]
    scores = block.sample[0, ROUNDS::ROUNDS, :][:, columns]
    policies = [policy.full_name for policy in scenario.policies()]
    moves = block.sample_plays[0][:, [policies.index(f"{who}.cooperate") for who in ("row", "column")]]
    return scores, moves.reshape(len(MATCHES), ROUNDS, 2) == 1


@pytest.mark.parametrize(
    "number", range(len(MATCHES)), ids=[f"{STRATEGIES[a]} v {STRATEGIES[b]}" for a, b in MATCHES]
)
def test_match_goes_as_in_the_library(axelrod: Any, number: int) -> None:
    scores, moves = tournament()
    match = axelrod.Match(
        [getattr(axelrod, STRATEGIES[player])() for player in MATCHES[number]], turns=ROUNDS
    )
    theirs = [[action == axelrod.Action.C for action in pair] for pair in match.play()]
    assert moves[number].tolist() == theirs
    assert scores[number].tolist() == list(match.final_score())


FOUR = {
    "TFT": (1.0, 0.0, 1.0, 0.0),
    "WSLS": (1.0, 0.0, 0.0, 1.0),
    "GTFT": (1.0, 1 / 3, 1.0, 1 / 3),
    "EXT2": (8 / 9, 1 / 2, 1 / 3, 0.0),
}


@pytest.mark.parametrize(("one", "other"), [("WSLS", "TFT"), ("GTFT", "GTFT"), ("EXT2", "WSLS")])
def test_memory_one_scores_as_in_the_library(axelrod: Any, one: str, other: str) -> None:
    """Mean scores of 2,000 noisy matches of 50 rounds on each side agree within four standard errors."""
    slip, rounds, n = 0.05, 50, 2_000
    numbers = {"parameters.slip": slip}
    for who, strategy in (("a", one), ("b", other)):
        numbers |= {
            f"parameters.{who}_{key}": p
            for key, p in zip(("cc", "cd", "dc", "dd"), FOUR[strategy], strict=True)
        }
    scenario = wargame.load("classics/ipd-memory-one").with_(numbers)
    play = Play(scenario=scenario, seed=1)
    block = batch_for(play).play_block(play, 0, n)
    ours = block.metrics[:, list(scenario.metrics).index("a_mean")]
    theirs = np.empty(n)
    for index in range(n):
        players = [axelrod.MemoryOnePlayer(FOUR[name], initial=axelrod.Action.C) for name in (one, other)]
        match = axelrod.Match(players, turns=rounds, noise=slip, seed=index)
        match.play()
        theirs[index] = match.final_score_per_turn()[0]
    spread = np.sqrt((ours.var(ddof=1) + theirs.var(ddof=1)) / n)
    assert abs(ours.mean() - theirs.mean()) <= 4 * spread
