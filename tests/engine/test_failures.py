"""An episode that cannot go on becomes a row that says why; the others go on."""

from __future__ import annotations

import json

import pytest
from both_engines import play_both, play_for
from tiny import failure, play, tiny

import wargame
from wargame.engine.rules import EpisodeError

# Each case: what is added to the scenario, and the row that must come of it on turn 2, when x has become 0.
CASES = {
    "effect of a policy": (
        "actors: {a: {policies: {p: {effects: {y: 1 / x}}}, decision: {rule: uniform}}}",
        "a.p changes y by something infinite or undefined",
        "1 / x",
        {"x": 0.0},
    ),
    "effect of a world rule": (
        "define: {part: log(x) + w}\neffects: {rule: {when: turn == 2, effects: {y: part * 2}}}",
        "effect rule changes y by something infinite or undefined",
        "part * 2",
        {"part": float("-inf")},
    ),
    "set": (
        "effects: {rule: {effects: {y: {set: x / x}}}}",
        "effect rule changes y by something infinite or undefined",
        "x / x",
        {"x": 0.0},
    ),
    "effect of nature": (
        "nature: {n: {draw: {bernoulli: 1}, effects: {y: w / x}}}",
        "nature n changes y by something infinite or undefined",
        "w / x",
        {"w": 2.0, "x": 0.0},
    ),
    "probability above 1": (
        "nature: {n: {draw: {bernoulli: 0.5 * (3 - x)}}}",
        "nature n has no probability",
        "0.5 * (3 - x)",
        {"x": 0.0},
    ),
    "undefined probability": (
        "nature: {n: {draw: {bernoulli: x / x}}}",
        "nature n has no probability",
        "x / x",
        {"x": 0.0},
    ),
    "negative rate": (
        "nature: {n: {draw: {rate: x - 0.5}}}",
        "nature n has no probability",
        "x - 0.5",
        {"x": 0.0},
    ),
    "weights that are all 0": (
        "nature: {n: {draw: {categorical: {up: x, down: 3 * x}}}}",
        "nature n has weights that make no probabilities",
        "x, 3 * x",
        {"x": 0.0},
    ),
    "count with a negative mean": (
        "nature: {n: {draw: {poisson: {mean: x - 0.5, max: 9}}}}",
        "nature n has an infinite or undefined value",
        "x - 0.5",
        {"x": 0.0},
    ),
    "quantity": (
        "nature: {n: {draw: {normal: {mean: 0, sd: 1 / x}}}}",
        "nature n has an infinite or undefined value",
        "0, 1 / x",
        {"x": 0.0},
    ),
    "term of a utility": (
        "actors: {a: {policies: {p: {}}, utility: {calm: 1, risk: w / x}, decision: {rule: uniform}}}",
        "a's risk is infinite or undefined",
        "w / x",
        {"w": 2.0, "x": 0.0},
    ),
    "cost": (
        "actors: {a: {policies: {p: {cost: 1 / x}}, decision: {rule: uniform}}}",
        "the payoff of a is infinite or undefined",
        "utility and costs of a",
        {},
    ),
    "score": (
        "actors: {a: {policies: {p: {}, q: {}}, utility: 1 / (x + a.p + y - now.y), decision: {rule: greedy}}}",
        "the score of a.q is infinite or undefined",
        "1 / (x + a.p + y - now.y)",
        {},
    ),
    "precision": (
        "actors: {a: {policies: {p: {}}, utility: w, decision: {rule: logit, precision: x - 0.5}}}",
        "the precision of a is negative, infinite or undefined",
        "x - 0.5",
        {"x": 0.0},
    ),
    "weight of a mixed rule": (
        "actors: {a: {policies: {p: {}}, decision: {rule: mixed, probabilities: {p: x - 0.5}}}}",
        "the weight of a.p is negative, infinite or undefined",
        "x - 0.5",
        {"x": 0.0},
    ),
    "tremble": (
        "actors: {a: {policies: {p: {}}, decision: {rule: uniform, tremble: 2 - x}}}",
        "the tremble of a is no probability",
        "2 - x",
        {"x": 0.0},
    ),
    "chance to revise": (
        "actors: {a: {policies: {p: {}}, decision: {rule: uniform, revise: 2 - x}}}",
        "the chance that a revises is no probability",
        "2 - x",
        {"x": 0.0},
    ),
    "bias": (
        "actors: {a: {policies: {p: {}}, decision: {rule: uniform}, perception: {b: {bias: 1 / x}}}}",
        "the bias with which a sees b is infinite or undefined",
        "1 / x",
        {"x": 0.0},
    ),
    "noise": (
        "actors: {a: {policies: {p: {}}, decision: {rule: uniform}, perception: {b: {noise: x / x}}}}",
        "the noise with which a sees b is infinite or undefined",
        "x / x",
        {"x": 0.0},
    ),
    "metric": (
        "metrics: {m: max(w / x)}",
        "metric m reads something infinite or undefined",
        "max(w / x)",
        {"w": 2.0, "x": 0.0},
    ),
    "calendar": (
        "calendar: [{on: 2, add: {y: 1 / x}}]",
        "calendar entry 2 changes y by something infinite or undefined",
        "1 / x",
        {"x": 0.0},
    ),
}

