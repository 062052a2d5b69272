"""`wargame fork`: play the futures of one episode, save them, and say how they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import RenderableType
from rich.padding import Padding

from wargame.cli.arguments import overrides
from wargame.cli.screen import print_json, progress_is_shown, show
from wargame.cli.tables import json_rows
from wargame.experiment.display import percent
from wargame.experiment.engines import Engine
from wargame.experiment.forks import fork
from wargame.experiment.results import Results, read
from wargame.report.page import Page, grid, line
from wargame.report.wording import short

__all__ = ["Request", "play"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a fork."""

    folder: Path
    episode: int
    turn: str
    futures: int
    changes: tuple[str, ...]
    orders: tuple[str, ...]
    out: Path | None
    workers: int | None
    engine: Engine


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the futures, save them and print how they end."""
    run = read(request.folder)
    turn: int | str = (
        int(request.turn) if request.turn.isdecimal() and len(request.turn) < 4 else request.turn
    )
    begun = time.perf_counter()
    futures = fork(
        run,
        request.episode,
        turn,
        episodes=request.futures,
        orders=request.orders,
        changes=overrides(request.changes),
        engine=request.engine,
        workers=request.workers,
        progress=progress_is_shown(quiet),
    )
    seconds = time.perf_counter() - begun
    origin = futures.manifest["fork"]
    name = request.folder.name.removesuffix("-run")
    folder = request.out or request.folder.with_name(f"{name}-fork-{request.episode}-{origin['label']}-run")
    futures.save(folder)
    if as_json:
        print_json(_as_json(futures, folder, seconds))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(_summary(run, futures, folder, seconds)))


def _summary(run: Results, futures: Results, folder: Path, seconds: float) -> Iterator[RenderableType]:
    origin = futures.manifest["fork"]
    yield line((f"Futures of episode {origin['episode']} from {origin['label']} on", "bold"))
    yield line(f"{len(futures):,} futures, digest {futures.digest[:16]}", (f"  ({seconds:.1f} s)", "dim"))
    if origin["changes"]:
        yield line(
            ("Changed: ", "bold"), ", ".join(f"{path} = {one}" for path, one in origin["changes"].items())
        )
    if origin["orders"]:
        yield line(("Orders: ", "bold"), ", ".join(origin["orders"]))
    if run.keeps_episodes:
        episodes = run.episodes
        outcome = episodes[episodes["episode"] == origin["episode"]]["outcome"].iloc[0]
        yield line(("The episode itself: ", "bold"), run.labels.outcomes.get(str(outcome), "it failed"))
    table = grid("outcome", "futures>!", "share>!", "95 % interval!", "all episodes>!")
    whole = run.outcomes().set_index("outcome")["share"]
    for row in futures.outcomes().to_dict("records"):
        name = str(row["outcome"])
        ends = f"{percent(float(row['low']))} to {percent(float(row['high']))}"
        before = percent(float(whole[name])) if name in whole.index else "–"
        cells = [f"{row['n']:,}", percent(float(row["share"])), ends, before]
        table.add_row(short(futures.labels.outcomes[name]), *cells)
    yield Padding(table, (1, 0, 1, 2))
    yield line("Saved in ", (str(folder), "bold"))
    yield line("One future as a story: ", (f"wargame replay {folder} 1", "cyan"))


def _as_json(futures: Results, folder: Path, seconds: float) -> dict[str, Any]:
    origin = {name: value for name, value in futures.manifest["fork"].items() if name != "workspace"}
    return {
        "fork": origin,
        "futures": len(futures),
        "failed": futures.failed,
        "digest": futures.digest,
        "seconds": round(seconds, 3),
        "outcomes": json_rows(futures.outcomes()),
        "folder": str(folder),
    }
