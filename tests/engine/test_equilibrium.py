"""D3, the logit equilibrium: closed forms, Gambit's answers, Nash equilibria in the limit, and what it warns of."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import nashpy
import numpy as np
import pytest

from wargame.engine.equilibrium import NoEquilibriumError, logit_equilibrium, path, steps

GAMBIT = json.loads((Path(__file__).parent / "gambit" / "games.json").read_text())["games"]

# Ochs (1995), game 2, as McKelvey and Palfrey (1995) rescale it to cents of 1982.
OCHS = np.array([[[1.1141, 0.0], [0.0, 0.2785]], [[0.0, 1.1141], [1.1141, 0.0]]])
CHICKEN = np.array([[3.0, 1.0], [5.0, 0.0]])
COORDINATION = np.eye(2)
DILEMMA = np.array([[3.0, 0.0], [4.0, 1.0]])


def symmetric(own):
    """A symmetric game of two: what the row player gets, by row and column."""
    return np.array([own, own.T])


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that is below 0 at `low` and above at `high` crosses 0, by bisection."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if function(middle) < 0 else (low, middle)
    return (low + high) / 2


def farthest(one, other):
    """The largest difference between two lists of chances by player."""
    return max(np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in zip(one, other, strict=True))


def expected(payoffs, chances, player):
    """The expected payoff of each of a player's policies, by summing over all profiles."""
    table = np.moveaxis(np.asarray(payoffs[player]), player, 0)
    weights = np.ones(())
    for other, part in enumerate(chances):
        if other != player:
            weights = np.multiply.outer(weights, part)
    return (table * weights).reshape(len(table), -1).sum(axis=1)


def random_game(rng, most=4):
    """Payoffs of 2 to 4 players: any, of nearly common interests, or of coordination all but without a preference."""
    players = int(rng.integers(2, 5))
    sizes = tuple(rng.integers(2, most + 1, players))
    own = rng.normal(size=(players, *sizes))
    numbers = np.indices(sizes)
    kind = rng.integers(3)
    if kind == 1:
        return rng.normal(size=sizes) + 0.2 * own
    if kind == 2:
        return np.all(numbers == numbers[0], axis=0) + 10 ** rng.uniform(-4, -1) * own
    return own


# ---- closed forms --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", [0.1, 0.5, 1.0, 2.0, 5.0, 20.0, 300.0])
def test_matching_pennies_is_the_one_fixed_point(precision):
    def column(p):
        return logistic(precision * (OCHS[1, 0] @ [1, -1] * p + OCHS[1, 1] @ [1, -1] * (1 - p)))

    def row(q):
        return logistic(
            precision * ((OCHS[0, 0, 0] - OCHS[0, 1, 0]) * q + (OCHS[0, 0, 1] - OCHS[0, 1, 1]) * (1 - q))
        )

    p = root(lambda p: p - row(column(p)), 0.0, 1.0)
    found = logit_equilibrium(OCHS, precision)
    assert farthest(found.chances, [[p, 1 - p], [column(p), 1 - column(p)]]) < 1e-12
    assert not found.bifurcated
    assert found.turns == 0


def test_matching_pennies_as_fitted():
    """Gambit's fit of precision to what Ochs observed (0.527 and 0.366 of 128 choices) is 1.84561."""
    found = logit_equilibrium(OCHS, 1.8456097536855864)
    assert found.chances[0][0] == pytest.approx(0.615651314427859, abs=1e-7)
    assert found.chances[1][0] == pytest.approx(0.3832909400456291, abs=1e-7)


def test_at_precision_0_all_is_equally_likely():
    rng = np.random.default_rng(1)
    for _ in range(20):
        payoffs = random_game(rng)
        found = logit_equilibrium(payoffs, 0.0)
        assert all((part == 1.0 / len(part)).all() for part in found.chances)


def test_alone_it_is_logit_choice():
    payoffs = np.array([0.3, -1.2, 2.5, 0.0])
    for precision in (0.0, 0.7, 4.0, 50.0, 1000.0):
        weights = np.exp(precision * (payoffs - payoffs.max()))
        (chances,) = logit_equilibrium([payoffs], precision).chances
        assert chances == pytest.approx(weights / weights.sum(), rel=1e-12, abs=0.0)


