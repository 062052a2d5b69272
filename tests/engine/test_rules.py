"""One numbered test, or several, for each rule of a turn (R1 to R8) and for expectations (D3).

Every expected number is computed in the test, by hand or from the draws themselves. The other rules of a decision are
in `test_decision_rules`.
"""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats
from tiny import decision, failure, path, play, tiny

import wargame
from wargame.engine.draws import draw
from wargame.engine.numeric import normal_quantile

QUARTERS = "{step: quarter, start: 2025Q3, horizon: 6}"


# ---- R1: the calendar ----------------------------------------------------------------------------------------------


def test_r1_calendar_adds_and_sets_state_on_a_turn() -> None:
    scenario = tiny(
        """
        state:
          x: {initial: 1, range: [0, 20]}
          y: {initial: 1, range: [0, 20]}
        calendar:
          - {on: 1, add: {x: 2}}
          - {on: 2, set: {x: 10, y: x}}
        """,
        horizon=4,
    )
    assert path(scenario, "x", "y") == [(1, 1), (3, 1), (10, 3), (10, 3)]


def test_r1_calendar_takes_dates_lists_of_dates_and_durations() -> None:
    scenario = tiny(
        """
        state:
          once: {initial: 0, range: [0, 20]}
          listed: {initial: 0, range: [0, 20]}
          lasting: {initial: 0, range: [0, 20]}
        calendar:
          - {on: 2025Q4, add: {once: 1}}
          - {on: [2025Q3, 2026Q2], add: {listed: 1}}
          - {on: 2026Q1, add: {lasting: 1}, for: 3}
        """,
        time=QUARTERS,
    )
    assert path(scenario, "once") == [0, 1, 1, 1, 1, 1]
    assert path(scenario, "listed") == [1, 1, 1, 2, 2, 2]
    assert path(scenario, "lasting") == [0, 0, 1, 2, 3, 3]


def test_r1_bounds_are_clipped_after_each_entry() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0.5, bounds: [0, 1]}}
        calendar:
          - {on: 0, add: {x: 5}}
          - {on: 0, add: {x: -0.25}}
        """
    )
    assert path(scenario, "x") == [0.75]


def test_r1_changes_of_parameters_are_undone_after_their_time() -> None:
    scenario = tiny(
        """
        parameters: {short: 1, long: 1, listed: 1, grown: 2}
        state:
          a: {initial: 0, range: [0, 20]}
          b: {initial: 0, range: [0, 20]}
          c: {initial: 0, range: [0, 20]}
          d: {initial: 0, range: [0, 20]}
        calendar:
          - {on: 1, set: {short: 5}, for: 2}
          - {on: 3, add: {long: 1}}
          - {on: [0, 4], add: {listed: 2}, for: 1}
          - {on: 1, add: {grown: grown / 2}, for: 3}
          - {on: 2, set: {grown: 10 * grown}, for: 1}
        effects:
          copy: {effects: {a: {set: short}, b: {set: long}, c: {set: listed}, d: {set: grown}}}
        """,
        horizon=6,
    )
    assert path(scenario, "a") == [1, 5, 5, 1, 1, 1]
    assert path(scenario, "b") == [1, 1, 1, 2, 2, 2]
    assert path(scenario, "c") == [3, 1, 1, 1, 3, 1]
    assert path(scenario, "d") == [2, 3, 30, 3, 2, 2], "an entry reads the value dealt and entries above it"


def test_r1_calendar_acts_before_perception_choice_and_resolution() -> None:
    scenario = tiny(
        """
        state:
          x: {initial: 0, range: [0, 20]}
          effect: {initial: 0, range: [0, 20]}
          began: {initial: 0, range: [0, 20]}
        calendar: [{on: 1, set: {x: 4}}]
        actors:
          a:
            policies: {low: {}, high: {available: x > 3, effects: {effect: x}}}
            perception: {x: {bias: 1}}
            decision: {rule: doctrine, doctrine: [{when: x == 5, then: high}, {else: low}]}
        effects: {note: {effects: {began: {set: now.x}}}}
        """,
        horizon=2,
    )
    model = play(scenario)
    assert [one.choice for one in model.decisions] == ["low", "high"]
    assert dict(model.state) == {"x": 4, "effect": 4, "began": 4}


# ---- R2: perception ------------------------------------------------------------------------------------------------


def test_r2_percept_is_state_plus_bias_plus_noise() -> None:
    scenario = tiny(
        """
        parameters: {doubt: 0.3}
        state:
          x: {initial: 2, range: [0, 20]}
          y: {initial: 5, range: [0, 20]}
          z: {initial: 7, range: [0, 20]}
        actors:
          a:
            policies: {p: {}}
            decision: {rule: uniform}
            perception: {x: {bias: 0.5, noise: doubt * y}, z: {bias: -1}}
        """,
        horizon=2,
    )
    model = wargame.WargameModel(scenario, seed=4, episode=3, record=True)
    for turn in range(2):
        model.step()
        normal = normal_quantile(draw(4, 3, turn, "perceive.a.x", kind="centred"))
        assert model.actor("a").percept == {"x": 2 + 0.5 + 0.3 * 5 * normal, "y": 5, "z": 6}
        assert model.decisions[turn].percept == {"x": 2 + 0.5 + 0.3 * 5 * normal, "z": 6}


def test_r2_percept_is_clipped_to_bounds() -> None:
    scenario = tiny(
        """
        state:
          x: {initial: 0.5, bounds: [0, 1]}
          y: {initial: 0.5, bounds: [null, 1], range: [0, 1]}
        actors:
          a: {policies: {p: {}}, decision: {rule: uniform}, perception: {x: {bias: 9}, y: {bias: -9}}}
        """
    )
    assert play(scenario).actor("a").percept == {"x": 1, "y": -8.5}


def test_r2_noise_is_standard_normal() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [-4, 4]}}
        actors: {a: {policies: {p: {}}, decision: {rule: uniform}, perception: {x: {noise: 1}}}}
        """,
        horizon=3000,
    )
    model, seen = wargame.WargameModel(scenario, seed=2), []
    while model.running:
        model.step()
        seen.append(model.actor("a").percept["x"])
    assert stats.kstest(seen, "norm").pvalue > 1e-4


