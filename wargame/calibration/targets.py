"""Targets: moments of the published record, what is simulated beside them, and how sure the record makes them."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.bootstrap import block_indices
from wargame.calibration.evidence import Change, Series, changes
from wargame.calibration.statistics import Statistic

__all__ = ["DRAWS", "Observed", "Published", "Target", "observed"]

Numbers = NDArray[np.float64]

DRAWS = 2000
"""Series made by the block bootstrap."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Published:
    """The published side of a target: a series, or its changes."""

    series: Series
    change: Change | None = None

    @property
    def key(self) -> str:
        """Targets with the same key are moments of one record, and vary together."""
        return f"{self.series.name} {self.change or ''}".strip()

    @property
    def values(self) -> Numbers:
        """The record whose moments are meant."""
        return self.series.values if self.change is None else changes(self.series.values, self.change)


@dataclass(frozen=True, kw_only=True, eq=False)
class Target:
    """One moment.

    Simulated: of the state variable or metric `simulated`; of a variable every `every` turns the last value is taken,
    or the sum of the period, and then the change, if any. `pooled` takes all episodes as one record, where the
    published one is of another length. Published: a moment of a series, or `value` with its standard `error`.
    """

    name: str
    kind: Literal["state", "metric"]
    simulated: str
    every: int
    take: Literal["last", "sum"]
    change: Change | None
    statistic: Statistic
    pooled: bool
    published: Published | None
    value: float
    error: float
    label: str
    source: str

    @property
    def subject(self) -> str:
        """What it is a moment of, in words."""
        if self.published is None:
            return self.simulated.replace("_", " ")
        change = {"difference": "change of ", "log": "log change of "}.get(self.published.change or "", "")
        return change + self.published.series.label

    @property
    def title(self) -> str:
        """The label, or else subject and moment in words."""
        return self.label or f"{self.subject}: {self.statistic.title}"

    def is_like_an_episode(self, horizon: int) -> bool:
        """Whether an episode of so many turns is a record of the published length, which has no gaps."""
        if self.published is None or self.kind == "metric" or self.pooled:
            return False
        values = self.published.values
        return len(values) == self.simulated_series(np.ones((1, horizon + 1))).shape[1] and bool(
            np.isfinite(values).all()
        )

    def simulated_series(self, path: Numbers) -> Numbers:
        """The series of a variable from its path [n, T + 1], whose first point is the state as dealt."""
        if self.change is not None:
            return changes(path[:, :: self.every], self.change)
        played = path[:, 1:]
        whole = played.shape[1] // self.every * self.every
        periods = played[:, :whole].reshape(len(played), whole // self.every, self.every)
        return periods.sum(axis=2) if self.take == "sum" else periods[:, :, -1]


@dataclass(frozen=True, kw_only=True, eq=False)
class Observed:
    """What the record says: `values` [q] of the targets in order, with their `covariance` [q, q]."""

    values: Numbers
    covariance: Numbers

    @property
    def errors(self) -> Numbers:
        """Standard errors."""
        return np.sqrt(np.diag(self.covariance))


def observed(targets: Sequence[Target], *, block: int, seed: int, draws: int = DRAWS) -> Observed:
    """The targets' values, and their covariance by the block bootstrap of each published series.

    Moments of one series vary together; different series are taken as independent, and given values as independent of
    everything. Draws in which a moment is not defined are left out of its covariances.
    """
    count = len(targets)
    covariance = np.zeros((count, count))
    records: dict[str, list[int]] = {}
    for place, target in enumerate(targets):
        if target.published is None:
            covariance[place, place] = target.error**2
        else:
            records.setdefault(target.published.key, []).append(place)
    for key, places in records.items():
        first = targets[places[0]].published
        assert first is not None
        # The draws of a record do not depend on which other records a file names.
        generator = np.random.default_rng([seed, zlib.crc32(key.encode())])
        indices = block_indices(len(first.values), block, draws, generator)
        again = first.values[indices]
        moments = np.array([targets[place].statistic.of_each(again) for place in places])
        covariance[np.ix_(places, places)] = _covariance(moments)
    return Observed(values=np.array([target.value for target in targets]), covariance=covariance)


def _covariance(moments: Numbers) -> Numbers:
    """The covariance of moments [q, draws], over the draws in which all are defined."""
    defined = np.isfinite(moments).all(axis=0)
    return np.atleast_2d(np.cov(moments[:, defined]))
