"""What an engine hands over: the record of a block of consecutive episodes, as plain arrays.

Both engines fill the same arrays, so that everything after them (results, analysis, plots) is blind to the engine.
Aggregates are integers only: adding them up gives the same result in whatever order and chunking blocks arrive.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

__all__ = ["BINS", "FAILED", "UNITS_PER_RANGE", "Block", "Failure", "Layout", "Variable"]

BINS = 256
"""Histogram bins of a state variable, over its `low` to `high`."""

UNITS_PER_RANGE = 2**40
"""Values are summed as whole multiples of (high - low) / 2**40."""

FAILED = -1
"""The outcome index of an episode that could not be finished."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """A state variable as the aggregates see it: its name and the interval that its histogram covers."""

    name: str
    low: float
    high: float
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """The names behind the columns of a block.

    `policies` are full names, `actor.policy`, in file order. `sampled` are the names of what was drawn once per
    episode: `parameters.NAME`, `state.NAME` (random initial values), `type.ACTOR` and `level.ACTOR`.
    """

    outcomes: tuple[str, ...]
    metrics: tuple[str, ...]
    actors: tuple[str, ...]
    policies: tuple[str, ...]
    variables: tuple[Variable, ...]
    sampled: tuple[str, ...]
    horizon: int


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why one episode could not be finished: where in the file, on which turn, with which values."""

    episode: int
    turn: int
    reason: str
    file: str
    line: int
    formula: str
    values: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = ", ".join(f"{name} = {value:.6g}" for name, value in self.values.items())
        where = f"{self.file}:{self.line}"
        return f"episode {self.episode}, turn {self.turn}: {where}: {self.reason} in `{self.formula}`" + (
            f" with {shown}" if shown else ""
        )


@dataclass(kw_only=True)
class Block:
    """Episodes `first` to `first + count - 1`.

    Shapes: n = count, T = horizon, S = variables, P = policies. Point 0 of the trajectories is the state as dealt,
    point t + 1 the state at the end of turn t; after an episode has ended its last value is carried forward.
    Failed episodes have outcome `FAILED`, missing metrics and payoffs, and are left out of all aggregates.
    """

    first: int
    outcome: NDArray[np.int16]
    """[n] index into `Layout.outcomes`, or `FAILED`."""
    length: NDArray[np.int32]
    """[n] completed turns."""
    metrics: NDArray[np.float64]
    """[n, metrics]; missing is NaN."""
    payoffs: NDArray[np.float64]
    """[n, actors] discounted sums."""
    plays: NDArray[np.int32]
    """[n, P] turns on which each policy was played."""
    sampled: NDArray[np.float64]
    """[n, sampled]."""
    orders_blocked: NDArray[np.int32]
    """[n] orders that could not be carried out because the policy was not available."""
    running: NDArray[np.int64]
    """[T + 1] episodes that had not ended before that point (point t + 1: those that played turn t)."""
    sums: NDArray[np.int64]
    """[T + 1, S] sums of round((value - low) / (high - low) * UNITS_PER_RANGE)."""
    histogram: NDArray[np.int64]
    """[T + 1, S, BINS]; values outside `low` to `high` count in the first or last bin."""
    policy_turns: NDArray[np.int64]
    """[T, P] episodes that played the policy on that turn."""
    sample: NDArray[np.float64]
    """[k, T + 1, S] full trajectories of the first k episodes of the run, as far as this block holds them."""
    sample_plays: NDArray[np.int16]
    """[k, T, P] 1 where the policy was played, for the same episodes."""
    failures: list[Failure] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of episodes in the block."""
        return len(self.outcome)
