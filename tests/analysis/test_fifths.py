"""Which unknown number moves a result: by hand, in a linear world, and that luck is not named."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from wargame.analysis.fifths import fifths


def test_by_hand_in_ten_points() -> None:
    # The lowest fifth of 0..29 is 0 to 5 (up to 5.8), the highest 24 to 29 (from 23.2): six values each.
    numbers = pd.DataFrame({"slope": np.arange(30.0), "flat": [1.0] * 30})
    table = fifths(numbers, 2 * np.arange(30.0))
    assert list(table["name"]) == ["slope"]
    row = table.iloc[0]
    assert (row["lowest"], row["highest"], row["difference"]) == (5.0, 53.0, 48.0)
    assert (row["n_lowest"], row["n_highest"]) == (6, 6)
    # Welch's interval of two samples of equal variance 14 and size 6: ten degrees of freedom, level 1 - 0.05 / 2.
    half = stats.t.ppf(1 - 0.025 / 2, 10) * np.sqrt(2 * 14 / 6)
    assert row["high"] - row["difference"] == pytest.approx(half)


def test_the_effect_in_a_linear_world() -> None:
    # Of a uniform number the lowest and the highest fifth lie 0.8 apart on average, so the difference is 0.8 a slope.
    draw = np.random.default_rng(3)
    numbers = pd.DataFrame(draw.random((20_000, 3)), columns=["strong", "weak", "none"])
    result = 2 * numbers["strong"] - 0.5 * numbers["weak"] + draw.normal(0, 0.1, 20_000)
    table = fifths(numbers, result).set_index("name")
    assert list(table.index) == ["strong", "weak", "none"]
    for name, truth in (("strong", 1.6), ("weak", -0.4), ("none", 0.0)):
        assert table.loc[name, "low"] < truth < table.loc[name, "high"]
    assert table.loc["strong", "difference"] == pytest.approx(1.6, abs=0.05)


def test_luck_alone_is_rarely_named_among_many_numbers() -> None:
    # All intervals hold together at 95 %: over worlds without any effect about one in twenty names a number.
    draw = np.random.default_rng(5)
    named = 0
    for _ in range(200):
        table = fifths(pd.DataFrame(draw.random((100, 20))), draw.normal(size=100))
        named += bool(((table["low"] > 0) | (table["high"] < 0)).any())
    assert named <= stats.binom.ppf(0.999, 200, 0.05)


def test_few_values_and_missing_results() -> None:
    numbers = pd.DataFrame({"choice": [0.0, 1.0] * 10, "other": np.arange(20.0)})
    result = np.where(np.arange(20) % 2 == 1, 3.0, 1.0)
    result[:2] = np.nan
    table = fifths(numbers, result).set_index("name")
    assert (table.loc["choice", "lowest"], table.loc["choice", "highest"]) == (1.0, 3.0)
    assert (table.loc["choice", "low"], table.loc["choice", "high"]) == (2.0, 2.0)
    assert "other" not in table.index
    assert fifths(numbers.iloc[:0], []).empty
