"""Experiment files: what they may hold, and what is said about those that hold something else."""

from pathlib import Path

import pytest

import wargame
from wargame.experiment.arms import experiment
from wargame.experiment.files import available_experiments, load_experiment, loads_experiment

SCENARIO = """
name: small
time: {step: round, horizon: 4}
parameters:
  pull: {value: 0.3, distribution: {uniform: [0.1, 0.5]}}
  calm: 0
state: {x: {initial: 0, bounds: [-9, 9]}}
actors:
  a:
    policies: {up: {effects: {x: pull}}, down: {effects: {x: -0.3}}}
    utility: -(x - 1) ** 2
    decision: {rule: logit, precision: 3}
outcomes: {high: {when: x > 0.5}, rest: {default: true}}
metrics: {total: sum(x)}
"""
HEAD = """name: first
scenario: small
question: What follows?
hypothesis: Nothing.
"""
GOOD = (
    HEAD
    + """
episodes: 50
arms:
  baseline:
  pulled: {label: Pulled, set: {pull: 0.5, state.x: 0.2}}
  doctrine:
    decisions: {a: {rule: script, script: {0: up}}}
    orders: a=down@1
    calendar: [{name: Shock, on: 2, add: {x: 1}}]
"""
)


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(SCENARIO)


def test_arms_change_what_they_say(scenario: wargame.Scenario) -> None:
    loaded = loads_experiment(GOOD, scenario=scenario)
    assert list(loaded.arms) == ["baseline", "pulled", "doctrine"]
    assert loaded.baseline == "baseline"
    assert loaded.arms["baseline"].scenario is scenario
    pulled = loaded.arms["pulled"]
    assert pulled.title == "Pulled"
    assert pulled.scenario.parameters["pull"].value.constant == 0.5
    assert pulled.fixed == {"parameters.pull", "state.x"}
    doctrine = loaded.arms["doctrine"]
    assert doctrine.scenario.actors["a"].decision.rule == "script"
    assert doctrine.orders == ("a=down@1",)
    assert [entry.name for entry in doctrine.scenario.calendar] == ["Shock"]


def test_what_an_arm_sets_is_not_drawn_in_it(scenario: wargame.Scenario) -> None:
    loaded = loads_experiment(GOOD.replace("episodes: 50", "uncertain: true"), scenario=scenario)
    assert loaded.arms["pulled"].scenario.parameters["pull"].distribution is None
    assert loaded.arms["baseline"].scenario.parameters["pull"].distribution is not None
    assert loaded.arms["doctrine"].scenario.parameters["pull"].distribution is not None


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD, 1, "the key 'arms' is missing in the experiment"),
        (HEAD + "arms: {}", 5, "too few entries"),
        (HEAD + "arms: {a: {}}\nepisode: 5", 6, "did you mean 'episodes'?"),
        (HEAD + "arms:\n  a: {}\n  b:\n    seet: {pull: 1}", 8, "did you mean 'set'?"),
        (HEAD + "arms:\n  a: {}\n  b:\n    set:\n      pul: 1", 9, "did you mean 'pull'?"),
        (HEAD + "arms:\n  a: {}\n  b:\n    set:\n      calm: 0\n      pull: lots", 10, "arm 'b'"),
        (
            HEAD + "arms:\n  a: {}\n  b:\n    orders:\n      - a=up@0\n      - a=upp@0",
            10,
            "did you mean 'up'?",
        ),
        (HEAD + "arms:\n  a: {}\n  b:\n    decisions:\n      a: {rule: logit}", 9, "precision"),
        (HEAD + "arms:\n  a: {}\n  b:\n    decisions:\n      z: {rule: logit}", 9, "no actor 'z'"),
        (HEAD + "arms:\n  a: {}\n  b:\n    calendar:\n      - {name: s, on: 2, add: {y: 1}}", 8, "'y'"),
        (HEAD + "arms: {A B: {}}", 5, "this cannot be a name"),
        (HEAD + "arms: {a: {}}\nbaseline: b", 6, "there is no arm 'b'"),
        (HEAD + "arms: {a: {}}\nseed: -1", 6, "whole number from 0"),
        (HEAD + "arms: {a: {}}\nuntil: war", 6, "cannot be read"),
        (HEAD + "arms: {a: {}}\nuntil: war +/- 0.1", 6, "has no outcome, metric or actor 'war'"),
        (HEAD + "arms: {a: {}}\nshown: [high, totl]", 6, "did you mean 'total'?"),
        (HEAD + "arms: {a: {}}\nfigure: pie", 6, "differences, outcomes, range"),
        (HEAD + "arms: {a: {}}\nfigure: range", 6, "shows the points of a design"),
        (HEAD + "arms: {a: {}}\ndesign: {lhs: 5, sobol: 8}", 6, "exactly one kind"),
        (HEAD + "arms: {a: {}}\ndesign: {sobol: 5}", 6, "power of 2"),
        (
            HEAD + "arms: {a: {}}\ndesign: {lhs: 5, parameters: {x2: [0, 1]}}",
            6,
            "no number that can be varied",
        ),
        (HEAD + "arms: {a: {}}\nuncertain: true\ndesign: {lhs: 5}", 6, "not both"),
        (HEAD + "arms: {a: {}}\nuntil: high +/- 0.1\ndesign: {lhs: 5}", 6, "fixes how many"),
    ],
)
def test_mistakes_are_told_with_their_line(
    scenario: wargame.Scenario, text: str, line: int, said: str
) -> None:
    with pytest.raises(wargame.ScenarioError) as caught:
        loads_experiment(text, file="my.yaml", scenario=scenario)
    shown = str(caught.value)
    assert said in shown
    assert caught.value.problems[0].line == line, shown
    assert "mend:" in shown
    assert "my.yaml" in shown


def test_files_that_are_none() -> None:
    for text, said in (
        ("- a", "an experiment is a mapping of keys to values"),
        ("", "is empty"),
        (HEAD.replace("small", "korea-2052") + "arms: {a: {}}", "did you mean 'korea-2025'"),
    ):
        with pytest.raises(wargame.ScenarioError, match=said):
            loads_experiment(text)
    with pytest.raises(wargame.ScenarioError, match="did you mean 'wider-role'"):
        load_experiment("wider-rol")


def test_a_scenario_beside_the_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    (tmp_path / "e.yaml").write_text(GOOD.replace("scenario: small", "scenario: mine.yaml"))
    assert load_experiment(tmp_path / "e.yaml").scenario.name == "small"


@pytest.mark.parametrize("name", sorted(available_experiments()))
def test_every_experiment_that_comes_along_can_be_played(name: str) -> None:
    loaded = load_experiment(name)
    assert loaded.question.endswith("?")
    assert loaded.hypothesis
    assert "war" in (loaded.shown or loaded.scenario.outcomes)
    assert len(loaded.arms) > 1 or loaded.design is not None
    if loaded.design is None:
        results = experiment(loaded, episodes=30, progress=False)
        assert (results.comparison.differences["n"] > 0).any()
        assert all(run.failed == 0 for run in results.arms.values())
        assert any(results.comparison.switched(arm) for arm in loaded.arms if arm != loaded.baseline)