BASE = """
parameters: {w: 2}
state:
  x: {initial: 2, range: [0, 9]}
  y: {initial: 0, range: [0, 9]}
  b: {initial: 0.5, bounds: [0, 1]}
calendar:
  - {name: down, on: 2, set: {x: 0}}
"""


def _scenario(case: str) -> wargame.Scenario:
    added = CASES[case][0]
    if added.startswith("calendar: ["):
        added = f"  - {added.removeprefix('calendar: [').removesuffix(']')}"
    return tiny(BASE + added, horizon=5)


@pytest.mark.parametrize("case", CASES)
def test_failure_names_place_formula_turn_and_values(case: str) -> None:
    _, reason, formula, values = CASES[case]
    row = failure(_scenario(case))
    assert (row["reason"], row["formula"], row["turn"], row["episode"]) == (reason, formula, 2, 0)
    assert row["file"] == "tiny.yaml"
    assert json.loads(row["values"]) == values
    line = _scenario(case).source.text.splitlines()[row["line"] - 1]
    assert formula in line or formula.split(", ")[0] in line or line.strip().startswith("actors")
    assert row["text"].startswith(f"episode 0, turn 2: tiny.yaml:{row['line']}: {reason} in `{formula}`")


def test_a_result_that_overflows_fails_too() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 1e200, range: [0, 1]}}
        metrics: {m: max(x * x)}
        """
    )
    assert failure(scenario)["reason"] == "metric m is infinite or undefined"


def test_a_metric_made_of_finite_answers_may_still_fail() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 1, range: [0, 1]}, y: {initial: 0, range: [0, 1]}}
        metrics: {m: final(x) / final(y)}
        """,
        horizon=3,
    )
    row = failure(scenario)
    assert (row["reason"], row["turn"]) == ("metric m is infinite or undefined", 2)


BAD_DEALS = [
    ("state: {x: {initial: 1 / p, range: [0, 1]}}", "the initial value of x"),
    ("state: {x: {initial: p / p, bounds: [0, 1]}}", "the initial value of x"),
    ("state: {y: {initial: {uniform: [p, -1 + p]}, range: [0, 1]}}", "the initial value of y"),
]


@pytest.mark.parametrize(("text", "reason"), BAD_DEALS)
def test_what_is_dealt_must_be_finite(text: str, reason: str) -> None:
    scenario = tiny(f"parameters: {{p: 0}}\n{text}", horizon=3)
    row = failure(scenario)
    assert (row["reason"], row["turn"]) == (f"{reason} is infinite or undefined", 0)
    with pytest.raises(EpisodeError, match=reason):
        wargame.WargameModel(scenario)


def test_a_parameter_that_is_computed_must_be_finite() -> None:
    scenario = tiny("parameters: {p: 0, q: {value: log(p)}}\nstate: {x: {initial: 1, range: [0, 1]}}")
    row = failure(scenario)
    assert (row["reason"], row["line"]) == ("parameter q is infinite or undefined", 1)


