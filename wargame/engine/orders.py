"""Orders: policies forced on an actor for a turn or a span, as what-ifs give them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wargame.scenario.dates import DateError
from wargame.scenario.errors import WargameError, did_you_mean, join_names
from wargame.scenario.scenario import Scenario

__all__ = ["OrderBook", "OrderError", "read_order"]

FORM = "ACTOR=POLICY@TURN or ACTOR=POLICY@FIRST..LAST, for example washington=hold@2026Q1..2026Q4"


class OrderError(WargameError):
    """An order that cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class OrderBook:
    """Orders by turn: the index of the policy, by seat (`actor.phase`). `texts` is how they were given."""

    texts: tuple[str, ...] = ()
    by_turn: Mapping[int, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def parse(cls, scenario: Scenario, texts: Iterable[str]) -> OrderBook:
        """Read orders such as `washington=cut_troops@2026Q1`; of two for one turn the later one counts."""
        by_turn: dict[int, dict[str, int]] = {}
        listed = tuple(texts)
        for text in listed:
            actor, policy, first, last = read_order(scenario, text)
            phase = scenario.actors[actor].policies[policy].phase
            names = [one.name for one in scenario.actors[actor].in_phase(phase)]
            for turn in range(first, last + 1):
                by_turn.setdefault(turn, {})[f"{actor}.{phase}"] = names.index(policy)
        return cls(texts=listed, by_turn=by_turn)

    def on(self, turn: int) -> Mapping[str, int]:
        """The orders of a turn."""
        return self.by_turn.get(turn, {})

    def __bool__(self) -> bool:
        return bool(self.by_turn)


def read_order(scenario: Scenario, text: str) -> tuple[str, str, int, int]:
    """Actor, policy, first and last turn of an order's text; OrderError says what is wrong with it."""
    match = re.fullmatch(r"\s*([^=\s]+)\s*=\s*([^@\s]+)\s*@\s*(\S+?)(?:\.\.(\S+))?\s*", text)
    if match is None:
        raise OrderError(f"the order {text!r} cannot be read; write {FORM}")
    actor, policy, first, last = match.groups()
    if actor not in scenario.actors:
        known = list(scenario.actors)
        raise OrderError(
            f"the order {text!r} names no actor of {scenario.name}: {actor!r}; allowed: {join_names(known)}. "
            f"{did_you_mean(actor, known)}".rstrip()
        )
    policies = list(scenario.actors[actor].policies)
    if policy not in policies:
        raise OrderError(
            f"the order {text!r} names no policy of {actor}: {policy!r}; allowed: {join_names(policies)}. "
            f"{did_you_mean(policy, policies)}".rstrip()
        )
    try:
        begin = scenario.dates.turn(first)
        end = begin if last is None else scenario.dates.turn(last)
    except DateError as error:
        raise OrderError(f"the order {text!r}: {error}") from None
    latest = scenario.horizon - 1
    if not 0 <= begin <= end <= latest:
        span = f"{scenario.dates.label(0)} to {scenario.dates.label(latest)}"
        raise OrderError(
            f"the order {text!r} lies outside the episode, or ends before it begins; allowed: {span}"
        )
    return actor, policy, begin, end
