"""What is not known told apart from luck: by hand, against published numbers, and at the edges."""

import math

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.nested import spread, spread_table


def summed(groups: list[list[float]]) -> tuple[list[int], list[float], list[float]]:
    return (
        [len(group) for group in groups],
        [float(np.mean(group)) for group in groups],
        [float(np.var(group, ddof=1)) for group in groups],
    )


def test_the_variance_components_of_a_table_by_hand() -> None:
    # Means 2, 4, 9; mean squares 2 * 13 = 26 between and 2 within; so (26 - 2) / 2 = 12 between.
    found = spread(*summed([[1, 3], [3, 5], [8, 10]]))
    assert (found.luck, found.unknown) == (pytest.approx(2), pytest.approx(12))
    assert found.share == pytest.approx(12 / 14)
    assert (found.mean, found.points, found.episodes) == (5, 3, 6)
    assert found.share_low <= found.share <= found.share_high


def test_groups_of_unequal_size() -> None:
    # By SAS's type 1 expected mean squares: n0 = (9 - (4 + 4 + 25) / 9) / 2.
    groups = [[1.0, 3.0], [4.0, 6.0], [7.0, 8.0, 9.0, 10.0, 11.0]]
    found = spread(*summed(groups))
    whole = np.concatenate(groups)
    outer = sum(len(g) * (np.mean(g) - whole.mean()) ** 2 for g in groups) / 2
    within = sum(((np.array(g) - np.mean(g)) ** 2).sum() for g in groups) / 6
    size = (9 - (4 + 4 + 25) / 9) / 2
    assert found.luck == pytest.approx(within)
    assert found.unknown == pytest.approx((outer - within) / size)


def test_luck_alone_is_not_taken_for_what_is_not_known() -> None:
    generator = np.random.default_rng(2)
    groups = generator.random((200, 50)) < 0.3
    found = spread([50] * 200, groups.mean(axis=1), groups.var(axis=1, ddof=1))
    assert found.share < 0.01
    assert found.range_high - found.range_low < np.ptp(np.quantile(groups.mean(axis=1), [0.05, 0.95])) / 2


def test_the_range_is_narrower_than_that_of_the_points_means() -> None:
    generator = np.random.default_rng(3)
    truth = generator.uniform(0.2, 0.4, 400)
    groups = generator.random((400, 30)) < truth[:, None]
    found = spread([30] * 400, groups.mean(axis=1), groups.var(axis=1, ddof=1))
    low, high = np.quantile(truth, [0.05, 0.95])
    assert (found.range_low, found.range_high) == (
        pytest.approx(low, abs=0.03),
        pytest.approx(high, abs=0.03),
    )
    raw = np.quantile(groups.mean(axis=1), [0.05, 0.95])
    assert np.ptp(raw) > 1.5 * (found.range_high - found.range_low)


def test_the_edges() -> None:
    assert math.isnan(spread([5], [1.0], [1.0]).low)
    assert math.isnan(spread([], [], []).mean)
    no_luck = spread([5, 5, 5], [1.0, 2.0, 4.0], [0.0, 0.0, 0.0])
    assert (no_luck.share, no_luck.luck) == (1.0, 0.0)
    nothing = spread([5, 5, 5], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    assert math.isnan(nothing.share)
    assert spread([1, 5, 5], [9.0, 1.0, 2.0], [math.nan, 0.1, 0.1]).points == 2


def test_a_table_has_a_row_for_each_number() -> None:
    sweep = pd.DataFrame(
        {
            "point": [0, 0, 1, 1, 2, 2],
            "kind": ["outcome", "metric"] * 3,
            "name": ["war", "m"] * 3,
            "n": [10] * 6,
            "value": [0.0, 5.0, 0.1, 6.0, 0.0, 9.0],
            "sd": [0.0, 1.0, 0.3, 1.0, 0.0, 1.0],
        }
    )
    table = spread_table(sweep)
    assert list(table["name"]) == ["war", "m"]
    assert table["low"][0] == 0


def test_an_outcome_that_was_never_seen_may_be_frequent_at_other_points() -> None:
    """A hundred points without it: Clopper and Pearson's interval of none of a hundred."""
    row = {"n": 50, "sd": 0.0, "kind": "outcome"}
    shares = {"never": 0.0, "always": 1.0}
    sweep = pd.DataFrame([row | {"name": name, "value": value} for name, value in shares.items()] * 100)
    table = spread_table(sweep).set_index("name")
    assert tuple(table.loc["never", ["low", "high"]]) == (0.0, pytest.approx(1 - 0.025 ** (1 / 100)))
    assert tuple(table.loc["always", ["low", "high"]]) == (pytest.approx(0.025 ** (1 / 100)), 1.0)
