"""`wargame experiment`: play the arms, save them, draw the figure, and say what differs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from wargame.cli.experiment_summary import saved, summary
from wargame.cli.interrupting import told_how_to_go_on
from wargame.cli.screen import print_json, progress_is_shown, show
from wargame.cli.tables import json_rows
from wargame.experiment.arms import experiment
from wargame.experiment.engines import Engine
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import load_experiment

__all__ = ["Request", "play"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of an experiment."""

    file: str
    episodes: int | None
    seed: int | None
    until: str | None
    most: int | None
    out: Path | None
    resume: bool
    workers: int | None
    engine: Engine
    figures: bool


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the experiment, save it and print what differs."""
    asked = load_experiment(request.file)
    folder = request.out or Path("results") / f"{asked.name}-experiment"
    begun = time.perf_counter()
    with told_how_to_go_on(folder):
        results = experiment(
            asked,
            episodes=request.episodes,
            seed=request.seed,
            until=request.until,
            most=request.most,
            engine=request.engine,
            workers=request.workers,
            progress=progress_is_shown(quiet),
            out=folder,
            resume=request.resume,
        )
    seconds = time.perf_counter() - begun
    drawn: list[str] = []
    if request.figures:
        from wargame.plots.experiment_figures import save_experiment_figures

        paths = save_experiment_figures(results, folder / "figures")
        drawn = sorted({path.stem for path in paths})
    if as_json:
        print_json(_as_json(results, folder, seconds))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(
            summary(results, seconds),
            saved(folder, sorted(path.name for path in folder.glob("*.csv")), drawn),
        )


def _as_json(results: ExperimentResults, folder: Path, seconds: float) -> dict[str, Any]:
    manifest = {name: value for name, value in results.manifest().items() if name not in ("text", "scenario")}
    tables = {"values": results.values()}
    if len(results.names) > 1:
        comparison = results.comparison
        tables |= {
            "differences": comparison.differences,
            "switches": comparison.switches,
            "factors": comparison.factors(),
        }
    return {
        **manifest,
        "level": results.level,
        "seconds": round(seconds, 3),
        "folder": str(folder),
        **{name: json_rows(table) for name, table in tables.items()},
    }
