"""What the numbers of a scenario rest on: a source, a stated judgement, or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from wargame.scenario.formula import Formula, Number, walk
from wargame.scenario.scenario import Actor, Described, Distribution, Policy, Scenario

__all__ = ["Audit", "Basis", "Entry", "audit"]

PLAIN = (0.0, 1.0, 2.0)
"""Numbers inside formulas that carry no information of their own: absence, presence, halves and squares."""


class Basis(Enum):
    """What a number rests on."""

    SOURCE = "sourced"
    JUDGEMENT = "judgement"
    NONE = "neither"

    @classmethod
    def of(cls, thing: Described) -> Basis:
        """The basis that the file gives for a thing."""
        return cls.SOURCE if thing.source else cls.JUDGEMENT if thing.judgement else cls.NONE


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One number, or one rule that gives its source: what it is called, where it stands and what it rests on."""

    kind: str
    name: str
    title: str
    line: int
    basis: Basis
    text: str
    has_range: bool = False
    """Whether a distribution says what is not known about it."""


@dataclass(frozen=True, kw_only=True)
class Audit:
    """The evidence of a scenario, counted.

    `numbers` are the parameters and initial values that the file gives as numbers; `derived` are those it computes from
    others; `rules` are policies, world rules and items of nature; `inside` counts the numbers written inside formulas
    other than 0, 1 and 2, and `inside_named` those of them that stand in something with a source or judgement of its
    own. Bounds, ranges, levels, dates and metrics are not counted: they are definitions.
    """

    numbers: tuple[Entry, ...]
    derived: tuple[Entry, ...]
    rules: tuple[Entry, ...]
    inside: int
    inside_named: int

    def count(self, basis: Basis) -> int:
        """How many of the numbers rest on this."""
        return sum(entry.basis is basis for entry in self.numbers)

    @property
    def bare(self) -> tuple[Entry, ...]:
        """The numbers that rest on nothing the file states."""
        return tuple(entry for entry in self.numbers if entry.basis is Basis.NONE)

    @property
    def with_range(self) -> int:
        """How many numbers have a distribution for what is not known about them."""
        return sum(entry.has_range for entry in self.numbers)

    @property
    def rules_named(self) -> int:
        """How many policies, world rules and items of nature give a source or judgement of their own."""
        return sum(entry.basis is not Basis.NONE for entry in self.rules)

    def __str__(self) -> str:
        """The counts in one sentence each."""
        if not self.numbers and not self.inside:
            return "No numbers."
        first = (
            f"{_count(len(self.numbers), 'number')}: {self.count(Basis.SOURCE)} sourced, "
            f"{self.count(Basis.JUDGEMENT)} judgement, {self.count(Basis.NONE)} neither; "
            f"{self.with_range} with a range."
        )
        parts = [first]
        if self.derived:
            verb = "is" if len(self.derived) == 1 else "are"
            parts.append(f"{len(self.derived)} more {verb} computed from these.")
        if self.inside:
            found = f"Inside formulas: {_count(self.inside, 'number')} other than 0, 1 and 2"
            named = f", {self.inside_named} of them in a rule that gives its source or judgement"
            parts.append(found + (named if self.inside_named else "") + ".")
        return " ".join(parts)


def _count(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def audit(scenario: Scenario) -> Audit:
    """Count what the scenario's numbers rest on."""
    numbers: list[Entry] = []
    derived: list[Entry] = []
    for parameter in scenario.parameters.values():
        given = parameter.value.constant is not None
        entry = _entry("parameter", parameter, has_range=parameter.distribution is not None)
        (numbers if given else derived).append(entry)
    for variable in scenario.state.values():
        initial = variable.initial
        given = isinstance(initial, Distribution) or initial.constant is not None
        (numbers if given else derived).append(_entry("state variable", variable))
    rules = [
        *(_entry("policy", policy) for policy in _policies(scenario)),
        *(_entry("world rule", rule) for rule in scenario.effects.values()),
        *(_entry("nature", item) for item in scenario.nature.values()),
    ]
    inside = Counter(
        named
        for formula, named in _formulas(scenario)
        for node in walk(formula.tree)
        if isinstance(node, Number) and abs(node.value) not in PLAIN
    )
    return Audit(
        numbers=tuple(numbers),
        derived=tuple(derived),
        rules=tuple(rules),
        inside=inside.total(),
        inside_named=inside[True],
    )


def _entry(kind: str, thing: Described, *, has_range: bool = False) -> Entry:
    name = f"{thing.actor}.{thing.base}" if isinstance(thing, Policy) else thing.name
    return Entry(
        kind=kind,
        name=name,
        title=thing.title,
        line=thing.line,
        basis=Basis.of(thing),
        text=thing.source or thing.judgement,
        has_range=has_range,
    )


def _policies(scenario: Scenario) -> Iterator[Policy]:
    """Every policy once: of a numeric one, which repeats its formulas for every level, the first level."""
    for actor in scenario.actors.values():
        first: dict[str, Policy] = {}
        for policy in actor.policies.values():
            first.setdefault(policy.base, policy)
        yield from first.values()


def _formulas(scenario: Scenario) -> Iterator[tuple[Formula, bool]]:
    """Every formula that moves an episode, and whether the thing it stands in has a basis of its own."""
    for policy in _policies(scenario):
        changes = [effect.formula for effect in policy.effects]
        yield from _of(policy, policy.available, policy.cost, *changes)
    for definition in scenario.define.values():
        yield from _of(definition, definition.formula)
    for actor in scenario.actors.values():
        yield from ((formula, False) for formula in _decision(actor))
        for term in actor.utility.values():
            yield from _of(term, term.formula)
    for rule in scenario.effects.values():
        yield from _of(rule, rule.when, *(effect.formula for effect in rule.effects))
    for item in scenario.nature.values():
        yield from _of(item, item.when, *item.arguments, *(effect.formula for effect in item.effects))
    for entry in scenario.calendar:
        yield from _of(entry, *(change.formula for change in entry.changes))
    for outcome in scenario.outcomes.values():
        yield from _of(outcome, outcome.when)


def _of(thing: Described, *formulas: Formula | None) -> Iterator[tuple[Formula, bool]]:
    named = Basis.of(thing) is not Basis.NONE
    return ((formula, named) for formula in formulas if formula is not None)


def _decision(actor: Actor) -> Iterator[Formula]:
    decision, beliefs = actor.decision, actor.decision.beliefs
    revise = decision.revise if isinstance(decision.revise, Formula) else None
    single = (decision.precision, decision.discount, decision.tremble, revise, beliefs.rate)
    conditions = (clause.when for clause in decision.doctrine)
    yield from (formula for formula in (*single, *conditions) if formula is not None)
    yield from decision.probabilities.values()
    yield from beliefs.weights.values()
    for sight in actor.perception.values():
        yield from (sight.bias, sight.noise)
