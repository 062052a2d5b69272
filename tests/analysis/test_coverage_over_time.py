"""Do the intervals of incidence, spells, responses and paths hold what they promise? The truth is known here.

As in `test_coverage.py`: an interval of 95 % is made 1,000 times, and must hold the truth in no less than 92.5 % of
them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator, default_rng

from wargame.analysis.clustered import clustered_difference, clustered_share
from wargame.analysis.incidence import event_incidence, median_turns, outcome_incidence
from wargame.analysis.paths import paths
from wargame.analysis.payoffs import payoffs_by_outcome
from wargame.analysis.responses import responses
from wargame.analysis.spells import spell_lengths, spell_survival

pytestmark = pytest.mark.verify

REPETITIONS = 1000
FEWER = 400
"""Where it takes long; 95 % is then give or take 2.2 points."""
LEAST = 0.925

Ends = tuple[float, float]


def covered(make: Callable[[Generator], Ends], truth: float, repetitions: int = REPETITIONS) -> float:
    """How often an interval holds the truth."""
    generator = default_rng(20250802)
    hits = 0
    for _ in range(repetitions):
        low, high = make(generator)
        hits += low <= truth <= high
    return hits / repetitions


# ---- incidence -----------------------------------------------------------------------------------

WAR, PEACE, TURNS = 0.02, 0.06, 12


def ended(chance: Generator, n: int = 300) -> pd.DataFrame:
    """Episodes that end in war or peace with a constant hazard each, or drift on to the horizon; a crisis may come."""
    length = chance.geometric(WAR + PEACE, n)
    kinds = np.where(chance.random(n) < WAR / (WAR + PEACE), 0, 1)
    kinds[length > TURNS] = 2
    length = np.minimum(length, TURNS)
    crisis = chance.geometric(0.15, n) - 1.0
    crisis[crisis >= length] = np.nan
    outcome = pd.Categorical.from_codes(kinds, ["war", "peace", "drift"])
    return pd.DataFrame({"outcome": outcome, "length": length, "metric.first_crisis": crisis})


@pytest.mark.parametrize("turn", [0, 3, 11])
def test_incidence_of_a_rare_end(turn: int) -> None:
    def make(chance: Generator) -> Ends:
        table = outcome_incidence(ended(chance), horizon=TURNS)
        row = table[(table["outcome"] == "war") & (table["turn"] == turn)].iloc[0]
        return row["low"], row["high"]

    truth = WAR / (WAR + PEACE) * (1 - (1 - WAR - PEACE) ** (turn + 1))
    assert covered(make, truth) >= LEAST


def test_incidence_of_an_event() -> None:
    def make(chance: Generator) -> Ends:
        table = event_incidence(ended(chance), ["first_crisis"], horizon=TURNS)
        row = table[(table["state"] == "happened") & (table["turn"] == 5)].iloc[0]
        return row["low"], row["high"]

    # On each turn a crisis comes first with 0.15; the game goes on without one with 0.85 * (1 - WAR - PEACE).
    goes_on = 0.85 * (1 - WAR - PEACE)
    assert covered(make, 0.15 * (1 - goes_on**6) / (1 - goes_on)) >= LEAST


def test_median_turn_of_an_event() -> None:
    """An even chance for each of 1,001 turns: the median is the 501st."""

    def make(chance: Generator) -> Ends:
        turns = chance.integers(0, 1001, 60).astype(float)
        table = pd.DataFrame({"outcome": "drift", "length": 1001, "metric.first": turns})
        row = median_turns(table, ["first"]).iloc[0]
        return row["median_low"], row["median_high"]

    assert covered(make, 501) >= LEAST


def test_mean_payoff_by_outcome() -> None:
    def make(chance: Generator) -> Ends:
        table = ended(chance)
        table["payoff.us"] = chance.normal(np.where(table["outcome"] == "peace", 2.0, 0.0), 3.0)
        found = payoffs_by_outcome(table)
        row = found[found["outcome"] == "peace"].iloc[0]
        return row["low"], row["high"]

    assert covered(make, 2.0) >= LEAST


# ---- what goes on within episodes ----------------------------------------------------------------


def switching(chance: Generator, episodes: int, turns: int, spread: float) -> pd.DataFrame:
    """An actor that changes its policy with a chance that differs from episode to episode, around 0.3."""
    rates = np.clip(chance.normal(0.3, spread, episodes), 0.02, 0.98)
    changes = chance.random((episodes, turns)) < rates[:, None]
    letters = np.cumsum(changes, axis=1) % 2
    return pd.DataFrame(
        {
            "episode": np.repeat(np.arange(episodes), turns),
            "turn": np.tile(np.arange(turns), episodes),
            "actor": "us",
            "policy": np.array(["a", "b"])[letters.ravel()],
        }
    )


def test_share_of_spells_that_last() -> None:
    """Every spell ends with 0.3 on each turn, many are cut: (1 - 0.3)**4 outlast four turns."""

    def make(chance: Generator) -> Ends:
        table = spell_survival(switching(chance, 30, 12, 0.0))
        row = table[table["length"] == 4].iloc[0]
        return row["low"], row["high"]

    assert covered(make, 0.7**4, FEWER) >= LEAST


def test_share_of_spells_of_episodes_that_differ() -> None:
    """Where the chance differs between episodes, spells of one are alike, and do not count one by one.

    The truth here is what the estimate comes to in a very large run.
    """
    true = default_rng(1)
    large = spell_survival(switching(true, 40_000, 12, 0.15))
    truth = float(large[large["length"] == 4]["share"].iloc[0])

    def make(chance: Generator) -> Ends:
        table = spell_survival(switching(chance, 60, 12, 0.15))
        row = table[table["length"] == 4].iloc[0]
        return row["low"], row["high"]

    assert covered(make, truth, FEWER) >= LEAST


def test_median_spell() -> None:
    def make(chance: Generator) -> Ends:
        row = spell_lengths(switching(chance, 20, 12, 0.0)).iloc[0]
        return row["low"], row["high"]

    assert covered(make, 2, FEWER) >= LEAST


@pytest.mark.parametrize(("mean", "size"), [(0.1, 0.5), (0.1, 2.0), (0.3, 0.5), (0.5, 2.0), (0.02, 3.0)])
def test_clustered_shares(mean: float, size: float) -> None:
    """Turns of 40 episodes of unequal length, with a share of each episode's own (beta, strength `size`)."""

    def make(chance: Generator) -> Ends:
        total = chance.integers(3, 20, 40)
        hits = chance.binomial(total, chance.beta(mean * size, (1 - mean) * size, 40))
        _, low, high = clustered_share(hits, total)
        return float(low[0]), float(high[0])

    # Rare shares that differ much between few episodes are the hardest case: then few episodes hold all there is.
    assert covered(make, mean) >= LEAST


