"""D3 by levels of reasoning: level k, mixtures of levels, the Poisson cognitive hierarchy, and levels in trees."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from both_engines import assert_same_workspaces, play_both, play_for
from tiny import decision, play, tiny

import wargame
from wargame.engine.batch.play import Batch
from wargame.engine.rules import rules_for


def request_game(expects: str, rule: str = "rule: greedy") -> wargame.Scenario:
    """Arad and Rubinstein's 11-20 game: you get what you ask for, and 20 more for asking one less than the other."""
    text = "state: {z: {initial: 0, range: [0, 1]}}\nactors:\n"
    for me, other in (("a", "b"), ("b", "a")):
        bonus = " + ".join(f"20 * {me}.ask[{x}] * {other}.ask[{x + 1}]" for x in range(11, 20))
        text += (
            f"  {me}:\n    policies: {{ask: {{levels: {{from: 11, to: 20, step: 1}}}}}}\n"
            f"    utility: {me}.ask + {bonus}\n"
            f"    decision: {{{rule}, expectation: exact, expects: {expects}}}\n"
        )
    return tiny(text)


ASK = np.arange(11.0, 21.0)
GAIN = ASK[:, None] + 20.0 * (ASK[:, None] == ASK[None, :] - 1)


@pytest.mark.parametrize(("level", "ask"), [(1, 19), (2, 18), (3, 17), (4, 16)])
def test_d3_level_k_undercuts_level_zero_k_times(level: int, ask: int) -> None:
    model = play(request_game(f"{{level: {level}, level0: 'ask[20]'}}"))
    assert model.actor("a").policy == model.actor("b").policy == f"ask[{ask}]"


def test_d3_level_zero_is_uniform_unless_the_file_says_otherwise() -> None:
    one = decision(play(request_game("{level: 1}")), "a")
    assert one.choice == "ask[19]"
    assert one.expectations == {"b": {f"ask[{x}]": 0.1 for x in range(11, 21)}}


def test_d3_quantal_level_k_has_the_published_values() -> None:
    """Precision 0.1 on top of level 0 that asks for 20."""
    expected = np.eye(10)[9]
    for level in (1, 2, 3):
        gains = 0.1 * (GAIN @ expected)
        expected = np.exp(gains - gains.max())
        expected /= expected.sum()
        scenario = request_game(f"{{level: {level}, level0: 'ask[20]'}}", "rule: logit, precision: 0.1")
        found = decision(play(scenario), "a").probabilities
        assert list(found.values()) == pytest.approx(expected, rel=1e-12)


def test_d3_a_cognitive_hierarchy_believes_in_all_lower_levels() -> None:
    """Camerer, Ho and Chong 2004: tau = 1.5, levels 0 to 7, level 0 uniform."""
    tau, choices = 1.5, [np.full(10, 0.1)]
    poisson = [math.exp(-tau) * tau**k / math.factorial(k) for k in range(8)]
    for level in range(1, 8):
        weights = np.array(poisson[:level]) / sum(poisson[:level])
        believed = sum(weight * choice for weight, choice in zip(weights, choices, strict=True))
        choices.append(np.eye(10)[int((GAIN @ believed).argmax())])
        fixed = decision(play(request_game(f"{{level: {level}, below: {{poisson: {tau}}}}}")), "a")
        assert list(fixed.expectations["b"].values()) == pytest.approx(believed, rel=1e-12)
        assert list(fixed.probabilities.values()) == list(choices[level])
    scenario = request_game(f"{{level: {{poisson: {tau}, most: 7}}}}")
    assert_same_workspaces(play_for(scenario, seed=3), 10)
    count = 20_000
    block = Batch(rules_for(scenario), uncertain=False).play_block(play_for(scenario, seed=5), 0, count)
    shares = np.array(poisson) / sum(poisson)
    population = sum(share * choice for share, choice in zip(shares, choices, strict=True))
    found = block.plays[:, :10].mean(axis=0)
    assert np.all(np.abs(found - population) < 4 * np.sqrt(population * (1 - population) / count))
    assert rules_for(scenario).layout().sampled == ("level.a", "level.b")
    drawn = block.sampled[:, 0]
    assert set(drawn) <= set(range(8))
    assert drawn.mean() == pytest.approx(shares @ np.arange(8), abs=4 * drawn.std() / count**0.5)
    # Each actor plays what its own level does.
    for level in range(1, 8):
        rows = block.plays[drawn == level][:, :10]
        assert np.all(rows == choices[level])


