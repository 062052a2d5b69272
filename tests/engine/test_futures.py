"""Futures of one past: from a saved workspace on, every branch of the random streams is another future."""

import numpy as np
import pytest

import wargame
from wargame.engine.batch.play import Batch
from wargame.engine.mesa_blocks import play_block
from wargame.engine.play import Past, Play
from wargame.engine.rules import rules_for

TEXT = """
name: fork
time: {step: round, horizon: 9}
state:
  x: {initial: {uniform: [0, 1]}, bounds: [0, 5]}
  seen: {initial: 0, bounds: [0, 3]}
actors:
  a:
    policies: {up: {effects: {x: 0.3}}, down: {effects: {x: -0.3}}}
    utility: -(x - 1) ** 2
    decision: {rule: logit, precision: 3, revise: 0.6}
  b:
    policies: {p: {}, q: {effects: {x: 0.1}}}
    utility: x
    decision: {rule: greedy, expects: {beliefs: adaptive, rate: 0.3}}
nature:
  noise: {draw: {normal: {mean: 0, sd: 0.2}}, effects: {x: noise}}
  flash: {draw: {bernoulli: 0.1}, once: true, effects: {seen: 1}}
outcomes: {high: {when: x > 3, terminal: true}, rest: {default: true}}
metrics: {total: sum(x), flashes: sum(flash), first_high: first(x > 1.5)}
"""
FIELDS = (
    "outcome",
    "length",
    "metrics",
    "payoffs",
    "plays",
    "sums",
    "histogram",
    "policy_turns",
    "running",
    "sample",
)


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT)


def past_of(scenario: wargame.Scenario, episode: int, turn: int) -> Past:
    model = wargame.WargameModel(scenario, seed=7, episode=episode, record=True, collect=False)
    model.play()
    return Past(episode=episode, turn=turn, workspace=model.history[turn])


def test_branch_0_is_the_episode_itself(scenario: wargame.Scenario) -> None:
    batch = Batch(rules_for(scenario), uncertain=False)
    whole = batch.play_block(Play(scenario=scenario, seed=7), 4, 1)
    again = batch.play_block(Play(scenario=scenario, seed=7, past=past_of(scenario, 4, 5)), 0, 1)
    for name in ("outcome", "length", "metrics", "payoffs"):
        assert np.array_equal(getattr(whole, name), getattr(again, name), equal_nan=name == "metrics")


@pytest.mark.parametrize("turn", [0, 1, 5, 8])
def test_engines_play_the_same_futures(scenario: wargame.Scenario, turn: int) -> None:
    play = Play(scenario=scenario, seed=7, past=past_of(scenario, 4, turn))
    batch = Batch(rules_for(scenario), uncertain=False).play_block(play, 1, 90)
    mesa = play_block(play, 1, 90)
    for name in FIELDS:
        one, other = getattr(batch, name), getattr(mesa, name)
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), name


def test_futures_differ_after_the_fork_and_not_before(scenario: wargame.Scenario) -> None:
    play = Play(scenario=scenario, seed=7, past=past_of(scenario, 4, 5), sample=60)
    block = Batch(rules_for(scenario), uncertain=False).play_block(play, 1, 50)
    at_fork, after = block.sample[:, 5], block.sample[:, 7, 0]
    assert (at_fork == at_fork[0]).all()
    assert len(np.unique(after)) > 40