def test_clustered_differences() -> None:
    """Two shares of the same 60 episodes, in which both are high or both low: 0.4 and 0.25 on average."""

    def make(chance: Generator) -> Ends:
        level = chance.beta(2, 2, 60)
        first, second = chance.integers(2, 10, 60), chance.integers(2, 10, 60)
        one = chance.binomial(first, 0.8 * level)
        two = chance.binomial(second, 0.5 * level)
        _, low, high = clustered_difference(one, first, two, second)
        return float(low[0]), float(high[0])

    assert covered(make, 0.15) >= LEAST


@pytest.mark.parametrize("share", [0.03, 0.1])
def test_where_nothing_differs_few_differences_look_clear(share: float) -> None:
    """A rare answer in few turns of few episodes: no more than one in twenty may look clear of nil, or little more."""

    def make(chance: Generator) -> Ends:
        total, other = chance.binomial(15, 0.08, 32), chance.binomial(15, 0.9, 32)
        hits, other_hits = chance.binomial(total, share), chance.binomial(other, share)
        _, low, high = clustered_difference(hits, total, other_hits, other)
        return float(low[0]), float(high[0])

    assert covered(make, 0.0) >= LEAST


def test_responses() -> None:
    """Seoul mends with 0.6 in the turn after Beijing coerces, and with 0.2 otherwise."""

    def make(chance: Generator) -> tuple[Ends, Ends]:
        coerces = chance.random((40, 12)) < 0.25
        mends = chance.random((40, 12)) < np.where(np.roll(coerces, 1, axis=1), 0.6, 0.2)
        rows = [
            pd.DataFrame(
                {
                    "episode": np.repeat(np.arange(40), 12),
                    "turn": np.tile(np.arange(12), 40),
                    "actor": actor,
                    "policy": np.where(what.ravel(), yes, "other"),
                }
            )
            for actor, what, yes in (("beijing", coerces, "coerce"), ("seoul", mends, "mend"))
        ]
        table = responses(pd.concat(rows), actor="seoul", after="beijing").set_index(["after", "policy"])
        row = table.loc["coerce", "mend"]
        return (row["low"], row["high"]), (row["difference_low"], row["difference_high"])

    assert covered(lambda chance: make(chance)[0], 0.6, FEWER) >= LEAST
    assert covered(lambda chance: make(chance)[1], 0.4, FEWER) >= LEAST


def test_paths_are_not_flattered_by_having_been_picked() -> None:
    """Where no path leads anywhere, a path that was picked is as frequent before war as it is in truth."""
    generator = default_rng(3)
    hits = total = 0
    for _ in range(150):
        turns = generator.integers(0, 100, (300, 6))
        came = generator.random((300, 6)) < 0.7
        rows = [
            (k, f"us.{name}", turns[k, j])
            for k in range(300)
            for j, name in enumerate("abcdef")
            if came[k, j]
        ]
        war = np.where(generator.random(300) < 0.4, "war", "drift")
        outcomes = pd.DataFrame({"episode": np.arange(300), "outcome": pd.Categorical(war), "length": 100})
        found = paths(pd.DataFrame(rows, columns=["episode", "milestone", "turn"]), outcomes)
        for row in found.itertuples():
            # Two on the same of 100 turns are in no order.
            truth = 0.7**2 * 0.99 / 2 if row.path.count("→") == 1 else 0.7**3 * 0.99 * 0.98 / 6
            hits += row.low <= truth <= row.high
            total += 1
    assert total > 200
    assert hits / total >= LEAST