def test_d3_levels_can_be_drawn_with_given_chances() -> None:
    scenario = request_game("{level: {1: 1, 3: 3}, level0: 'ask[20]'}")
    block = play_both(play_for(scenario, seed=2), 100)
    asked = block.plays[:, :10] @ ASK
    assert set(asked) == {19.0, 17.0}
    assert np.array_equal(asked == 17, block.sampled[:, 0] == 3)
    assert 60 <= (asked == 17).sum() <= 90


def test_d3_levels_are_one_population_in_the_beauty_contest() -> None:
    """Two thirds of the other's guess; at the mean, as only the mean guess matters."""
    text = "state: {z: {initial: 0, range: [0, 1]}}\nactors:\n"
    for me, other in (("a", "b"), ("b", "a")):
        text += (
            f"  {me}:\n    policies: {{guess: {{levels: {{from: 0, to: 100, step: 1}}}}}}\n"
            f"    utility: -(({me}.guess - 2 / 3 * {other}.guess) ** 2)\n"
            "    decision: {rule: greedy, expects: EXPECTS}\n"
        )
    for expects, guess in (("{level: 1}", 33), ("{level: 4}", 10), ("{level: 5, below: {poisson: 1.5}}", 22)):
        assert play(tiny(text.replace("EXPECTS", expects))).actor("b").policy == f"guess[{guess}]"


def test_d3_level_zero_may_be_last_a_policy_or_a_script_by_actor() -> None:
    text = """
    state: {x: {initial: 0, range: [-9, 9]}}
    actors:
      a:
        policies: {p: {}, q: {}, r: {available: turn == 1}}
        before: q
        utility: a.p * b.s + 2 * a.q * b.t + 3 * a.r * b.u
        decision: {rule: greedy, expects: {level: 1, level0: ZERO}}
      b: {policies: {s: {}, t: {}, u: {available: turn < 2}}, before: s, decision: {rule: script, script: {0: t}}}
    """
    last = play(tiny(text.replace("ZERO", "last"), horizon=2))
    assert decision(last, "a").expectations == {"b": {"s": 1, "t": 0, "u": 0}}
    assert decision(last, "a", turn=1).expectations == {"b": {"s": 0, "t": 1, "u": 0}}
    policy = play(tiny(text.replace("ZERO", "{b: u}"), horizon=3))
    assert decision(policy, "a", turn=1).choice == "r"
    assert decision(policy, "a", turn=2).expectations == {"b": {"s": 0.5, "t": 0.5, "u": 0}}
    script = play(tiny(text.replace("ZERO", "{b: {0: s, 2: t}}"), horizon=3))
    assert [one.choice for one in script.decisions if one.actor == "a"] == ["p", "p", "q"]


