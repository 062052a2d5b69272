"""The parts of a scenario in full: tables with formulas, bounds, ranges and evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from rich.console import RenderableType
from rich.text import Text

from wargame.report.page import grid, heading, indented, pairs
from wargame.report.wording import (
    base_title,
    distribution_in_words,
    draw_in_words,
    effect,
    own_policies,
    signed_plain,
    valued,
)
from wargame.scenario.evidence import Basis
from wargame.scenario.scenario import (
    Actor,
    CalendarEntry,
    Described,
    Distribution,
    Effect,
    Policy,
    Scenario,
    StateVariable,
)

__all__ = ["ATTRIBUTES", "PARTS", "bounds", "outcomes", "policies", "start", "utility"]


def utility(actor: Actor) -> Iterator[RenderableType]:
    """The terms of what the actor wants, with their formulas."""
    if not actor.decision.looks_ahead and not actor.utility:
        return
    yield heading(f"What {actor.title} wants", level=2)
    table = grid("term", "formula")
    for term in actor.utility.values():
        table.add_row(term.title, term.formula.text)
    yield indented(table)


def policies(scenario: Scenario, actor: Actor) -> Iterator[RenderableType]:
    """What the actor can do, at what cost and with which effects."""
    phases = dict.fromkeys(policy.phase for policy in actor.policies.values())
    several = len(phases) > 1
    only = f" (in the phase {next(iter(phases))})" if len(scenario.phases) > 1 and not several else ""
    yield heading(f"What {actor.title} can do{only}", level=2)
    table = grid("policy", *(["phase"] if several else []), "what it does")
    table.columns[0].max_width = 36
    for levels in own_policies(actor):
        first = levels[0]
        title = Text.assemble(base_title(first), (f"\n{actor.name}.{first.base}", "dim"))
        table.add_row(title, *([first.phase] if several else []), _what(first, levels))
    yield indented(table)


def _what(policy: Policy, levels: list[Policy]) -> RenderableType:
    rows = []
    if policy.level is not None:
        last = levels[-1].level or 0.0
        rows.append(("levels", f"{policy.level:g} to {last:g}, {len(levels)} of them"))
    if policy.available is not None:
        rows.append(("only if", policy.available.text))
    if policy.cost is not None:
        rows.append(("cost", policy.cost.text))
    rows += _effect_rows(policy.effects)
    rows += _given(policy)
    return pairs(rows) if rows else Text("nothing by itself", style="dim")


def _effect_rows(effects: tuple[Effect, ...]) -> list[tuple[str, str]]:
    rows = []
    for change in effects:
        constant = change.formula.constant
        if change.is_set:
            rows.append((f"{change.variable} =", change.formula.text))
        elif constant is not None:
            rows.append((change.variable, signed_plain(constant)))
        else:
            text = change.formula.text
            rows.append((change.variable, text if text.startswith("-") else f"+ {text}"))
    return rows


def _given(thing: Described) -> list[tuple[str, str]]:
    """The source or judgement, where there is one."""
    named = (("source", thing.source), ("judgement", thing.judgement))
    return [(name, text) for name, text in named if text]


# ---- state and parameters ------------------------------------------------------------------------


def _state(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.state:
        return
    yield heading("State")
    table = grid("variable", "at the start", "bounds", "evidence")
    for variable in scenario.state.values():
        table.add_row(_titled(variable), start(scenario, variable), bounds(variable), _evidence(variable))
    yield indented(table)


def start(scenario: Scenario, variable: StateVariable) -> str:
    """The initial value, or what chance draws it from."""
    initial = variable.initial
    return distribution_in_words(initial) if isinstance(initial, Distribution) else valued(scenario, initial)


def bounds(variable: StateVariable) -> str:
    """Between what the variable stays."""
    low, high = (end.text if end is not None else "" for end in (variable.low, variable.high))
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low else f"to {high}" if high else "none"


def _parameters(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.parameters:
        return
    yield heading("Parameters")
    table = grid("parameter", "value", "range", "evidence")
    table.columns[0].max_width = 38
    for parameter in scenario.parameters.values():
        spread = distribution_in_words(parameter.distribution) if parameter.distribution is not None else ""
        table.add_row(_titled(parameter), parameter.value.text, spread, _evidence(parameter))
    yield indented(table)


def _titled(thing: Described) -> Text:
    """The label, and under it the name by which `--set` and formulas know the thing, with its unit."""
    text = Text(thing.title)
    below = ", ".join(part for part in (thing.name if thing.label else "", thing.unit) if part)
    if below:
        text.append(f"\n{below}", style="dim")
    return text


def _evidence(thing: Described) -> Text:
    basis = Basis.of(thing)
    if basis is Basis.NONE:
        return Text("none given", style="yellow")
    if basis is Basis.SOURCE:
        return Text.assemble(("source: ", "green"), thing.source)
    return Text.assemble(("judgement: ", "dim"), thing.judgement)


def _definitions(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.define:
        return
    yield heading("Definitions")
    table = grid("name", "formula")
    table.columns[0].max_width = 36
    for definition in scenario.define.values():
        table.add_row(_titled(definition), definition.formula.text)
    yield indented(table)


# ---- the world -----------------------------------------------------------------------------------


def _rules(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.effects:
        return
    yield heading("World rules, every turn")
    table = grid("rule", "what it does")
    table.columns[0].max_width = 30
    for rule in scenario.effects.values():
        condition = [("if", rule.when.text)] if rule.when is not None else []
        table.add_row(_titled(rule), pairs([*condition, *_effect_rows(rule.effects), *_given(rule)]))
    yield indented(table)


def _nature(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.nature:
        return
    yield heading("Chance, in this order, every turn")
    table = grid("item", "what is drawn and what it does")
    table.columns[0].max_width = 30
    for item in scenario.nature.values():
        rows = [("draw", draw_in_words(item))]
        if item.when is not None:
            rows.append(("if", item.when.text))
        if item.once or item.cooldown:
            turns = f"not again for {item.cooldown} turn{'s' if item.cooldown > 1 else ''}"
            rows.append(("then", "never again" if item.once else turns))
        table.add_row(_titled(item), pairs([*rows, *_effect_rows(item.effects), *_given(item)]))
    yield indented(table)


def _calendar(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.calendar:
        return
    yield heading("Calendar")
    table = grid("entry", "when", "what it does")
    for entry in scenario.calendar:
        dates = ", ".join(scenario.dates.label(turn) for turn in entry.turns)
        table.add_row(
            entry.name, dates + _duration(scenario, entry), "\n".join(effect(one) for one in entry.changes)
        )
    yield indented(table)


def _duration(scenario: Scenario, entry: CalendarEntry) -> str:
    if entry.duration is not None:
        return "" if entry.duration == 1 else f", for {entry.duration} turns"
    parameters = any(change.variable in scenario.parameters for change in entry.changes)
    return ", to the end" if parameters else ""


def outcomes(scenario: Scenario) -> Iterator[RenderableType]:
    """How an episode can end, in the order in which outcomes are tested."""
    yield heading("How it can end: the first that is true")
    table = grid("outcome", "if", "")
    for outcome in scenario.outcomes.values():
        condition = outcome.when.text if outcome.when is not None else "nothing else"
        ends = (
            ""
            if outcome.when is None
            else "ends the episode at once"
            if outcome.terminal
            else "at the last turn"
        )
        table.add_row(_titled(outcome), condition, Text(ends, style="dim"))
    yield indented(table)


def _metrics(scenario: Scenario) -> Iterator[RenderableType]:
    if not scenario.metrics:
        return
    yield heading("What is recorded of every episode")
    table = grid("metric", "formula", "unit")
    for metric in scenario.metrics.values():
        table.add_row(_titled(metric), metric.formula.text, metric.unit)
    yield indented(table)


PARTS: Mapping[str, Callable[[Scenario], Iterator[RenderableType]]] = MappingProxyType(
    {
        "state": _state,
        "parameters": _parameters,
        "definitions": _definitions,
        "rules": _rules,
        "chance": _nature,
        "calendar": _calendar,
        "outcomes": outcomes,
        "metrics": _metrics,
    }
)
"""What can be shown in full, besides the actors."""

ATTRIBUTES = {name: name for name in PARTS} | {
    "definitions": "define",
    "rules": "effects",
    "chance": "nature",
}
"""Where the scenario keeps each part."""
