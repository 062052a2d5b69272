"""Playing an experiment: all its arms with the same draws, at the same points."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame import __version__
from wargame.experiment.comparison import compare_arms
from wargame.experiment.engines import Engine, RunError
from wargame.experiment.experiment_results import ARMS, MANIFEST, ExperimentResults, read_experiment
from wargame.experiment.files import Experiment, load_experiment
from wargame.experiment.kept_points import KeptPoints
from wargame.experiment.playing import Counting, Playing
from wargame.experiment.results import Results
from wargame.experiment.stopping import FIRST, Look, Plan, grow, look_at, read_target
from wargame.experiment.sweeps import play_design

if TYPE_CHECKING:
    from wargame.experiment.kept import Kept

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
    out: str | Path | None = None,
    resume: bool = False,
) -> ExperimentResults:
    """Play all arms of an experiment (an Experiment, the name of one that comes with the package, or a path).

    Arms share their draws, stream by stream: episode 17 meets the same luck in each of them, and differences are
    paired. `episodes`, `seed`, `until` (such as `"difference +/- 0.01"`) and `most` take the place of what the file
    says. With a design, every arm is played at every point; numbers that an arm sets are not varied in it.

    With `out` the experiment is written to that folder, and its arms are kept there while they are played; with
    `resume` it goes on with what is complete, after an interruption, and ends as if there had been none.

    Raises ScenarioError for a file that cannot be used, StopError and RunError for other arguments, ResultsError for a
    folder that is taken, damaged or cannot be written.
    """
    loaded = experiment if isinstance(experiment, Experiment) else load_experiment(experiment)
    asked = replace(
        loaded,
        episodes=_checked("episodes", episodes or loaded.episodes),
        seed=loaded.seed if seed is None else seed,
        until=read_target(until) if until else loaded.until,
        most=_checked("most", most or loaded.most),
    )
    if asked.design is not None and until:
        raise RunError(
            "a stop rule adds episodes, and a design fixes how many each point has; leave out `until`"
        )
    play = partial(_play, asked, engine, workers, progress)
    if out is None:
        return play(None)
    # Arrow takes a second to load; experiments that are not saved do without it.
    from wargame.experiment.kept import Kept

    kept = Kept(Path(out), kind="experiment", manifest=MANIFEST, asked=_decisive(asked), resume=resume)
    with kept.begin():
        play(kept).save(out)
    kept.remove()
    return read_experiment(out)


def _play(
    asked: Experiment, engine: Engine, workers: int | None, progress: bool, kept: Kept | None
) -> ExperimentResults:
    play = _without_design if asked.design is None else _with_design
    return play(asked, engine, workers, progress, kept)


def _decisive(asked: Experiment) -> dict[str, Any]:
    """What decides the results of an experiment."""
    source = asked.scenario.source
    return {
        "the experiment's text": hashlib.sha256(asked.source.text.encode()).hexdigest(),
        "scenario": hashlib.sha256(source.text.encode()).hexdigest(),
        "overrides": dict(source.overrides),
        "the episodes of an arm": asked.episodes,
        "seed": asked.seed,
        "the target": "" if asked.until is None else str(asked.until),
        "the maximum": asked.most,
        "wargame": __version__,
    }


def _checked(name: str, value: int) -> int:
    if isinstance(value, bool) or int(value) != value or not 1 <= value <= 2**32:
        raise RunError(f"{name} is {value!r}; give a whole number from 1 to {2**32:,}")
    return int(value)


def _with_design(
    asked: Experiment, engine: Engine, workers: int | None, progress: bool, kept: Kept | None
) -> ExperimentResults:
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
                kept=None
                if kept is None
                else KeptPoints(kept.folder / ARMS / name, f"{kept.identity} {name}"),
            )
            for name, arm in asked.arms.items()
        }
    return ExperimentResults(experiment=asked, arms={}, sweeps=sweeps, looks=[], plan=None)


def _without_design(
    asked: Experiment, engine: Engine, workers: int | None, progress: bool, kept: Kept | None
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
                out=None if kept is None else kept.folder / ARMS / name,
            )
            for name, arm in asked.arms.items()
        }

        def play_to(size: int) -> dict[str, Results]:
            for playing in playings.values():
                playing.extend(size, shown)
            return {name: playing.results() for name, playing in playings.items()}

        if plan is None:
            return ExperimentResults(experiment=asked, arms=play_to(expected), sweeps={}, looks=[], plan=None)
        arms, looks = _grown(asked, plan, play_to, kept)
    return ExperimentResults(experiment=asked, arms=arms, sweeps={}, looks=looks, plan=plan)


def _grown(
    asked: Experiment, plan: Plan, play_to: Callable[[int], dict[str, Results]], kept: Kept | None
) -> tuple[dict[str, Results], list[Look]]:
    """Play on until the target is met in every arm; returns the arms and all looks, kept as they are taken."""
    last: dict[str, Results] = {}
    known: list[Look] = []
    taken: list[Look] = []
    if kept is not None:
        from wargame.experiment.looks_kept import keep_looks, kept_looks

        known = kept_looks(kept.folder, plan, kept.identity)

    def look(size: int) -> list[Look]:
        found = [one for one in known if one.episodes == size]
        if not found or plan.is_met(found) or size == plan.sizes[-1]:
            last.update(play_to(size))
        found = found or _looks(asked, plan, last, size)
        taken.extend(found)
        if kept is not None and len(taken) > len(known):
            keep_looks(kept.folder, plan, kept.identity, taken)
        return found

    looks = grow(plan, look)
    return last, looks


def _looks(asked: Experiment, plan: Plan, arms: Mapping[str, Results], size: int) -> list[Look]:
    """One look at all arms, or at their differences from the baseline."""
    if plan.target.difference:
        return compare_arms(arms, asked.baseline, plan.look_level).looks(plan.target, size)
    return [
        replace(found, name=f"{name}: {found.name}")
        for name, results in arms.items()
        for found in look_at(results, plan.target, plan.look_level)
    ]
