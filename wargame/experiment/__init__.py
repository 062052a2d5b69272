"""Many episodes: played, collected into results, saved, compared.

`run.simulate` plays a run: an engine (`engines`) hands its blocks over, by the executor chosen (`executors`,
`cluster`), `collect` adds them up to a `record`, and `results` are that record with its tables and its manifest.
`store` keeps a run, `underway` one that is being played, and `verification` checks it. More than one run: `arms` plays
an experiment (`files`, `comparison`), `sweep` a design of points (`designs`, `sweeps`), `forks` the futures of an
episode, `until` plays until something is known well enough; `knockouts`, `null_players` and `deviations` ask whether
strategy matters.

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
