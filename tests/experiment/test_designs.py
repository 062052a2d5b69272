"""Designs: their points are where they should be, and what cannot be made says why."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

import wargame
from wargame.experiment.designs import (
    DesignError,
    axes_of,
    grid,
    latin_hypercube,
    morris,
    read_axis,
    sobol,
)
from wargame.experiment.nets import nested_scramble

TEXT = """
name: designs
time: {step: round, horizon: 2}
parameters:
  flat: {value: 0.3, distribution: {uniform: [0.1, low_end]}}
  low_end: 0.5
  bell: {value: 1, distribution: {normal: {mean: 1, sd: 2}}}
  corner: {value: 2, distribution: {triangular: [0, 2, 3]}}
  bent: {value: 0.3, distribution: {beta: {a: 2, b: 5}}}
  which: {value: 1, distribution: {choice: {values: [1, 2, 5], weights: [1, 1, 2]}}}
  computed: {value: 2 * flat, distribution: {uniform: [0, 1]}}
  plain: 4
state: {x: {initial: 0.2, bounds: [0, 1]}}
outcomes: {rest: {default: true}}
"""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(TEXT)


def test_a_grid_has_every_combination(scenario: wargame.Scenario) -> None:
    design = grid(scenario, {"plain": [1, 2], "state.x": [0.1, 0.2, 0.3]})
    assert design.names == ("parameters.plain", "state.x")
    assert design.values.tolist() == [[1, 0.1], [1, 0.2], [1, 0.3], [2, 0.1], [2, 0.2], [2, 0.3]]
    assert design.point(4) == {"parameters.plain": 2, "state.x": 0.2}
    assert not design.is_sample


def test_all_parameters_with_a_distribution_are_the_axes(scenario: wargame.Scenario) -> None:
    names = [axis.name for axis in axes_of(scenario)]
    assert names == [f"parameters.{name}" for name in ("flat", "bell", "corner", "bent", "which")]


def test_a_latin_hypercube_meets_every_slice_once_and_follows_the_distributions(
    scenario: wargame.Scenario,
) -> None:
    design = latin_hypercube(axes_of(scenario), 200, seed=1)
    assert design.is_sample
    assert design.unit is not None
    for column in design.unit.T:
        assert sorted(np.floor(column * 200)) == list(range(200))
    expected = {
        "flat": stats.uniform(0.1, 0.4),
        "bell": stats.norm(1, 2),
        "corner": stats.triang(2 / 3, 0, 3),
        "bent": stats.beta(2, 5),
    }
    for place, distribution in enumerate(expected.values()):
        assert np.allclose(design.values[:, place], distribution.ppf(design.unit[:, place]), atol=1e-9)
    values, counts = np.unique(design.values[:, 4], return_counts=True)
    assert dict(zip(values, counts, strict=True)) == {1: 50, 2: 50, 5: 100}


def test_the_seed_decides_a_sample(scenario: wargame.Scenario) -> None:
    axes = axes_of(scenario)
    for make, size in ((latin_hypercube, 16), (sobol, 16), (morris, 5)):
        one, same, other = (make(axes, size, seed).values for seed in (1, 1, 2))
        assert np.array_equal(one, same)
        assert not np.array_equal(one, other)


def test_sizes_of_the_samples_for_sensitivity(scenario: wargame.Scenario) -> None:
    axes = axes_of(scenario)
    assert len(sobol(axes, 8, 1)) == 8 * (5 + 2)
    paths = morris(axes, 6, 1)
    assert len(paths) == 6 * (5 + 1)
    assert np.isfinite(paths.values).all()
    # Along a path one parameter moves at a time.
    assert paths.unit is not None
    steps = np.diff(paths.unit.reshape(6, 6, 5), axis=1) != 0
    assert (steps.sum(axis=2) == 1).all()


def test_points_for_sobol_indices_are_two_parts_and_their_mixtures(scenario: wargame.Scenario) -> None:
    unit = sobol(axes_of(scenario), 64, 3).unit
    assert unit is not None
    blocks = unit.reshape(64, 7, 5)
    first, second = blocks[:, 0], blocks[:, -1]
    for number in range(5):
        mixed = first.copy()
        mixed[:, number] = second[:, number]
        assert np.array_equal(blocks[:, number + 1], mixed)
    # All of a column's 64 slices are met once, and of each two columns' 64 cells by 8 and 8, mostly one for each.
    both = np.hstack([first, second])
    assert (np.sort(np.floor(both * 64), axis=0) == np.arange(64)[:, None]).all()
    cells = np.floor(both[:, 0] * 8) * 8 + np.floor(both[:, 1] * 8)
    assert sorted(cells) == list(range(64))


def test_scrambling_keeps_the_net_and_makes_each_place_even() -> None:
    """Points that share leading digits share them after it, and a point falls everywhere alike."""
    plain = stats.qmc.Sobol(3, scramble=False).random(16)
    chance = np.random.default_rng(2)
    many = np.array([nested_scramble(plain, chance) for _ in range(4000)])
    for digits in (1, 2, 3):
        before, after = (np.floor(one[..., 0] * 2**digits) for one in (plain, many))
        for place in range(2**digits):
            assert (np.ptp(after[:, before == place], axis=1) == 0).all()
    assert stats.kstest(many[:, 5, 1], "uniform").pvalue > 0.01
    assert abs(np.corrcoef(many[:, 0, 0], many[:, 0, 1])[0, 1]) < 0.06


def test_ranges_take_the_place_of_distributions(scenario: wargame.Scenario) -> None:
    design = latin_hypercube(axes_of(scenario, {"plain": [10, 20], "state.x": [0, 0.5]}), 50, 1)
    assert (design.values.min(axis=0) >= [10, 0]).all()
    assert (design.values.max(axis=0) <= [20, 0.5]).all()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("parameters.cost=0:1:3", ("parameters.cost", [0, 0.5, 1])),
        ("cost = 0,0.5,2", ("cost", [0, 0.5, 2])),
        ("cost=3", ("cost", [3])),
    ],
)
def test_axes_are_read(text: str, found: tuple[str, list[float]]) -> None:
    assert read_axis(text) == found


@pytest.mark.parametrize(
    "text", ["cost", "=1:2:3", "cost=1:2", "cost=1:2:1", "cost=a,b", "cost=0:inf:3", "cost="]
)
def test_axes_that_cannot_be_read(text: str) -> None:
    with pytest.raises(DesignError, match="cannot be read; write NAME=LOW:HIGH:COUNT"):
        read_axis(text)


def test_designs_that_cannot_be_made(scenario: wargame.Scenario) -> None:
    axes = axes_of(scenario)
    for make, said in (
        (lambda: sobol(axes, 12, 1), "power of 2, such as 16"),
        (lambda: latin_hypercube(axes, 1, 1), "from 2"),
        (lambda: axes_of(scenario, ["plain"]), "no distribution"),
        (lambda: axes_of(scenario, {"plain": [2, 1]}), "the lower one first"),
        (lambda: axes_of(scenario, ["flat", "parameters.flat"]), "given twice"),
        (lambda: grid(scenario, {"plain": []}), "at least one number"),
        (lambda: grid(scenario, {"plain": range(400), "bell": range(400)}), "at most 100,000"),
        (lambda: axes_of(scenario.with_({"parameters": {}, "state.x": 0.1}), None), "nothing to vary"),
    ):
        with pytest.raises((DesignError, wargame.ScenarioError), match=said):
            make()


def test_what_is_not_installed_is_said(scenario: wargame.Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> Any:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr("importlib.import_module", without)
    with pytest.raises(DesignError, match=r"pip install 'wargame\[analysis\]'"):
        morris(axes_of(scenario), 4, 1)
    with pytest.raises(DesignError, match="needs scipy"):
        latin_hypercube(axes_of(scenario), 4, 1)
