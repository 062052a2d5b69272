"""The formula language: its functions, and formulas as trees of numbers, names and calls.

Formulas are a small subset of Python's expressions. `parsing` makes a tree of a text, `names` checks its names, `latex`
writes it as mathematics, and the engine turns it into code.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = [
    "AGGREGATORS",
    "FUNCTIONS",
    "MAX_DEPTH",
    "MAX_INTEGER_POWER",
    "Call",
    "Formula",
    "FormulaError",
    "Name",
    "Number",
    "Tree",
    "depth",
    "level_text",
    "walk",
]

MAX_DEPTH = 200
"""Operations inside each other, in a formula or through definitions that build on each other."""

MAX_INTEGER_POWER = 16
"""Up to this exponent, whole powers are multiplied out."""

FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 64),
    "max": (2, 64),
    "clip": (3, 3),
    "abs": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "floor": (1, 1),
    "logistic": (1, 1),
    "where": (3, 3),
}
"""Each function of the language with the least and the largest number of its arguments."""

AGGREGATORS: dict[str, int] = {
    "max": 1,
    "min": 1,
    "mean": 1,
    "sum": 1,
    "final": 1,
    "at": 2,
    "first": 1,
    "share": 1,
}
"""What a metric can ask of an episode, with the number of arguments."""


@dataclass(frozen=True, slots=True)
class Number:
    """A literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """A name in scope, in its written form: `tension`, `last.seoul.hold`, `seoul.demand[0.5]`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function applied to arguments.

    Operators: add sub mul div neg power, lt le gt ge eq ne, and or not. Functions: the keys of FUNCTIONS. In metrics
    also `over.max` and so on, for the keys of AGGREGATORS.
    """

    operation: str
    arguments: tuple[Tree, ...]


Tree = Number | Name | Call


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula with its text and its place in the file."""

    text: str
    tree: Tree
    line: int
    path: tuple[str, ...]

    @property
    def constant(self) -> float | None:
        """The value, if the formula is just a number."""
        tree = self.tree
        if isinstance(tree, Number):
            return tree.value
        if (
            isinstance(tree, Call)
            and tree.operation == "neg"
            and isinstance(inner := tree.arguments[0], Number)
        ):
            return -inner.value
        return None


class FormulaError(Exception):
    """A formula that cannot be understood; carries what was found, what is allowed and the remedy.

    `name` is the name in it that is unknown, if that is what is wrong.
    """

    def __init__(
        self, message: str, *, found: str = "", allowed: str = "", remedy: str = "", name: str = ""
    ) -> None:
        super().__init__(message)
        self.found, self.allowed, self.remedy, self.name = found, allowed, remedy, name


def level_text(level: float) -> str:
    """A numeric policy's level as it is written in names: 0.5, 1, 20."""
    return f"{level + 0.0:.10g}"


def depth(tree: Tree) -> int:
    """How many operations stand inside each other, at most."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        if deepest > 10 * MAX_DEPTH:
            break
        seen: dict[int, Tree] = {}
        for node in level:
            if isinstance(node, Call):
                seen.update((id(argument), argument) for argument in node.arguments)
        level = list(seen.values())
    return deepest


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node of the tree, parents before children."""
    yield tree
    if isinstance(tree, Call):
        for argument in tree.arguments:
            yield from walk(argument)
