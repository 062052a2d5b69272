"""The model behaves as Mesa's users expect, forgets what it played, and plays users' own actors."""

from __future__ import annotations

import gc
import tracemalloc
import warnings
from pathlib import Path

import mesa
import numpy as np
import pytest
from tiny import play, tiny

import wargame
from wargame.engine.actor import ActorError

TEXT = """
name: small
time: {step: quarter, start: 2025Q3, horizon: 6}
state:
  tension: {initial: 0.5, bounds: [0, 1]}
actors:
  north:
    policies: {push: {effects: {tension: 0.1}}, wait: {effects: {tension: -0.1}}}
    utility: tension
    decision: {rule: logit, precision: 2, expects: {beliefs: fictitious}}
  south:
    policies: {push: {effects: {tension: 0.1}}, wait: {}, flee: {available: tension > 0.9}}
    utility: -tension
    decision: {rule: logit, precision: 2}
nature:
  crisis: {draw: {bernoulli: 0.3 * tension}, effects: {tension: 0.2}}
outcomes:
  war: {when: tension >= 1, terminal: true}
  peace: {default: true}
metrics: {peak: max(tension)}
"""


@pytest.fixture
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "small.yaml"
    path.write_text(TEXT, "utf-8")
    return str(path)


# ---- a Mesa model --------------------------------------------------------------------------------------------------


def test_one_step_is_one_turn_until_running_is_false(scenario: wargame.Scenario) -> None:
    model = wargame.WargameModel(scenario)
    assert isinstance(model, mesa.Model)
    assert (model.running, model.turn, model.length, model.outcome) == (True, -1, 0, None)
    for turn in range(6):
        assert model.running
        model.step()
        assert (model.turn, model.length, model.steps) == (turn, turn + 1, turn + 1)
    assert (model.running, model.outcome) == (False, "peace")
    assert model.date == "2026Q4"


def test_steps_after_the_end_change_nothing(scenario: wargame.Scenario) -> None:
    model = play(scenario)
    workspace, decisions = list(model.workspace), len(model.decisions)
    model.step()
    assert (model.workspace, model.turn, len(model.decisions)) == (workspace, 5, decisions)


def test_run_model_of_mesa_plays_an_episode(scenario: wargame.Scenario) -> None:
    model = wargame.WargameModel(scenario)
    model.run_model()
    assert model.outcome == "peace"


def test_agents_are_the_capitals(scenario: wargame.Scenario) -> None:
    model = wargame.WargameModel(scenario)
    assert all(isinstance(agent, mesa.Agent) for agent in model.agents)
    assert [agent.name for agent in model.agents] == ["north", "south"]
    assert [agent.unique_id for agent in model.agents] == [1, 2]
    model.step()
    assert model.agents.select(lambda agent: agent.policy == "push").get("name") == [
        name for name in ("north", "south") if model.actor(name).policy == "push"
    ]


def test_seed_and_rng_give_the_same_episode(scenario: wargame.Scenario) -> None:
    def states(**options: object) -> list[float]:
        model = wargame.WargameModel(scenario, **options)
        model.play()
        return list(model.workspace)

    assert states(seed=5) == states(rng=5) == states(rng=np.int64(5))
    assert states(seed=5) != states(seed=6)
    assert states() == states(seed=1)
    assert states(rng=np.random.default_rng(3)) == states(rng=np.random.default_rng(3))
    assert states(rng=np.random.default_rng(3)) != states(rng=np.random.default_rng(4))
    largest = 2**64 - 1
    assert states(seed=largest) == states(rng=largest)


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5])
def test_a_seed_out_of_range_is_refused(scenario: wargame.Scenario, seed: float) -> None:
    with pytest.raises(ValueError, match="whole number from 0 to"):
        wargame.WargameModel(scenario, seed=seed)


def test_seed_and_rng_together_are_refused(scenario: wargame.Scenario) -> None:
    with pytest.raises(ValueError, match="not both"):
        wargame.WargameModel(scenario, seed=1, rng=1)


def test_nothing_global_is_touched(scenario: wargame.Scenario) -> None:
    import random

    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()
    play(scenario)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before


def test_model_random_is_free_for_users(scenario: wargame.Scenario) -> None:
    """What a user draws from Mesa's generators moves nothing in the episode."""
    model, twin = wargame.WargameModel(scenario, seed=3), wargame.WargameModel(scenario, seed=3)
    while model.running:
        model.random.random()
        model.rng.normal()
        model.step()
    twin.play()
    assert model.workspace == twin.workspace


# ---- batch_run and DataCollector -----------------------------------------------------------------------------------


def test_batch_run_plays_one_episode_for_each_seed(file: str) -> None:
    rows = mesa.batch_run(
        wargame.WargameModel,
        {"scenario": file, "rng": range(5)},
        max_steps=100,
        display_progress=False,
    )
    assert [row["rng"] for row in rows] == list(range(5))
    for row in rows:
        model = play(wargame.load(file), seed=row["rng"])
        assert row["outcome"] == model.outcome
        assert row["Step"] == model.turn
        assert row["state.tension"] == model.state["tension"]
        assert row["metric.peak"] == model.metrics["peak"]
        assert row["payoff.north"] == model.actor("north").payoff
        assert row["policy.south"] == model.actor("south").policy


