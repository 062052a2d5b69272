"""What a fit says: estimates with their errors, a test of the whole, and what the data cannot tell apart.

In the unit cube, at the estimate: D is the Jacobian of the moments, W the weights (one over the squared standard error
of each target), Omega the covariance of the differences between observed and simulated moments. With
A = (D'WD)^-1 D'W estimates that may go anywhere have the covariance A Omega A' (the sandwich), and what is left of the
differences, M = I - DA of them, has the covariance M Omega M'. Sources: Gouriéroux and Monfort 1996, "Simulation-based
econometric methods", ch. 2; Newey 1985, "Generalized method of moments specification testing", for the test with
weights that are not optimal.

The sandwich tells which directions the moments know. The errors of single numbers are those of estimates that stay in
their ranges (`spread`). Where the record says less about a number than its range does, no interval is given: of a
number that cannot be told, every interval that holds what it says is the whole range (Dufour 1997, "Some impossibility
theorems in econometrics with applications to structural and dynamic models").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.extras import needed
from wargame.calibration.ranges import Range
from wargame.calibration.spread import bounded_errors

__all__ = ["LEVEL", "TOLD", "Direction", "Estimates", "Parameter", "estimates"]

Numbers = NDArray[np.float64]

LEVEL = 0.9
"""Of the intervals of parameters."""
UNKNOWN = 1 / math.sqrt(12)
"""The standard deviation of a number about which nothing but its range is known, in parts of the range."""
TOLD = 0.5
"""A number has an interval if it is known by at least so much. What a range says and what a record says add up as
precisions do, so from here on the record says more than the range."""
NAMED = 0.3
"""A parameter is named in a direction from this loading on."""
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A fitted number: its range, its estimate, the standard error, and the interval at the level `LEVEL`.

    The interval is NaN where the record says less about the number than its range does, `is_told` being false. `alone`
    is the standard error that it would have if all the others were known, `alone_low` to `alone_high` the interval
    then. `known` is 1 less the squared ratio of its standard error to that of the whole range: 0 where the data say no
    more than the range did.
    """

    name: str
    low: float
    high: float
    estimate: float
    error: float
    alone: float
    interval_low: float
    interval_high: float
    alone_low: float
    alone_high: float
    known: float

    @property
    def short(self) -> str:
        """The name without its group."""
        return self.name.partition(".")[2]

    @property
    def is_told(self) -> bool:
        """Whether the record says more about it than its range does."""
        return self.known >= TOLD


@dataclass(frozen=True, kw_only=True)
class Direction:
    """A direction in the parameters' ranges, with the standard error along it in parts of the range.

    `weights` are those of the parameters in it; `is_unknown` says that the data tell less about it than the ranges do.
    """

    error: float
    weights: tuple[tuple[str, float], ...]

    @property
    def is_unknown(self) -> bool:
        """Whether the data cannot tell points along this direction apart."""
        return self.error > UNKNOWN

    def __str__(self) -> str:
        named = [(name, weight) for name, weight in self.weights if abs(weight) >= NAMED]
        return ", ".join(f"{name} {weight:+.2f}" for name, weight in named)


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates:
    """All that is estimated: `covariance` in the unit cube is the sandwich; `test` is J with its `freedom` and
    `probability`."""

    parameters: tuple[Parameter, ...]
    directions: tuple[Direction, ...]
    covariance: Numbers
    test: float
    freedom: int
    probability: float

    @property
    def untold(self) -> tuple[str, ...]:
        """The numbers that have no interval, as the record says less about them than their ranges do."""
        return tuple(one.short for one in self.parameters if not one.is_told)


