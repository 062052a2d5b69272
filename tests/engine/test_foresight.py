"""D1 over several turns: foresight, discount, leaf, own later choices, calendar, nature's blocks, the end of a path.

Every expected number is computed in the test.
"""

from __future__ import annotations

import pytest
from both_engines import assert_same_workspaces, play_for
from tiny import decision, failure, play, tiny

import wargame
from wargame.engine.numeric import exp
from wargame.engine.rules import rules_for
from wargame.scenario.errors import ScenarioError

BOTH = pytest.mark.parametrize("expectation", ["mean", "exact"])

POWER_SHIFT = """
# Fearon 1995, section 3: fight now with p = 0.8, or wait and be weak; a war is won for good.
state:
  war: {initial: 0, bounds: [0, 1]}
  p: {initial: 0.8, bounds: [0, 1]}
  kept: {initial: 0, bounds: [0, 1]}
actors:
  d:
    policies:
      fight: {available: war == 0, cost: 0.5, effects: {war: {set: 1}, kept: {set: p}}}
      wait: {available: war == 0}
      rule: {available: war == 1}
    utility: d.fight * now.p + d.rule * kept + d.wait * (now.p + 0.1)
    decision: {rule: logit, precision: 2, foresight: TURNS, later: LATER, expectation: EXPECTATION}
effects: {fall: {effects: {p: {set: 0.3}}}}
"""


def power_shift(turns: int, *, later: str = "best", expectation: str = "exact") -> dict[str, float]:
    text = POWER_SHIFT.replace("TURNS", str(turns)).replace("LATER", later)
    text = text.replace("EXPECTATION", expectation)
    scenario = tiny(text, horizon=9)
    model = play(scenario)
    assert_same_workspaces(play_for(scenario, seed=4), 20)
    return decision(model, "d").scores


@BOTH
@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_d1_power_shift_has_the_published_values(turns: int, expectation: str) -> None:
    scores = power_shift(turns, expectation=expectation)
    waiting = 0.9 + sum(0.4 for _ in range(turns - 1))
    assert scores["fight"] == pytest.approx(0.8 * turns - 0.5)
    assert scores["wait"] == pytest.approx(waiting)
    assert (scores["fight"] > scores["wait"]) == (turns >= 3)


@BOTH
def test_d1_later_logit_weighs_own_later_choices(expectation: str) -> None:
    """The value of a later choice is the mean of the options by their probabilities, not the log of the sum."""

    def value(p: float, left: int) -> float:
        if left == 0:
            return 0.0
        fight, wait = p * left - 0.5, p + 0.1 + value(0.3, left - 1)
        q = 1 / (1 + exp(-2 * (fight - wait)))
        return q * fight + (1 - q) * wait

    scores = power_shift(3, later="logit", expectation=expectation)
    assert scores["fight"] == pytest.approx(0.8 * 3 - 0.5)
    assert scores["wait"] == pytest.approx(0.9 + value(0.3, 2))


@BOTH
def test_d1_later_same_repeats_the_choice_while_it_is_available(expectation: str) -> None:
    scenario = tiny(
        f"""
        state: {{x: {{initial: 0, range: [0, 99]}}, y: {{initial: 0, range: [0, 99]}}}}
        actors:
          a:
            policies:
              p: {{effects: {{x: 1}}, available: x < 2}}
              q: {{effects: {{x: 10}}}}
              r: {{effects: {{y: 1}}}}
            utility: x
            decision: {{rule: greedy, foresight: 3, later: same, expectation: {expectation}}}
        """,
        horizon=5,
    )
    # p can be played twice; then the best of the others is taken.
    assert decision(play(scenario), "a").scores == {"p": 1 + 2 + 12, "q": 10 + 20 + 30, "r": 0}
    assert_same_workspaces(play_for(scenario, seed=4), 3)


@BOTH
def test_d1_discount_leaf_and_the_end_of_the_game(expectation: str) -> None:
    scenario = tiny(
        f"""
        state: {{x: {{initial: 1, range: [0, 99]}}}}
        actors:
          a:
            policies: {{p: {{effects: {{x: 1}}}}, q: {{cost: 0.5, effects: {{x: 2}}}}}}
            utility: x
            decision:
              {{rule: greedy, foresight: 2, leaf: 100 * x, discount: 0.5, expectation: {expectation}}}
        """,
        horizon=3,
    )
    model = play(scenario)
    first = decision(model, "a", turn=0)
    # Next turn q is best: it adds 2 for 0.5, and 100 * 2 * 0.5 at the leaf.
    assert first.scores == {
        "p": 2 + 0.5 * (4 - 0.5 + 0.5 * 100 * 4),
        "q": 3 - 0.5 + 0.5 * (5 - 0.5 + 0.5 * 100 * 5),
    }
    assert first.terms["q"] == {"utility": 3, "cost": -0.5, "continuation": 0.5 * (5 - 0.5 + 0.5 * 100 * 5)}
    assert first.terms["p"]["continuation"] == 0.5 * (4 - 0.5 + 0.5 * 100 * 4)
    # A path that reaches the last turn has no leaf.
    second = decision(model, "a", turn=1)
    assert second.scores["q"] == 5 - 0.5 + 0.5 * (7 - 0.5)
    assert decision(model, "a", turn=2).scores["q"] == 7 - 0.5


