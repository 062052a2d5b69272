"""Incidence over time against Markov chains with known answers, and against statsmodels."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import CumIncidenceRight

import wargame
from wargame.analysis.incidence import NEVER, event_incidence, median_turns, outcome_incidence
from wargame.experiment.intervals import share_interval


def test_incidence_by_hand() -> None:
    episodes = pd.DataFrame(
        {
            "outcome": pd.Categorical(["war", "war", "drift", None, "drift"], categories=["war", "drift"]),
            "length": [1, 3, 4, 2, 4],
        }
    )
    table = outcome_incidence(episodes)
    assert table["n"].tolist() == [1, 1, 2, 2, 0, 0, 0, 2]
    assert set(table["total"]) == {4}
    assert table["share"].tolist() == [0.25, 0.25, 0.5, 0.5, 0, 0, 0, 0.5]
    assert (table.loc[2, "low"], table.loc[2, "high"]) == share_interval(2, 4)
    assert outcome_incidence(episodes, horizon=6)["n"].tolist()[:6] == [1, 1, 2, 2, 2, 2]


def test_events_compete_with_the_end() -> None:
    episodes = pd.DataFrame(
        {
            "outcome": ["war", "war", "drift", None],
            "length": [1, 3, 4, 2],
            "metric.first_crisis": [np.nan, 0.0, 3.0, np.nan],
        }
    )
    table = event_incidence(episodes, ["first_crisis"])
    happened = table[table["state"] == "happened"]
    assert happened["n"].tolist() == [1, 1, 1, 2]
    assert table[table["state"] == NEVER]["n"].tolist() == [1, 1, 1, 1]
    row = median_turns(episodes, ["first_crisis"]).iloc[0]
    assert (row["n"], row["total"], row["median"]) == (2, 3, 2.5)
    assert np.isnan(row["median_low"])


def test_median_interval_is_that_of_the_binomial_distribution() -> None:
    """Of 20 values the 6th and the 15th: Bin(20, 1/2) is at most 5 with probability 0.0207, at most 6 with 0.0577."""
    values = np.arange(20.0)
    episodes = pd.DataFrame({"outcome": "war", "length": 20, "metric.first_crisis": values})
    row = median_turns(episodes, ["first_crisis"]).iloc[0]
    assert (row["median_low"], row["median_high"]) == (6, 15)


def test_incidence_against_statsmodels() -> None:
    chance = np.random.default_rng(8)
    length = np.minimum(chance.geometric(0.15, 400), 12)
    kinds = np.where(length == 12, 2, chance.integers(0, 2, 400))
    episodes = pd.DataFrame(
        {"outcome": pd.Categorical.from_codes(kinds, ["war", "peace", "drift"]), "length": length}
    )
    # Its standard errors divide by those left on the last turn, of whom there are none.
    with np.errstate(divide="ignore", invalid="ignore"):
        oracle = CumIncidenceRight(length, kinds + 1)
    table = outcome_incidence(episodes)
    for place, name in enumerate(("war", "peace", "drift")):
        ours = table[table["outcome"] == name].set_index("turn")["share"]
        assert ours.loc[np.asarray(oracle.times, dtype=int) - 1].to_numpy() == pytest.approx(
            oracle.cinc[place]
        )


def within(table: pd.DataFrame, known: dict[str, np.ndarray]) -> None:
    """Each share within four standard errors of the known one."""
    for outcome, expected in known.items():
        rows = table[table["outcome"] == outcome]
        error = np.sqrt(expected * (1 - expected) / rows["total"].to_numpy())
        assert (np.abs(rows["share"].to_numpy() - expected) <= 4 * error + 1e-12).all(), outcome


def test_three_hazards_that_compete() -> None:
    """competing-risks.yaml: each strikes with its own probability, and the outcome listed first takes the episode."""
    results = wargame.simulate("configs/classics/competing-risks.yaml", episodes=4000, seed=3, progress=False)
    ends = {"war": 0.02, "coup": 0.98 * 0.03, "peace": 0.98 * 0.97 * 0.05}
    goes_on = 0.98 * 0.97 * 0.95
    turns = np.arange(1, 41)
    known = {name: chance * (1 - goes_on**turns) / (1 - goes_on) for name, chance in ends.items()}
    known["none"] = np.where(turns == 40, goes_on**40, 0)
    within(outcome_incidence(results.episodes), known)


def test_a_hazard_that_grows() -> None:
    """competing-risks-growing.yaml: 0.01 in the first round, one point more in each."""
    results = wargame.simulate(
        "configs/classics/competing-risks-growing.yaml", episodes=4000, seed=3, progress=False
    )
    survival = np.cumprod(1 - 0.01 * np.arange(1, 101))
    within(outcome_incidence(results.episodes, horizon=100), {"struck": 1 - survival})


def test_tension_lifts_the_hazard() -> None:
    """competing-risks-tension.yaml as a Markov chain of three states: calm, tense, war."""
    results = wargame.simulate(
        "configs/classics/competing-risks-tension.yaml", episodes=4000, seed=3, progress=False
    )
    step = np.array([[0.98 * 0.7, 0.98 * 0.3, 0.02], [0, 0.7, 0.3], [0, 0, 1]])
    start = np.array([1.0, 0.0, 0.0])
    war = np.array([(start @ np.linalg.matrix_power(step, turn))[2] for turn in (1, 2, 3)])
    within(outcome_incidence(results.episodes), {"war": war})
