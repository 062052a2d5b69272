"""`wargame calibrate`: search, save, and say what fits, what is known and what cannot be told apart."""

from __future__ import annotations

import json
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from tqdm import tqdm

from wargame.calibration.files import Calibration, load_calibration
from wargame.calibration.fit_tables import direction_table, moment_table, parameter_table, snippet
from wargame.calibration.fitting import Fit, fit
from wargame.calibration.folder import journal_in, manifest, save_fit
from wargame.calibration.recovery import Recovery, recover
from wargame.cli.calibration_summary import fit_summary, recovery_summary
from wargame.cli.screen import print_json, progress_is_shown, show
from wargame.cli.tables import json_rows
from wargame.experiment.engines import Engine
from wargame.experiment.errors import ResultsError
from wargame.report.page import Page
from wargame.scenario.errors import WargameError

__all__ = ["Request", "play", "play_recovery"]

RECOVERY = "recovery.csv"


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a calibration."""

    file: str
    resume: bool
    records: int | None
    out: Path | None
    workers: int | None
    engine: Engine


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Fit, save and print."""
    calibration = load_calibration(request.file)
    folder = request.out or Path("results") / f"{calibration.name}-calibration"
    journal = journal_in(folder, calibration, resume=request.resume)
    begun = time.perf_counter()
    bar = tqdm(
        total=calibration.generations,
        desc=calibration.name,
        unit=" generations",
        leave=False,
        disable=not progress_is_shown(quiet),
    )

    def told(done: int, loss: float) -> None:
        bar.set_postfix_str(f"loss {loss:.3g}", refresh=False)
        bar.update(done - bar.n)

    with closing(bar):
        found = fit(calibration, journal=journal, engine=request.engine, workers=request.workers, told=told)
    save_fit(found, folder)
    seconds = time.perf_counter() - begun
    if as_json:
        print_json(_as_json(found, folder, seconds))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(fit_summary(found, folder, seconds)))


def play_recovery(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Fit synthetic records and print how often the intervals hold what is known."""
    calibration = load_calibration(request.file)
    count = request.records or 0
    if not 2 <= count <= 10_000:
        raise WargameError(f"--recover is {count}; give a whole number from 2 to 10,000")
    truth = _own_numbers(calibration)
    begun = time.perf_counter()
    bar = tqdm(
        total=count,
        desc=f"{calibration.name}, recovery",
        unit=" records",
        leave=False,
        disable=not progress_is_shown(quiet),
    )
    with closing(bar):
        found = recover(
            calibration,
            truth,
            records=count,
            engine=request.engine,
            workers=request.workers,
            told=lambda _: _step(bar),
        )
    seconds = time.perf_counter() - begun
    folder = request.out or Path("results") / f"{calibration.name}-recovery"
    _save_recovery(found, folder)
    if as_json:
        shown = {
            "coverage": json_rows(found.coverage()),
            "rejected": found.rejected(),
            "known_directions": found.known_directions,
            "directions_covered": found.directions_covered(),
            "folder": str(folder),
            "seconds": seconds,
        }
        typer.echo(json.dumps(shown, indent=2))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(recovery_summary(calibration, found, folder, seconds)))


def _save_recovery(found: Recovery, folder: Path) -> None:
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not (folder / RECOVERY).is_file():
        raise ResultsError(folder, "it holds something else than a recovery", "Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in ((RECOVERY, found.table), ("coverage.csv", found.coverage())):
            table.to_csv(folder / name, index=False, float_format="%.10g", lineterminator="\n")
    except OSError as error:
        remedy = "Check the disk's space and rights, or choose another folder."
        raise ResultsError(folder, f"it could not be written: {error}", remedy) from error


def _step(bar: tqdm[Any]) -> None:
    bar.update(1)


def _own_numbers(calibration: Calibration) -> dict[str, float]:
    """The scenario's own numbers, which take the part of the truth."""
    found: dict[str, float] = {}
    for one in calibration.ranges:
        group, _, name = one.name.partition(".")
        formula = (
            calibration.scenario.parameters[name].value
            if group == "parameters"
            else calibration.scenario.state[name].initial
        )
        value = getattr(formula, "constant", None)
        assert value is not None
        if not one.low < value < one.high:
            raise WargameError(
                f"{name} is {value:g} in the scenario, which is not inside its range {one.low:g} to {one.high:g}\n"
                f"  {'mend:':<9}Widen the range, or change the scenario's number under `set`."
            )
        found[one.name] = float(value)
    return found


def _as_json(found: Fit, folder: Path, seconds: float) -> dict[str, Any]:
    whole = {
        name: value
        for name, value in manifest(found).items()
        if name not in ("calibration", "evidence", "scenario")
    }
    return {
        **whole,
        "moments": json_rows(moment_table(found)),
        "parameters": json_rows(parameter_table(found)),
        "directions": json_rows(direction_table(found)),
        "lines": snippet(found),
        "folder": str(folder),
        "seconds": round(seconds, 3),
    }