def test_r2_plans_rest_on_the_percept_and_options_on_the_state() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 1, range: [-10, 10]}}
        actors:
          a:
            policies:
              up: {effects: {x: 1}}
              down: {effects: {x: -1}}
              never: {available: x > 1, effects: {x: 100}}
            utility: -(x ** 2)
            decision: {rule: greedy}
            perception: {x: {bias: -4}}
        """
    )
    choice = decision(play(scenario), "a")
    assert choice.scores == {"up": -4, "down": -16}
    assert choice.choice == "up"


# ---- R3: choices ---------------------------------------------------------------------------------------------------

TWO_PHASES = """
turn: {phases: [first, second]}
state: {x: {initial: 0, range: [0, 1]}}
actors:
  a:
    policies: {hit: {phase: first}, wait: {phase: first}}
    decision: {rule: script, script: {0: hit, 1: wait}}
  b:
    policies: {saw: {phase: PHASE}, missed: {phase: PHASE}}
    decision: {rule: doctrine, doctrine: [{when: a.hit, then: saw}, {else: missed}]}
  c:
    policies: {saw: {phase: second, available: a.hit}, knew: {phase: second, available: last.a.hit}}
    decision: {rule: uniform}
"""


def test_r3_members_of_a_phase_see_earlier_phases() -> None:
    model = wargame.WargameModel(tiny(TWO_PHASES.replace("PHASE", "second"), horizon=3))
    seen = []
    while model.running:
        model.step()
        seen.append([model.actor(name).policy for name in "abc"])
    assert seen == [["hit", "saw", "saw"], ["wait", "missed", "knew"], ["wait", "missed", None]]


def test_r3_members_of_a_phase_do_not_see_each_other() -> None:
    with pytest.raises(wargame.ScenarioError, match=r"'a\.hit', which is not known before"):
        tiny(TWO_PHASES.replace("PHASE", "first"))
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 1]}}
        actors:
          a: {policies: {hit: {}, wait: {}}, decision: {rule: script, script: {0: hit}}}
          b: {policies: {p: {}}, utility: 5 * a.hit, decision: {rule: greedy}}
        """
    )
    assert decision(play(scenario), "b").scores == {"p": 2.5}, "a's choice is expected, not seen"