@pytest.mark.parametrize("precision", [0.5, 3.0, 40.0, 600.0])
def test_a_dominated_policy_is_played_as_its_disadvantage_says(precision):
    """Defecting is better by 1 whatever the other does."""
    found = logit_equilibrium(symmetric(DILEMMA), precision)
    for chances in found.chances:
        assert chances[0] == pytest.approx(1.0 / (1.0 + math.exp(precision)), rel=1e-12, abs=0.0)


@pytest.mark.parametrize("players", [3, 4])
@pytest.mark.parametrize("precision", [0.5, 2.0, 4.0])
def test_volunteers_dilemma(players, precision):
    """Everyone gets 2 if anyone volunteers, which costs 0.4: one volunteers with p = logistic(precision * gain)."""
    payoffs = np.empty((players,) + (2,) * players)
    for profile in np.ndindex(*(2,) * players):
        for player in range(players):
            payoffs[(player, *profile)] = 2.0 * (1 in profile) - 0.4 * profile[player]
    p = root(lambda p: p - logistic(precision * (2.0 * (1 - p) ** (players - 1) - 0.4)), 0.0, 1.0)
    found = logit_equilibrium(payoffs, precision)
    assert farthest(found.chances, [[1 - p, p]] * players) < 1e-12


# ---- what is not a choice ------------------------------------------------------------------------------------------


def test_unavailable_policies_are_as_if_they_were_not_there():
    rng = np.random.default_rng(2)
    payoffs = rng.normal(size=(3, 3, 4, 2))
    small = payoffs[:, [0, 2]][:, :, [1, 2, 3]]
    payoffs[:, 1] = math.nan
    payoffs[:, :, 0] = math.inf
    found = logit_equilibrium(payoffs, 3.0, available=[[1, 0, 1], [0, 1, 1, 1], [1, 1]])
    alone = logit_equilibrium(small, 3.0)
    assert found.chances[0].tolist() == [alone.chances[0][0], 0.0, alone.chances[0][1]]
    assert found.chances[1].tolist() == [0.0, *alone.chances[1]]
    assert found.chances[2].tolist() == alone.chances[2].tolist()


def test_who_has_one_policy_plays_it_and_who_has_none_is_skipped():
    rng = np.random.default_rng(3)
    payoffs = rng.normal(size=(3, 2, 2, 3))
    found = logit_equilibrium(payoffs, 2.0, available=[[0, 0], [0, 1], [1, 1, 1]])
    assert found.chances[0].tolist() == [0.0, 0.0]
    assert found.chances[1].tolist() == [0.0, 1.0]
    assert farthest([found.chances[2]], logit_equilibrium([payoffs[2, 0, 1]], 2.0).chances) < 1e-15


def test_given_chances_are_answered_and_not_changed():
    rng = np.random.default_rng(4)
    payoffs = rng.normal(size=(3, 2, 3, 4))
    given = [0.2, 0.0, 0.8]
    payoffs[:, :, 1] = math.nan
    payoffs[1] = math.nan
    averaged = 0.2 * payoffs[[0, 2], :, 0] + 0.8 * payoffs[[0, 2], :, 2]
    found = logit_equilibrium(payoffs, 4.0, given={1: given})
    assert found.chances[1].tolist() == given
    others = [found.chances[0], found.chances[2]]
    assert farthest(others, logit_equilibrium(averaged, 4.0).chances) < 1e-13


# ---- symmetries ----------------------------------------------------------------------------------------------------


def test_only_differences_between_own_policies_count():
    rng = np.random.default_rng(5)
    for _ in range(20):
        payoffs = random_game(rng)
        shifted = np.stack(
            [
                table + 10 * rng.normal(size=table.shape).mean(axis=i, keepdims=True)
                for i, table in enumerate(payoffs)
            ]
        )
        assert (
            farthest(logit_equilibrium(shifted, 2.0).chances, logit_equilibrium(payoffs, 2.0).chances) < 1e-11
        )


def test_precision_may_differ_and_is_a_unit_of_payoff():
    rng = np.random.default_rng(6)
    for _ in range(20):
        payoffs = random_game(rng)
        precisions = rng.uniform(0.1, 5.0, len(payoffs))
        scaled = [table * one for table, one in zip(payoffs, precisions, strict=True)]
        found = logit_equilibrium(payoffs, precisions.tolist())
        assert farthest(found.chances, logit_equilibrium(scaled, 1.0).chances) < 1e-12


