"""Simulated moments: a scenario played at some numbers, and the moments of what was played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.targets import Target
from wargame.engine.block import FAILED, Block
from wargame.engine.play import Play
from wargame.experiment.engines import Engine, chosen
from wargame.experiment.executors import cut, processors
from wargame.experiment.playing import say_nothing
from wargame.experiment.task import Player, Task
from wargame.scenario.points import at_point
from wargame.scenario.scenario import Scenario

__all__ = ["BATCHES", "Simulated", "Simulator"]

Numbers = NDArray[np.float64]

BATCHES = 40
"""Groups of episodes between which the error of simulated moments is measured."""
LEAST = 4 * BATCHES
"""Of fewer episodes that lasted long enough no moment is told: it is NaN."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Simulated:
    """Moments at one point.

    `values` [q]; `noise` [q, q], the covariance that finitely many episodes leave in them; `record` [q, q], the
    covariance of the moments of a single record as long as an episode, NaN for pooled ones; `episodes` that count, and
    how many ended before their time and were left out.
    """

    values: Numbers
    noise: Numbers
    record: Numbers
    episodes: int
    left_out: int


class Simulator:
    """Plays a scenario at points of its numbers, always the same episodes: points differ by their numbers alone."""

    def __init__(
        self,
        scenario: Scenario,
        targets: Sequence[Target],
        *,
        seed: int,
        engine: Engine = "auto",
        workers: int | None = None,
    ) -> None:
        self.scenario, self.targets = scenario, tuple(targets)
        self._seed, self._workers, self._asked = seed, workers, engine

    def moments(
        self, points: Sequence[Mapping[str, float]], episodes: int, *, first: int = 0
    ) -> list[Simulated]:
        """The moments at each point, by full names of its numbers, over episodes `first` to `first + episodes - 1`."""
        play = Play(scenario=self.scenario, seed=self._seed, sample=first + episodes)
        batch = chosen(self._asked, play, episodes * len(points), say_nothing)
        used = "mesa" if batch is None else "batch"
        # Compiled code is looked up here, one point after the other; playing is left to threads.
        tasks = [
            Task(
                play=Play(scenario=at_point(self.scenario, point), seed=self._seed, sample=first + episodes),
                engine="mesa" if used == "mesa" else "batch",
            )
            for point in points
        ]
        layout = tasks[0].layout
        names = [variable.name for variable in layout.variables]
        columns = {
            target.name: (names if target.kind == "state" else layout.metrics).index(target.simulated)
            for target in self.targets
        }

        def played(task_player: tuple[Task, Player]) -> Simulated:
            task, player = task_player
            blocks = (player(*span) for span in cut([(first, episodes)], task.block))
            return self._moments(blocks, columns, layout.horizon)

        ready = [(task, task.player()) for task in tasks]
        threads = 1 if used == "mesa" else self._workers or processors()
        with ThreadPoolExecutor(threads, thread_name_prefix="wargame") as pool:
            return list(pool.map(played, ready))

    def _moments(self, blocks: Iterator[Block], columns: Mapping[str, int], horizon: int) -> Simulated:
        paths: dict[str, list[Numbers]] = {target.name: [] for target in self.targets}
        total = 0
        for block in blocks:
            total += block.count
            lasted = (block.outcome != FAILED) & (block.length == horizon)
            for target in self.targets:
                column = columns[target.name]
                table = block.sample[:, :, column] if target.kind == "state" else block.metrics[:, [column]]
                paths[target.name].append(np.array(table[lasted]))
        series = []
        for target in self.targets:
            joined = np.concatenate(paths[target.name])
            series.append(target.simulated_series(joined) if target.kind == "state" else joined)
        kept = len(series[0])
        return _summed_up(self.targets, series, kept, total - kept)


def _summed_up(targets: Sequence[Target], series: Sequence[Numbers], kept: int, left_out: int) -> Simulated:
    """Moments over all episodes, and how they vary between groups of episodes and between single ones."""
    count = len(targets)
    each = np.full((count, kept), np.nan)
    values, batches = np.full(count, np.nan), np.full((count, BATCHES), np.nan)
    if kept < LEAST:
        unknown = np.full((count, count), np.nan)
        return Simulated(values=values, noise=unknown, record=unknown, episodes=kept, left_out=left_out)
    groups = np.array_split(np.arange(kept), BATCHES)
    for place, (target, numbers) in enumerate(zip(targets, series, strict=True)):
        if target.pooled:
            values[place] = target.statistic.of_all(numbers)
            batches[place] = [target.statistic.of_all(numbers[group]) for group in groups]
        else:
            each[place] = target.statistic.of_each(numbers)
            values[place] = _mean(each[place])
            batches[place] = [_mean(each[place][group]) for group in groups]
    return Simulated(
        values=values,
        noise=_covariance(batches) / BATCHES,
        record=_covariance(each),
        episodes=kept,
        left_out=left_out,
    )


def _mean(numbers: Numbers) -> float:
    """The mean of what is defined: a record without a launch has no autocorrelation."""
    defined = numbers[np.isfinite(numbers)]
    return float(defined.mean()) if len(defined) else float("nan")


def _covariance(rows: Numbers) -> Numbers:
    """The covariance of rows, over the columns in which every row that is ever defined is defined."""
    known = np.isfinite(rows).any(axis=1)
    found = np.full((len(rows), len(rows)), np.nan)
    columns = np.isfinite(rows[known]).all(axis=0)
    if columns.sum() > 1:
        found[np.ix_(known, known)] = np.atleast_2d(np.cov(rows[known][:, columns]))
    return found
