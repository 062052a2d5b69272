"""Episodes of one scenario, played as many at a time as are asked for: what experiments and stop rules are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.engine.block import Block
from wargame.engine.orders import OrderBook
from wargame.engine.play import Past, Play
from wargame.experiment.collect import Collector
from wargame.experiment.engines import Engine, chosen
from wargame.experiment.executors import executor_for
from wargame.experiment.progress import Progress
from wargame.experiment.provenance import manifest_of
from wargame.experiment.results import Results, read
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

    def begin_at(self, episodes: int) -> None:
        """Episodes of one run that were played before are counted by whoever knows them all."""

    def count(self, episodes: int) -> None:
        """Count episodes that were played."""
        self._bar.set_description_str(self._name)
        self._bar.update(episodes)


class Playing:
    """A run that grows: `extend` plays on, `results` are those of all episodes so far.

    Episodes begin at `first`; with a past, they are numbered by branch. `expected` is how many there will be, by which
    the engine is chosen. With `out` (and from episode 0 on) the run is kept in that folder while it is played, and goes
    on with what is complete there.
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
        out: Path | None = None,
    ) -> None:
        texts = tuple(orders)
        if uncertain:
            scenario = known_numbers(scenario)
        self._workers, self._first, self._out = workers, first, out
        self._kept = keep_episodes
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
        self._length = 0
        self._manifest = manifest_of(self.play, episodes=expected, engine=used)

    def __len__(self) -> int:
        return len(self._collector) if self._out is None else self._length

    def extend(self, to: int, shown: Counting | None = None) -> None:
        """Play on until there are `to` episodes."""
        more = to - len(self)
        if more <= 0:
            return
        if self._out is not None:
            self._extend_folder(self._out, to, shown or Counting(0, "", shown=False))
            return
        executor = executor_for(self._task, more, self._workers)
        for block in executor.play(self._task, [(self._first + len(self), more)]):
            assert isinstance(block, Block)
            self._collector.add(block)
            if shown is not None:
                shown.count(block.count)

    def _extend_folder(self, out: Path, to: int, shown: Counting) -> None:
        # Arrow takes a second to load; what is not saved does without it.
        from wargame.experiment.plan import Plan
        from wargame.experiment.saving import play_into
        from wargame.experiment.underway import UnderWay

        plan = Plan(manifest={**self._manifest, "episodes": to}, layout=self.layout, keep_episodes=self._kept)
        under_way = UnderWay(out, plan, resume=True)
        shown.count(under_way.complete - self._length)
        if under_way.is_finished:
            under_way.tidy()
        else:
            executor = executor_for(self._task, to - under_way.complete, self._workers)
            play_into(under_way, executor, self._task, shown)
        self._length = to

    def results(self) -> Results:
        """The results of all episodes so far."""
        if self._out is not None:
            return read(self._out, verify=False)
        return Results(self.layout, self._collector.record(), {**self._manifest, "episodes": len(self)})
