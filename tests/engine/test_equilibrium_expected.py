"""D3, `expects: equilibrium`: at every node the logit equilibrium of a stage game whose payoffs are what follows."""

from __future__ import annotations

import numpy as np
import pytest
from both_engines import assert_same_workspaces, play_both, play_for
from numpy.typing import ArrayLike
from tiny import decision, failure, play, tiny

import wargame
from wargame.engine.equilibrium import logit_equilibrium


def bimatrix(row: ArrayLike, column: ArrayLike, precision: float, more: str = "") -> wargame.Scenario:
    """Two actors choose at once; `more` goes into both decisions."""
    tables = {"row": np.asarray(row), "col": np.asarray(column)}
    text = "state: {z: {initial: 0, range: [0, 1]}}\nactors:\n"
    for name, table in tables.items():
        gains = " + ".join(f"{float(gain)!r} * row.r{i} * col.c{j}" for (i, j), gain in np.ndenumerate(table))
        count = table.shape[0 if name == "row" else 1]
        policies = ", ".join(f"{name[0]}{k}: {{}}" for k in range(count))
        text += (
            f"  {name}:\n    policies: {{{policies}}}\n    utility: {gains}\n"
            f"    decision: {{rule: logit, precision: {precision!r}, expects: equilibrium{more}}}\n"
        )
    return tiny(text)


PENNIES = ([[1.1141, 0], [0, 0.2785]], [[0, 1.1141], [1.1141, 0]])
CHICKEN, STAG_HUNT = [[3, 1], [5, 0]], [[4, 0], [3, 3]]

# McKelvey and Palfrey 1995; computed with pygambit.
PUBLISHED = [
    (*PENNIES, 1, 0.586784036663, 0.451807031390),
    (*PENNIES, 3, 0.616896850099, 0.314016361812),
    (CHICKEN, np.transpose(CHICKEN), 1, 0.428849246717, 0.428849246717),
    (STAG_HUNT, np.transpose(STAG_HUNT), 1, 0.059387319612, 0.059387319612),
]


@pytest.mark.parametrize(("row", "column", "precision", "first", "second"), PUBLISHED)
def test_d3_both_answer_each_other(
    row: ArrayLike, column: ArrayLike, precision: float, first: float, second: float
) -> None:
    model = play(bimatrix(row, column, precision))
    a, b = decision(model, "row"), decision(model, "col")
    solved = logit_equilibrium([row, column], precision)
    assert list(a.probabilities.values()) == pytest.approx(solved.chances[0], abs=1e-9)
    assert list(b.probabilities.values()) == pytest.approx(solved.chances[1], abs=1e-9)
    assert a.probabilities["r0"] == pytest.approx(first, abs=1e-9)
    assert b.probabilities["c0"] == pytest.approx(second, abs=1e-9)
    assert list(a.expectations["col"].values()) == pytest.approx(solved.chances[1], abs=1e-9)
    assert a.residual == solved.residual
    assert a.bifurcated == solved.bifurcated
    assert sum(a.terms["r0"].values()) == pytest.approx(a.scores["r0"], rel=1e-12)
    # Against the other's chances, the scores are what they must be.
    assert list(a.scores.values()) == pytest.approx(np.asarray(row) @ solved.chances[1], abs=1e-9)


def test_d3_a_bifurcation_on_the_way_is_told() -> None:
    """Coordination without a preference: at high precision two more equilibria have branched off."""
    model = play(bimatrix(np.eye(2), np.eye(2), 8))
    assert decision(model, "row").bifurcated
    assert decision(model, "row").probabilities == pytest.approx({"r0": 0.5, "r1": 0.5})


def test_d3_no_equilibrium_fails_the_episode_with_its_reason() -> None:
    row = failure(bimatrix(PENNIES[0], PENNIES[1], 1e305))
    assert row["reason"].startswith("row expects an equilibrium, but none was found: payoffs or precisions")
    assert row["line"] == 3


def test_d3_both_engines_find_the_same_equilibria() -> None:
    rng = np.random.default_rng(3)
    assert_same_workspaces(play_for(bimatrix(*rng.normal(size=(2, 2, 3)), 2), seed=1), 20)


