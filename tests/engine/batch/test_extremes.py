"""The edges of what can be played: both engines give the same bits there too."""

from __future__ import annotations

import pytest
from both_engines import assert_same_workspaces, play_both, play_for
from tiny import tiny

from wargame.engine.batch.play import MOST_AT_ONCE, Batch
from wargame.engine.rules import rules_for

DUEL = """
parameters: {k: {value: 1, distribution: {normal: {mean: 0, sd: 2}}}}
state:
  x: {initial: {uniform: [0, 1]}, bounds: [0, 1]}
  y: {initial: 0.5, range: [-9, 9]}
actors:
  a:
    policies: {p: {effects: {x: 0.3}}, q: {cost: 0.1, effects: {y: k}}, r: {available: x > 0.5}}
    utility: x * b.p - y * x
    decision: {rule: logit, precision: PRECISION, expectation: EXPECTATION, expects: {beliefs: adaptive, rate: 0.4}}
  b:
    policies: {p: {effects: {x: -0.4}}, q: {}}
    utility: y - x * a.p
    perception: {x: {noise: 0.3}}
    decision: {rule: logit, precision: PRECISION, expects: {beliefs: fictitious}, revise: 0.6}
nature:
  shock: {draw: {normal: {mean: 0, sd: 0.2}}, effects: {y: shock}}
  war: {draw: {bernoulli: HAZARD}, effects: {y: 0.5}}
outcomes: {over: {when: y > 2, terminal: true}, rest: {default: true}}
metrics: {m: max(y), f: first(y > 1.5)}
"""

LONELY = {
    "one policy": "state: {x: {initial: 0, range: [0, 9]}}\n"
    "actors: {a: {policies: {p: {effects: {x: 1}}}, decision: {rule: uniform}}}",
    "a policy that is never available": "state: {x: {initial: 0, range: [0, 9]}}\n"
    "actors: {a: {policies: {p: {available: x < 0}}, utility: x, decision: {rule: logit, precision: 1}}}",
    "no actors": "state: {x: {initial: 0, range: [0, 9]}}\nnature: {n: {draw: {rate: 0.5}, effects: {x: n}}}",
    "no nature": "state: {x: {initial: {choice: [1, 2]}, range: [0, 9]}}\n"
    "actors: {a: {policies: {p: {effects: {x: 1}}, q: {}}, utility: x, decision: {rule: greedy, ties: random}}}",
    "nothing but a state": "state: {x: {initial: 1, range: [0, 9]}}\nmetrics: {m: sum(x)}",
    "no metrics": "state: {x: {initial: 1, range: [0, 9]}}\nnature: {n: {draw: {bernoulli: 0.5}}}",
}


def duel(*, precision: str = "3", hazard: str = "0.3", expectation: str = "mean", horizon: int = 5):
    text = DUEL.replace("PRECISION", precision).replace("HAZARD", hazard)
    return tiny(text.replace("EXPECTATION", expectation), horizon=horizon)


@pytest.mark.parametrize("precision", ["0", "1e6", "1e300", "abs(y) * 1e5"])
@pytest.mark.parametrize("expectation", ["mean", "exact"])
def test_precision(precision: str, expectation: str) -> None:
    scenario = duel(precision=precision, expectation=expectation)
    assert_same_workspaces(play_for(scenario, seed=1, uncertain=True), 70)


@pytest.mark.parametrize("hazard", ["0", "1", "5e-324", "1 - 2 ** -53"])
def test_hazard(hazard: str) -> None:
    block = play_both(play_for(duel(hazard=hazard), seed=1), 70)
    assert not block.failures


def test_horizon_of_one_turn() -> None:
    play_both(play_for(duel(horizon=1), seed=1), 70)


@pytest.mark.parametrize("name", LONELY)
def test_scenarios_without_a_part(name: str) -> None:
    assert_same_workspaces(play_for(tiny(LONELY[name], horizon=4), seed=1), 65)


@pytest.mark.parametrize(("low", "high"), [(0.4, 0.4000001), (-1e-300, 1e-300), (1e300, 2e300)])
def test_bounds_that_clip_on_every_turn(low: float, high: float) -> None:
    scenario = tiny(
        f"""
        parameters: {{low: {low}, high: {high}}}
        state: {{x: {{initial: low, bounds: [low, high]}}, y: {{initial: 0, bounds: [null, 0.5], range: [-1, 1]}}}}
        nature: {{n: {{draw: {{normal: {{mean: 0, sd: 1}}}}, effects: {{x: n * high * 9, y: n}}}}}}
        metrics: {{m: mean(x), end: final(y)}}
        """,
        horizon=6,
    )
    assert_same_workspaces(play_for(scenario, seed=1), 65)


