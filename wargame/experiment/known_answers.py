"""Published models played again: each known answer beside what was found."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Literal

from wargame.experiment.engines import Engine
from wargame.experiment.estimates import Estimate, allowed, estimate, is_near
from wargame.experiment.expected import ClassicsError, Model, Row, Run, Shown, classics_directory
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

    from wargame.engine.trace import Decision

__all__ = ["SEED", "Verdict", "Verification", "can_be_told_apart", "scenario_of"]

SEED = 1
"""Fixed: a miss of four standard errors then means a wrong model or engine, today as tomorrow."""

LONGEST_SEARCH = 2_000
"""A decision that a row reads must be made in one of so many episodes."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One row of known answers and what came of it.

    `found` is None for what is not played. `told_apart` is False for a contrast played too few times to be told from
    the right answer; then only its own value counts.
    """

    model: str
    row: Row
    found: Estimate | None
    holds: bool
    told_apart: bool = True

    @property
    def difference(self) -> float | None:
        """Found less known."""
        return None if self.found is None else self.found.value - self.row.value

    @property
    def standard_errors(self) -> float | None:
        """The difference in standard errors; None where there is no chance."""
        if self.found is None or not self.row.sd:
            return None
        return (self.found.value - self.row.value) / self.row.sd * math.sqrt(self.found.n)


def scenario_of(run: Run) -> Scenario:
    """The scenario that a run plays."""
    return load(classics_directory() / run.scenario).with_(run.overrides)


def can_be_told_apart(model: Model, row: Row, n: int) -> bool:
    """Whether n episodes tell a contrast from the right row safely: twice the tolerance lies between them."""
    assert row.against is not None
    return abs(row.value - model.row(row.against).value) > 2 * allowed(row, n)


@dataclass(kw_only=True)
class Verification:
    """Plays the runs of a model, each once, and judges its rows.

    `episodes` is the number of episodes of runs with chance (None: what each run says); `depth` says which of its
    numbers a run is asked for.
    """

    model: Model
    episodes: int | None = None
    engine: Engine = "auto"
    depth: Literal["quick", "verify"] = "verify"
    _tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    _decisions: dict[tuple[str, int, str, str | None], Decision] = field(default_factory=dict)

    def verdicts(self, rows: Iterable[Row] | None = None) -> Iterator[Verdict]:
        """The verdict on each row, in the order of the file."""
        yield from map(self.verdict, self.model.rows if rows is None else rows)

    def verdict(self, row: Row) -> Verdict:
        """Play what the row needs and compare."""
        judged = partial(Verdict, model=self.model.name, row=row)
        if row.shown is Shown.ANALYTIC:
            return judged(found=None, holds=True)
        if row.shown is Shown.TRACE:
            found = Estimate(value=self._read(row), n=1)
            return judged(found=found, holds=is_near(row, found, row.value))
        found = estimate(row, self.table(str(row.run)))
        holds, apart = is_near(row, found, row.value), True
        if row.shown is Shown.CONTRAST:
            right = self.model.row(str(row.against)).value
            apart = can_be_told_apart(self.model, row, found.n)
            holds = holds and not (apart and is_near(row, found, right))
        return judged(found=found, holds=holds, told_apart=apart)

    def table(self, name: str) -> pd.DataFrame:
        """The table of episodes of a run, played once. Raises ClassicsError if an episode fails."""
        if name not in self._tables:
            from wargame.experiment.run import simulate

            run = self.model.runs[name]
            results = simulate(
                scenario_of(run),
                episodes=self.number(run),
                seed=SEED,
                engine=self.engine,
                orders=run.orders,
                progress=False,
                sample=0,
            )
            table = results.episodes
            failed = table["failure"].dropna()
            if len(failed):
                raise ClassicsError(f"{run.scenario}: {failed.iloc[0]}")
            self._tables[name] = table
        return self._tables[name]

    def number(self, run: Run) -> int:
        """How many episodes of a run are played."""
        asked = run.episodes.quick if self.depth == "quick" and self.episodes is None else self.episodes
        return run.episodes.number(asked)

    def _read(self, row: Row) -> float:
        """What a row reads from a recorded decision."""
        decision = self._decision(row)
        if row.reads == "value":
            return sum(decision.probabilities[name] * score for name, score in decision.scores.items())
        if row.reads in ("residual", "bifurcated"):
            if decision.residual is None:
                raise ClassicsError(
                    f"{row.label}: {row.actor} expects no equilibrium, which alone has a {row.reads}"
                )
            return decision.residual if row.reads == "residual" else float(decision.bifurcated)
        policy = str(row.policy)
        if row.reads == "choice":
            return float(decision.choice == policy)
        tables = {
            "probability": decision.probabilities,
            "score": decision.scores,
            "expectation": decision.expectations.get(str(row.of_actor), {}),
        }
        table = tables[str(row.reads)]
        if policy not in table:
            raise ClassicsError(
                f"{row.label}: the decision has no {row.reads} of {policy!r}, but {list(table)}"
            )
        return table[policy]

    def _decision(self, row: Row) -> Decision:
        """The actor's decision on the row's turn in the first episode in which it makes one."""
        key = (str(row.run), int(row.turn or 0), str(row.actor), row.phase)
        if key not in self._decisions:
            self._decisions[key] = _find_decision(row, self.model.runs[str(row.run)])
        return self._decisions[key]


def _find_decision(row: Row, run: Run) -> Decision:
    from wargame.engine.model import WargameModel

    scenario = scenario_of(run)
    for episode in range(LONGEST_SEARCH):
        model = WargameModel(
            scenario, seed=SEED, episode=episode, orders=list(run.orders), record=True, collect=False
        )
        while model.running and model.turn < int(row.turn or 0):
            model.step()
        for decision in model.decisions:
            if (decision.turn, decision.actor) != (row.turn, row.actor) or decision.choice is None:
                continue
            if row.phase in (None, decision.phase):
                return decision
    raise ClassicsError(
        f"{row.label}: {row.actor} decides nothing on turn {row.turn} in {LONGEST_SEARCH:,} episodes"
    )
