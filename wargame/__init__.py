"""wargame: strategic wargames among states, played by agents, thousands of times.

::

    import wargame

    results = wargame.simulate("korea-2025", episodes=1000, seed=1)
    print(results.outcomes())
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor
    from wargame.engine.model import WargameModel
    from wargame.experiment.experiment_results import read_experiment
    from wargame.experiment.forks import fork
    from wargame.experiment.results import Results, read
    from wargame.experiment.run import replay, simulate
    from wargame.experiment.sweep import sweep
    from wargame.report.story import story
    from wargame.scenario.errors import ScenarioError, WargameError
    from wargame.scenario.loading import available_scenarios, load, loads
    from wargame.scenario.scenario import Scenario

__version__ = "0.1.0"

_HOMES = {
    "Results": "wargame.experiment.results",
    "Scenario": "wargame.scenario.scenario",
    "ScenarioError": "wargame.scenario.errors",
    "StateActor": "wargame.engine.actor",
    "WargameError": "wargame.scenario.errors",
    "WargameModel": "wargame.engine.model",
    "available_scenarios": "wargame.scenario.loading",
    "fork": "wargame.experiment.forks",
    "load": "wargame.scenario.loading",
    "loads": "wargame.scenario.loading",
    "read": "wargame.experiment.results",
    "read_experiment": "wargame.experiment.experiment_results",
    "replay": "wargame.experiment.run",
    "simulate": "wargame.experiment.run",
    "story": "wargame.report.story",
    "sweep": "wargame.experiment.sweep",
}

__all__ = [
    "Results",
    "Scenario",
    "ScenarioError",
    "StateActor",
    "WargameError",
    "WargameModel",
    "__version__",
    "available_scenarios",
    "experiment",
    "fork",
    "load",
    "loads",
    "read",
    "read_experiment",
    "replay",
    "simulate",
    "story",
    "sweep",
]


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: `import wargame` itself costs nothing."""
    if name == "experiment":
        # The package of that name, which can be called.
        return import_module("wargame.experiment")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'wargame' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
