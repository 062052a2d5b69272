"""Many episodes: collecting what the engines report into results that can be saved, checked and read."""

from wargame.experiment.errors import EpisodesNotKept, ResultsError
from wargame.experiment.labels import Labels
from wargame.experiment.results import Results, read

__all__ = ["EpisodesNotKept", "Labels", "Results", "ResultsError", "read"]
