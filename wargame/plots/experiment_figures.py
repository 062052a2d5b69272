"""The figure that answers an experiment's question, and the one that shows whether there were enough episodes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.stopping import Look, Target
from wargame.plots import experiments
from wargame.plots.figures import FORMATS, WIDTH
from wargame.plots.style import new_figure, style

__all__ = ["convergence_figure", "save_experiment_figures", "write_figures"]

ROW = 0.11
"""Inches for each arm in a row."""


def save_experiment_figures(results: ExperimentResults, directory: str | Path) -> list[Path]:
    """Write the experiment's figure, and with a stop rule `convergence`, as PNG and SVG; returns the paths."""
    with style():
        return write_figures(dict(_figures(results)), directory)


def write_figures(figures: dict[str, Figure], directory: str | Path) -> list[Path]:
    """Write figures by name, as PNG and SVG, and return the paths."""
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with style():
        for name, figure in figures.items():
            for suffix, metadata in FORMATS.items():
                path = folder / f"{name}.{suffix}"
                part = folder / f".{name}.{suffix}.part"
                figure.savefig(part, format=suffix, metadata=metadata)
                os.replace(part, path)
                paths.append(path)
    return paths


def convergence_figure(looks: Sequence[Look], target: Target, outcomes: Sequence[str]) -> Figure:
    """How an estimate and its interval went from look to look."""
    table = pd.DataFrame([vars(look) for look in looks])
    is_share = not target.name or target.name in outcomes
    figure = new_figure(WIDTH, 3.4)
    experiments.convergence(
        table,
        figure.add_subplot(),
        half_width=target.half_width,
        scale=100.0 if is_share else 1.0,
        unit=("percentage points" if target.difference else "%") if is_share else "",
    )
    return figure


def _figures(results: ExperimentResults) -> Iterator[tuple[str, Figure]]:
    asked = results.experiment
    if asked.figure == "differences" and len(results.names) > 1:
        yield "differences", _differences(results)
    elif results.sweeps and len(results.names) == 1:
        yield "range", _range(results)
    else:
        yield asked.figure, _shares(results)
    if results.plan is not None:
        yield (
            "convergence",
            convergence_figure(results.looks, results.plan.target, list(asked.scenario.outcomes)),
        )


def _differences(results: ExperimentResults) -> Figure:
    """A panel for the outcomes, and one for each metric, which has a unit of its own."""
    asked, scenario = results.experiment, results.experiment.scenario
    table = results.comparison.differences
    outcomes, metrics = _shown(results)
    sizes = [len(outcomes), *(1 for _ in metrics)] if outcomes else [1 for _ in metrics]
    arms = {name: arm.title for name, arm in asked.arms.items()}
    rows = max(len(results.names) - 1, 2)
    height = sum(0.55 + 2 * ROW * rows * size for size in sizes) + 0.4
    figure = new_figure(WIDTH, height)
    panels = figure.subplots(len(sizes), 1, squeeze=False, height_ratios=[size + 0.6 for size in sizes])[:, 0]
    first = 0
    if outcomes:
        labels = {name: scenario.outcomes[name].title for name in outcomes}
        experiments.paired_differences(_rows(table, "outcome", outcomes), panels[0], arms=arms, labels=labels)
        first = 1
    for place, name in enumerate(metrics, first):
        metric = scenario.metrics[name]
        unit = metric.unit if metric.unit not in ("", "number") else "its own units"
        experiments.paired_differences(
            _rows(table, "metric", [name]),
            panels[place],
            arms=arms,
            labels={name: metric.title},
            unit=unit,
            scale=1.0,
        )
        if place and (legend := panels[place].get_legend()) is not None:
            legend.remove()
    return figure


def _shares(results: ExperimentResults) -> Figure:
    asked = results.experiment
    outcomes = _shown(results)[0] or list(asked.scenario.outcomes)
    figure = new_figure(WIDTH, 0.9 + 0.24 * len(outcomes) * max(len(results.names), 2))
    experiments.arm_shares(
        _rows(results.values(), "outcome", outcomes),
        figure.add_subplot(),
        arms={name: arm.title for name, arm in asked.arms.items()},
        labels={name: asked.scenario.outcomes[name].title for name in outcomes},
    )
    return figure


def _range(results: ExperimentResults) -> Figure:
    sweep = next(iter(results.sweeps.values()))
    if not sweep.design.is_sample:
        return _shares(results)
    outcomes = _shown(results)[0] or list(results.experiment.scenario.outcomes)
    figure = new_figure(WIDTH, 0.9 + 0.4 * len(outcomes))
    experiments.ranges(
        _rows(sweep.spread(results.level), "outcome", outcomes),
        figure.add_subplot(),
        labels={name: results.experiment.scenario.outcomes[name].title for name in outcomes},
    )
    return figure


def _shown(results: ExperimentResults) -> tuple[list[str], list[str]]:
    """The outcomes and the metrics that the figure is about."""
    asked, scenario = results.experiment, results.experiment.scenario
    if not asked.shown:
        return list(scenario.outcomes), []
    outcomes = [name for name in asked.shown if name in scenario.outcomes]
    return outcomes, [
        name for name in asked.shown if name in scenario.metrics and name not in scenario.outcomes
    ]


def _rows(table: pd.DataFrame, kind: str, names: list[str]) -> pd.DataFrame:
    """The rows of these names, in this order."""
    found = table[(table["kind"] == kind) & table["name"].isin(names)]
    order = found["name"].map({name: place for place, name in enumerate(names)})
    return found.assign(order=order).sort_values("order", kind="stable").drop(columns="order")
