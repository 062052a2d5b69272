"""A scenario at other numbers: the same structure, with some of its plain numbers changed.

`Scenario.with_` checks a change like a file, which takes as long as loading it. A design changes plain numbers
hundreds of times; what it changes is checked here once, and the engines keep what they compiled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.formula import Formula, Number
from wargame.scenario.scenario import Scenario
from wargame.scenario.source import KeyPath

__all__ = ["at_point", "plain_number"]

_KEYS = {"parameters": "value", "state": "initial"}


def plain_number(scenario: Scenario, name: str) -> str:
    """The full name, `parameters.NAME` or `state.NAME`, of a plain number that a design may change.

    ScenarioError where there is no such parameter or state variable, or where its value is a formula or drawn.
    """
    group, dot, rest = name.partition(".")
    if not dot:
        group = "parameters" if name in scenario.parameters else "state"
        rest = name
    things: Mapping[str, object] = {"parameters": scenario.parameters, "state": scenario.state}.get(group, {})
    if rest not in things:
        known = [*scenario.parameters, *scenario.state]
        raise _problem(
            scenario,
            f"{name!r} is no number that can be varied",
            allowed="parameters and state variables whose value is a plain number: " + join_names(known),
            remedy=did_you_mean(rest, known) or "see `wargame inspect SCENARIO parameters`",
        )
    formula = _formula(scenario, group, rest)
    if formula is None or formula.constant is None:
        raise _problem(
            scenario,
            f"{name!r} is not a plain number, but a formula or drawn by chance, so it cannot be varied",
            found=formula.text if formula is not None else "a distribution",
            remedy="vary the parameters it is computed from, or give it a plain number",
        )
    return f"{group}.{rest}"


def at_point(scenario: Scenario, numbers: Mapping[str, float]) -> Scenario:
    """The scenario with plain numbers changed, by full name (see `plain_number`).

    It plays the same episodes as `scenario.with_(numbers)`, and shares all compiled code with `scenario`. Only that
    the numbers are finite is checked; to check them like a file, try the ends of their ranges with `with_`.
    """
    source = scenario.source
    parameters, state = dict(scenario.parameters), dict(scenario.state)
    data = {**source.data, **{group: dict(source.data.get(group) or {}) for group in _KEYS}}
    changed: dict[KeyPath, str] = dict(source.changed)
    for name, given in numbers.items():
        number = float(given)
        if not math.isfinite(number):
            raise _problem(scenario, f"{name} would be {given!r}", remedy="give a finite number")
        group, _, rest = plain_number(scenario, name).partition(".")
        before = _formula(scenario, group, rest)
        assert before is not None
        formula = replace(before, text=repr(number), tree=Number(number))
        if group == "parameters":
            parameters[rest] = replace(parameters[rest], value=formula)
        else:
            state[rest] = replace(state[rest], initial=formula)
        there = data[group][rest]
        data[group][rest] = {**there, _KEYS[group]: number} if isinstance(there, dict) else number
        changed[(group, rest, _KEYS[group])] = f"{name}={number:g}"
    # What is given again moves to the end, so that the overrides can be applied again in this order.
    kept = {path: value for path, value in source.overrides.items() if path not in numbers}
    return replace(
        scenario,
        parameters=parameters,
        state=state,
        source=replace(source, data=data, changed=changed, overrides={**kept, **_plain(numbers)}),
        structure=scenario.structure or scenario,
    )


def _plain(numbers: Mapping[str, float]) -> dict[str, float]:
    return {name: float(number) for name, number in numbers.items()}


def _formula(scenario: Scenario, group: str, name: str) -> Formula | None:
    """The formula of a parameter's value or of a state variable's start; None where chance deals it."""
    if group == "parameters":
        return scenario.parameters[name].value
    initial = scenario.state[name].initial
    return initial if isinstance(initial, Formula) else None


def _problem(
    scenario: Scenario, message: str, *, found: str = "", allowed: str = "", remedy: str
) -> ScenarioError:
    problem = Problem(
        file=scenario.file, line=0, message=message, found=found, allowed=allowed, remedy=remedy
    )
    return ScenarioError(problem)