def test_the_order_of_the_players_makes_no_difference():
    rng = np.random.default_rng(7)
    for _ in range(20):
        payoffs = random_game(rng)
        order = rng.permutation(len(payoffs))
        turned = [np.transpose(payoffs[i], order) for i in order]
        found = logit_equilibrium(turned, 3.0).chances
        assert farthest(found, [logit_equilibrium(payoffs, 3.0).chances[i] for i in order]) < 1e-11


# ---- random games --------------------------------------------------------------------------------------------------


def test_everyone_answers_by_logit_and_regrets_little():
    """Of logit choices the regret is at most log(policies) / precision."""
    rng = np.random.default_rng(8)
    for _ in range(100):
        payoffs = random_game(rng)
        precision = float(10 ** rng.uniform(-1, 3))
        found = logit_equilibrium(payoffs, precision)
        for player, chances in enumerate(found.chances):
            values = expected(payoffs, found.chances, player)
            weights = np.exp(precision * (values - values.max()))
            assert np.abs(weights / weights.sum() - chances).max() < 1e-9
            assert values.max() - values @ chances <= math.log(len(values)) / precision + 1e-9


def test_the_branch_does_not_depend_on_the_length_of_the_steps(monkeypatch):
    rng = np.random.default_rng(9)
    games = [(random_game(rng), float(10 ** rng.uniform(0, 2))) for _ in range(60)]
    usual = [logit_equilibrium(payoffs, precision) for payoffs, precision in games]
    for name, value in {"WANTED_CORRECTION": 0.004, "WANTED_CONTRACTION": 0.06, "WANTED_BEND": 0.06}.items():
        monkeypatch.setattr(steps, name, value)
    monkeypatch.setattr(path, "FIRST_STEP", 0.01)
    monkeypatch.setattr(path, "FAST_GROWTH", 1.4)
    for (payoffs, precision), found in zip(games, usual, strict=True):
        careful = logit_equilibrium(payoffs, precision)
        assert careful.steps > found.steps
        assert careful.turns == found.turns
        assert farthest(careful.chances, found.chances) < 1e-9


def test_gambit_finds_the_same():
    assert len(GAMBIT) >= 200
    found = [logit_equilibrium(game["payoffs"], game["precision"]) for game in GAMBIT]
    differences = [farthest(one.chances, game["chances"]) for one, game in zip(found, GAMBIT, strict=True)]
    assert max(differences) < 1e-8
    assert {len(game["payoffs"]) for game in GAMBIT} == {2, 3, 4}
    assert sum(one.turns > 0 for one in found) >= 20


def test_high_precision_leads_to_the_only_nash_equilibrium():
    rng = np.random.default_rng(10)
    kinds = set()
    for _ in range(60):
        payoffs = rng.normal(size=(2, 3, 3))
        equilibria = list(nashpy.Game(*payoffs).vertex_enumeration())
        if len(equilibria) == 1:
            kinds.add(int((equilibria[0][0] > 1e-9).sum()))
            near, nearer = (
                farthest(logit_equilibrium(payoffs, precision).chances, equilibria[0])
                for precision in (1e4, 1e5)
            )
            assert near < 0.02
            assert nearer < max(0.15 * near, 1e-9)
    assert kinds >= {1, 2}


# ---- several equilibria --------------------------------------------------------------------------------------------


def test_coordination_stays_undecided_and_says_so():
    """Two equal equilibria branch off at precision 2; the principal branch goes straight on."""
    before, after = (logit_equilibrium(symmetric(COORDINATION), precision) for precision in (1.99, 2.01))
    assert not before.bifurcated
    assert after.bifurcated
    high = logit_equilibrium(symmetric(COORDINATION), 100.0)
    assert farthest(high.chances, [[0.5, 0.5]] * 2) < 1e-12
    assert high.bifurcated


def test_precision_just_at_a_bifurcation():
    found = logit_equilibrium(symmetric(COORDINATION), 2.0)
    assert farthest(found.chances, [[0.5, 0.5]] * 2) < 1e-9
    assert found.bifurcated


