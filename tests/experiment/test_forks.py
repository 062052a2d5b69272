"""Futures of one episode of a run: the past stays as it was, and changes count from the fork on."""

from pathlib import Path

import numpy as np
import pytest

import wargame
from wargame.engine.rules import rules_for
from wargame.experiment.engines import RunError
from wargame.experiment.forks import fork, past_of
from wargame.experiment.verification import verify

TEXT = """
name: fork
time: {step: round, horizon: 9}
parameters:
  pull: {value: 0.3, distribution: {uniform: [0.1, 0.5]}}
  double: 2 * pull
  calm: 0
state:
  x: {initial: {uniform: [0, 1]}, bounds: [0, 50]}
  count: {initial: 0, bounds: [0, 100]}
actors:
  a:
    policies: {up: {effects: {x: double}}, down: {effects: {x: -0.3}}}
    utility: -(x - 1) ** 2
    decision: {rule: logit, precision: 3, revise: 0.6}
effects: {step: {effects: {count: 1 + calm}}}
nature:
  noise: {draw: {normal: {mean: 0, sd: 0.2}}, effects: {x: noise}}
outcomes: {high: {when: x > 3, terminal: true}, rest: {default: true}}
metrics: {total: sum(x), counted: final(count), last_x: final(x)}
"""


@pytest.fixture(scope="module", params=[False, True], ids=["known", "uncertain"])
def run(request: pytest.FixtureRequest) -> wargame.Results:
    return wargame.simulate(wargame.loads(TEXT), episodes=20, uncertain=request.param, progress=False)


def test_the_past_is_shared_and_the_future_is_not(run: wargame.Results) -> None:
    futures = fork(run, 3, 4, episodes=30, progress=False)
    assert list(futures.episodes["episode"]) == list(range(1, 31))
    sample, original = futures.sample, run.sample
    there = original[(original["episode"] == 3) & (original["turn"] == 3) & (original["variable"] == "x")]
    at_fork = sample[(sample["turn"] == 3) & (sample["variable"] == "x")]
    assert set(at_fork["value"]) == set(there["value"])
    assert futures.episodes["metric.last_x"].nunique() > 20
    assert futures.manifest["fork"]["turn"] == 4


def test_engines_play_the_same_futures(run: wargame.Results) -> None:
    mesa, batch = (fork(run, 3, 4, episodes=30, engine=one, progress=False) for one in ("mesa", "batch"))
    assert mesa.digests == batch.digests


def test_a_change_that_changes_nothing_leaves_the_futures_as_they_are(run: wargame.Results) -> None:
    plain = fork(run, 3, 4, episodes=20, progress=False)
    again = fork(run, 3, 4, episodes=20, changes={"parameters.calm": 0}, progress=False)
    assert again.digest == plain.digest


def test_a_parameter_counts_from_the_fork_on(run: wargame.Results) -> None:
    futures = fork(run, 3, 4, episodes=10, changes={"calm": 9}, progress=False)
    lengths = futures.episodes["length"].to_numpy()
    assert np.array_equal(futures.episodes["metric.counted"], 4 + 10 * (lengths - 4))


def test_what_is_computed_from_a_changed_parameter_changes_with_it(run: wargame.Results) -> None:
    past, scenario = past_of(run, 3, 4)
    futures = fork(run, 3, 4, episodes=40, changes={"pull": 5}, orders=["a=up@4"], progress=False)
    x = past.workspace[rules_for(scenario).rows["state.x"]]
    first = futures.sample[(futures.sample["turn"] == 4) & (futures.sample["variable"] == "x")]["value"]
    # double = 2 * pull is 10 from the fork on; noise has a standard deviation of 0.2.
    assert np.allclose(first.mean(), x + 10, atol=0.2)


def test_a_state_variable_is_set_at_the_fork(run: wargame.Results) -> None:
    futures = fork(run, 3, 4, episodes=10, changes={"state.count": 50}, progress=False)
    assert np.array_equal(futures.episodes["metric.counted"], 50 + futures.episodes["length"] - 4)


def test_orders_hold_from_the_fork_on(run: wargame.Results) -> None:
    futures = fork(run, 3, 4, episodes=10, orders=["a=down@4..8"], progress=False)
    plays = futures.episodes["plays.a.down"] - (futures.episodes["length"] - 4)
    assert plays.nunique() == 1


def test_a_decision_rule_may_change_at_the_fork(run: wargame.Results) -> None:
    rule = {"actors.a.decision": {"rule": "script", "script": {0: "down"}}}
    futures = fork(run, 3, 4, episodes=10, changes=rule, progress=False)
    plays = futures.episodes["plays.a.down"] - (futures.episodes["length"] - 4)
    assert plays.nunique() == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"episode": 99}, "episodes 0 to 19"),
        ({"turn": 9}, "0 to 8"),
        ({"turn": "2025Q1"}, "turn"),
        ({"orders": ["a=down@2"]}, "before the fork"),
        ({"episodes": 0}, "whole number"),
    ],
)
def test_what_cannot_be_forked_is_said(run: wargame.Results, options: dict, said: str) -> None:
    arguments = {"episode": 3, "turn": 4, "episodes": 5, "progress": False, **options}
    episode, turn = arguments.pop("episode"), arguments.pop("turn")
    with pytest.raises(RunError, match=said):
        fork(run, episode, turn, **arguments)


def test_an_episode_that_has_ended_has_no_futures() -> None:
    text = TEXT.replace("when: x > 3", "when: turn > 2")
    run = wargame.simulate(wargame.loads(text), episodes=5, progress=False)
    with pytest.raises(RunError, match="ended after 4 turns"):
        fork(run, 0, 4, progress=False)


def test_a_fork_cannot_be_forked(run: wargame.Results) -> None:
    futures = fork(run, 3, 4, episodes=5, progress=False)
    with pytest.raises(RunError, match="fork themselves"):
        fork(futures, 1, 5, progress=False)


def test_a_future_is_replayed(run: wargame.Results, tmp_path: Path) -> None:
    futures = fork(run, 3, 4, episodes=6, changes={"calm": 1}, progress=False)
    futures.save(tmp_path / "fork")
    read = wargame.read(tmp_path / "fork")
    for branch in (1, 6):
        model = wargame.replay(read, branch)
        row = read.episodes.set_index("episode").loc[branch]
        assert (model.outcome, model.length) == (row["outcome"], row["length"])
        assert model.metrics["last_x"] == row["metric.last_x"]
        assert f"{row['outcome']}" in str(wargame.story(model))
    assert all(finding.good for finding in verify(tmp_path / "fork"))
    with pytest.raises(RunError, match="episodes 1 to 6"):
        wargame.replay(read, 0)
