"""R2: what actors see, and the situation as an actor sees it."""

from __future__ import annotations

from wargame.engine.graph import Node
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.scenario import Actor

__all__ = ["perceive", "perceived"]


def perceive(workbook: Workbook, actor: Actor) -> dict[str, Node]:
    """R2: what the actor sees of the variables that it does not see exactly, not yet clipped to bounds."""
    graph, situation = workbook.graph, workbook.realized()
    seen = {}
    for variable, sight in actor.perception.items():
        noise = situation.value(sight.noise)
        value = graph.add(situation.state[variable], situation.value(sight.bias))
        if noise is not graph.zero:
            normal = graph.apply("normal_quantile", workbook.row(f"draw.perceive.{actor.name}.{variable}"))
            value = graph.add(value, graph.mul(noise, normal))
        seen[variable] = value
    return seen


def perceived(workbook: Workbook, actor: Actor) -> Situation:
    """The situation as the actor sees it: its percept for the state, also as what the turn began with.

    What is private to others is to it what it is believed to be on average.
    """
    situation = workbook.realized()
    state = {
        name: workbook.row(f"seen.{actor.name}.{name}") if name in actor.perception else node
        for name, node in situation.state.items()
    }
    unknown = {
        name: workbook.row(f"mean.{name}")
        for other in workbook.scenario.actors.values()
        if other.types is not None and other.name != actor.name
        for name in other.types.values
    }
    return situation.copy(state=state, now=state, parameters={**situation.parameters, **unknown})
