"""Which names a formula may use, where: the scopes of the scenario language."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.formula import AGGREGATORS, FUNCTIONS, Formula, FormulaError, Name, walk
from wargame.scenario.schema import NAME_PATTERN

__all__ = ["KINDS", "Names", "Scope", "cycle", "is_valid_name", "names_in"]

RESERVED = {
    *("turn", "year", "half", "quarter", "month", "level", "now", "last", "outcome", "belief"),
    *("true", "false", "null", "inf", "nan"),
    *FUNCTIONS,
    *AGGREGATORS,
}

KINDS = {
    "parameter": "parameters",
    "state": "state variables",
    "define": "definitions",
    "nature": "nature's items",
    "play": "choices of this turn (actor.policy)",
    "last": "choices of the last turn (last.actor.policy)",
    "now": "values as the turn began (now.x)",
    "outcome": "outcomes (outcome.name)",
    "time": "turn and dates",
    "level": "level",
}
"""The kinds of names, in words."""


@dataclass(frozen=True, kw_only=True)
class Scope:
    """A place where formulas stand: what it is called and which kinds of names it may use."""

    title: str
    kinds: frozenset[str]
    hint: str = ""


@dataclass(kw_only=True)
class Names:
    """All names of a scenario, with their kinds."""

    kinds: dict[str, str] = field(default_factory=dict)
    uncomparable: dict[str, str] = field(default_factory=dict)
    """Names that stand for several others and cannot be read alone, with what to write instead."""

    def add(self, name: str, kind: str) -> None:
        """Make `name` known."""
        self.kinds[name] = kind

    def check(self, formula: Formula, scope: Scope, *, level: bool = False) -> None:
        """Raise FormulaError for the first name in `formula` that is unknown or out of place."""
        for name in names_in(formula):
            if name == "level":
                if not level:
                    raise FormulaError(
                        "`level` stands only inside a numeric policy",
                        found=formula.text,
                        remedy="give the policy `levels`, or write the number",
                    )
                continue
            kind = self.kinds.get(name)
            if kind is None:
                raise self._unknown(name, formula, scope)
            if kind not in scope.kinds:
                raise FormulaError(
                    f"{name!r} cannot be used in {scope.title}",
                    found=formula.text,
                    allowed=join_names(KINDS[allowed] for allowed in KINDS if allowed in scope.kinds),
                    remedy=scope.hint,
                )

    def _unknown(self, name: str, formula: Formula, scope: Scope) -> FormulaError:
        if name in self.uncomparable:
            return FormulaError(
                f"{name!r} is not a number", found=formula.text, remedy=self.uncomparable[name]
            )
        if name in ("year", "half", "quarter", "month"):
            return FormulaError(
                f"{name!r} is not known: the turns of this scenario have no such date",
                found=formula.text,
                remedy="give `time` a `start` and a step of a year or less, or use `turn`",
            )
        reachable = [known for known, kind in self.kinds.items() if kind in scope.kinds]
        head = name.split(".")[0] + "." if "." in name else ""
        family = [known for known in reachable if head and known.startswith(head)] or [
            known for known in reachable if "." not in known
        ]
        return FormulaError(
            f"unknown name {name!r}",
            found=formula.text,
            allowed=join_names(family),
            remedy=did_you_mean(name, reachable) or "declare it, or use one of the names above",
        )


def names_in(formula: Formula) -> Iterable[str]:
    """The names that a formula uses, each once, in order of appearance."""
    return dict.fromkeys(node.name for node in walk(formula.tree) if isinstance(node, Name))


def is_valid_name(name: str) -> str:
    """Why `name` cannot be used as a name, or an empty text."""
    if not re.match(NAME_PATTERN, name):
        return "a name is made of letters, digits and underscores and starts with a letter"
    if name in RESERVED or keyword.iskeyword(name):
        return "this word has a meaning in formulas already"
    return ""


def cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One cycle of a directed graph as a closed list of nodes, or an empty list."""
    done: set[str] = set()
    for start in graph:
        trail: list[str] = []
        found = _visit(start, graph, done, trail)
        if found:
            return found
    return []


def _visit(node: str, graph: Mapping[str, Iterable[str]], done: set[str], trail: list[str]) -> list[str]:
    if node in trail:
        return [*trail[trail.index(node) :], node]
    if node in done or node not in graph:
        return []
    trail.append(node)
    for neighbour in graph[node]:
        found = _visit(neighbour, graph, done, trail)
        if found:
            return found
    trail.pop()
    done.add(node)
    return []
