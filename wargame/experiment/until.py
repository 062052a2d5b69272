"""A run that ends when something is known well enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wargame.experiment.results import LEVEL, Results
from wargame.experiment.run import simulate
from wargame.experiment.stopping import FIRST, MOST, Look, Plan, StopError, grow, look_at, read_target
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
    resume: bool = False,
    **options: Any,
) -> Stopped:
    """Play until a share or mean is known as well as `until` says (`"war +/- 0.002"`), or `most` episodes are played.

    Looks are taken after `first` episodes, twice as many, and so on; each interval is at the level that makes all
    planned looks hold together with `level` (Bonferroni). `options` are those of `wargame.simulate`; with `out`, the
    run is kept in that folder and made longer from look to look, and so are the looks. With `resume` it goes on with
    what is there, after an interruption or not, and ends as if it had never been disturbed.

    Raises StopError for a target that cannot be understood or is about nothing in the scenario, and for a run to resume
    that is longer than the looks that are known of it.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    plan = Plan.of(read_target(until), first=min(first, most), most=most, level=level)
    if out is None:
        # What was played before is played again: with sizes that double, that is less than what is new.
        def play_to(size: int) -> Results:
            return simulate(loaded, episodes=size, **options)

        return _stopped(plan, play_to, [], lambda looks: None)
    return _stopped_in_folder(Path(out), plan, loaded, options, resume=resume)


def _stopped(
    plan: Plan, play_to: Callable[[int], Results], known: list[Look], keep: Callable[[list[Look]], None]
) -> Stopped:
    """Take the looks that are not known yet; `keep` is given all that were taken, after each."""
    last: list[Results] = []
    taken: list[Look] = []

    def look(size: int) -> list[Look]:
        there = [one for one in known if one.episodes == size]
        if not there or plan.is_met(there) or size == plan.sizes[-1]:
            last[:] = [play_to(size)]
        found = there or look_at(last[0], plan.target, plan.look_level)
        taken.extend(found)
        keep(taken)
        return found

    looks = grow(plan, look)
    return Stopped(results=last[0], looks=looks, plan=plan)


def _stopped_in_folder(
    folder: Path, plan: Plan, scenario: Scenario, options: dict[str, Any], *, resume: bool
) -> Stopped:
    # Arrow takes a second to load; runs that are not saved do without it.
    from wargame.experiment.interrupted import episodes_there, identity_there
    from wargame.experiment.looks_kept import keep_looks, kept_looks

    known: list[Look] = []
    if resume:
        known = kept_looks(folder, plan, identity_there(folder))
        complete, next_look = episodes_there(folder), plan.sizes[min(len(known), len(plan.sizes) - 1)]
        if complete > next_look:
            raise StopError(
                f"{folder} holds {complete:,} episodes, more than the {next_look:,} of the next look at {plan.target}: "
                f"a look that was passed over cannot be taken any more\n  {'mend:':<9}Ask for the same target and "
                "maximum as before, or choose another folder."
            )
    begun = False

    def play_to(size: int) -> Results:
        nonlocal begun
        results = simulate(scenario, episodes=size, out=folder, resume=resume or begun, **options)
        begun = True
        return results

    def keep(looks: list[Look]) -> None:
        if len(looks) > len(known):
            identity = identity_there(folder)
            assert identity is not None
            keep_looks(folder, plan, identity, looks)

    return _stopped(plan, play_to, known, keep)
