"""The same scenario, seed and episode give the same bits, whatever else is played, and in whatever pieces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tiny import play

import wargame
from wargame.engine.block import Block
from wargame.engine.mesa_blocks import play_block
from wargame.engine.model import WargameModel
from wargame.engine.orders import OrderBook
from wargame.engine.play import Play
from wargame.engine.rules import rules_for
from wargame.experiment import Results

BASE = """
name: base
time: {step: quarter, start: 2025Q3, horizon: 8}
parameters:
  weight: {value: 1, distribution: {normal: {mean: 1, sd: 0.2}}}
  cost: 0.1
state:
  tension: {initial: {beta: {a: 2, b: 3}}, bounds: [0, 1]}
  arms: {initial: 1, range: [0, 9]}
actors:
  north:
    policies:
      push: {effects: {tension: 0.1 * weight, arms: 0.2}, cost: cost}
      wait: {effects: {tension: -0.1}}
    utility: tension - 0.1 * arms
    decision: {rule: logit, precision: 2, expects: {beliefs: fictitious}}
    perception: {arms: {noise: 0.2}}
  south:
    policies:
      push: {available: tension < 0.9, effects: {tension: 0.1}}
      wait: {}
    utility: weight * (arms - tension)
    decision: {rule: logit, precision: 2, revise: 0.7}
nature:
  crisis: {draw: {bernoulli: 0.3 * tension}, effects: {tension: 0.2}}
  harvest: {draw: {normal: {mean: 0, sd: 0.1}}, effects: {arms: harvest}}
outcomes:
  war: {when: tension >= 1, terminal: true}
  peace: {default: true}
metrics: {peak: max(tension), first_war: first(tension > 0.9)}
"""

MORE_NATURE = "nature:\n  rain: {draw: {poisson: {mean: 2, max: 20}}}\n"
MORE_ACTORS = """actors:
  east:
    policies: {look: {}, away: {}}
    decision: {rule: uniform}
    perception: {tension: {noise: 1}}