def test_r3_actor_without_an_available_policy_is_skipped() -> None:
    scenario = tiny(
        """
        turn: {phases: [first, second]}
        state:
          x: {initial: 0, range: [0, 9]}
          total: {initial: 0, range: [0, 9]}
        actors:
          a:
            policies: {p: {phase: first, available: x > 5, effects: {x: 1}}, q: {phase: second}}
            decision: {rule: uniform}
        effects: {note: {effects: {total: a.p + 2 * a.q}}}
        """
    )
    model = play(scenario)
    assert model.actor("a").policies == {"second": "q"}
    assert dict(model.state) == {"x": 0, "total": 2}
    first = decision(model, "a", phase="first")
    assert (first.choice, first.probabilities) == (None, {})


def test_r3_a_skipped_turn_does_not_move_later_draws() -> None:
    actors = "actors: {a: {policies: {p: {AVAILABLE}, q: {AVAILABLE}}, decision: {rule: uniform}}}"
    state = "state: {x: {initial: 0, range: [0, 1]}}\n"
    always = play(tiny(state + actors.replace("AVAILABLE", ""), horizon=8)).decisions
    later = play(tiny(state + actors.replace("AVAILABLE", "available: turn > 3"), horizon=8)).decisions
    assert [one.choice for one in later[:4]] == [None] * 4
    assert later[4:] == always[4:]


def test_r3_each_member_plays_exactly_one_policy_in_each_of_its_phases() -> None:
    scenario = tiny(
        """
        turn: {phases: [first, second]}
        state: {x: {initial: 0, range: [0, 1]}}
        actors:
          a:
            policies: {p: {phase: first}, q: {phase: first}, r: {phase: second}, s: {phase: second}}
            decision: {rule: uniform}
        """,
        horizon=30,
    )
    table = wargame.simulate(scenario, episodes=1, progress=False).sample_plays
    assert (table.groupby("turn")["policy"].count() == 2).all()
    assert set(table["policy"]) == {"p", "q", "r", "s"}


# ---- R4: resolution ------------------------------------------------------------------------------------------------


def test_r4_every_effect_reads_the_state_before_resolution() -> None:
    scenario = tiny(
        """
        state:
          x: {initial: 1, range: [0, 99]}
          y: {initial: 10, range: [0, 99]}
        actors: {a: {policies: {p: {effects: {x: y}}}, decision: {rule: uniform}}}
        effects: {r: {effects: {y: x}}}
        """,
        horizon=2,
    )
    assert path(scenario, "x", "y") == [(11, 11), (22, 22)]


def test_r4_changes_are_summed_in_file_order_actors_before_world_rules() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0.1, range: [0, 9]}}
        effects:
          rule: {effects: {x: 0.3}}
          other: {when: b.q, effects: {x: 0.7}}
          idle: {when: b.p, effects: {x: 0.9}}
        actors:
          a: {policies: {p: {effects: {x: 1e16}}}, decision: {rule: uniform}}
          b: {policies: {p: {}, q: {effects: {x: -1e16}}}, decision: {rule: script, script: {0: q}}}
        """
    )
    assert path(scenario, "x") == [(((0.1 + 1e16) - 1e16) + 0.3) + 0.7]


def test_r4_sums_are_clipped_once_at_the_end() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0.5, bounds: [0, 1]}, y: {initial: 0.5, bounds: [0, 1]}}
        effects:
          up: {effects: {x: 5, y: 5}}
          down: {effects: {x: -5.25}}
        """
    )
    assert path(scenario, "x", "y") == [(0.25, 1)]


def test_r4_set_stands_for_the_change_from_the_present_value() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0.3, range: [0, 9]}}
        actors: {a: {policies: {p: {effects: {x: {set: 0.7}}}}, decision: {rule: uniform}}}
        effects: {more: {effects: {x: 0.1}}}
        """
    )
    assert path(scenario, "x") == [0.3 + (0.7 - 0.3) + 0.1]


def test_r4_two_sets_of_a_variable_in_a_turn_stop_the_episode() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {effects: {x: {set: 1}}}, q: {}}
            decision: {rule: script, script: {0: p, 1: q, 2: p}}
        effects:
          late:
            when: turn > 0
            effects:
              x: {set: 1}
        """,
        horizon=5,
    )
    row = failure(scenario)
    assert row["turn"] == 2, "one set at a time is allowed, on turns 0 and 1"
    assert row["reason"] == "two effects set x on the same turn"
    assert (row["file"], row["line"]) == ("tiny.yaml", 10)


