"""Random scenarios, put together from random parts."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

from wargame.scenario.loading import loads
from wargame.scenario.scenario import Scenario
from wargame.testing import world
from wargame.testing.actors import RULES, Cast, draw_actor, draw_policies
from wargame.testing.formulas import Data, Scope
from wargame.testing.reasoning import add_reasoning

__all__ = ["as_text", "scenario_data", "scenarios"]


def as_text(data: Data) -> str:
    """A scenario's data as YAML."""
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(data, stream)
    return stream.getvalue()


def scenarios(**options: Any) -> st.SearchStrategy[Scenario]:
    """Loaded scenarios; the options are those of `scenario_data`."""
    return scenario_data(**options).map(lambda data: loads(as_text(data)))


@st.composite
def scenario_data(
    draw: st.DrawFn,
    *,
    horizon: int = 4,
    actors: tuple[int, ...] = (1, 2, 2, 3),
    sets: bool = True,
    wild: bool = False,
    rules: tuple[str, ...] = RULES,
    expectations: tuple[str, ...] = ("mean", "exact"),
    reasoning: bool = True,
) -> Data:
    """A scenario of a few actors, up to three variables and up to three items of nature, as plain data.

    Every formula is built so that its value stays moderate: episodes do not fail, unless two effects happen to set one
    variable on the same turn (`sets=False` excludes that). With `wild` they may divide by zero, overflow
    and leave every range, so that many episodes fail, in all the ways an episode can.

    `actors` are the numbers of actors to choose from (0 to 3), `rules` and `expectations` the ways to decide. With
    `reasoning` some look several turns ahead, reason by levels, have private types or expect an equilibrium.
    """
    scope = Scope(draw, wild=wild)
    time = world.draw_time(scope, horizon)
    data: Data = {"name": "drawn", "time": time}
    data["parameters"] = world.draw_parameters(scope)
    data["state"] = world.draw_state(scope)
    phases = scope.pick([["main"], ["main"], ["first", "second"]])
    cast = Cast(draw_policies(scope, phases, actors), phases)
    if len(phases) > 1 and cast.policies:
        data["turn"] = {"phases": phases}
    items = world.kinds_of_nature(scope)
    data["define"] = world.definitions(scope)
    outcomes = world.draw_outcomes(scope)
    data["actors"] = {
        actor: draw_actor(
            scope, actor, cast, step=time["step"], sets=sets, rules=rules, expectations=expectations
        )
        for actor in cast.policies
    }
    data["effects"] = world.world_rules(scope, sets)
    data["nature"] = {name: world.draw_item(scope, kind, sets) for name, kind in items.items()}
    if reasoning:
        add_reasoning(scope, data, cast)
    data["calendar"] = world.draw_calendar(scope, time["step"])
    data["outcomes"] = outcomes
    data["metrics"] = world.draw_metrics(scope)
    return {key: value for key, value in data.items() if value not in ({}, [])}
