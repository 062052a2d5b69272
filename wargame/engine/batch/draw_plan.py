"""Which random numbers are made when: those that nothing can read are not made.

A draw is a function of what it is for (see `draws`), so leaving one out moves no other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from wargame.engine.graph import Node
from wargame.engine.nature import item_is_due
from wargame.engine.rules import Rules

__all__ = ["DrawPlan", "plan_draws"]


@dataclass(frozen=True, kw_only=True)
class DrawPlan:
    """The streams of a turn that some block reads: those made on every turn, and those made on some turns only."""

    every_turn: tuple[str, ...]
    on_turns: Mapping[tuple[int, ...], tuple[str, ...]]

    def is_made(self, stream: str, turn: int) -> bool:
        """Whether the stream is drawn on a turn."""
        dated = (streams for turns, streams in self.on_turns.items() if turn in turns)
        return stream in self.every_turn or any(stream in streams for streams in dated)


def plan_draws(rules: Rules, read: Collection[str]) -> DrawPlan:
    """The plan for the streams that some block reads."""
    due = {item: turns for item, turns in _due_turns(rules) if item in read}
    on_turns: dict[tuple[int, ...], tuple[str, ...]] = {}
    for item, turns in due.items():
        if turns:
            on_turns[turns] = (*on_turns.get(turns, ()), item)
    always = tuple(name for name in rules.turn_streams.names if name in read and name not in due)
    return DrawPlan(every_turn=always, on_turns=on_turns)


def _due_turns(rules: Rules) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Items of nature that are due by the date alone, with the turns on which they are."""
    situation, graph = rules.workbook.realized(), rules.workbook.graph
    for item in rules.scenario.nature.values():
        due = item_is_due(situation, item)
        if due.is_number or not _is_dated(due):
            continue
        on = [
            graph.replace(due, {id(situation.turn): graph.number(turn)})
            for turn in range(rules.scenario.horizon)
        ]
        if all(node.is_number for node in on):
            yield item.name, tuple(turn for turn, node in enumerate(on) if node.number != 0.0)


def _is_dated(node: Node) -> bool:
    """Whether a node follows from the number of the turn."""
    if node.operation == "row":
        return node.name == "turn"
    return node.operation not in ("counter", "at") and all(map(_is_dated, node.arguments))