def test_batch_run_goes_through_episodes_and_other_parameters(file: str) -> None:
    rows = mesa.batch_run(
        wargame.WargameModel,
        {"scenario": file, "rng": 7, "episode": [2, 3], "orders": [["north=wait@0..5"]]},
        data_collection_period=1,
        display_progress=False,
    )
    assert {row["policy.north"] for row in rows} == {"wait"}
    second = [row["state.tension"] for row in rows if row["episode"] == 3]
    model = play(wargame.load(file), seed=7, episode=3, orders=["north=wait@0..5"])
    assert len(second) == model.length
    assert second[-1] == model.state["tension"]


def test_datacollector_takes_down_every_turn(scenario: wargame.Scenario) -> None:
    model = wargame.WargameModel(scenario)
    model.play()
    table = model.datacollector.get_model_vars_dataframe()
    assert len(table) == model.length
    assert table["state.tension"].iloc[-1] == model.state["tension"]
    assert list(table["outcome"].notna()) == [False] * 5 + [True]
    assert list(table["metric.peak"].notna()) == [False] * 5 + [True]
    assert wargame.WargameModel(scenario, collect=False).__dict__.get("datacollector") is None


class Collecting(wargame.WargameModel):
    """A user's model with reporters of its own."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)
        self.datacollector = mesa.DataCollector(
            model_reporters={"tension": lambda model: model.state["tension"], "date": "date"},
            agent_reporters={"policy": "policy", "payoff": "payoff", "name": "name"},
        )
        self.datacollector.collect(self)

    def step(self) -> None:
        super().step()
        self.datacollector.collect(self)


def test_a_subclass_collects_what_it_likes(scenario: wargame.Scenario) -> None:
    model = Collecting(scenario)
    while model.running:
        model.step()
    of_model = model.datacollector.get_model_vars_dataframe()
    assert list(of_model.columns) == ["tension", "date"]
    assert len(of_model) == 7
    assert of_model["tension"].iloc[0] == 0.5
    of_agents = model.datacollector.get_agent_vars_dataframe()
    assert len(of_agents) == 7 * 2
    last = of_agents.xs(6, level="Step")
    assert list(last["payoff"]) == [model.actor(name).payoff for name in ("north", "south")]


# ---- users' own actors ---------------------------------------------------------------------------------------------


class Waiting(wargame.StateActor):
    """Waits until tension is high, then decides as the file says."""

    def choose(self, phase: str) -> str:
        return "wait" if self.percept["tension"] < 0.65 else super().choose(phase)


class Impossible(wargame.StateActor):
    def choose(self, phase: str) -> str:
        return "flee"


class Unknown(wargame.StateActor):
    def choose(self, phase: str) -> str:
        return "wiat"


def test_an_own_actor_plays_in_one_line(scenario: wargame.Scenario) -> None:
    results = wargame.simulate(scenario, episodes=200, progress=False, actors={"south": Waiting})
    plain = wargame.simulate(scenario, episodes=200, progress=False)
    assert results.failed == 0
    assert results.episodes["plays.south.wait"].mean() > plain.episodes["plays.south.wait"].mean() + 1
    first = results.policies().query("turn == 0 and actor == 'south' and policy == 'wait'")
    assert first["share"].item() == 1
    assert results.manifest["actors"]


def test_an_own_actor_sees_what_the_plain_one_sees(scenario: wargame.Scenario) -> None:
    class Reading(wargame.StateActor):
        def choose(self, phase: str) -> str:
            choice = super().choose(phase)
            assert set(self.probabilities(phase)) == set(self.available(phase)) == set(self.scores(phase))
            assert sum(self.probabilities(phase).values()) == pytest.approx(1)
            assert set(self.expectations(phase)) == {"north"}
            return choice

    plain, own = play(scenario, seed=2), play(scenario, seed=2, actors={"south": Reading})
    assert plain.workspace == own.workspace
    assert {one.reason for one in own.decisions if one.actor == "south"} == {"own rule"}
    assert {one.reason for one in own.decisions if one.actor == "north"} == {"draw"}


def test_an_own_actor_knows_what_was_played_before(scenario: wargame.Scenario) -> None:
    seen = []

    class Remembering(wargame.StateActor):
        def choose(self, phase: str) -> str:
            seen.append([self.model.actor(name).last_policies for name in ("north", "south")])
            assert self.policies == {}, "nothing of this turn is known yet"
            return super().choose(phase)

    model = play(scenario, actors={"south": Remembering})
    choices = [{"main": one.choice} for one in model.decisions]
    assert seen == [[{}, {}], *([choices[i], choices[i + 1]] for i in range(0, len(choices) - 2, 2))]
    before = wargame.loads(TEXT.replace("    utility: -tension", "    before: push\n    utility: -tension"))
    assert wargame.WargameModel(before).actor("south").last_policies == {"main": "push"}


def test_an_own_actor_may_override_expectations(scenario: wargame.Scenario) -> None:
    class Fearful(wargame.StateActor):
        """Expects the worst of everybody."""

        def expect(self, phase: str) -> None:
            super().expect(phase)
            rows = self.model.rules.rows
            for policy, probability in (("push", 1.0), ("wait", 0.0)):
                name = self.model.rules.expectation_rows[f"{self.name}.{phase}"][f"north.{policy}"]
                self.model.workspace[rows[name]] = probability

    model = wargame.WargameModel(
        wargame.loads(
            TEXT.replace("{rule: logit, precision: 2}", "{rule: greedy, expects: {beliefs: last}}")
        ),
        actors={"south": Fearful},
        record=True,
    )
    model.step()
    assert model.decisions[1].expectations == {"north": {"push": 1, "wait": 0}}


def test_orders_bind_own_actors_too(scenario: wargame.Scenario) -> None:
    model = play(scenario, actors={"south": Waiting}, orders=["south=push@0", "south=flee@1"])
    assert model.decisions[1].choice == "push"
    assert model.decisions[3].choice in ("push", "wait"), "what cannot be ordered is left to the actor"
    assert model.orders_blocked == 1


def test_choices_that_the_rules_do_not_allow_are_errors(scenario: wargame.Scenario) -> None:
    with pytest.raises(ActorError, match=r"Impossible.choose returned 'flee'.* not available .*push, wait"):
        play(scenario, actors={"south": Impossible})
    with pytest.raises(ActorError, match=r"'wiat', which is no policy of south.*wait"):
        play(scenario, actors={"south": Unknown})
    with pytest.raises(ActorError, match="no actor 'east'"):
        wargame.simulate(scenario, episodes=1, progress=False, actors={"east": Waiting})
    with pytest.raises(ActorError, match=r"subclass of wargame\.StateActor"):
        wargame.simulate(scenario, episodes=1, progress=False, actors={"south": str})


# ---- memory --------------------------------------------------------------------------------------------------------


def _remembered() -> int:
    """Models that Mesa's table of agent numbers keeps alive."""
    return len(getattr(mesa.Agent, "_ids", {}))


