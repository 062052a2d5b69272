"""Numbers, orders and changes as the page says them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wargame.engine.orders import read_order
from wargame.report.html.subject import Arm
from wargame.report.wording import label_of, listed, short
from wargame.scenario.scenario import Scenario

__all__ = [
    "capitalised",
    "changes_in_words",
    "n_of",
    "order_in_words",
    "plain",
    "question_of",
    "thing",
    "unit_of",
]


def n_of(count: int, word: str) -> str:
    """A count with its noun: 1 episode, 4,000 episodes."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def thing(scenario: Scenario, kind: str, name: str) -> str:
    """What a row of a table is about."""
    if kind == "outcome":
        return short(scenario.outcomes[name].title)
    if kind == "payoff":
        return f"payoff of {scenario.actors[name].title}"
    title = plain(scenario.metrics[name].title)
    return capitalised(title)


def unit_of(scenario: Scenario, kind: str, name: str) -> str:
    """The unit of a row; nothing where it is a plain number."""
    if kind != "metric":
        return ""
    unit = scenario.metrics[name].unit
    return "" if unit == "number" else unit


def plain(label: str) -> str:
    """A label without the mark that some files put in front, to be found by (`M7: `), and without explanations."""
    return short(re.sub(r"^[A-Z]{1,2}[0-9]+(, [A-Z]{1,2}[0-9]+)*: ", "", label))


def capitalised(text: str) -> str:
    """The text with a capital letter, as the first word of a line."""
    return text[:1].upper() + text[1:]


def order_in_words(scenario: Scenario, text: str) -> str:
    """An order as a sentence's part: Washington: Hold the posture, 2025Q4 to 2027Q3."""
    actor, policy, first, last = read_order(scenario, text)
    title = short(scenario.actors[actor].policies[policy].title)
    begin, end = scenario.dates.label(first), scenario.dates.label(last)
    if not scenario.dates.dated:
        begin, end = f"turn {begin}", f"turn {end}"
    span = begin if first == last else f"{begin} to {end}"
    return f"{scenario.actors[actor].title}: {title}, {span}"


def changes_in_words(scenario: Scenario, orders: Sequence[str], changes: Mapping[str, Any]) -> list[str]:
    """What was ordered and what was set, each in a few words; `scenario` is the one that was changed."""
    told = [order_in_words(scenario, text) for text in orders]
    for path, value in changes.items():
        told += _change(scenario, path, value)
    return told


def _change(scenario: Scenario, path: str, value: Any) -> list[str]:
    parts = path.split(".")
    if parts[0] == "calendar":
        known = {entry.name for entry in scenario.calendar}
        added = [entry for entry in value if entry.get("name") not in known]
        if not added:
            return ["Another calendar"]
        return [
            f"On the calendar: {entry.get('name', 'a change')}, {_when(entry.get('on'))}" for entry in added
        ]
    if parts[0] == "actors" and len(parts) > 1 and parts[1] in scenario.actors:
        return [f"{scenario.actors[parts[1]].title}: another way to decide"]
    group, name = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
    label = plain(label_of(scenario, name))
    unit = (
        getattr(getattr(scenario, group, {}).get(name), "unit", "")
        if group in ("parameters", "state")
        else ""
    )
    return [f"{capitalised(label)}: {value}{f' {unit}' if unit else ''}"]


def _when(on: Any) -> str:
    return listed([str(one) for one in on]) if isinstance(on, list) else str(on)


def question_of(scenario: Scenario, arms: Sequence[Arm]) -> str:
    """The question that a run answers, where nobody wrote one down."""
    title = scenario.title or scenario.name
    last = arms[-1]
    if len(arms) > 1:
        return f"{title}: what changes with “{last.title}”?"
    changed = last.orders or last.changes
    return f"{title}: how may it end{f' with “{last.title}”' if changed else ''}?"
