"""`wargame verify`: what was found in the folder of a run."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.text import Text

from wargame.cli.errors import USER_ERROR
from wargame.cli.screen import show
from wargame.experiment.verification import verify
from wargame.report.page import grid

__all__ = ["check"]


def check(folder: Path, episodes: int) -> None:
    """Verify a run and print what was found; exit code 1 if anything is wrong."""
    found = verify(folder, episodes)
    table = grid("", "")
    table.show_header = False
    for finding in found:
        mark = Text("good", style="green") if finding.good else Text("wrong", style="bold red")
        table.add_row(mark, Text(finding.text))
    wrong = sum(not finding.good for finding in found)
    verdict = "Nothing is wrong." if not wrong else f"{wrong} of {len(found)} findings are wrong."
    show(Text(str(folder), style="bold"), table, Text(verdict, style="bold"))
    if wrong:
        raise typer.Exit(USER_ERROR)
