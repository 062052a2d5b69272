"""What is wrong with a scenario file, and how to mend it: one kind of error, with file and line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["Problem", "ScenarioError", "WargameError", "did_you_mean", "join_names"]

SHOWN_PROBLEMS = 20


class WargameError(Exception):
    """Base of every error that a user can cause and mend. Its text is complete; no traceback is needed."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with a scenario: where, what was found, what is allowed, how to mend it."""

    file: str
    line: int
    message: str
    found: str = ""
    allowed: str = ""
    remedy: str = ""
    override: str = ""
    """The override that put the value there, if it does not stand in the file."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        if self.override:
            place += f" (with override {self.override})"
        lines = [f"{place}: {self.message}"]
        for title, text in (("found", self.found), ("allowed", self.allowed), ("mend", self.remedy)):
            if text:
                lines.append(f"  {title + ':':<9}{text}")
        return "\n".join(lines)


class ScenarioError(WargameError):
    """A scenario that cannot be played. `problems` lists everything found, in the order of the file."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        listed = [problems] if isinstance(problems, Problem) else list(problems)
        self.problems = sorted(listed, key=lambda problem: problem.line)
        super().__init__(self._text())

    def _text(self) -> str:
        shown = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        hidden = len(self.problems) - len(shown)
        if hidden:
            more = "1 more problem" if hidden == 1 else f"{hidden:,} more problems"
            shown.append(f"... and {more}; mend these first")
        return "\n".join(shown)

    def __reduce__(self) -> tuple[type[ScenarioError], tuple[list[Problem]]]:
        return (ScenarioError, (self.problems,))


def join_names(names: Iterable[str], limit: int = 12) -> str:
    """The names as a short list for a message; long lists are cut and say so."""
    listed = list(names)
    shown = ", ".join(listed[:limit])
    return shown + (f", ... ({len(listed)} in all)" if len(listed) > limit else "")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A suggestion for a misspelt name, or an empty text where nothing is near."""
    listed = list(dict.fromkeys(known))
    near = [candidate for candidate in listed if _plain(candidate) == _plain(name)]
    if not near:
        likeness = {candidate: _likeness(name, candidate) for candidate in listed}
        best = max(likeness.values(), default=0.0)
        if best >= 0.6:
            near = [candidate for candidate in listed if likeness[candidate] >= best - 0.03]
    return f"did you mean {' or '.join(repr(candidate) for candidate in near[:2])}?" if near else ""


def _likeness(name: str, candidate: str) -> float:
    """How alike two names are, from 0 to 1 (Ratcliff and Obershelp 1988)."""
    matcher = difflib.SequenceMatcher(None, _plain(name), _plain(candidate))
    return matcher.ratio() if matcher.quick_ratio() >= 0.6 else 0.0


def _plain(name: str) -> str:
    """A name without what is often mistaken: capitals, dashes and blanks for underscores."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")
