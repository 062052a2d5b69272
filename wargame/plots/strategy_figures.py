"""The figures of knock-outs, null players and regret, with titles and notes."""

from __future__ import annotations

import re

import pandas as pd
from matplotlib.figure import Figure

from wargame.experiment.experiment_results import ExperimentResults
from wargame.plots import strategy
from wargame.plots.figures import WIDTH
from wargame.plots.style import new_figure, style
from wargame.scenario.scenario import Scenario

__all__ = ["knockout_figure", "null_player_figure", "number_labels", "regret_figures", "seat_labels"]


def knockout_figure(results: ExperimentResults, table: pd.DataFrame) -> Figure:
    """A forest of what the knock-outs moved; `table` is that of `knockout_table`."""
    asked = results.experiment
    with style():
        figure = new_figure(WIDTH, 0.9 + 0.44 * len(table))
        strategy.knockouts(
            table,
            figure.add_subplot(),
            arms={name: arm.title for name, arm in asked.arms.items()},
            labels=number_labels(asked.scenario),
        )
    return figure


def null_player_figure(results: ExperimentResults, table: pd.DataFrame) -> Figure:
    """The distances of the null players; `table` is that of `null_player_table`."""
    with style():
        figure = new_figure(WIDTH, 0.9 + 0.28 * len(table))
        labels = {name: arm.title for name, arm in results.experiment.arms.items()}
        strategy.distances(table, figure.add_subplot(), labels=labels)
    return figure


def regret_figures(
    scenario: Scenario, fixed: pd.DataFrame, decisions: pd.DataFrame | None
) -> dict[str, Figure]:
    """A panel of fixed policies for each actor, and the regret at single decisions."""
    groups = [(str(actor), rows) for actor, rows in fixed.groupby("actor", sort=False)]
    figures = {}
    with style():
        height = 0.4 + sum(0.75 + 0.2 * len(rows) for _, rows in groups)
        figure = new_figure(WIDTH, height)
        panels = figure.subplots(
            len(groups), 1, squeeze=False, height_ratios=[1.2 + 0.32 * len(rows) for _, rows in groups]
        )[:, 0]
        for ax, (actor, rows) in zip(panels, groups, strict=True):
            owner = scenario.actors[actor]
            labels = {name: _short(policy.title) for name, policy in owner.policies.items()}
            strategy.fixed_policies(rows, ax, labels=labels)
            ax.set_title(owner.title)
            if ax is not panels[-1]:
                ax.set_xlabel("")
        figures["fixed-policies"] = figure
        if decisions is not None and len(decisions):
            figure = new_figure(WIDTH, 1.0 + 0.36 * len(decisions))
            strategy.decision_regrets(decisions, figure.add_subplot(), labels=seat_labels(scenario))
            figures["decisions"] = figure
    return figures


def seat_labels(scenario: Scenario) -> dict[str, str]:
    """What people read for an actor, or for an actor in one of its phases."""
    labels = {name: actor.title for name, actor in scenario.actors.items()}
    for name, actor in scenario.actors.items():
        labels |= {
            f"{name}.{policy.phase}": f"{actor.title}, {policy.phase}" for policy in actor.policies.values()
        }
    return labels


def number_labels(scenario: Scenario) -> dict[str, str]:
    """What people read for an outcome, a metric or an actor's payoff."""
    payoffs = {name: f"payoff of {actor.title}" for name, actor in scenario.actors.items()}
    metrics = {name: _short(metric.title) for name, metric in scenario.metrics.items()}
    return {
        **payoffs,
        **metrics,
        **{name: f"share of {_short(one.title)}" for name, one in scenario.outcomes.items()},
    }


def _short(label: str) -> str:
    """A label without the explanation in brackets at its end."""
    return re.sub(r"\s*\([^()]*\)$", "", label) or label
