"""Playing an experiment: all its arms with the same draws, at the same points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from wargame.experiment.comparison import compare_arms
from wargame.experiment.engines import Engine, RunError
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import Experiment, load_experiment
from wargame.experiment.playing import Counting, Playing
from wargame.experiment.results import Results
from wargame.experiment.stopping import FIRST, Look, Plan, grow, look_at, read_target
from wargame.experiment.sweeps import play_design

__all__ = ["experiment"]


def experiment(
    experiment: Experiment | str | Path,
    *,
    episodes: int | None = None,
    seed: int | None = None,
    until: str | None = None,
    most: int | None = None,
    engine: Engine = "auto",
    workers: int | None = None,
    progress: bool = True,
) -> ExperimentResults:
    """Play all arms of an experiment (an Experiment, the name of one that comes with the package, or a path).

    Arms share their draws, stream by stream: episode 17 meets the same luck in each of them, and differences are
    paired. `episodes`, `seed`, `until` (such as `"difference +/- 0.01"`) and `most` take the place of what the file
    says. With a design, every arm is played at every point; numbers that an arm sets are not varied in it.

    Raises ScenarioError for a file that cannot be used, StopError and RunError for other arguments.
    """
    loaded = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    asked = replace(
        loaded,
        episodes=_checked("episodes", episodes or loaded.episodes),
        seed=loaded.seed if seed is None else seed,
        until=read_target(until) if until else loaded.until,
        most=_checked("most", most or loaded.most),
    )
    if asked.design is not None:
        if until:
            raise RunError(
                "a stop rule adds episodes, and a design fixes how many each point has; leave out `until`"
            )
        return _with_design(asked, engine, workers, progress)
    return _without_design(asked, engine, workers, progress)


def _checked(name: str, value: int) -> int:
    if isinstance(value, bool) or int(value) != value or not 1 <= value <= 2**32:
        raise RunError(f"{name} is {value!r}; give a whole number from 1 to {2**32:,}")
    return int(value)


def _with_design(asked: Experiment, engine: Engine, workers: int | None, progress: bool) -> ExperimentResults:
    assert asked.design is not None
    total = asked.episodes * len(asked.design) * len(asked.arms)
    with Counting(total, asked.name, shown=progress) as shown:
        sweeps = {
            name: play_design(
                arm.scenario,
                asked.design,
                episodes=asked.episodes,
                seed=asked.seed,
                orders=arm.orders,
                fixed=arm.fixed,
                engine=engine,
                workers=workers,
                shown=shown,
            )
            for name, arm in asked.arms.items()
        }
    return ExperimentResults(experiment=asked, arms={}, sweeps=sweeps, looks=[], plan=None)


def _without_design(
    asked: Experiment, engine: Engine, workers: int | None, progress: bool
) -> ExperimentResults:
    target = asked.until
    plan = None if target is None else Plan.of(target, first=min(FIRST, asked.most), most=asked.most)
    expected = asked.episodes if plan is None else plan.sizes[-1]
    with Counting(expected * len(asked.arms), asked.name, shown=progress) as shown:
        playings = {
            name: Playing(
                arm.scenario,
                expected=expected,
                seed=asked.seed,
                uncertain=asked.uncertain,
                orders=arm.orders,
                engine=engine,
                workers=workers,
                announce=shown.say,
            )
            for name, arm in asked.arms.items()
        }

        def play_to(size: int) -> dict[str, Results]:
            for playing in playings.values():
                playing.extend(size, shown)
            return {name: playing.results() for name, playing in playings.items()}

        if plan is None:
            return ExperimentResults(experiment=asked, arms=play_to(expected), sweeps={}, looks=[], plan=None)
        arms, looks = _grown(asked, plan, play_to)
    return ExperimentResults(experiment=asked, arms=arms, sweeps={}, looks=looks, plan=plan)


def _grown(
    asked: Experiment, plan: Plan, play_to: Callable[[int], dict[str, Results]]
) -> tuple[dict[str, Results], list[Look]]:
    """Play on until the target is met in every arm; returns the arms and all looks."""
    last: dict[str, Results] = {}

    def look(size: int) -> list[Look]:
        last.update(play_to(size))
        if plan.target.difference:
            return compare_arms(last, asked.baseline, plan.look_level).looks(plan.target, size)
        return [
            replace(found, name=f"{name}: {found.name}")
            for name, results in last.items()
            for found in look_at(results, plan.target, plan.look_level)
        ]

    looks = grow(plan, look)
    return last, looks
