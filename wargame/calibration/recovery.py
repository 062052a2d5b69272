"""Recovery: does a calibration find numbers that are known, and do its intervals hold them as often as they say?

Records are made by playing the scenario at known numbers, one episode each, and every record is fitted as if it were
the published one, with a bootstrap of its own. Of a number that a record hardly tells about a fit gives no interval, so
intervals are counted where they are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from wargame.calibration.errors import mended
from wargame.calibration.estimates import LEVEL
from wargame.calibration.files import Calibration
from wargame.calibration.fitting import Fit, fit
from wargame.calibration.targets import Published, Target, observed
from wargame.engine.play import Play
from wargame.experiment.engines import Engine, chosen
from wargame.experiment.intervals import share_interval
from wargame.experiment.playing import say_nothing
from wargame.experiment.task import Task
from wargame.scenario.points import at_point

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Recovery", "recover"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Recovery:
    """Fits of synthetic records of a scenario at numbers that are known (`truth`, by full name)."""

    truth: Mapping[str, float]
    fits: tuple[Fit, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row per record and parameter: `record`, `parameter`, `truth`, `estimate`, `error`, `given` (whether the
        fit has an interval for it), `low`, `high`, `covered` (false where no interval is given)."""
        import pandas as pd

        rows = [
            {
                "record": record,
                "parameter": one.name.partition(".")[2],
                "truth": self.truth[one.name],
                "estimate": one.estimate,
                "error": one.error,
                "given": one.is_told,
                "low": one.interval_low,
                "high": one.interval_high,
                "covered": one.interval_low <= self.truth[one.name] <= one.interval_high,
            }
            for record, found in enumerate(self.fits)
            for one in found.estimates.parameters
        ]
        return pd.DataFrame(rows)

    def coverage(self) -> pd.DataFrame:
        """How often the intervals hold the truth: `parameter`, `truth`, `n`, `median`, `spread`, `error`, `given`,
        `coverage`, `low`, `high`.

        `median` and `spread` (standard deviation) are those of the estimates, to be held against `error`, the median of
        the standard errors that the fits report. `given` is the share of records whose fit has an interval, `coverage`
        the share of these that hold the truth, and `low` to `high` its 95 % interval. The last row, `all`, is over all
        parameters; those of one record vary together, so its interval is that of as many as there are records.
        """
        import pandas as pd

        table = self.table
        rows = []
        for name, part in table.groupby("parameter", sort=False):
            rows.append(
                (
                    name,
                    part["truth"].iloc[0],
                    len(part),
                    part["estimate"].median(),
                    part["estimate"].std(),
                    part["error"].median(),
                    part["given"].mean(),
                    *_held(part, int(part["given"].sum())),
                )
            )
        some = int(table.groupby("record")["given"].any().sum())
        nan = np.nan
        rows.append(("all", nan, len(self.fits), nan, nan, nan, table["given"].mean(), *_held(table, some)))
        names = "parameter truth n median spread error given coverage low high"
        found = pd.DataFrame(rows, columns=names.split())
        found.attrs["level"] = LEVEL
        return found

    @property
    def known_directions(self) -> float:
        """How many directions in the ranges a record knows better than the ranges do, on average."""
        return float(
            np.mean([sum(not one.is_unknown for one in fit.estimates.directions) for fit in self.fits])
        )

    def directions_covered(self) -> float:
        """Of the intervals at `LEVEL` along those directions, the share that hold the truth; NaN if there are none."""
        wide = NormalDist().inv_cdf((1 + LEVEL) / 2)
        held = []
        for found in self.fits:
            ranges = found.calibration.ranges
            off = {
                one.short: float(unit) - one.unit(self.truth[one.name])
                for one, unit in zip(ranges, found.point, strict=True)
            }
            for direction in found.estimates.directions:
                if not direction.is_unknown:
                    along = sum(weight * off[name] for name, weight in direction.weights)
                    held.append(abs(along) <= wide * direction.error)
        return float(np.mean(held)) if held else np.nan

    def rejected(self, size: float = 0.05) -> float:
        """The share of records whose test rejects the model, which is right, at that size."""
        return float(np.mean([found.estimates.probability < size for found in self.fits]))


def recover(
    calibration: Calibration,
    truth: Mapping[str, float],
    *,
    records: int,
    engine: Engine = "auto",
    workers: int | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Recovery:
    """Fit `records` synthetic records, made at `truth` with a seed that no fit plays with.

    `told` is called with the number of records after each. CalibrationError for targets that no synthetic record can
    stand in for: metrics, and moments that are pooled because the published record is of another length.
    """
    for target in calibration.moments:
        if target.kind == "metric" or target.pooled:
            raise mended(
                f"{target.name} is {'a metric' if target.kind == 'metric' else 'pooled'}, and one episode is no record "
                "of it",
                "Try the recovery on a calibration without such targets.",
            )
    paths = _records(calibration, truth, records, engine)
    fits = []
    for number in range(records):
        moments = [_as_published(target, paths, number) for target in calibration.moments]
        seen = observed(moments, block=calibration.block, seed=calibration.seed + number)
        again = replace(calibration, seed=calibration.seed + number)
        fits.append(fit(again, seen=seen, engine=engine, workers=workers))
        told(number + 1)
    return Recovery(truth=dict(truth), fits=tuple(fits))


def _held(table: pd.DataFrame, n: int) -> tuple[float, float, float]:
    """Of the intervals that are given, the share that hold the truth, with its 95 % interval for n trials."""
    if n == 0:
        return np.nan, np.nan, np.nan
    share = float(table.loc[table["given"], "covered"].mean())
    return share, *share_interval(round(share * n), n, 0.95)


def _records(
    calibration: Calibration, truth: Mapping[str, float], records: int, engine: Engine
) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]]:
    """The paths [records, T + 1] of every variable that a target is about."""
    scenario = at_point(calibration.scenario, truth)
    play = Play(scenario=scenario, seed=(calibration.seed + 2**40) % 2**64, sample=records)
    batch = chosen(engine, play, records, say_nothing)
    task = Task(play=play, engine="mesa" if batch is None else "batch")
    player, paths = task.player(), []
    for first in range(0, records, task.block):
        paths.append(player(first, min(task.block, records - first)).sample)
    joined = np.concatenate(paths)
    names = [variable.name for variable in task.layout.variables]
    return {target.simulated: joined[:, :, names.index(target.simulated)] for target in calibration.moments}


def _as_published(
    target: Target, paths: Mapping[str, np.ndarray[tuple[int, ...], np.dtype[np.float64]]], number: int
) -> Target:
    """The target with a synthetic record in the place of the published one."""
    values = target.simulated_series(paths[target.simulated][[number]])[0]
    if target.published is None:
        raise mended(
            f"{target.name} has a given value and no published series, so no record can take its place",
            "Try the recovery on a calibration whose targets name published series.",
        )
    published = Published(series=replace(target.published.series, values=values), change=None)
    return replace(target, published=published, value=float(target.statistic.of_each(values)))