# ---- R5: nature ----------------------------------------------------------------------------------------------------


def test_r5_items_act_in_file_order_on_the_state_as_changed_so_far() -> None:
    scenario = tiny(
        """
        state:
          x: {initial: 1, bounds: [0, 5]}
          y: {initial: 0, range: [0, 99]}
          z: {initial: 0, range: [0, 99]}
        effects: {first: {effects: {x: 1}}}
        nature:
          grow: {draw: {bernoulli: 1}, effects: {x: 100}}
          shrink: {draw: {bernoulli: 1}, effects: {x: -1, y: x + 10 * now.x}}
          copy: {draw: {bernoulli: 1}, effects: {z: x}}
        """
    )
    assert path(scenario, "x", "y", "z") == [(4, 5 + 10 * 1, 4)], "clipped to 5 after the first item"


def test_r5_effects_use_choices_and_values_drawn_this_turn_or_before() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 99]}, before: {initial: 0, range: [0, 99]}}
        actors: {a: {policies: {p: {}, q: {}}, decision: {rule: script, script: {0: p, 1: q}}}}
        nature:
          early: {draw: {bernoulli: 1}, effects: {before: {set: size}}}
          size: {draw: {normal: {mean: 2, sd: 0}}, effects: {x: size * a.q}}
          late: {draw: {bernoulli: 1}, effects: {x: 10 * size}}
        """,
        horizon=2,
    )
    assert path(scenario, "x", "before") == [(20, 0), (42, 2)]


def test_r5_draws_are_separate_and_all_may_fire() -> None:
    scenario = tiny(
        """
        state: {n: {initial: 0, range: [0, 3]}, t: {initial: 0, range: [0, 3]}}
        nature:
          one: {draw: {bernoulli: 0.5}, effects: {n: 1}}
          two: {draw: {bernoulli: 0.5}, effects: {n: 1}}
          three: {draw: {bernoulli: 0.5}, effects: {n: 1}}
        """,
        horizon=4000,
    )
    counts = Counter(np.diff([0, *path(scenario, "n")]).tolist())
    expected = [4000 * share for share in (1 / 8, 3 / 8, 3 / 8, 1 / 8)]
    assert stats.chisquare([counts[k] for k in range(4)], expected).pvalue > 1e-4


def _drawn(kind: str, turns: int, seed: int = 1) -> list[float]:
    """What an item of this kind drew on each turn."""
    scenario = tiny(
        f"""
        parameters: {{m: 2.5, p: 0.3}}
        state: {{x: {{initial: 0, range: [0, 9]}}}}
        nature: {{item: {{draw: {kind}, effects: {{x: {{set: item}}}}}}}}
        """,
        horizon=turns,
    )
    return path(scenario, "x", seed=seed)


@pytest.mark.parametrize(
    ("kind", "probability"),
    [("{bernoulli: p}", 0.3), ("{rate: p}", 1 - math.exp(-0.3)), ("{rate: 4 * p}", 1 - math.exp(-1.2))],
)
def test_r5_bernoulli_and_rate_fire_with_their_probability(kind: str, probability: float) -> None:
    scenario = tiny(
        f"""
        parameters: {{p: 0.3}}
        state: {{x: {{initial: 0, range: [0, 9]}}}}
        nature: {{item: {{draw: {kind}, effects: {{x: item}}}}}}
        """,
        horizon=4000,
    )
    fired = path(scenario, "x")[-1]
    assert abs(fired - 4000 * probability) < 4 * math.sqrt(4000 * probability * (1 - probability))


@pytest.mark.parametrize(
    ("kind", "distribution"),
    [
        ("{poisson: {mean: m, max: 100}}", stats.poisson(2.5)),
        ("{binomial: {n: 6, p: p}}", stats.binom(6, 0.3)),
        ("{negbin: {mean: m, dispersion: 2, max: 1000}}", stats.nbinom(2, 2 / (2 + 2.5))),
    ],
)
def test_r5_counts_have_their_distribution(kind: str, distribution: stats.rv_discrete) -> None:
    turns, most = 4000, 6
    counts = Counter(min(value, most) for value in _drawn(kind, turns))
    expected = [turns * distribution.pmf(k) for k in range(most)]
    expected.append(turns - sum(expected))
    assert stats.chisquare([counts[k] for k in range(most + 1)], expected).pvalue > 1e-4


def test_r5_counts_stop_at_their_maximum() -> None:
    drawn = _drawn("{poisson: {mean: 50, max: 3}}", 20)
    assert drawn == [3.0] * 20


@pytest.mark.parametrize(
    ("kind", "distribution"),
    [
        ("{normal: {mean: m, sd: p}}", stats.norm(2.5, 0.3)),
        ("{uniform: {low: -1, high: m}}", stats.uniform(-1, 3.5)),
    ],
)
def test_r5_quantities_have_their_distribution(kind: str, distribution: stats.rv_continuous) -> None:
    assert stats.kstest(_drawn(kind, 4000), distribution.cdf).pvalue > 1e-4


def test_r5_draws_are_the_named_streams() -> None:
    # Only nearly: what is drawn is written as x + (item - x).
    drawn = _drawn("{uniform: {low: 0, high: 1}}", 5, seed=9)
    assert drawn == pytest.approx([draw(9, 0, turn, "item") for turn in range(5)], abs=1e-15)
    drawn = _drawn("{normal: {mean: 0, sd: 1}}", 5, seed=9)
    normals = [normal_quantile(draw(9, 0, turn, "item", kind="centred")) for turn in range(5)]
    assert drawn == pytest.approx(normals, abs=1e-15)


def test_r5_categorical_draws_one_category_by_weight() -> None:
    scenario = tiny(
        """
        parameters: {w: 3}
        state:
          a: {initial: 0, range: [0, 9]}
          b: {initial: 0, range: [0, 9]}
          none: {initial: 0, range: [0, 9]}
        nature:
          vote:
            draw: {categorical: {left: 1, right: w, off: 0 * w}}
            when: turn % 1 == 0
            effects: {a: vote.left, b: vote.right, none: 1 - vote.left - vote.right}
        """.replace("turn % 1 == 0", "turn != 3"),
        horizon=4001,
    )
    paths = path(scenario, "a", "b", "none")
    left, right, none = paths[-1]
    assert left + right == 4000
    assert none == 0, "effects of an item that is not due do not apply"
    assert paths[3] == paths[2]
    assert abs(left - 1000) < 4 * math.sqrt(4000 * 0.25 * 0.75)


def test_r5_weights_of_categories_are_divided_by_their_sum_even_if_known_beforehand() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 1]}}
        nature: {vote: {draw: {categorical: {up: 2 + 1, down: 1}}, effects: {x: vote.up}}}
        """,
        horizon=400,
    )
    ups = path(scenario, "x")[-1]
    assert abs(ups - 300) < 4 * math.sqrt(400 * 0.75 * 0.25)


