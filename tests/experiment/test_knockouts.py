"""Knock-outs and null players: files that say what must move, and scenarios whose answers are known."""

import re
from pathlib import Path

import pytest

import wargame
from wargame.experiment.arms import experiment
from wargame.experiment.engines import RunError
from wargame.experiment.files import loads_experiment
from wargame.experiment.knockouts import available_knockouts, knockout_table, load_knockouts, with_points
from wargame.experiment.null_players import hold_of, null_player_table, null_players

SCENARIO = """
name: small
time: {step: round, horizon: 4}
parameters:
  push: {value: 0.5, distribution: {uniform: [0.4, 0.6]}}
  drag: {value: 0.1, distribution: {uniform: [0.05, 0.15]}}
  idle: 1
state: {x: {initial: 0, bounds: [-9, 9]}, y: {initial: 0, bounds: [0, 99]}}
effects: {pushed: {effects: {x: push - drag, y: "0 * idle"}}}
nature: {noise: {draw: {normal: {mean: 0, sd: 0.2}}, effects: {x: noise}}}
outcomes: {high: {when: x > 1}, rest: {default: true}}
metrics: {end_x: {value: final(x), label: x at the end}, still: final(y)}
"""
FILE = """name: parts
scenario: small.yaml
question: Which part moves what it is said to move?
hypothesis: All but the idle one.
baseline: whole
episodes: 400
arms:
  whole: {}
  no_push: {set: {push: 0}, moves: {end_x: lower, high: lower}}
  no_drag: {set: {drag: 0}, moves: {end_x: lower}}
  no_idle: {set: {idle: 0}, moves: {still: either}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SCENARIO, "utf-8")
    (tmp_path / "parts.yaml").write_text(FILE, "utf-8")
    return tmp_path


def test_every_knock_out_has_its_row_and_its_verdict(folder: Path) -> None:
    results = experiment(load_knockouts(folder / "parts.yaml"), engine="mesa", progress=False)
    table = knockout_table(results).set_index(["arm", "name"])
    # The noise is shared, so the change of the sum is exactly four times that of a turn.
    push, drag, idle = (
        table.loc[key] for key in (("no_push", "end_x"), ("no_drag", "end_x"), ("no_idle", "still"))
    )
    assert push["difference"] == pytest.approx(-2.0)
    assert push["effect"] == pytest.approx(-2.0 / 0.4, rel=0.1)
    assert (push["verdict"], push["together"]) == ("as stated", True)
    assert drag["difference"] == pytest.approx(0.4)
    assert drag["verdict"] == "the other way"
    assert (idle["difference"], idle["verdict"], idle["together"]) == (0, "not shown", False)
    assert idle["effect"] != idle["effect"]
    assert table.loc[("no_push", "high"), "kind"] == "outcome"
    assert push["distance"] == pytest.approx(-table.loc[("no_push", "high"), "difference"])
    assert idle["distance_low"] == 0 < idle["distance_high"] < 0.02


def test_over_what_is_not_known_the_range_comes_along(folder: Path) -> None:
    asked = with_points(load_knockouts(folder / "parts.yaml"), 12)
    results = experiment(asked, episodes=50, engine="mesa", progress=False)
    table = knockout_table(results).set_index(["arm", "name"])
    push = table.loc[("no_push", "end_x")]
    # Without the push the change is minus four times what the push was at the point, which is between 0.4 and 0.6.
    assert -2.4 < push["range_low"] < -2.2
    assert -1.8 < push["range_high"] < -1.6
    assert (push["n"], push["points_as_stated"]) == (12, 1.0)
    results.save(folder / "kept")
    assert wargame.read_experiment(folder / "kept").comparison.differences.equals(
        results.comparison.differences
    )


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("{end_x: lower}", "{end_y: lower}"), 10, "did you mean 'end_x'?"),
        (("moves: {end_x: lower}", "moves: {end_x: less}"), 10, "lower, higher, either"),
        ((", moves: {still: either}", ""), 11, "arm 'no_idle' does not say what it must move"),
    ],
)
def test_mistakes_are_told_with_their_line(
    folder: Path, change: tuple[str, str], line: int, said: str
) -> None:
    path = folder / "wrong.yaml"
    path.write_text(FILE.replace(*change), "utf-8")
    with pytest.raises(wargame.ScenarioError) as caught:
        load_knockouts(path)
    assert said in str(caught.value)
    assert caught.value.problems[0].line == line
    assert "mend:" in str(caught.value)


def test_a_file_without_arms_to_switch_off_is_refused(folder: Path) -> None:
    path = folder / "none.yaml"
    path.write_text(FILE[: FILE.index("  no_push")], "utf-8")
    with pytest.raises(wargame.ScenarioError, match="nothing to compare"):
        load_knockouts(path)


def test_an_unknown_name_tells_those_that_come_along() -> None:
    with pytest.raises(wargame.ScenarioError, match="did you mean 'korea'"):
        load_knockouts("koreo")


@pytest.mark.parametrize("name", sorted(available_knockouts()))
def test_every_file_that_comes_along_can_be_played(name: str) -> None:
    asked = load_knockouts(name)
    assert asked.question
    assert asked.hypothesis
    assert all(
        arm.title != name and arm.description for name, arm in asked.arms.items() if name != asked.baseline
    )


def test_koreas_mechanisms_are_switched_off_as_the_scenario_says() -> None:
    asked = load_knockouts("korea")
    text = asked.scenario.source.text
    off = dict(re.findall(r"# --- (M\d+) [^\n]*\n(?:  #[^\n]*\n)*?[^\n]*off: ([^\n]*)", text))
    arms = [arm for name, arm in asked.arms.items() if name != asked.baseline]
    assert [arm.title.split()[0] for arm in arms] == [f"M{number}" for number in range(1, 11)]
    for name, arm in asked.arms.items():
        for path, value in asked.source.data["arms"][name].get("set", {}).items():
            assert f"{path}={value}" in off[arm.title.split()[0]]


# ---- null players ---------------------------------------------------------------------------------------

PLAYED = """
name: played
time: {step: round, horizon: 1}
state: {x: {initial: 0, bounds: [0, 1]}, y: {initial: 0, bounds: [0, 1]}}
actors:
  a:
    label: The first
    policies: {hold: {}, up: {effects: {x: 1}}}
    utility: "0"
    decision: {rule: mixed, probabilities: {up: 0.8, hold: 0.2}}
  b:
    before: keep
    policies: {go: {effects: {y: 1}}, keep: {}}
    utility: "0"
    decision: {rule: mixed, probabilities: {go: 0.5, keep: 0.5}, revise: 0.5}
