"""One numbered test, or several, for each rule of a decision (D1, D2, D4, D5; D3 stands with R7 in `test_rules`).

Every expected number is computed in the test, by hand or from the draws themselves.
"""

from __future__ import annotations

import math
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from tiny import decision, play, tiny

import wargame
from wargame.engine.draws import draw
from wargame.engine.numeric import exp

QUARTERS = "{step: quarter, start: 2025Q3, horizon: 6}"


# ---- D1: looking ahead ---------------------------------------------------------------------------------------------


def test_d1_score_is_anticipated_utility_less_cost() -> None:
    scenario = tiny(
        """
        parameters: {w: 3}
        state: {x: {initial: 1, range: [0, 99]}, y: {initial: 2, range: [0, 99]}}
        define: {gain: w * x}
        effects: {drift: {when: y == 2, effects: {y: x}}}
        nature: {storm: {draw: {bernoulli: 0.25}, effects: {x: -4}}}
        actors:
          a:
            policies:
              p: {cost: 0.5 * x, effects: {x: y}}
              q: {effects: {y: 10}}
            utility: {gain: gain, hope: y * (turn + 1), taste: 7 * a.q, change: x - now.x}
            decision: {rule: greedy}
          b:
            policies: {r: {effects: {x: 8}}, s: {}}
            decision: {rule: script, script: {0: s}}
        """
    )
    choice = decision(play(scenario), "a")
    # b is expected to add 8 / 2; the storm takes 0.25 * 4.
    p = {"x": 1 + 2 + 4 - 1, "y": 2 + 1}
    q = {"x": 1 + 4 - 1, "y": 2 + 10 + 1}
    assert choice.terms == {
        "p": {"gain": 3 * p["x"], "hope": p["y"], "taste": 0, "change": p["x"] - 1, "cost": -0.5},
        "q": {"gain": 3 * q["x"], "hope": q["y"], "taste": 7, "change": q["x"] - 1, "cost": 0},
    }
    assert choice.scores == {policy: sum(terms.values()) for policy, terms in choice.terms.items()}


LATER = """
turn: {phases: [first, second]}
state: {x: {initial: 0, range: [0, 99]}}
actors:
  a:
    policies:
      p: {phase: first, effects: {x: 1}}
      q: {phase: first, effects: {x: 3}}
      low: {phase: second, effects: {x: 10}}
      high: {phase: second, AVAILABLE, effects: {x: 40}, cost: 2}
    utility: x
    decision: {rule: greedy, expectation: EXPECTATION}
"""


@pytest.mark.parametrize("expectation", ["mean", "exact"])
def test_d1_own_later_phases_are_planned_as_the_best(expectation: str) -> None:
    text = LATER.replace("EXPECTATION", expectation)
    free = decision(play(tiny(text.replace("AVAILABLE", "label: free"))), "a", phase="first")
    assert free.scores == {"p": 1 + 40 - 2, "q": 3 + 40 - 2}
    barred = decision(play(tiny(text.replace("AVAILABLE", "available: x > 5"))), "a", phase="first")
    assert barred.scores == {"p": 1 + 10, "q": 3 + 10}
    earned = decision(play(tiny(text.replace("AVAILABLE", "available: a.p"))), "a", phase="first")
    assert earned.scores == {"p": 1 + 40 - 2, "q": 3 + 10}


@pytest.mark.parametrize("expectation", ["mean", "exact"])
def test_d1_a_later_phase_with_nothing_available_is_skipped_in_plans(expectation: str) -> None:
    text = LATER.replace("EXPECTATION", expectation).replace("AVAILABLE", "available: a.p")
    text = text.replace("low: {phase: second,", "low: {phase: second, available: x > 5,")
    choice = decision(play(tiny(text)), "a", phase="first")
    assert choice.scores == {"p": 1 + 40 - 2, "q": 3}