def test_r5_effects_of_an_event_apply_only_if_it_fired_those_of_a_quantity_always() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}, y: {initial: 0, range: [0, 9]}}
        nature:
          event: {draw: {bernoulli: 0}, effects: {x: 1}}
          count: {draw: {poisson: {mean: 0, max: 3}}, effects: {y: 1}}
        """
    )
    assert path(scenario, "x", "y") == [(0, 1)]


def test_r5_when_once_and_cooldown_block_an_item() -> None:
    scenario = tiny(
        """
        state:
          when: {initial: 0, range: [0, 9]}
          once: {initial: 0, range: [0, 9]}
          cool: {initial: 0, range: [0, 9]}
          count: {initial: 0, range: [0, 9]}
          value: {initial: 0, range: [0, 9]}
        nature:
          i1: {draw: {bernoulli: 1}, when: turn >= 2 and turn != 4, effects: {when: 1}}
          i2: {draw: {bernoulli: turn > 0}, once: true, effects: {once: 1}}
          i3: {draw: {bernoulli: 1}, cooldown: 2, effects: {cool: 1}}
          i4: {draw: {poisson: {mean: 50 * (turn != 1), max: 1}}, cooldown: 1, effects: {count: i4}}
          i5: {draw: {normal: {mean: 3, sd: 0}}, when: turn == 1}
        effects: {note: {effects: {value: {set: i5}}}}
        """.replace("when: {initial", "whenever: {initial").replace(
            "effects: {when: 1}", "effects: {whenever: 1}"
        ),
        horizon=7,
    )
    assert path(scenario, "whenever") == [0, 0, 1, 2, 2, 3, 4]
    assert path(scenario, "once") == [0, 1, 1, 1, 1, 1, 1]
    assert path(scenario, "cool") == [1, 1, 1, 2, 2, 2, 3], "blocked on the next two turns"
    assert path(scenario, "count") == [1, 1, 2, 2, 3, 3, 4], "a count of 0 would not block"
    assert path(scenario, "value") == [0, 0, 3, 0, 0, 0, 0], "last turn's value; 0 when not due"


def test_r5_a_count_of_zero_starts_no_cooldown() -> None:
    scenario = tiny(
        """
        state: {n: {initial: 0, range: [0, 9]}}
        nature: {i: {draw: {poisson: {mean: 50 * (turn > 0), max: 1}}, cooldown: 5, effects: {n: i}}}
        """,
        horizon=3,
    )
    assert path(scenario, "n") == [0, 1, 1]


# ---- R6: payoffs ---------------------------------------------------------------------------------------------------


def test_r6_payoff_is_utility_at_the_realized_state_less_cost_at_hand_discounted() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 1, range: [0, 99]}}
        actors:
          a:
            policies:
              p: {cost: 0.5 * x, effects: {x: x}}
              q: {cost: 3, effects: {x: 1}}
            utility: {level: 2 * x, taste: 10 * a.q}
            decision: {rule: script, script: {0: p, 1: q}, discount: 0.5}
        nature: {more: {draw: {bernoulli: 1}, effects: {x: 1}}}
        """,
        horizon=3,
    )
    # x: 1, then 2 + 1 = 3, then 4 + 1 = 5, then 6 + 1 = 7.
    expected = (2 * 3 - 0.5) + 0.5 * (2 * 5 + 10 - 3) + 0.25 * (2 * 7 + 10 - 3)
    assert play(scenario).actor("a").payoff == expected


