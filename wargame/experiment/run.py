"""Playing many episodes: `simulate` and the story of one of them, `replay`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.engine.block import Block
from wargame.engine.orders import OrderBook
from wargame.experiment.engines import ENGINES, Engine, RunError, chosen
from wargame.experiment.executors import batch_blocks, mesa_blocks, processors
from wargame.experiment.provenance import manifest_of, scenario_of
from wargame.experiment.results import Results, read
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor
    from wargame.engine.model import WargameModel

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
) -> Results:
    """Play `episodes` episodes of a scenario (a Scenario, a name or a path) and return their Results.

    The same scenario, seed and orders give the same bytes whatever the engine, the number of workers and the number of
    episodes: episode 17 is the same in a run of 20 and of 20,000. The engine is `mesa`, `batch` or `auto`: batch, but
    for own actor classes and for fewer than 200 episodes of a scenario that was not compiled before. `workers` are
    threads of the batch engine (default: as many as processors) or processes of Mesa's (default: one).

    With `uncertain`, every episode draws the parameters that have a distribution. `orders` force policies
    (`"washington=cut_troops@2026Q1..2026Q4"`); `actors` replaces actors by own subclasses of StateActor; `sample` is
    the number of first episodes whose full trajectories are kept. Without `keep_episodes` there is no table of
    episodes, only what they add up to, and a run of any length takes the same memory. An episode that cannot be
    finished becomes a row with its reason in `failure`.

    Raises ScenarioError for a scenario that cannot be played, RunError or OrderError for other arguments.
    """
    from wargame.engine.play import Play
    from wargame.engine.rules import rules_for

    _check(episodes, seed, engine, workers, sample)
    scenario = scenario if isinstance(scenario, Scenario) else load(scenario)
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
    with _Progress(episodes, scenario.name, shown=progress) as shown:
        batch = chosen(engine, play, episodes, shown.say)
        manifest = manifest_of(
            scenario,
            episodes=episodes,
            seed=seed,
            engine="mesa" if batch is None else "batch",
            uncertain=uncertain,
            orders=texts,
            actors=play.actors,
        )
        if batch is None:
            played = mesa_blocks(play, episodes, workers or 1)
        else:
            played = batch_blocks(batch, play, episodes, workers or processors())
        with closing(played) as blocks:
            return Results.collect(layout, shown.over(blocks), manifest, keep_episodes=keep_episodes)


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


class _Progress:
    """A bar on standard error, or nothing; while rules are compiled it says so."""

    def __init__(self, episodes: int, name: str, *, shown: bool) -> None:
        from tqdm import tqdm

        self._name = name
        self._bar = tqdm(
            total=episodes, desc=name, unit=" episodes", leave=False, mininterval=0.25, disable=not shown
        )

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def say(self, text: str) -> None:
        """Show what is being done before the first episode."""
        self._bar.set_description_str(f"{self._name}, {text}, once")

    def over(self, blocks: Iterable[Block]) -> Iterator[Block]:
        """Hand blocks on and count their episodes."""
        self._bar.set_description_str(self._name)
        # What was spent on compiling is not playing.
        self._bar.unpause()
        for block in blocks:
            yield block
            self._bar.update(block.count)


def replay(results: Results | str | Path, episode: int) -> WargameModel:
    """Play one episode of a run again on the Mesa engine, recording every decision.

    Returns the model at the end of the episode; its `decisions` hold what each actor perceived, expected, weighed and
    drew, and `wargame.story(model)` tells them in words. An episode that failed stops where it failed; see `failure`.
    """
    from wargame.engine.model import WargameModel
    from wargame.engine.rules import EpisodeError

    results = results if isinstance(results, Results) else read(results)
    if not 0 <= episode < len(results):
        raise RunError(f"the run has episodes 0 to {len(results) - 1}, not {episode}")
    manifest: Mapping[str, Any] = results.manifest
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
    )
    with suppress(EpisodeError):
        model.play()
    return model
