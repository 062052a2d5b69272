"""How fast is the Mesa engine beside a Mesa model written by hand?

    python benchmarks/mesa_engine.py

plays `toy.yaml`, in turn and in several rounds, (a) as a hand-written model with agents, a dict for the state
and a `DataCollector`, through `mesa.batch_run` with one process and in a plain loop, and (b) through the Mesa
engine. All run on one core. Before the table stands a check that all play one game. Takes under a minute.
"""

from __future__ import annotations

import argparse
import math
import re
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mesa
from ruamel.yaml import YAML

import wargame

TOY = Path(__file__).parent / "toy.yaml"
STANDARD_ERRORS = 4.0


@dataclass(frozen=True, kw_only=True)
class Event:
    """Fires with probability logistic(base + two weighted variables) and then adds to `target`."""

    base: float
    first: tuple[float, str]
    second: tuple[float, str]
    target: str
    add: float

    def probability(self, state: dict[str, float]) -> float:
        (weight, name), (other_weight, other) = self.first, self.second
        return 1 / (1 + math.exp(-(self.base + weight * state[name] + other_weight * state[other])))


@dataclass(frozen=True, kw_only=True)
class Toy:
    """The numbers of `toy.yaml`, as a modeller would hold them."""

    horizon: int
    initial: dict[str, float]
    effects: dict[str, dict[str, dict[str, float]]]
    terms: dict[str, list[tuple[str, float, list[str]]]]
    precision: float
    rate: float
    events: list[Event]
    top: float


def read_toy(path: Path = TOY) -> Toy:
    """Take the numbers out of the scenario's formulas, which all have one of a few forms."""
    data = YAML(typ="safe").load(path)
    actors = data["actors"]
    decision = next(iter(actors.values()))["decision"]
    return Toy(
        horizon=data["time"]["horizon"],
        initial={name: variable["initial"] for name, variable in data["state"].items()},
        effects={
            actor: {
                policy: {name: leading_number(text) for name, text in body["effects"].items()}
                for policy, body in spec["policies"].items()
            }
            for actor, spec in actors.items()
        },
        terms={
            actor: [
                (kind.split("_")[0], leading_number(text), re.findall(r"\bs\d+", text))
                for kind, text in spec["utility"].items()
            ]
            for actor, spec in actors.items()
        },
        precision=decision["precision"],
        rate=decision["expects"]["rate"],
        events=[read_event(item) for item in data["nature"].values()],
        top=float(data["outcomes"]["top"]["when"].split(">=")[1]),
    )


def leading_number(formula: str) -> float:
    return float(formula.split(" * ")[0])


def read_event(item: dict[str, Any]) -> Event:
    score = item["draw"]["bernoulli"].removeprefix("logistic(").removesuffix(")")
    base, *summands = score.split(" + ")
    first, second = (summand.split(" * ") for summand in summands)
    ((target, add),) = item["effects"].items()
    return Event(
        base=float(base),
        first=(float(first[0]), first[1]),
        second=(float(second[0]), second[1]),
        target=target,
        add=add,
    )


def clip(value: float) -> float:
    return min(max(value, 0.0), 1.0)


class Actor(mesa.Agent):
    """Plans one turn ahead for each policy, believing what it has seen of the others, and chooses softly."""

    def __init__(self, model: ToyModel, name: str) -> None:
        super().__init__(model)
        self.name = name
        self.effects = model.toy.effects[name]
        self.seen = {policy: 1 / len(self.effects) for policy in self.effects}
        self.choice = ""

    def utility(self, state: dict[str, float]) -> float:
        total = 0.0
        for kind, weight, names in self.model.toy.terms[self.name]:
            if kind == "linear":
                total += weight * state[names[0]]
            elif kind == "quadratic":
                total += weight * (state[names[0]] - 0.5) ** 2
            else:
                total += weight * state[names[0]] * state[names[1]]
        return total

    def choose(self) -> None:
        room = {name: 1 - 0.5 * value for name, value in self.model.state.items()}
        expected = dict(self.model.state)
        for other in self.model.agents:
            if other is not self:
                for policy, effects in other.effects.items():
                    belief = other.seen[policy]
                    for name, strength in effects.items():
                        expected[name] += belief * strength * room[name]
        scores = []
        for effects in self.effects.values():
            ahead = dict(expected)
            for name, strength in effects.items():
                ahead[name] += strength * room[name]
            ahead = {name: clip(value) for name, value in ahead.items()}
            for event in self.model.toy.events:
                ahead[event.target] = clip(ahead[event.target] + event.add * event.probability(ahead))
            scores.append(self.model.toy.precision * self.utility(ahead))
        best = max(scores)
        weights = [math.exp(score - best) for score in scores]
        self.choice = self.random.choices(list(self.effects), weights)[0]

    def update(self) -> None:
        """What the others learn from this turn's choice; all see the same, so one record does."""
        rate = self.model.toy.rate
        for policy, belief in self.seen.items():
            self.seen[policy] = belief + rate * ((policy == self.choice) - belief)


