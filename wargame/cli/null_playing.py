"""`wargame null-players`: play the arms, save them, and say how far outcomes move without an actor's strategy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.cli.arguments import changed
from wargame.cli.screen import progress_is_shown
from wargame.cli.strategy_output import Output
from wargame.cli.tables import records
from wargame.experiment.arms import experiment
from wargame.experiment.display import percent
from wargame.experiment.engines import Engine
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.null_players import null_player_table, null_players
from wargame.report.page import grid, line
from wargame.scenario.loading import load

__all__ = ["Request", "play"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of the null players."""

    scenario: str
    holds: tuple[str, ...]
    episodes: int
    seed: int
    changes: tuple[str, ...]
    uncertain: bool
    points: int | None
    out: Path | None
    workers: int | None
    engine: Engine
    figures: bool


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the scenario with and without each actor's strategy, save it all and print the table."""
    scenario = changed(load(request.scenario), request.changes)
    asked = null_players(
        scenario,
        holds=_holds(request.holds),
        episodes=request.episodes,
        seed=request.seed,
        uncertain=request.uncertain,
        points=request.points,
    )
    begun = time.perf_counter()
    results = experiment(
        asked, engine=request.engine, workers=request.workers, progress=progress_is_shown(quiet)
    )
    seconds = time.perf_counter() - begun
    table = null_player_table(results)
    folder = request.out or Path("results") / asked.name
    output = Output(results=results, folder=folder, tables={"null-players": table}, seconds=seconds)
    output.save()
    if request.figures:
        from wargame.plots.strategy_figures import null_player_figure

        output.draw({"null-players": null_player_figure(results, table)})
    output.show(_summary(results, table), quiet=quiet, as_json=as_json)


def _holds(texts: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for text in texts:
        actor, equals, policy = (part.strip() for part in text.partition("="))
        if not (actor and equals and policy):
            raise typer.BadParameter(
                f"{text!r} cannot be read; write ACTOR=POLICY, for example seoul=agree_slowly",
                param_hint="'--hold'",
            )
        found.setdefault(actor, []).append(policy)
    return {actor: ",".join(policies) for actor, policies in found.items()}


def _summary(results: ExperimentResults, table: pd.DataFrame) -> Iterator[RenderableType]:
    over_points = bool(results.sweeps)
    columns = ["nine points in ten>!"] if over_points else []
    last = "points>!" if over_points else "end otherwise>!"
    shown = grid(
        "instead of its own rule", *columns, "distance>!", f"{100 * results.level:.4g} % interval!", last
    )
    for row in records(table):
        cells = [f"{row['range_low']:.3f} to {row['range_high']:.3f}"] if over_points else []
        end = f"{row['points']:,}" if over_points else percent(row["switched"] / max(row["n"], 1))
        interval = f"{row['low']:.3f} to {row['high']:.3f}"
        shown.add_row(
            results.experiment.arms[str(row["arm"])].title, *cells, f"{row['distance']:.3f}", interval, end
        )
    yield Padding(shown, (1, 0, 1, 2))
    first = (
        "The range over what is not known comes first, chance included; the interval's unit is the point. "
        if over_points
        else "Intervals are for chance alone, each by itself; see --lhs for what is not known. "
    )
    yield line(
        (
            "Distance: total variation between how episodes end and how they end when every actor plays by its own "
            "rule, 0 (the same shares) to 1; measured on other episodes than those that showed which outcomes differ. "
            + first
            + "Uniform players look again as often as the actor does.",
            "italic",
        )
    )
    yield Text()
