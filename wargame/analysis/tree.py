"""What would have to be true, as a shallow tree: few questions that part frequent from rare."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.ensembles import Observed
from wargame.analysis.held_out import check_enough, halves, smallest_group
from wargame.analysis.peeling import cost_of_a_side
from wargame.analysis.refusals import needed_module
from wargame.analysis.shares import clustered_mean

__all__ = ["Branch", "grow_tree"]

DEPTH = 3


@dataclass(frozen=True, kw_only=True)
class Branch:
    """One answer on the way to a leaf: `parameter` is at most `end`, or above it."""

    parameter: str
    above: bool
    end: float

    def __str__(self) -> str:
        return f"{self.parameter} {'>' if self.above else '<='} {self.end:.4g}"


def grow_tree(observed: Observed, *, depth: int = DEPTH, level: float = 0.95, seed: int = 1) -> pd.DataFrame:
    """The leaves of a shallow regression tree on the share of an outcome, the most frequent first.

    Method: CART by scikit-learn on a random half of the rows, each weighing as many episodes as it has, which for
    shares is the tree of Gini's impurity over episodes; a leaf has at least a twentieth of the rows, and twenty, and a
    question must explain more than the luckiest of as many questions about nothing would (`cost_of_a_side`). What
    stands in the table is from the other half: `leaf`, `rule` (text), `rows`, `mass` (the part of the rows), `density`
    (the share of the outcome) with `low` to `high` from `clustered_mean`, `coverage` (the part of all episodes with
    the outcome). `found_density` is that of the half in which it was grown. `attrs`: `base`, `level`, `branches` (of
    each leaf, as Branch), and `skill`: the part of the squared error in held-out rows that the tree takes away, which
    for single episodes is Brier's skill against the base rate; at or below 0 it found nothing.

    TooFew and NotForThis as for `find_boxes`. Source: Breiman, Friedman, Olshen and Stone 1984.
    """
    whole = observed.complete()
    check_enough(whole)
    found, held = halves(len(whole.value), seed)
    inputs = whole.inputs.to_numpy(dtype=np.float32)
    tree = _tree(depth, smallest_group(whole, found), _least_gain(whole, found))
    tree.fit(inputs[found], whole.value[found], sample_weight=whole.n[found])
    leaves: NDArray[np.int64] = tree.apply(inputs)
    hits = whole.n * whole.value
    paths = _paths(tree.tree_, list(whole.inputs.columns))
    rows = []
    for leaf, branches in paths.items():
        inside = leaves == leaf
        there = clustered_mean(whole, inside & held, level)
        rows.append(
            {
                "leaf": leaf,
                "rule": " and ".join(map(str, branches)) or "everywhere",
                "rows": there.rows,
                "mass": (inside & held).sum() / held.sum(),
                "density": there.mean,
                "low": there.low,
                "high": there.high,
                "coverage": hits[inside & held].sum() / max(hits[held].sum(), 1e-300),
                "found_density": clustered_mean(whole, inside & found).mean,
            }
        )
    table = pd.DataFrame(rows).sort_values("found_density", ascending=False, kind="stable", ignore_index=True)
    table.attrs = {
        "base": clustered_mean(whole, held, level).mean,
        "level": level,
        "skill": _skill(whole, tree.predict(inputs), found, held),
        "branches": [paths[leaf] for leaf in table["leaf"]],
    }
    return table


def _least_gain(observed: Observed, rows: NDArray[np.bool_]) -> float:
    """What a question must take from the variance: a Gaussian likelihood with rows as units."""
    n, value = observed.n[rows], observed.value[rows]
    variance = float((n * (value - (n * value).sum() / n.sum()) ** 2).sum() / n.sum())
    return variance * (1 - math.exp(-2 * cost_of_a_side(observed.inputs.shape[1]) / len(n)))


def _tree(depth: int, smallest: int, least_gain: float) -> Any:
    trees = needed_module("sklearn.tree", "a tree")
    return trees.DecisionTreeRegressor(
        max_depth=depth, min_samples_leaf=smallest, min_impurity_decrease=least_gain, random_state=0
    )


def _paths(tree: Any, names: list[str]) -> dict[int, list[Branch]]:
    """The branches that lead to each leaf; of several about one side of a parameter only the narrowest."""
    paths: dict[int, list[Branch]] = {}

    def visit(node: int, branches: tuple[Branch, ...]) -> None:
        if tree.children_left[node] == tree.children_right[node]:
            narrowest = {(branch.parameter, branch.above): branch for branch in branches}
            paths[node] = list(narrowest.values())
            return
        name, end = names[tree.feature[node]], float(tree.threshold[node])
        visit(int(tree.children_left[node]), (*branches, Branch(parameter=name, above=False, end=end)))
        visit(int(tree.children_right[node]), (*branches, Branch(parameter=name, above=True, end=end)))

    visit(0, ())
    return paths


def _skill(
    observed: Observed, predicted: NDArray[np.float64], found: NDArray[np.bool_], held: NDArray[np.bool_]
) -> float:
    """What the tree takes away from the squared errors that the share of the half where it was grown leaves."""
    n, value = observed.n, observed.value
    base = float((n[found] * value[found]).sum() / n[found].sum())
    without = float((n[held] * (value[held] - base) ** 2).sum())
    return (
        1 - float((n[held] * (value[held] - predicted[held]) ** 2).sum()) / without
        if without > 0
        else math.nan
    )
