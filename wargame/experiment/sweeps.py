"""Sweeps: a scenario at every point of a design, as one tidy table."""

from __future__ import annotations

import hashlib
import math
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import Layout
from wargame.engine.orders import OrderBook
from wargame.engine.play import Play
from wargame.experiment.collect import Collector
from wargame.experiment.designs import Design
from wargame.experiment.engines import Engine, RunError, chosen
from wargame.experiment.executors import cut, processors
from wargame.experiment.intervals import share_interval
from wargame.experiment.kept_points import KeptPoints, Row
from wargame.experiment.playing import Counting, say_nothing
from wargame.experiment.record import Record
from wargame.experiment.task import Player, Task
from wargame.scenario.points import at_point
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Sweep", "play_design"]

LEVEL = 0.95
COLUMNS = ("point", "kind", "name", "n", "value", "sd", "low", "high")


@dataclass(frozen=True, kw_only=True, eq=False)
class Sweep:
    """What a design led to.

    `table` has a row for each point and number: `point`, `kind` (outcome, metric, payoff), `name`, `n` (episodes that
    count), `value` (share or mean), `sd` (of one episode), `low`, `high` (for chance alone). `outcomes[point, episode]`
    is the index of how an episode ended, -1 for a failed one.
    """

    design: Design
    outcome_names: tuple[str, ...]
    table: pd.DataFrame
    outcomes: NDArray[np.int16]

    @property
    def points(self) -> pd.DataFrame:
        """The points: `point`, and a column for each number that is varied."""
        import pandas as pd

        table = pd.DataFrame(self.design.values, columns=list(self.design.names))
        table.insert(0, "point", np.arange(len(table)))
        return table

    @property
    def failed(self) -> int:
        """Episodes that could not be finished."""
        return int((self.outcomes < 0).sum())

    @property
    def digest(self) -> str:
        """SHA-256 over how every episode ended, and every mean."""
        whole = hashlib.sha256(np.ascontiguousarray(self.outcomes.astype("<i2")).tobytes())
        whole.update(np.ascontiguousarray(self.table["value"].to_numpy(dtype="<f8")).tobytes())
        return whole.hexdigest()

    def spread(self, level: float = LEVEL) -> pd.DataFrame:
        """What is not known told apart from luck, for every number: see `wargame.analysis.nested`.

        Only for a design whose points are a random sample (`lhs`); RunError for others.
        """
        from wargame.analysis.nested import spread_table

        if not self.design.is_sample:
            raise RunError(
                f"the points of a {self.design.kind} design are not a random sample of what is not known, so their "
                f"spread is no uncertainty\n  {'mend:':<9}Use a Latin hypercube (--lhs)."
            )
        return spread_table(self.table, level)


def play_design(
    scenario: Scenario,
    design: Design,
    *,
    episodes: int,
    seed: int,
    orders: Iterable[str] = (),
    fixed: Iterable[str] = (),
    engine: Engine = "auto",
    workers: int | None = None,
    shown: Counting | None = None,
    kept: KeptPoints | None = None,
) -> Sweep:
    """Play `episodes` episodes at every point; numbers that are `fixed` stay as the scenario has them.

    Points of a random sample get episodes of their own: point i those from i * episodes on. Points of other designs
    share the episodes from 0 on, so that they differ by their numbers and not by their luck. The rules are compiled
    once, and points are played by threads. With `kept`, points that are complete there are not played again, and the
    others are kept there as they are played. ScenarioError for a point that the scenario does not allow.
    """
    fixed = frozenset(fixed)
    _check_ends(scenario, design, fixed)
    play = Play(scenario=scenario, seed=seed, orders=OrderBook.parse(scenario, tuple(orders)), sample=0)
    on_mesa = chosen(engine, play, episodes * len(design), shown.say if shown else say_nothing) is None
    used: Literal["mesa", "batch"] = "mesa" if on_mesa else "batch"
    rows: list[Row] = []
    outcomes = np.empty((len(design), episodes), dtype=np.int16)
    complete = 0
    for there, ends in kept.complete() if kept is not None else ():
        rows += there
        outcomes[complete] = ends
        complete += 1
    if shown is not None:
        shown.count(complete * episodes)
    points = (
        _prepared(play, design, number, episodes, fixed, used) for number in range(complete, len(design))
    )
    threads = 1 if on_mesa else workers or processors()
    try:
        for point, record in _records(points, episodes, threads):
            assert record.episodes is not None
            outcomes[point.number] = record.episodes.outcome
            found = list(_rows(point, record))
            rows += found
            if kept is not None:
                kept.add(found, outcomes[point.number])
            if shown is not None:
                shown.count(episodes)
    finally:
        if kept is not None:
            kept.flush()
    return Sweep(design=design, outcome_names=tuple(scenario.outcomes), table=_table(rows), outcomes=outcomes)