def estimates(
    ranges: Sequence[Range],
    point: Numbers,
    *,
    differences: Numbers,
    jacobian: Numbers,
    errors: Numbers,
    covariance: Numbers,
    level: float = LEVEL,
) -> Estimates:
    """Estimates at a point of the unit cube.

    `differences` [q] are simulated less observed moments, `jacobian` [q, p] their slopes, `errors` [q] what the loss
    weighs them by, `covariance` [q, q] theirs. Intervals are normal on each parameter's scale, end with its range, and
    are given where the record says more than the range.
    The test is chi-squared with q - p degrees of freedom if the model is right; NaN without any.
    """
    weights = 1 / errors
    slopes = jacobian * weights[:, None]
    whitened = covariance * np.outer(weights, weights)
    # Directions that move no moment at all would have an infinite error: far beyond the range is as good.
    inverse = np.linalg.pinv(slopes, rcond=TINY)
    spread = inverse @ whitened @ inverse.T + _unseen(slopes)
    bounded = bounded_errors(point, slopes, whitened)
    left = np.eye(len(errors)) - slopes @ inverse
    test, freedom = _test(left @ (differences * weights), left @ whitened @ left.T, len(errors) - len(ranges))
    return Estimates(
        parameters=tuple(
            # The sandwich does not know the ranges: alone a number cannot be less known than with the others.
            _parameter(
                one, float(unit), float(error), min(1 / math.sqrt(float(precision)), float(error)), level
            )
            for one, unit, error, precision in zip(
                ranges, point, bounded, np.diag(np.linalg.inv(spread)), strict=True
            )
        ),
        directions=_directions(ranges, spread),
        covariance=spread,
        test=test,
        freedom=freedom,
        probability=_beyond(test, freedom),
    )


def _unseen(slopes: Numbers) -> Numbers:
    """A large variance along directions that no moment answers to."""
    _, sizes, axes = np.linalg.svd(slopes, full_matrices=True)
    sizes = np.concatenate([sizes, np.zeros(len(axes) - len(sizes))])
    blind = axes[sizes <= TINY * max(float(sizes.max()), TINY)]
    return np.asarray(1e6 * blind.T @ blind)


def _test(left: Numbers, covariance: Numbers, freedom: int) -> tuple[float, int]:
    """J: what is left of the differences, by the inverse of its covariance on the space that has one."""
    if freedom < 1:
        return math.nan, 0
    sizes, axes = np.linalg.eigh(covariance)
    kept = sizes > TINY * float(sizes.max())
    kept[: len(sizes) - freedom] = False
    along = axes[:, kept].T @ left
    return float((along**2 / sizes[kept]).sum()), freedom


def _beyond(test: float, freedom: int) -> float:
    if freedom < 1:
        return math.nan
    return float(needed("scipy.stats").chi2.sf(test, freedom))


def _parameter(one: Range, unit: float, error: float, alone: float, level: float) -> Parameter:
    """A parameter from its unit coordinate and the standard errors of that."""
    wide = NormalDist().inv_cdf((1 + level) / 2)
    step = 1e-4
    slope = (one.number(min(unit + step, 1.0)) - one.number(max(unit - step, 0.0))) / (
        min(unit + step, 1.0) - max(unit - step, 0.0)
    )
    known = max(0.0, 1 - (error / UNKNOWN) ** 2)
    ends = [one.number(unit - wide * error), one.number(unit + wide * error)]
    low, high = ends if known >= TOLD else (math.nan, math.nan)
    return Parameter(
        name=one.name,
        low=one.low,
        high=one.high,
        estimate=one.number(unit),
        error=slope * error,
        alone=slope * alone,
        interval_low=low,
        interval_high=high,
        alone_low=one.number(unit - wide * alone),
        alone_high=one.number(unit + wide * alone),
        known=known,
    )


def _directions(ranges: Sequence[Range], spread: Numbers) -> tuple[Direction, ...]:
    """The principal directions of the estimates' covariance, the least known first."""
    sizes, axes = np.linalg.eigh(spread)
    found = []
    for size, axis in sorted(zip(sizes, axes.T, strict=True), key=lambda pair: -pair[0]):
        sign = 1.0 if axis[np.argmax(np.abs(axis))] >= 0 else -1.0
        weights = tuple((one.short, float(sign * weight)) for one, weight in zip(ranges, axis, strict=True))
        found.append(Direction(error=math.sqrt(max(float(size), 0.0)), weights=weights))
    return tuple(found)
