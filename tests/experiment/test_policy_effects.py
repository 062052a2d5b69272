"""What each policy moves."""

import pytest

from wargame.experiment.engines import RunError
from wargame.experiment.policy_effects import policy_effects
from wargame.scenario.loading import loads

TEXT = """
name: push
time: {step: round, horizon: 6}
state:
  height: {initial: 0, bounds: [-50, 50], judgement: test}
  noise: {initial: 0, bounds: [-10, 10], judgement: test}
actors:
  mover:
    policies:
      rest: {}
      push: {effects: {height: 2}}
      fall: {effects: {height: -1}}
    decision: {rule: script, script: {0: rest, 3: push}}
nature:
  shake: {draw: {normal: {mean: 0, sd: 1}}, effects: {noise: shake, height: shake}}
outcomes:
  end: {default: true}
"""


def test_the_change_is_that_of_the_policy_and_chance_cancels() -> None:
    table = policy_effects(loads(TEXT), "mover", turns=2, episodes=50)
    level = table[table["variable"] == "height"].set_index("policy")
    assert level["change"].to_dict() == pytest.approx({"rest": 0.0, "push": 4.0, "fall": -2.0}, abs=1e-12)
    assert level.loc["push", "share"] == pytest.approx(0.04)
    assert (level["high"] - level["low"]).max() < 1e-12
    assert (level["n"] == 50).all()
    noise = table[table["variable"] == "noise"]
    assert (noise["change"] == 0).all()


def test_it_is_compared_with_what_the_actor_would_do() -> None:
    table = policy_effects(loads(TEXT), "mover", start=2, turns=2, episodes=20)
    level = table[table["variable"] == "height"].set_index("policy")
    assert level["change"].to_dict() == pytest.approx({"rest": -2.0, "push": 2.0, "fall": -4.0}, abs=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"actor": "movr"}, "there is no actor 'movr' in push; allowed: mover. did you mean 'mover'?"),
        (
            {"actor": "mover", "start": 5, "turns": 2},
            "turns 5 to 6 do not lie in the scenario, which has turns 0 to 5",
        ),
        ({"actor": "mover", "turns": 0}, "at least one turn"),
    ],
)
def test_what_cannot_be_asked(arguments: dict, message: str) -> None:
    with pytest.raises(RunError) as error:
        policy_effects(loads(TEXT), **arguments)
    assert message in str(error.value)