# ---- the others go on ----------------------------------------------------------------------------------------------

SOME_FAIL = """
state:
  x: {initial: 1, range: [0, 9]}
  y: {initial: 0, range: [0, 99]}
actors: {a: {policies: {p: {}, q: {}}, utility: x, decision: {rule: uniform}}}
nature:
  bad: {draw: {bernoulli: 0.25}, when: turn == 1, effects: {x: -1}}
  good: {draw: {uniform: {low: 0, high: 1}}, effects: {y: good / x}}
metrics: {total: final(y)}
"""


def test_the_other_episodes_go_on_and_every_episode_has_a_row() -> None:
    results = wargame.simulate(tiny(SOME_FAIL, horizon=4), episodes=100, progress=False)
    table = results.episodes
    assert list(table["episode"]) == list(range(100))
    assert 10 < results.failed < 45
    assert results.completed == 100 - results.failed
    failed = table[table["failure"].notna()]
    assert list(failed["episode"]) == list(results.failures["episode"])
    assert failed["outcome"].isna().all()
    assert failed[["metric.total", "payoff.a"]].isna().all(axis=None)
    assert (failed["length"] == 1).all(), "the turn that failed is not completed"
    good = table[table["failure"].isna()]
    assert (good["length"] == 4).all()
    assert good["outcome"].notna().all()
    assert (results.trajectories["n"] == results.completed).all()


def test_an_episode_does_not_depend_on_failures_before_it() -> None:
    scenario = tiny(SOME_FAIL, horizon=4)
    results = wargame.simulate(scenario, episodes=60, progress=False)
    for row in results.episodes[results.episodes["failure"].isna()].itertuples():
        model = play(scenario, episode=row.episode)
        assert model.metrics["total"] == results.episodes["metric.total"][row.episode]


def test_the_model_raises_and_keeps_its_failure() -> None:
    model = wargame.WargameModel(_scenario("effect of a policy"), episode=7)
    with pytest.raises(EpisodeError, match=r"episode 7, turn 2: tiny\.yaml:") as caught:
        model.play()
    assert not model.running
    assert model.outcome is None
    assert model.failure is caught.value.failure
    assert model.turn == 2


def test_replay_stops_where_the_episode_failed() -> None:
    results = wargame.simulate(_scenario("score"), episodes=2, progress=False)
    model = wargame.replay(results, 1)
    assert model.failure is not None
    assert (model.failure.episode, model.failure.turn) == (1, 2)
    assert [one.turn for one in model.decisions] == [0, 1]


# ---- the same rows on both engines ---------------------------------------------------------------------------------

TWO_SETS = """
state: {x: {initial: 1, range: [0, 9]}}
nature: {n: {draw: {bernoulli: 0.3}}}
effects:
  one: {effects: {x: {set: 2}}}
  other: {when: n > 0, effects: {x: {set: 3}}}
"""

TOO_LARGE = """
state: {x: {initial: 1e200, range: [0, 1]}, n: {initial: {uniform: [0, 1]}, bounds: [0, 1]}}
metrics: {m: "max(where(n > 0.7, x * x, 0))", k: final(n) / final(n > 0.2)}
"""


@pytest.mark.parametrize("case", CASES)
def test_both_engines_say_the_same_of_a_failure(case: str) -> None:
    block = play_both(play_for(_scenario(case), seed=1), 3)
    assert [failure.reason for failure in block.failures] == [CASES[case][1]] * 3


@pytest.mark.parametrize("text", [text for text, _ in BAD_DEALS])
@pytest.mark.parametrize("uncertain", [False, True])
def test_both_engines_say_the_same_of_a_deal(text: str, uncertain: bool) -> None:
    play = play_for(tiny(f"parameters: {{p: 0}}\n{text}", horizon=3), seed=1, uncertain=uncertain)
    assert len(play_both(play, 3).failures) == 3


@pytest.mark.parametrize("text", [SOME_FAIL, TWO_SETS, TOO_LARGE])
def test_both_engines_let_the_others_go_on(text: str) -> None:
    block = play_both(play_for(tiny(text, horizon=4), seed=1), 150)
    assert 10 < len(block.failures) < 140
