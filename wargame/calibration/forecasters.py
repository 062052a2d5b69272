"""Forecasters of a count series: fitted by maximum likelihood to what is known, they give a probability to each count.

All of them answer two questions exactly, without simulation: how is the next count distributed, given all before it;
and how are the counts after an origin, given only what was known there?
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.extras import needed

__all__ = ["FORECASTERS", "REGIME", "Forecaster"]

Numbers = NDArray[np.float64]

REGIME = "regime process"
"""The forecaster that the others are compared with: the spells and launches of korea-2025, without policy."""

SEED = 20120101
PLACES = 500
STARTS = 20
"""The likelihood is tried at so many places drawn over the bounds, and climbed from the best ones. Short records of
regimes have several peaks of nearly the same height: from 16 places drawn at random the highest one was missed."""


class Forecaster(Protocol):
    """A fitted forecaster. The counts 0 to support - 1 get a probability; the last stands for all beyond."""

    @property
    def support(self) -> int:
        """How many counts get a probability."""
        ...

    def next(self, history: Numbers) -> Numbers:
        """The distribution [support] of the count after `history`."""
        ...

    def ahead(self, history: Numbers, steps: int) -> Numbers:
        """The distributions [steps, support] of the counts after `history`, with nothing learnt on the way."""
        ...


@dataclass(frozen=True, kw_only=True)
class Independent:
    """Counts that know nothing of each other: Poisson, or negative binomial with variance m + m**2 / dispersion."""

    support: int
    mean: float
    dispersion: float = np.inf

    def next(self, history: Numbers) -> Numbers:
        """The same distribution whatever went before."""
        return probabilities(self.mean, self.dispersion, self.support)

    def ahead(self, history: Numbers, steps: int) -> Numbers:
        """The same distribution again and again."""
        return np.tile(self.next(history), (steps, 1))


@dataclass(frozen=True, kw_only=True)
class Autoregressive:
    """Negative binomial counts whose mean is base + slope * the count before.

    Source: Zhu 2011, "A negative binomial integer-valued GARCH model", with one lag of the count and none of the mean.
    """

    support: int
    base: float
    slope: float
    dispersion: float

    def next(self, history: Numbers) -> Numbers:
        """The distribution after the last count."""
        return np.asarray(self._after(history[-1:])[0])

    def ahead(self, history: Numbers, steps: int) -> Numbers:
        """The chain of counts, step by step."""
        moves = self._after(np.arange(self.support, dtype=np.float64))
        found = [self.next(history)]
        while len(found) < steps:
            found.append(found[-1] @ moves)
        return np.array(found)

    def _after(self, counts: Numbers) -> Numbers:
        return probabilities(self.base + self.slope * counts, self.dispersion, self.support)


@dataclass(frozen=True, kw_only=True)
class Regimes:
    """Two hidden regimes, quiet and spell, with a distribution of counts in each.

    `starts` and `ends` are the chances that a spell starts or ends from one count to the next; before the first count
    the regimes are as likely as they are in the long run. Source: Zucchini, MacDonald and Langrock 2016, "Hidden Markov
    models for time series", ch. 2 and 5.
    """

    support: int
    starts: float
    ends: float
    quiet: float
    spell: float
    dispersion: float = np.inf

    def next(self, history: Numbers) -> Numbers:
        """The distribution after the regimes are judged by all counts so far."""
        return self._mixed(self._judged(history) @ self._moves())

    def ahead(self, history: Numbers, steps: int) -> Numbers:
        """The regimes go on from what was judged at the origin."""
        chances, found = self._judged(history), []
        for _ in range(steps):
            chances = chances @ self._moves()
            found.append(self._mixed(chances))
        return np.array(found)

    def likelihood(self, history: Numbers) -> float:
        """The logarithm of the likelihood of a history."""
        return self._filter(history)[1]

    def _judged(self, history: Numbers) -> Numbers:
        return self._filter(history)[0]

    def _filter(self, history: Numbers) -> tuple[Numbers, float]:
        """The regimes' chances after the last count, and the log likelihood: Hamilton's filter."""
        # Plain numbers: arrays of two would take ten times as long.
        quiet, spell = self._tables()[:, np.minimum(history.astype(int), self.support - 1)].tolist()
        in_spell, total = self.starts / (self.starts + self.ends), 0.0
        for index in range(len(history)):
            if index:
                in_spell += (1 - in_spell) * self.starts - in_spell * self.ends
            joint = in_spell * spell[index]
            whole = max(joint + (1 - in_spell) * quiet[index], 1e-300)
            in_spell, total = joint / whole, total + math.log(whole)
        return np.array([1 - in_spell, in_spell]), total

    def _moves(self) -> Numbers:
        return np.array([[1 - self.starts, self.starts], [self.ends, 1 - self.ends]])

    def _tables(self) -> Numbers:
        return probabilities(np.array([self.quiet, self.spell]), self.dispersion, self.support)

    def _mixed(self, chances: Numbers) -> Numbers:
        return np.asarray(chances @ self._tables())


def probabilities(mean: float | Numbers, dispersion: float, support: int) -> Numbers:
    """Poisson or negative binomial probabilities [..., support] of means [...]; the last takes all that lies beyond."""
    special = needed("scipy.special")
    gammaln, xlogy = special.gammaln, special.xlogy
    counts = np.arange(support, dtype=np.float64)
    means = np.asarray(mean, dtype=np.float64)[..., None]
    if np.isinf(dispersion):
        logs = xlogy(counts, means) - means - gammaln(counts + 1)
    else:
        logs = (
            gammaln(counts + dispersion)
            - gammaln(dispersion)
            - gammaln(counts + 1)
            + dispersion * np.log(dispersion / (dispersion + means))
            + xlogy(counts, means / (dispersion + means))
        )
    found = np.exp(logs)
    found[..., -1] = np.maximum(1 - found[..., :-1].sum(axis=-1), 0.0)
    return np.asarray(found)


def _base_rate(history: Numbers, support: int) -> Forecaster:
    return Independent(support=support, mean=float(history.mean()))


def _negative_binomial(history: Numbers, support: int) -> Forecaster:
    mean = float(history.mean())

    def made(numbers: Numbers) -> Independent:
        return Independent(support=support, mean=mean, dispersion=float(np.exp(numbers[0])))

    def loss(numbers: Numbers) -> float:
        return _surprise(made(numbers).next(history)[None, :].repeat(len(history), 0), history)

    return made(_least(loss, [DISPERSION]))


def _autoregressive(history: Numbers, support: int) -> Forecaster:
    most = float(np.log(max(history.max(), 2.0)))

    def made(numbers: Numbers) -> Autoregressive:
        return Autoregressive(
            support=support,
            base=float(np.exp(numbers[0])),
            slope=_chance(numbers[1]),
            dispersion=float(np.exp(numbers[2])),
        )

    def loss(numbers: Numbers) -> float:
        return _surprise(made(numbers)._after(history[:-1]), history[1:])

    return made(_least(loss, [(-4.0, most), ODDS, DISPERSION]))


def _hidden_markov(history: Numbers, support: int) -> Forecaster:
    return _regimes(history, support, dispersed=False)


def _regime_process(history: Numbers, support: int) -> Forecaster:
    return _regimes(history, support, dispersed=True)


def _regimes(history: Numbers, support: int, *, dispersed: bool) -> Forecaster:
    most = float(np.log(max(history.max(), 2.0)))

    def made(numbers: Numbers) -> Regimes:
        # The spell's mean is written as a multiple of the quiet one's, so that the regimes cannot change places.
        quiet = float(np.exp(numbers[2]))
        return Regimes(
            support=support,
            starts=_chance(numbers[0]),
            ends=_chance(numbers[1]),
            quiet=quiet,
            spell=quiet + float(np.exp(numbers[3])),
            dispersion=float(np.exp(numbers[4])) if dispersed else np.inf,
        )

    bounds = [ODDS, ODDS, (-4.0, 1.0), (-2.0, most)] + ([DISPERSION] if dispersed else [])
    return made(_least(lambda numbers: -made(numbers).likelihood(history), bounds))


DISPERSION = (float(np.log(0.2)), float(np.log(100.0)))
ODDS = (-4.0, 4.0)
"""Bounds of the log odds of a chance: 1.8 % to 98.2 %. A record of some ten years knows nothing beyond."""

FORECASTERS: dict[str, Callable[[Numbers, int], Forecaster]] = {
    REGIME: _regime_process,
    "base rate": _base_rate,
    "negative binomial": _negative_binomial,
    "negative-binomial AR(1)": _autoregressive,
    "two-state hidden Markov": _hidden_markov,
}
"""What fits each forecaster to a history, for so many counts of support: the regime process, and what it must beat."""


def _chance(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-log_odds)))


def _surprise(tables: Numbers, counts: Numbers) -> float:
    """Minus the log likelihood of counts by their distributions [n, support]."""
    given = tables[np.arange(len(counts)), np.minimum(counts.astype(int), tables.shape[1] - 1)]
    return float(-np.log(np.maximum(given, 1e-300)).sum())


def _least(loss: Callable[[Numbers], float], bounds: Sequence[tuple[float, float]]) -> Numbers:
    """Where a loss is least within bounds: the best of several local searches, always the same ones."""
    minimize = needed("scipy.optimize").minimize
    low, high = np.array(bounds).T
    generator = np.random.default_rng(SEED)
    places = low + generator.random((PLACES, len(low))) * (high - low)
    starts = sorted(places, key=loss)[:STARTS]
    tried = [minimize(loss, start, method="SLSQP", bounds=bounds) for start in starts]
    return np.asarray(min(tried, key=lambda one: one.fun).x)
