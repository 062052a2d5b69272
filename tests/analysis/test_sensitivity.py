"""Sobol indices and elementary effects: published functions, exact models, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from many_assumptions import ishigami, observed
from SALib.analyze import morris as salib_morris
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from wargame.analysis.refusals import NotForThis, TooFew
from wargame.analysis.sensitivity import elementary_effects, sobol_indices

# Ishigami and Homma 1990, a = 7, b = 0.1: by their closed forms.
FIRST = (0.31391, 0.44241, 0.0)
TOTAL = (0.55759, 0.44241, 0.24368)


def problem(count: int) -> dict[str, object]:
    return {
        "num_vars": count,
        "names": [f"p{place}" for place in range(count)],
        "bounds": [[0.0, 1.0]] * count,
    }


def sobol_points(count: int, base: int, seed: int = 3) -> np.ndarray:
    return sobol_sample.sample(problem(count), base, calc_second_order=False, seed=seed)


def test_ishigami_has_its_published_indices() -> None:
    unit = sobol_points(3, 2048)
    table = sobol_indices(observed(unit, ishigami(unit)))
    assert list(table["parameter"]) == ["p0", "p1", "p2"]
    assert table["first"].to_numpy() == pytest.approx(FIRST, abs=0.02)
    assert table["total"].to_numpy() == pytest.approx(TOTAL, abs=0.02)
    for column, truth in (("first", FIRST), ("total", TOTAL)):
        assert (table[f"{column}_low"] <= np.array(truth)).all()
        assert (table[f"{column}_high"] >= np.array(truth)).all()
    assert table.attrs["base"] == 2048
    assert table.attrs["points"] == 2048 * 5


def test_a_linear_model_has_its_squared_slopes() -> None:
    unit = sobol_points(4, 1024)
    slopes = np.array([1.0, 3.0, 0.0, 2.0])
    table = sobol_indices(observed(unit, unit @ slopes)).set_index("parameter")
    parts = slopes**2 / (slopes**2).sum()
    for name, part in zip(["p0", "p1", "p2", "p3"], parts, strict=True):
        assert table.loc[name, "first"] == pytest.approx(part, abs=0.02)
        assert table.loc[name, "total"] == pytest.approx(part, abs=0.02)
    assert table.loc["p2", "total"] == 0


def test_no_interval_lies_below_all_that_is_possible() -> None:
    """The upper end is built on 0 where the estimate lies below it, and the lower end on 1 where it lies above."""
    seen = 0
    for seed in range(10):
        unit = sobol_points(3, 128, seed)
        table = sobol_indices(observed(unit, ishigami(unit)), widest=1.0).set_index("parameter")
        first, low, high = table.loc["p2", ["first", "first_low", "first_high"]]
        assert high > 0
        assert low < first < high
        if first < 0:
            seen += 1
            assert high == pytest.approx(first - low)
        else:
            assert high - first == pytest.approx(first - low)
    assert seen


def test_a_base_point_with_a_missing_value_is_left_out() -> None:
    unit = sobol_points(3, 1024)
    whole = observed(unit, ishigami(unit))
    value = whole.value.copy()
    value[7] = np.nan
    assert sobol_indices(replace(whole, value=value)).attrs["base"] == 1023


def test_too_few_base_points_are_refused_with_the_number_that_would_do() -> None:
    unit = sobol_points(3, 32)
    with pytest.raises(TooFew, match=r"32 base points are too few for y") as refused:
        sobol_indices(observed(unit, ishigami(unit)))
    unit = sobol_points(3, refused.value.needed)
    assert len(sobol_indices(observed(unit, ishigami(unit)), widest=0.2)) == 3


def test_a_spread_that_may_be_luck_is_refused_with_the_episodes_that_would_do() -> None:
    unit = sobol_points(3, 1024)
    value = ishigami(unit)
    lucky = observed(unit, value, episodes=50, sd=float(np.sqrt(0.5 * 50 * value.var())))
    with pytest.raises(TooFew, match=r"up to 50 % of the spread") as refused:
        sobol_indices(lucky)
    assert refused.value.needed == pytest.approx(125, abs=15)
    enough = replace(lucky, n=np.full(len(value), float(refused.value.needed)))
    assert sobol_indices(enough).attrs["luck"] <= 0.2


def test_points_of_another_design_and_a_constant_are_refused() -> None:
    unit = sobol_points(3, 64)
    with pytest.raises(NotForThis, match="not those of such a design"):
        sobol_indices(observed(unit[:-1], ishigami(unit[:-1])))
    with pytest.raises(NotForThis, match="is 2 at every point"):
        sobol_indices(observed(unit, np.full(len(unit), 2.0)))


def morris_points(count: int, paths: int) -> np.ndarray:
    return morris_sample.sample(problem(count), paths, num_levels=4, seed=5)


def test_effects_agree_with_salib() -> None:
    unit = morris_points(5, 30)
    value = ishigami(unit[:, :3]) + 4 * unit[:, 3]
    table = elementary_effects(observed(unit, value)).set_index("parameter")
    oracle = salib_morris.analyze(problem(5), unit, value, num_levels=4, seed=1)
    for place, name in enumerate(oracle["names"]):
        assert table.loc[name, "strength"] == pytest.approx(oracle["mu_star"][place])
        assert table.loc[name, "effect"] == pytest.approx(oracle["mu"][place])
        assert table.loc[name, "unevenness"] == pytest.approx(oracle["sigma"][place])


def test_effects_of_a_linear_model_are_its_slopes() -> None:
    unit = morris_points(3, 6)
    # The numbers need not be those of the unit cube: only their order counts.
    table = elementary_effects(observed(np.exp(unit), unit @ np.array([-2.0, 0.0, 1.0])))
    assert list(table["parameter"]) == ["p0", "p2", "p1"]
    assert table["effect"].to_numpy() == pytest.approx([-2, 1, 0])
    assert table["strength"].to_numpy() == pytest.approx([2, 1, 0])
    assert table["unevenness"].to_numpy() == pytest.approx(0, abs=1e-12)


def test_a_step_that_changes_no_number_has_no_effect() -> None:
    unit = morris_points(3, 8)
    chosen = unit.copy()
    chosen[:, 1] = 7.0
    table = elementary_effects(observed(chosen, unit[:, 0])).set_index("parameter")
    assert table.loc["p1", "strength"] == 0
    assert table.loc["p0", "strength"] == pytest.approx(1)


def test_too_few_paths_and_points_off_the_path_are_refused() -> None:
    unit = morris_points(3, 3)
    with pytest.raises(TooFew, match="3 paths are too few"):
        elementary_effects(observed(unit, unit[:, 0]))
    unit = morris_points(3, 5)
    value = np.random.default_rng(2).standard_cauchy(len(unit))
    with pytest.raises(TooFew, match="its largest effect is") as refused:
        elementary_effects(observed(unit, value))
    assert refused.value.needed > 5
    random = np.random.default_rng(1).random((20, 3))
    with pytest.raises(NotForThis, match="not paths"):
        elementary_effects(observed(random, random[:, 0]))
