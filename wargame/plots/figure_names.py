"""What the standard figures of a run are called; known without loading what draws them."""

from __future__ import annotations

from wargame.experiment.results import Results

__all__ = ["OUTCOMES", "POLICIES", "TRAJECTORIES", "figure_names"]

OUTCOMES = "outcomes"

TRAJECTORIES = "trajectories"

POLICIES = "policies-"
"""What the name of an actor's figure begins with."""


def figure_names(results: Results) -> list[str]:
    """The names of the standard figures of a run, in the order in which they are read."""
    trajectories = [TRAJECTORIES] if results.layout.variables else []
    return [OUTCOMES, *trajectories, *(f"{POLICIES}{actor}" for actor in results.layout.actors)]
