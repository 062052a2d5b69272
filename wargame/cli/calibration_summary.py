"""What a calibration found, on one screen: moments, numbers, and what cannot be told apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.calibration.estimates import LEVEL
from wargame.calibration.files import Calibration
from wargame.calibration.fit_tables import moment_table, parameter_table
from wargame.calibration.fitting import Fit
from wargame.calibration.recovery import Recovery
from wargame.cli.tables import records
from wargame.experiment.display import percent
from wargame.report.page import grid, line
from wargame.report.wording import number, signed

__all__ = ["fit_summary", "recovery_summary"]

NONE = "\N{EN DASH}"
"""Stands where there is no interval."""
ESTIMATED = ("truth", "median", "spread", "error")
FAR = 2.0
"""A moment that is further off, in standard errors, is marked."""


def fit_summary(found: Fit, folder: Path, seconds: float) -> Iterator[RenderableType]:
    """What a fit found: moments, numbers, the test of the whole, what cannot be told apart."""
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
            _interval(row),
            f"{number(float(row['low']))} to {number(float(row['high']))}",
            percent(float(row["known"])),
        )
    yield Padding(table, (1, 0, 1, 2))
    yield line(
        (
            "Alone: the standard error if the other numbers were known. Known: how much of the variance of the whole "
            "range the data take away; a number has an interval if that is half of it or more.",
            "italic",
        )
    )


def _interval(row: Mapping[Any, Any]) -> str:
    """The ends of an interval, or that there is none."""
    if math.isnan(float(row["interval_low"])):
        return NONE
    return f"{number(float(row['interval_low']))} to {number(float(row['interval_high']))}"


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
    if found.estimates.untold:
        yield line(
            ("No interval: ", "bold"),
            f"{', '.join(found.estimates.untold)}: the record says less about each than its range does.",
        )
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


def recovery_summary(
    calibration: Calibration, found: Recovery, folder: Path, seconds: float
) -> Iterator[RenderableType]:
    """How often the intervals of a recovery hold the truth."""
    yield Text(calibration.title or calibration.name, style="bold")
    yield line(
        f"{len(found.fits):,} synthetic records of {calibration.scenario.horizon} turns, each fitted",
        (f"  ({seconds:.1f} s)", "dim"),
    )
    table = grid(
        "number",
        "truth>!",
        "median>!",
        "spread>!",
        "error>!",
        "given>!",
        "covered>!",
        "95 % interval of that!",
    )
    for row in records(found.coverage()):
        is_given = float(row["given"]) > 0
        table.add_row(
            str(row["parameter"]),
            *("" if math.isnan(row[name]) else number(float(row[name])) for name in ESTIMATED),
            percent(float(row["given"])),
            percent(float(row["coverage"])) if is_given else NONE,
            f"{percent(float(row['low']))} to {percent(float(row['high']))}" if is_given else NONE,
        )
    yield Padding(table, (1, 0, 1, 2))
    yield line(
        "Median and spread (standard deviation) are those of the estimates, error is the median standard error that is "
        "reported. Given: in how many records the number has an interval, as the record says more than the range. "
        f"Covered: how many of these {100 * LEVEL:.0f} % intervals hold the truth. The test rejects the model, which "
        f"is right, in {percent(found.rejected())} of records at 5 %."
    )
    yield line(
        f"A record knows {number(found.known_directions)} of {len(calibration.ranges)} directions in the ranges better "
        f"than the ranges do; {percent(found.directions_covered())} of the intervals along these hold the truth."
    )
    yield line("Saved in ", (str(folder), "bold"), ": recovery.csv, coverage.csv")
