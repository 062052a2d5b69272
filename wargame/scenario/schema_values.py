"""What may stand as a value in a file: numbers, formulas, texts, flags; and what is said of anything else.

Every format of the package (scenarios, experiments, calibrations) is made of these. A value is checked before pydantic
sees it, so that the error is in our words: `wrong` makes it, `shape` puts it beside its line of the file.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = [
    "FORMULA_SCHEMA",
    "NAME_PATTERN",
    "ConditionText",
    "Count",
    "Flag",
    "FormulaText",
    "Part",
    "PlainNumber",
    "Text",
    "Turns",
    "as_identifier",
    "as_plain_number",
    "as_whole",
    "described_value",
    "shorthand",
    "wrong",
]

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"


def wrong(message: str, **details: str) -> PydanticCustomError:
    """An error in our words; `shown`, `allowed`, `remedy`, and `key` for the key that it is about."""
    return PydanticCustomError("wargame", message, details)


def described_value(value: Any) -> str:
    """A value of the file as a message shows it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        keys = ", ".join(str(key) for key in list(value)[:4])
        return f"a mapping with {keys}" if keys else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a very large number"
    text = repr(str(value)) if isinstance(value, str) else f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


# ---- checks of single values ----------------------------------------------------------------------


def _as_formula(value: Any) -> Any:
    if isinstance(value, bool):
        raise wrong(
            "expected a number or a formula",
            shown=described_value(value),
            remedy="write 1 for true and 0 for false; only conditions (`when`, `available`) may be true or false",
        )
    if isinstance(value, int | float):
        number = float(value) if abs(value) < 1e308 else math.inf
        if not math.isfinite(number):
            raise wrong(
                "a number must be finite", shown=described_value(value), remedy="write a smaller number"
            )
        return repr(value)
    if isinstance(value, str) and value.strip():
        return value
    remedy = "write a number, or a formula such as 0.1 * tension"
    if isinstance(value, dict) and len(value) == 1 and next(iter(value.values())) is None:
        remedy += "; a formula must not stand in braces"
    raise wrong("expected a number or a formula", shown=described_value(value), remedy=remedy)


def _as_condition(value: Any) -> Any:
    return ("1" if value else "0") if isinstance(value, bool) else _as_formula(value)


def as_whole(value: Any) -> Any:
    """A whole number; 3.0 counts as one."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    remedy = "write a whole number; a formula cannot stand here"
    if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
        remedy = f"write {value.strip()} without quotes"
    raise wrong("expected a whole number", shown=described_value(value), remedy=remedy)


def as_plain_number(value: Any) -> Any:
    """A number where no formula can stand."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) < 1e300:
            return float(value)
        raise wrong("a number must be finite", shown=described_value(value), remedy="write a smaller number")
    remedy = "write a number without quotes; a formula cannot stand here"
    raise wrong("expected a plain number", shown=described_value(value), remedy=remedy)


_HABITS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def _as_flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    meant = None
    if isinstance(value, str | int):
        meant = (_HABITS | {"1": "true", "0": "false"}).get(str(value).lower())
    raise wrong(
        "expected true or false",
        shown=described_value(value),
        allowed="true, false",
        remedy=f"write {meant}: YAML 1.2 knows only these two words" if meant else "write true or false",
    )


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    simple = isinstance(value, int | float)
    raise wrong(
        "expected a text",
        shown=described_value(value),
        remedy=f'put it in quotes: "{described_value(value)}"' if simple else "write a text",
    )


def as_identifier(value: Any) -> Any:
    """A text that can be the name of a scenario, and so of a file or folder."""
    text = _as_text(value)
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", text):
        return text
    slug = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[:80]
    raise wrong(
        "this cannot be the name of a scenario",
        shown=described_value(value),
        allowed="at most 80 lower-case letters, digits and dashes",
        remedy=f"write `name: {slug or 'my-scenario'}`, and the rest under `title`",
    )


# ---- the types of fields --------------------------------------------------------------------------

FORMULA_SCHEMA: dict[str, Any] = {"type": ["string", "number"]}
CONDITION_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}

FormulaText = Annotated[str, BeforeValidator(_as_formula), WithJsonSchema(FORMULA_SCHEMA)]
"""A number or a formula, kept as text."""

ConditionText = Annotated[str, BeforeValidator(_as_condition), WithJsonSchema(CONDITION_SCHEMA)]
"""A formula that is true or false; these two words may stand for it."""

Text = Annotated[str, BeforeValidator(_as_text)]
Flag = Annotated[bool, BeforeValidator(_as_flag)]
PlainNumber = Annotated[float, BeforeValidator(as_plain_number)]
Turns = Annotated[int, Field(ge=1, le=10_000), BeforeValidator(as_whole)]
Count = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(as_whole)]


def shorthand(key: str) -> BeforeValidator:
    """Accept a bare value where a mapping with one main key is meant."""

    def wrap(value: Any) -> Any:
        return value if isinstance(value, dict) else {key: value}

    return BeforeValidator(wrap)


class Part(BaseModel):
    """Base of all parts: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)
