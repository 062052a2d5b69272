"""What can be wrong with a folder of results."""

from __future__ import annotations

from pathlib import Path

from wargame.scenario.errors import WargameError

__all__ = ["ResultsError"]


class ResultsError(WargameError):
    """Results that cannot be read or written: which file, what was found, how to mend it."""

    def __init__(self, path: Path, found: str, remedy: str) -> None:
        self.path = path
        self.found = found
        self.remedy = remedy
        super().__init__(f"{path}: {found}\n  {'mend:':<9}{remedy}")

    def __reduce__(self) -> tuple[type[ResultsError], tuple[Path, str, str]]:
        return (ResultsError, (self.path, self.found, self.remedy))
