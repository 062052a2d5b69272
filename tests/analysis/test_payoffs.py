"""Payoffs by outcome."""

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.payoffs import payoffs_by_outcome


def test_payoffs_by_hand() -> None:
    episodes = pd.DataFrame(
        {
            "outcome": pd.Categorical(
                ["war", "drift", "drift", None, "drift"], categories=["war", "bomb", "drift"]
            ),
            "payoff.us": [-5.0, 1.0, 2.0, 99.0, 6.0],
            "payoff.rok": [0.0, 1.0, 1.0, 99.0, 1.0],
        }
    )
    table = payoffs_by_outcome(episodes).set_index(["outcome", "actor"])
    assert list(table.index) == [("war", "us"), ("war", "rok"), ("drift", "us"), ("drift", "rok")]
    row = table.loc["drift", "us"]
    assert (row["n"], row["mean"], row["q50"]) == (3, 3, 2)
    # Student's quantile for two degrees of freedom is 4.302653, the standard deviation the root of 7.
    assert row["high"] - row["mean"] == pytest.approx(4.302653 * np.sqrt(7 / 3), rel=1e-6)
    assert np.isnan(table.loc[("war", "us"), "low"])
    assert table.loc[("drift", "rok"), "sd"] == 0
