"""Where the command line prints: a terminal, or a pipe that gets plain text."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from wargame.report.page import grid

__all__ = ["WIDEST", "print_json", "progress_is_shown", "scenario_list", "show"]

WIDEST = 120
"""Lines do not get longer than this, however wide the terminal."""

PIPED = 100
"""The width where there is no terminal to ask."""


class _Screen(Console):
    def on_broken_pipe(self) -> NoReturn:
        """The reader has gone away; the command ends."""
        raise BrokenPipeError


def show(*parts: RenderableType, wrap: bool = True) -> None:
    """Print pages: with colours to a terminal, else as plain text without blanks at the ends of lines.

    With `wrap` False long lines stay in one piece, as code must.
    """
    console = _Screen(markup=False, emoji=False, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED
    console.width = min(console.width, WIDEST)
    if console.is_terminal:
        console.print(*parts, sep="\n", soft_wrap=not wrap)
        return
    with console.capture() as captured:
        console.print(*parts, sep="\n", soft_wrap=not wrap)
    sys.stdout.write("".join(f"{row.rstrip()}\n" for row in captured.get().splitlines()))
    sys.stdout.flush()


def print_json(value: Any) -> None:
    """Print a value as JSON, for machines."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def progress_is_shown(quiet: bool) -> bool:
    """Whether somebody watches a progress bar on standard error."""
    return not quiet and sys.stderr.isatty()


def scenario_list(titles: Mapping[str, str]) -> RenderableType:
    """Names of scenarios with their titles."""
    table = grid("name!", "title")
    for name, title in titles.items():
        table.add_row(Text(name, style="cyan"), title)
    return table
