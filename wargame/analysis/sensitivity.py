"""Global sensitivity from a design made for it: Sobol indices, and Morris' elementary effects.

Both read the results of a sweep in the order of its points. The points of these designs share their episodes, so a
parameter that changes nothing has an index, and an effect, of exactly 0.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.ensembles import Observed
from wargame.analysis.refusals import NotForThis, TooFew, needed_module
from wargame.experiment.designs import MORRIS_LEVELS
from wargame.experiment.intervals import t_quantile

__all__ = ["elementary_effects", "sobol_indices"]

WIDEST = 0.2
"""The half-width that an index may have at most: the indices lie between 0 and 1."""

LUCKIEST = 0.2
"""The part of the spread between points that may be luck, from finitely many episodes at each."""

RESAMPLES = 400

STEP = MORRIS_LEVELS / (2 * (MORRIS_LEVELS - 1))
"""The step of Morris' design, two thirds on four levels, as a part of the parameter's range of quantiles."""

LEAST_PATHS = 4
RELATIVE_WIDTH = 0.5
"""The half-width that the largest mean effect may have at most, relative to itself."""


def sobol_indices(
    observed: Observed, *, level: float = 0.95, widest: float = WIDEST, seed: int = 1
) -> pd.DataFrame:
    """Sobol indices of first and total order of one result, from the points of a Sobol design in their order.

    Statistic: `first` is the part of the variance between points that one parameter explains by itself, `total` the
    part that it has a hand in, with all others; Saltelli's and Jansen's estimators, made by SALib. Interval: normal,
    from a bootstrap over the base points, and not cut at 0 and 1. An index lies between them, and its estimate need
    not: the upper end is built on the estimate or on 0, whichever is larger, so that luck cannot put the interval below
    all that is possible; likewise the lower end and 1. Rows by falling `total`: `parameter`, `first`, `first_low`,
    `first_high`, `total`, `total_low`, `total_high`. `attrs`: `points`, `base` points, `level`, and `luck`, at most so
    much of the variance between points comes from the finite number of episodes at each. Luck is nobody's first order
    and everybody's total order.

    A base point with a missing value is left out. TooFew if an interval is wider than `widest` to either side or luck
    makes more than a fifth of the spread, with the number that would do; NotForThis for points of another design.
    Source: Saltelli et al. 2010, "Variance based sensitivity analysis of model output"; Mandelkern and Schultz 2000,
    "The statistical analysis of Gaussian and Poisson signals near physical boundaries", for the ends.
    """
    names = list(observed.inputs.columns)
    blocks, n, sd = _blocks(observed, len(names) + 2)
    luck = _luck(blocks, n, sd)
    found = _salib(names, blocks.ravel(), level, seed)
    widths = np.concatenate([found["S1_conf"], found["ST_conf"]])
    if widths.max() > widest:
        needed = _power_of_two(len(blocks) * (float(widths.max()) / widest) ** 2)
        raise TooFew(
            f"{len(blocks):,} base points are too few for {observed.name}: an index is known to "
            f"± {widths.max():.2f} only, and ± {widest:g} is the most that is told",
            f"Make the sweep with about --sobol {needed}, or vary fewer parameters (--over).",
            needed,
        )
    if luck > LUCKIEST:
        needed = _round_up(float(n.mean()) * luck / LUCKIEST)
        raise TooFew(
            f"{n.mean():,.0f} episodes at each point are too few for {observed.name}: up to {100 * luck:.0f} % of the "
            f"spread between points may be luck, and {100 * LUCKIEST:.0f} % are allowed",
            f"Make the sweep with about -n {needed:,}.",
            needed,
        )
    table = pd.DataFrame({"parameter": names})
    for column, key in (("first", "S1"), ("total", "ST")):
        value, half = np.asarray(found[key]), np.asarray(found[f"{key}_conf"])
        table[column] = value
        table[f"{column}_low"] = np.minimum(value, 1.0) - half
        table[f"{column}_high"] = np.maximum(value, 0.0) + half
    table = table.sort_values("total", ascending=False, kind="stable", ignore_index=True)
    table.attrs = {"points": blocks.size, "base": len(blocks), "level": level, "luck": luck}
    return table


def elementary_effects(observed: Observed, *, level: float = 0.95) -> pd.DataFrame:
    """Morris' elementary effects of one result, from the paths of a Morris design in their order.

    Statistic: an effect is the change of the result along one step of one parameter, divided by the step, which is two
    thirds of the way from the least to the greatest quantile; `strength` (mu*) is the mean of its absolute value over
    paths, `effect` (mu) the mean with its sign, `unevenness` (sigma) its standard deviation: large where the parameter
    acts through others or not in a straight line. Interval of `strength`: Student's, over paths, cut at 0. Rows by
    falling strength: `parameter`, `strength`, `low`, `high`, `effect`, `unevenness`. `attrs`: `paths`, `level`.

    A path with a missing value is left out. TooFew below four paths, or if the largest strength is known to less than
    half of itself, with the number that would do; NotForThis for points of another design. Source: Morris 1991,
    "Factorial sampling plans for preliminary computational experiments"; Campolongo, Cariboni and Saltelli 2007.
    """
    names = list(observed.inputs.columns)
    length = len(names) + 1
    kept = _whole_blocks(observed, length)
    paths = int(kept.sum())
    if paths < LEAST_PATHS:
        raise TooFew(
            f"{paths} paths are too few for {observed.name}; an interval needs {LEAST_PATHS}",
            "Make the sweep with --morris 20.",
            LEAST_PATHS,
        )
    effects = _effects(observed, length)[kept]
    strengths = np.abs(effects)
    strength = strengths.mean(axis=0)
    half = t_quantile(level, paths - 1) * strengths.std(axis=0, ddof=1) / math.sqrt(paths)
    first = int(strength.argmax())
    if half[first] > RELATIVE_WIDTH * strength[first] > 0:
        needed = math.ceil(paths * (half[first] / strength[first] / RELATIVE_WIDTH) ** 2)
        raise TooFew(
            f"{paths} paths are too few for {observed.name}: its largest effect is {strength[first]:.3g} "
            f"± {half[first]:.2g}",
            f"Make the sweep with about --morris {needed}, or with more episodes (-n).",
            needed,
        )
    table = pd.DataFrame(
        {
            "parameter": names,
            "strength": strength,
            "low": np.maximum(0.0, strength - half),
            "high": strength + half,
            "effect": effects.mean(axis=0),
            "unevenness": effects.std(axis=0, ddof=1),
        }
    )
    table = table.sort_values("strength", ascending=False, kind="stable", ignore_index=True)
    table.attrs = {"paths": paths, "level": level}
    return table


def _blocks(
    observed: Observed, length: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Values, episodes and standard deviations of whole base points: a row for each, a column for each point of it."""
    kept = _whole_blocks(observed, length)
    if kept.sum() < 2:
        raise TooFew(
            f"{int(kept.sum())} base points of {observed.name} have all their values; two are the least",
            "Make the sweep with more base points, or with more episodes (-n).",
            2,
        )
    value, n, sd = (one.reshape(-1, length)[kept] for one in (observed.value, observed.n, observed.sd))
    if np.ptp(value) == 0:
        raise NotForThis(
            f"{observed.name} is {value[0, 0]:g} at every point, so nothing drives it",
            "Ask for another result, or play more episodes at each point.",
        )
    return value, n, sd


