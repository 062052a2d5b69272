"""Do the intervals of what drives a result hold what they promise, and is what is nothing taken for nothing?

Each is made some hundred times where the truth is known. As in `test_coverage.py`, what is checked is that an interval
of 95 % does not cover less than 92.5 %; with 400 repetitions one that is right covers 92.8 % or more in 97.5 of 100.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from many_assumptions import ishigami, observed, planted
from numpy.random import Generator, default_rng
from SALib.sample import morris
from scipy.stats.qmc import LatinHypercube

from wargame.analysis.boxes import find_boxes
from wargame.analysis.correlations import low_and_high, partial_rank_correlations
from wargame.analysis.sensitivity import elementary_effects, sobol_indices
from wargame.analysis.signposts import TOGETHER, signposts
from wargame.analysis.tree import grow_tree
from wargame.experiment.designs import Axis, sobol

pytestmark = pytest.mark.verify

REPETITIONS = 400
LEAST = 0.925

AXES = [Axis(name=f"p{place}", kind="uniform", numbers=(0.0, 1.0)) for place in range(3)]
UNIT = {"num_vars": 3, "names": ["p0", "p1", "p2"], "bounds": [[0.0, 1.0]] * 3}
SOBOL = {"first": (0.31391, 0.44241, 0.0), "total": (0.55759, 0.44241, 0.24368)}


def covered(make: Callable[[int], pd.DataFrame], truth: pd.Series, low: str, high: str) -> pd.Series:
    """How often the intervals hold the truth, by the index of the table that is made."""
    hits = pd.Series(0.0, index=truth.index)
    for repetition in range(REPETITIONS):
        table = make(repetition).loc[truth.index]
        hits += (table[low] <= truth) & (truth <= table[high])
    return hits / REPETITIONS


@pytest.mark.parametrize("base", [256, 512])
@pytest.mark.parametrize("order", ["first", "total"])
def test_sobol_indices(order: str, base: int) -> None:
    """One first-order index is exactly 0; with 512 points scrambled by a random matrix, 87 % of intervals held it."""

    def make(seed: int) -> pd.DataFrame:
        unit = sobol(AXES, base, seed).values
        return sobol_indices(observed(unit, ishigami(unit)), widest=1.0).set_index("parameter")

    truth = pd.Series(SOBOL[order], index=["p0", "p1", "p2"])
    assert covered(make, truth, f"{order}_low", f"{order}_high").min() >= LEAST


def test_strengths_of_elementary_effects() -> None:
    def make(seed: int, paths: int = 20) -> pd.DataFrame:
        unit = morris.sample(UNIT, paths, num_levels=4, seed=seed + 1)
        value = ishigami(unit) + 2 * unit[:, 0] ** 2
        return elementary_effects(observed(unit, value)).set_index("parameter")

    truth = make(10**6, 20_000)["strength"]
    assert covered(make, truth, "low", "high").min() >= LEAST


def _monotone(chance: Generator, rows: int) -> pd.DataFrame:
    inputs = chance.random((rows, 4))
    inputs[:, 3] = 0.5 * inputs[:, 3] + 0.5 * inputs[:, 0]
    value = np.exp(2 * inputs[:, 0]) - 3 * inputs[:, 1] ** 3 + chance.normal(0, 1.5, rows)
    return partial_rank_correlations(observed(inputs, value)).set_index("parameter")


def test_partial_rank_correlations() -> None:
    truth = _monotone(default_rng(1), 400_000)["correlation"]
    found = covered(lambda seed: _monotone(default_rng(seed), 200), truth, "low", "high")
    assert found.min() >= LEAST


@pytest.mark.parametrize(
    ("rows", "episodes", "even"), [(600, 1, False), (300, 100, False), (300, 1000, False), (300, 100, True)]
)
def test_swings_between_low_and_high(rows: int, episodes: int, even: bool) -> None:
    """With many episodes at each point, where a fifth of the points ends is most of what is left to chance."""

    def make(seed: int) -> pd.DataFrame:
        chance = default_rng(seed)
        inputs = LatinHypercube(2, rng=chance).random(rows) if even else chance.random((rows, 2))
        share = 0.05 + 0.3 * inputs[:, 0] * inputs[:, 1]
        value = chance.binomial(episodes, share) / episodes
        one = replace(observed(inputs, value, episodes=episodes, is_share=True), is_stratified=even)
        return low_and_high(one).set_index("parameter")

    # In the lowest fifth a number is 0.1 in the mean, in the highest 0.9.
    ends = {name: pd.Series(0.05 + 0.15 * x, index=["p0", "p1"]) for name, x in (("low", 0.1), ("high", 0.9))}
    for name, truth in ends.items():
        assert covered(make, truth, f"at_{name}_low", f"at_{name}_high").min() >= LEAST
    assert covered(make, ends["high"] - ends["low"], "swing_low", "swing_high").min() >= LEAST


@pytest.mark.parametrize(("rows", "episodes"), [(1500, 1), (300, 100)])
def test_held_out_densities_of_boxes(rows: int, episodes: int) -> None:
    fresh = planted(200_000, 4, seed=10**6, inside=0.4)
    hits, found = 0, 0
    for seed in range(REPETITIONS):
        boxes = find_boxes(planted(rows, 4, seed=seed, episodes=episodes, inside=0.4), boxes=1)
        if boxes.summary.empty:
            continue
        inside = np.ones(len(fresh.value), dtype=bool)
        for row in boxes.limits.itertuples():
            column = fresh.inputs[row.parameter]
            inside &= ~((column < row.low) | (column > row.high))
        truth = fresh.value[inside].mean()
        box = boxes.summary.iloc[0]
        hits += box["low"] <= truth <= box["high"]
        found += 1
    assert found > 0.95 * REPETITIONS
    assert hits / found >= LEAST


@pytest.mark.parametrize("parameters", [3, 30, 150])
@pytest.mark.parametrize("share", [0.08, 0.4])
def test_nothing_is_found_in_nothing(parameters: int, share: float) -> None:
    """A tree asks a first question in about one table of twenty in which there is no answer; a box is rarer."""
    boxes, held, questions = 0, 0, 0
    for seed in range(REPETITIONS):
        chance = default_rng(seed)
        value = chance.random(1000) < share
        one = observed(chance.random((1000, parameters)), value, is_share=True)
        found = find_boxes(one, boxes=1).summary
        boxes += len(found)
        held += bool(len(found) and found["holds"].iloc[0])
        questions += len(grow_tree(one, depth=1)) > 1
    assert questions / REPETITIONS <= 0.1
    assert boxes / REPETITIONS <= 0.08
    assert held / REPETITIONS <= 0.02


@pytest.mark.parametrize(("n", "share"), [(400, 0.5), (3000, 0.04)])
def test_skills_of_signposts(n: int, share: float) -> None:
    """The interval is of the skill that the same way of learning has on other episodes, in the mean over learners."""

    def make(seed: int) -> pd.DataFrame:
        chance = default_rng(seed)
        war = chance.random(n) < share
        table = pd.DataFrame(
            {
                "sign": (chance.random(n) < np.where(war, 0.8, 0.3)).astype(float),
                "level": 0.6 * war + chance.normal(size=n),
                "noise": chance.normal(size=n),
            }
        )
        endings = pd.Series(np.where(war, "war", "peace"))
        return signposts(table, endings, "war").set_index("observable")

    names = ["sign", "level", "noise", TOGETHER]
    truth = sum(make(seed)["skill"].loc[names] for seed in range(1000, 1000 + REPETITIONS)) / REPETITIONS
    assert covered(make, truth, "low", "high").min() >= LEAST
