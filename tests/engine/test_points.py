"""A scenario at other numbers plays the same episodes as one that was built anew, and compiles nothing."""

import pytest

import wargame
from wargame.engine.batch.play import batch_for
from wargame.engine.play import Play
from wargame.engine.rules import rules_for
from wargame.scenario.errors import ScenarioError
from wargame.scenario.points import at_point, plain_number

TEXT = """
name: points
time: {step: round, horizon: 7}
parameters:
  pull: {value: 0.3, distribution: {uniform: [0.1, 0.5]}}
  doubled: 2 * pull
  top: 4
  cost: -0.1
  size: {value: 1, distribution: {uniform: [0.5, 1.5]}}
state:
  x: {initial: {uniform: [0, 1]}, bounds: [0, top]}
  y: {initial: 1, bounds: [0, 5]}
  z: {initial: y, bounds: [0, top + 1]}
actors:
  a:
    policies: {up: {cost: cost, effects: {x: pull, y: doubled * size}}, down: {effects: {x: -0.3, z: 0.1}}}
    utility: -(x - 1) ** 2 + 0.1 * y
    decision: {rule: logit, precision: 3, expects: {beliefs: uniform}}
nature:
  noise: {draw: {normal: {mean: 0, sd: 0.2}}, effects: {x: noise * pull}}
calendar: [{name: later, on: 3, set: {pull: 0.45}, for: 2}]
outcomes: {high: {when: x > 2, terminal: true}, rest: {default: true}}
metrics: {total: sum(x), ends_at: final(y)}
"""
NUMBERS = {"parameters.pull": 0.42, "parameters.top": 3.0, "parameters.cost": 0.25, "state.y": 0.5}


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT)


@pytest.mark.parametrize("engine", ["mesa", "batch"])
@pytest.mark.parametrize("uncertain", [False, True])
def test_a_point_plays_what_the_changed_scenario_plays(
    scenario: wargame.Scenario, engine: str, uncertain: bool
) -> None:
    def results(played: wargame.Scenario) -> wargame.Results:
        return wargame.simulate(played, episodes=60, engine=engine, uncertain=uncertain, progress=False)

    point, changed = results(at_point(scenario, NUMBERS)), results(scenario.with_(NUMBERS))
    assert point.digests == changed.digests
    assert point.layout == changed.layout
    assert point.digest != results(scenario).digest
    assert point.manifest["scenario"]["overrides"] == NUMBERS


def test_a_point_is_replayed_from_its_manifest(scenario: wargame.Scenario) -> None:
    results = wargame.simulate(at_point(scenario, NUMBERS), episodes=5, progress=False)
    model = wargame.replay(results, 3)
    assert model.outcome == results.episodes["outcome"][3]


def test_points_share_what_was_compiled(scenario: wargame.Scenario) -> None:
    point = at_point(at_point(scenario, NUMBERS), {"parameters.top": 3.5})
    assert rules_for(point).functions is rules_for(scenario).functions
    first, second = (batch_for(Play(scenario=one, seed=1)) for one in (scenario, point))
    assert first.code is second.code
    assert rules_for(point).layout().variables[0].high == 3.5


def test_a_point_changes_nothing_in_the_scenario_it_came_from(scenario: wargame.Scenario) -> None:
    start = list(rules_for(scenario).start)
    rules_for(at_point(scenario, NUMBERS))
    assert rules_for(scenario).start == start
    assert scenario.source.overrides == {}


def test_every_number_of_korea_leaves_the_code_as_it_is() -> None:
    korea = wargame.load("korea-2025")
    numbers = {
        f"parameters.{name}": 0.9 * one.value.constant + 0.01
        for name, one in list(korea.parameters.items())
        if one.value.constant is not None and not name.startswith("election")
    }
    point, built = rules_for(at_point(korea, numbers)), rules_for(korea.with_(numbers))
    assert built.sources == point.sources
    assert built.rows == point.rows
    assert built.start == point.start
    assert built.layout() == point.layout()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pul", "did you mean 'pull'"),
        ("doubled", "not a plain number"),
        ("state.x", "not a plain number"),
        ("time.horizon", "no number that can be varied"),
    ],
)
def test_what_cannot_be_varied_is_said(scenario: wargame.Scenario, name: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        plain_number(scenario, name)


def test_a_point_at_which_nothing_can_be_dealt_is_an_error() -> None:
    scenario = wargame.loads(
        "name: bad\ntime: {step: round, horizon: 2}\nparameters: {p: 1, q: 1 / p}\n"
        "state: {x: {initial: q, bounds: [0, 1]}}\noutcomes: {rest: {default: true}}"
    )
    with pytest.raises(ScenarioError, match=r"parameters\.p = 0"):
        rules_for(at_point(scenario, {"parameters.p": 0.0}))
    with pytest.raises(ScenarioError, match="finite"):
        at_point(scenario, {"parameters.p": float("nan")})
