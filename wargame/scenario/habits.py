"""Habits from other languages that people bring into formulas, and what to write instead."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["habit", "unreadable"]

_SIGNS = {
    "−": "write - for minus",
    "–": "write - for minus",
    "—": "write - for minus",
    "×": "write * for times",
    "·": "write * for times",
    "÷": "write / for division",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "²": "write ** 2",
    "³": "write ** 3",
    "½": "write 0.5",
    "∞": "write a large number",
    "“": "names and numbers are written without quotes",
    "”": "names and numbers are written without quotes",
    "‘": "names and numbers are written without quotes",
    "’": "names and numbers are written without quotes",
    "，": "write an ordinary comma",
    "（": "write an ordinary parenthesis",
    "）": "write an ordinary parenthesis",
}

_THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(,\d{3})+(?![\w.,])")
_DATE = re.compile(r"(?<![\w.])\d{4}-?[QqHh][1-4]\b|(?<![\w.])(19|20)\d\d-\d\d-\d\d\b")
_FUNCTION = re.compile(r"[A-Za-z_]\w*\s*\(")
_NAMED_ARGUMENT = re.compile(r"\w\s*\([^()]*\b[A-Za-z_]\w*\s*=(?!=)")

# Each habit: how it looks, what to say of it, what to write instead. `{0}` is what was matched.
_HABITS: list[tuple[re.Pattern[str], str, str]] = [
    (re.compile(r"['\"`]"), "a quotation mark stands in the formula", "names are written without quotes"),
    (re.compile(r"&&?"), "`{0}` is not part of the language", "write `and`"),
    (re.compile(r"\|\|?"), "`{0}` is not part of the language", "write `or`"),
    (re.compile(r"!(?!=)"), "`!` is not part of the language", "write `not x`; for unequal, `!=`"),
    (re.compile(r"<>"), "`<>` is not part of the language", "write `!=`"),
    (re.compile(r"=<"), "`=<` is not part of the language", "write `<=`"),
    (re.compile(r"=>"), "`=>` is not part of the language", "write `>=`"),
    (re.compile(r"\^"), "`^` is not part of the language", "write `**` for powers: x ** 2"),
    (re.compile(r":="), "`:=` is not part of the language", "name the quantity under `define`"),
    (re.compile(r"[-+*/]="), "`{0}` is not part of the language", "write only what is added: an effect is a change"),
    (re.compile(r"\?"), "`?` is not part of the language", "write where(condition, a, b)"),
    (re.compile(r"(?<![<>=!:])=(?!=)"), "a single `=` is not part of the language", "write `==` to compare"),
    (re.compile(r"\d\s*%(?!\s*[\w(])"), "a per cent sign stands in the formula", "divide by 100: write 0.05 for 5%"),
    (re.compile(r"\$|€|£|¥"), "`{0}` is not part of the language", "write the number only; the currency is its `unit`"),
    (re.compile(r"\bif\b"), "`if` is not part of the language", "write where(condition, a, b)"),
    (re.compile(r"\b(then|else|elif)\b"), "`{0}` is not part of the language", "write where(condition, a, b)"),
    (re.compile(r"\b(AND|OR|NOT)\b"), "`{0}` is not part of the language", "write and, or, not in lower case"),
    (re.compile(r"\b(true|false|True|False)\b"), "`{0}` is not a name in formulas", "write 1 or 0"),
    (re.compile(r";"), "`;` is not part of the language", "write one formula; separate arguments by commas"),
    (re.compile(r"#"), "`#` is not part of the language", "put comments behind a blank and outside of quotes"),
    (re.compile(r"\\|@"), "`{0}` is not part of the language", "use names, numbers and + - * / **"),
]  # fmt: skip

# A whole number (the group is atomic: no part of 1e5 is taken for a number), and letters right behind it.
_NUMBER = r"(?>0[xXoObB][0-9a-fA-F]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
_LETTERS = re.compile(rf"(?<![\w.])({_NUMBER})([A-Za-z_]\w*)")


def habit(text: str) -> tuple[str, str, str] | None:
    """What in `text` comes from another language: message, what was found, remedy."""
    for character in text:
        if not character.isascii():
            name = unicodedata.name(character, "unknown").lower()
            remedy = _SIGNS.get(
                character, "use plain letters without accents, digits and the signs of the language"
            )
            return f"the sign {character} ({name}) cannot stand in a formula", text, remedy
        if not character.isprintable():
            return (
                f"an unprintable sign (U+{ord(character):04X}) stands in the formula",
                repr(text),
                "remove it",
            )
    date = _DATE.search(text)
    if date is not None:
        remedy = "formulas have no dates: compare `turn`, `year`, `quarter` or `month` with numbers"
        return f"a date stands in the formula: {date[0]}", text, remedy
    if not _FUNCTION.search(text):
        number = _THOUSANDS.search(text)
        if number is not None:
            return "a comma stands inside a number", text, f"write {number[0].replace(',', '')}"
        if re.search(r"\d,\d", text):
            return "a comma stands inside a number", text, "write a point before the decimals, as in 0.5"
    elif re.search(r"\d,0\d\d(?!\d)", text):
        return "a comma stands inside a number", text, "write numbers without separators, as in 1000"
    if _NAMED_ARGUMENT.search(text):
        return "arguments have no names in formulas", text, "write the values in order: clip(x, 0, 1)"
    for pattern, message, remedy in _HABITS:
        match = pattern.search(text)
        if match is not None:
            return message.format(match[0]), text, remedy
    return _trailing_unit(text)


def _trailing_unit(text: str) -> tuple[str, str, str] | None:
    """A number with letters at its end, such as 5km."""
    match = _LETTERS.search(text)
    if match is None:
        return None
    number, letters = match.groups()
    remedy = f"write {number} only and give the unit under `unit`; to multiply, write {number} * {letters}"
    return f"letters follow the number {number}", text, remedy


def unreadable(text: str) -> tuple[str, str]:
    """Why a formula that shows no known habit cannot be read: message and remedy."""
    opened, closed = text.count("("), text.count(")")
    if opened > closed:
        many = "a parenthesis is" if opened - closed == 1 else f"{opened - closed} parentheses are"
        return f"{many} never closed", "add `)`; in YAML's braces and brackets put the formula in quotes"
    if closed > opened:
        return "a `)` closes nothing", "remove it, or add the `(` that it closes"
    if text.count("[") != text.count("]"):
        return "a square bracket is open or closes nothing", "write a level as actor.policy[0.5]"
    unit = re.fullmatch(r"[-+]?[\d.]+(?:[eE][-+]?\d+)?\s+([A-Za-z].*)", text)
    if unit is not None:
        return f"{unit[1]!r} follows a number", "give the unit under `unit`, and here the number only"
    if re.search(r"[-+*/<>=]$|\b(and|or|not)$", text):
        return "the formula ends with an operator", "write what follows it, or remove it"
    if re.match(r"[*/<>=]|(and|or)\b", text):
        return "the formula begins with an operator", "write what stands before it, or remove it"
    plain = re.sub(r"\*\*|[<>=!]=", "*", text)
    if re.search(r"[-+*/<>]\s*[*/<>]", plain):
        return "two operators follow each other", "write a name, number or parenthesis between them"
    if re.search(r"(\)|\w)\s+(\(|\w)", text) or ")(" in text:
        return (
            "two values follow each other without an operator",
            "write + - * / or a comparison between them",
        )
    return (
        "the formula cannot be read",
        "use numbers, names, + - * / **, comparisons, and/or/not, parentheses and functions",
    )
