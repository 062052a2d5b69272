"""What is asked, of what, and what comes out: tables, how they are shown, and figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from wargame.analysis.refusals import NotForThis, TooFew
from wargame.experiment.provenance import scenario_of
from wargame.experiment.results import Results, read
from wargame.scenario.formula import Call
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Findings", "Question", "Sheet", "Source"]

ENOUGH = 200
"""Sampled episodes below which an answer comes with a word on how to get more."""

SUGGESTED = 2000

MANY = 25
"""More names than these are not listed in a message."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked in particular; each analysis takes what it knows of this, and leaves the rest.

    `by` is a column of the table of episodes, `lag` a number of turns, `level` that of the intervals, `shown` how many
    rows of a long list are printed, `over` the parameters of a map, `arm` that of an experiment.
    """

    actor: str | None = None
    after: str | None = None
    outcome: str | None = None
    variable: str | None = None
    by: str | None = None
    episode: int | None = None
    lag: int = 1
    level: float = 0.95
    shown: int = 12
    over: tuple[str, ...] = ()
    arm: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """A table in full, and as it is printed under its title, if it is: `view` holds texts, in columns for `grid`."""

    name: str
    table: pd.DataFrame
    title: str = ""
    view: pd.DataFrame | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """The answer to a question: tables, figures by name, which are drawn when they are wanted, and what to know."""

    sheets: tuple[Sheet, ...]
    figures: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    is_chance_alone: bool = True
    """Whether its intervals hold nothing but chance."""


class Source:
    """A folder that is asked, read as far as it is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def results(self) -> Results:
        """The run in the folder; ResultsError if it holds none."""
        return read(self.folder, verify=False)

    @cached_property
    def scenario(self) -> Scenario | None:
        """The scenario that was played; None for results that do not say."""
        manifest = self.results.manifest
        return scenario_of(manifest) if isinstance(manifest.get("scenario"), Mapping) else None

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The metrics that say on which turn something first happened: those whose formula is a bare `first(...)`."""
        if self.scenario is None:
            return ()
        trees = {name: metric.formula.tree for name, metric in self.scenario.metrics.items()}
        return tuple(
            name for name, tree in trees.items() if isinstance(tree, Call) and tree.operation == "over.first"
        )

    def columns(self, *names: str) -> pd.DataFrame:
        """These columns of the table of episodes; EpisodesNotKept if there is none."""
        return self.results.columns(*names)

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The columns of the table of episodes that hold numbers."""
        layout = self.results.layout
        kinds = {"metric": layout.metrics, "payoff": layout.actors, "plays": layout.policies}
        named = (f"{kind}.{name}" for kind, names in kinds.items() for name in names)
        return ("length", *named, *layout.sampled, "orders_blocked")

    @cached_property
    def plays(self) -> pd.DataFrame:
        """What was played in the sampled episodes; TooFew if none was sampled."""
        plays = self.results.sample_plays
        if plays.empty:
            raise _no_sample(self.results)
        return plays

    @cached_property
    def sample(self) -> pd.DataFrame:
        """The state in the sampled episodes; TooFew if none was sampled."""
        sample = self.results.sample
        if sample.empty:
            raise _no_sample(self.results)
        return sample

    @cached_property
    def sampled_outcomes(self) -> pd.DataFrame:
        """How and when the sampled episodes ended: `episode`, `outcome`, `length`."""
        episodes = self.columns("episode", "outcome", "length")
        return episodes[episodes["episode"].isin(self.plays["episode"].unique())]

    def sample_note(self) -> str:
        """How many episodes an answer from the sample rests on, and how to get more where they are few."""
        count, total = self.plays["episode"].nunique(), len(self.results)
        note = f"From the {count:,} of {total:,} episodes whose whole course was kept."
        if count < ENOUGH and count < total:
            note += (
                f" They are few: wargame run ... --sample {min(SUGGESTED, total)} keeps more of the same run."
            )
        return note

    def known(self, what: str, name: str | None, names: Iterable[str]) -> str | None:
        """The name, if it is one of these; NotForThis, which lists them, if it is not."""
        listed = list(names)
        if name is not None and name not in listed:
            raise NotForThis(
                f"there is no {what} {name!r} in this run; there are {_some(listed, name)}",
                f"Give one of these as the {what}.",
            )
        return name


def _some(names: Sequence[str], asked: str) -> str:
    """The names, or of very many those that look like what was asked for."""
    if len(names) <= MANY:
        return ", ".join(names)
    alike = [name for name in names if asked in name] or get_close_matches(asked, names, n=5, cutoff=0.3)
    shown = alike or list(names)
    return f"{len(names)}, among them {', '.join(shown[:8])}"


def _no_sample(results: Results) -> TooFew:
    needed = min(SUGGESTED, len(results))
    return TooFew(
        "this run kept no whole course of an episode, and what was asked for needs some",
        f"Make the run again with --sample {needed} (in Python: sample={needed}); the same scenario and seed give the "
        "same episodes.",
        needed,
    )
