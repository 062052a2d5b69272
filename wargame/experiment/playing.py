"""Episodes of one scenario, played as many at a time as are asked for: what experiments and stop rules are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wargame.engine.block import Block
from wargame.engine.orders import OrderBook
from wargame.engine.play import Past, Play
from wargame.experiment.collect import Collector
from wargame.experiment.engines import Engine, chosen
from wargame.experiment.executors import executor_for
from wargame.experiment.progress import Progress
from wargame.experiment.provenance import manifest_of
from wargame.experiment.results import Results
from wargame.experiment.task import Task
from wargame.scenario.known import known_numbers
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from wargame.engine.block import Layout

__all__ = ["Counting", "Playing", "say_nothing"]

SAMPLE = 32


def say_nothing(_: str) -> None:
    """For what need not be announced."""


class Counting(Progress):
    """A progress bar for several runs, which are counted one by one."""

    def __enter__(self) -> Counting:
        return self

    def count(self, episodes: int) -> None:
        """Count episodes that were played."""
        self._bar.set_description_str(self._name)
        self._bar.update(episodes)


class Playing:
    """A run that grows: `extend` plays on, `results` are those of all episodes so far.

    Episodes begin at `first`; with a past, they are numbered by branch. `expected` is how many there will be, by which
    the engine is chosen.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        expected: int,
        seed: int,
        uncertain: bool = False,
        orders: Iterable[str] = (),
        engine: Engine = "auto",
        workers: int | None = None,
        keep_episodes: bool = True,
        first: int = 0,
        past: Past | None = None,
        announce: Callable[[str], None] = say_nothing,
    ) -> None:
        texts = tuple(orders)
        if uncertain:
            scenario = known_numbers(scenario)
        self._workers, self._first = workers, first
        self.play = Play(
            scenario=scenario,
            seed=seed,
            uncertain=uncertain,
            orders=OrderBook.parse(scenario, texts),
            sample=SAMPLE,
            past=past,
        )
        used = "mesa" if chosen(engine, self.play, expected, announce) is None else "batch"
        self._task = Task(
            play=self.play, engine="mesa" if used == "mesa" else "batch", keep_episodes=keep_episodes
        )
        self.layout: Layout = self._task.layout
        self._collector = Collector(self.layout, keep_episodes=keep_episodes)
        self._manifest = manifest_of(self.play, episodes=expected, engine=used)

    def __len__(self) -> int:
        return len(self._collector)

    def extend(self, to: int, shown: Counting | None = None) -> None:
        """Play on until there are `to` episodes."""
        more = to - len(self)
        if more <= 0:
            return
        executor = executor_for(self._task, more, self._workers)
        for block in executor.play(self._task, [(self._first + len(self), more)]):
            assert isinstance(block, Block)
            self._collector.add(block)
            if shown is not None:
                shown.count(block.count)

    def results(self) -> Results:
        """The results of all episodes so far."""
        return Results(self.layout, self._collector.record(), {**self._manifest, "episodes": len(self)})
