"""The Korea scenario gives the same bits on both engines; `tests/test_classics.py` sees to the published models."""

from __future__ import annotations

import pytest
from both_engines import assert_same_workspaces, play_both, play_for

import wargame


@pytest.fixture(scope="module")
def korea() -> wargame.Scenario:
    return wargame.load("korea-2025")


@pytest.fixture(scope="module")
def orders(korea: wargame.Scenario) -> list[str]:
    """Each actor's last policy for some turns: some of these orders cannot be carried out."""
    texts = []
    for turn, actor in enumerate(korea.actors.values()):
        policy = list(actor.policies)[-1]
        texts.append(f"{actor.name}={policy}@{korea.dates.label(turn)}..{korea.dates.label(turn + 6)}")
    return texts


def test_korea(korea: wargame.Scenario) -> None:
    block = play_both(play_for(korea, seed=1), 300)
    assert not block.failures


def test_korea_uncertain(korea: wargame.Scenario) -> None:
    block = play_both(play_for(korea, seed=2, uncertain=True), 100)
    assert block.sampled.shape[1] > 0


def test_korea_with_orders(korea: wargame.Scenario, orders: list[str]) -> None:
    block = play_both(play_for(korea, seed=3, orders=orders), 100)
    assert block.plays.any()


def test_every_row_of_korea(korea: wargame.Scenario, orders: list[str]) -> None:
    assert_same_workspaces(play_for(korea, seed=4, uncertain=True, orders=orders), 20)


@pytest.mark.verify
def test_many_episodes_of_korea(korea: wargame.Scenario) -> None:
    play_both(play_for(korea, seed=1), 2000)


@pytest.mark.verify
def test_many_uncertain_episodes_of_korea(korea: wargame.Scenario, orders: list[str]) -> None:
    play_both(play_for(korea, seed=5, uncertain=True, orders=orders), 600)