THREE = """
turn: {phases: [first, second]}
state: {x: {initial: 1, bounds: [0, 3]}, y: {initial: 0, range: [-9, 9]}}
nature: {shock: {draw: {bernoulli: 0.3}, effects: {x: 0.5}}}
actors:
  a:
    policies: {p: {phase: first, effects: {y: 1}}, q: {phase: first, available: x > 0.5, cost: 0.1}}
    utility: x * (2 * a.q * b.s + a.p * c.v) + 0.1 * y
    decision: {DECISION, discount: 0.9}
  b:
    policies: {r: {phase: first}, s: {phase: first}, t: {phase: second, available: a.q, effects: {x: 0.2}}}
    utility: b.r * (1 + a.p) + 0.5 * b.s * x - b.t
    decision: {DECISION, leaf: x}
  c:
    policies: {u: {phase: first}, v: {phase: first}}
    decision: {rule: mixed, probabilities: {u: 0.25, v: 0.75}, tremble: 0.1}
"""


@pytest.mark.parametrize("expectation", ["mean", "exact"])
def test_d3_several_movers_phases_turns_and_those_who_are_given(expectation: str) -> None:
    """The same game by hand: values backwards, each stage solved by the solver for people."""
    how = f"rule: logit, precision: 1.5, foresight: 2, expectation: {expectation}, expects: equilibrium"
    scenario = tiny(THREE.replace("DECISION", how), horizon=5)
    v = 0.9 * 0.75 + 0.05

    def turn(x: float, y: float, left: int) -> tuple[list[np.ndarray], np.ndarray]:
        """Chances of a and b, and their payoffs by their choices (averaged over c)."""
        gains = np.zeros((2, 2, 2))
        for one, other in np.ndindex(2, 2):
            options = [0.2, None] if one else [None]
            # b's second choice, alone: t where a played q; it must play it, as it has no other there.
            t = 1.0 if options[0] is not None else 0.0
            after, above = x + 0.2 * t, y + (1 - one)
            worth = np.zeros(2)
            cases = (
                [(1.0, after + 0.5 * 0.3)] if expectation == "mean" else [(0.3, after + 0.5), (0.7, after)]
            )
            for weight, end in cases:
                end = min(3.0, end)
                now = np.array(
                    [
                        end * (2 * one * other + (1 - one) * v) + 0.1 * above - 0.1 * one,
                        (1 - other) * (2 - one) + 0.5 * other * end - t,
                    ]
                )
                if left == 1:
                    later = np.array([0.0, end])
                else:
                    chances, table = turn(end, above, left - 1)
                    later = np.einsum("a,b,iab->i", *chances, table)
                worth += weight * (now + np.array([0.9, 1.0]) * later)
            gains[:, one, other] = worth
        solved = logit_equilibrium([gains[0], gains[1]], 1.5)
        return list(solved.chances), gains

    chances, _ = turn(1.0, 0.0, 2)
    model = play(scenario)
    assert list(decision(model, "a", phase="first").probabilities.values()) == pytest.approx(
        chances[0], abs=1e-9
    )
    assert list(decision(model, "b", phase="first").probabilities.values()) == pytest.approx(
        chances[1], abs=1e-9
    )
    assert decision(model, "a", phase="first").expectations["c"] == pytest.approx({"u": 1 - v, "v": v})
    assert_same_workspaces(play_for(scenario, seed=5), 10)


