"""What can be wrong with a folder of results."""

from __future__ import annotations

from pathlib import Path

from wargame.scenario.errors import WargameError

__all__ = ["EpisodesNotKept", "ResultsError", "Unfinished"]


class ResultsError(WargameError):
    """Results that cannot be read or written: which file, what was found, how to mend it."""

    def __init__(self, path: Path, found: str, remedy: str) -> None:
        self.path = path
        self.found = found
        self.remedy = remedy
        super().__init__(f"{path}: {found}\n  {'mend:':<9}{remedy}")

    def __reduce__(self) -> tuple[type[ResultsError], tuple[Path, str, str]]:
        return (type(self), (self.path, self.found, self.remedy))


class Unfinished(ResultsError):
    """A folder whose run was interrupted."""


class EpisodesNotKept(WargameError):
    """Something needs the table of episodes of a run that did not keep it."""

    def __init__(self) -> None:
        super().__init__(
            "this run kept no episodes, and what was asked for needs them\n"
            f"  {'mend:':<9}Make the run again without --no-episodes (in Python: without keep_episodes=False); the "
            "same scenario and seed give the same episodes."
        )