def _prepared(
    play: Play,
    design: Design,
    number: int,
    episodes: int,
    fixed: frozenset[str],
    engine: Literal["mesa", "batch"],
) -> _Point:
    """One point of the design, ready to be played."""
    numbers = {name: value for name, value in design.point(number).items() if name not in fixed}
    there = replace(play, scenario=at_point(play.scenario, numbers) if numbers else play.scenario)
    task = Task(play=there, engine=engine)
    first = number * episodes if design.is_sample else 0
    return _Point(number=number, player=task.player(), layout=task.layout, block=task.block, first=first)


def _table(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table.attrs = {"level": LEVEL}
    return table


@dataclass(frozen=True, kw_only=True)
class _Point:
    """A point with what plays it; its episodes are numbered from `first` on."""

    number: int
    player: Player
    layout: Layout
    block: int
    first: int

    def record(self, episodes: int) -> Record:
        collector = Collector(self.layout)
        for span in cut([(self.first, episodes)], self.block):
            collector.add(self.player(*span))
        return collector.record()


def _records(points: Iterator[_Point], episodes: int, threads: int) -> Iterator[tuple[_Point, Record]]:
    """The record of each point, in order. Points are prepared here, where compiled code is looked up."""
    with ThreadPoolExecutor(threads, thread_name_prefix="wargame") as pool:
        waiting: deque[tuple[_Point, Future[Record]]] = deque()
        try:
            for point in points:
                waiting.append((point, pool.submit(point.record, episodes)))
                if len(waiting) > 2 * threads:
                    done, future = waiting.popleft()
                    yield done, future.result()
            while waiting:
                done, future = waiting.popleft()
                yield done, future.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _check_ends(scenario: Scenario, design: Design, fixed: frozenset[str]) -> None:
    """Check the lowest and the highest numbers of all, like a file; what lies between is of the same kind."""
    for ends in (design.values.min(axis=0), design.values.max(axis=0)):
        numbers = dict(zip(design.names, map(float, ends), strict=True))
        changes = {name: number for name, number in numbers.items() if name not in fixed}
        if changes:
            scenario.with_(changes)


def _rows(point: _Point, record: Record) -> Iterator[Row]:
    """The table's rows of a point."""
    layout, totals = point.layout, record.totals
    n = totals.completed
    for name, hits in zip(layout.outcomes, totals.outcomes, strict=True):
        share = hits / n if n else math.nan
        sd = math.sqrt(share * (1 - share) * n / (n - 1)) if n > 1 else math.nan
        yield point.number, "outcome", name, n, share, sd, *share_interval(hits, n, LEVEL)
    for kind, names, columns in (
        ("metric", layout.metrics, totals.metrics),
        ("payoff", layout.actors, totals.payoffs),
    ):
        for name, moments in zip(names, columns, strict=True):
            yield point.number, kind, name, moments.n, moments.mean, moments.sd, *moments.interval(LEVEL)
