"""How strongly a formula depends on given names, directly or through what they move: not, in proportion, or otherwise.

While an actor plans at the mean, whatever is not known stands in formulas as one number. That is exact where formulas
are linear in it. Bounds that bind are left out of account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wargame.scenario.formula import Formula, Name, Number, Tree
from wargame.scenario.scenario import Effect, NatureItem, Scenario

__all__ = ["LINEAR", "OTHERWISE", "Degrees"]

LINEAR, OTHERWISE = 1, 2
"""Degrees, besides 0; there is no telling apart what lies beyond the first."""


class Degrees:
    """The degree of formulas of a scenario in some names, the sources, which are of degree 1."""

    def __init__(self, scenario: Scenario, sources: Iterable[str]) -> None:
        self.scenario, self.sources = scenario, frozenset(sources)
        self._state: dict[str, int] = {}
        self._chance: dict[str, int] = {}
        while self._spread():
            pass

    def of(self, formula: Formula | None) -> int:
        """The degree of a formula: 0, LINEAR or OTHERWISE."""
        return 0 if formula is None else self._of(formula.tree)

    def _spread(self) -> bool:
        """Let degrees pass from weights and formulas of effects to the variables that they move; whether any rose.

        They pass to nature's items as well, which may read each other's values and their own of the turn before.
        """
        before = {**self._state, **self._chance}
        for item in self.scenario.nature.values():
            self._chance[item.name] = max(self._chance.get(item.name, 0), self._item(item))
        for weight, effect in self._effects():
            known = self._state.get(effect.variable, 0)
            change = self.of(effect.formula)
            if effect.is_set:
                change = max(change, known)
            elif effect.formula.constant == 0:
                continue
            self._state[effect.variable] = max(known, min(OTHERWISE, weight + change))
        return {**self._state, **self._chance} != before

    def _effects(self) -> Iterator[tuple[int, Effect]]:
        for policy in self.scenario.policies():
            yield from ((self._name(policy.full_name), effect) for effect in policy.effects)
        for rule in self.scenario.effects.values():
            yield from ((self._switch(rule.when), effect) for effect in rule.effects)
        for item in self.scenario.nature.values():
            weight = self._chance[item.name] if item.is_event else self._switch(item.when)
            yield from ((weight, effect) for effect in item.effects)

    def _switch(self, condition: Formula | None) -> int:
        return OTHERWISE if self.of(condition) else 0

    def _name(self, name: str) -> int:
        scenario, plain = self.scenario, name.removeprefix("now.")
        head = name.partition(".")[0]
        if name in self.sources:
            return LINEAR
        if plain in scenario.state:
            return self._state.get(plain, 0)
        if name in scenario.define:
            return self.of(scenario.define[name].formula)
        if head == "outcome":
            return self._switch(scenario.outcomes[name.partition(".")[2]].when)
        if head in scenario.nature:
            return self._chance.get(head, 0)
        return 0

    def _item(self, item: NatureItem) -> int:
        """The degree of the value that planning takes an item to have: its mean, or the chance of an event."""
        if item.name in self.sources:
            return LINEAR
        arguments = [self.of(argument) for argument in item.arguments]
        if self._switch(item.when):
            return OTHERWISE
        if item.kind in ("rate", "categorical"):
            return OTHERWISE if any(arguments) else 0
        # What scatters around the mean does not move it.
        means = arguments if item.kind in ("binomial", "uniform") else arguments[:1]
        return min(OTHERWISE, sum(means) if item.kind == "binomial" else max(means, default=0))

    def _of(self, tree: Tree) -> int:
        if isinstance(tree, Number):
            return 0
        if isinstance(tree, Name):
            return self._name(tree.name)
        degrees = [self._of(argument) for argument in tree.arguments]
        if not any(degrees):
            return 0
        if tree.operation in ("add", "sub", "neg"):
            return max(degrees)
        if tree.operation == "mul":
            return min(OTHERWISE, sum(degrees))
        if tree.operation == "div" and not degrees[1]:
            return degrees[0]
        if tree.operation == "where" and not degrees[0]:
            return max(degrees)
        return OTHERWISE
