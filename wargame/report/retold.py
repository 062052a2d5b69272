"""A recorded episode taken apart turn by turn: what the calendar, the actors and chance each did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wargame.engine.compiling import Function, compile_function
from wargame.engine.emit import emit_values
from wargame.engine.model import WargameModel
from wargame.engine.nature import apply_item, draw_realized, draw_weights, event_probability, item_is_due
from wargame.engine.rules import Rules
from wargame.engine.trace import Decision
from wargame.scenario.errors import WargameError
from wargame.scenario.scenario import CalendarEntry, Scenario

__all__ = ["Moment", "StoryError", "Turn", "retell"]


class StoryError(WargameError):
    """A story that cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The workspace at one moment of a turn, by name of row."""

    rows: dict[str, int]
    workspace: Sequence[float]

    def __getitem__(self, row: str) -> float:
        return self.workspace[self.rows[row]]

    def state(self, variable: str) -> float:
        """The value of a state variable."""
        return self[f"state.{variable}"]


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One turn: the state before it, after the calendar, after resolution, and at its end.

    `chances` holds the probability that each event of nature had, and each category of its items; things that were not
    due are 0. `end` and what follows are None where the turn could not be finished.
    """

    number: int
    entries: tuple[CalendarEntry, ...]
    before: Moment
    began: Moment
    decisions: tuple[Decision, ...]
    resolved: Moment | None
    chances: dict[str, float]
    end: Moment | None


def retell(model: WargameModel) -> list[Turn]:
    """The turns of a recorded episode; StoryError for a model that was not recorded."""
    if not model.record:
        raise StoryError(
            "this episode was not recorded, so nothing is known of its decisions; "
            "play it with wargame.replay(results, episode), or with WargameModel(..., record=True)"
        )
    played = max((decision.turn for decision in model.decisions), default=-1) + 1
    # A future begins at the fork.
    begins = 0 if model.past is None else model.past.turn
    count = max(begins + len(model.history) - 1, played)
    chances = _chances(model.rules)
    return [_turn(model, number, begins, chances) for number in range(begins, count)]


def _turn(model: WargameModel, number: int, begins: int, chances: tuple[list[str], Function]) -> Turn:
    rules, history, place = model.rules, model.history, number - begins
    rows, before = rules.rows, history[place]
    end = history[place + 1] if place + 1 < len(history) else None
    began = list(before)
    began[rows["turn"]] = float(number)
    final = end if end is not None else model.workspace
    for name, row in rows.items():
        if name.startswith(("draw.", "order.")):
            began[row] = final[row]
    _play(rules, "begin", began)
    resolved = None
    weights: dict[str, float] = {}
    if end is not None:
        resolved = list(began)
        for name, row in rows.items():
            if name.startswith("play."):
                resolved[row] = end[row]
        _play(rules, "resolve", resolved)
        names, function = chances
        weights = dict(zip(names, function(resolved), strict=True))
    return Turn(
        number=number,
        entries=tuple(_due(model.declared, number)),
        before=Moment(rows=rows, workspace=before),
        began=Moment(rows=rows, workspace=began),
        decisions=tuple(decision for decision in model.decisions if decision.turn == number),
        resolved=Moment(rows=rows, workspace=resolved) if resolved is not None else None,
        chances=weights,
        end=Moment(rows=rows, workspace=end) if end is not None else None,
    )


def _play(rules: Rules, name: str, workspace: list[float]) -> None:
    function = rules.function(name)
    if function is not None:
        function(workspace)


def _due(scenario: Scenario, turn: int) -> Iterator[CalendarEntry]:
    """The calendar's entries that begin to act on this turn, or act on it for a stated time."""
    for entry in scenario.calendar:
        last = (entry.duration or 1) - 1
        if any(first <= turn <= first + last for first in entry.turns):
            yield entry


def _chances(rules: Rules) -> tuple[list[str], Function]:
    """The probabilities of events and categories, as a function of the workspace after resolution."""
    situation = rules.workbook.realized()
    nodes = {}
    for item in rules.scenario.nature.values():
        due = item_is_due(situation, item)
        if item.is_event:
            nodes[item.name] = event_probability(situation, item, due)
        elif item.kind == "categorical":
            nodes.update(draw_weights(situation, item, due))
        apply_item(situation, item, draw_realized(situation, item))
    source = emit_values("chances", list(nodes.values()), rules.rows)
    return list(nodes), compile_function("chances", source)
