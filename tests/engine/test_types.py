"""D3: private types, what the others expect because of them, and what they learn from choices (R7)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from both_engines import assert_same_workspaces, play_both, play_for
from tiny import decision, play, tiny

import wargame
from wargame.engine import mind
from wargame.engine import model as mesa_model
from wargame.engine.batch.play import Batch
from wargame.engine.model import WargameModel
from wargame.engine.rules import Rules, rules_for
from wargame.scenario.errors import ScenarioError


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x))


SIGNAL = """
parameters: {resolve: 0, many: 0.25}
state: {x: {initial: 0, range: [-9, 9]}, seen: {initial: 0, range: [0, 1]}}
effects: {note: {effects: {seen: {set: belief.a.strong}}}}
actors:
  a:
    policies: {p: {}, q: {}}
    utility: resolve * a.p
    decision: {rule: logit, precision: 1, REVISE}
    types:
      weak: {probability: 0.75, set: {resolve: -1}}
      strong: {probability: many, set: {resolve: 2}}
metrics: {learnt: final(belief.a.strong), weak: final(belief.a.weak)}
"""


def posterior(policy: str, prior: float) -> float:
    """Of being strong, after p or q."""
    strong, weak = logistic(2), logistic(-1)
    if policy == "q":
        strong, weak = 1 - strong, 1 - weak
    return prior * strong / (prior * strong + (1 - prior) * weak)


def test_d3_types_are_drawn_per_episode_recorded_and_known_to_the_actor() -> None:
    scenario = tiny(SIGNAL.replace("REVISE", "revise: all"))
    assert rules_for(scenario).layout().sampled == ("type.a",)
    count = 20_000
    block = Batch(rules_for(scenario), uncertain=False).play_block(play_for(scenario, seed=7), 0, count)
    strong = block.sampled[:, 0] == 1
    assert strong.mean() == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / count) ** 0.5)
    for drawn, resolve in ((strong, 2), (~strong, -1)):
        share, n = logistic(resolve), drawn.sum()
        assert block.plays[drawn, 0].mean() == pytest.approx(share, abs=4 * (share * (1 - share) / n) ** 0.5)
    results = wargame.simulate(scenario, episodes=50, progress=False)
    assert set(results.episodes["type.a"]) == {0.0, 1.0}


def test_r7_public_beliefs_follow_bayes_after_each_choice() -> None:
    scenario = tiny(SIGNAL.replace("REVISE", "revise: all"), horizon=3)
    assert_same_workspaces(play_for(scenario, seed=2), 30)
    for episode in range(6):
        model = play(scenario, episode=episode)
        belief = 0.25
        for turn in range(3):
            choice = decision(model, "a", turn=turn).choice
            assert choice is not None
            belief = posterior(choice, belief)
            # The rule that notes it reads the belief as it stands in R4, after the phase.
            row = model.rules.rows["state.seen"]
            assert model.history[turn + 1][row] == pytest.approx(belief, rel=1e-12)
        assert model.metrics["learnt"] == pytest.approx(belief, rel=1e-12)
        assert model.metrics["weak"] == pytest.approx(1 - belief, rel=1e-12)


def test_r7_who_repeats_its_choice_shows_nothing_new() -> None:
    scenario = tiny(SIGNAL.replace("REVISE", "revise: 0"), horizon=4)
    model = play(scenario)
    choice = decision(model, "a").choice
    assert choice is not None
    assert [one.reason for one in model.decisions] == ["draw", "repeat", "repeat", "repeat"]
    assert model.metrics["learnt"] == pytest.approx(posterior(choice, 0.25), rel=1e-12)


def test_r7_a_choice_that_no_type_would_make_teaches_nothing() -> None:
    text = SIGNAL.replace("rule: logit, precision: 1, REVISE", "rule: greedy").replace("2}}", "0.5}}")
    text = text.replace("resolve * a.p", "(resolve + 2) * a.p")
    scenario = tiny(text, horizon=2)
    assert decision(play(scenario), "a").choice == "p"
    ordered = play(scenario, orders=["a=q@0..1"])
    assert ordered.metrics["learnt"] == 0.25
    play_both(play_for(scenario, seed=1, orders=["a=q@0"]), 10)


def test_r7_a_choice_that_only_one_type_would_make_tells_all() -> None:
    text = SIGNAL.replace("rule: logit, precision: 1, REVISE", "rule: greedy")
    scenario = tiny(text, horizon=2)
    block = play_both(play_for(scenario, seed=1), 40)
    strong = block.sampled[:, 0] == 1
    assert np.array_equal(block.metrics[:, 0], strong.astype(float))
    assert 0 < strong.sum() < 40


def test_r7_types_of_those_who_do_not_look_ahead() -> None:
    scenario = tiny(
        """
        parameters: {lean: 0}
        state: {x: {initial: 0, range: [-9, 9]}}
        actors:
          a:
            policies: {p: {}, q: {}}
            decision: {rule: mixed, probabilities: {p: lean, q: 1 - lean}, tremble: 0.2}
            types: {hawk: {probability: 0.5, set: {lean: 0.9}}, dove: {probability: 0.5, set: {lean: 0.3}}}
        metrics: {hawk: final(belief.a.hawk)}
        """
    )
    model = play(scenario)
    hawk, dove = (0.8 * lean + 0.1 for lean in (0.9, 0.3))
    if model.actor("a").policy == "q":
        hawk, dove = 1 - hawk, 1 - dove
    assert model.metrics["hawk"] == pytest.approx(hawk / (hawk + dove), rel=1e-12)
    play_both(play_for(scenario, seed=1), 20)


FEARON = """
turn: {phases: [demand, answer]}
parameters: {p: 0.5, cost_a: 0.1, cost_b: 0}
state: {z: {initial: 0, range: [0, 1]}}
actors:
  a:
    policies: {x: {phase: demand, levels: {from: 0, to: 1, step: 0.05}}}
    utility: b.accept * a.x + b.fight * (p - cost_a)
    decision: {rule: logit, precision: 15, expectation: EXPECTATION, expects: {level: 2}}
  b:
    policies: {accept: {phase: answer}, fight: {phase: answer}}
    utility: b.accept * (1 - a.x) + b.fight * (1 - p - cost_b)
    decision: {rule: logit, precision: 15}
    types: {parameter: cost_b, distribution: {uniform: [0, 0.5]}, points: 5}
