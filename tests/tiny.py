"""Tiny scenarios for tests: a few lines of YAML, played step by step."""

from __future__ import annotations

import textwrap
from typing import Any

import wargame
from wargame.engine.trace import Decision

__all__ = ["decision", "failure", "path", "play", "tiny"]


def tiny(text: str, *, horizon: int = 1, time: str = "") -> wargame.Scenario:
    """A scenario from its interesting parts; a name, a time and a default outcome are added."""
    body = textwrap.dedent(text).strip("\n") + "\n"
    if "outcomes:" not in body:
        body += "outcomes: {end: {default: true}}\n"
    time = time or f"{{step: round, horizon: {horizon}}}"
    return wargame.loads(f"{body}name: tiny\ntime: {time}\n", file="tiny.yaml")


def play(scenario: wargame.Scenario, **options: Any) -> wargame.WargameModel:
    """The model after a whole episode, with every decision recorded."""
    model = wargame.WargameModel(scenario, record=True, **options)
    model.play()
    return model


def path(scenario: wargame.Scenario, *variables: str, **options: Any) -> list[Any]:
    """The variable's value at the end of each turn; with several variables, a tuple of them."""
    model, values = wargame.WargameModel(scenario, **options), []
    while model.running:
        model.step()
        values.append(tuple(model.state[variable] for variable in variables))
    return values if len(variables) > 1 else [value for (value,) in values]


def decision(model: wargame.WargameModel, actor: str, turn: int = 0, phase: str = "main") -> Decision:
    """The recorded decision of an actor on a turn."""
    return next(one for one in model.decisions if (one.actor, one.turn, one.phase) == (actor, turn, phase))


def failure(scenario: wargame.Scenario, **options: Any) -> Any:
    """Why the first episode could not be finished: a row of the table of failures."""
    results = wargame.simulate(scenario, episodes=1, progress=False, **options)
    assert results.failed == 1
    return results.failures.iloc[0]
