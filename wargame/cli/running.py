"""`wargame run`: play, save, draw, and say what came out."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from wargame.cli.arguments import changed, default_folder, worker_count
from wargame.cli.screen import progress_is_shown, show
from wargame.cli.stop_summary import told_stop
from wargame.cli.summary import as_json as summary_as_json
from wargame.cli.summary import saved, summary
from wargame.experiment.engines import Engine
from wargame.experiment.results import Results
from wargame.experiment.run import simulate
from wargame.experiment.stopping import MOST
from wargame.experiment.until import Stopped, simulate_until
from wargame.scenario.loading import load

__all__ = ["Request", "play"]

FIGURES = "figures"
CONVERGENCE = "convergence"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a run."""

    scenario: str
    episodes: int
    seed: int
    changes: tuple[str, ...]
    orders: tuple[str, ...]
    uncertain: bool
    out: Path | None
    workers: int | None
    engine: Engine
    dask: str | None
    resume: bool
    until: str | None
    most: int | None
    keep_episodes: bool
    sample: int
    figures: bool


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the run, save it and print its summary."""
    scenario = changed(load(request.scenario), request.changes)
    folder = request.out or default_folder(
        scenario,
        episodes=request.episodes if request.until is None else request.most or MOST,
        seed=request.seed,
        uncertain=request.uncertain,
        orders=request.orders,
        keep_episodes=request.keep_episodes,
    )
    executor = None
    if request.dask is not None:
        from wargame.experiment.cluster import Dask

        executor = Dask(request.dask)
    shows = progress_is_shown(quiet)
    begun = time.perf_counter()
    options: dict[str, Any] = {
        "seed": request.seed,
        "engine": request.engine,
        "workers": worker_count(request.workers, request.engine, scenario, request.episodes),
        "progress": shows,
        "uncertain": request.uncertain,
        "orders": request.orders,
        "keep_episodes": request.keep_episodes,
        "sample": request.sample,
        "out": folder,
        "executor": executor,
    }
    stopped = None
    with _told_how_to_go_on(folder):
        if request.until is None:
            results = simulate(scenario, episodes=request.episodes, resume=request.resume, **options)
        else:
            most = request.most or MOST
            stopped = simulate_until(scenario, request.until, most=most, resume=request.resume, **options)
            results = stopped.results
    seconds = time.perf_counter() - begun
    drawn = _draw(results, folder, wanted=request.figures, shows=shows)
    if stopped is not None and request.figures:
        drawn.append(_draw_convergence(stopped, folder))
    if as_json:
        typer.echo(json.dumps(summary_as_json(results, folder, drawn, seconds), indent=2, ensure_ascii=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(summary(results, scenario, seconds, resumed=request.resume))
        if stopped is not None:
            show(told_stop(stopped))
        show(saved(folder, drawn))


def _draw_convergence(stopped: Stopped, folder: Path) -> str:
    from wargame.plots.experiment_figures import convergence_figure, write_figures

    outcomes = stopped.results.layout.outcomes
    figure = convergence_figure(stopped.looks, stopped.plan.target, outcomes)
    write_figures({CONVERGENCE: figure}, folder / FIGURES)
    return CONVERGENCE


@contextmanager
def _told_how_to_go_on(folder: Path) -> Iterator[None]:
    """After Ctrl-C, say what is complete."""
    try:
        yield
    except KeyboardInterrupt:
        from wargame.experiment.interrupted import complete_episodes, stated_run

        stated = stated_run(folder)
        if stated is not None:
            complete = f"{complete_episodes(folder, stated):,} of {stated['episodes']:,} episodes"
            typer.echo(f"{complete} are kept in {folder}; go on with the same command and --resume", err=True)
        raise


def _draw(results: Results, folder: Path, *, wanted: bool, shows: bool) -> list[str]:
    """Draw the figures; returns their names. Those of an earlier run in the folder are taken away first."""
    place = folder / FIGURES
    for pattern in ("outcomes.*", f"{CONVERGENCE}.*", "trajectories.*", "policies-*.*"):
        for old in place.glob(pattern):
            if old.suffix in (".png", ".svg"):
                old.unlink()
    if not wanted or not results.completed:
        return []
    with _busy("drawing figures") if shows else nullcontext():
        from wargame.plots.figures import save_figures

        paths = save_figures(results, place)
    return sorted({path.stem for path in paths}, key=[path.stem for path in paths].index)


def _busy(text: str) -> AbstractContextManager[Any]:
    from rich.console import Console

    status: Callable[[str], AbstractContextManager[Any]] = Console(stderr=True).status
    return status(f"{text} ...")