metrics: {war: sum(b.fight), thought: final(belief.b.cost_b)}
"""


@pytest.mark.parametrize("expectation", ["exact", "mean"])
def test_d3_a_demand_against_private_costs_has_the_published_values(expectation: str) -> None:
    """Fearon 1995 with errors: the answer is weighed over b's costs 0.05, 0.15, ..., 0.45 and over its errors."""
    scenario = tiny(FEARON.replace("EXPECTATION", expectation))
    demands, costs = np.linspace(0, 1, 21), np.array([0.05, 0.15, 0.25, 0.35, 0.45])
    accepts = 1 / (1 + np.exp(-15 * ((1 - demands)[:, None] - (0.5 - costs)[None, :])))
    gains = (accepts * demands[:, None] + (1 - accepts) * 0.4).mean(axis=1)
    chances = np.exp(15 * (gains - gains.max()))
    chances /= chances.sum()
    model = play(scenario)
    assert list(decision(model, "a", phase="demand").probabilities.values()) == pytest.approx(
        chances, rel=1e-9
    )
    # What the answer shows of b's costs, at the demand that was made.
    place = round(20 * demand_of(model))
    shown = accepts[place] if decision(model, "b", phase="answer").choice == "accept" else 1 - accepts[place]
    assert model.metrics["thought"] == pytest.approx((shown * costs).sum() / shown.sum(), rel=1e-9)
    assert_same_workspaces(play_for(scenario, seed=4), 10)


def demand_of(model: wargame.WargameModel) -> float:
    choice = decision(model, "a", phase="demand").choice
    assert choice is not None
    return float(choice[2:-1])


def security_dilemma(level: int) -> wargame.Scenario:
    """Baliga and Sjostrom's conflict game: who fears that the other arms, arms; private costs of arming."""
    text = "parameters: {cost_a: 0, cost_b: 0}\nstate: {z: {initial: 0, range: [0, 1]}}\nactors:\n"
    for me, other in (("a", "b"), ("b", "a")):
        text += f"""  {me}:
    policies: {{arm: {{}}, wait: {{}}}}
    utility: {me}.arm * (0.3 * {other}.wait - cost_{me}) - 0.8 * {me}.wait * {other}.arm
    decision: {{rule: greedy, expects: {{level: {level}, level0: wait}}}}
    types: {{parameter: cost_{me}, distribution: {{uniform: [0.2, 1.2]}}, points: 200}}
"""
    return tiny(text)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_d3_fear_grows_with_the_level_of_reasoning(level: int) -> None:
    """P(arm at level k) = 0.2 (1 - 2^-k), expected by level k + 1 of level k, over 200 types of equal probability."""
    expected = decision(play(security_dilemma(level + 1)), "a").expectations["b"]["arm"]
    # One of 200 costs may lie just at the limit.
    assert expected == pytest.approx(0.2 * (1 - 0.5**level), abs=1 / 200)


