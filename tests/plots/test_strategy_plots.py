"""Figures about strategy: what is drawn is what the tables say."""

import pandas as pd
import pytest

from wargame.plots.strategy import decision_regrets, distances, fixed_policies, knockouts


def test_knockouts_are_drawn_in_standard_deviations() -> None:
    table = pd.DataFrame(
        {
            "arm": ["a", "b", "c"],
            "kind": ["metric", "outcome", "metric"],
            "name": ["trust", "war", "idle"],
            "difference": [0.2, -0.1, 0.0],
            "low": [0.1, -0.3, 0.0],
            "high": [0.3, 0.1, 0.0],
            "effect": [2.0, -0.5, float("nan")],
            "verdict": ["as stated", "not shown", "not shown"],
        }
    )
    ax = knockouts(table, arms={"a": "First"}, labels={"trust": "trust at the end"})
    points = {line.get_label(): line.get_xdata() for line in ax.lines if line.get_marker() == "o"}
    assert points["moves as stated"] == pytest.approx([2.0])
    assert points["interval holds 0"] == pytest.approx([-0.5, 0])
    ends = [segment[:, 0].tolist() for path in ax.collections for segment in path.get_segments()]
    assert [pytest.approx(end) for end in ends] == [[1.0, 3.0], [-1.5, 0.5], [0, 0]]
    assert ax.get_yticklabels()[0].get_text() == "First\n→ trust at the end"
    assert "−10 pp\n−30 to 10" in [text.get_text() for text in ax.texts]


def test_distances_have_a_mark_and_a_bar_for_what_is_not_known() -> None:
    table = pd.DataFrame({"arm": ["a"], "distance": [0.2], "low": [0.15], "high": [0.27]})
    ax = distances(table, labels={"a": "A: hold"})
    assert not ax.patches
    assert ax.get_yticklabels()[0].get_text() == "A: hold"
    assert [0.1, 0.1] in [list(line.get_xdata()) for line in ax.lines]
    bar = distances(table.assign(range_low=0.05, range_high=0.4)).patches[0]
    assert (bar.get_x(), bar.get_width()) == (pytest.approx(0.05), pytest.approx(0.35))


def test_the_best_fixed_policy_stands_on_top() -> None:
    table = pd.DataFrame({"policy": ["x", "y"], "gain": [-1.0, 2.0], "low": [-2.0, 1.0], "high": [0.0, 3.0]})
    ax = fixed_policies(table, labels={"y": "The best"})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["The best", "x"]


def test_regret_stands_beside_that_of_a_coin() -> None:
    table = pd.DataFrame({"actor": ["a"], "regret": [1.0], "low": [0.5], "high": [1.5], "coin": [3.0]})
    ax = decision_regrets(table, labels={"a": "A"})
    drawn = {line.get_label(): float(line.get_xdata()[0]) for line in ax.lines}
    assert drawn == {"own rule, with its interval": 1.0, "a coin": 3.0}
