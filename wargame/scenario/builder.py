"""What every part of building a scenario needs: parsing formulas in scope and collecting problems."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from wargame.scenario.constants import value_of
from wargame.scenario.dates import Calendar
from wargame.scenario.errors import Problem, did_you_mean, join_names
from wargame.scenario.formula import (
    AGGREGATORS,
    Call,
    Formula,
    FormulaError,
    Number,
    Tree,
    walk,
)
from wargame.scenario.names import Names
from wargame.scenario.parsing import check_power, parse
from wargame.scenario.scenario import Definition, Effect
from wargame.scenario.schema import Document
from wargame.scenario.scopes import SCOPES
from wargame.scenario.source import KeyPath, Source

__all__ = ["Builder", "described"]


def described(builder: Builder, path: KeyPath, part: Any) -> dict[str, Any]:
    """The keywords of Described for a part of the file."""
    shared = {
        key: getattr(part, key) for key in ("label", "unit", "source", "judgement") if hasattr(part, key)
    }
    if hasattr(part, "description"):
        shared["description"] = part.description
    name = getattr(part, "name", "") or path[-1]
    return {"name": name, "line": builder.source.line(path), **shared}


@dataclass(kw_only=True)
class Builder:
    """The state of building: source, names, problems found so far."""

    source: Source
    document: Document
    dates: Calendar
    names: Names = field(default_factory=Names)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)
    failed_paths: set[KeyPath] = field(default_factory=set)
    unknown: dict[str, list[tuple[KeyPath, FormulaError]]] = field(default_factory=dict)
    """Where each unknown name is used: reported once."""
    values: dict[str, float] = field(default_factory=dict)
    """Parameters that keep one value through the episode, with that value."""

    @property
    def policies(self) -> Mapping[str, Mapping[str, str]]:
        """Actor -> policy name -> phase."""
        return self.names.policies

    # ---- problems and warnings ----

    def problem(self, path: KeyPath, message: str, **details: str) -> None:
        """Note a problem at `path`; a second one at the same place is dropped as its consequence."""
        if path not in self.failed_paths:
            self.failed_paths.add(path)
            self.problems.append(self.source.problem(path, message, **details))

    def failed(self, path: KeyPath) -> bool:
        """Whether a problem was already found at `path`."""
        return path in self.failed_paths

    def warn(self, path: KeyPath, message: str) -> None:
        """Note something that can be played, but hardly is what was meant."""
        line = self.source.line(path)
        self.warnings.append((line, f"{self.source.file}:{line}: {message}"))

    def formula_problem(self, path: KeyPath, error: FormulaError) -> None:
        """Note what is wrong with a formula; the same unknown name is one problem, however often it is used."""
        if error.name:
            if path not in self.failed_paths:
                self.failed_paths.add(path)
                self.unknown.setdefault(error.name, []).append((path, error))
            return
        self.problem(
            path, f"{'.'.join(path)}: {error}", found=error.found, allowed=error.allowed, remedy=error.remedy
        )

    def all_problems(self) -> list[Problem]:
        """Every problem found, unknown names once each."""
        found = list(self.problems)
        for uses in self.unknown.values():
            path, error = min(uses, key=lambda use: self.source.line(use[0]))
            others = sorted({self.source.line(other) for other, _ in uses if other != path})
            also = (
                f" (also on line{'s' if len(others) > 1 else ''} {join_names(map(str, others))})"
                if others
                else ""
            )
            problem = self.source.problem(
                path, f"{'.'.join(path)}: {error}{also}", found=error.found, allowed=error.allowed
            )
            found.append(replace(problem, remedy=error.remedy))
        return found

    # ---- formulas ----

    def number(self, path: KeyPath, value: float) -> Formula:
        """A formula that is just a number."""
        return Formula(f"{value:g}", Number(value), self.source.line(path), path)

    def formula(
        self, path: KeyPath, text: str, scope: str, *, level: bool = False, metric: bool = False
    ) -> Formula:
        """Parse and check a formula; on a problem, note it and return 0 in its place."""
        line = self.source.line(path)
        text = " ".join(text.split())
        try:
            formula = Formula(text, parse(text, metric=metric), line, path)
            self.names.check(formula, SCOPES[scope], level=level)
            self._check_finite(formula)
        except FormulaError as error:
            self.formula_problem(path, error)
            return Formula(text, Number(0.0), line, path)
        return formula

    def _check_finite(self, formula: Formula) -> None:
        for node in walk(formula.tree):
            if isinstance(node, Call) and node.operation == "power":
                check_power(value_of(node.arguments[1], {}), formula.text)
        value = value_of(formula.tree, {})
        if value is not None and not math.isfinite(value):
            raise FormulaError(
                f"the value of this formula is {'undefined' if math.isnan(value) else 'infinite'}",
                found=formula.text,
                allowed="finite numbers",
                remedy="correct the numbers: a division by zero, a logarithm or a power too large stands here",
            )

    def optional(self, path: KeyPath, text: str | None, scope: str, *, level: bool = False) -> Formula | None:
        """The formula at `path`, or None where the file gives none."""
        return None if text is None else self.formula(path, text, scope, level=level)

    def at(self, path: KeyPath) -> Any:
        """What stands in the file at `path`, or None."""
        data: Any = self.source.data
        for part in path:
            data = data.get(part) if isinstance(data, dict) else None
        return data

    def value_path(self, path: KeyPath) -> KeyPath:
        """Where the value of a part stands: the part itself, or its key `value`."""
        return (*path, "value") if isinstance(self.at(path), dict) else path

    def definitions(self, path: KeyPath, parts: Mapping[str, Any]) -> dict[str, Definition]:
        """Named formulas: definitions, or the terms of a utility."""
        named = isinstance(self.at(path), dict)
        result = {}
        for name, part in parts.items():
            where = self.value_path((*path, name)) if named else path
            formula = self.formula(where, part.value, "anywhere")
            result[name] = Definition(**described(self, (*path, name), part), formula=formula)
        return result

    def effects(self, path: KeyPath, parts: Mapping[str, Any], *, level: bool = False) -> tuple[Effect, ...]:
        """The effects of a policy, world rule or item of nature."""
        result = []
        for variable, part in parts.items():
            where = (*path, variable)
            if not self.check_variable(where, variable):
                continue
            kind = "add" if part.set is None else "set"
            inner = (*where, kind) if isinstance(self.at(where), dict) else where
            formula = self.formula(inner, getattr(part, kind), "anywhere", level=level)
            result.append(Effect(variable=variable, formula=formula, is_set=part.set is not None))
        return tuple(result)

    def check_variable(self, path: KeyPath, name: str, *, parameters: bool = False) -> bool:
        """Whether `name` is a state variable (or, in the calendar, a parameter); notes a problem if not."""
        known = [*self.document.state, *(self.document.parameters if parameters else ())]
        if name in known:
            return True
        if self.names.is_missing(name):
            return False
        kind = self.names.kinds.get(name)
        whats = {
            "parameter": (
                "is a parameter and does not change by effects",
                "declare it under `state` instead",
            ),
            "define": ("is a definition and does not change by effects", "change what it is computed from"),
            "nature": ("is an item of nature and does not change by effects", "change a state variable"),
        }
        what, remedy = whats.get(kind or "", ("is not a state variable", ""))
        error = FormulaError(
            f"{name!r} {what}",
            found=name,
            allowed=join_names(known) or "nothing: there are no state variables",
            remedy=remedy or did_you_mean(name, known) or "declare it under `state`",
            name="" if kind else name,
        )
        self.formula_problem(path, error)
        return False

    # ---- plain numbers ----

    def plain(self, formula: Formula | None) -> float | None:
        """The value of a formula that is known before the episode, as far as it is."""
        if formula is None or self.failed(formula.path):
            return None
        value = value_of(formula.tree, self.values)
        return value if value is not None and math.isfinite(value) else None

    def check_order(self, path: KeyPath, low: Formula | None, high: Formula | None, title: str) -> None:
        """Note a problem where the low end is not below the high one (as far as they are known)."""
        first, second = self.plain(low), self.plain(high)
        if first is not None and second is not None and not first < second:
            self.problem(
                path,
                f"{'.'.join(path)}: {title} must rise, and {first:g} is not below {second:g}",
                found=f"[{first:g}, {second:g}]",
                allowed="[low, high] with low < high",
                remedy="swap or correct them",
            )

    def check_inside(
        self, path: KeyPath, value: Formula | None, low: Formula | None, high: Formula | None, title: str
    ) -> None:
        """Note a problem where a known number lies outside known limits."""
        number, first, second = self.plain(value), self.plain(low), self.plain(high)
        if first is not None and second is not None and not first < second:
            return
        below = number is not None and first is not None and number < first
        above = number is not None and second is not None and number > second
        if below or above:
            ends = ["" if end is None else f"{end:g}" for end in (first, second)]
            self.problem(
                path,
                f"{'.'.join(path)}: {title} {number:g} lies outside [{', '.join(ends)}]",
                found=value.text if value else "",
                allowed=f"[{', '.join(ends)}]",
                remedy="correct the value or the limits",
            )

    def check_probability(
        self,
        path: KeyPath,
        value: Formula | None,
        title: str,
        remedy: str = "write per cents as fractions: 0.05 for 5 %",
    ) -> None:
        """Note a problem where a known number is no probability."""
        number = self.plain(value)
        if number is not None and not 0 <= number <= 1:
            self.problem(
                path,
                f"{'.'.join(path)}: {title} is {number:g}, which does not lie between 0 and 1",
                found=value.text if value else "",
                allowed="0 to 1",
                remedy=remedy,
            )

    def check_at_least(self, path: KeyPath, value: Formula | None, least: float, title: str) -> None:
        """Note a problem where a known number is too small."""
        number = self.plain(value)
        if number is not None and number < least:
            self.problem(
                path,
                f"{'.'.join(path)}: {title} is {number:g}",
                found=value.text if value else "",
                allowed=f"at least {least:g}",
                remedy="give a larger number",
            )

    # ---- metrics and policies ----

    def check_metric_scope(self, path: KeyPath, formula: Formula) -> None:
        """Outside the aggregators, a metric may use only numbers and parameters."""
        try:
            outside = Formula(formula.text, _without_aggregates(formula.tree), formula.line, formula.path)
            self.names.check(outside, SCOPES["metric arithmetic"])
        except FormulaError as error:
            self.formula_problem(path, error)

    def policy_list(self, path: KeyPath, actor: str, listed: Iterable[str]) -> tuple[str, ...]:
        """Check names of policies of `actor`, at most one per phase."""
        known, names = self.policies.get(actor, {}), tuple(listed)
        phases: set[str] = set()
        for name in names:
            if name not in known:
                self._unknown_policy(path, actor, name)
            elif known[name] in phases:
                self.problem(
                    path,
                    f"two policies of {actor} in one phase: {', '.join(names)}",
                    found=", ".join(names),
                    remedy="name one policy per phase",
                )
            else:
                phases.add(known[name])
        return names

    def _unknown_policy(self, path: KeyPath, actor: str, name: str) -> None:
        if self.names.is_missing(f"{actor}.{name}"):
            return
        plain = name.removeprefix(f"{actor}.")
        levels = self.names.levels.get(f"{actor}.{plain.partition('[')[0]}")
        known = self.policies.get(actor, {})
        remedy = did_you_mean(plain, known) or "name one of its policies"
        message = f"{actor} has no policy {name!r}"
        if levels and "[" not in plain:
            message = f"{actor}.{plain} is numeric: one of its levels must be named"
            remedy = f'write for example "{plain}[{levels[0]}]"'
        elif plain != name and plain in known:
            remedy = f"write {plain}: the actor is clear here"
        self.problem(path, message, found=name, allowed=join_names(known), remedy=remedy)


def _without_aggregates(tree: Tree) -> Tree:
    if isinstance(tree, Call):
        if tree.operation.removeprefix("over.") in AGGREGATORS and tree.operation.startswith("over."):
            return Number(0.0)
        return Call(tree.operation, tuple(_without_aggregates(argument) for argument in tree.arguments))
    return tree