outcomes: {high: {when: x > 0.5}, rest: {default: true}}
"""


def test_null_players_of_a_known_distribution() -> None:
    asked = null_players(wargame.loads(PLAYED), episodes=4000)
    assert asked.arms["b-uniform"].scenario.source.data["actors"]["b"]["decision"]["revise"] == 0.5
    table = null_player_table(experiment(asked, engine="mesa", progress=False)).set_index("arm")
    # Up with 0.8: a coin makes that 0.5, a player who holds 0. What the second does is in no outcome.
    for arm, distance in (
        ("a-uniform", 0.3),
        ("a-hold", 0.8),
        ("b-uniform", 0.0),
        ("b-hold", 0.0),
        ("everybody-hold", 0.8),
    ):
        assert table.loc[arm, "low"] <= distance <= table.loc[arm, "high"], arm
        assert table.loc[arm, "distance"] == pytest.approx(distance, abs=0.03)
    assert table.loc["b-hold", "switched"] == 0


def test_what_is_held_is_named_or_known_or_asked_for() -> None:
    scenario = wargame.loads(PLAYED)
    a, b = scenario.actors.values()
    assert hold_of(a, None) == ("hold",)
    assert hold_of(b, None) == ("keep",)
    assert hold_of(b, "go") == ("go",)
    with pytest.raises(RunError, match="did you mean 'keep'"):
        hold_of(b, "kep")
    with pytest.raises(RunError, match="no actor 'c'"):
        null_players(scenario, holds={"c": "up"})
    unclear = wargame.loads(PLAYED.replace("    before: keep\n", ""))
    with pytest.raises(RunError, match="--hold b=go"):
        null_players(unclear)
    with pytest.raises(RunError, match="has no actors"):
        null_players(wargame.loads(SCENARIO))


def test_an_actor_of_several_phases_holds_in_each() -> None:
    text = """
name: phases
time: {step: round, horizon: 1}
turn: {phases: [first, second]}
actors:
  a:
    policies:
      hold: {phase: first}
      push: {phase: first}
      fire: {phase: second}
      wait: {phase: second}
    utility: a.push + a.fire
    decision: {rule: greedy}
outcomes: {end: {default: true}}
"""
    scenario = wargame.loads(text)
    assert hold_of(scenario.actors["a"], None) == ("hold", "wait")
    assert hold_of(scenario.actors["a"], "fire") == ("hold", "fire")
    results = experiment(null_players(scenario, episodes=3), engine="mesa", progress=False)
    plays = results.arms["a-hold"].policies().set_index("policy")["n"]
    assert plays.to_dict() == {"hold": 3, "push": 0, "fire": 0, "wait": 3}
    assert "everybody-hold" not in results.arms


def test_null_players_are_kept_and_read_like_any_experiment(tmp_path: Path) -> None:
    asked = null_players(wargame.loads(PLAYED), episodes=20)
    results = experiment(asked, engine="mesa", progress=False)
    results.save(tmp_path / "kept")
    again = wargame.read_experiment(tmp_path / "kept")
    assert null_player_table(again).equals(null_player_table(results))
    assert loads_experiment(asked.source.text, scenario=asked.scenario).arms.keys() == asked.arms.keys()