def test_r6_actor_without_utility_books_its_costs() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 1]}}
        actors: {a: {policies: {p: {cost: 0.25}}, decision: {rule: uniform}}}
        """,
        horizon=4,
    )
    assert play(scenario).actor("a").payoff == -1


# ---- R7, D3: beliefs about moves -----------------------------------------------------------------------------------


def _expected(
    beliefs: str, *, script: str = "{0: s, 1: r, 2: r}", before: str = "", extra: str = ""
) -> list[object]:
    """What `a` expects of `b` (policies r, s, t) on each of four turns."""
    scenario = tiny(
        f"""
        state: {{x: {{initial: 0, range: [0, 1]}}}}
        actors:
          a:
            policies: {{p: {{}}}}
            utility: b.r
            decision: {{rule: greedy, expects: {beliefs}}}
          b:
            policies: {{r: {{}}, s: {{}}, t: {{{extra}}}}}
            decision: {{rule: script, script: {script}}}
            {before}
        """,
        horizon=4,
    )
    model = play(scenario)
    return [decision(model, "a", turn).expectations["b"] for turn in range(4)]


def _shares(*rows: tuple[float, float, float]) -> list[object]:
    return [pytest.approx(dict(zip("rst", row, strict=True)), abs=1e-15) for row in rows]


def test_r7_uniform_beliefs_never_move() -> None:
    assert _expected("{beliefs: uniform}") == _shares(*[(1 / 3, 1 / 3, 1 / 3)] * 4)


def test_r7_fixed_beliefs_stay_as_given() -> None:
    given = "{beliefs: fixed, probabilities: {b: {r: 0.2, t: 0.6}}}"
    assert _expected(given) == _shares(*[(0.25, 0, 0.75)] * 4)


def test_r7_last_beliefs_are_the_last_move() -> None:
    third = 1 / 3
    moves = [(0, 1, 0), (1, 0, 0), (1, 0, 0)]
    assert _expected("{beliefs: last}") == _shares((third, third, third), *moves)
    assert _expected("{beliefs: last}", before="before: t") == _shares((0, 0, 1), *moves)


def test_r7_adaptive_beliefs_move_by_their_rate() -> None:
    third = 1 / 3
    first = (0.75 * third, 0.75 * third + 0.25, 0.75 * third)
    second = (0.75 * first[0] + 0.25, 0.75 * first[1], 0.75 * first[2])
    third_turn = (0.75 * second[0] + 0.25, 0.75 * second[1], 0.75 * second[2])
    expected = _shares((third, third, third), first, second, third_turn)
    assert _expected("{beliefs: adaptive, rate: 0.25}") == expected
    started = _expected("{beliefs: adaptive, rate: 0.25, start: {b: {t: 1}}}")
    assert started[:2] == _shares((0, 0, 1), (0, 0.25, 0.75))


def test_r7_fictitious_beliefs_count() -> None:
    assert _expected("{beliefs: fictitious}") == _shares(
        (1 / 3, 1 / 3, 1 / 3), (1 / 4, 2 / 4, 1 / 4), (2 / 5, 2 / 5, 1 / 5), (3 / 6, 2 / 6, 1 / 6)
    )
    assert _expected("{beliefs: fictitious, prior: {b: {r: 3, t: 1}}}")[:2] == _shares(
        (0.75, 0, 0.25), (0.6, 0.2, 0.2)
    )


def test_r7_a_skipped_actor_teaches_nothing() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 1]}}
        actors:
          a: {policies: {p: {}}, utility: b.r, decision: {rule: greedy, expects: {beliefs: BELIEFS}}}
          b:
            policies: {r: {available: turn != 1}, s: {available: turn != 1}}
            decision: {rule: script, script: {0: s}}
        """.replace("BELIEFS", "last"),
        horizon=3,
    )
    model = play(scenario)
    shares = [decision(model, "a", turn).expectations["b"] for turn in range(3)]
    assert shares == [{"r": 0.5, "s": 0.5}, {"r": 0, "s": 0}, {"r": 0, "s": 1}]


