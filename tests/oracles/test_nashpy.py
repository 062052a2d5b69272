"""Equilibria that nashpy finds in the games that scenarios play, against the known ones.

The payoffs are read from the scenario itself: both players are ordered to play a pair of policies for one turn.
"""

from __future__ import annotations

import nashpy
import numpy as np
import pytest
from numpy.typing import NDArray

import wargame
from wargame.experiment.expected import read_models


def payoffs(scenario: wargame.Scenario) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What each of two actors gets in the first turn from each pair of policies: [the first's policy, the second's]."""
    first, second = scenario.actors.values()
    table = np.empty((2, len(first.policies), len(second.policies)))
    for i, own in enumerate(first.policies):
        for j, other in enumerate(second.policies):
            orders = [f"{first.name}={own}@0", f"{second.name}={other}@0"]
            model = wargame.WargameModel(scenario, seed=1, orders=orders, collect=False)
            model.step()
            table[:, i, j] = [model.actor(actor.name).payoff for actor in (first, second)]
    return table[0], table[1]


def game(name: str) -> nashpy.Game:
    return nashpy.Game(*payoffs(wargame.load(f"classics/{name}")))


def only_equilibrium(game: nashpy.Game) -> tuple[list[float], list[float]]:
    equilibria = list(game.support_enumeration())
    assert len(equilibria) == 1
    row, column = equilibria[0]
    return row.tolist(), column.tolist()


def test_matching_pennies_is_played_half_and_half() -> None:
    row, column = only_equilibrium(game("fictitious-play-pennies"))
    assert row == pytest.approx([0.5, 0.5])
    assert column == pytest.approx([0.5, 0.5])


def test_the_bismarck_sea_has_its_saddle_in_the_north() -> None:
    played = game("fictitious-play-bismarck")
    assert played.zero_sum
    saddles = [(row.tolist(), column.tolist()) for row, column in played.vertex_enumeration()]
    assert ([1.0, 0.0], [1.0, 0.0]) in saddles
    assert played[[1, 0], [1, 0]].tolist() == [2, -2]


def test_shapleys_game_has_one_equilibrium_which_play_does_not_find() -> None:
    row, column = only_equilibrium(game("fictitious-play-shapley"))
    assert row == pytest.approx([1 / 3] * 3)
    assert column == pytest.approx([1 / 3] * 3)


def known(model: str) -> dict[str, float]:
    return {row.label: row.value for row in read_models([model])[0].rows}


def test_ochs_game_has_the_published_equilibrium() -> None:
    row, column = only_equilibrium(game("fictitious-play-smooth"))
    values = known("qre")
    assert row[0] == pytest.approx(values["Nash P(row Up)"])
    assert column[0] == pytest.approx(values["Nash P(col Left)=.2785/(1.1141+.2785)"])


def test_the_11_20_game_has_the_published_equilibrium() -> None:
    """nashpy finds it among the requests that are made in it; no other request pays better against it."""
    rows, columns = payoffs(wargame.load("classics/level-k-requests"))
    values = known("level-k")
    shares = np.array([values[f"(1) Nash P(request={x})"] for x in range(15, 21)])
    made = nashpy.Game(rows[4:, 4:], columns[4:, 4:])
    assert any(np.allclose(pair, [shares, shares]) for pair in made.support_enumeration())
    against = rows[:, 4:] @ shares
    assert against[4:].tolist() == pytest.approx([values["(1) Nash expected payoff"]] * 6)
    assert max(against[:4]) < against[4]
