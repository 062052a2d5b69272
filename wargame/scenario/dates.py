"""Turns and dates: what `2026Q1` means when a turn is a quarter."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Calendar", "DateError"]

_FORMS: dict[str, tuple[str, int, str]] = {
    "year": (r"^(\d{4})$", 1, "2026"),
    "half-year": (r"^(\d{4})-?[Hh]([12])$", 2, "2026H1"),
    "quarter": (r"^(\d{4})-?[Qq]([1-4])$", 4, "2026Q1"),
    "month": (r"^(\d{4})-(0[1-9]|1[0-2])$", 12, "2026-01"),
}


class DateError(ValueError):
    """A text that is not a date or turn of this scenario."""


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
            raise DateError(f"a {step} has no date: leave `start` out, or use another step")
        return cls(step=step, horizon=horizon, offset=_steps(step, start))

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
        if re.fullmatch(r"\d{1,5}", text) and not (self.dated and self.step == "year" and len(text) == 4):
            return int(text)
        if self.offset is None:
            raise DateError(f"{text!r} is not a turn number (this scenario has no dates)")
        return _steps(self.step, text) - self.offset

    def label(self, turn: int) -> str:
        """The date of a turn, such as 2026Q1; without dates the turn's number."""
        if self.offset is None:
            return str(turn)
        year, part = divmod(self.offset + turn, self.per_year)
        endings = {"year": "", "half-year": f"H{part + 1}", "quarter": f"Q{part + 1}"}
        return f"{year}{endings.get(self.step, f'-{part + 1:02d}')}"


def _steps(step: str, text: str) -> int:
    pattern, per_year, example = _FORMS[step]
    match = re.match(pattern, text)
    if match is None:
        raise DateError(
            f"{text!r} is not a date for turns of a {step}; write it as {example}, or a turn number"
        )
    groups = match.groups()
    return int(groups[0]) * per_year + (int(groups[1]) - 1 if len(groups) > 1 else 0)
