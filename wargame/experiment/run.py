"""Playing many episodes: `simulate` and the story of one of them, `replay`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wargame.engine.orders import OrderBook
from wargame.experiment.engines import ENGINES, Engine, RunError, chosen
from wargame.experiment.executors import Executor, executor_for
from wargame.experiment.plan import Plan
from wargame.experiment.progress import Progress
from wargame.experiment.provenance import manifest_of, past_of_manifest, scenario_of
from wargame.experiment.results import Results, read
from wargame.experiment.task import Task
from wargame.scenario.known import known_numbers
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor
    from wargame.engine.model import WargameModel
    from wargame.engine.play import Play

__all__ = ["RunError", "replay", "simulate"]


def simulate(
    scenario: Scenario | str | Path,
    *,
    episodes: int = 1000,
    seed: int = 1,
    engine: Engine = "auto",
    workers: int | None = None,
    progress: bool = True,
    uncertain: bool = False,
    orders: Iterable[str] = (),
    actors: Mapping[str, type[StateActor]] | None = None,
    sample: int = 32,
    keep_episodes: bool = True,
    out: str | Path | None = None,
    resume: bool = False,
    executor: Executor | None = None,
) -> Results:
    """Play `episodes` episodes of a scenario (a Scenario, a name or a path) and return their Results.

    The same scenario, seed and orders give the same bytes whatever the engine, the number of workers and the number of
    episodes: episode 17 is the same in a run of 20 and of 20,000. The engine is `mesa`, `batch` or `auto`: batch, but
    for own actor classes and for fewer than 200 episodes of a scenario that was not compiled before. `workers` are
    threads of the batch engine (default: as many as processors) or processes of Mesa's (default: one).

    With `uncertain`, every episode draws the parameters that have a distribution, but for those that were set by hand
    (`Scenario.with_`). `orders` force policies (`"washington=cut_troops@2026Q1..2026Q4"`); `actors` replaces actors by
    own subclasses of StateActor; `sample` is the number of first episodes whose full trajectories are kept. Without
    `keep_episodes` there is no table of episodes, only what they add up to, and a run of any length takes the same
    memory. An episode that cannot be finished becomes a row with its reason in `failure`.

    With `out` the run is kept in that folder while it is played, and read from it afterwards: what has been played is
    on the disk every few seconds. With `resume` it goes on with what is complete there, after an interruption or to
    make a finished run longer, and ends as if it had been played at once. An `executor` plays the episodes elsewhere,
    for example on a cluster (`wargame.experiment.cluster.Dask`); the results do not depend on it.

    Raises ScenarioError for a scenario that cannot be played, RunError or OrderError for other arguments, ResultsError
    for a folder that is taken, damaged or cannot be written.
    """
    from wargame.engine.play import Play
    from wargame.engine.rules import rules_for

    _check(episodes, seed, engine, workers, sample)
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
    if uncertain:
        scenario = known_numbers(scenario)
    texts = tuple(orders)
    play = Play(
        scenario=scenario,
        seed=seed,
        uncertain=uncertain,
        orders=OrderBook.parse(scenario, texts),
        actors=_checked_actors(scenario, actors),
        sample=sample,
    )
    layout = rules_for(scenario).layout(uncertain=uncertain)
    with Progress(episodes, scenario.name, shown=progress) as shown:
        task = Task(
            play=play, engine=_engine(engine, play, episodes, executor, shown), keep_episodes=keep_episodes
        )
        manifest = manifest_of(play, episodes=episodes, engine=task.engine)
        executor = executor or executor_for(task, episodes, workers)
        if out is None:
            with closing(executor.play(task, [(0, episodes)])) as blocks:
                return Results.collect(layout, shown.over(blocks), manifest, keep_episodes=keep_episodes)
        plan = Plan(manifest=manifest, layout=layout, keep_episodes=keep_episodes)
        return _play_to_folder(Path(out), plan, task, executor, shown, resume=resume)


def _play_to_folder(
    out: Path, plan: Plan, task: Task, executor: Executor, shown: Progress, *, resume: bool
) -> Results:
    # Arrow takes a second to load; runs that are not saved do without it.
    from wargame.experiment.saving import play_into
    from wargame.experiment.underway import UnderWay

    under_way = UnderWay(out, plan, resume=resume)
    if under_way.is_finished:
        under_way.tidy()
    else:
        play_into(under_way, executor, task, shown)
    return read(out, verify=False)


def _engine(
    engine: Engine, play: Play, episodes: int, executor: Executor | None, shown: Progress
) -> Literal["mesa", "batch"]:
    """The engine that plays, compiled if that is here."""
    if executor is not None:
        return "mesa" if engine == "mesa" or play.actors else "batch"
    return "mesa" if chosen(engine, play, episodes, shown.say) is None else "batch"


def _checked_actors(
    scenario: Scenario, actors: Mapping[str, type[StateActor]] | None
) -> Mapping[str, type[StateActor]]:
    if not actors:
        return {}
    # Mesa is loaded only where it is used.
    from wargame.engine.model import check_actors

    return check_actors(scenario, actors)


def _check(episodes: int, seed: int, engine: str, workers: int | None, sample: int) -> None:
    if engine not in ENGINES:
        raise RunError(f"there is no engine {engine!r}; allowed: {', '.join(ENGINES)}")
    for name, value, least, most in (
        ("episodes", episodes, 1, 2**32),
        ("seed", seed, 0, 2**64 - 1),
        ("workers", 1 if workers is None else workers, 1, 256),
        ("sample", sample, 0, 100_000),
    ):
        if isinstance(value, bool) or int(value) != value or not least <= value <= most:
            raise RunError(f"{name} is {value!r}; give a whole number from {least:,} to {most:,}")


def replay(results: Results | str | Path, episode: int) -> WargameModel:
    """Play one episode of a run again on the Mesa engine, recording every decision.

    Returns the model at the end of the episode; its `decisions` hold what each actor perceived, expected, weighed and
    drew, and `wargame.story(model)` tells them in words. An episode that failed stops where it failed; see `failure`.
    A future of a fork, by the number of its branch, begins at the fork.
    """
    from wargame.engine.model import WargameModel
    from wargame.engine.rules import EpisodeError

    results = results if isinstance(results, Results) else read(results)
    manifest: Mapping[str, Any] = results.manifest
    past = past_of_manifest(manifest)
    first = 0 if past is None else 1
    if not first <= episode < len(results) + first:
        raise RunError(f"the run has episodes {first} to {len(results) - 1 + first}, not {episode}")
    if manifest.get("actors"):
        names = ", ".join(manifest["actors"])
        raise RunError(
            f"the run was played with own Python classes for {names}; replay it from your own code"
        )
    model = WargameModel(
        scenario_of(manifest),
        seed=int(manifest["seed"]),
        episode=episode,
        uncertain=bool(manifest["uncertain"]),
        orders=list(manifest["orders"]),
        record=True,
        past=past,
    )
    with suppress(EpisodeError):
        model.play()
    return model
