"""Asking a folder, printing the answers, and writing them beside its results."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from wargame import __version__
from wargame.analysis.refusals import NotForThis
from wargame.cli.screen import print_json, show
from wargame.cli.tables import json_rows
from wargame.experiment.manifest import MANIFEST, read_manifest
from wargame.report.analyses import ANALYSES, Analysis
from wargame.report.analyses.findings import Findings, Question, Sheet, Source
from wargame.report.page import grid, line
from wargame.scenario.errors import WargameError

__all__ = ["PLACE", "answer", "tell_what_there_is"]

PLACE = "analysis"
"""The folder inside that of the results."""

ABOUT = "about.json"
"""In it: which run was asked, by its digest, with which version."""

ALL = "all"

CHANCE = (
    "{level:.4g} % intervals, for chance alone, the error of having played n episodes: what is not known about the "
    "world is not in them; see --uncertain and `wargame sweep`."
)


def tell_what_there_is(folder: Path) -> None:
    """List the analyses, after making sure that there is something to ask."""
    if not folder.is_dir():
        read_manifest(folder)
    table = grid("analysis!", "asks")
    for analysis in ANALYSES:
        table.add_row(Text(analysis.name, style="cyan"), analysis.asks)
    show(
        table,
        line(f"\nFor example: wargame analyse {folder} {ANALYSES[1].name}; several can be named, or all."),
    )


def answer(folder: Path, names: Sequence[str], question: Question, *, figures: bool, as_json: bool) -> None:
    """Ask for each name, write and print the answers. With `all`, what cannot be answered is said and passed."""
    chosen = _chosen(names)
    source = Source(folder)
    about = _take_away_old(folder)
    told: dict[str, Any] = {"folder": str(folder), "analyses": {}}
    chance_alone = False
    for analysis in chosen:
        try:
            findings = analysis.find(source, question)
        except WargameError as error:
            if ALL not in names:
                raise
            told["analyses"][analysis.name] = {"refused": str(error)}
            if not as_json:
                show(_heading(analysis), line(("Not for this folder: ", "yellow"), str(error)))
            continue
        chance_alone |= findings.is_chance_alone
        files = _write(findings, folder / PLACE, about, figures=figures)
        told["analyses"][analysis.name] = _for_machines(findings, files)
        if not as_json:
            show(_heading(analysis), *_page(findings))
    if as_json:
        print_json(told)
    else:
        if chance_alone:
            show(Text(""), Text(CHANCE.format(level=100 * question.level), style="dim"))
        show(line(("\nSaved in ", "bold"), str(folder / PLACE)))


def _chosen(names: Sequence[str]) -> list[Analysis]:
    known = {analysis.name: analysis for analysis in ANALYSES}
    for name in names:
        if name not in (*known, ALL):
            raise NotForThis(
                f"there is no analysis {name!r}; there are {', '.join(known)}",
                f"Name some of these, or {ALL}.",
            )
    return list(ANALYSES) if ALL in names else [known[name] for name in dict.fromkeys(names)]


def _heading(analysis: Analysis) -> RenderableType:
    return Padding(Text(analysis.name.capitalize(), style="bold"), (1, 0, 0, 0))


def _page(findings: Findings) -> list[RenderableType]:
    parts: list[RenderableType] = []
    for sheet in findings.sheets:
        if sheet.view is None:
            continue
        parts += [line(sheet.title), Padding(_as_grid(sheet), (0, 0, 1, 2))]
    parts += [Text(note, style="dim") for note in findings.notes]
    return parts


def _as_grid(sheet: Sheet) -> RenderableType:
    assert sheet.view is not None
    if sheet.view.empty:
        return Text("nothing")
    table = grid(*map(str, sheet.view.columns))
    for row in sheet.view.itertuples(index=False):
        table.add_row(*map(str, row))
    return table


def _write(findings: Findings, place: Path, about: dict[str, Any], *, figures: bool) -> list[str]:
    """Tables as CSV, figures as PNG and SVG; returns the names of the files."""
    place.mkdir(exist_ok=True)
    (place / ABOUT).write_text(json.dumps(about, indent=2) + "\n", "utf-8")
    written = []
    for sheet in findings.sheets:
        path = place / f"{sheet.name}.csv"
        part = place / f".{sheet.name}.csv.part"
        sheet.table.to_csv(part, index=False, lineterminator="\n")
        os.replace(part, path)
        written.append(path.name)
    if figures and findings.figures:
        from wargame.plots.experiment_figures import write_figures
        from wargame.plots.style import style

        with style():
            drawn = {name: draw() for name, draw in findings.figures.items()}
        written += [path.name for path in write_figures(drawn, place)]
    return written


def _take_away_old(folder: Path) -> dict[str, Any]:
    """Take away the answers to another run that was in the folder before; returns what to say of this one."""
    place = folder / PLACE
    digest = read_manifest(folder).get("digest") if (folder / MANIFEST).is_file() else None
    about = {"digest": digest, "wargame": __version__}
    if (place / ABOUT).is_file() and json.loads((place / ABOUT).read_text("utf-8")).get("digest") != digest:
        for old in place.iterdir():
            if old.suffix in (".csv", ".png", ".svg"):
                old.unlink()
    return about


def _for_machines(findings: Findings, files: list[str]) -> dict[str, Any]:
    tables = {sheet.name: json_rows(sheet.table) for sheet in findings.sheets}
    return {"tables": tables, "notes": list(findings.notes), "files": files}