def test_d3_what_is_private_to_another_counts_at_its_believed_mean() -> None:
    scenario = tiny(
        """
        parameters: {k: 99}
        state: {x: {initial: 0, range: [-9, 9]}}
        actors:
          a: {policies: {p: {}, q: {}}, utility: a.p * k + a.q * belief.b.low, decision: {rule: greedy}}
          b:
            policies: {r: {}}
            utility: k
            decision: {rule: greedy}
            types: {low: {probability: 0.75, set: {k: 1}}, high: {probability: 0.25, set: {k: 5}}}
        """
    )
    model = play(scenario)
    assert decision(model, "a").scores == {"p": 2, "q": 0.75}
    assert decision(model, "b").scores["r"] in (1, 5)
    # The payoff is that of the real type.
    assert model.actor("a").payoff in (1, 5)
    play_both(play_for(scenario, seed=3), 10)


def test_d3_what_an_actor_thinks_of_its_own_type_is_not_what_another_thinks_of_it() -> None:
    """A level-2 actor asks what the other expects of it: that is averaged over its own types as well."""
    text = """
    parameters: {k: 0}
    state: {x: {initial: 0, range: [-9, 9]}}
    actors:
      a:
        policies: {p: {}, q: {}}
        utility: a.p * k + 3 * a.q * b.r
        decision: {rule: greedy, expects: {level: 3, level0: {b: s}}}
        types: {low: {probability: 0.75, set: {k: -1}}, high: {probability: 0.25, set: {k: 1}}}
      b:
        policies: {r: {}, s: {}}
        utility: b.r * a.q - b.r * 0.7
        decision: {rule: greedy}
    """
    scenario = tiny(text)
    # At level 1 a, sure of s, plays q only if it is low: 0.75. So b at level 2 plays r, and a q whatever its type.
    models = [play(scenario, episode=episode) for episode in range(12)]
    rows = {model.workspace[model.rules.rows["type.a"]] for model in models}
    assert rows == {0.0, 1.0}
    for model in models:
        one = decision(model, "a")
        assert one.expectations == {"b": {"r": 1, "s": 0}}
        assert one.choice == "q"
    play_both(play_for(scenario, seed=3), 20)


def test_r7_what_was_expected_is_known_when_types_are_learnt() -> None:
    """Some lanes decide and some repeat; what the deciding ones expected is needed once more for Bayes' rule."""
    scenario = tiny(
        """
        parameters: {k: 0}
        state: {x: {initial: 0, range: [-9, 9]}}
        actors:
          a:
            policies: {p: {}, q: {}}
            utility: k * a.p * b.r + a.q * b.s
            decision: {rule: logit, precision: 1, revise: 0.5, expects: {beliefs: adaptive, rate: 0.4}}
            types: {low: {probability: 0.5, set: {k: 0.2}}, high: {probability: 0.5, set: {k: 3}}}
          b: {policies: {r: {}, s: {}}, decision: {rule: mixed, probabilities: {r: 0.7, s: 0.3}}}
        metrics: {thought: final(belief.a.high)}
        """,
        horizon=6,
    )
    block = play_both(play_for(scenario, seed=8), 80)
    assert len(set(block.metrics[:, 0])) > 40


def test_every_type_sets_the_same_parameters() -> None:
    with pytest.raises(ScenarioError) as caught:
        tiny(SIGNAL.replace("REVISE", "revise: all").replace("{resolve: 2}", "{many: 2}"))
    assert "type 'strong' of a does not set 'resolve', which other types set" in str(caught.value)
    assert "mend:    add `resolve: ...`: every type sets the same parameters" in str(caught.value)


def test_types_weighed_side_by_side_and_one_by_one_play_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Up to four types are weighed in one block, more of them one after the other: the same episodes, bit for bit."""
    scenario = wargame.load("korea-2025")
    assert sum(actor.types is not None for actor in scenario.actors.values()) == 2
    played = []
    for most in (mind.MOST_AT_ONCE, 0):
        monkeypatch.setattr(mind, "MOST_AT_ONCE", most)
        rules = Rules(scenario)
        assert rules.sources["evaluate_seoul_answer"].count("def ") == (1 if most else 2)
        monkeypatch.setattr(mesa_model, "rules_for", lambda _, rules=rules: rules)
        models = [WargameModel(scenario, seed=seed) for seed in range(3)]
        for model in models:
            while model.running:
                model.step()
        kept = {name: [model.workspace[row] for model in models] for name, row in rules.rows.items()}
        played.append(kept)
    # What a policy that is not available would be worth is left alone by the one, and found by the other.
    apart = ("plan.", "expect.", "score.")
    shared = [name for name in played[0] if name in played[1] and not name.startswith(apart)]
    assert "public.seoul.autonomy_first" in shared
    for name in shared:
        assert played[0][name] == played[1][name], name
