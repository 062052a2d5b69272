"""Turns and dates: what `2026Q1` means when a turn is a quarter."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Calendar", "DateError"]

_FORMS: dict[str, tuple[str, int, str]] = {
    "year": (r"([0-9]{4})", 1, "2026"),
    "half-year": (r"([0-9]{4})-?[Hh]([12])", 2, "2026H1"),
    "quarter": (r"([0-9]{4})-?[Qq]([1-4])", 4, "2026Q1"),
    "month": (r"([0-9]{4})-(0[1-9]|1[0-2])", 12, "2026-01"),
}


class DateError(ValueError):
    """A text that is not a date or turn of this scenario; carries what is allowed and the remedy."""

    def __init__(self, message: str, *, allowed: str = "", remedy: str) -> None:
        super().__init__(message)
        self.allowed, self.remedy = allowed, remedy


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Translates between turn numbers and dates. `offset` counts the steps from year 0 to turn 0."""

    step: str
    horizon: int
    offset: int | None = None

    @classmethod
    def starting(cls, step: str, start: str | None, horizon: int) -> Calendar:
        """The calendar of a scenario; raises DateError where `start` does not fit the step."""
        if start is None:
            return cls(step=step, horizon=horizon)
        if step not in _FORMS:
            raise DateError(
                f"turns of a {step} have no dates",
                allowed=f"`start` with the steps {', '.join(_FORMS)}",
                remedy="leave `start` out, or use another step",
            )
        return cls(step=step, horizon=horizon, offset=_steps(step, start.strip(), or_turn=False))

    @property
    def dated(self) -> bool:
        """Whether turns have dates."""
        return self.offset is not None

    @property
    def per_year(self) -> int:
        """Turns in a year; 0 where turns have no dates."""
        return _FORMS[self.step][1] if self.dated else 0

    def turn(self, text: str) -> int:
        """The turn number of a date, or of a number written as text; may lie outside the episode."""
        text = text.strip()
        if re.fullmatch(r"[0-9]{1,5}", text) and not (self.dated and self.step == "year" and len(text) == 4):
            return int(text)
        if self.offset is None:
            raise DateError(
                f"{text!r} is not a turn number",
                allowed="whole numbers from 0; this scenario has no dates",
                remedy="write a turn number; for dates give `time` a `start`",
            )
        return _steps(self.step, text) - self.offset

    def label(self, turn: int) -> str:
        """The date of a turn, such as 2026Q1; without dates the turn's number."""
        if self.offset is None:
            return str(turn)
        year, part = divmod(self.offset + turn, self.per_year)
        endings = {"year": "", "half-year": f"H{part + 1}", "quarter": f"Q{part + 1}"}
        return f"{year}{endings.get(self.step, f'-{part + 1:02d}')}"


def _steps(step: str, text: str, *, or_turn: bool = True) -> int:
    pattern, per_year, example = _FORMS[step]
    match = re.fullmatch(pattern, text)
    if match is None:
        ending = ", or a turn number" if or_turn else ""
        raise DateError(
            f"{text!r} is not a date for turns of a {step}; write it as {example}{ending}",
            allowed=f"dates such as {example}{' and whole numbers from 0' if or_turn else ''}",
            remedy=_mended(step, text) or f"write it as {example}{ending}",
        )
    groups = match.groups()
    return int(groups[0]) * per_year + (int(groups[1]) - 1 if len(groups) > 1 else 0)


def _mended(step: str, text: str) -> str:
    """A date in another form, or in the other order, as this step wants it."""
    year = re.search(r"(?<![0-9])[12][0-9]{3}(?![0-9])", text)
    if year is None:
        return ""
    month = re.fullmatch(r"[0-9]{4}[-./]([0-9]{1,2})([-./][0-9]{1,2})?", text)
    part = re.search(r"[QqHh] ?([1-4])", text)
    if step == "year":
        return f"write {year[0]}"
    if month and 1 <= int(month[1]) <= 12:
        number = int(month[1]) - 1
        written = {
            "half-year": f"H{number // 6 + 1}",
            "quarter": f"Q{number // 3 + 1}",
            "month": f"-{number + 1:02d}",
        }
        return f"write {year[0]}{written[step]}"
    if part and part[0][0].upper() == {"half-year": "H", "quarter": "Q"}.get(step):
        return f"write {year[0]}{part[0][0].upper()}{part[1]}"
    return ""