def test_d1_choices_of_earlier_phases_are_known() -> None:
    scenario = tiny(
        """
        turn: {phases: [first, second]}
        state: {x: {initial: 0, range: [0, 99]}}
        actors:
          a:
            policies: {p: {phase: first, effects: {x: 1}}, q: {phase: first, effects: {x: 5}}}
            decision: {rule: script, script: {0: q}}
          b:
            policies: {r: {phase: second, effects: {x: 1}}, s: {phase: second}}
            utility: x
            decision: {rule: greedy}
        """
    )
    choice = decision(play(scenario), "b", phase="second")
    assert choice.scores == {"r": 6, "s": 5}
    assert choice.expectations == {}


def test_d1_plans_begin_with_the_percept() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 2, range: [0, 99]}, y: {initial: 0, range: [0, 99]}}
        actors:
          a:
            policies: {p: {cost: x, effects: {y: 10 * now.x, x: 1}}}
            utility: {anticipated: x, begun: now.x, effect: y}
            decision: {rule: greedy}
            perception: {x: {bias: 3}}
        """
    )
    model = play(scenario)
    assert decision(model, "a").terms == {"p": {"anticipated": 6, "begun": 5, "effect": 50, "cost": -5}}
    assert model.actor("a").payoff == (3 + 2 + 20) - 2, "payoffs are those of the real state"


def test_d1_calendar_and_clipping_belong_to_the_plan() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0.5, bounds: [0, 1]}}
        calendar: [{on: 0, add: {x: 0.25}}]
        actors:
          a: {policies: {p: {effects: {x: 5}}, q: {}}, utility: x, decision: {rule: greedy}}
        """
    )
    assert decision(play(scenario), "a").scores == {"p": 1, "q": 0.75}


# ---- D2: mean and exact expectation --------------------------------------------------------------------------------

THRESHOLD = """
state:
  x: {initial: 0, bounds: [0, 1]}
  y: {initial: 0, range: [0, 99]}
actors:
  a:
    policies: {p: {effects: {x: 0.2}}, q: {}}
    utility: {bound: x, threshold: 10 * (x > 0.9)}
    decision:
      rule: greedy
      expectation: EXPECTATION
      expects: {beliefs: fixed, probabilities: {b: {r: 0.25, s: 0.75}, c: {u: 0.5, v: 0.5}}}
  b:
    policies: {r: {effects: {x: 0.9}}, s: {}}
    decision: {rule: uniform}
  c:
    policies: {u: {effects: {x: 0.1}}, v: {}}
    decision: {rule: uniform}
nature:
  event: {draw: {bernoulli: 0.1 + 0.4 * a.p}, effects: {x: -0.3}}
  vote: {draw: {categorical: {up: 0.2, down: 0.3, none: 0.5}}, effects: {x: 0.5 * vote.up - 0.2 * vote.down}}
  noise: {draw: {normal: {mean: 0.01, sd: 5}}, effects: {x: noise}}
"""


def _clip(x: float) -> float:
    return min(max(x, 0.0), 1.0)


def _turn_of_threshold(own: float, b: float, c: float, event: float, vote: float) -> float:
    """The utility of one branch: R4 and R5 by hand."""
    x = _clip(0.2 * own + 0.9 * b + 0.1 * c)
    x = _clip(x - 0.3 * event)
    x = _clip(x + vote)
    x = _clip(x + 0.01)
    return x + 10 * (x > 0.9)


def test_d2_exact_is_the_expectation_over_every_branch() -> None:
    choice = decision(play(tiny(THRESHOLD.replace("EXPECTATION", "exact"))), "a")
    for policy, own in (("p", 1), ("q", 0)):
        chance = 0.1 + 0.4 * own
        expected = sum(
            pb * pc * pe * pv * _turn_of_threshold(own, b, c, event, vote)
            for b, pb in ((1, 0.25), (0, 0.75))
            for c, pc in ((1, 0.5), (0, 0.5))
            for event, pe in ((1, chance), (0, 1 - chance))
            for vote, pv in ((0.5, 0.2), (-0.2, 0.3), (0, 0.5))
        )
        assert choice.scores[policy] == pytest.approx(expected, rel=1e-14)
        assert sum(choice.terms[policy].values()) == pytest.approx(expected, rel=1e-14)