def _whole_blocks(observed: Observed, length: int) -> NDArray[np.bool_]:
    """Which blocks of so many consecutive points have all their values."""
    if not len(observed.value) or len(observed.value) % length:
        raise NotForThis(
            f"{len(observed.value):,} points over {length - 1} numbers are not those of such a design",
            "Give a sweep made with --sobol or --morris, with all its points.",
        )
    return np.asarray(np.isfinite(observed.value.reshape(-1, length)).all(axis=1))


def _luck(value: NDArray[np.float64], n: NDArray[np.float64], sd: NDArray[np.float64]) -> float:
    """At most so much of the variance between points is luck.

    It would be as much if every point had episodes of its own; shared ones leave less, how much less is not known.
    """
    return float(np.nanmean(sd**2 / n) / value.var())


def _salib(names: list[str], values: NDArray[np.float64], level: float, seed: int) -> Any:
    sobol = needed_module("SALib.analyze.sobol", "a Sobol index")
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    return sobol.analyze(
        problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=level, seed=seed
    )


def _effects(observed: Observed, length: int) -> NDArray[np.float64]:
    """The effect of each parameter on each path; a step that left its number as it was (of a choice) has none."""
    inputs = observed.inputs.to_numpy(dtype=np.float64).reshape(-1, length, length - 1)
    direction = np.sign(np.diff(inputs, axis=1))
    change = np.diff(observed.value.reshape(-1, length), axis=1)
    if (np.abs(direction).sum(axis=1) > 1).any() or (np.abs(direction).sum(axis=2) > 1).any():
        raise NotForThis(
            "the points are not paths along which one parameter after another takes a step",
            "Give a sweep made with --morris, with its points in their order.",
        )
    return np.asarray((direction * change[:, :, None]).sum(axis=1) / STEP)


def _power_of_two(number: float) -> int:
    return 1 << math.ceil(math.log2(number))


def _round_up(number: float) -> int:
    """To two digits."""
    step = int(10 ** max(0, math.floor(math.log10(number)) - 1))
    return math.ceil(number / step) * step
