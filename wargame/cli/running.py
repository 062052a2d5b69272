"""`wargame run`: play, save, draw, and say what came out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import typer

from wargame.cli.arguments import changed, default_folder, worker_count
from wargame.cli.drawing import draw_figures, drawing_hands
from wargame.cli.screen import print_json, progress_is_shown, show
from wargame.cli.stop_summary import told_stop
from wargame.cli.summary import as_json as summary_as_json
from wargame.cli.summary import saved, summary
from wargame.experiment.engines import Engine
from wargame.experiment.results import Results
from wargame.experiment.run import simulate
from wargame.experiment.stopping import MOST
from wargame.experiment.until import Stopped, simulate_until
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

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
    folder = request.out or _default_folder(request, scenario)
    shows = progress_is_shown(quiet)
    begun = time.perf_counter()
    with drawing_hands(wanted=request.figures) as hands:
        with _told_how_to_go_on(folder):
            results, stopped = _simulated(request, scenario, folder, progress=shows)
        seconds = time.perf_counter() - begun
        drawn = _draw(results, folder, hands, wanted=request.figures, shows=shows)
        if stopped is not None and request.figures:
            drawn.append(_draw_convergence(stopped, folder))
    if as_json:
        print_json(summary_as_json(results, folder, drawn, seconds))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(summary(results, scenario, seconds, resumed=request.resume))
        if stopped is not None:
            show(told_stop(stopped))
        show(saved(folder, drawn))


def _default_folder(request: Request, scenario: Scenario) -> Path:
    return default_folder(
        scenario,
        episodes=request.episodes if request.until is None else request.most or MOST,
        seed=request.seed,
        uncertain=request.uncertain,
        orders=request.orders,
        keep_episodes=request.keep_episodes,
    )


def _simulated(
    request: Request, scenario: Scenario, folder: Path, *, progress: bool
) -> tuple[Results, Stopped | None]:
    """The results in the folder; with `--until` also how the run came to stop."""
    executor = None
    if request.dask is not None:
        from wargame.experiment.cluster import Dask

        executor = Dask(request.dask)
    options: dict[str, Any] = {
        "seed": request.seed,
        "engine": request.engine,
        "workers": worker_count(request.workers, request.engine, scenario, request.episodes),
        "progress": progress,
        "uncertain": request.uncertain,
        "orders": request.orders,
        "keep_episodes": request.keep_episodes,
        "sample": request.sample,
        "out": folder,
        "executor": executor,
        "resume": request.resume,
    }
    if request.until is None:
        return simulate(scenario, episodes=request.episodes, **options), None
    stopped = simulate_until(scenario, request.until, most=request.most or MOST, **options)
    return stopped.results, stopped


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


def _draw(
    results: Results, folder: Path, hands: Sequence[Connection], *, wanted: bool, shows: bool
) -> list[str]:
    """Draw the figures; returns their names. Those of an earlier run in the folder are taken away first."""
    place = folder / FIGURES
    for pattern in ("outcomes.*", f"{CONVERGENCE}.*", "trajectories.*", "policies-*.*"):
        for old in place.glob(pattern):
            if old.suffix in (".png", ".svg"):
                old.unlink()
    if not wanted or not results.completed:
        return []
    with _busy("drawing figures") if shows else nullcontext():
        return draw_figures(results, place, hands)


def _busy(text: str) -> AbstractContextManager[Any]:
    from rich.console import Console

    status: Callable[[str], AbstractContextManager[Any]] = Console(stderr=True).status
    return status(f"{text} ...")