def test_a_bifurcation_where_the_determinant_keeps_its_sign():
    """With three policies two branches leave at once, at precision 3."""
    assert not logit_equilibrium(symmetric(np.eye(3)), 2.9).bifurcated
    assert logit_equilibrium(symmetric(np.eye(3)), 3.1).bifurcated


def test_a_preferred_equilibrium_is_found_without_warning():
    payoffs = symmetric(np.diag([1.0, 1.05]))
    found = logit_equilibrium(payoffs, 100.0)
    assert min(found.chances[0][1], found.chances[1][1]) > 0.999
    assert not found.bifurcated


@pytest.mark.parametrize("precision", [1.0, 1.37, 1.38, 2.0, 10.0])
def test_chicken_stays_symmetric(precision):
    """The difference is 1 - 3p. From precision 1.372 on there are equilibria in which one gives way."""
    p = root(lambda p: p - logistic(precision * (1.0 - 3.0 * p)), 0.0, 1.0)
    found = logit_equilibrium(symmetric(CHICKEN), precision)
    assert farthest(found.chances, [[p, 1 - p]] * 2) < 1e-12
    assert found.bifurcated == (precision > 1.372)


@pytest.mark.parametrize(("precision", "turns"), [(1.0, 0), (1.3, 0), (1.5, 2), (2.0, 2)])
def test_the_first_point_of_a_branch_that_turns_back(precision, turns):
    """Three players alike, for whom the first policy is better by 0.1 + 20 (p - 1/2)^2 if the others play it with p.

    Symmetric equilibria are the roots of logit(p) = precision * that: the branch goes up from p = 1/2, and back in
    precision from 1.43 to 0.69. Below 1.43 the first root counts, above only the one after both turns is left.
    """
    gain = {0: 5.1, 1: -4.9, 2: 5.1}
    payoffs = np.zeros((3, 2, 2, 2))
    for profile in np.ndindex(2, 2, 2):
        for player in range(3):
            if profile[player] == 0:
                payoffs[(player, *profile)] = gain[sum(one == 0 for one in profile) - 1]
    high = next(
        p
        for p in np.linspace(0.5, 1.0, 10_001)[1:]
        if p == 1 or math.log(p / (1 - p)) > excess(p) * precision
    )
    p = root(lambda p: math.log(p / (1 - p)) - excess(p) * precision, 0.5, high)
    found = logit_equilibrium(payoffs, precision)
    assert farthest(found.chances, [[p, 1 - p]] * 3) < 1e-11
    assert found.turns == turns


def excess(p):
    return 0.1 + 20.0 * (p - 0.5) ** 2


# ---- no answer -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_payoffs_that_are_not_finite_have_no_equilibrium(bad):
    payoffs = symmetric(CHICKEN)
    payoffs[1, 0, 1] = bad
    with pytest.raises(NoEquilibriumError, match="must be finite"):
        logit_equilibrium(payoffs, 1.0)
    with pytest.raises(NoEquilibriumError, match="must be finite"):
        logit_equilibrium(symmetric(CHICKEN), bad)


def test_a_curve_that_cannot_be_followed_to_its_end_gives_no_answer(monkeypatch):
    monkeypatch.setattr(path, "MOST_STEPS", 3.0)
    with pytest.raises(NoEquilibriumError, match="in 3 steps"):
        logit_equilibrium(symmetric(CHICKEN), 10.0)


def test_an_answer_that_is_not_exact_enough_is_none(monkeypatch):
    monkeypatch.setattr(path, "LARGEST_RESIDUAL", -1.0)
    with pytest.raises(NoEquilibriumError, match=r"residual \d"):
        logit_equilibrium(symmetric(CHICKEN), 1.0)


def test_shapes_must_fit():
    with pytest.raises(ValueError, match=r"2 players need 2 payoff arrays .* not \(2, 2\), \(2, 3\)"):
        logit_equilibrium([np.zeros((2, 2)), np.zeros((2, 3))], 1.0)
    with pytest.raises(ValueError, match="one number per policy"):
        logit_equilibrium(symmetric(CHICKEN), 1.0, available=[[1], [1, 1]])
    with pytest.raises(ValueError, match="one number per policy"):
        logit_equilibrium(symmetric(CHICKEN), 1.0, given={0: [1.0]})
