"""The Mesa engine: one episode of a scenario as a Mesa model, one step per turn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from wargame.engine.actor import ActorError, StateActor
from wargame.engine.block import Failure
from wargame.engine.orders import OrderBook
from wargame.engine.play import Past
from wargame.engine.rules import EpisodeError, Rules, rules_for
from wargame.engine.trace import Decision, record_decision
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.known import known_numbers
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

__all__ = ["WargameModel", "check_actors"]


class Values(Mapping[str, float]):
    """A view of some rows of the workspace by name; always up to date."""

    def __init__(self, model: WargameModel, prefix: str, names: list[str]) -> None:
        self._model, self._rows = model, {name: model.rules.rows[prefix + name] for name in names}

    def __getitem__(self, name: str) -> float:
        return self._model.workspace[self._rows[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __repr__(self) -> str:
        return repr(dict(self))


class WargameModel(mesa.Model):
    """One episode of a scenario, played turn by turn.

    Parameters: `scenario` (a Scenario, a name or a path); the seed as `seed=` or `rng=` (a whole number from 0 to
    2**64 - 1; a NumPy generator is asked for one; exactly one of them, or none for seed 1); `episode`, the number of
    the episode under that seed; `uncertain`, whether parameters are drawn from their distributions, but for those set
    by hand; `orders`, policies forced on some turns (see `wargame.simulate`); `actors`, own subclasses of StateActor by
    actor's name; `record`, whether every decision is kept in `decisions`, and the workspace in `history` (as dealt,
    then after every turn); `collect`, whether `datacollector` takes down state, policies, payoffs and outcome after
    every turn, for `mesa.batch_run` and data frames (a subclass may put its own DataCollector there, and collect by
    itself); `past`, from which to go on: `episode` is then the number of the branch.

    `declared` is the Scenario that is played. `step()` plays a turn; `running` becomes False when the episode has
    ended, and `outcome` then names how.
    """

    def __init__(
        self,
        scenario: Scenario | str | Path = "korea-2025",
        *,
        seed: int | None = None,
        rng: int | np.random.Generator | None = None,
        episode: int = 0,
        uncertain: bool = False,
        orders: OrderBook | list[str] | None = None,
        actors: Mapping[str, type[StateActor]] | None = None,
        record: bool = False,
        collect: bool = True,
        past: Past | None = None,
    ) -> None:
        if seed is not None and rng is not None:
            raise ValueError("give seed= or rng=, not both")
        self.seed = _seed_number(seed if rng is None else rng)
        super().__init__(rng=np.random.default_rng(self.seed))
        # Not `scenario`: newer versions of Mesa keep something of their own under that name.
        declared = scenario if isinstance(scenario, Scenario) else load(scenario)
        self.declared = known_numbers(declared) if uncertain else declared
        self.rules: Rules = rules_for(self.declared)
        self.orders = (
            orders if isinstance(orders, OrderBook) else OrderBook.parse(self.declared, orders or [])
        )
        self.uncertain, self.record, self.past = uncertain, record, past
        self.workspace: list[float] = list(self.rules.start)
        self._prepare()
        own = check_actors(self.declared, actors or {})
        self.capitals = [own.get(name, StateActor)(self, name) for name in self.declared.actors]
        self._by_name = {agent.name: agent for agent in self.capitals}
        self.state = Values(self, "state.", list(self.declared.state))
        self.metrics = Values(self, "metric.", list(self.declared.metrics))
        self._collects = collect
        self.reset(episode)

    def _prepare(self) -> None:
        """Look up once what every turn needs."""
        rules, rows = self.rules, self.rules.rows
        deal = "deal_uncertain" if self.uncertain and rules.deal_streams.names else "deal"
        self._deal = rules.function(deal)
        self._deals_anew = deal == "deal_uncertain" or rules.deals_anew
        self._begin = rules.function("begin")
        names = ("resolve", "nature", "book", "learn", "record", "judge")
        self._rules_of_a_turn = [(name, one) for name in names if (one := rules.function(name)) is not None]
        self._shows = {
            phase: [
                (name, rules.function(name))
                for name in (f"show_{phase}", *(f"learn_types_{seat.actor.name}_{phase}" for seat in seats))
            ]
            for phase, seats in rules.seats.items()
        }
        streams, dealt = rules.turn_streams.names, rules.deal_streams.names
        self._draws = slice(rows["turn"] + 1, rows["turn"] + 1 + len(streams))
        self._dealt = slice(self._draws.stop, self._draws.stop + len(dealt))
        self._turn_row, self._ended_row = rows["turn"], rows["ended"]

    def reset(self, episode: int) -> None:
        """Start episode number `episode`: deal what chance deals, before its first turn."""
        rules = self.rules
        self.episode, self.running = episode, True
        self.turn = -1 if self.past is None else self.past.turn - 1
        self.outcome: str | None = None
        self.failure: Failure | None = None
        self.orders_blocked = 0
        self.decisions: list[Decision] = []
        self.history: list[list[float]] = []
        if self._collects:
            self.datacollector = self._collector = _collector(self.declared)
        self.workspace[:] = rules.start if self.past is None else self.past.workspace
        if self._deals_anew and self.past is None:
            self.workspace[self._dealt] = rules.deal_streams.table(self.seed, episode, 1)[0].tolist()
            assert self._deal is not None
            if self._deal(self.workspace) != 0.0:
                self.fail("deal_uncertain" if self.uncertain else "deal")
        self.workspace_before = list(self.workspace)
        drawn = (episode, 0) if self.past is None else (self.past.episode, episode)
        horizon = self.declared.horizon
        self._table = rules.turn_streams.table(self.seed, drawn[0], horizon, branch=drawn[1]).tolist()
        if self.record:
            self.history.append(list(self.workspace))

    def step(self) -> None:
        """Play one turn: rules R1 to R8. After the end of the episode it does nothing."""
        if not self.running:
            return
        self.turn += 1
        workspace = self.workspace
        self.workspace_before = list(workspace)
        workspace[self._turn_row] = float(self.turn)
        workspace[self._draws] = self._table[self.turn]
        self._apply("begin", self._begin)
        for actor in self.capitals:
            actor.perceive()
        for phase in self.declared.phases:
            self._play_phase(phase)
        for name, function in self._rules_of_a_turn:
            self._apply(name, function)
        if workspace[self._ended_row] >= 0.0 or self.turn + 1 >= self.declared.horizon:
            self._end()
        if self.record:
            self.history.append(list(workspace))
        if self._collects and self.datacollector is self._collector:
            self.datacollector.collect(self)

    def _play_phase(self, phase: str) -> None:
        """R3: everybody in the phase decides before anybody's choice is shown."""
        rows, orders = self.rules.rows, self.orders.on(self.turn)
        for seat in self.rules.seats[phase]:
            if self.orders:
                self.workspace[rows[f"order.{seat.name}"]] = float(orders.get(seat.name, -1))
            actor = self._by_name[seat.actor.name]
            index = actor.decide(phase)
            if seat.name in orders:
                self.orders_blocked += int(index != orders[seat.name])
            if self.record:
                self.decisions.append(record_decision(actor, seat, index))
        for name, function in self._shows[phase]:
            self._apply(name, function)

    def _apply(self, name: str, function: Any) -> None:
        if function is not None and function(self.workspace) != 0.0:
            self.fail(name)

    def _end(self) -> None:
        self.running = False
        self._apply("settle", self.rules.function("settle"))
        index = int(self.workspace[self.rules.rows["outcome"]])
        self.outcome = list(self.declared.outcomes)[index]
        self._forget()

    def fail(self, block: str) -> None:
        """Stop the episode because a check of `block` failed; raises EpisodeError."""
        self.running = False
        self.failure = self.rules.explainer.diagnose(block, self.workspace, self.episode, max(self.turn, 0))
        self._forget()
        raise EpisodeError(self.failure)

    def _forget(self) -> None:
        """Mesa 3.3 keeps every model alive in a table of agent numbers; take this one out."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    @property
    def length(self) -> int:
        """Completed turns."""
        return self.turn + 1

    @property
    def date(self) -> str:
        """The date of the present turn, such as 2026Q1, or its number."""
        return self.declared.dates.label(max(self.turn, 0))

    def actor(self, name: str) -> StateActor:
        """The agent of that name."""
        return self._by_name[name]

    def play(self) -> str:
        """Play the episode to its end; returns the outcome."""
        while self.running:
            self.step()
        assert self.outcome is not None
        return self.outcome


def _collector(scenario: Scenario) -> mesa.DataCollector:
    """Reporters for everything that a turn brings about, under the names that results use.

    All of them report on the model: `mesa.batch_run` loses what agents report in the last step.
    """
    reporters: dict[str, Callable[[WargameModel], object]] = {"outcome": partial(_report, kind="outcome")}
    for kind, names in (("state", scenario.state), ("policy", scenario.actors), ("payoff", scenario.actors)):
        for name in names:
            reporters[f"{kind}.{name}"] = partial(_report, kind=kind, name=name)
    for name in scenario.metrics:
        reporters[f"metric.{name}"] = partial(_report, kind="metric", name=name)
    return mesa.DataCollector(model_reporters=reporters)


def _report(model: WargameModel, *, kind: str, name: str = "") -> object:
    """One thing about a model; outcome and metrics are None before the end."""
    if kind == "state":
        return model.state[name]
    if kind == "policy":
        return ", ".join(model.actor(name).policies.values()) or None
    if kind == "payoff":
        return model.actor(name).payoff
    if kind == "metric":
        return None if model.running else model.metrics[name]
    return model.outcome


def _seed_number(given: int | np.random.Generator | None) -> int:
    if given is None:
        return 1
    if isinstance(given, np.random.Generator):
        return int(given.integers(2**64, dtype=np.uint64))
    number = int(given)
    if number != given or not 0 <= number < 2**64:
        raise ValueError(f"the seed is {given!r}; give a whole number from 0 to 2**64 - 1")
    return number


def check_actors(scenario: Scenario, actors: Mapping[str, object]) -> dict[str, type[StateActor]]:
    """Own actor classes must be subclasses of StateActor, for actors that the scenario has."""
    checked = {}
    for name, own in actors.items():
        if name not in scenario.actors:
            raise ActorError(
                f"there is no actor {name!r}; allowed: {join_names(scenario.actors)}. "
                f"{did_you_mean(name, scenario.actors)}".rstrip()
            )
        if not (isinstance(own, type) and issubclass(own, StateActor)):
            raise ActorError(f"actors[{name!r}] must be a subclass of wargame.StateActor, not {own!r}")
        checked[name] = own
    return checked
