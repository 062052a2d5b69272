"""Headings and tables in Markdown, as GitHub and most readers show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

__all__ = ["code", "heading", "table", "words"]


def heading(title: str) -> Iterator[str]:
    """A heading of the second level, with the lines around it."""
    yield from ("", f"## {title}", "")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table, line by line; columns in which no row has anything are left out."""
    listed = list(rows)
    used = [index for index in range(len(columns)) if any(row[index] for row in listed)]
    yield f"| {' | '.join(columns[index] for index in used)} |"
    yield f"|{'---|' * len(used)}"
    for row in listed:
        yield f"| {' | '.join(_cell(row[index]) for index in used)} |"


def words(text: str) -> str:
    """The text in one line, single blanks between words."""
    return " ".join(text.split())


def code(text: str) -> str:
    """The text as it is written in a file."""
    return f"`{words(text)}`"


def _cell(text: str) -> str:
    return words(text).replace("|", "\\|")
