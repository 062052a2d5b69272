"""A back-test: a count series is forecast from several origins, by forecasters that know only what was known there.

At each origin every forecaster is fitted anew, and followed to the next origin (the last one to the end), in two ways:
`next`, one step ahead with what has been published by then, and `ahead`, all steps from the origin with no more news.
So every count after the first origin is forecast once in each way.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.bootstrap import block_indices
from wargame.calibration.errors import mended
from wargame.calibration.evidence import Series
from wargame.calibration.extras import needed
from wargame.calibration.forecasters import FORECASTERS, REGIME
from wargame.calibration.scoring import log_score, pit, ranked_score
from wargame.scenario.dates import Calendar
from wargame.scenario.errors import join_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BLOCK", "LEVEL", "WAYS", "Backtest", "backtest", "periods"]

Numbers = NDArray[np.float64]

WAYS = ("next", "ahead")
SCORES = ("log_score", "crps")
LEVEL = 0.95
BLOCK = 4
"""Steps of a block of the bootstrap: a year of quarters."""
DRAWS = 9999
LEAST_HISTORY = 12
"""Counts that must be known at the first origin."""
MOST, SUPPORT = 100, 151
"""The greatest count of a series, and how many counts get a probability: fixed, as a support taken from the series
would tell forecasters something of its future."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """Every forecast with its scores, and what follows.

    `forecasts`: `way`, `origin`, `period`, `count`, `forecaster`, `mean`, `low`, `high` (central 80 % of the forecast),
    `log_score`, `crps`, `pit` (one randomized value). `pits` [way, forecaster, period, draw] are randomized many times.
    """

    series: Series
    origins: tuple[str, ...]
    forecasts: pd.DataFrame
    pits: Numbers

    @property
    def forecasters(self) -> tuple[str, ...]:
        """The forecasters, the regime process first."""
        return tuple(FORECASTERS)

    @property
    def count(self) -> int:
        """How many counts are forecast."""
        return int(self.pits.shape[2])

    def scores(self) -> pd.DataFrame:
        """Mean scores: `way`, `forecaster`, `n`, `log_score`, `crps`, `inside` (share in the central 80 %), `pit_mean`,
        `pit_p`.

        `pit_p` is the median, over randomizations, of the p-value of a Kolmogorov-Smirnov test against uniformity,
        as if forecasts were independent.
        """
        import pandas as pd

        rows = []
        for index, way in enumerate(WAYS):
            for place, name in enumerate(self.forecasters):
                part = self._part(way, name)
                draws = self.pits[index, place]
                inside = ((part["count"] >= part["low"]) & (part["count"] <= part["high"])).mean()
                rows.append(
                    {
                        "way": way,
                        "forecaster": name,
                        "n": len(part),
                        "log_score": part["log_score"].mean(),
                        "crps": part["crps"].mean(),
                        "inside": inside,
                        "pit_mean": float(draws.mean()),
                        "pit_p": _uniform(draws),
                    }
                )
        return pd.DataFrame(rows)

    def by_origin(self) -> pd.DataFrame:
        """Mean log scores after each origin: `way`, `forecaster`, and a column for each origin."""
        table = self.forecasts.groupby(["way", "forecaster", "origin"], sort=False)["log_score"].mean()
        return table.unstack("origin")[list(self.origins)].reset_index()

    def differences(self) -> pd.DataFrame:
        """Each forecaster's mean score less that of the regime process: `way`, `score`, `forecaster`, `n`,
        `difference`, `low`, `high`, `verdict`.

        The interval is 95 %, by percentiles of the circular block bootstrap over the counts forecast. Above 0 the
        regime process is better. Each interval stands by itself.
        """
        import pandas as pd

        rows = []
        for way in WAYS:
            own = self._part(way, REGIME)
            for score in SCORES:
                for name in self.forecasters[1:]:
                    gaps = self._part(way, name)[score].to_numpy() - own[score].to_numpy()
                    low, high = _interval(gaps)
                    rows.append(
                        {
                            "way": way,
                            "score": score,
                            "forecaster": name,
                            "n": len(gaps),
                            "difference": gaps.mean(),
                            "low": low,
                            "high": high,
                            "verdict": _verdict(low, high),
                        }
                    )
        return pd.DataFrame(rows)

    def _part(self, way: str, forecaster: str) -> pd.DataFrame:
        table = self.forecasts
        return table[(table["way"] == way) & (table["forecaster"] == forecaster)]


def _uniform(draws: Numbers) -> float:
    """The p-value of the Kolmogorov-Smirnov statistic of [n, randomizations], the median one."""
    n = len(draws)
    ordered = np.sort(draws, axis=0)
    ranks = np.arange(1, n + 1)[:, None] / n
    distances = np.maximum(ranks - ordered, ordered - ranks + 1 / n).max(axis=0)
    return float(needed("scipy.stats").kstwo.sf(np.median(distances), n))


def _interval(gaps: Numbers) -> tuple[float, float]:
    generator = np.random.default_rng(zlib.crc32(b"differences"))
    means = gaps[block_indices(len(gaps), BLOCK, DRAWS, generator)].mean(axis=1)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _verdict(low: float, high: float) -> str:
    if low > 0:
        return "regime process better"
    return "regime process worse" if high < 0 else "cannot be told apart"


def backtest(series: Series, origins: Sequence[str], *, randomizations: int = 199) -> Backtest:
    """Forecast a series of counts from origins, each the last period that is known there.

    Raises CalibrationError for a series that is not one of counts, or origins that leave nothing to learn or to
    forecast.
    """
    import pandas as pd

    labels, values = periods(series), series.values
    places = _places(series, labels, origins)
    draws = np.random.default_rng(zlib.crc32(series.name.encode())).random((len(values), randomizations))
    rows: list[dict[str, object]] = []
    pits = np.empty((len(WAYS), len(FORECASTERS), len(values) - places[0], randomizations))
    for origin, end in zip(places, [*places[1:], len(values)], strict=True):
        for place, (name, fitted_to) in enumerate(FORECASTERS.items()):
            forecaster = fitted_to(values[:origin], SUPPORT)
            tables = {
                "next": np.array([forecaster.next(values[:time]) for time in range(origin, end)]),
                "ahead": forecaster.ahead(values[:origin], end - origin),
            }
            for index, way in enumerate(WAYS):
                for time, chances in zip(range(origin, end), tables[way], strict=True):
                    found = pit(chances, int(values[time]), draws[time])
                    pits[index, place, time - places[0]] = found
                    rows.append(
                        {
                            "way": way,
                            "origin": labels[origin - 1],
                            "period": labels[time],
                            "count": int(values[time]),
                            "forecaster": name,
                            **_described(chances, int(values[time])),
                            "pit": float(found[0]),
                        }
                    )
    return Backtest(series=series, origins=tuple(origins), forecasts=pd.DataFrame(rows), pits=pits)


def _described(chances: Numbers, count: int) -> dict[str, float]:
    below = np.cumsum(chances)
    return {
        "mean": float(chances @ np.arange(len(chances))),
        "low": int(np.searchsorted(below, 0.1)),
        "high": int(np.searchsorted(below, 0.9)),
        "log_score": log_score(chances, count),
        "crps": ranked_score(chances, count),
    }


def periods(series: Series) -> list[str]:
    """The label of each value's period, such as 2017Q4."""
    calendar = Calendar.starting(series.step, series.start, len(series.values))
    return [calendar.label(turn) for turn in range(len(series.values))]


def _places(series: Series, labels: list[str], origins: Sequence[str]) -> list[int]:
    """How many values are known at each origin."""
    values = series.values
    if (
        np.isnan(values).any()
        or (values < 0).any()
        or (values != np.floor(values)).any()
        or values.max() > MOST
    ):
        raise mended(
            f"the series {series.name} is not one of counts up to {MOST} without gaps",
            "Name a series of whole numbers from 0 on, such as launch_days.",
        )
    found = []
    for origin in origins:
        if origin not in labels:
            raise mended(
                f"the origin {origin!r} is no period of {series.name}\n  {'allowed:':<9}{labels[0]} to {labels[-1]}",
                f"Write a period such as {labels[len(labels) // 2]}.",
            )
        found.append(labels.index(origin) + 1)
    if sorted(set(found)) != found or not found:
        raise mended(
            f"the origins are {join_names(origins) or 'missing'}", "Give each once, in order of time."
        )
    if found[0] < LEAST_HISTORY or len(values) - found[-1] < 1:
        raise mended(
            f"the origins leave {found[0]} values to learn from and {len(values) - found[-1]} to forecast",
            f"Begin with at least {LEAST_HISTORY} known values, and end before the series does.",
        )
    return found