@BOTH
def test_d1_a_path_stops_at_a_terminal_outcome(expectation: str) -> None:
    scenario = tiny(
        f"""
        state: {{x: {{initial: 0, bounds: [0, 9]}}}}
        outcomes: {{over: {{when: x >= 2, terminal: true}}, end: {{default: true}}}}
        actors:
          a:
            policies: {{p: {{effects: {{x: 1}}}}, q: {{effects: {{x: 2}}}}, r: {{}}}}
            utility: 1
            decision: {{rule: greedy, foresight: 3, expectation: {expectation}}}
        """,
        horizon=9,
    )
    assert decision(play(scenario), "a").scores == {"p": 3, "q": 1, "r": 3}
    assert_same_workspaces(play_for(scenario, seed=4), 3)


@BOTH
def test_d1_calendar_turn_last_and_now_advance(expectation: str) -> None:
    scenario = tiny(
        f"""
        parameters: {{k: 1}}
        state: {{x: {{initial: 0, range: [0, 99]}}}}
        calendar: [{{on: 1, add: {{x: 5}}}}, {{on: 2, set: {{k: 7}}, for: 1}}]
        actors:
          a:
            policies: {{p: {{effects: {{x: k}}}}}}
            utility: {{now: now.x, turn: 100 * turn, last: 1000 * last.a.p, x: x}}
            decision: {{rule: greedy, foresight: 4, expectation: {expectation}}}
        """,
        horizon=9,
    )
    turns = [(0, 0, 1, 0), (1, 6, 7, 1), (2, 7, 14, 1), (3, 14, 15, 1)]
    total = sum(now + 100 * turn + 1000 * last + x for turn, now, x, last in turns)
    assert decision(play(scenario), "a").scores == {"p": total}


NATURE = """
state: {x: {initial: 0, range: [0, 99]}}
nature:
  storm: {draw: {bernoulli: 0.5}, BLOCK, effects: {x: 1}}
  count: {draw: {poisson: {mean: 2, max: 50}}, once: true, effects: {x: 10 * count}}
actors:
  a:
    policies: {p: {}}
    utility: where(turn == 3, x, 0)
    decision: {rule: greedy, foresight: 4, expectation: EXPECTATION}
"""


@BOTH
@pytest.mark.parametrize(
    ("block", "storms"),
    # Chances of a storm on turns 0 to 3; after one, a cooldown of 1 blocks the next turn only.
    [("once: true", 1 - 0.5**4), ("cooldown: 1", 0.5 + 0.25 + 0.375 + 0.3125), ("once: false", 2)],
)
def test_d1_once_and_cooldown_hold_in_the_plan(block: str, storms: float, expectation: str) -> None:
    scenario = tiny(NATURE.replace("BLOCK", block).replace("EXPECTATION", expectation), horizon=9)
    assert decision(play(scenario), "a").scores["p"] == pytest.approx(storms + 20)
    assert_same_workspaces(play_for(scenario, seed=4), 20)


def test_d1_exact_and_mean_differ_where_a_bound_binds_on_the_way() -> None:
    text = """
    state: {x: {initial: 0, bounds: [0, 1]}}
    nature:
      up: {draw: {bernoulli: 0.5}, effects: {x: 1}}
      side: {draw: {categorical: {down: 0.25, none: 0.75}}, effects: {x: -side.down}}
    actors: {a: {policies: {p: {}}, utility: x, decision: {rule: greedy, foresight: 2, expectation: HOW}}}
    """
    exactly = decision(play(tiny(text.replace("HOW", "exact"), horizon=5)), "a").scores["p"]
    # P(x = 1) after a turn from x = 0: up, not down; from x = 1: not down.
    one = 0.5 * 0.75
    two = one * 0.75 + (1 - one) * one
    assert exactly == pytest.approx(one + two, rel=1e-12)
    at_the_mean = decision(play(tiny(text.replace("HOW", "mean"), horizon=5)), "a").scores["p"]
    assert at_the_mean == pytest.approx((0.5 - 0.25) + (0.25 + 0.5 - 0.25))


OTHERS = """
state: {x: {initial: 0, range: [-99, 99]}}
actors:
  a:
    policies: {p: {effects: {x: 1}}, q: {}}
    utility: x * (x >= 2)
    decision:
      rule: greedy
      foresight: 2
      expectation: exact
      expects: {beliefs: fixed, probabilities: {b: {r: 0.25, s: 0.75}}}
  b:
    policies: {r: {effects: {x: 1}, available: turn == 0 or last.b.r}, s: {}}
    decision: {rule: uniform}
"""


