"""Designs: at which points of the parameters' space a scenario is played.

A design lays points into the unit cube; each coordinate becomes a number of its parameter by the inverse of the
distribution function, so that equal parts of the cube are equally probable. A grid gives the numbers themselves.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from wargame.engine import distributions
from wargame.experiment.nets import nested_scramble
from wargame.scenario.constants import value_of
from wargame.scenario.errors import WargameError, join_names
from wargame.scenario.known import set_by_hand
from wargame.scenario.points import plain_number
from wargame.scenario.scenario import Distribution, Scenario

__all__ = [
    "Axis",
    "Design",
    "DesignError",
    "axes_of",
    "grid",
    "latin_hypercube",
    "morris",
    "read_axis",
    "sobol",
]

Kind = Literal["grid", "lhs", "sobol", "morris"]

MOST_POINTS = 100_000
EDGE = 0.005
"""Morris' levels 0 and 1 stand for these quantiles where a distribution has no ends."""
MORRIS_LEVELS = 4

AXIS_FORM = "NAME=LOW:HIGH:COUNT or NAME=VALUE,VALUE,..., such as parameters.cost=0:1:11"


class DesignError(WargameError):
    """A design that cannot be made."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One parameter of a design by its full name, with the quantile function of what is assumed about it."""

    name: str
    kind: str
    numbers: tuple[float, ...]

    def at(self, u: float) -> float:
        """The number below which the parameter falls with probability u."""
        if self.kind == "choice":
            half = len(self.numbers) // 2
            values, weights = self.numbers[:half], np.cumsum(self.numbers[half:])
            place = int(np.searchsorted(weights, u * weights[-1], side="right"))
            return values[min(place, half - 1)]
        return float(getattr(distributions, self.kind)(u, *self.numbers))

    @property
    def is_open(self) -> bool:
        """Whether it has no ends."""
        return self.kind in ("normal", "lognormal")


@dataclass(frozen=True, kw_only=True, eq=False)
class Design:
    """Points: `values[point, parameter]`. `names` are full names; `unit` the same points in the unit cube, if any.

    Points of a random sample (`lhs`) are what is counted when something is said about all of them, and each is played
    with episodes of its own. Those of the other designs are compared with each other, and share their episodes.
    """

    kind: Kind
    names: tuple[str, ...]
    values: NDArray[np.float64]
    unit: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def is_sample(self) -> bool:
        """Whether the points are a random sample of what is not known."""
        return self.kind == "lhs"

    def point(self, index: int) -> dict[str, float]:
        """The numbers at a point, by full name."""
        return dict(zip(self.names, map(float, self.values[index]), strict=True))


def grid(scenario: Scenario, values: Mapping[str, Sequence[float]]) -> Design:
    """Every combination of the given numbers; the last name varies fastest."""
    names = [plain_number(scenario, name) for name in values]
    _check_names(names)
    if not names or not all(len(numbers) for numbers in values.values()):
        raise DesignError(f"a grid needs at least one number for each of its names; write {AXIS_FORM}")
    points = math.prod(len(numbers) for numbers in values.values())
    if points > MOST_POINTS:
        raise DesignError(f"the grid has {points:,} points; at most {MOST_POINTS:,} are allowed")
    table = np.array(list(product(*values.values())), dtype=np.float64)
    return Design(kind="grid", names=tuple(names), values=table)


def latin_hypercube(axes: Sequence[Axis], points: int, seed: int) -> Design:
    """A Latin hypercube sample: each of `points` equally probable slices of every parameter is met once.

    Source: McKay, Beckman and Conover 1979; made by SciPy.
    """
    _check_points(points, 2)
    qmc = _needed("scipy.stats.qmc")
    unit = qmc.LatinHypercube(len(axes), rng=np.random.default_rng(seed)).random(points)
    return _design("lhs", axes, np.asarray(unit))


def sobol(axes: Sequence[Axis], base: int, seed: int) -> Design:
    """Saltelli's sample for Sobol indices of first and total order: base * (parameters + 2) points.

    Of each base point there are two parts, A and B: a row of A, A with one number after the other taken from B, and B.
    Source: Saltelli et al. 2010, "Variance based sensitivity analysis of model output"; from SciPy's Sobol sequence,
    which wants a power of 2, scrambled by `nested_scramble`.
    """
    _check_points(base, 2)
    if base & (base - 1):
        raise DesignError(
            f"a Sobol design of {base} has no balance; give a power of 2, such as {2 ** base.bit_length()}"
        )
    count = len(axes)
    sequence = _needed("scipy.stats.qmc").Sobol(2 * count, scramble=False).random(base)
    scrambled = nested_scramble(np.asarray(sequence), np.random.default_rng(seed))
    unit = np.repeat(scrambled[:, None, :count], count + 2, axis=1)
    for number in range(count):
        unit[:, number + 1, number] = scrambled[:, count + number]
    unit[:, -1] = scrambled[:, count:]
    return _design("sobol", axes, unit.reshape(-1, count))


def morris(axes: Sequence[Axis], paths: int, seed: int) -> Design:
    """Morris' paths, along which one parameter after another takes a step: paths * (parameters + 1) points.

    Source: Morris 1991, "Factorial sampling plans for preliminary computational experiments"; made by SALib, on four
    levels. Where a distribution has no ends its first and last level are its 0.5 % and 99.5 % quantiles.
    """
    _check_points(paths, 2)
    sampler = _needed("SALib.sample.morris")
    unit = sampler.sample(_problem(axes), paths, num_levels=MORRIS_LEVELS, seed=seed)
    return _design("morris", axes, unit)