"""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BASE)


@pytest.fixture(scope="module")
def whole(scenario: wargame.Scenario) -> Results:
    return wargame.simulate(scenario, episodes=200, seed=11, progress=False)


def in_pieces(scenario: wargame.Scenario, sizes: Sequence[int], **options: Any) -> Results:
    """The same run, played in blocks of these sizes, the last one first."""
    task = Play(scenario=scenario, seed=11, **options)
    firsts = [sum(sizes[:index]) for index in range(len(sizes))]
    blocks: dict[int, Block] = {}
    for first, size in reversed(list(zip(firsts, sizes, strict=True))):
        blocks[first] = play_block(task, first, size)
    return Results.collect(rules_for(scenario).layout(), [blocks[first] for first in firsts], {})


def test_cutting_a_run_into_blocks_changes_nothing(scenario: wargame.Scenario, whole: Results) -> None:
    for sizes in ([200], [1, 199], [7] * 28 + [4], [64, 64, 72]):
        assert in_pieces(scenario, sizes).digests == whole.digests


def test_an_extended_run_begins_with_the_shorter_one(scenario: wargame.Scenario, whole: Results) -> None:
    short = wargame.simulate(scenario, episodes=60, seed=11, progress=False)
    assert short.episodes.equals(whole.episodes.head(60))


def test_worker_processes_change_nothing(scenario: wargame.Scenario, whole: Results) -> None:
    spread = wargame.simulate(scenario, episodes=200, seed=11, workers=2, progress=False)
    assert spread.digests == whole.digests


def test_an_episode_alone_is_the_episode_of_the_run(scenario: wargame.Scenario, whole: Results) -> None:
    for episode in (0, 17, 150):
        model = play(scenario, seed=11, episode=episode)
        row = whole.episodes.iloc[episode]
        assert (row["outcome"], row["length"]) == (model.outcome, model.length)
        assert row["metric.peak"] == model.metrics["peak"]
        assert row["payoff.north"] == model.actor("north").payoff


def test_a_model_that_starts_again_forgets_the_episode_before(scenario: wargame.Scenario) -> None:
    used = play(scenario, seed=11, episode=4)
    used.reset(9)
    used.play()
    fresh = play(scenario, seed=11, episode=9)
    assert used.workspace == fresh.workspace
    assert used.decisions == fresh.decisions


def test_episodes_in_any_order_and_interleaved(scenario: wargame.Scenario) -> None:
    models = [WargameModel(scenario, seed=11, episode=episode) for episode in (5, 2, 9)]
    while any(model.running for model in models):
        for model in models:
            model.step()
    for model in models:
        assert model.workspace == play(scenario, seed=11, episode=model.episode).workspace


def test_the_same_scenario_compiled_anew_gives_the_same_bits(whole: Results) -> None:
    from wargame.engine import rules

    rules._CACHE.clear()
    again = wargame.simulate(wargame.loads(BASE), episodes=200, seed=11, progress=False)
    assert again.digests == whole.digests


def test_seeds_differ(scenario: wargame.Scenario, whole: Results) -> None:
    other = wargame.simulate(scenario, episodes=200, seed=12, progress=False)
    assert other.digest != whole.digest
    assert (other.episodes["state.tension"] != whole.episodes["state.tension"]).all()


# ---- streams -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("nature:\n", MORE_NATURE),
        ("actors:\n", MORE_ACTORS),
        ("state:\n", "state:\n  snow: {initial: {uniform: [0, 1]}, bounds: [0, 1]}\n"),
        ("parameters:\n", "parameters:\n  trust: {value: 1, distribution: {uniform: [0, 2]}}\n"),
        ("horizon: 8", "horizon: 11"),
    ],
    ids=["nature", "actor", "state", "parameter", "horizon"],
)
def test_an_added_stream_moves_no_episode(old: str, new: str) -> None:
    """What is added stands first in its part, and plays no part in the rest."""
    plain, added = wargame.loads(BASE), wargame.loads(BASE.replace(old, new, 1))
    for episode in range(25):
        one, two = WargameModel(plain, episode=episode), WargameModel(added, episode=episode)
        while one.running:
            one.step()
            two.step()
            assert all(two.state[name] == one.state[name] for name in one.state)
            assert all(two.actor(name).policies == one.actor(name).policies for name in ("north", "south"))
            assert all(
                two.actor(name).percept == {**two.actor(name).percept, **one.actor(name).percept}
                for name in ("north", "south")
            )


def test_streams_in_another_order_give_the_same_draws() -> None:
    lines = BASE.splitlines(keepends=True)
    crisis = next(index for index, line in enumerate(lines) if line.startswith("  crisis"))
    lines[crisis], lines[crisis + 1] = lines[crisis + 1], lines[crisis]
    swapped = wargame.loads("".join(lines))
    assert rules_for(swapped).turn_streams.names != rules_for(wargame.loads(BASE)).turn_streams.names
    assert play(swapped).decisions[0].draw == play(wargame.loads(BASE)).decisions[0].draw
    # These two items read and move different variables, so their order matters to nothing else either.
    assert play(swapped).decisions == play(wargame.loads(BASE)).decisions


# ---- what is changed on purpose ------------------------------------------------------------------------------------


def _draws(model: WargameModel) -> list[tuple[int, str, float]]:
    return [(one.turn, one.actor, one.draw) for one in model.decisions]


def test_an_override_leaves_the_draws_and_what_does_not_read_it() -> None:
    base = wargame.loads(BASE)
    other = base.with_({"parameters.cost": 0.4})
    for episode in range(25):
        one, two = play(base, episode=episode), play(other, episode=episode)
        turns = min(one.length, two.length)
        assert _draws(one)[: 2 * turns] == _draws(two)[: 2 * turns]
        # The cost touches only what north thinks of pushing: scores of the first turn differ there alone.
        first, changed = one.decisions[0], two.decisions[0]
        assert changed.percept == first.percept
        assert changed.scores["wait"] == first.scores["wait"]
        assert changed.scores["push"] == pytest.approx(first.scores["push"] - 0.3)
        assert two.decisions[1] == one.decisions[1]


def test_an_override_of_nothing_changes_nothing(whole: Results) -> None:
    same = wargame.loads(BASE).with_({"parameters.cost": 0.1, "state.arms": 1, "time.horizon": 8})
    assert wargame.simulate(same, episodes=200, seed=11, progress=False).digests == whole.digests


def test_an_override_equals_an_edited_file() -> None:
    edited = wargame.loads(BASE.replace("cost: 0.1\n", "cost: 0.4\n").replace("horizon: 8", "horizon: 5"))
    changed = wargame.loads(BASE).with_({"cost": 0.4, "time.horizon": 5})
    runs = [wargame.simulate(one, episodes=50, progress=False) for one in (edited, changed)]
    assert runs[0].digests == runs[1].digests


def test_an_order_changes_the_move_and_leaves_the_draws() -> None:
    scenario = wargame.loads(BASE)
    for episode in range(25):
        plain = play(scenario, episode=episode)
        ordered = play(scenario, episode=episode, orders=["north=wait@2026Q1..2026Q2"])
        assert ordered.orders_blocked == 0
        turns = min(plain.length, ordered.length)
        assert _draws(plain)[: 2 * turns] == _draws(ordered)[: 2 * turns]
        # Nothing moves before the order, and on its turn nothing but what was ordered.
        assert plain.decisions[: 2 * min(2, turns)] == ordered.decisions[: 2 * min(2, turns)]
        for turn in range(2, min(4, ordered.length)):
            one = next(one for one in ordered.decisions if (one.turn, one.actor) == (turn, "north"))
            assert (one.choice, one.reason) == ("wait", "order")
        if turns > 2:
            before, after = plain.decisions[4], ordered.decisions[4]
            assert (before.probabilities, before.percept) == (after.probabilities, after.percept)
            assert plain.decisions[5] == ordered.decisions[5]


def test_an_order_for_what_would_be_played_anyway_changes_nothing() -> None:
    scenario = wargame.loads(BASE)
    plain = play(scenario)
    orders = [f"{one.actor}={one.choice}@{one.turn}" for one in plain.decisions]
    assert (
        play(scenario, orders=orders).workspace[: len(scenario.state)]
        == plain.workspace[: len(scenario.state)]
    )
    assert dict(play(scenario, orders=orders).state) == dict(plain.state)


def test_blocked_orders_are_counted() -> None:
    text = BASE.replace("available: tension < 0.9", "available: turn > 1")
    results = wargame.simulate(
        wargame.loads(text), episodes=20, progress=False, orders=["south=push@0..1", "south=wait@2"]
    )
    assert (results.episodes["orders_blocked"] == 2).all()


def test_uncertain_runs_share_every_draw_but_that_of_the_parameter(scenario: wargame.Scenario) -> None:
    certain = wargame.simulate(scenario, episodes=50, progress=False)
    uncertain = wargame.simulate(scenario, episodes=50, progress=False, uncertain=True)
    assert uncertain.episodes["state.tension"].equals(certain.episodes["state.tension"])
    assert "parameters.weight" not in certain.episodes
    assert uncertain.episodes["parameters.weight"].nunique() == 50
    for episode in range(10):
        weight = uncertain.episodes["parameters.weight"][episode]
        fixed = play(scenario.with_(weight=weight), episode=episode)
        assert fixed.metrics["peak"] == uncertain.episodes["metric.peak"][episode]


def test_parsed_orders_are_the_same_as_texts() -> None:
    scenario = wargame.loads(BASE)
    book = OrderBook.parse(scenario, ["north=wait@0"])
    assert play(scenario, orders=book).workspace == play(scenario, orders=["north=wait@0"]).workspace
