"""What must hold in every scenario: random ones, which use as much of the language as they can."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st

import wargame
from wargame.engine.mesa_blocks import play_block
from wargame.engine.model import WargameModel
from wargame.engine.play import Play
from wargame.engine.rules import EpisodeError, Rules, rules_for
from wargame.experiment import Results
from wargame.testing import as_text, scenario_data, scenarios

seeds = st.integers(0, 2**64 - 1)

PROPERTIES: dict[str, Callable[[], None]] = {}


def holds(*strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Note a property, to be tried with a few examples by `make test` and with many by `make verify`."""

    def note(function: Callable[..., None]) -> Callable[..., None]:
        PROPERTIES[function.__name__] = given(*strategies)(function)
        return function

    return note


def attempt(name: str, examples: int) -> None:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    settings(max_examples=examples, deadline=None, suppress_health_check=slow)(PROPERTIES[name])()


def episode(scenario: wargame.Scenario, **options: object) -> WargameModel:
    """A recorded model at the end of its episode; scenarios in which two sets collide are passed over."""
    model = WargameModel(scenario, record=True, **options)
    try:
        model.play()
    except EpisodeError:
        assert model.failure is not None
        if "two effects set" not in model.failure.reason:
            raise
        reject()
    return model


@holds(scenarios(), seeds)
def probabilities_sum_to_one(scenario: wargame.Scenario, seed: int) -> None:
    for one in episode(scenario, seed=seed).decisions:
        if one.choice is None or one.reason == "repeat":
            assert one.probabilities == {}
            continue
        assert sum(one.probabilities.values()) == pytest.approx(1, abs=1e-12)
        assert all(0 <= share <= 1 for share in one.probabilities.values())
        assert one.probabilities[one.choice] > 0 or one.reason == "repeat"
        assert all(math.isfinite(score) for score in one.scores.values())
        for other, shares in one.expectations.items():
            phases = [
                policy.phase for policy in scenario.actors[other].policies.values() if policy.name in shares
            ]
            for phase in set(phases):
                total = sum(
                    shares[p.name] for p in scenario.actors[other].in_phase(phase) if p.name in shares
                )
                assert total == pytest.approx(1, abs=1e-12) or total == 0


@holds(scenarios(), seeds)
def bounds_hold(scenario: wargame.Scenario, seed: int) -> None:
    model = WargameModel(scenario, seed=seed)
    row = model.rules.rows
    seen = 0
    while model.running:
        try:
            model.step()
        except EpisodeError:
            break
        seen += 1
        for name, variable in scenario.state.items():
            values = [model.state[name], *(agent.percept[name] for agent in model.capitals)]
            assert all(math.isfinite(value) for value in values)
            if variable.low is not None:
                assert min(values) >= model.workspace[row[f"low.{name}"]]
            if variable.high is not None:
                assert max(values) <= model.workspace[row[f"high.{name}"]]
    assert seen or not model.running


@holds(scenarios(), seeds)
def each_member_of_a_phase_plays_once_or_has_nothing_to_play(scenario: wargame.Scenario, seed: int) -> None:
    model = WargameModel(scenario, seed=seed)
    while model.running:
        try:
            model.step()
        except EpisodeError:
            return
        for agent in model.capitals:
            for phase in scenario.phases:
                names = [policy.name for policy in agent.declared.in_phase(phase)]
                played = [model.workspace[model.rules.rows[f"play.{agent.name}.{name}"]] for name in names]
                assert set(played) <= {0.0, 1.0}
                if names:
                    assert sum(played) == (1 if agent.available(phase) else 0)


@holds(scenario_data(), seeds, st.integers(0, 2**32 - 1))
def equal_seeds_give_equal_episodes(data: dict[str, object], seed: int, number: int) -> None:
    text = as_text(data)
    first = episode(wargame.loads(text), seed=seed, episode=number)
    again = WargameModel(wargame.loads(text), seed=seed, episode=number, record=True)
    again.rules = Rules(again.declared)
    again.play()
    assert again.workspace == first.workspace or any(math.isnan(value) for value in first.workspace)
    assert again.decisions == first.decisions
    assert again.outcome == first.outcome


@holds(scenarios(), seeds, st.data())
def the_workspace_after_a_turn_is_a_complete_snapshot(
    scenario: wargame.Scenario, seed: int, data: st.DataObject
) -> None:
    original = episode(scenario, seed=seed)
    assume(original.length > 1)
    turns = data.draw(st.integers(1, original.length - 1))
    first, other = WargameModel(scenario, seed=seed), WargameModel(scenario, seed=seed)
    for _ in range(turns):
        first.step()
    other.workspace[:] = first.workspace
    other.turn = first.turn
    other.play()
    assert (other.outcome, other.length) == (original.outcome, original.length)
    assert [repr(value) for value in other.workspace] == [repr(value) for value in original.workspace]


