"""Scenarios, actors and formulas in a notebook: tables, and formulas as mathematics."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from wargame.scenario.errors import WargameError, did_you_mean, join_names
from wargame.scenario.evidence import audit
from wargame.scenario.formula import Formula
from wargame.scenario.latex import formula_as_latex, name_as_latex
from wargame.scenario.scenario import Actor, Definition, Effect, Metric, Policy, Scenario

__all__ = ["Formulas", "FormulasError", "actor_as_html", "formulas_of", "scenario_as_html"]


class FormulasError(WargameError):
    """A part of a scenario that there is not."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A formula with what it is for: the heading it stands under, its words, and the name of its value.

    `symbol` is that name in LaTeX; a condition or the number of a draw has none.
    """

    group: str
    title: str
    symbol: str = ""
    formula: Formula

    @property
    def latex(self) -> str:
        """The equation in LaTeX's math mode."""
        value = formula_as_latex(self.formula)
        return f"{self.symbol} = {value}" if self.symbol else value


@dataclass(frozen=True)
class Formulas:
    """Formulas of a scenario. In a notebook they are set as mathematics; printed, they are as in the file."""

    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        return "\n".join(f"{row.group}, {row.title}: {row.formula.text}" for row in self.rows)

    def _repr_markdown_(self) -> str:
        lines: list[str] = []
        group = ""
        for row in self.rows:
            if row.group != group or not lines:
                group = row.group
                lines += ["", f"**{_plain(group)}**", "", "| what | formula |", "|:--|:--|"]
            lines.append(f"| {_plain(row.title)} | $\\displaystyle {row.latex}$ |")
        return "\n".join(lines)