TWO_PHASES = """
turn: {phases: [first, second]}
state: {x: {initial: 0, range: [-9, 9]}, y: {initial: 0, range: [-9, 9]}}
actors:
  a:
    policies:
      p: {phase: first}
      q: {phase: first, cost: 1, effects: {x: 1}}
      r: {phase: second, cost: 0.5, effects: {x: 4, y: -2 - b.u}}
      s: {phase: second, effects: {y: 0.75}}
    utility: {gain: x, loss: y}
    decision: {rule: greedy, expectation: EXPECTATION, KEYS}
  b:
    policies: {u: {phase: second}, v: {phase: second}}
    decision: {rule: uniform}
"""


@pytest.mark.parametrize("expectation", ["mean", "exact"])
@pytest.mark.parametrize(
    "keys", ["", "foresight: 2, discount: 0", "later: logit, precision: 2", "later: same"]
)
def test_terms_are_those_of_the_planned_later_choice(expectation: str, keys: str) -> None:
    """`r` is the better plan by gain and `s` by loss: the terms must be of one of them, not the best of each."""
    text = TWO_PHASES.replace("EXPECTATION", expectation).replace(", KEYS", f", {keys}" if keys else "")
    if "logit" in keys:
        text = text.replace("rule: greedy", "rule: logit")
    made = play(tiny(text, horizon=2))
    for one in made.decisions:
        for policy, terms in one.terms.items():
            assert sum(terms.values()) == pytest.approx(one.scores[policy], rel=1e-12, abs=1e-12)
    if "logit" not in keys:
        first = decision(made, "a", phase="first")
        now = {term: value for term, value in first.terms["q"].items() if term != "continuation"}
        assert now == {"gain": 5, "loss": -2.5, "cost": -1.5}


def test_d2_mean_evaluates_once_at_the_mean() -> None:
    scenario = tiny(THRESHOLD.replace("EXPECTATION", "mean"))
    choice = decision(play(scenario), "a")
    for policy, own in (("p", 1), ("q", 0)):
        x = _clip(0.2 * own + 0.9 * 0.25 + 0.1 * 0.5)
        x = _clip(x - (0.1 + 0.4 * own) * 0.3)
        x = _clip(x + 0.5 * 0.2 - 0.2 * 0.3)
        assert choice.scores[policy] == pytest.approx(_clip(x + 0.01), rel=1e-14)
    exact = decision(play(tiny(THRESHOLD.replace("EXPECTATION", "exact"))), "a")
    assert exact.scores["p"] > choice.scores["p"] + 0.5, "at the mean the threshold is never reached"
    assert any("threshold" in warning for warning in scenario.warnings)


def test_d2_exact_planners_do_not_disturb_each_other() -> None:
    actor = (
        "{policies: {p: {}, q: {}}, utility: a.p * b.p * c.p, decision: {rule: greedy, expectation: exact}}"
    )
    scenario = tiny(
        f"""
        state: {{x: {{initial: 0, range: [0, 1]}}}}
        actors: {{a: {actor}, b: {actor}, c: {actor}}}
        """
    )
    assert all(one.scores == {"p": 0.25, "q": 0} for one in play(scenario).decisions)


def test_d2_exact_counts_the_branch_in_which_others_can_do_nothing() -> None:
    scenario = tiny(
        """
        turn: {phases: [first, second]}
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {phase: first}, q: {phase: first}}
            utility: a.p * (1 + 4 * b.r + 8 * b.t)
            decision: {rule: greedy, expectation: exact}
          b:
            policies:
              r: {phase: first, available: turn == 1}
              s: {phase: first, available: turn == 1}
              t: {phase: second, available: turn >= 1}
              u: {phase: second, available: turn >= 1}
            decision: {rule: uniform}
        """,
        horizon=3,
    )
    model = play(scenario)
    scores = [decision(model, "a", turn, "first").scores["p"] for turn in range(3)]
    assert scores == [1, 1 + 2 + 4, 1 + 4]


