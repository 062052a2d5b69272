"""A run that ends when something is known well enough."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wargame.experiment.results import LEVEL, Results
from wargame.experiment.run import simulate
from wargame.experiment.stopping import FIRST, MOST, Look, Plan, grow, look_at, read_target
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

__all__ = ["Stopped", "simulate_until"]


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """A run that a stop rule ended: its results, the looks that were taken, and the plan they were taken by.

    The interval of the last look is paid for. Those of the results' own tables are not: they are at 95 % each, as if
    nobody had looked.
    """

    results: Results
    looks: list[Look]
    plan: Plan

    @property
    def is_met(self) -> bool:
        """Whether the target was met, or the run ended at its maximum."""
        return self.plan.is_met(self.looks[-1:])


def simulate_until(
    scenario: Scenario | str | Path,
    until: str,
    *,
    most: int = MOST,
    first: int = FIRST,
    level: float = LEVEL,
    out: str | Path | None = None,
    **options: Any,
) -> Stopped:
    """Play until a share or mean is known as well as `until` says (`"war +/- 0.002"`), or `most` episodes are played.

    Looks are taken after `first` episodes, twice as many, and so on; each interval is at the level that makes all
    planned looks hold together with `level` (Bonferroni). `options` are those of `wargame.simulate`; with `out`, the
    run is kept in that folder and made longer from look to look.

    Raises StopError for a target that cannot be understood or is about nothing in the scenario.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    plan = Plan.of(read_target(until), first=min(first, most), most=most, level=level)
    last: list[Results] = []

    def play_to(size: int) -> list[Look]:
        if out is None:
            # What was played before is played again: with sizes that double, that is less than what is new.
            results = simulate(loaded, episodes=size, **options)
        else:
            results = simulate(loaded, episodes=size, out=out, resume=bool(last), **options)
        last[:] = [results]
        return look_at(results, plan.target, plan.look_level)

    looks = grow(plan, play_to)
    return Stopped(results=last[0], looks=looks, plan=plan)
