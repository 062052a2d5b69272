"""What a report is about: a run, two runs that share their chance, or the arms of an experiment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from wargame.experiment.comparison import Comparison
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.results import Results
from wargame.experiment.sweeps import Sweep
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Arm", "Points", "Subject"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Arm:
    """One way to play the scenario: what it changes, and what came out, as episodes or at the points of a design."""

    name: str
    title: str
    description: str = ""
    scenario: Scenario
    orders: Sequence[str] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)
    """What was set in the scenario, by path."""
    fixed: frozenset[str] = frozenset()
    """The numbers that the arm sets, by full name; a design leaves them alone."""
    results: Results | None = None
    sweep: Sweep | None = None

    @property
    def completed(self) -> int:
        """Episodes that were finished, at all points."""
        if self.results is not None:
            return self.results.completed
        assert self.sweep is not None
        return int(self.sweep.outcomes.size) - self.sweep.failed

    @property
    def failed(self) -> int:
        """Episodes that could not be finished."""
        if self.results is not None:
            return self.results.failed
        return self.sweep.failed if self.sweep is not None else 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Points:
    """A random sample of what is not known, with what the scenario led to at each of its points.

    `numbers` has a column for each parameter, by its full name, and a row for each point; `table` is that of a sweep;
    `spread` that of `Sweep.spread`.
    """

    numbers: pd.DataFrame
    table: pd.DataFrame
    spread: pd.DataFrame
    episodes: int
    folder: str = ""

    def __len__(self) -> int:
        return len(self.numbers)

    def row(self, kind: str, name: str) -> dict[str, Any]:
        """One row of `spread`."""
        rows = self.spread[(self.spread["kind"] == kind) & (self.spread["name"] == name)]
        return {str(key): cell for key, cell in rows.iloc[0].to_dict().items()}


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """All that the sections of a report read; nothing is played to make one."""

    kind: Literal["run", "comparison", "experiment"]
    folder: Path
    question: str
    asked: bool
    """Whether the question was asked by somebody, and not put together from what was played."""
    hypothesis: str = ""
    scenario: Scenario
    arms: Mapping[str, Arm]
    baseline: str
    shown: Sequence[str] = ()
    """Outcomes and metrics that the question is about; empty for all outcomes."""
    values: pd.DataFrame
    """Shares and means by arm, as `ExperimentResults.values` has them."""
    comparison: Comparison | None = None
    ranges: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """By arm, how far its differences range over what is not known: see `paired_spread`."""
    points: Points | None = None
    """What is not known, sampled; None where every number was held, or drawn anew for each episode."""
    uncertain: bool = False
    """Whether every episode drew what is not known."""
    seed: int
    level: float
    found: ExperimentResults | None = None
    """The whole experiment, if it is one."""
    command: Sequence[str]
    """What plays it again."""
    versions: Mapping[str, str]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes to show, in the scenario's order."""
        return [name for name in self.scenario.outcomes if not self.shown or name in self.shown]

    @property
    def others(self) -> list[Arm]:
        """The arms that are compared with the baseline."""
        return [arm for name, arm in self.arms.items() if name != self.baseline]

    @property
    def base(self) -> Arm:
        """The arm that the others are compared with; of a run the only one."""
        return self.arms[self.baseline]

    @property
    def focus(self) -> Arm:
        """The arm in which most episodes end otherwise than in the baseline; of a run the only one."""
        comparison = self.comparison
        if comparison is None or not self.others:
            return self.base
        return max(
            self.others, key=lambda arm: comparison.switched(arm.name) / max(comparison.pairs[arm.name], 1)
        )

    @cached_property
    def drivers(self) -> Mapping[str, pd.DataFrame]:
        """By outcome shown, what moves it: see `wargame.report.html.unknown.drivers_of`."""
        from wargame.report.html.unknown import drivers_of

        return drivers_of(self, self.outcomes)

    def value(self, arm: str, kind: str, name: str) -> dict[str, Any]:
        """One row of `values`."""
        table = self.values
        rows = table[(table["arm"] == arm) & (table["kind"] == kind) & (table["name"] == name)]
        return {str(key): cell for key, cell in rows.iloc[0].to_dict().items()}

    def difference(self, arm: str, kind: str, name: str) -> dict[str, Any]:
        """One row of the differences from the baseline, with the range over what is not known where there is one."""
        assert self.comparison is not None
        table = self.comparison.differences
        rows = table[(table["arm"] == arm) & (table["kind"] == kind) & (table["name"] == name)]
        row = {str(key): cell for key, cell in rows.iloc[0].to_dict().items()}
        if kind == "outcome" and arm in self.ranges:
            ranges = self.ranges[arm]
            found = ranges[ranges["name"] == name].iloc[0].to_dict()
            row |= {end: found[end] for end in ("range_low", "range_high")}
        return row
