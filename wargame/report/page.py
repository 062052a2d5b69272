"""A page of text and tables that reads in a terminal, in a pipe and in a notebook."""

from __future__ import annotations

import html
import io
from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Console, ConsoleOptions, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

__all__ = ["Page", "grid", "heading", "indented", "line", "pairs"]

WIDTH = 100
"""Columns of a page that is not shown in a terminal."""


class Page:
    """Renderables in order. `print` gives plain text of 100 columns; Rich consoles and notebooks lay it out."""

    def __init__(self, parts: Iterable[RenderableType]) -> None:
        self.parts = tuple(parts)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        yield from self.parts

    def __str__(self) -> str:
        file = io.StringIO()
        plain = Console(
            file=file,
            width=WIDTH,
            color_system=None,
            force_terminal=False,
            force_jupyter=False,
            markup=False,
            emoji=False,
            highlight=False,
        )
        plain.print(self)
        return "\n".join(row.rstrip() for row in file.getvalue().splitlines())

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<pre style='line-height:1.3'>{html.escape(str(self))}</pre>"


def heading(title: str, *, level: int = 1) -> RenderableType:
    """A heading: ruled across the page (level 1), or bold on a line of its own."""
    if level == 1:
        return Padding(
            Rule(Text(title, style="bold"), align="left", characters="─", style="dim"), (1, 0, 0, 0)
        )
    return Padding(Text(title, style="bold"), (1, 0, 0, 0))


def line(*parts: str | tuple[str, str] | Text, indent: int = 0) -> RenderableType:
    """A paragraph from plain and styled parts; wrapped lines stay indented."""
    text = Text.assemble(*parts)
    return Padding(text, (0, 0, 0, indent)) if indent else text


def indented(part: RenderableType, by: int = 2) -> RenderableType:
    """The same, set in from the left."""
    return Padding(part, (0, 0, 0, by))


def grid(*columns: str, header: bool = True) -> Table:
    """A plain table. A column's name may end in `>` (right-aligned), `!` (never wrapped) or both (`>!`)."""
    table = Table(
        box=box.SIMPLE_HEAD if header else None,
        show_header=header,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for column in columns:
        name = column.rstrip(">!")
        flags = column[len(name) :]
        table.add_column(
            Text(name, style="dim"),
            justify="right" if ">" in flags else "left",
            no_wrap="!" in flags,
            overflow="fold",
        )
    return table


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names with what belongs to them, aligned, for a cell of a table."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    return table