def _plain(text: str) -> str:
    """Text in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("$", "\\$").replace("_", "\\_").replace("*", "\\*")


def formulas_of(scenario: Scenario, *parts: str) -> Formulas:
    """The formulas of parts of a scenario: actors by name, or `define`, `effects`, `nature`, `outcomes`, `metrics`.

    FormulasError for another name. Without parts: all.
    """
    known = [*scenario.actors, *_PARTS]
    for name in parts:
        if name not in known:
            raise FormulasError(
                f"there are no formulas of {name!r} in {scenario.name}; allowed: {join_names(known, 20)}. "
                f"{did_you_mean(name, known)}".rstrip()
            )
    return Formulas(tuple(row for name in parts or known for row in _rows(scenario, name)))


def _rows(scenario: Scenario, part: str) -> Iterator[Row]:
    if part in scenario.actors:
        yield from _of_actor(scenario.actors[part])
    else:
        yield from _PARTS[part](scenario)


def _of_actor(actor: Actor) -> Iterator[Row]:
    for term in actor.utility.values():
        symbol = f"u_{{{name_as_latex(term.name)}}}"
        yield Row(group=f"What {actor.title} wants", title=term.title, symbol=symbol, formula=term.formula)
    shown: set[str] = set()
    for policy in actor.policies.values():
        if policy.base not in shown:
            shown.add(policy.base)
            yield from _of_policy(policy)


def _of_policy(policy: Policy) -> Iterator[Row]:
    title = _base_title(policy)
    if policy.available is not None:
        yield Row(group=title, title="only if", formula=policy.available)
    if policy.cost is not None:
        yield Row(group=title, title="cost", symbol="c", formula=policy.cost)
    yield from _changes(title, policy.effects)


def _changes(group: str, effects: tuple[Effect, ...]) -> Iterator[Row]:
    for effect in effects:
        name, symbol = effect.variable.replace("_", " "), name_as_latex(effect.variable)
        title = f"{name} is set" if effect.is_set else f"{name} changes by"
        symbol = symbol if effect.is_set else f"\\Delta {symbol}"
        yield Row(group=group, title=title, symbol=symbol, formula=effect.formula)


def _named(group: str, things: Iterable[Definition | Metric]) -> Iterator[Row]:
    for one in things:
        yield Row(group=group, title=one.title, symbol=name_as_latex(one.name), formula=one.formula)


def _define(scenario: Scenario) -> Iterator[Row]:
    return _named("Definitions", scenario.define.values())


def _metrics(scenario: Scenario) -> Iterator[Row]:
    return _named("Metrics", scenario.metrics.values())


def _effects(scenario: Scenario) -> Iterator[Row]:
    for rule in scenario.effects.values():
        if rule.when is not None:
            yield Row(group=rule.title, title="only if", formula=rule.when)
        yield from _changes(rule.title, rule.effects)


def _nature(scenario: Scenario) -> Iterator[Row]:
    for item in scenario.nature.values():
        if item.when is not None:
            yield Row(group=item.title, title="only if", formula=item.when)
        for place, formula in enumerate(item.arguments):
            category = f", {item.categories[place]}" if item.categories else ""
            yield Row(group=item.title, title=f"{item.kind}{category}".replace("_", " "), formula=formula)
        yield from _changes(item.title, item.effects)


def _outcomes(scenario: Scenario) -> Iterator[Row]:
    for outcome in scenario.outcomes.values():
        if outcome.when is not None:
            yield Row(group="Outcomes, the first that is true", title=outcome.title, formula=outcome.when)


_PARTS: Mapping[str, Callable[[Scenario], Iterator[Row]]] = {
    "define": _define,
    "effects": _effects,
    "nature": _nature,
    "outcomes": _outcomes,
    "metrics": _metrics,
}


# ---- tables --------------------------------------------------------------------------------------


def scenario_as_html(scenario: Scenario) -> str:
    """The scenario in a notebook: who plays, how it can end, and what its numbers rest on."""
    dates, last = scenario.dates, scenario.horizon - 1
    span = f"{dates.label(0)} to {dates.label(last)}" if dates.dated else "numbered from 0"
    rows = [("time", f"{scenario.horizon:,} turns of a {dates.step}, {span}")]
    rows += [(actor.title, "; ".join(_titles(actor))) for actor in scenario.actors.values()]
    rows.append(("outcomes", "; ".join(outcome.title for outcome in scenario.outcomes.values())))
    rows.append(("evidence", str(audit(scenario))))
    rows += [("warning", warning) for warning in scenario.warnings]
    return _card(scenario.title or scenario.name, scenario.description, rows)


def actor_as_html(actor: Actor) -> str:
    """The actor in a notebook: its aims, what it can do, what it wants, and how it decides."""
    rows = [("can", "; ".join(_titles(actor)))]
    if actor.utility:
        rows.append(("wants", "; ".join(term.title for term in actor.utility.values())))
    rows.append(("decides by", actor.decision.rule))
    if actor.perception:
        rows.append(("sees with error", ", ".join(name.replace("_", " ") for name in actor.perception)))
    if actor.types is not None and actor.types.distribution is None:
        rows.append(("is one of", ", ".join(name.replace("_", " ") for name in actor.types.names)))
    return _card(actor.title, actor.aims or actor.description, rows)


def _titles(actor: Actor) -> list[str]:
    """The policies' titles, a numeric policy's once."""
    titles: dict[str, str] = {}
    for policy in actor.policies.values():
        titles.setdefault(policy.base, _base_title(policy))
    return list(titles.values())


def _base_title(policy: Policy) -> str:
    return policy.title if policy.level is None else policy.title.rsplit(" ", 1)[0]


def _card(title: str, text: str, rows: list[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><th style='text-align:left;vertical-align:top'>{html.escape(name)}</th>"
        f"<td style='text-align:left'>{html.escape(value)}</td></tr>"
        for name, value in rows
    )
    paragraph = f"<p>{html.escape(text)}</p>" if text else ""
    return f"<div><strong>{html.escape(title)}</strong>{paragraph}<table>{cells}</table></div>"