def test_d2_exact_respects_items_that_are_not_due() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 1, range: [0, 9]}}
        actors:
          a:
            policies: {p: {}, q: {effects: {x: 1}}}
            utility: x ** 2
            decision: {rule: script, script: {0: p}}
          b:
            policies: {p: {}}
            utility: x ** 2
            decision: {rule: greedy, expectation: exact, expects: {beliefs: fixed, probabilities: {a: {p: 1}}}}
        nature:
          once: {draw: {bernoulli: 1}, once: true, effects: {x: 2}}
          vote: {draw: {categorical: {up: 0.5, down: 0.5}}, when: turn == 2, effects: {x: vote.up}}
        """,
        horizon=3,
    )
    model = play(scenario)
    scores = [decision(model, "b", turn).scores["p"] for turn in range(3)]
    assert scores == [9, 9, (16 + 9) / 2]


def test_d2_a_decision_that_is_too_large_is_refused_with_its_size() -> None:
    policies = ", ".join(f"p{index}: {{}}" for index in range(11))
    others = "\n".join(
        f"  b{index}: {{policies: {{{policies}}}, decision: {{rule: uniform}}}}" for index in range(6)
    )
    utility = " + ".join(f"b{index}.p0" for index in range(6))
    text = (
        f"state: {{x: {{initial: 0, range: [0, 1]}}}}\nactors:\n{others}\n"
        f"  a: {{policies: {{p: {{}}, q: {{}}}}, utility: {utility}, decision: {{rule: greedy, expectation: exact}}}}\n"
    )
    with pytest.raises(wargame.ScenarioError, match="3,543,122 times") as caught:
        wargame.simulate(tiny(text), episodes=1, progress=False)
    assert "at most 1,000,000" in str(caught.value)


@st.composite
def multilinear(draw: st.DrawFn) -> str:
    """A scenario without bounds whose utility is multilinear in different actors' choices and chance."""
    number = st.integers(-8, 8).map(lambda value: value / 4)
    share = st.integers(1, 7).map(lambda value: value / 8)
    products = st.lists(
        st.lists(st.sampled_from(["x", "y", "z", "event"]), min_size=1, max_size=4, unique=True),
        min_size=1,
        max_size=4,
    )
    terms = [f"({draw(number)} * {' * '.join(names)})" for names in draw(products)]
    return f"""
    state:
      x: {{initial: {draw(number)}, range: [-99, 99]}}
      y: {{initial: {draw(number)}, range: [-99, 99]}}
      z: {{initial: {draw(number)}, range: [-99, 99]}}
    actors:
      a:
        policies: {{p: {{effects: {{x: {draw(number)}}}, cost: {draw(number)}}}, q: {{effects: {{y: {draw(number)}}}}}}}
        utility: {" + ".join(terms)}
        decision:
          rule: logit
          precision: 1
          expectation: EXPECTATION
          expects: {{beliefs: adaptive, rate: {draw(share)}, start: {{b: {{r: {draw(share)}, s: {draw(share)}}}}}}}
      b:
        policies: {{r: {{effects: {{y: {draw(number)}}}}}, s: {{effects: {{y: now.y}}}}, t: {{available: turn == 1}}}}
        decision: {{rule: uniform}}
    nature:
      event: {{draw: {{bernoulli: {draw(share)}}}}}
      vote:
        draw: {{categorical: {{up: 0.25, down: 0.75}}}}
        effects: {{z: {draw(number)} * vote.up + {draw(number)} * vote.down}}
    """