class ToyModel(mesa.Model):
    """The toy game as Mesa's tutorials would write it."""

    toy = read_toy()

    def __init__(self, seed: int | None = None) -> None:
        super().__init__(seed=seed)
        self.state = dict(self.toy.initial)
        self.turn = 0
        for name in self.toy.effects:
            Actor(self, name)
        reporters = {name: (lambda model, name=name: model.state[name]) for name in self.state}
        self.datacollector = mesa.DataCollector(
            model_reporters=reporters, agent_reporters={"choice": "choice"}
        )

    def step(self) -> None:
        self.agents.do("choose")
        changed = dict(self.state)
        for actor in self.agents:
            for name, strength in actor.effects[actor.choice].items():
                changed[name] += strength * (1 - 0.5 * self.state[name])
        changed = {name: clip(value) for name, value in changed.items()}
        for event in self.toy.events:
            if self.random.random() < event.probability(changed):
                changed[event.target] = clip(changed[event.target] + event.add)
        self.state = changed
        self.agents.do("update")
        self.datacollector.collect(self)
        self.turn += 1
        self.running = self.turn < self.toy.horizon and self.state["s1"] < self.toy.top


Ends = list[float]
"""The last value of s1 in each episode, by which the contenders are compared."""


def play_batch_run(episodes: int, seed: int) -> Ends:
    rows = mesa.batch_run(
        ToyModel,
        {"seed": range(seed, seed + episodes)},
        number_processes=1,
        data_collection_period=-1,
        display_progress=False,
    )
    return [row["s1"] for row in rows if row["AgentID"] == 1]


def play_loop(episodes: int, seed: int) -> Ends:
    ends = []
    for episode in range(episodes):
        model = ToyModel(seed=seed + episode)
        while model.running:
            model.step()
        ends.append(model.state["s1"])
    return ends


def play_engine(episodes: int, seed: int) -> Ends:
    scenario = wargame.load(TOY)
    results = wargame.simulate(
        scenario, episodes=episodes, seed=seed, engine="mesa", workers=1, progress=False
    )
    return list(results.episodes["metric.s1_end"])


CONTENDERS: dict[str, Callable[[int, int], Ends]] = {
    "hand-written model, mesa.batch_run": play_batch_run,
    "hand-written model, plain loop": play_loop,
    "Mesa engine, wargame.simulate": play_engine,
}


def measure(rounds: int, seconds: float) -> tuple[dict[str, list[float]], dict[str, Ends]]:
    """Episodes per second of every contender in every round, and all ends.

    A short first play of each is not counted: it compiles rules, fills caches and tells how many episodes
    fill the time. The order moves on each round: a machine that warms up or slows down favours nobody.
    """
    names = list(CONTENDERS)
    episodes = {}
    for name in names:
        CONTENDERS[name](5, 0)
        episodes[name] = max(20, int(seconds * timed(name, 30, 0)[0]))
    speeds: dict[str, list[float]] = {name: [] for name in names}
    ends: dict[str, Ends] = {name: [] for name in names}
    for index in range(rounds):
        for place in range(len(names)):
            name = names[(index + place) % len(names)]
            speed, new_ends = timed(name, episodes[name], 1_000_000 * (index + 1))
            speeds[name].append(speed)
            ends[name] += new_ends
    return speeds, ends


def timed(name: str, episodes: int, seed: int) -> tuple[float, Ends]:
    """Episodes per second of processor time, in which other work on the machine counts least, and their ends."""
    start = time.process_time()
    ends = CONTENDERS[name](episodes, seed)
    speed = episodes / (time.process_time() - start)
    # Mesa 3.3 keeps every model alive here; without this, late rounds would pay for early ones.
    mesa.Agent._ids.clear()
    return speed, ends


def check_same_game(ends: dict[str, Ends]) -> None:
    """Stop if the contenders' mean ends or shares of broken-off episodes lie too far apart for one game."""
    summaries = {}
    for name, values in ends.items():
        reached = [float(value >= ToyModel.toy.top) for value in values]
        summaries[name] = [
            (statistics.fmean(x), statistics.stdev(x) / math.sqrt(len(x))) for x in (reached, values)
        ]
    engine = summaries["Mesa engine, wargame.simulate"]
    for name, summary in summaries.items():
        texts = []
        for (found, error), (wanted, wanted_error) in zip(summary, engine, strict=True):
            texts.append(f"{found:.4f} +- {error:.4f}")
            if abs(found - wanted) > STANDARD_ERRORS * math.hypot(error, wanted_error):
                sys.exit(f"not the same game: {name} gives {found:.4f}, the engine {wanted:.4f}")
        print(f"{name:36} ended early {texts[0]}, last s1 {texts[1]}, n = {len(ends[name]):,}")


def print_table(speeds: dict[str, list[float]]) -> None:
    base = statistics.median(speeds["hand-written model, mesa.batch_run"])
    print(f"\n{'one core, processor time':36} {'episodes/s':>10} {'lowest':>8} {'highest':>8} {'ratio':>7}")
    for name, values in speeds.items():
        middle = statistics.median(values)
        print(f"{name:36} {middle:10.0f} {min(values):8.0f} {max(values):8.0f} {middle / base:6.2f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the Mesa engine beside a hand-written Mesa model.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each contender in each round")
    arguments = parser.parse_args()
    speeds, ends = measure(arguments.rounds, arguments.seconds)
    check_same_game(ends)
    print_table(speeds)


if __name__ == "__main__":
    main()
