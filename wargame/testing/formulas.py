"""Random formulas over the names that a scenario has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

__all__ = ["Data", "Scope", "shares"]

Data = dict[str, Any]

shares = st.sampled_from([0, 0.1, 0.25, 0.5, 0.7, 1])
_steps = st.sampled_from([-0.3, -0.1, 0.05, 0.2, 0.5])

_FORMS = [
    "({a} + {b})",
    "({a} - {b})",
    "({a} * {b})",
    "{a} / (1 + abs({b}))",
    "min({a}, {b}, 0.7)",
    "max({a}, {b})",
    "clip({a}, -1, 1)",
    "where({if_}, {a}, {b})",
    "where({a} > 0.1, log({a}), {b})",
    "({if_}) * {a}",
    "logistic({a})",
    "exp(clip({a}, -1, 1))",
    "log(1 + abs({a}))",
    "sqrt(abs({a}))",
    "floor({a})",
    "clip({a}, -2, 2) ** 2",
    "clip({a}, -2, 2) ** 3",
    "abs({a}) ** 0.5",
    "(1 + abs({a})) ** clip({b}, -1, 1)",
    "-({a})",
    "{a}",
]
_WILD_FORMS = [
    "({a}) / ({b})",
    "log({a})",
    "sqrt({a})",
    "exp(300 * ({a}))",
    "({a}) * 1e200",
    "({a}) ** ({b})",
]
"""Forms that are infinite or undefined for some values."""

_CONDITIONS = [
    "{a} {sign} {b}",
    "{a} {sign} {b} and turn >= {turn}",
    "not ({a} {sign} {b})",
    "({a} {sign} {b}) or turn >= {turn}",
    "0 <= {a} <= 1",
    "turn >= {turn}",
]
_SIGNS = ["<", "<=", ">", ">=", "==", "!="]


class Scope:
    """What formulas may name, as it becomes known while a scenario is drawn, and how they are drawn."""

    def __init__(self, draw: st.DrawFn, *, wild: bool = False) -> None:
        self.draw, self.wild = draw, wild
        self.parameters: list[str] = []
        self.state: list[str] = []
        self.defined: list[str] = []
        self.nature: list[str] = []
        self.outcomes: list[str] = []
        self.choices: list[str] = []
        self.lasting: list[str] = []
        self.time: list[str] = ["turn"]

    def pick(self, options: Sequence[Any]) -> Any:
        """One of the options."""
        return self.draw(st.sampled_from(options))

    def sometimes(self, one_in: int) -> bool:
        """True once in so many times."""
        return self.draw(st.integers(1, one_in)) == one_in

    def names(self, *, choices: bool = True, outcomes: bool = True) -> list[str]:
        """The names for a formula of a turn."""
        known = [*self.state, *self.parameters, *self.defined, *self.nature, *self.lasting, *self.time]
        known += [f"now.{name}" for name in self.state]
        known += self.choices if choices else []
        known += self.outcomes if outcomes else []
        return known

    def formula(self, names: list[str], depth: int = 2, *, timed: bool = True, tame: bool = False) -> str:
        """A formula, whose value stays within a few hundred for values up to about ten unless the scope is wild."""
        wild = self.wild and not tame
        if depth == 0 or not names:
            # Numbers alone can make something undefined, which is refused when a scenario is loaded.
            return str(self.pick(names if wild and names else [*names, "0.5", "1", "0.1", "-0.3"]))
        form = self.pick([*_FORMS, *_WILD_FORMS] if wild else _FORMS)
        parts = {}
        for place in "ab":
            if f"{{{place}}}" in form:
                parts[place] = self.formula(names, depth - 1, timed=timed, tame=tame)
        if "{if_}" in form:
            parts["if_"] = self.condition(names, depth - 1, timed=timed)
        return str(form.format(**parts))

    def condition(self, names: list[str], depth: int = 1, *, timed: bool = True) -> str:
        """A comparison, or two of them."""
        form = self.pick(_CONDITIONS) if timed else "{a} {sign} {b}"
        return str(
            form.format(
                a=self.formula(names, min(depth, 1), timed=timed),
                b=self.pick(["0.4", "0", "1", *names[:2]]),
                sign=self.pick(_SIGNS),
                turn=self.draw(st.integers(0, 3)),
            )
        )

    def small(self, names: list[str]) -> str:
        """A change of a variable: a number, or a formula between -1 and 1 (in a wild scope, of any size)."""
        if self.draw(st.booleans()):
            return str(self.draw(_steps))
        return self.within(-1, 1, self.formula(names))

    def within(self, low: float, high: float, formula: str) -> str:
        """The formula held between two numbers; in a wild scope now and then as it is."""
        return formula if self.wild and self.sometimes(4) else f"clip({formula}, {low:g}, {high:g})"

    def probability(self, names: list[str]) -> str:
        """A number or formula from 0 to 1."""
        return str(self.pick([str(self.draw(shares)), self.within(0, 1, self.formula(names, 1))]))

    def positive(self, names: list[str]) -> str:
        """A formula that is not negative."""
        return f"abs({self.formula(names, 1)})"