def test_d3_expectations_are_restricted_to_what_is_available_and_renormalized() -> None:
    given = "{beliefs: fixed, probabilities: {b: {r: 0.2, s: 0.2, t: 0.6}}}"
    assert _expected(given, extra="available: turn == 0") == _shares((0.2, 0.2, 0.6), *[(0.5, 0.5, 0)] * 3)


def test_d3_equally_likely_where_nothing_believed_is_available() -> None:
    given = "{beliefs: fixed, probabilities: {b: {t: 1}}}"
    assert _expected(given, extra="available: turn == 0") == _shares((0, 0, 1), *[(0.5, 0.5, 0)] * 3)


def test_d3_availability_is_judged_on_the_percept() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {}}
            utility: b.r
            decision: {rule: greedy}
            perception: {x: {bias: 1}}
          b: {policies: {r: {}, s: {available: x > 0.5}}, decision: {rule: uniform}}
        """
    )
    model = play(scenario)
    assert decision(model, "a").expectations == {"b": {"r": 0.5, "s": 0.5}}
    assert decision(model, "b").probabilities == {"r": 1}


def test_d3_beliefs_given_for_one_phase_leave_the_other_phase_uniform() -> None:
    scenario = tiny(
        """
        turn: {phases: [one, two]}
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {p: {phase: one}, q: {phase: one}}
            utility: b.r + 2 * b.t
            decision: {rule: logit, precision: 1, expects: {beliefs: KIND}}
          b:
            policies: {r: {phase: one}, s: {phase: one}, t: {phase: two}, u: {phase: two}}
            decision: {rule: uniform}
        """.replace("KIND", "fixed, probabilities: {b: {r: 1}}")
    )
    choice = decision(play(scenario), "a", phase="one")
    assert choice.expectations == {"b": {"r": 1, "s": 0, "t": 0.5, "u": 0.5}}
    assert choice.scores == {"p": 2, "q": 2}


@pytest.mark.parametrize("expectation", ["mean", "exact"])
def test_d3_what_the_own_choice_opens_to_others_is_expected_after_it(expectation: str) -> None:
    scenario = tiny(
        """
        turn: {phases: [challenge, answer]}
        state: {x: {initial: 0, range: [0, 9]}}
        actors:
          a:
            policies: {attack: {phase: challenge}, stay: {phase: challenge}}
            utility: 2 * a.attack - 8 * b.fight
            decision: {rule: greedy, expectation: EXPECTATION}
          b:
            policies: {fight: {phase: answer, available: a.attack}, give_in: {phase: answer, available: a.attack}}
            decision: {rule: uniform}
        """.replace("EXPECTATION", expectation)
    )
    choice = decision(play(scenario), "a", phase="challenge")
    assert choice.scores == {"attack": 2 - 8 / 2, "stay": 0}


# ---- R8: outcomes --------------------------------------------------------------------------------------------------

OUTCOMES = """
state: {x: {initial: 0, range: [0, 9]}}
effects: {up: {effects: {x: 1}}}
outcomes:
  soft: {when: x >= 1}
  hard: {when: x >= LIMIT, terminal: true}
  harder: {when: x >= 2, terminal: true}
  rest: {default: true}