@settings(max_examples=20, deadline=None)
@given(multilinear(), st.integers(0, 99))
def test_d2_exact_equals_mean_where_utility_is_multilinear(text: str, seed: int) -> None:
    exact = play(tiny(text.replace("EXPECTATION", "exact"), horizon=2), seed=seed)
    for one in (turn for turn in exact.decisions if turn.actor == "a"):
        # The same decision, planned at the mean on the same state: replay with the choices made so far.
        orders = [f"{d.actor}={d.choice}@{d.turn}" for d in exact.decisions if d.turn < one.turn]
        mean = play(tiny(text.replace("EXPECTATION", "mean"), horizon=2), seed=seed, orders=orders)
        assert decision(mean, "a", one.turn).scores == pytest.approx(one.scores, rel=1e-12, abs=1e-12)


# ---- D4: from scores to probabilities ------------------------------------------------------------------------------


def _choice(
    decision_text: str,
    *,
    utility: str = "a.p + 2 * a.q + 2 * a.r",
    available: str = "",
    horizon: int = 1,
    seed: int = 1,
) -> wargame.WargameModel:
    """A model of one actor with policies p, q, r and s."""
    return play(
        tiny(
            f"""
            parameters: {{k: 1.5}}
            state: {{x: {{initial: 0, range: [0, 9]}}}}
            effects: {{count: {{effects: {{x: 1}}}}}}
            actors:
              a:
                policies: {{p: {{}}, q: {{}}, r: {{}}, s: {{available: "{available or "1"}"}}}}
                utility: {utility}
                decision: {decision_text}
            """,
            horizon=horizon,
        ),
        seed=seed,
    )


def test_d4_greedy_takes_the_first_of_the_best() -> None:
    one = decision(_choice("{rule: greedy}"), "a")
    assert one.probabilities == {"p": 0, "q": 1, "r": 0, "s": 0}


def test_d4_greedy_breaks_ties_at_random() -> None:
    model = _choice("{rule: greedy, ties: random}", horizon=400)
    assert decision(model, "a").probabilities == {"p": 0, "q": 0.5, "r": 0.5, "s": 0}
    assert abs(sum(one.choice == "q" for one in model.decisions) - 200) < 4 * math.sqrt(100)


def test_d4_ties_are_relative() -> None:
    close = "1000 * (a.p + a.q * (1 + 5e-13) + a.r * (1 + 5e-12))"
    one = decision(_choice("{rule: greedy, ties: random}", utility=close), "a")
    assert one.probabilities == {"p": 0, "q": 0, "r": 1, "s": 0}
    close = close.replace("5e-12", "6e-13")
    one = decision(_choice("{rule: greedy, ties: random}", utility=close), "a")
    assert one.probabilities["p"] == one.probabilities["q"] == one.probabilities["r"] == 1 / 3


def test_d4_logit_follows_its_formula() -> None:
    one = decision(_choice("{rule: logit, precision: k}"), "a")
    weights = [math.exp(1.5 * (score - 2)) for score in (1, 2, 2, 0)]
    expected = dict(zip("pqrs", (weight / sum(weights) for weight in weights), strict=True))
    assert one.probabilities == pytest.approx(expected, rel=1e-14)
    assert one.probabilities["p"] == exp(1.5 * -1.0) / (((exp(-1.5) + 1) + 1) + exp(-3.0))


def test_d4_logit_is_shifted_by_the_largest_score() -> None:
    utility = "1e6 * (a.p + 2 * a.q + 2 * a.r)"
    sharp = decision(_choice("{rule: logit, precision: 1e6}", utility=utility), "a")
    assert sharp.probabilities == {"p": 0, "q": 0.5, "r": 0.5, "s": 0}
    blunt = decision(_choice("{rule: logit, precision: 0}", utility=utility), "a")
    assert set(blunt.probabilities.values()) == {0.25}
    below = decision(_choice("{rule: logit, precision: 1e6}", utility="-1e6 - a.p - a.q - a.s"), "a")
    assert below.probabilities["r"] == 1


