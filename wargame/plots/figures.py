"""The standard figures of a run, as files."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from wargame.experiment.results import Results
from wargame.plots.figure_names import OUTCOMES, POLICIES, TRAJECTORIES, figure_names
from wargame.plots.layout import lay_out
from wargame.plots.outcomes import outcome_shares
from wargame.plots.policies import policy_shares
from wargame.plots.style import MUTED, new_figure, style
from wargame.plots.trajectories import fan_charts, fan_height

__all__ = ["frame", "outcome_figure", "policy_figure", "save_figures", "trajectory_figure", "which_run"]

WIDTH = 7.2
"""Inches: the full width of a page."""

FORMATS = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
"""With each format, what would change in the file from one day or version of matplotlib to the next."""

PACKED: dict[str, Any] = {"png": {"pil_kwargs": {"compress_level": 1}}}
"""With each format, how hard to pack: packing a PNG as small as can be takes as long as drawing it."""


def save_figures(
    results: Results,
    directory: str | Path,
    *,
    episode: int | None = None,
    only: Collection[str] | None = None,
) -> list[Path]:
    """Write `outcomes`, `trajectories` and `policies-ACTOR`, each as PNG and SVG, and return the paths.

    `episode` is one of the sampled episodes, to be drawn over the trajectories; `only` names the figures to
    draw, of those in `figure_names`. The same results give the same files.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with style():
        for name in figure_names(results):
            if only is None or name in only:
                paths += _save(_figure(results, name, episode), folder, name)
    return paths


def _figure(results: Results, name: str, episode: int | None) -> Figure:
    if name == OUTCOMES:
        return outcome_figure(results)
    if name == TRAJECTORIES:
        return trajectory_figure(results, episode)
    return policy_figure(results, name.removeprefix(POLICIES))


def _save(figure: Figure, folder: Path, name: str) -> list[Path]:
    paths = []
    for suffix, metadata in FORMATS.items():
        path = folder / f"{name}.{suffix}"
        part = folder / f".{name}.{suffix}.part"
        figure.savefig(part, format=suffix, metadata=metadata, **PACKED.get(suffix, {}))
        os.replace(part, path)
        paths.append(path)
    return paths


def outcome_figure(results: Results) -> Figure:
    """How the episodes ended."""
    table = results.outcomes()
    figure = new_figure(WIDTH, 1.6 + 0.36 * len(table), laid_out=False)
    ax = figure.add_subplot()
    outcome_shares(table, ax, labels=results.labels.outcomes)
    note = (
        "Whiskers: 95 % intervals, each outcome by itself (Wilson; Clopper–Pearson below ten hits or "
        "misses). They cover chance alone, not what is unknown about the world."
    )
    frame(figure, "How the episodes ended", which_run(results), note)
    return figure


def trajectory_figure(results: Results, episode: int | None = None) -> Figure:
    """Every state variable over time."""
    table, labels = results.trajectories, results.labels
    count = len(results.layout.variables)
    columns = 4 if count > 6 else 3 if count > 4 else 2
    figure = new_figure(WIDTH, 1.2 + fan_height(list(labels.variables.values()), columns), laid_out=False)
    shown = None
    if episode is not None:
        sample = results.sample
        shown = sample[sample["episode"] == episode]
        if shown.empty:
            count = sample["episode"].nunique()
            raise ValueError(f"episode {episode} is not among the {count} sampled ones")
    fan_charts(
        table,
        figure,
        labels=labels.variables,
        units=labels.units,
        turns=labels.turns,
        episode=shown,
        columns=columns,
    )
    running = int(table["running"].iloc[-1])
    note = (
        "State at the end of each turn; the left edge is the state as dealt. After an episode has ended its "
        f"last value is carried forward: {running:,} of {results.completed:,} played the last turn. "
        "Bands hold episodes; they are not intervals of an estimate."
    )
    frame(figure, "The state over time", which_run(results), note)
    return figure


def policy_figure(results: Results, actor: str) -> Figure:
    """What one actor played."""
    labels = results.labels
    table = results.policies()
    figure = new_figure(WIDTH, 3.9, laid_out=False)
    ax = figure.add_subplot()
    policy_shares(table, ax, actor=actor, labels=labels.policies, turns=labels.turns)
    running = table[table["actor"] == actor].groupby("turn")["running"].first()
    note = (
        f"Episodes that played the turn: {running.iloc[0]:,} in {labels.turns[0]}, "
        f"{running.iloc[-1]:,} in {labels.turns[-1]}; shares are of these."
    )
    if table[table["actor"] == actor].groupby("turn")["share"].sum().max() > 1 + 1e-9:
        note += " This actor moves in several phases of a turn and plays a policy in each."
    frame(figure, f"What was played: {labels.actors[actor]}", which_run(results), note)
    return figure


def which_run(results: Results) -> str:
    """Which run this is: its title, n and seed."""
    parts = [str(results.manifest.get("title") or results.manifest.get("name") or "")]
    parts.append(f"n = {results.completed:,} completed episodes")
    if results.failed:
        parts.append(f"{results.failed:,} failed and left out")
    if "seed" in results.manifest:
        parts.append(f"seed {results.manifest['seed']}")
    if results.manifest.get("uncertain"):
        parts.append("each episode drew the parameters that are not known")
    return "; ".join(part for part in parts if part)


def frame(figure: Figure, title: str, subtitle: str, note: str) -> None:
    """Title and run above, note below, with the plots laid out between them."""
    width, height = figure.get_size_inches()
    line, edge = 0.135, 0.08
    below = textwrap.fill(note, int(width * 17))
    above = textwrap.fill(subtitle, int(width * 15))
    head = edge + 0.22 + line * (above.count("\n") + 1) + 0.06
    foot = edge + line * (below.count("\n") + 1) + 0.04
    figure.text(edge / width, 1 - edge / height, title, fontsize=11, fontweight="bold", va="top")
    figure.text(edge / width, 1 - (edge + 0.22) / height, above, fontsize=8, color=MUTED, va="top")
    figure.text(edge / width, edge / height, below, fontsize=7, color=MUTED, va="bottom")
    # Laying out takes longest; once, here, is enough for all formats.
    lay_out(figure, left=edge / 2, right=edge / 2, top=head, bottom=foot)
