"""Parameters that were set by hand: they are known, whatever the file says of their distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from wargame.scenario.scenario import Scenario

__all__ = ["known_numbers", "set_by_hand"]


def set_by_hand(scenario: Scenario) -> frozenset[str]:
    """The parameters that overrides gave a value, and no distribution after it."""
    known: dict[str, bool] = {}
    for path, value in scenario.source.overrides.items():
        group, dot, rest = path.partition(".")
        name, _, key = (rest if dot and group == "parameters" else path).partition(".")
        if name in scenario.parameters and (group == "parameters" or group not in scenario.source.data):
            known[name] = key == "value" or (not key and not isinstance(value, Mapping))
    return frozenset(name for name, is_known in known.items() if is_known)


def known_numbers(scenario: Scenario) -> Scenario:
    """The scenario as an uncertain run plays it: what was set by hand has no distribution, and so is not drawn."""
    parameters, data = dict(scenario.parameters), dict(scenario.source.data.get("parameters") or {})
    drawn = [name for name in set_by_hand(scenario) if parameters[name].distribution is not None]
    if not drawn:
        return scenario
    for name in drawn:
        parameters[name] = replace(parameters[name], distribution=None)
        data[name] = {key: value for key, value in data[name].items() if key != "distribution"}
    source = replace(scenario.source, data={**scenario.source.data, "parameters": data})
    return replace(scenario, parameters=parameters, source=source, structure=None)
