"""Formulas as a graph of operations in which nothing is computed twice.

Every quantity of a turn becomes a node; equal operations on equal arguments are one node. A look-ahead over eight
policies therefore costs little more than one: whatever a policy does not touch is shared. Simplifications are the
few that hold for every finite number; as both engines execute the same graph, they agree to the bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from wargame.engine import numeric
from wargame.scenario.formula import MAX_INTEGER_POWER

__all__ = ["Graph", "Node"]


@dataclass(slots=True, eq=False)
class Node:
    """An operation on other nodes, a number, a row of the workspace, or a loop's counter.

    `level` is the number of loops that the value depends on; `lines` are the lines of the file behind it.
    """

    operation: str
    arguments: tuple[Node, ...] = ()
    number: float = 0.0
    name: str = ""
    level: int = 0
    lines: tuple[int, ...] = ()
    risky: bool = False
    """Whether the value can be infinite or not a number although all its arguments are finite."""

    @property
    def is_number(self) -> bool:
        """Whether the value is known while compiling."""
        return self.operation == "number"

    @property
    def is_leaf(self) -> bool:
        """Whether there is nothing to compute."""
        return self.operation in ("number", "row", "counter")


_RISKY = {"div", "exp", "log", "sqrt", "power", "call"}
_TRUTHS = {"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}

_FOLD: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": numeric.divide,
    "neg": lambda a: -a,
    "power": numeric.power,
    "lt": lambda a, b: 1.0 if a < b else 0.0,
    "le": lambda a, b: 1.0 if a <= b else 0.0,
    "gt": lambda a, b: 1.0 if a > b else 0.0,
    "ge": lambda a, b: 1.0 if a >= b else 0.0,
    "eq": lambda a, b: 1.0 if a == b else 0.0,
    "ne": lambda a, b: 1.0 if a != b else 0.0,
    "and": lambda a, b: 1.0 if a != 0.0 and b != 0.0 else 0.0,
    "or": lambda a, b: 1.0 if a != 0.0 or b != 0.0 else 0.0,
    "not": lambda a: 1.0 if a == 0.0 else 0.0,
    "min": numeric.minimum,
    "max": numeric.maximum,
    "abs": numeric.absolute,
    "exp": numeric.exp,
    "log": numeric.log,
    "sqrt": numeric.sqrt,
    "floor": numeric.floor,
    "logistic": numeric.logistic,
}


class Graph:
    """Makes nodes, each distinct one once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Node] = {}
        self.zero = self.number(0.0)
        self.one = self.number(1.0)

    def _make(self, key: tuple[object, ...], node: Node) -> Node:
        return self._known.setdefault(key, node)

    def number(self, value: float) -> Node:
        """A literal."""
        value = float(value) + 0.0
        return self._make(("number", repr(value)), Node("number", number=value))

    def row(self, name: str) -> Node:
        """The value of a row of the workspace, as it is when the function starts."""
        return self._make(("row", name), Node("row", name=name))

    def counter(self, name: str, level: int) -> Node:
        """The counter of a loop at nesting depth `level` (1 is the outermost)."""
        return self._make(("counter", name, level), Node("counter", name=name, level=level))

    def at(self, first_row: str, counter: Node) -> Node:
        """The row that lies `counter` rows after `first_row`."""
        return self._make(
            ("at", first_row, id(counter)), Node("at", (counter,), name=first_row, level=counter.level)
        )

    def call(self, function: str, *arguments: Node) -> Node:
        """A function of `counts` or `distributions`."""
        return self._operation("call", arguments, function)

    def apply(self, operation: str, *arguments: Node, lines: Iterable[int] = ()) -> Node:
        """The result of an operation, simplified where its arguments are known."""
        node = self._simplify(operation, arguments) or self._operation(operation, arguments)
        if lines and not node.is_leaf:
            node.lines = tuple(dict.fromkeys((*node.lines, *lines)))
        return node

    def _operation(self, operation: str, arguments: tuple[Node, ...], name: str = "") -> Node:
        key = (operation, name, *map(id, arguments))
        level = max((argument.level for argument in arguments), default=0)
        risky = operation in _RISKY or any(argument.risky for argument in arguments)
        return self._make(key, Node(operation, arguments, name=name, level=level, risky=risky))

    def _simplify(self, operation: str, arguments: tuple[Node, ...]) -> Node | None:
        # Rules come before folding: a whole power is multiplication for numbers, too.
        rule = getattr(self, f"_simplify_{operation}", None)
        simpler: Node | None = rule(*arguments) if rule else None
        if simpler is None and operation in _FOLD and all(argument.is_number for argument in arguments):
            return self.number(_FOLD[operation](*(argument.number for argument in arguments)))
        return simpler

    def _simplify_add(self, a: Node, b: Node) -> Node | None:
        return b if a is self.zero else a if b is self.zero else None

    def _simplify_sub(self, a: Node, b: Node) -> Node | None:
        return a if b is self.zero else self.apply("neg", b) if a is self.zero else None

    def _simplify_mul(self, a: Node, b: Node) -> Node | None:
        if a is self.zero or b is self.zero:
            return self.zero
        return b if a is self.one else a if b is self.one else None

    def _simplify_div(self, a: Node, b: Node) -> Node | None:
        return a if b is self.one else None

    def _simplify_neg(self, a: Node) -> Node | None:
        return a.arguments[0] if a.operation == "neg" else None

    def _simplify_power(self, base: Node, exponent: Node) -> Node | None:
        """A small whole power is multiplication; others stay `power`."""
        size = exponent.number
        if not exponent.is_number or size != int(size) or abs(size) > MAX_INTEGER_POWER:
            return None
        result = self.one
        for _ in range(int(abs(size))):
            result = self.apply("mul", result, base)
        return self.apply("div", self.one, result) if size < 0 else result

    def _simplify_where(self, condition: Node, a: Node, b: Node) -> Node | None:
        if condition.is_number:
            return a if condition.number != 0.0 else b
        return a if a is b else None

    def _simplify_and(self, a: Node, b: Node) -> Node | None:
        return self._logical(a, b, absorbing=0.0)

    def _simplify_or(self, a: Node, b: Node) -> Node | None:
        return self._logical(a, b, absorbing=1.0)

    def _logical(self, a: Node, b: Node, absorbing: float) -> Node | None:
        for known, other in ((a, b), (b, a)):
            if known.is_number:
                if (known.number != 0.0) == (absorbing != 0.0):
                    return self.number(absorbing)
                return self.truth(other)
        return None

    def replace(self, node: Node, known: Mapping[int, Node]) -> Node:
        """The node with others put in the place of some nodes, which `known` lists by identity."""
        if id(node) in known:
            return known[id(node)]
        if node.is_leaf:
            return node
        return self.apply(
            node.operation, *(self.replace(argument, known) for argument in node.arguments), lines=node.lines
        )

    def truth(self, node: Node) -> Node:
        """1 where the node is not 0, else 0."""
        return node if node.operation in _TRUTHS else self.apply("ne", node, self.zero)

    # Shorthands for the rules of a turn, which read better as arithmetic.

    def add(self, *terms: Node) -> Node:
        """The terms added from left to right."""
        total = self.zero
        for term in terms:
            total = self.apply("add", total, term)
        return total

    def sub(self, a: Node, b: Node) -> Node:
        """a - b."""
        return self.apply("sub", a, b)

    def mul(self, a: Node, b: Node) -> Node:
        """a * b."""
        return self.apply("mul", a, b)

    def div(self, a: Node, b: Node) -> Node:
        """a / b by IEEE 754."""
        return self.apply("div", a, b)

    def where(self, condition: Node, a: Node, b: Node) -> Node:
        """a if the condition is not 0, else b."""
        return self.apply("where", condition, a, b)

    def all(self, *conditions: Node) -> Node:
        """1 if every condition is not 0."""
        result = self.one
        for condition in conditions:
            result = self.apply("and", result, condition)
        return result

    def negate(self, condition: Node) -> Node:
        """1 where the condition is 0."""
        return self.apply("not", condition)

    def clip(self, value: Node, low: Node | None, high: Node | None) -> Node:
        """The value limited to [low, high]; None is no limit. What was just limited so stays as it is."""
        if high is not None and low is not None and value.operation == "min" and value.arguments[1] is high:
            inner = value.arguments[0]
            if inner.operation == "max" and inner.arguments[1] is low:
                return value
        if low is not None:
            value = self.apply("max", value, low)
        if high is not None:
            value = self.apply("min", value, high)
        return value

    def weigh(self, weight: Node, value: Node) -> Node:
        """weight * value, and 0 for weight 0 even where the value is infinite."""
        product = self.mul(weight, value)
        return self.where(weight, product, self.zero) if value.risky and not weight.is_number else product
