"""A number that was set by hand is known: uncertain runs and samples leave it as it is."""

from pathlib import Path

import pytest

import wargame
from wargame.experiment.designs import axes_of
from wargame.experiment.verification import verify
from wargame.scenario.known import known_numbers, set_by_hand

TEXT = """
name: hand
time: {step: round, horizon: 3}
parameters:
  pull: {value: 0.3, label: Pull, distribution: {uniform: [0.1, 0.5]}}
  push: {value: 0.2, distribution: {uniform: [0.1, 0.3]}}
  plain: 1
state: {x: {initial: 0, range: [0, 9]}}
effects: {move: {effects: {x: pull + push * plain}}}
outcomes: {end: {default: true}}
metrics: {moved: final(x)}
"""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT)


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({"pull": 0.4}, {"pull"}),
        ({"parameters.pull": 0.4, "parameters.push.value": 0.1}, {"pull", "push"}),
        ({"pull": "2 * plain"}, {"pull"}),
        ({"pull": {"value": 0.4, "distribution": {"uniform": [0, 1]}}}, set()),
        ({"parameters.pull.distribution": {"uniform": [0, 1]}}, set()),
        ({"pull": 0.4, "parameters.pull.distribution": {"uniform": [0, 1]}}, set()),
        ({"parameters.pull.distribution": {"uniform": [0, 1]}, "pull": 0.4}, {"pull"}),
        ({"parameters.pull.label": "Traction"}, set()),
        ({"state.x": 1, "plain": 2}, {"plain"}),
    ],
)
def test_what_counts_as_set_by_hand(scenario: wargame.Scenario, changes: dict, known: set[str]) -> None:
    changed = scenario.with_(changes)
    assert set_by_hand(changed) == known
    drawn = {name for name, one in known_numbers(changed).parameters.items() if one.distribution is not None}
    assert drawn == {"pull", "push"} - known


@pytest.mark.parametrize("engine", ["mesa", "batch"])
def test_an_uncertain_run_draws_the_other_numbers_as_before(scenario: wargame.Scenario, engine: str) -> None:
    options = {"episodes": 20, "seed": 3, "uncertain": True, "engine": engine, "progress": False}
    all_drawn = wargame.simulate(scenario, **options)
    found = wargame.simulate(scenario.with_(pull=0.4), **options)
    assert "parameters.pull" not in found.episodes
    assert found.episodes["parameters.push"].equals(all_drawn.episodes["parameters.push"])
    assert found.episodes["metric.moved"].to_numpy() == pytest.approx(
        3 * (0.4 + found.episodes["parameters.push"].to_numpy())
    )


def test_such_a_run_is_replayed_and_verified(scenario: wargame.Scenario, tmp_path: Path) -> None:
    found = wargame.simulate(
        scenario.with_(pull=0.4), episodes=6, uncertain=True, out=tmp_path / "run", progress=False
    )
    model = wargame.replay(wargame.read(tmp_path / "run"), 4)
    assert model.metrics["moved"] == found.episodes["metric.moved"][4]
    assert "1 parameter was drawn anew" in str(wargame.story(model))
    direct = wargame.WargameModel(scenario.with_(pull=0.4), seed=1, episode=4, uncertain=True)
    direct.play()
    assert direct.metrics["moved"] == model.metrics["moved"]
    assert all(finding.good for finding in verify(tmp_path / "run"))


def test_a_run_without_uncertainty_keeps_what_it_compiled(scenario: wargame.Scenario) -> None:
    changed = scenario.with_(pull=0.4)
    assert known_numbers(scenario) is scenario
    assert changed.parameters["pull"].distribution is not None


def test_samples_leave_it_out_unless_it_is_named(scenario: wargame.Scenario) -> None:
    changed = scenario.with_(pull=0.4)
    assert [axis.name for axis in axes_of(changed)] == ["parameters.push"]
    assert [axis.name for axis in axes_of(changed, ["pull"])] == ["parameters.pull"]
