"""The page of measurements: tables on the screen, and as Markdown between the marks of docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

__all__ = ["Section", "rewrite", "show"]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A table with a heading, and remarks under it; the first column is text, the others are numbers."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    remarks: Sequence[str] = field(default_factory=list)

    def markdown(self) -> str:
        """The table in Markdown; the heading is the page's own."""
        ruler = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = [f"| {' | '.join(cells)} |" for cells in (self.columns, ruler, *self.rows)]
        return "\n".join([*lines, *(line for remark in self.remarks for line in ("", remark))])


def show(section: Section, console: Console) -> None:
    """Print a table."""
    table = Table(title=section.title, title_justify="left", title_style="bold")
    for index, column in enumerate(section.columns):
        table.add_column(column, justify="right" if index else "left", overflow="fold")
    for row in section.rows:
        table.add_row(*row)
    console.print(table)
    for remark in section.remarks:
        console.print(remark)
    console.print()


def rewrite(path: Path, sections: Mapping[str, Section]) -> None:
    """Put each section between its marks on the page, and leave everything else as it is written there."""
    text = path.read_text(encoding="utf-8")
    for name, section in sections.items():
        begin, end = f"<!-- measured: {name} -->", f"<!-- end: {name} -->"
        pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{path.name} has no place for {name}; it needs the lines {begin} and {end}")
        filled = f"{begin}\n\n{section.markdown()}\n\n{end}"
        text = pattern.sub(lambda _: filled, text)  # noqa: B023
    path.write_text(text, encoding="utf-8")
