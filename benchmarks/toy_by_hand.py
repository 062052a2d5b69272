"""The toy game as a Mesa model written by hand: agents, a dict for the state, a `DataCollector`.

It is the kind of model that Mesa's tutorials teach, with nothing done for speed, and the measure of the Mesa engine.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mesa
from ruamel.yaml import YAML

__all__ = ["TOY", "ToyModel"]

TOY = Path(__file__).parent / "toy.yaml"


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
