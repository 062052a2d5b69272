"""Enough runs? Stop when an interval is narrow enough, and pay for having looked.

Whoever looks after every episode and stops at a lucky moment has a narrower interval than the truth allows. So looks
are taken at few planned sizes (the first, twice that, and so on up to the most), and each look's interval is made at
the level 1 - (1 - level) / looks (Bonferroni): all of them hold together with the promised level, and so does the one
at which a run stops, whenever that is. Because sizes double there are few looks, and paying for them is cheap: five
looks make a 95 % interval wider by the factor 2.58 / 1.96.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wargame.scenario.errors import WargameError, did_you_mean, join_names

if TYPE_CHECKING:
    from wargame.experiment.results import Results

__all__ = ["FIRST", "MOST", "Look", "Plan", "StopError", "Target", "grow", "look_at", "read_target"]

FIRST = 1000
"""Episodes before the first look."""

MOST = 1_000_000
"""Episodes at which a run ends in any case, unless another maximum is given."""

FORM = 'NAME +/- HALF-WIDTH, such as "war +/- 0.002" or "difference +/- 0.01"'
DIFFERENCE = "difference"


class StopError(WargameError):
    """A target for a stop rule that cannot be understood, or is about nothing that is measured."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What must be known how well: a name (of an outcome, a metric or an actor's payoff) and a half-width.

    With `difference`, it is what arms have more than the baseline; an empty name then means every outcome's share.
    """

    name: str
    half_width: float
    difference: bool = False

    def __str__(self) -> str:
        words = [DIFFERENCE] if self.difference else []
        return f"{' '.join([*words, *filter(None, [self.name])])} +/- {self.half_width:g}"


@dataclass(frozen=True)
class Look:
    """One look: after so many episodes, the estimate with its interval at the level of a look."""

    episodes: int
    name: str
    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the width of the interval; infinite where there is none yet."""
        half = (self.high - self.low) / 2
        return math.inf if math.isnan(half) else half


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When to look, and at what level."""

    target: Target
    sizes: tuple[int, ...]
    level: float = 0.95

    @classmethod
    def of(cls, target: Target, *, first: int = FIRST, most: int = MOST, level: float = 0.95) -> Plan:
        """Looks after `first` episodes, twice as many, and so on; the last after `most`."""
        if not 2 <= first <= most:
            raise StopError(
                f"the first look comes after {first:,} episodes, but at most {most:,} may be played\n"
                f"  {'mend:':<9}Let the maximum be at least as large as the first look."
            )
        sizes = []
        size = first
        while size < most:
            sizes.append(size)
            size *= 2
        return cls(target=target, sizes=(*sizes, most), level=level)

    @property
    def look_level(self) -> float:
        """The level of each look's interval, such that all hold together with `level`."""
        return 1 - (1 - self.level) / len(self.sizes)

    def is_met(self, looks: list[Look]) -> bool:
        """Whether every interval of a look is narrow enough."""
        return bool(looks) and all(look.half_width <= self.target.half_width for look in looks)


def read_target(text: str) -> Target:
    """Read `war +/- 0.002`, `difference +/- 0.01` or `difference war +/- 0.01`."""
    match = re.fullmatch(r"\s*(.+?)\s*(?:\+/-|\+-|±)\s*([0-9.eE+-]+)\s*", text)
    if match is None:
        raise StopError(f"the target {text!r} cannot be read; write {FORM}")
    words, number = match.group(1).split(), match.group(2)
    try:
        half_width = float(number)
    except ValueError:
        half_width = math.nan
    if not 0 < half_width < math.inf:
        raise StopError(f"the target {text!r} asks for a half-width of {number}; give a number above 0")
    difference = words[0] == DIFFERENCE
    names = words[1:] if difference else words
    if len(names) > 1:
        raise StopError(f"the target {text!r} names more than one thing; write {FORM}")
    return Target(name=names[0] if names else "", half_width=half_width, difference=difference)


def look_at(results: Results, target: Target, level: float) -> list[Look]:
    """One look at a run: the share or mean that the target names, with its interval. StopError for an unknown name."""
    if target.difference or not target.name:
        raise StopError(
            f"the target {str(target)!r} is about arms, and this run has none\n  mend:    Write {FORM}"
        )
    for table, kind, value in (
        (results.outcomes(level), "outcome", "share"),
        (results.metrics(level), "metric", "mean"),
        (results.payoffs(level), "actor", "mean"),
    ):
        row = table[table[kind] == target.name]
        if len(row):
            numbers = (float(row[name].iloc[0]) for name in (value, "low", "high"))
            return [Look(len(results), target.name, *numbers)]
    known = [*results.layout.outcomes, *results.layout.metrics, *results.layout.actors]
    near = did_you_mean(target.name, known) or "use one of these"
    raise StopError(
        f"the target {str(target)!r} names no outcome, metric or actor: {target.name!r}\n"
        f"  {'allowed:':<9}{join_names(known, 60)}\n  {'mend:':<9}{near}"
    )


def grow(plan: Plan, play_to: Callable[[int], list[Look]]) -> list[Look]:
    """Play on from look to look until the target is met or the plan ends; returns all looks.

    `play_to` plays until there are so many episodes, and looks.
    """
    looks: list[Look] = []
    for size in plan.sizes:
        taken = play_to(size)
        looks += taken
        if plan.is_met(taken):
            break
    return looks
