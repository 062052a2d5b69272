"""`wargame sweep`: play a design, save the table, and say what is not known and what is luck."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.cli.arguments import changed
from wargame.cli.interrupting import told_how_to_go_on
from wargame.cli.screen import print_json, progress_is_shown, show
from wargame.cli.tables import json_rows, records
from wargame.experiment.designs import Design, DesignError, read_axis
from wargame.experiment.display import percent
from wargame.experiment.engines import Engine
from wargame.experiment.sweep import design_of, sweep
from wargame.experiment.sweeps import Sweep
from wargame.report.page import Page, grid, line
from wargame.report.wording import number, short
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

__all__ = ["Request", "play"]

METRICS = 12
"""So many metrics are shown."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a sweep."""

    scenario: str
    axes: tuple[str, ...]
    lhs: int | None
    sobol: int | None
    morris: int | None
    parameters: tuple[str, ...]
    episodes: int
    seed: int
    changes: tuple[str, ...]
    orders: tuple[str, ...]
    out: Path | None
    resume: bool
    workers: int | None
    engine: Engine


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the sweep, save it and print what it shows."""
    scenario = changed(load(request.scenario), request.changes)
    design = _design(request)
    folder = request.out or _default_folder(scenario, design_of(scenario, **design))
    begun = time.perf_counter()
    with told_how_to_go_on(folder):
        found = sweep(
            scenario,
            **design,
            episodes=request.episodes,
            orders=request.orders,
            engine=request.engine,
            workers=request.workers,
            progress=progress_is_shown(quiet),
            out=folder,
            resume=request.resume,
        )
    seconds = time.perf_counter() - begun
    if as_json:
        print_json(_as_json(found, request, folder, seconds))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(_summary(found, scenario, request, seconds, folder)))


def _design(request: Request) -> dict[str, Any]:
    """The options of `sweep` and `design_of` that say which points are played."""
    axes: dict[str, list[float]] = {}
    for text in request.axes:
        name, numbers = read_axis(text)
        if name in axes:
            raise DesignError(f"{name} is given twice in one grid; give all its numbers at once")
        axes[name] = numbers
    return {
        "grid": axes or None,
        "lhs": request.lhs,
        "sobol": request.sobol,
        "morris": request.morris,
        "parameters": _ranges(request.parameters),
        "seed": request.seed,
    }


def _default_folder(scenario: Scenario, design: Design) -> Path:
    return Path("results") / f"{scenario.name}-{design.kind}-{len(design)}-sweep"


def _ranges(texts: tuple[str, ...]) -> dict[str, list[float]] | list[str] | None:
    """`--over NAME` or `--over NAME=LOW:HIGH`; all of one form."""
    if not texts:
        return None
    if not any("=" in text for text in texts):
        return list(texts)
    found = {}
    for text in texts:
        name, equals, rest = text.partition("=")
        parts = rest.split(":")
        try:
            found[name.strip()] = [float(part) for part in parts]
        except ValueError:
            parts = []
        if not equals or len(parts) != 2:
            raise DesignError(
                f"{text!r} cannot be read; write every --over as NAME=LOW:HIGH, or every one as NAME alone"
            )
    return found


def _summary(
    found: Sweep, scenario: Scenario, request: Request, seconds: float, folder: Path
) -> Iterator[RenderableType]:
    design, episodes = found.design, request.episodes
    yield Text(scenario.title or scenario.name, style="bold")
    total = len(design) * episodes
    yield line(
        f"{len(design):,} points ({design.kind}, {len(design.names)} numbers varied) × {episodes:,} episodes = "
        f"{total:,}, seed {request.seed}, digest {found.digest[:16]}",
        (f"  ({seconds:.1f} s, {total / seconds:,.0f} a second)", "dim"),
    )
    if found.failed:
        yield line((f"{found.failed:,} episodes failed", "bold red"), " and are left out")
    yield from (_spread(found, scenario) if design.is_sample else _extremes(found, scenario))
    yield Text()
    yield line(
        "Saved in ", (str(folder), "bold"), ": sweep.csv (one row for each point and number), points.csv"
    )


def _spread(found: Sweep, scenario: Scenario) -> Iterator[RenderableType]:
    """What is not known first, chance second."""
    table = found.spread()
    shown = grid("", "nine points in ten>!", "mean>!", "95 % interval!", "chance alone>!", "not known>!")
    for row in _rows(table):
        write = percent if row["kind"] == "outcome" else number
        low, high = (write(float(row[name])) for name in ("range_low", "range_high"))
        ends = f"{write(float(row['low']))} to {write(float(row['high']))}"
        share = f"{percent(float(row['share_low']))} to {percent(float(row['share_high']))}"
        cells = [
            f"{low} to {high}",
            write(float(row["mean"])),
            ends,
            f"± {write(float(row['chance']))}",
            share,
        ]
        shown.add_row(_title(scenario, row), *cells)
    yield Padding(shown, (1, 0, 0, 2))
    yield Text()
    yield line(
        (
            "Nine points in ten is the range over what is not known, with chance taken out. The mean's interval is "
            "over points; of it, chance alone makes the part beside it. Not known: how much of the variance of one "
            "episode comes from not knowing the parameters, the rest being luck (95 % interval).",
            "italic",
        )
    )


def _extremes(found: Sweep, scenario: Scenario) -> Iterator[RenderableType]:
    """The least and the greatest value at any point, and where that is."""
    shown = grid("", "least>!", "at", "greatest>!", "at")
    for row in _rows(found.table.drop_duplicates(["kind", "name"])):
        write = percent if row["kind"] == "outcome" else number
        values = found.table[(found.table["kind"] == row["kind"]) & (found.table["name"] == row["name"])]
        values = values.dropna(subset=["value"])
        if values.empty:
            continue
        ends = [values.loc[values["value"].idxmin()], values.loc[values["value"].idxmax()]]
        cells = [
            text for end in ends for text in (write(float(end["value"])), _where(found, int(end["point"])))
        ]
        shown.add_row(_title(scenario, row), *cells)
    yield Padding(shown, (1, 0, 0, 2))
    yield Text()
    yield line(
        ("Extremes of many points are partly luck: sweep.csv has every value with its interval.", "italic")
    )


def _where(found: Sweep, point: int) -> str:
    numbers = found.design.point(point)
    if len(numbers) > 3:
        return f"point {point}"
    return ", ".join(f"{name.split('.', 1)[1]} {number(value)}" for name, value in numbers.items())


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Outcomes and payoffs, and the first metrics."""
    metrics = table[table["kind"] == "metric"].head(METRICS)
    parts = [table[table["kind"] == "outcome"], metrics, table[table["kind"] == "payoff"]]
    return records(pd.concat(parts))


def _title(scenario: Scenario, row: dict[str, Any]) -> str:
    name = str(row["name"])
    if row["kind"] == "outcome":
        return short(scenario.outcomes[name].title)
    return short(scenario.metrics[name].title) if row["kind"] == "metric" else scenario.actors[name].title


def _as_json(found: Sweep, request: Request, folder: Path, seconds: float) -> dict[str, Any]:
    tables = {"table": found.table, "points": found.points}
    if found.design.is_sample:
        tables["spread"] = found.spread()
    return {
        "design": found.design.kind,
        "digest": found.digest,
        "failed": found.failed,
        "seconds": round(seconds, 3),
        "folder": str(folder),
        "episodes": request.episodes,
        "seed": request.seed,
        "orders": list(request.orders),
        **{name: json_rows(table) for name, table in tables.items()},
    }
