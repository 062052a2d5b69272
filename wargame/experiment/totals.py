"""Totals: what episodes add up to, so that a run can be summed up without keeping them.

Counts and exact sums only: the same totals whatever the order, the chunks, the engine or the number of workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from wargame.engine.block import Layout
from wargame.experiment.exact_sums import ExactSums, Moments
from wargame.experiment.record import Episodes

__all__ = ["Tally", "Totals"]


@dataclass(frozen=True, kw_only=True)
class Totals:
    """The table of episodes, added up.

    `outcomes` counts the completed episodes by outcome; `metrics` and `payoffs` are over completed episodes, in the
    layout's order; `blocked` counts the episodes in which an order could not be carried out.
    """

    episodes: int
    outcomes: tuple[int, ...]
    blocked: int
    metrics: tuple[Moments, ...]
    payoffs: tuple[Moments, ...]

    @property
    def completed(self) -> int:
        """Episodes that were finished."""
        return sum(self.outcomes)

    @property
    def failed(self) -> int:
        """Episodes that could not be finished."""
        return self.episodes - self.completed

    def __add__(self, other: Totals) -> Totals:
        """What both add up to."""
        return Totals(
            episodes=self.episodes + other.episodes,
            outcomes=tuple(a + b for a, b in zip(self.outcomes, other.outcomes, strict=True)),
            blocked=self.blocked + other.blocked,
            metrics=tuple(a + b for a, b in zip(self.metrics, other.metrics, strict=True)),
            payoffs=tuple(a + b for a, b in zip(self.payoffs, other.payoffs, strict=True)),
        )

    def as_json(self, layout: Layout) -> dict[str, Any]:
        """The same in JSON, by name."""
        return {
            "episodes": self.episodes,
            "outcomes": dict(zip(layout.outcomes, self.outcomes, strict=True)),
            "orders_blocked": self.blocked,
            "metrics": _named(layout.metrics, self.metrics),
            "payoffs": _named(layout.actors, self.payoffs),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Totals:
        """Totals from their JSON."""
        return cls(
            episodes=int(stored["episodes"]),
            outcomes=tuple(int(n) for n in stored["outcomes"].values()),
            blocked=int(stored["orders_blocked"]),
            metrics=tuple(Moments.from_json(one) for one in stored["metrics"].values()),
            payoffs=tuple(Moments.from_json(one) for one in stored["payoffs"].values()),
        )


def _named(names: tuple[str, ...], moments: tuple[Moments, ...]) -> dict[str, Any]:
    return {name: one.as_json() for name, one in zip(names, moments, strict=True)}


class Tally:
    """Adds up episodes page by page, and totals of others."""

    def __init__(self, layout: Layout) -> None:
        self._episodes, self._blocked = 0, 0
        self._outcomes = np.zeros(len(layout.outcomes), dtype=np.int64)
        self._metrics, self._payoffs = ExactSums(len(layout.metrics)), ExactSums(len(layout.actors))
        self._others: Totals | None = None

    def add(self, episodes: Episodes) -> None:
        """Add episodes."""
        completed = episodes.completed
        kept = slice(None) if completed.all() else completed
        self._episodes += len(episodes)
        self._blocked += int(np.count_nonzero(episodes.orders_blocked))
        self._outcomes += np.bincount(episodes.outcome[kept], minlength=len(self._outcomes))
        self._metrics.add(episodes.metrics[kept])
        self._payoffs.add(episodes.payoffs[kept])

    def add_totals(self, totals: Totals) -> None:
        """Add what others added up."""
        self._others = totals if self._others is None else self._others + totals

    def totals(self) -> Totals:
        """What was added so far."""
        own = Totals(
            episodes=self._episodes,
            outcomes=tuple(self._outcomes.tolist()),
            blocked=self._blocked,
            metrics=self._metrics.moments(),
            payoffs=self._payoffs.moments(),
        )
        return own if self._others is None else own + self._others
