"""Boxes and trees: a planted box is found, nothing is found where there is nothing, and both are checked elsewhere."""

from dataclasses import replace

import numpy as np
import pytest
from many_assumptions import observed, planted

from wargame.analysis.boxes import find_boxes
from wargame.analysis.peeling import Side, peel, within
from wargame.analysis.refusals import NotForThis, TooFew
from wargame.analysis.tree import Branch, grow_tree


@pytest.mark.parametrize(("rows", "episodes"), [(3000, 1), (400, 250)])
def test_a_planted_box_is_found_and_holds(rows: int, episodes: int) -> None:
    found = find_boxes(planted(rows, 8, seed=1, episodes=episodes))
    limits = found.limits[found.limits["box"] == 1].set_index("parameter")
    assert set(limits.index) == {"p0", "p1"}
    assert limits.loc["p0", "low"] == pytest.approx(0.6, abs=0.06)
    assert limits.loc["p1", "high"] == pytest.approx(0.4, abs=0.06)
    assert np.isnan(limits.loc["p0", "high"])
    assert limits.loc["p0", "low_part"] == pytest.approx(0.6, abs=0.06)
    box = found.summary.iloc[0]
    assert box["holds"]
    assert box["held_density"] == pytest.approx(0.8, abs=0.1)
    assert box["low"] < box["held_density"] < box["high"]
    # 0.16 * 0.8 of 0.16 * 0.8 + 0.84 * 0.05.
    assert box["held_coverage"] == pytest.approx(0.753, abs=0.09)
    assert box["elsewhere"] == pytest.approx(0.05, abs=0.03)
    assert len(found.summary) == 1


def test_the_second_box_is_found_outside_the_first() -> None:
    chance = np.random.default_rng(7)
    inputs = chance.random((8000, 5))
    first = (inputs[:, 0] > 0.7) & (inputs[:, 1] > 0.5)
    second = (inputs[:, 2] < 0.2) & (inputs[:, 3] < 0.5)
    value = chance.random(8000) < np.where(first, 0.9, np.where(second, 0.5, 0.04))
    found = find_boxes(observed(inputs, value, is_share=True))
    assert found.limits.groupby("box")["parameter"].apply(set).tolist() == [{"p0", "p1"}, {"p2", "p3"}]
    assert found.summary["holds"].all()


def test_where_nothing_is_planted_nothing_is_found() -> None:
    for seed in range(10):
        chance = np.random.default_rng(seed)
        value = chance.random(2000) < 0.1
        one = observed(chance.random((2000, 30)), value, is_share=True)
        assert find_boxes(one).summary.empty
        assert len(grow_tree(one)) == 1
        assert grow_tree(one).attrs["skill"] == 0


def test_few_points_over_many_parameters_give_no_sides_by_luck() -> None:
    wrong = 0
    for seed in range(10):
        found = find_boxes(planted(400, 150, seed=seed, episodes=250, inside=0.3, outside=0.03))
        wrong += len(set(found.limits["parameter"]) - {"p0", "p1"})
        assert found.summary["holds"].iloc[0]
    assert wrong <= 1


def test_what_does_not_hold_is_said() -> None:
    # The rows in which was searched have a box, those held out have none.
    from wargame.analysis.held_out import halves

    one = planted(600, 4, seed=3)
    _, held = halves(600, 1)
    value = one.value.copy()
    value[held] = np.random.default_rng(1).random(int(held.sum())) < 0.2
    box = find_boxes(replace(one, value=value)).summary.iloc[0]
    assert box["density"] > 0.6
    assert not box["holds"]


def test_peeling_by_hand() -> None:
    # Twenty rows; the hits are the five greatest. One row goes with each peeling, from below, until five are left.
    inputs = np.arange(20.0)[:, None]
    hits = (inputs[:, 0] >= 15).astype(float)
    found = peel(inputs, np.ones(20), hits, smallest=5)
    assert [step.rows for step in found.steps] == list(range(20, 4, -1))
    assert found.best == 15
    assert found.chosen == (Side(parameter=0, is_upper=False, end=15.0),)
    assert within(found.chosen, inputs).tolist() == (hits == 1).tolist()


def test_numbers_that_are_alike_are_peeled_together() -> None:
    inputs = np.repeat([1.0, 2.0, 3.0], [50, 30, 20])[:, None]
    hits = (inputs[:, 0] == 1).astype(float)
    found = peel(inputs, np.ones(100), hits, smallest=10)
    assert [step.rows for step in found.steps] == [100, 80, 50]
    assert found.chosen == (Side(parameter=0, is_upper=True, end=1.0),)


def test_a_point_weighs_as_many_episodes_as_it_has() -> None:
    inputs = np.arange(40.0)[:, None]
    n = np.where(inputs[:, 0] < 20, 1000.0, 1.0)
    hits = n * (inputs[:, 0] < 10)
    step = peel(inputs, n, hits, smallest=5).steps[0]
    assert (step.n, step.hits) == (20_020.0, 10_000.0)


def test_a_tree_asks_about_the_planted_box() -> None:
    table = grow_tree(planted(4000, 6, seed=2))
    first = table.attrs["branches"][0]
    assert {(branch.parameter, branch.above) for branch in first} == {("p0", True), ("p1", False)}
    ends = {branch.parameter: branch.end for branch in first}
    assert ends == pytest.approx({"p0": 0.6, "p1": 0.4}, abs=0.05)
    assert table["mass"].sum() == pytest.approx(1)
    assert table["coverage"].sum() == pytest.approx(1)
    assert table.iloc[0]["low"] < 0.8 < table.iloc[0]["high"]
    assert table.attrs["skill"] > 0.4
    assert str(Branch(parameter="p0", above=True, end=0.61234)) == "p0 > 0.6123"


def test_a_tree_over_points_is_that_over_their_episodes() -> None:
    chance = np.random.default_rng(6)
    inputs = chance.random((600, 2))
    share = np.where(inputs[:, 0] > 0.5, 0.4, 0.1)
    points = observed(inputs, chance.binomial(50, share) / 50, episodes=50, is_share=True)
    table = grow_tree(points, depth=1)
    assert table.attrs["branches"][0][0].end == pytest.approx(0.5, abs=0.02)
    assert table["density"].to_numpy() == pytest.approx([0.4, 0.1], abs=0.02)


def test_what_is_too_little_is_refused_with_the_number_that_would_do() -> None:
    with pytest.raises(TooFew, match="80 rows are too few"):
        find_boxes(planted(80, 2, seed=1))
    chance = np.random.default_rng(1)
    inputs, rare = chance.random((2000, 2)), np.zeros(2000)
    rare[:10] = 1
    with pytest.raises(TooFew, match=r"10 of 2,000 episodes end in y, and 40 are needed") as refused:
        grow_tree(observed(inputs, rare, is_share=True))
    assert refused.value.needed == 8000
    with pytest.raises(TooFew, match="do not end in y"):
        find_boxes(observed(inputs, 1 - rare, is_share=True))
    with pytest.raises(NotForThis, match="y is a mean"):
        find_boxes(observed(inputs, inputs[:, 0]))