def test_d1_others_later_moves_follow_the_same_expectations_restricted_at_the_node() -> None:
    """On the second turn b can play r only where it did so on the first."""
    scenario = tiny(OTHERS, horizon=5)
    scores = decision(play(scenario), "a").scores
    # x after turn 0: 2 with 1/4 (b plays r), 1 otherwise; then a adds 1, and b may only after r.
    after_r = 2 + (0.25 * 4 + 0.75 * 3)
    assert scores["p"] == pytest.approx(0.25 * after_r + 0.75 * (0 + 2))
    assert scores["q"] == pytest.approx(0.25 * (0 + 0.25 * 3 + 0.75 * 2) + 0.75 * 0)
    assert_same_workspaces(play_for(scenario, seed=4), 30)


@BOTH
def test_d1_later_phases_and_turns_together(expectation: str) -> None:
    scenario = tiny(
        f"""
        turn: {{phases: [first, second]}}
        state: {{x: {{initial: 0, range: [0, 99]}}}}
        actors:
          a:
            policies:
              p: {{phase: first, effects: {{x: 1}}}}
              q: {{phase: first, effects: {{x: 3}}, cost: 1}}
              low: {{phase: second, effects: {{x: 10}}}}
              high: {{phase: second, available: a.p, cost: 2, effects: {{x: 40}}}}
            utility: x
            decision: {{rule: greedy, foresight: 2, expectation: {expectation}}}
          b:
            policies: {{r: {{phase: second, effects: {{x: 2}}, available: a.q}}}}
            decision: {{rule: uniform}}
        """,
        horizon=5,
    )
    # Best from any x: p and high (41 for 2), as q and low bring 13 + 2 for 1.
    p = 41 - 2 + (41 + 41) - 2
    q = 15 - 1 + (15 + 41) - 2
    model = play(scenario)
    assert decision(model, "a", phase="first").scores == {"p": p, "q": q}
    assert decision(model, "a", phase="second").scores == {"low": 11 + (11 + 41) - 2, "high": 41 - 2 + 82 - 2}
    assert_same_workspaces(play_for(scenario, seed=4), 3)


def test_d1_a_decision_that_is_too_large_is_refused_with_its_size() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 99]}}
        actors:
          a:
            policies: {p: {levels: {from: 1, to: 10, step: 1}, effects: {x: level}}}
            utility: x
            decision: {rule: greedy, foresight: 7}
        """,
        horizon=9,
    )
    with pytest.raises(ScenarioError) as caught:
        rules_for(scenario)
    message = str(caught.value)
    assert "the look-ahead of a over 7 turns would evaluate each decision 11,111,110 times" in message
    assert "tiny.yaml:3" in message
    assert "at most 1,000,000 evaluations" in message
    assert "use a smaller `foresight` with a `leaf`, `later: same`" in message
    # The last turn to look at is the last of the game, and repeating one choice takes one evaluation a turn.
    assert rules_for(scenario.with_({"time.horizon": 5})).sources
    assert rules_for(scenario.with_({"actors.a.decision.later": "same"})).sources


SIZE_BY_STATE = """
state: {x: {initial: 0, range: [0, 99]}}
outcomes: {over: {when: x >= LIMIT, terminal: true}, end: {default: true}}
actors:
  a: {policies: {p: {effects: {x: 1}}, q: {effects: {x: 2}}}, utility: x, decision: {rule: greedy, foresight: 25}}
"""


def test_d1_where_only_play_can_tell_the_size_it_is_counted() -> None:
    """25 turns of two choices could be 33 million paths; here all end after three turns, there they do not."""
    short = tiny(SIZE_BY_STATE.replace("LIMIT", "3"), horizon=30)
    model = wargame.WargameModel(short, record=True)
    model.step()
    # Paths 1-1-1, 1-1-2, 1-2, 2-1, 2-2, and each turn on them counts once for all that go on from it.
    assert decision(model, "a").scores == {"p": 1 + 2 + 4, "q": 2 + 4}
    assert model.workspace[model.rules.rows["plan.evaluations.a.main"]] == 2 + 4 + 2
    assert_same_workspaces(play_for(short, seed=1), 3)


def test_d1_a_decision_that_turns_out_too_large_fails_with_its_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("ahead", "evaluations"):
        monkeypatch.setattr(f"wargame.engine.{module}.MAX_EVALUATIONS", 1000)
    row = failure(tiny(SIZE_BY_STATE.replace("LIMIT", "99"), horizon=30))
    assert row["reason"].startswith(
        "the look-ahead of a takes more than 1,000 evaluations here; use a smaller"
    )
    assert (row["turn"], row["line"]) == (0, 4)