def test_d3_those_who_do_not_reason_are_expected_to_play_by_their_rule() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 2, range: [-9, 9]}}
        actors:
          a: {policies: {p: {}, q: {}}, utility: a.p * b.s, decision: {rule: greedy, expects: {level: 2}}}
          b:
            policies: {s: {}, t: {}}
            decision: {rule: mixed, probabilities: {s: x, t: 1}, tremble: 0.1}
        """
    )
    shares = decision(play(scenario), "a").expectations["b"]
    assert shares["s"] == pytest.approx(0.9 * 2 / 3 + 0.05)
    assert_same_workspaces(play_for(scenario, seed=1), 5)


def test_d3_an_answer_in_a_later_phase_is_asked_of_the_other_at_its_node() -> None:
    """Fearon 1995 without uncertainty: A asks for the largest share that B accepts rather than fight."""
    scenario = tiny(
        """
        turn: {phases: [demand, answer]}
        parameters: {p: 0.5, cost_a: 0.1, cost_b: 0.22}
        state: {z: {initial: 0, range: [0, 1]}}
        actors:
          a:
            policies: {x: {phase: demand, levels: {from: 0, to: 1, step: 0.05}}}
            utility: b.accept * a.x + b.fight * (p - cost_a)
            decision: {rule: greedy, expectation: exact, expects: {level: 2}}
          b:
            policies: {accept: {phase: answer}, fight: {phase: answer}}
            utility: b.accept * (1 - a.x) + b.fight * (1 - p - cost_b)
            decision: {rule: greedy, expectation: exact}
        """
    )
    model = play(scenario)
    assert decision(model, "a", phase="demand").choice == "x[0.7]"
    assert decision(model, "b", phase="answer").choice == "accept"
    assert decision(model, "a", phase="demand").scores["x[0.75]"] == pytest.approx(0.4)
    assert_same_workspaces(play_for(scenario, seed=1), 5)


NAMES, HITS = "abc", (Fraction(1, 3), Fraction(2, 3), Fraction(1))


def truel(turns: int) -> wargame.Scenario:
    """Three shoot in turn, the worst shot first, at a living rival or in the air; utility is to be the last alive."""
    text = "state:\n  mover: {initial: 0, bounds: [0, 2]}\n"
    text += "".join(f"  {name}_lives: {{initial: 1, bounds: [0, 1]}}\n" for name in NAMES)
    text += (
        "outcomes: {one: {when: a_lives + b_lives + c_lives == 1, terminal: true}, end: {default: true}}\n"
    )
    text += "actors:\n"
    for place, name in enumerate(NAMES):
        rivals = [other for other in reversed(NAMES) if other != name]
        here = f"mover == {place} and {name}_lives == 1"
        policies = [f"at_{other}: {{available: {here} and {other}_lives == 1}}" for other in rivals]
        policies.append(f"in_air: {{available: {here}}}")
        others = " and ".join(f"{other}_lives == 0" for other in rivals)
        text += (
            f"  {name}:\n    policies: {{{', '.join(policies)}}}\n"
            f"    utility: where({name}_lives == 1 and {others}, 1, 0)\n"
            f"    decision: {{rule: greedy, expectation: exact, foresight: {turns}, expects: {{level: {turns + 1}}}}}\n"
        )
    text += "nature:\n"
    for place, name in enumerate(NAMES):
        rivals = [other for other in NAMES if other != name]
        aims = " + ".join(f"{name}.at_{other}" for other in rivals)
        deaths = ", ".join(f"{other}_lives: -{name}.at_{other}" for other in rivals)
        draw = f"{{draw: {{bernoulli: {float(HITS[place])!r}}}, when: {aims} > 0, effects: {{{deaths}}}}}"
        text += f"  hit_{name}: {draw}\n"
    after = [[(place + step) % 3 for step in (1, 2)] for place in range(3)]
    to = [f"where({NAMES[one]}_lives == 1, {one}, {other})" for one, other in after]
    following = f"where(mover == 0, {to[0]}, where(mover == 1, {to[1]}, {to[2]}))"
    text += f"  next: {{draw: {{bernoulli: 1}}, effects: {{mover: {{set: '{following}'}}}}}}\n"
    return tiny(text, horizon=40)


def looking_ahead(depth: int) -> dict[str, float]:
    """What each first shot of the worst is worth to it if all look ahead for the rest of the depth (Kilgour 1972)."""

    @lru_cache(None)
    def values(alive: tuple[int, ...], mover: int, left: int) -> tuple[Fraction, ...]:
        if len(alive) == 1 or left == 0:
            return tuple(Fraction(alive == (k,)) for k in range(3))
        return max(options(alive, mover, left).values(), key=lambda value: value[mover])

    def options(alive: tuple[int, ...], mover: int, left: int) -> dict[str, tuple[Fraction, ...]]:
        found = {}
        for target in (*(k for k in (2, 1, 0) if k in alive and k != mover), None):
            missed = values(alive, following(alive, mover), left - 1)
            if target is None:
                found["in_air"] = missed
                continue
            rest = tuple(k for k in alive if k != target)
            hit = values(rest, following(rest, mover), left - 1)
            chance = HITS[mover]
            found[f"at_{NAMES[target]}"] = tuple(
                chance * one + (1 - chance) * other for one, other in zip(hit, missed, strict=True)
            )
        return found

    def following(alive: tuple[int, ...], mover: int) -> int:
        return next(k % 3 for k in (mover + 1, mover + 2, mover + 3) if k % 3 in alive)

    return {policy: float(value[0]) for policy, value in options((0, 1, 2), 0, depth).items()}


@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_d3_in_a_tree_enough_levels_are_backward_induction(turns: int) -> None:
    scenario = truel(turns)
    first = decision(play(scenario), "a")
    assert first.scores == pytest.approx(looking_ahead(turns), rel=1e-12)
    if turns == 3:
        assert first.choice == "in_air"
        play_both(play_for(scenario, seed=3), 32)