"""


@pytest.mark.parametrize(
    ("limit", "outcome", "length"), [("1", "hard", 1), ("2", "hard", 2), ("3", "harder", 2)]
)
def test_r8_first_true_terminal_outcome_ends_the_episode(limit: str, outcome: str, length: int) -> None:
    model = play(tiny(OUTCOMES.replace("LIMIT", limit), horizon=5))
    assert (model.outcome, model.length) == (outcome, length)


def test_r8_outcomes_are_not_tested_before_turn_0() -> None:
    model = play(tiny(OUTCOMES.replace("LIMIT", "0"), horizon=5))
    assert (model.outcome, model.length) == ("hard", 1)


def test_r8_at_the_horizon_the_first_true_one_of_all_counts_else_the_default() -> None:
    text = """
    state: {x: {initial: 0, range: [0, 9]}}
    outcomes:
      wrong: {when: x > 0}
      right: {when: turn == 2}
      also: {when: x == 0}
      rest: {default: true}
    """
    model = play(tiny(text, horizon=3))
    assert (model.outcome, model.length) == ("right", 3)
    assert play(tiny(text, horizon=2)).outcome == "also"
    assert play(tiny(text.replace("x == 0", "x < 0"), horizon=2)).outcome == "rest"


def test_r8_conditions_can_be_read_on_the_state_at_hand() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 9]}, seen: {initial: 0, range: [0, 9]}}
        effects: {up: {effects: {x: 1, seen: 10 * outcome.high + outcome.rest}}}
        outcomes: {high: {when: x >= 1}, rest: {default: true}}
        """,
        horizon=2,
    )
    assert path(scenario, "seen") == [1, 11], "in an effect an outcome is judged before resolution"


# ---- metrics -------------------------------------------------------------------------------------------------------


def test_metrics_run_over_completed_turns() -> None:
    scenario = tiny(
        """
        parameters: {p: 100}
        state: {x: {initial: 7, range: [0, 9]}, y: {initial: 3, range: [0, 9]}}
        calendar: [{on: 0, set: {x: 2}}, {on: 1, set: {x: 5}}, {on: 2, set: {x: 3}}]
        outcomes: {done: {when: turn == 2, terminal: true}, rest: {default: true}}
        metrics:
          highest: max(x)
          lowest: min(x)
          average: mean(x * y)
          total: sum(x)
          final_one: final(x + turn)
          second: at(1, x)
          beyond: at(7, x)
          start: at(0, x)
          reached: first(x >= 3)
          never: first(x > 8)
          part: share(x >= 3)
          mixed: p * (max(x) - min(x)) + abs(min(final(x), -1))
          unknown: p + first(x > 8)
        """,
        horizon=9,
    )
    metrics = dict(play(scenario).metrics)
    assert math.isnan(metrics.pop("never"))
    assert math.isnan(metrics.pop("unknown"))
    assert metrics == {
        "highest": 5,
        "lowest": 2,
        "average": (6 + 15 + 9) / 3,
        "total": 10,
        "final_one": 5,
        "second": 5,
        "beyond": 3,
        "start": 2,
        "reached": 1,
        "part": 2 / 3,
        "mixed": 301,
    }
