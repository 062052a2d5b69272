"""`wargame knockouts`: play the arms, save them, draw the forest, and say which mechanisms move what they must."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.cli.screen import progress_is_shown
from wargame.cli.strategy_output import Output
from wargame.cli.tables import records
from wargame.experiment.arms import experiment
from wargame.experiment.engines import Engine
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.knockouts import knockout_table, load_knockouts, with_points
from wargame.report.page import grid, line
from wargame.report.wording import chance, number, short, signed

__all__ = ["Request", "play"]

ARROWS = {"lower": "↓", "higher": "↑", "either": "↕"}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a knock-out file."""

    file: str
    episodes: int | None
    seed: int | None
    points: int | None
    out: Path | None
    workers: int | None
    engine: Engine
    figures: bool


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the baseline and every knock-out, save them and print the table."""
    asked = load_knockouts(request.file)
    if request.points is not None:
        asked = with_points(asked, request.points)
    begun = time.perf_counter()
    results = experiment(
        asked,
        episodes=request.episodes,
        seed=request.seed,
        engine=request.engine,
        workers=request.workers,
        progress=progress_is_shown(quiet),
    )
    seconds = time.perf_counter() - begun
    table = knockout_table(results)
    folder = request.out or Path("results") / f"{asked.name}-knockouts"
    output = Output(results=results, folder=folder, tables={"knockouts": table}, seconds=seconds)
    output.save()
    if request.figures:
        from wargame.plots.strategy_figures import knockout_figure

        output.draw({"knockouts": knockout_figure(results, table)})
    output.show(_summary(results, table), quiet=quiet, as_json=as_json)


def _summary(results: ExperimentResults, table: pd.DataFrame) -> Iterator[RenderableType]:
    over_points = bool(results.sweeps)
    interval = f"{100 * results.level:.4g} % interval!"
    columns = (
        ("nine points in ten>!", "change>!", interval, "points as stated>")
        if over_points
        else ("change>!", interval, "in sd>!", "outcomes move>!")
    )
    shown = grid("switched off", "must move", *columns, "verdict")
    before = ""
    for row in records(table):
        arm = str(row["arm"])
        title = results.experiment.arms[arm].title if arm != before else ""
        cells = _cells_over_points(row) if over_points else _cells(row)
        number_moved = f"{_title(results, row)} {ARROWS[str(row['stated'])]}"
        shown.add_row(title, number_moved, *cells, str(row["verdict"]))
        before = arm
    yield Padding(shown, (1, 0, 1, 2))
    arms = table["arm"].nunique()
    stated = table["verdict"] == "as stated"
    yield line(
        (
            f"{_arms_where(table, table['verdict'] != 'not shown')} of {arms} mechanisms move what they must",
            "bold",
        ),
        f", {_arms_where(table, stated)} as stated; {_arms_where(table, stated & table['together'])} as stated at the "
        f"level at which all {len(table)} rows hold together ({100 * table.attrs['together']:.4g} % each, Bonferroni).",
    )
    yield Text()
    yield line((_note(over_points), "italic"))


def _cells(row: dict[str, Any]) -> list[str]:
    effect = float(row["effect"])
    return [
        _plain(row, "difference"),
        f"{_plain(row, 'low')} to {_plain(row, 'high')}",
        "–" if effect != effect else signed(effect),
        f"{row['distance']:.3f}",
    ]


def _cells_over_points(row: dict[str, Any]) -> list[str]:
    return [
        f"{_plain(row, 'range_low')} to {_plain(row, 'range_high')}",
        _plain(row, "difference"),
        f"{_plain(row, 'low')} to {_plain(row, 'high')}",
        chance(float(row["points_as_stated"])),
    ]


def _arms_where(table: pd.DataFrame, holds: pd.Series[bool]) -> int:
    """Arms of which every row holds."""
    return int(holds.groupby(table["arm"], sort=False).all().sum())


def _note(over_points: bool) -> str:
    if over_points:
        return (
            "Every arm was played at the same points of what is not known, and the point is the unit. The range, which "
            "comes first, is that of the points' own changes, chance included; `points as stated`: at which the change "
            "has the stated sign."
        )
    return (
        "Changes are against the baseline, paired: all arms share their draws; those of shares are in percentage "
        "points. `in sd`: in standard deviations of one episode; what is certain may still be small. `outcomes move`: "
        "the total variation distance between how episodes end. Intervals are for chance alone; see --lhs for what is "
        "not known."
    )


def _title(results: ExperimentResults, row: dict[str, Any]) -> str:
    scenario, name = results.experiment.scenario, str(row["name"])
    if row["kind"] == "outcome":
        return f"share of {short(scenario.outcomes[name].title)}"
    if row["kind"] == "payoff":
        return f"payoff of {scenario.actors[name].title}"
    return short(scenario.metrics[name].title)


def _plain(row: dict[str, Any], column: str) -> str:
    """A change as it is, of a share in percentage points."""
    return number(float(row[column]) * (100.0 if row["kind"] == "outcome" else 1.0))