def test_dealt_bounds_that_cross() -> None:
    scenario = tiny(
        """
        parameters:
          low: {value: 0, distribution: {uniform: [0, 1]}}
          high: {value: 1, distribution: {uniform: [0, 1]}}
        state: {x: {initial: {uniform: [0, 1]}, bounds: [low, high]}}
        nature: {n: {draw: {normal: {mean: 0, sd: 1}}, effects: {x: n}}}
        """,
        horizon=3,
    )
    assert_same_workspaces(play_for(scenario, seed=1, uncertain=True), 65)


def test_distributions_without_a_value() -> None:
    """Their search must come to an end for lanes in which there is nothing to find."""
    scenario = tiny(
        """
        parameters: {k: {value: 1, distribution: {normal: {mean: 0, sd: 3}}}}
        state: {x: {initial: {beta: {a: "k * 1e300", b: 1}}, range: [0, 9]}}
        """,
        horizon=2,
    )
    block = play_both(play_for(scenario, seed=1, uncertain=True), 64)
    assert block.failures


@pytest.mark.parametrize(
    "draw",
    [
        "{poisson: {mean: abs(x) * 1e300, max: 40}}",
        "{poisson: {mean: abs(x) * 700, max: 2000}}",
        "{negbin: {mean: abs(x) * 9, dispersion: 1e-300, max: 40}}",
        "{negbin: {mean: abs(x), dispersion: x * x, max: 40}}",
        "{binomial: {n: floor(abs(x) * 30), p: logistic(x)}}",
        "{categorical: {up: 5e-324, down: x * x}}",
        "{rate: x * x * 1e300}",
    ],
)
def test_counts_at_the_edges(draw: str) -> None:
    scenario = tiny(
        f"""
        state: {{x: {{initial: {{uniform: [-1, 1]}}, range: [-9, 9]}}}}
        nature: {{n: {{draw: {draw}}}, m: {{draw: {{normal: {{mean: 0, sd: 1}}}}, effects: {{x: m}}}}}}
        metrics: {{m: final(x)}}
        """,
        horizon=4,
    )
    assert_same_workspaces(play_for(scenario, seed=1), 65)


@pytest.mark.parametrize("count", [1, 2, 63, 64, 65, 127, 129])
def test_counts_of_episodes(count: int) -> None:
    play_both(play_for(duel(), seed=1, sample=70), count)


@pytest.mark.parametrize("first", [1, 63, 2**31 - 3, 2**32 - 70, 2**32 - 1])
@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**63, 2**64 - 1])
def test_first_episodes_and_seeds(first: int, seed: int) -> None:
    play_both(play_for(duel(), seed=seed), min(70, 2**32 - first), first)


def test_settling_before_the_end_judges_nothing() -> None:
    """A metric may be undefined at a time when another episode ends, and fine when its own does."""
    scenario = tiny(
        """
        state: {x: {initial: 1, range: [0, 9]}, y: {initial: 0, range: [0, 9]}}
        nature: {n: {draw: {bernoulli: 0.2}, effects: {x: 1}}}
        effects: {e: {when: turn == 3, effects: {y: 1}}}
        outcomes: {o: {when: x > 1.5, terminal: true}, rest: {default: true}}
        metrics: {m: "where(share(x > 1.5) > 0, 0, final(x) / final(y))"}
        """,
        horizon=5,
    )
    assert not play_both(play_for(scenario, seed=1), 64).failures


def test_the_largest_block() -> None:
    """All episodes in one cell of a histogram, which counts in 16 bits."""
    scenario = tiny("state: {x: {initial: 1, bounds: [0, 9]}}\nmetrics: {m: final(x)}", horizon=2)
    batch, play = Batch(rules_for(scenario), uncertain=False), play_for(scenario, seed=1)
    block = batch.play_block(play, 0, MOST_AT_ONCE)
    assert block.histogram.max() == block.count == MOST_AT_ONCE
    with pytest.raises(ValueError, match=f"at most {MOST_AT_ONCE}"):
        batch.play_block(play, 0, MOST_AT_ONCE + 1)


def test_nothing_to_deal() -> None:
    """Neither parameters nor state: the workspace begins as it is."""
    scenario = tiny("nature: {shot: {draw: {bernoulli: 0.3}}}\nmetrics: {shots: sum(shot)}", horizon=3)
    assert play_both(play_for(scenario, seed=1), 70).metrics.max() > 1