def _growth(play_some: object, warm_up: int, count: int) -> tuple[float, int]:
    """Bytes and objects left behind per episode by `play_some(count)`, after a first round that fills caches."""
    assert callable(play_some)
    play_some(warm_up)
    gc.collect()
    tracemalloc.start()
    try:
        objects, (size, _) = len(gc.get_objects()), tracemalloc.get_traced_memory()
        play_some(count)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - size
        return grown / count, len(gc.get_objects()) - objects
    finally:
        tracemalloc.stop()


def _fresh_models(scenario: wargame.Scenario, count: int) -> None:
    for episode in range(count):
        wargame.WargameModel(scenario, episode=episode).play()


def _fresh_rows(scenario: wargame.Scenario, count: int) -> None:
    """`simulate`, with what it returns thrown away."""
    wargame.simulate(scenario, episodes=count, engine="mesa", progress=False, sample=0)


@pytest.mark.parametrize("way", [_fresh_models, _fresh_rows])
def test_memory_stays_flat(way: object) -> None:
    scenario = wargame.loads(TEXT.replace("horizon: 6", "horizon: 1"))
    known = _remembered()
    bytes_left, objects_left = _growth(lambda count: way(scenario, count), 100, 1500)
    assert bytes_left < 20
    assert objects_left < 100
    assert _remembered() == known


def test_memory_of_own_actors_stays_flat() -> None:
    """Own classes may hold anything, so every episode has a model of its own."""
    scenario = wargame.loads(TEXT.replace("horizon: 6", "horizon: 2"))

    def some(count: int) -> None:
        wargame.simulate(scenario, episodes=count, progress=False, sample=0, actors={"south": Waiting})

    known = _remembered()
    bytes_left, objects_left = _growth(some, 100, 700)
    assert bytes_left < 40
    assert objects_left < 100
    assert _remembered() == known


def test_failed_episodes_are_forgotten_too() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 1]}}
        actors: {a: {policies: {p: {effects: {x: 1 / x}}}, decision: {rule: uniform}}}
        """
    )
    known = _remembered()
    results = wargame.simulate(scenario, episodes=50, progress=False)
    assert results.failed == 50
    assert _remembered() == known


@pytest.mark.verify
def test_memory_stays_flat_over_20_000_episodes() -> None:
    scenario = wargame.loads(TEXT.replace("horizon: 6", "horizon: 2"))
    known = _remembered()
    for way in (_fresh_models, _fresh_rows):
        bytes_left, objects_left = _growth(lambda count, way=way: way(scenario, count), 500, 20_000)
        assert bytes_left < 5
        assert objects_left < 100
        assert _remembered() == known


def test_playing_warns_of_nothing(scenario: wargame.Scenario) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        play(scenario)
