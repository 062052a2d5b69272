"""Sweeps, runs and experiments read as results under many assumptions."""

from pathlib import Path

import numpy as np
import pytest

import wargame
from wargame.analysis.ensembles import ensemble_of_run, read_ensemble
from wargame.analysis.refusals import NotForThis
from wargame.experiment.errors import ResultsError
from wargame.experiment.files import loads_experiment
from wargame.experiment.sweep import save_sweep

SCENARIO = """
name: coin
time: {step: round, horizon: 2}
parameters:
  heat: {value: 0.3, judgement: made up, distribution: {uniform: [0, 1]}, label: Heat}
  idle: {value: 1, judgement: made up, distribution: {uniform: [0, 2]}}
state: {tension: {initial: 0, bounds: [0, 1]}}
actors: {}
nature: {shots: {draw: {bernoulli: heat / 2}, effects: {tension: 1}}}
outcomes: {war: {when: tension >= 1, terminal: true, label: War at last}, peace: {default: true}}
metrics: {peak: {value: max(tension)}}
"""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(SCENARIO, file="coin.yaml")


def test_a_sweep_is_read_as_it_was_played(scenario: wargame.Scenario, tmp_path: Path) -> None:
    sweep = wargame.sweep(scenario, lhs=12, episodes=30, progress=False)
    save_sweep(sweep, scenario, tmp_path / "sweep", episodes=30, seed=1)
    found = read_ensemble(tmp_path / "sweep")
    assert found.kind == "lhs"
    assert found.is_sample
    assert found.unit == "point"
    assert list(found.inputs.columns) == ["parameters.heat", "parameters.idle"]
    war = found.observed("war")
    assert war.is_share
    assert (war.n == 30).all()
    expected = sweep.table.query("kind == 'outcome' and name == 'war'")["value"].to_numpy()
    assert war.value == pytest.approx(expected)
    assert found.labels["war"] == "War at last"
    assert found.labels["parameters.heat"] == "Heat"
    assert not found.observed("peak").is_share


def test_a_run_that_drew_its_parameters_is_a_point_for_each_episode(
    scenario: wargame.Scenario, tmp_path: Path
) -> None:
    results = wargame.simulate(scenario, episodes=200, uncertain=True, progress=False)
    results.save(tmp_path / "run")
    found = read_ensemble(tmp_path / "run")
    assert found.kind == "uncertain"
    assert found.unit == "episode"
    war = found.observed("war")
    assert (war.n == 1).all()
    assert war.value.sum() == (results.episodes["outcome"] == "war").sum()
    assert np.corrcoef(war.inputs["parameters.heat"], war.value)[0, 1] > 0.3
    assert found.labels["parameters.heat"] == "Heat"
    assert len(war.complete().value) == 200


def test_the_arms_of_an_experiment(scenario: wargame.Scenario, tmp_path: Path) -> None:
    text = """
name: cold
scenario: coin
question: What if it is colder?
hypothesis: Less war.
episodes: 20
design: {lhs: 6}
arms: {baseline: {}, cold: {set: {heat: 0.01}}}
"""
    experiment = wargame.experiment(loads_experiment(text, scenario=scenario), progress=False)
    experiment.save(tmp_path / "arms")
    hot, cold = (read_ensemble(tmp_path / "arms", arm).observed("war").value for arm in (None, "cold"))
    assert hot.mean() > cold.mean()
    with pytest.raises(NotForThis, match="no arm 'warm'"):
        read_ensemble(tmp_path / "arms", "warm")


def test_folders_and_names_that_cannot_answer(scenario: wargame.Scenario, tmp_path: Path) -> None:
    results = wargame.simulate(scenario, episodes=20, progress=False)
    with pytest.raises(NotForThis, match="nothing was varied"):
        ensemble_of_run(results)
    with pytest.raises(ResultsError, match="holds no sweep, no experiment and no run"):
        read_ensemble(tmp_path)
    run = wargame.simulate(scenario, episodes=20, uncertain=True, progress=False)
    with pytest.raises(NotForThis, match=r"(?s)no outcome, metric or actor 'wra'.*war"):
        ensemble_of_run(run).observed("wra")
