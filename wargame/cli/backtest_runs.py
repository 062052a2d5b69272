"""`wargame backtest`: forecast, score, save, and say what the regime process beats and what it does not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame.calibration.backtest import BLOCK, WAYS, Backtest, backtest
from wargame.calibration.evidence import load_evidence
from wargame.calibration.forecasters import REGIME
from wargame.cli.screen import print_json, show
from wargame.cli.tables import json_rows, records
from wargame.experiment.display import percent
from wargame.experiment.errors import ResultsError
from wargame.report.page import Page, grid, line
from wargame.report.wording import number, signed
from wargame.scenario.errors import WargameError, did_you_mean, join_names

__all__ = ["Request", "play"]

MANIFEST = "backtest.json"
TITLES = {
    "next": "One step ahead, with what was published by then",
    "ahead": "From the origin on, with no more news",
}


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked of a back-test."""

    evidence: str
    series: str
    origins: tuple[str, ...]
    out: Path | None


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Forecast, save and print."""
    evidence = load_evidence(request.evidence)
    if request.series not in evidence.series:
        remedy = did_you_mean(request.series, evidence.series) or "Use one of these names."
        raise WargameError(
            f"{evidence.source.file} has no series {request.series!r}\n"
            f"  {'allowed:':<9}{join_names(evidence.series)}\n  {'mend:':<9}{remedy}"
        )
    begun = time.perf_counter()
    found = backtest(evidence.series[request.series], request.origins)
    seconds = time.perf_counter() - begun
    folder = request.out or Path("results") / f"{request.series.replace('_', '-')}-backtest"
    _save(found, folder)
    if as_json:
        print_json(_as_json(found, folder, seconds))
    elif quiet:
        typer.echo(str(folder))
    else:
        show(Page(_summary(found, folder, seconds)))


def _save(found: Backtest, folder: Path) -> None:
    taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken and not (folder / MANIFEST).is_file():
        raise ResultsError(folder, "it holds something else than a back-test", "Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tables = {
            "forecasts.csv": found.forecasts,
            "scores.csv": found.scores(),
            "differences.csv": found.differences(),
        }
        for name, table in tables.items():
            table.to_csv(folder / name, index=False, float_format="%.10g", lineterminator="\n")
        manifest = {
            "series": found.series.name,
            "values": [int(value) for value in found.series.values],
            "source": found.series.source,
            "origins": list(found.origins),
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        remedy = "Check the disk's space and rights, or choose another folder."
        raise ResultsError(folder, f"it could not be written: {error}", remedy) from error


def _summary(found: Backtest, folder: Path, seconds: float) -> Iterator[RenderableType]:
    yield Text(f"Back-test: {found.series.label}", style="bold")
    yield line(
        f"{found.count} counts forecast from {', '.join(found.origins)}, each forecaster fitted anew at each",
        (f"  ({seconds:.1f} s)", "dim"),
    )
    scores, differences, origins = found.scores(), found.differences(), found.by_origin()
    for way in WAYS:
        yield Text()
        yield Text(TITLES[way], style="bold")
        parts = records(origins[origins["way"] == way])
        yield from _scores(records(scores[scores["way"] == way]), parts, found.origins)
        yield from _differences(records(differences[differences["way"] == way]))
    yield Text()
    yield line(
        (
            "Scores: less is better; the log score also after each origin. Inside: share of counts in the central "
            "80 % of the forecast (of counts these hold somewhat more). PIT p: whether forecasters knew how sure they "
            f"were; small is bad. Differences are the other's score less that of the {REGIME}, with 95 % intervals by "
            f"blocks of {BLOCK}, each by itself. "
            "Who chose the models knew how the series goes on.",
            "italic",
        )
    )
    yield Text()
    yield line("Saved in ", (str(folder), "bold"), ": forecasts.csv, scores.csv, differences.csv")


def _scores(
    rows: list[dict[str, Any]], parts: list[dict[str, Any]], origins: tuple[str, ...]
) -> Iterator[RenderableType]:
    after = [f"{origin}>!" for origin in origins]
    table = grid("forecaster", "CRPS>!", "inside>!", "PIT mean>!", "PIT p>!", "log score>!", *after)
    for row, part in zip(rows, parts, strict=True):
        table.add_row(
            str(row["forecaster"]),
            f"{row['crps']:.3f}",
            percent(float(row["inside"])),
            f"{row['pit_mean']:.2f}",
            number(float(row["pit_p"])),
            f"{row['log_score']:.3f}",
            *(f"{part[origin]:.2f}" for origin in origins),
        )
    yield Padding(table, (0, 0, 1, 2))


def _differences(rows: list[dict[str, Any]]) -> Iterator[RenderableType]:
    table = grid("less the regime process", "score", "difference>!", "95 % interval!", "verdict")
    for row in rows:
        name = "CRPS" if row["score"] == "crps" else "log score"
        ends = f"{signed(float(row['low']), 3)} to {signed(float(row['high']), 3)}"
        table.add_row(
            str(row["forecaster"]), name, signed(float(row["difference"]), 3), ends, str(row["verdict"])
        )
    yield Padding(table, (0, 0, 0, 2))


def _as_json(found: Backtest, folder: Path, seconds: float) -> dict[str, Any]:
    return {
        "series": found.series.name,
        "origins": list(found.origins),
        "n": found.count,
        "scores": json_rows(found.scores()),
        "differences": json_rows(found.differences()),
        "folder": str(folder),
        "seconds": round(seconds, 3),
    }
