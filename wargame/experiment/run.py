"""Playing many episodes: `simulate` and the story of one of them, `replay`."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wargame.engine.block import Block
from wargame.engine.orders import OrderBook
from wargame.experiment.provenance import manifest_of, scenario_of
from wargame.experiment.results import Results, read
from wargame.scenario.errors import WargameError
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from wargame.engine.actor import StateActor
    from wargame.engine.model import WargameModel
    from wargame.engine.play import Play

__all__ = ["RunError", "replay", "simulate"]

BLOCK = 32
"""Episodes played between two steps of the progress bar; results do not depend on it."""

Engine = Literal["auto", "mesa"]


class RunError(WargameError):
    """A run that was asked for in a way that cannot be done."""


def simulate(
    scenario: Scenario | str | Path,
    *,
    episodes: int = 1000,
    seed: int = 1,
    engine: Engine = "auto",
    workers: int = 1,
    progress: bool = True,
    uncertain: bool = False,
    orders: Iterable[str] = (),
    actors: Mapping[str, type[StateActor]] | None = None,
    sample: int = 32,
) -> Results:
    """Play `episodes` episodes of a scenario (a Scenario, a name or a path) and return their Results.

    The same scenario, seed and orders give the same bytes whatever the engine, the number of worker processes and the
    number of episodes: episode 17 is the same in a run of 20 and of 20,000. With `uncertain`, every episode draws the
    parameters that have a distribution. `orders` force policies (`"washington=cut_troops@2026Q1..2026Q4"`); `actors`
    replaces actors by own subclasses of StateActor; `sample` is the number of first episodes whose full trajectories
    are kept. An episode that cannot be finished becomes a row with its reason in `failure`.

    Raises ScenarioError for a scenario that cannot be played, RunError or OrderError for other arguments.
    """
    from wargame.engine.model import check_actors
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
        actors=check_actors(scenario, actors or {}),
        sample=sample,
    )
    layout = rules_for(scenario).layout(uncertain=uncertain)
    manifest = manifest_of(
        scenario,
        episodes=episodes,
        seed=seed,
        engine="mesa",
        uncertain=uncertain,
        orders=texts,
        actors=play.actors,
    )
    with closing(_blocks(play, episodes, workers)) as blocks:
        shown = _with_progress(blocks, episodes, scenario.name) if progress else blocks
        return Results.collect(layout, shown, manifest)


def _check(episodes: int, seed: int, engine: str, workers: int, sample: int) -> None:
    if engine not in ("auto", "mesa"):
        raise RunError(f"there is no engine {engine!r}; allowed: auto, mesa")
    for name, value, least, most in (
        ("episodes", episodes, 1, 2**32),
        ("seed", seed, 0, 2**64 - 1),
        ("workers", workers, 1, 256),
        ("sample", sample, 0, 100_000),
    ):
        if isinstance(value, bool) or int(value) != value or not least <= value <= most:
            raise RunError(f"{name} is {value!r}; give a whole number from {least:,} to {most:,}")


def _blocks(play: Play, episodes: int, workers: int) -> Generator[Block, None, None]:
    spans = [(first, min(BLOCK, episodes - first)) for first in range(0, episodes, BLOCK)]
    if workers == 1 or len(spans) == 1:
        from wargame.engine.mesa_blocks import play_block

        for first, count in spans:
            yield play_block(play, first, count)
        return
    # Mesa needs freshly started processes; each compiles the rules once.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(workers, len(spans)), mp_context=context, initializer=_start_worker, initargs=(play,)
    ) as pool:
        try:
            with _workers_ignore_interrupts():
                blocks = pool.map(_work, spans)
            yield from blocks
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _workers_ignore_interrupts() -> Iterator[None]:
    """Start processes that leave Ctrl-C to this one, which ends them; signals belong to the main thread alone."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


_task: list[Play] = []


def _start_worker(play: Play) -> None:
    _task[:] = [play]


def _work(span: tuple[int, int]) -> Block:
    from wargame.engine.mesa_blocks import play_block

    return play_block(_task[0], *span)


def _with_progress(blocks: Iterator[Block], episodes: int, name: str) -> Iterator[Block]:
    from tqdm import tqdm

    with tqdm(total=episodes, desc=name, unit=" episodes", leave=False) as bar:
        for block in blocks:
            yield block
            bar.update(block.count)


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
