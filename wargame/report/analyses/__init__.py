"""What `wargame analyse` can be asked: a list of questions to the folder of a run, a sweep or an experiment.

To add one, write a module with a function `find(source, question)` that returns Findings (see `findings`), and name it
here. The modules are imported when they are asked, so that a list of what there is costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wargame.report.analyses.findings import Findings, Question, Source

__all__ = ["ANALYSES", "Analysis"]

HERE = "wargame.report.analyses"


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """A question that a folder of results can be asked: its name, what it asks, the module that answers it."""

    name: str
    asks: str
    module: str

    def find(self, source: Source, question: Question) -> Findings:
        """The answer; a WargameError says why there is none, and what would help."""
        found: Findings = import_module(self.module).find(source, question)
        return found


ANALYSES = (
    Analysis(
        name="outcomes",
        asks="how did the episodes end, and how among those with a like value of a column (--by)?",
        module=f"{HERE}.outcomes",
    ),
    Analysis(
        name="incidence",
        asks="when did they end so, and when did things first happen?",
        module=f"{HERE}.incidence",
    ),
    Analysis(
        name="trajectories",
        asks="how did the state move, by how the episode ended? (--variable, --episode)",
        module=f"{HERE}.trajectories",
    ),
    Analysis(
        name="policies",
        asks="who played what, when, and for how long at a stretch? (--actor)",
        module=f"{HERE}.policies",
    ),
    Analysis(
        name="responses",
        asks="what does one actor do after another has done something? (--actor, --after, --lag)",
        module=f"{HERE}.responses",
    ),
    Analysis(
        name="payoffs",
        asks="what did each actor get, by how the episode ended? (--actor)",
        module=f"{HERE}.payoffs",
    ),
    Analysis(
        name="paths",
        asks="in which order did things happen on the way to each outcome? (--outcome)",
        module=f"{HERE}.paths",
    ),
    Analysis(
        name="variance",
        asks="how much of each result is not known, and how much is luck? (of a sweep with --lhs)",
        module=f"{HERE}.not_known",
    ),
    Analysis(
        name="sensitivity",
        asks="which parameters drive a result? (of a sweep or a run with --uncertain; --outcome)",
        module=f"{HERE}.indices",
    ),
    Analysis(
        name="tornado",
        asks="what is the result where a parameter is low, and where it is high? (--outcome)",
        module=f"{HERE}.swings",
    ),
    Analysis(
        name="heatmap",
        asks="how does a result depend on two parameters? (--outcome, --over NAME --over NAME)",
        module=f"{HERE}.map_of_two",
    ),
    Analysis(
        name="discover",
        asks="what would have to be true for an outcome? (boxes and a tree; --outcome)",
        module=f"{HERE}.discovery",
    ),
    Analysis(
        name="signposts",
        asks="what is seen in the first year that tells the ending? (of a run with --sample; --outcome)",
        module=f"{HERE}.first_year",
    ),
)
