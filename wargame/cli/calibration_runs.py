"""`wargame calibrate`: search, save, and say what fits, what is known and what cannot be told apart."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text
from tqdm import tqdm

from wargame.calibration.estimates import LEVEL
from wargame.calibration.files import Calibration, load_calibration
from wargame.calibration.fit_tables import direction_table, moment_table, parameter_table, snippet
from wargame.calibration.fitting import Fit, fit
from wargame.calibration.folder import journal_in, manifest, save_fit
from wargame.calibration.recovery import Recovery, recover
from wargame.cli.experiment_summary import records
from wargame.cli.screen import progress_is_shown, show
from wargame.experiment.display import percent
from wargame.experiment.engines import Engine
from wargame.report.page import Page, grid, line
from wargame.report.wording import number, signed
from wargame.scenario.errors import WargameError

__all__ = ["Request", "play", "play_recovery"]

FAR = 2.0
"""A moment that is further off, in standard errors, is marked."""


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
        typer.echo(json.dumps(_as_json(found, folder, seconds), indent=2, ensure_ascii=False))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(_summary(found, folder, seconds)))


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
    folder.mkdir(parents=True, exist_ok=True)
    found.table.to_csv(folder / "recovery.csv", index=False, float_format="%.10g", lineterminator="\n")
    coverage = found.coverage()
    coverage.to_csv(folder / "coverage.csv", index=False, float_format="%.10g", lineterminator="\n")
    if as_json:
        shown = {
            "coverage": _plain(coverage),
            "rejected": found.rejected(),
            "folder": str(folder),
            "seconds": seconds,
        }
        typer.echo(json.dumps(shown, indent=2))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(_recovery(calibration, found, folder, seconds)))


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


def _summary(found: Fit, folder: Path, seconds: float) -> Iterator[RenderableType]:
    calibration, judged = found.calibration, found.simulated
    yield Text(calibration.title or calibration.name, style="bold")
    yield line(
        f"{len(calibration.ranges)} numbers of {calibration.scenario.name} fitted to {len(calibration.targets)} "
        f"moments in {found.generations} generations of {calibration.episodes:,} episodes a point, seed "
        f"{calibration.seed}, digest {found.digest[:16]}",
        (f"  ({seconds:.1f} s)", "dim"),
    )
    total = judged.episodes + judged.left_out
    yield line(
        f"The estimate was then judged by {total:,} episodes that the search did not play; {judged.left_out:,} of "
        "them ended before the record does and are left out."
    )
    yield from _moments(found)
    yield from _parameters(found)
    yield from _test(found)
    yield from _unknown(found)
    yield Text()
    yield line(
        "Saved in ",
        (str(folder), "bold"),
        ": moments.csv, parameters.csv, directions.csv, parameters.yaml (lines for the scenario), search.jsonl",
    )


def _moments(found: Fit) -> Iterator[RenderableType]:
    table = grid("moment", "", "observed>!", "its error>!", "simulated>!", "z>!")
    subject = ""
    for one, row in zip(found.calibration.moments, records(moment_table(found)), strict=True):
        if one.subject != subject:
            subject = one.subject
            table.add_row(Text(subject, style="bold"))
        z = float(row["z"])
        table.add_row(
            f"  {one.label or one.statistic.title}",
            "" if row["role"] == "fitted" else "held out",
            number(float(row["observed"])),
            number(float(row["error"])),
            number(float(row["simulated"])),
            Text(signed(z), style="bold red" if abs(z) > FAR else ""),
        )
    yield Padding(table, (1, 0, 1, 2))
    yield line(
        (
            "z is simulated less observed, over the standard error of the record (block bootstrap) and of the "
            "simulation together.",
            "italic",
        )
    )


def _parameters(found: Fit) -> Iterator[RenderableType]:
    table = grid(
        "number", "estimate>!", "error>!", "alone>!", f"{100 * LEVEL:.0f} % interval!", "range!", "known>!"
    )
    for row in records(parameter_table(found)):
        table.add_row(
            str(row["parameter"]),
            number(float(row["estimate"])),
            number(float(row["error"])),
            number(float(row["alone"])),
            f"{number(float(row['interval_low']))} to {number(float(row['interval_high']))}",
            f"{number(float(row['low']))} to {number(float(row['high']))}",
            percent(float(row["known"])),
        )
    yield Padding(table, (1, 0, 1, 2))
    yield line(
        (
            "Alone: the standard error if the other numbers were known. Known: how much of the variance of the whole "
            "range the data take away; 0 % where they say no more than the range did.",
            "italic",
        )
    )


def _test(found: Fit) -> Iterator[RenderableType]:
    test = found.estimates
    yield Text()
    if test.freedom < 1:
        yield line("There are no more moments than numbers, so the fit as a whole cannot be tested.")
        return
    verdict = "rejects the model" if test.probability < 0.05 else "does not reject the model"
    yield line(
        ("Test of the whole (J): ", "bold"),
        f"{number(test.test)} with {test.freedom} degree{'s' if test.freedom > 1 else ''} of freedom, "
        f"p = {number(test.probability)}: the record {verdict} at 5 %.",
    )


def _unknown(found: Fit) -> Iterator[RenderableType]:
    unknown = [one for one in found.estimates.directions if one.is_unknown]
    if not unknown:
        yield line("Every direction of these numbers is known better than their ranges.")
        return
    yield line(
        ("Cannot be told apart: ", "bold"),
        "along these directions, in parts of the ranges, the record says less than the ranges do.",
    )
    for one in unknown:
        yield line(f"• {one}  (error {number(one.error)} of the ranges)", indent=2)


def _recovery(
    calibration: Calibration, found: Recovery, folder: Path, seconds: float
) -> Iterator[RenderableType]:
    yield Text(calibration.title or calibration.name, style="bold")
    yield line(
        f"{len(found.fits):,} synthetic records of {calibration.scenario.horizon} turns, each fitted",
        (f"  ({seconds:.1f} s)", "dim"),
    )
    table = grid("number", "truth>!", "median estimate>!", "covered>!", "95 % interval of that!")
    for row in records(found.coverage()):
        table.add_row(
            str(row["parameter"]),
            number(float(row["truth"])),
            number(float(row["median"])),
            percent(float(row["coverage"])),
            f"{percent(float(row['low']))} to {percent(float(row['high']))}",
        )
    yield Padding(table, (1, 0, 1, 2))
    yield line(
        f"Covered: how many of the {100 * LEVEL:.0f} % intervals hold the truth. The test rejects the model, which is "
        f"right, in {percent(found.rejected())} of records at 5 %."
    )
    yield line("Saved in ", (str(folder), "bold"), ": recovery.csv, coverage.csv")


def _as_json(found: Fit, folder: Path, seconds: float) -> dict[str, Any]:
    whole = {
        name: value
        for name, value in manifest(found).items()
        if name not in ("calibration", "evidence", "scenario")
    }
    return {
        **whole,
        "moments": _plain(moment_table(found)),
        "parameters": _plain(parameter_table(found)),
        "directions": _plain(direction_table(found)),
        "lines": snippet(found),
        "folder": str(folder),
        "seconds": round(seconds, 3),
    }


def _plain(table: Any) -> Any:
    return json.loads(table.to_json(orient="records", double_precision=15))