@holds(scenarios(), seeds, st.lists(st.integers(1, 5), min_size=1, max_size=4))
def blocks_of_any_size_add_up_to_the_same_run(
    scenario: wargame.Scenario, seed: int, sizes: list[int]
) -> None:
    layout, task = rules_for(scenario).layout(), Play(scenario=scenario, seed=seed)
    firsts = [sum(sizes[:index]) for index in range(len(sizes))]
    blocks = [play_block(task, first, size) for first, size in zip(firsts, sizes, strict=True)]
    whole = [play_block(task, 0, sum(sizes))]
    assert Results.collect(layout, blocks, {}).digests == Results.collect(layout, whole, {}).digests


@holds(scenarios(sets=False), seeds)
def metrics_of_an_episode_agree_with_its_path(scenario: wargame.Scenario, seed: int) -> None:
    model, path = WargameModel(scenario, seed=seed), []
    while model.running:
        model.step()
        path.append(model.state["x"])
    metrics = model.metrics
    assert (metrics["highest"], metrics["lowest"], metrics["end"]) == (max(path), min(path), path[-1])
    assert metrics["average"] == pytest.approx(sum(path) / len(path), rel=1e-12, abs=1e-15)
    assert model.outcome in scenario.outcomes
    if model.length < scenario.horizon:
        assert scenario.outcomes[model.outcome].terminal


@holds(scenarios(rules=("greedy", "logit")), seeds)
def terms_of_a_score_add_up(scenario: wargame.Scenario, seed: int) -> None:
    for one in episode(scenario, seed=seed).decisions:
        for policy, score in one.scores.items():
            assert sum(one.terms[policy].values()) == pytest.approx(score, rel=1e-9, abs=1e-9)


@holds(scenarios(sets=False), seeds, st.data())
def an_order_leaves_every_draw_and_everything_before_it(
    scenario: wargame.Scenario, seed: int, data: st.DataObject
) -> None:
    plain = episode(scenario, seed=seed)
    actor = data.draw(st.sampled_from(list(scenario.actors)))
    policy = data.draw(st.sampled_from(list(scenario.actors[actor].policies)))
    turn = data.draw(st.integers(0, scenario.horizon - 1))
    ordered = episode(scenario, seed=seed, orders=[f"{actor}={policy}@{turn}"])
    draws = {(one.turn, one.actor, one.phase): one.draw for one in plain.decisions}
    for one in ordered.decisions:
        assert draws.get((one.turn, one.actor, one.phase), one.draw) == one.draw
    assert [one for one in plain.decisions if one.turn < turn] == [
        one for one in ordered.decisions if one.turn < turn
    ]
    given_to = [one for one in ordered.decisions if (one.turn, one.reason) == (turn, "order")]
    if ordered.length > turn:
        assert ordered.orders_blocked == (0 if given_to else 1)
    assert all((one.actor, one.choice) == (actor, policy) for one in given_to)


@holds(scenario_data(), seeds, st.sampled_from([0.25, 1, 0.75]), st.integers(1, 6))
def overrides_equal_edited_files(
    data: dict[str, dict[str, object]], seed: int, value: float, horizon: int
) -> None:
    assume(not any("on" in entry and horizon < 4 for entry in data.get("calendar", [])))
    # Numbers outside bounds that are numbers are refused.
    assume(data["state"]["x"].get("bounds") != [0.45, 0.55])
    assume(0.55 not in data["state"]["x"].get("bounds", []))
    assume("equilibrium" not in as_text(data))
    edited = copy.deepcopy(data)
    edited["parameters"]["k1"]["value"] = value
    edited["state"]["x"]["initial"] = value
    edited["time"]["horizon"] = horizon
    edited["actors"]["a"]["decision"]["tremble"] = 0.5
    changes = {
        "k1": value,
        "state.x": value,
        "time.horizon": horizon,
        "actors.a.decision.tremble": 0.5,
    }
    changed = wargame.loads(as_text(data)).with_(changes)
    runs = [
        wargame.simulate(one, episodes=3, seed=seed, progress=False)
        for one in (wargame.loads(as_text(edited)), changed)
    ]
    assert runs[0].digests["episodes"] == runs[1].digests["episodes"]
    assert runs[0].digests["sample"] == runs[1].digests["sample"]


@holds(scenarios(), seeds)
def every_episode_has_a_row(scenario: wargame.Scenario, seed: int) -> None:
    results = wargame.simulate(scenario, episodes=4, seed=seed, progress=False, uncertain=True)
    assert len(results.episodes) == 4
    assert results.failed == len(results.failures)
    assert all("two effects set" in reason for reason in results.failures["reason"])


@pytest.mark.parametrize("name", PROPERTIES)
def test_property(name: str) -> None:
    attempt(name, 12)


@pytest.mark.verify
@pytest.mark.parametrize("name", PROPERTIES)
def test_property_with_many_examples(name: str) -> None:
    attempt(name, 200)
