"""Why a text is not YAML, in plain words: the mistakes that people make, and how to mend them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

__all__ = ["Explanation", "explain"]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What is wrong with the text, where, and the remedy."""

    line: int
    message: str
    found: str = ""
    remedy: str


_SIGNS = "a plain value cannot start with this sign: put the value in quotes"

_KNOWN: list[tuple[str, str, str]] = [
    (r"found character '\\t'", "a tab stands where spaces are needed", "indent with spaces"),
    (r"found character '(.)' that cannot start", "a value starts with {0}", _SIGNS),
    (
        r"found undefined alias '?([^']*)'?",
        "*{0} repeats a value that is named nowhere",
        "name it above with &{0}; if no alias is meant, put the value in quotes",
    ),
    (
        r"found duplicate anchor",
        "the same &name is given twice",
        "rename one of them; if no anchor is meant, put the value in quotes",
    ),
    (
        r"mapping values are not allowed here",
        "a colon stands where no new key can begin",
        "check the indentation of this line, put a space after the colon of every key above, "
        "and put a text that holds ': ' in quotes",
    ),
    (
        r"sequence entries are not allowed here",
        "a value starts with '- ', which begins a list entry",
        "write the minus next to its number or name (-0.3 * x), or put the value in quotes",
    ),
    (
        r"expected chomping or indentation|expected a comment or a line break",
        "a value starts with > or |, which begins a block of text",
        "put a condition that starts with such a sign in quotes, or give it a left side: x > 3",
    ),
    (
        r"another document",
        "`---` begins a second document",
        "keep one scenario in a file and remove the line",
    ),
    (
        r"found unexpected end of stream|while scanning a quoted scalar",
        "a quotation mark that was opened is never closed",
        "close it with the same sign (\" or ')",
    ),
    (
        r"expected ',' or '(.)', but got '<stream end>'",
        "{0} is missing at the end",
        "close every bracket and brace",
    ),
    (
        r"expected ',' or '(.)', but got '\['",
        "a [ stands inside a plain value between braces or brackets",
        'put the value in quotes, as in {{then: "demand[0.5]"}}',
    ),
    (
        r"expected ',' or '(.)', but got",
        "{0} or a comma is missing",
        "close every bracket and brace, and put a comma between their entries",
    ),
    (
        r"expected <block end>, but found '([\]}}])'",
        "{0} closes nothing",
        "remove it, or open the bracket or brace that it closes",
    ),
    (
        r"expected <block end>, but found '<scalar>'",
        "something follows a value that is complete",
        "put the whole value in one pair of quotes; inside '...' write '' for an apostrophe",
    ),
    (
        r"expected <block end>, but found",
        "this line does not fit the lines above",
        "let the keys (or dashes) that belong together begin in the same column",
    ),
    (
        r"could not find expected ':'",
        "a line is neither `key: value` nor part of a value",
        "put a colon and a space after the key, and a space after the dash of a list entry",
    ),
    (
        r"unknown escape character",
        'inside "..." a backslash has a meaning of its own',
        "use '...' for texts with backslashes",
    ),
]

_GENERAL = (
    "check indentation, colons and brackets on this line and the one above; "
    "put a formula that holds ': ' or starts with a sign such as * & ! % @ in quotes"
)


def explain(error: Exception, text: str) -> Explanation:
    """The parser's error in plain words, with the line where the mistake most likely stands."""
    if not isinstance(error, MarkedYAMLError):
        return _unprintable(error, text)
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    what = (error.problem or error.context or "it cannot be understood").strip()
    rows = text.splitlines()
    open_quote = _open_quote(rows[:line]) if "<scalar>" in what else 0
    if open_quote:
        return Explanation(
            line=open_quote,
            message="a quotation mark that was opened here is closed nowhere on this line",
            found=_row(rows, open_quote),
            remedy="close it with the same sign (\" or ')",
        )
    if "\t" in what or re.search(r"\\t", what):
        return Explanation(line=line, message=_KNOWN[0][1], found=_row(rows, line), remedy=_KNOWN[0][2])
    for pattern, message, remedy in _KNOWN:
        match = re.search(pattern, what)
        if match is None:
            continue
        if "end of stream" in what or "could not find" in what or "stream end" in what:
            start = error.context_mark or mark
            line = start.line + 1 if start is not None else line
        groups = [group or "" for group in match.groups()]
        message = message.format(*groups)
        opened = error.context_mark.line + 1 if error.context_mark is not None else line
        if opened < line and "is missing" in message:
            message += f", in what begins on line {opened}"
        return Explanation(
            line=min(line, max(len(rows), 1)),
            message=message,
            found=_row(rows, line),
            remedy=remedy.format(*groups),
        )
    return Explanation(
        line=min(line, max(len(rows), 1)), message=what, found=_row(rows, line), remedy=_GENERAL
    )


def _open_quote(rows: list[str]) -> int:
    """The first line with an odd number of double quotation marks, or 0."""
    for number, row in enumerate(rows, 1):
        bare = re.sub(r"'[^']*'|(^|\s)#.*", "", row.replace('\\"', ""))
        if bare.count('"') % 2:
            return number
    return 0


def _row(rows: list[str], line: int) -> str:
    text = rows[line - 1].strip() if 0 < line <= len(rows) else ""
    return text if len(text) <= 80 else text[:77] + "..."


def _unprintable(error: Exception, text: str) -> Explanation:
    """A sign that no YAML file may hold, such as a zero byte."""
    position = getattr(error, "position", None)
    line = text[:position].count("\n") + 1 if isinstance(position, int) else 1
    character = getattr(error, "character", None)
    if isinstance(character, int | str):
        code = character if isinstance(character, int) else ord(character[0])
        message = f"the file holds the unprintable sign U+{code:04X}"
    else:
        message = str(error).splitlines()[0] if str(error) else "it cannot be understood"
    return Explanation(line=line, message=message, remedy="keep to plain printable text, saved as UTF-8")