def test_d4_only_available_policies_have_probability() -> None:
    for rule in ("greedy", "logit, precision: 1", "uniform", "mixed, probabilities: {s: 9, p: 1, q: 1}"):
        utility = "5 * a.s" if rule in ("greedy", "logit, precision: 1") else "0"
        text = f"{{rule: {rule}}}"
        one = decision(_choice(text, utility=utility, available="x > 3"), "a")
        assert set(one.probabilities) == {"p", "q", "r"}
        assert sum(one.probabilities.values()) == pytest.approx(1, abs=1e-15)
        assert one.choice != "s"


def test_d4_mixed_probabilities_are_formulas() -> None:
    model = _choice("{rule: mixed, probabilities: {p: 1 + x, q: 1, s: 1}}", available="x > 0", horizon=2)
    assert decision(model, "a", 0).probabilities == {"p": 0.5, "q": 0.5, "r": 0}
    assert decision(model, "a", 1).probabilities == {"p": 0.5, "q": 0.25, "r": 0, "s": 0.25}


def test_d4_script_stays_in_force_until_its_next_entry() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {}, q: {}, r: {available: turn != 5}}
            decision: {rule: script, script: {2025Q3: p, 2: q, 2026Q3: r}}
        """,
        time=QUARTERS,
    )
    model = play(scenario)
    assert [one.choice for one in model.decisions[:5]] == ["p", "p", "q", "q", "r"]
    assert model.decisions[5].probabilities == {"p": 0.5, "q": 0.5}, "not available: uniform among the rest"


def test_d4_doctrine_takes_the_first_true_line() -> None:
    text = "{rule: doctrine, doctrine: [{when: x > 1, then: q}, {when: x > 0, then: r}, {else: p}]}"
    assert [one.choice for one in _choice(text, horizon=4).decisions] == ["p", "r", "q", "q"]


def test_d4_doctrine_reads_the_percept() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {}, q: {}}
            perception: {x: {bias: 1}}
            decision: {rule: doctrine, doctrine: [{when: x >= 1, then: q}, {else: p}]}
        """
    )
    assert play(scenario).actor("a").policy == "q"


def test_d4_script_and_doctrine_name_a_policy_for_each_phase() -> None:
    scenario = tiny(
        """
        turn: {phases: [one, two]}
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {phase: one}, q: {phase: one}, r: {phase: two}, s: {phase: two}}
            decision: {rule: script, script: {0: [q, r], 1: [p, s]}}
          b:
            policies: {p: {phase: one}, q: {phase: one}, r: {phase: two}, s: {phase: two}}
            decision: {rule: doctrine, doctrine: [{when: turn > 0, then: [q, s]}, {else: [p, r]}]}
        """,
        horizon=2,
    )
    model, seen = wargame.WargameModel(scenario), []
    while model.running:
        model.step()
        seen.append([list(model.actor(name).policies.values()) for name in "ab"])
    assert seen == [[["q", "r"], ["p", "r"]], [["p", "s"], ["q", "s"]]]


def test_d4_uniform_is_uniform() -> None:
    one = decision(_choice("{rule: uniform}", available="x > 3"), "a")
    assert one.probabilities == {"p": 1 / 3, "q": 1 / 3, "r": 1 / 3}


def test_d4_tremble_mixes_in_uniform_noise() -> None:
    one = decision(_choice("{rule: greedy, tremble: 0.3}", available="x > 3"), "a")
    assert one.probabilities == pytest.approx({"p": 0.1, "q": 0.8, "r": 0.1}, abs=1e-15)


def test_d4_revise_all_is_the_default() -> None:
    plain = [one.choice for one in _choice("{rule: uniform}", horizon=20).decisions]
    assert [one.choice for one in _choice("{rule: uniform, revise: all}", horizon=20).decisions] == plain
    assert [one.choice for one in _choice("{rule: uniform, revise: 1}", horizon=20).decisions] == plain


def test_d4_an_actor_that_does_not_revise_repeats_its_policy() -> None:
    model = _choice("{rule: uniform, revise: 0}", horizon=12)
    assert len({one.choice for one in model.decisions}) == 1
    assert [one.reason for one in model.decisions] == ["draw"] + ["repeat"] * 11


