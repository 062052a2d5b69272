"""What every part of building a scenario needs: parsing formulas in scope and collecting problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wargame.scenario.dates import Calendar
from wargame.scenario.errors import Problem, did_you_mean, join_names
from wargame.scenario.formula import (
    AGGREGATORS,
    Call,
    Formula,
    FormulaError,
    Name,
    Number,
    Tree,
    level_text,
    parse,
)
from wargame.scenario.names import KINDS, Names, Scope, is_valid_name
from wargame.scenario.scenario import Definition, Distribution, Effect
from wargame.scenario.schema import Document
from wargame.scenario.source import KeyPath, Source

__all__ = ["SCOPES", "Builder", "described", "level_names"]

EVERYTHING = frozenset(KINDS)

SCOPES: dict[str, Scope] = {
    "parameters": Scope(
        title="the value of a parameter",
        kinds=frozenset({"parameter"}),
        hint="parameters are fixed as the episode starts; name changing quantities under `define`",
    ),
    "bounds": Scope(
        title="bounds and ranges",
        kinds=frozenset({"parameter"}),
        hint="use numbers and parameters; limit a formula with clip() instead",
    ),
    "initial": Scope(
        title="an initial value",
        kinds=frozenset({"parameter", "state"}),
        hint="use numbers, parameters and variables declared above",
    ),
    "available": Scope(title="`available`", kinds=EVERYTHING),
    "calendar": Scope(
        title="the calendar",
        kinds=EVERYTHING - {"play"},
        hint="the calendar acts before anyone chooses; use last.actor.policy",
    ),
    "metrics": Scope(title="metrics", kinds=EVERYTHING),
    "metric arithmetic": Scope(
        title="a metric outside max(), min(), mean(), sum(), final(), at(), first(), share()",
        kinds=frozenset({"parameter"}),
        hint="wrap it, for example final(x)",
    ),
    "anywhere": Scope(title="formulas", kinds=EVERYTHING),
}


def described(builder: Builder, path: KeyPath, part: Any) -> dict[str, Any]:
    """The keywords of Described for a part of the file."""
    shared = {
        key: getattr(part, key) for key in ("label", "unit", "source", "judgement") if hasattr(part, key)
    }
    if hasattr(part, "description"):
        shared["description"] = part.description
    name = getattr(part, "name", "") or path[-1]
    return {"name": name, "line": builder.source.line(path), **shared}


def level_names(base: str, levels: Any) -> list[tuple[str, float]]:
    """The policies that a numeric policy stands for: (name, level) from `from` to `to`."""
    count = round((levels.to - levels.start) / levels.step) + 1
    values = [round(levels.start + index * levels.step, 10) for index in range(count)]
    return [(f"{base}[{level_text(value)}]", value) for value in values]


@dataclass(kw_only=True)
class Builder:
    """The state of building: source, names, problems found so far."""

    source: Source
    document: Document
    dates: Calendar
    names: Names = field(default_factory=Names)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    failed_paths: set[KeyPath] = field(default_factory=set)
    policies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Actor -> policy name -> phase."""

    def problem(self, path: KeyPath, message: str, **details: str) -> None:
        """Note a problem at `path`; a second one at the same place is dropped as its consequence."""
        if path not in self.failed_paths:
            self.failed_paths.add(path)
            self.problems.append(self.source.problem(path, message, **details))

    def failed(self, path: KeyPath) -> bool:
        """Whether a problem was already found at `path`."""
        return path in self.failed_paths

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
        except FormulaError as error:
            self.problem(
                path,
                f"{'.'.join(path)}: {error}",
                found=error.found,
                allowed=error.allowed,
                remedy=error.remedy,
            )
            return Formula(text, Number(0.0), line, path)
        return formula

    def optional(self, path: KeyPath, text: str | None, scope: str, *, level: bool = False) -> Formula | None:
        """The formula at `path`, or None where the file gives none."""
        return None if text is None else self.formula(path, text, scope, level=level)

    def definitions(self, path: KeyPath, parts: Mapping[str, Any], title: str) -> dict[str, Definition]:
        """Named formulas: definitions, or the terms of a utility."""
        result = {}
        data = self._data(path)
        for name, part in parts.items():
            inner = data.get(name) if isinstance(data, dict) else None
            where = (*path, name) if isinstance(data, dict) else path
            if isinstance(inner, dict):
                where = (*where, "value")
            formula = self.formula(where, part.value, "anywhere")
            result[name] = Definition(**described(self, (*path, name), part), formula=formula)
        return result

    def _data(self, path: KeyPath) -> Any:
        data: Any = self.source.data
        for part in path:
            data = data.get(part, {})
        return data

    def effects(self, path: KeyPath, parts: Mapping[str, Any], *, level: bool = False) -> tuple[Effect, ...]:
        """The effects of a policy, world rule or item of nature."""
        result = []
        for variable, part in parts.items():
            where = (*path, variable)
            if not self.check_variable(where, variable):
                continue
            text = part.set if part.set is not None else part.add
            formula = self.formula(where, text, "anywhere", level=level)
            result.append(Effect(variable=variable, formula=formula, is_set=part.set is not None))
        return tuple(result)

    def check_variable(self, path: KeyPath, name: str, *, parameters: bool = False) -> bool:
        """Whether `name` is a state variable (or, in the calendar, a parameter); notes a problem if not."""
        known = [*self.document.state, *(self.document.parameters if parameters else ())]
        if name in known:
            return True
        is_parameter = name in self.document.parameters
        what = "is a parameter and does not change by effects" if is_parameter else "is not a state variable"
        self.problem(
            path,
            f"{name!r} {what}",
            allowed=join_names(known),
            remedy="declare it under `state` instead"
            if is_parameter
            else did_you_mean(name, known) or "declare it under `state`",
        )
        return False

    def distribution(self, path: KeyPath, part: Any) -> Distribution:
        """A distribution with its numbers as formulas of parameters."""
        kind = next(name for name in type(part).model_fields if getattr(part, name) is not None)
        value = getattr(part, kind)
        where = (*path, kind)
        if kind == "choice":
            weights = value.weights or ["1"] * len(value.values)
            texts = [*value.values, *weights]
        elif isinstance(value, list):
            texts = value
        else:
            texts = [getattr(value, name) for name in type(value).model_fields]
        arguments = tuple(self.formula(where, text, "parameters") for text in texts)
        self._check_distribution(where, kind, arguments)
        return Distribution(kind=kind, arguments=arguments)

    def _check_distribution(self, path: KeyPath, kind: str, arguments: tuple[Formula, ...]) -> None:
        numbers = [argument.constant for argument in arguments]
        if any(number is None for number in numbers):
            return
        known = [number for number in numbers if number is not None]
        half = len(known) // 2
        sensible = {
            "uniform": lambda: known[0] <= known[1],
            "triangular": lambda: known[0] <= known[1] <= known[2] and known[0] < known[2],
            "normal": lambda: known[1] >= 0,
            "lognormal": lambda: known[0] > 0 and known[1] >= 0,
            "beta": lambda: known[0] > 0 and known[1] > 0 and known[2] <= known[3],
            "choice": lambda: min(known[half:]) >= 0 and sum(known[half:]) > 0,
        }
        wanted = {
            "uniform": "low <= high",
            "triangular": "low <= mode <= high",
            "normal": "sd >= 0",
            "lognormal": "median > 0 and sigma >= 0",
            "beta": "a > 0, b > 0 and low <= high",
            "choice": "weights that are not negative and not all 0",
        }
        if not sensible[kind]():
            self.problem(
                path,
                f"these numbers make no {kind} distribution",
                found=", ".join(argument.text for argument in arguments),
                allowed=wanted[kind],
                remedy="put them in order",
            )

    def check_order(self, path: KeyPath, low: Formula | None, high: Formula | None, title: str) -> None:
        """Note a problem where the low end is not below the high one (as far as they are plain numbers)."""
        first, second = self.plain(low), self.plain(high)
        if first is not None and second is not None and not first < second:
            self.problem(
                path,
                f"{title} must rise: {first:g} is not below {second:g}",
                found=f"[{first:g}, {second:g}]",
                allowed="[low, high] with low < high",
                remedy="swap or correct them",
            )

    def check_inside(
        self, path: KeyPath, value: Formula | None, low: Formula | None, high: Formula | None, title: str
    ) -> None:
        """Note a problem where a plain number lies outside plain limits."""
        number, first, second = self.plain(value), self.plain(low), self.plain(high)
        below = number is not None and first is not None and number < first
        above = number is not None and second is not None and number > second
        if below or above:
            shown = f"[{'' if first is None else format(first, 'g')}, {'' if second is None else format(second, 'g')}]"
            self.problem(
                path,
                f"{title} {number:g} lies outside {shown}",
                found=f"{number:g}",
                allowed=shown,
                remedy="correct the value or the limits",
            )

    def check_probability(self, path: KeyPath, value: Formula | None, title: str) -> None:
        """Note a problem where a plain number is no probability."""
        number = self.plain(value)
        if number is not None and not 0 <= number <= 1:
            self.problem(
                path,
                f"{title} is {number:g}, which is no probability",
                found=value.text if value else "",
                allowed="0 to 1",
                remedy="divide per cents by 100; use `rate` for rates above 1",
            )

    def check_at_least(self, path: KeyPath, value: Formula | None, least: float, title: str) -> None:
        """Note a problem where a plain number is too small."""
        number = self.plain(value)
        if number is not None and number < least:
            self.problem(
                path, f"{title} is {number:g}", allowed=f"at least {least:g}", remedy="give a larger number"
            )

    def plain(self, formula: Formula | None) -> float | None:
        """The value of a formula that is a number, or the name of a parameter that is one."""
        if formula is None:
            return None
        if isinstance(formula.tree, Name) and formula.tree.name in self.document.parameters:
            text = self.document.parameters[formula.tree.name].value
            try:
                return float(text)
            except ValueError:
                return None
        return formula.constant

    def check_metric_scope(self, path: KeyPath, formula: Formula) -> None:
        """Outside the aggregators, a metric may use only numbers and parameters."""
        try:
            outside = Formula(formula.text, _without_aggregates(formula.tree), formula.line, formula.path)
            self.names.check(outside, SCOPES["metric arithmetic"])
        except FormulaError as error:
            self.problem(
                path,
                f"{'.'.join(path)}: {error}",
                found=error.found,
                allowed=error.allowed,
                remedy=error.remedy,
            )

    def policy_list(self, path: KeyPath, actor: str, listed: Iterable[str]) -> tuple[str, ...]:
        """Check names of policies of `actor`, at most one per phase."""
        known = self.policies[actor]
        phases: set[str] = set()
        for name in listed:
            if name not in known:
                self.problem(
                    path,
                    f"{actor} has no policy {name!r}",
                    allowed=join_names(known),
                    remedy=did_you_mean(name, known) or "name one of its policies",
                )
            elif known[name] in phases:
                self.problem(
                    path,
                    f"two policies of {actor} in one phase: {', '.join(listed)}",
                    remedy="name one policy per phase",
                )
            else:
                phases.add(known[name])
        return tuple(listed)

    def declare_names(self) -> None:
        """Make every name of the scenario known and check that it can be a name and is given once."""
        groups: list[tuple[str, Mapping[str, Any], str]] = [
            ("parameters", self.document.parameters, "parameter"),
            ("state", self.document.state, "state"),
            ("define", self.document.define, "define"),
            ("nature", self.document.nature, "nature"),
            ("actors", self.document.actors, "actor"),
        ]
        seen: dict[str, str] = {}
        for key, parts, kind in groups:
            for name in parts:
                self._check_name((key, name), name)
                if name in seen:
                    self.problem(
                        (key, name),
                        f"the name {name!r} is used twice",
                        found=f"under `{seen[name]}` and under `{key}`",
                        remedy="rename one of them",
                    )
                seen.setdefault(name, key)
                if kind != "actor":
                    self.names.add(name, kind)
        self._declare_time()
        for name in self.document.state:
            self.names.add(f"now.{name}", "now")
        for name in self.document.outcomes:
            self._check_name(("outcomes", name), name)
            self.names.add(f"outcome.{name}", "outcome")
        for name in self.document.metrics:
            self._check_name(("metrics", name), name)
        self._declare_nature()
        self._declare_policies()

    def _check_name(self, path: KeyPath, name: str) -> None:
        reason = is_valid_name(name)
        if reason:
            self.problem(path, f"{name!r} cannot be a name: {reason}", remedy="choose another name")

    def _declare_time(self) -> None:
        self.names.add("turn", "time")
        if self.dates.dated:
            self.names.add("year", "time")
            per_year = self.dates.per_year
            for name, parts in (("half", (2, 4, 12)), ("quarter", (4, 12)), ("month", (12,))):
                if per_year in parts:
                    self.names.add(name, "time")

    def _declare_nature(self) -> None:
        for name, item in self.document.nature.items():
            if item.draw.categorical is None:
                continue
            del self.names.kinds[name]
            categories = list(item.draw.categorical)
            self.names.uncomparable[name] = f"name one of its categories: {name}.{categories[0]}"
            for category in categories:
                self._check_name(("nature", name, "draw", "categorical", category), category)
                self.names.add(f"{name}.{category}", "nature")

    def _declare_policies(self) -> None:
        default_phase = self.document.turn.phases[0] if len(self.document.turn.phases) == 1 else None
        for actor, part in self.document.actors.items():
            known = self.policies.setdefault(actor, {})
            self.names.uncomparable[actor] = f"name one of its policies: {actor}.{next(iter(part.policies))}"
            for base, policy in part.policies.items():
                path = ("actors", actor, "policies", base)
                self._check_name(path, base)
                phase = policy.phase or default_phase or ""
                if phase not in self.document.turn.phases:
                    self.problem(
                        (*path, "phase") if policy.phase else path,
                        f"policy {actor}.{base} belongs to no phase of the turn",
                        found=policy.phase or "no `phase`",
                        allowed=join_names(self.document.turn.phases),
                        remedy=did_you_mean(phase, self.document.turn.phases) or "add `phase: ...`",
                    )
                names = [base]
                if policy.levels is not None:
                    self.names.add(f"{actor}.{base}", "play")
                    self.names.add(f"last.{actor}.{base}", "last")
                    names = [name for name, _ in level_names(base, policy.levels)]
                for name in names:
                    known[name] = phase
                    self.names.add(f"{actor}.{name}", "play")
                    self.names.add(f"last.{actor}.{name}", "last")


def _without_aggregates(tree: Tree) -> Tree:
    if isinstance(tree, Call):
        if tree.operation.removeprefix("over.") in AGGREGATORS and tree.operation.startswith("over."):
            return Number(0.0)
        return Call(tree.operation, tuple(_without_aggregates(argument) for argument in tree.arguments))
    return tree