def axes_of(
    scenario: Scenario, ranges: Mapping[str, Sequence[float]] | Iterable[str] | None = None
) -> list[Axis]:
    """The parameters of a design: those named, over the ranges given or else their own distributions.

    Without names, all parameters that have a distribution and a plain number, and were not set by hand. A range is
    uniform from low to high.
    """
    if ranges is None:
        known = set_by_hand(scenario)
        ranges = [
            f"parameters.{name}"
            for name, one in scenario.parameters.items()
            if one.distribution is not None and one.value.constant is not None and name not in known
        ]
    given = dict(ranges) if isinstance(ranges, Mapping) else dict.fromkeys(ranges)
    axes = [_axis(scenario, plain_number(scenario, name), ends) for name, ends in given.items()]
    if not axes:
        raise DesignError(
            f"{scenario.name} has no parameter with a distribution, so there is nothing to vary\n"
            f"  {'mend:':<9}Name parameters with ranges, or give some a distribution in the scenario."
        )
    _check_names([axis.name for axis in axes])
    return axes


def read_axis(text: str) -> tuple[str, list[float]]:
    """Read `parameters.cost=0:1:11` or `cost=0,0.5,2` as a name and its numbers."""
    name, equals, rest = text.partition("=")
    try:
        if not (equals and name.strip()):
            raise ValueError
        if ":" not in rest:
            return name.strip(), [_finite(part) for part in rest.split(",")]
        low, high, count = rest.split(":")
        if not 2 <= int(count) <= MOST_POINTS:
            raise ValueError
        return name.strip(), [float(one) for one in np.linspace(_finite(low), _finite(high), int(count))]
    except ValueError:
        raise DesignError(f"the axis {text!r} cannot be read; write {AXIS_FORM}") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _axis(scenario: Scenario, name: str, ends: Sequence[float] | None) -> Axis:
    if ends is not None:
        if len(ends) != 2 or not (math.isfinite(ends[0]) and ends[0] < ends[1] < math.inf):
            raise DesignError(f"the range of {name} is {list(ends)}; give two numbers, the lower one first")
        return Axis(name=name, kind="uniform", numbers=(float(ends[0]), float(ends[1])))
    group, _, rest = name.partition(".")
    declared = scenario.parameters[rest].distribution if group == "parameters" else None
    if declared is None:
        known = [one.name for one in scenario.parameters.values() if one.distribution is not None]
        raise DesignError(
            f"{name} has no distribution in {scenario.name}\n  {'allowed:':<9}{join_names(known)}\n"
            f"  {'mend:':<9}Give it a range in the design, or a distribution in the scenario."
        )
    return Axis(name=name, kind=declared.kind, numbers=_numbers(scenario, name, declared))


def _numbers(scenario: Scenario, name: str, declared: Distribution) -> tuple[float, ...]:
    """The numbers of a distribution, which may be formulas of other parameters."""
    known: dict[str, float] = {}
    for _ in scenario.parameters:
        before = len(known)
        for parameter in scenario.parameters.values():
            found = value_of(parameter.value.tree, known)
            if found is not None:
                known[parameter.name] = found
        if len(known) == before:
            break
    found_numbers = [value_of(argument.tree, known) for argument in declared.arguments]
    numbers = tuple(number for number in found_numbers if number is not None)
    if len(numbers) < len(found_numbers):
        raise DesignError(f"the distribution of {name} cannot be computed before anything is played")
    return numbers


def _design(kind: Kind, axes: Sequence[Axis], unit: NDArray[np.float64]) -> Design:
    if len(unit) > MOST_POINTS:
        raise DesignError(f"the design has {len(unit):,} points; at most {MOST_POINTS:,} are allowed")
    tiny = 2.0**-53
    values = np.empty(unit.shape)
    for column, axis in enumerate(axes):
        edge = EDGE if axis.is_open and kind == "morris" else tiny if axis.is_open else 0.0
        values[:, column] = [axis.at(float(u)) for u in np.clip(unit[:, column], edge, 1 - edge)]
    return Design(kind=kind, names=tuple(axis.name for axis in axes), values=values, unit=unit)


def _problem(axes: Sequence[Axis]) -> dict[str, Any]:
    """SALib's description of the unit cube."""
    names = [axis.name for axis in axes]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _check_points(points: int, least: int) -> None:
    if not least <= points <= MOST_POINTS:
        raise DesignError(
            f"a design of {points:,} cannot be made; give a number from {least} to {MOST_POINTS:,}"
        )


def _check_names(names: Sequence[str]) -> None:
    twice = [name for index, name in enumerate(names) if name in names[:index]]
    if twice:
        raise DesignError(f"{twice[0]} is given twice in one design; give it once")


def _needed(module: str) -> Any:
    """A module of the extra `analysis`, which is only needed for designs."""
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError as error:
        raise DesignError(
            f"this design needs {module.split('.')[0]}, which is not installed ({error})\n"
            f"  {'mend:':<9}Install it with: pip install 'wargame[analysis]'"
        ) from error
