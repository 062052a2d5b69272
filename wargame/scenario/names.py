"""Which names a formula may use, where: the scopes of the scenario language."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.formula import AGGREGATORS, FUNCTIONS, Formula, FormulaError, Name, walk
from wargame.scenario.schema_values import NAME_PATTERN

__all__ = ["KINDS", "Names", "Scope", "cycle", "is_valid_name", "names_in"]

RESERVED = {
    *("turn", "year", "half", "quarter", "month", "level", "now", "last", "outcome", "belief"),
    *("true", "false", "null", "inf", "nan", "then", "elif", "AND", "OR", "NOT"),
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
    "belief": "public beliefs about types (belief.actor.type)",
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
    policies: dict[str, dict[str, str]] = field(default_factory=dict)
    """Actor -> policy name (with its level) -> phase."""
    levels: dict[str, list[str]] = field(default_factory=dict)
    """`actor.policy` of each numeric policy -> its levels as they are written."""
    categories: dict[str, list[str]] = field(default_factory=dict)
    """A categorical item of nature -> its categories."""
    missing: frozenset[str] = frozenset()
    """Names that the file declares in parts that could not be read: nothing is known about them."""

    def add(self, name: str, kind: str) -> None:
        """Make `name` known."""
        self.kinds[name] = kind

    def is_missing(self, name: str) -> bool:
        """Whether `name` belongs to a part that could not be read."""
        plain = name.removeprefix("last.").removeprefix("now.").split("[")[0]
        parts = plain.split(".")
        return any(".".join(parts[: length + 1]) in self.missing for length in range(len(parts)))

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
                if self.is_missing(name):
                    continue
                raise self._unknown(name, formula, scope)
            if kind not in scope.kinds:
                raise FormulaError(
                    f"{name!r} cannot be used in {scope.title}",
                    found=formula.text,
                    allowed=join_names(KINDS[allowed] for allowed in KINDS if allowed in scope.kinds),
                    remedy=scope.hint,
                )

    def _unknown(self, name: str, formula: Formula, scope: Scope) -> FormulaError:
        message, allowed, remedy = self._explain(name, scope)
        return FormulaError(message, found=formula.text, allowed=allowed, remedy=remedy, name=name)

    def _explain(self, name: str, scope: Scope) -> tuple[str, str, str]:
        """Message, allowed and remedy for an unknown name."""
        head, _, rest = name.partition(".")
        if head == "last" and rest and rest.partition(".")[0] in self.policies:
            message, allowed, remedy = self._policy(rest, "last.")
            return message, allowed, remedy
        if head in self.policies:
            return self._policy(name, "")
        if name in self.categories:
            return self._family(f"{name!r} is not a number", name, self.categories[name], "")
        if head in self.categories:
            return self._family(f"{head!r} has no category {rest!r}", head, self.categories[head], rest)
        if head in ("now", "outcome", "belief") and rest:
            known = [other.partition(".")[2] for other, kind in self.kinds.items() if kind == head]
            what = {"now": "state variable", "outcome": "outcome", "belief": "type"}[head]
            return self._family(f"there is no {what} {rest!r}", head, known, rest)
        if head == "last":
            known = [other for other, kind in self.kinds.items() if kind == "last"]
            near = (
                did_you_mean(name, known) or "write last.actor.policy; now.x is what x was as this turn began"
            )
            return f"`last` is for choices: there is no {name!r}", join_names(known), near
        if name in ("year", "half", "quarter", "month"):
            return (
                f"{name!r} is not known: the turns of this scenario have no such date",
                "",
                "give `time` a `start` and a step of a year or less, or use `turn`",
            )
        if rest and head in self.kinds:
            return f"{head!r} has no parts, so nothing can stand behind a dot", "", f"write {head}"
        reachable = [known for known, kind in self.kinds.items() if kind in scope.kinds]
        full = [known for known in reachable if known.endswith(f".{name}") and known.count(".") == 1]
        remedy = (
            f"did you mean {' or '.join(map(repr, full[:3]))}?" if full else did_you_mean(name, reachable)
        )
        plain = [known for known in reachable if "." not in known]
        return (
            f"unknown name {name!r}",
            join_names(plain),
            remedy or "declare it under `parameters`, `state` or `define`, or use one of the names above",
        )

    def _policy(self, name: str, prefix: str) -> tuple[str, str, str]:
        """What is wrong with `actor.policy` of a known actor."""
        actor, _, policy = name.partition(".")
        base, _, level = policy.partition("[")
        levels = self.levels.get(f"{actor}.{base}")
        if not policy:
            return self._family(f"{name!r} is not a number", prefix + actor, self._bases(actor), "")
        if level and levels is not None:
            near = min(levels, key=lambda text: abs(float(text) - _number(level.rstrip("]"))))
            return (
                f"{actor}.{base} has no level {level.rstrip(']')}",
                join_names(levels, 21),
                f"did you mean {prefix}{actor}.{base}[{near}]?",
            )
        if level and base in self.policies[actor]:
            return f"{actor}.{base} has no levels", "", f"write {prefix}{actor}.{base}"
        return self._family(f"{actor} has no policy {policy!r}", prefix + actor, self._bases(actor), base)

    def _bases(self, actor: str) -> list[str]:
        """The names of an actor's policies, numeric ones without their levels."""
        return list(dict.fromkeys(policy.partition("[")[0] for policy in self.policies[actor]))

    @staticmethod
    def _family(message: str, head: str, known: list[str], wrong: str) -> tuple[str, str, str]:
        full = [f"{head}.{member}" for member in known]
        near = re.sub(r"'([^']+)'", rf"'{head}.\1'", did_you_mean(wrong, known)) if wrong else ""
        example = f"write for example {full[0]}" if full else "there is none: leave it out"
        return message, join_names(full), near or example


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def names_in(formula: Formula) -> Iterable[str]:
    """The names that a formula uses, each once, in order of appearance."""
    return dict.fromkeys(node.name for node in walk(formula.tree) if isinstance(node, Name))


def is_valid_name(name: str) -> str:
    """Why `name` cannot be used as a name, or an empty text."""
    if not re.fullmatch(NAME_PATTERN, name):
        return "a name is made of letters, digits and underscores and starts with a letter"
    if name in RESERVED or keyword.iskeyword(name):
        return "this word has a meaning in formulas already"
    return ""


def cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One cycle of a directed graph as a closed list of nodes, or an empty list."""
    done: set[str] = set()
    for start in graph:
        trail: dict[str, Iterator[str]] = {}
        node = start
        while True:
            if node in trail:
                listed = list(trail)
                return [*listed[listed.index(node) :], node]
            if node not in done and node in graph:
                trail[node] = iter(graph[node])
            while trail:
                last = next(reversed(trail))
                following = next(trail[last], None)
                if following is not None:
                    node = following
                    break
                done.add(last)
                del trail[last]
            else:
                break
    return []