CENTIPEDE = """
# McKelvey and Palfrey 1998: four moves, take the larger pile or pass.
state: {over: {initial: 0, bounds: [0, 1]}, pile: {initial: 0, range: [0, 4]}}
turn: {phases: [one, two]}
define: {odd: turn - 2 * floor(turn / 2)}
outcomes: {taken: {when: over == 1, terminal: true}, passed: {default: true}}
effects: {grow: {effects: {pile: 1 - a.take - b.take}}}
actors:
  a:
    policies:
      take: {phase: one, available: odd == 0, effects: {over: 1}}
      hold: {phase: one, available: odd == 0}
    utility: where(over == 1, where(a.take, 0.4, 0.1) * 2 ** (turn + 1), where(pile == 4, 12.8, 0))
    decision: {rule: logit, precision: LAMBDA, foresight: 4, expects: equilibrium}
  b:
    policies:
      take: {phase: two, available: odd == 1, effects: {over: 1}}
      hold: {phase: two, available: odd == 1}
    utility: where(over == 1, where(b.take, 0.4, 0.1) * 2 ** (turn + 1), where(pile == 4, 3.2, 0))
    decision: {rule: logit, precision: LAMBDA, foresight: 4, expects: equilibrium}
"""
PILES = [(0.8, 0.2), (0.4, 1.6), (3.2, 0.8), (1.6, 6.4), (12.8, 3.2)]


@pytest.mark.parametrize("precision", [0.5, 1, 2])
def test_d3_one_mover_at_a_time_is_backward_induction_with_errors(precision: float) -> None:
    worth, takes = PILES[4], []
    for move in (3, 2, 1, 0):
        mover = move % 2
        take = 1 / (1 + np.exp(-precision * (PILES[move][mover] - worth[mover])))
        takes.append(take)
        worth = tuple(take * a + (1 - take) * b for a, b in zip(PILES[move], worth, strict=True))
    takes.reverse()
    scenario = tiny(CENTIPEDE.replace("LAMBDA", str(precision)), horizon=4)
    model = play(scenario, orders=["a=hold@0", "b=hold@1", "a=hold@2"])
    for move, take in enumerate(takes):
        actor, phase = ("a", "one") if move % 2 == 0 else ("b", "two")
        assert decision(model, actor, turn=move, phase=phase).probabilities["take"] == pytest.approx(take)
    assert all(one.residual == 0 for one in model.decisions if one.choice)
    if precision == 1:
        play_both(play_for(scenario, seed=1), 50)


BRINK = """
# Schelling 1966, Powell 1990: each step the risk of disaster grows.
state: {over: {initial: 0, bounds: [0, 3]}}
turn: {phases: [first, second]}
define: {odd: turn - 2 * floor(turn / 2)}
nature: {disaster: {draw: {bernoulli: 0.03 * (turn + 1)}, when: over == 0, effects: {over: {set: 3}}}}
outcomes: {ended: {when: over > 0, terminal: true}, standoff: {default: true}}
actors:
"""
for me, phase, odd, mine, other in (("a", "first", 0, 1, 2), ("b", "second", 1, 2, 1)):
    BRINK += f"""  {me}:
    policies:
      give_in: {{phase: {phase}, available: odd == {odd}, effects: {{over: {{set: {mine}}}}}}}
      escalate: {{phase: {phase}, available: odd == {odd}}}
    utility: where(over == {mine}, -3, where(over == {other}, 10, where(over == 3, -20, 0)))
    decision: {{rule: logit, precision: 0.15, expectation: exact, foresight: 8, expects: equilibrium}}
"""


def test_d3_brinkmanship_has_the_published_values() -> None:
    worth, escalates = (0.0, 0.0), []
    for step in range(8, 0, -1):
        mover, risk = (step - 1) % 2, 0.03 * step
        on = tuple((1 - risk) * value - 20 * risk for value in worth)
        stop = [10.0, 10.0]
        stop[mover] = -3.0
        go = 1 / (1 + np.exp(-0.15 * (on[mover] - stop[mover])))
        escalates.append(go)
        worth = tuple(go * a + (1 - go) * b for a, b in zip(on, stop, strict=True))
    scenario = tiny(BRINK, horizon=8)
    model = play(scenario)
    assert decision(model, "a", phase="first").probabilities["escalate"] == pytest.approx(escalates[-1])
    later = {one.turn: one.probabilities["escalate"] for one in model.decisions if one.choice}
    for turn, share in later.items():
        assert share == pytest.approx(escalates[7 - turn], rel=1e-9)
    play_both(play_for(scenario, seed=2), 64)
