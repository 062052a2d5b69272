"""What follows what: against tables worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from wargame.analysis.clustered import clustered_difference, clustered_interval, clustered_share
from wargame.analysis.responses import response_table, responses
from wargame.experiment.intervals import clopper_pearson, share_interval, t_quantile


def plays(**actors: list[str]) -> pd.DataFrame:
    """For each actor one text for each episode, one letter for each turn."""
    rows = [
        (episode, turn, actor, policy)
        for actor, texts in actors.items()
        for episode, text in enumerate(texts)
        for turn, policy in enumerate(text)
    ]
    return pd.DataFrame(rows, columns=["episode", "turn", "actor", "policy"])


# Beijing coerces (c) or waits (w); in the quarter after, Seoul mends (m) or refuses (r).
# Episode 0: c-m, w-r, c-m.  Episode 1: c-r, c-m, w-m.  Episode 2: w-r, w-r, w-m.
PLAYS = plays(beijing=["cwcw", "ccww", "wwwc"], seoul=["rmrm", "rrmm", "mrrm"])


def test_responses_by_hand() -> None:
    table = responses(PLAYS, actor="seoul", after="beijing").set_index(["after", "policy"])
    mends = table.loc["c", "m"]
    assert (mends["n"], mends["total"], mends["episodes"]) == (3, 4, 2)
    assert mends["share"] == 3 / 4
    assert mends["otherwise"] == 2 / 5
    assert mends["difference"] == pytest.approx(3 / 4 - 2 / 5)
    assert table.loc[("c", "r"), "n"] == 1
    assert table.loc[("w", "m"), "share"] == 2 / 5
    # How much each episode pulls the one share, 2 - 3/4 * 2 and 1 - 3/4 * 2, and the other, 0 - 2/5, 1 - 2/5 and
    # 1 - 2/5 * 3; where the one is high, the other is low.
    together = (0.5 * -0.4 + -0.5 * 0.6) / np.sqrt((0.5**2 + 0.5**2) * (0.4**2 + 0.6**2 + 0.2**2))
    other = clustered_share(np.array([0, 1, 1]), np.array([1, 1, 3]))
    one = clustered_share(np.array([2, 1, 0]), np.array([2, 2, 0]))
    below, above = (3 / 4 - one[1][0]), (other[2][0] - 2 / 5)
    width = np.sqrt(below**2 - 2 * together * below * above + above**2)
    assert mends["difference"] - mends["difference_low"] == pytest.approx(width)
    assert (mends["low"], mends["high"]) == (one[1][0], one[2][0])


def test_the_same_turn_and_all_pairs() -> None:
    table = responses(PLAYS, actor="seoul", after="beijing", lag=0).set_index(["after", "policy"])
    assert table.loc[("c", "r"), "n"] == 4
    assert table.loc["c", "total"].iloc[0] == 5
    everything = response_table(PLAYS)
    assert len(everything) == 8
    assert everything.groupby(["after_actor", "after", "actor"])["share"].sum().to_numpy() == pytest.approx(1)
    with pytest.raises(KeyError, match="no plays of 'tokyo'; there are beijing, seoul"):
        responses(PLAYS, actor="tokyo", after="beijing")


def test_clusters_of_one_are_independent_observations() -> None:
    hits = np.array([1] * 30 + [0] * 70)
    share, low, high = clustered_share(hits, np.ones(100))
    assert share[0] == 0.3
    # The variance is divided by n - 1 and not by n.
    assert (low[0], high[0]) == pytest.approx(share_interval(30, 100), abs=1e-3)


def test_turns_of_one_episode_do_not_count_as_independent() -> None:
    """Twenty episodes of ten equal turns are worth twenty turns, and not two hundred."""
    hits = np.array([10] * 6 + [0] * 14)
    _, low, high = clustered_share(hits, np.full(20, 10))
    # A little wider, for the variance is itself known from twenty only.
    assert (low[0], high[0]) == pytest.approx(share_interval(6, 20), abs=0.03)
    assert high[0] - low[0] > 3 * np.diff(share_interval(60, 200))[0]


def test_where_all_agree_episodes_are_counted() -> None:
    assert clustered_interval(0.0, np.zeros(20), 200, 20) == pytest.approx(clopper_pearson(0, 20))
    assert clustered_interval(1.0, np.zeros(1), 1, 1) == (0.0, 1.0)


def test_few_episodes_that_hold_all_hits_reach_far_up() -> None:
    """Two of forty episodes have all there is: the interval is that of Hall, and not as if the variance were known."""
    hits = np.array([9.0, 4.0, *[0.0] * 38])
    share, low, high = clustered_share(hits, np.full(40, 10.0))
    pulls = (hits - share[0] * 10) / 400
    error = (40 / 39 * (pulls**2).sum()) ** 0.5
    skewness = (pulls**3).sum() / (pulls**2).sum() ** 1.5
    quantile = t_quantile(0.95, 39)
    cubed = 1 - skewness * (quantile + skewness / 6)
    assert high[0] == pytest.approx(share[0] - error * 3 / skewness * (np.cbrt(cubed) - 1))
    assert high[0] > share[0] + 1.5 * quantile * error
    # To the other side it is as it would be without the tail.
    assert 0 < low[0] < share[0]


def test_a_single_episode_shows_no_difference() -> None:
    one = np.array([[1.0]])
    difference, low, high = clustered_difference(one, np.array([2.0]), one, np.array([4.0]))
    assert difference[0] == 0.25
    assert low[0] < -0.5
    assert high[0] > 0.5


def test_never_in_few_episodes_is_no_clear_difference() -> None:
    """Never in 20 turns of 4 episodes, and in one of 20 turns of the others: that the first is rarer is not shown."""
    total = np.array([5.0] * 4 + [0.0] * 36)
    other_total = np.full(40, 20.0)
    _, _, high = clustered_difference(np.zeros(40), total, np.ones(40), other_total)
    assert high[0] > 0
