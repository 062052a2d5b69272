"""Many episodes: collecting what the engines report into results that can be saved, checked and read.

`wargame.experiment(...)` plays an experiment: the room of these modules can be called (see `arms.experiment`).
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from wargame.experiment.errors import EpisodesNotKept, ResultsError
from wargame.experiment.labels import Labels
from wargame.experiment.results import Results, read

__all__ = ["EpisodesNotKept", "Labels", "Results", "ResultsError", "read"]


class _Room(ModuleType):
    """A package that can be called, because the function people look for has its name."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Play an experiment: see `wargame.experiment.arms.experiment`."""
        from wargame.experiment.arms import experiment

        return experiment(*arguments, **options)


sys.modules[__name__].__class__ = _Room