def test_d4_an_actor_that_cannot_repeat_revises() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {available: turn < 2}, q: {}}
            decision: {rule: script, script: {0: q}, revise: 0}
            before: p
        """,
        horizon=4,
    )
    assert [one.choice for one in play(scenario).decisions] == ["p", "p", "q", "q"]


def test_d4_revise_with_a_probability() -> None:
    model = _choice("{rule: uniform, revise: 0.25}", horizon=2000, seed=3)
    repeats = [one.reason == "repeat" for one in model.decisions[1:]]
    assert abs(sum(repeats) - 1999 * 0.75) < 4 * math.sqrt(1999 * 0.75 * 0.25)
    expected = [draw(3, 0, turn, "revise.a") >= 0.25 for turn in range(1, 2000)]
    assert repeats == expected


def test_d4_revise_one_actor_each_turn() -> None:
    actor = "{policies: {p: {}, q: {}, r: {}}, decision: {rule: uniform, revise: one}}"
    free = "{policies: {p: {}, q: {}, r: {}}, decision: {rule: uniform}}"
    scenario = tiny(
        f"""
        state: {{x: {{initial: 0, range: [0, 9]}}}}
        actors: {{a: {actor}, other: {free}, b: {actor}, c: {actor}}}
        """,
        horizon=900,
    )
    model = play(scenario)
    revising = Counter()
    for turn in range(1, 900):
        who = [one.actor for one in model.decisions if one.turn == turn and one.reason == "draw"]
        assert len(who) == 2
        assert "other" in who
        revising.update(set(who) - {"other"})
    assert stats.chisquare([revising[name] for name in "abc"]).pvalue > 1e-4


# ---- D5: the draw --------------------------------------------------------------------------------------------------


def test_d5_first_cumulative_probability_above_the_draw_is_picked() -> None:
    model = _choice("{rule: mixed, probabilities: {p: 0.125, q: 0.5, s: 0.375}}", horizon=200, seed=7)
    for turn, one in enumerate(model.decisions):
        uniform = draw(7, 0, turn, "a.main")
        assert one.draw == uniform
        assert one.choice == ("p" if uniform < 0.125 else "q" if uniform < 0.625 else "s")
    assert {one.choice for one in model.decisions} == {"p", "q", "s"}


def test_d5_shares_are_played_in_proportion() -> None:
    model = _choice("{rule: mixed, probabilities: {p: 1, q: 2, r: 3, s: 4}}", horizon=4000)
    counts = Counter(one.choice for one in model.decisions)
    assert stats.chisquare([counts[name] for name in "pqrs"], [400, 800, 1200, 1600]).pvalue > 1e-4


def test_d5_when_rounding_leaves_a_gap_the_last_possible_policy_is_picked() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {}, q: {}, r: {}, s: {}}
            decision: {rule: mixed, probabilities: {p: 0.1, q: 0.1, r: 0.6, s: 0}}
        """
    )
    model = wargame.WargameModel(scenario)
    column = model.rules.turn_streams.names.index("a.main")
    total = (0.1 + 0.1) + 0.6
    shares = [0.1 / total, 0.1 / total, 0.6 / total]
    largest = 1 - 2**-53
    assert (shares[0] + shares[1]) + shares[2] <= largest, "these probabilities add up to less than 1"
    model._table[0][column] = largest
    model.step()
    assert model.actor("a").policy == "r"


@pytest.mark.parametrize(("uniform", "picked"), [(0.0, "q"), (0.125, "s"), (0.124999, "q"), (0.5, "s")])
def test_d5_a_cumulative_probability_equal_to_the_draw_does_not_exceed_it(
    uniform: float, picked: str
) -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {}, q: {}, r: {}, s: {}}
            decision: {rule: mixed, probabilities: {p: 0, q: 0.125, s: 0.875}}
        """
    )
    model = wargame.WargameModel(scenario)
    model._table[0][model.rules.turn_streams.names.index("a.main")] = uniform
    model.step()
    assert model.actor("a").policy == picked
