"""From a graph to Python source: the one emitter, for whoever executes it.

The text is straight-line code: rows of the workspace are loaded into names, each quantity is computed once, results
are stored at the end. It means the same interpreted and compiled. Comments give the lines of the scenario file.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wargame.engine.graph import Node

__all__ = ["Check", "Loop", "Store", "Writer", "emit_function", "emit_nested", "emit_values"]

INLINE_LENGTH = 96

_INFIX = {"add": ("+", 5), "sub": ("-", 5), "mul": ("*", 6), "div": ("/", 6), "share": ("/", 6)}
_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">=", "eq": "==", "ne": "!="}
_CONDITION, _OR, _AND, _NOT, _COMPARISON, _UNARY, _ATOM = 0, 1, 2, 3, 4, 7, 9
_REPEATED = {"min": (0, 1), "max": (0, 1)}


@dataclass(frozen=True, kw_only=True)
class Store:
    """A result and the row that keeps it; with a counter, the row that lies so many rows after it."""

    row: str
    node: Node
    counter: Node | None = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """A result that must be finite (or a probability) in a running episode, and what to say if it is not."""

    node: Node
    kind: str
    title: str
    formula: str
    line: int
    names: Mapping[str, Node] = field(default_factory=dict)
    parts: tuple[Check, ...] = ()
    """What the result is made of; looked at only to say which part went wrong."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """One level of an enumeration: over `count` cases, each with a weight, summed or maximized.

    `reduce` is `each` (each result is stored in the rows from one of `rows` on), `sum` or `max`; cases of weight 0 are
    skipped.
    """

    counter: Node
    count: int
    weight: Node
    reduce: str
    rows: Sequence[str] = ()


class Writer:
    """Names and statements of one function."""

    def __init__(self, rows: Mapping[str, int], outputs: Iterable[Node]) -> None:
        self.rows = rows
        self.taken: set[str] = {"w", "bad", "best", "inf", "nan"}
        self.names: dict[int, str] = {}
        self.uses: dict[int, int] = {}
        self.order: list[Node] = []
        self.deeper: set[int] = set()
        self._count(outputs)

    def _count(self, outputs: Iterable[Node]) -> None:
        seen: set[int] = set()
        for output in outputs:
            self.uses[id(output)] = self.uses.get(id(output), 0) + 1
            stack: list[tuple[Node, bool]] = [(output, False)]
            while stack:
                node, finished = stack.pop()
                if finished:
                    self.order.append(node)
                    continue
                if id(node) in seen:
                    continue
                seen.add(id(node))
                stack.append((node, True))
                for place, argument in enumerate(node.arguments):
                    twice = 2 if place in _REPEATED.get(node.operation, ()) else 1
                    self.uses[id(argument)] = self.uses.get(id(argument), 0) + twice
                    if node.level > argument.level:
                        self.deeper.add(id(argument))
                for argument in reversed(node.arguments):
                    stack.append((argument, False))

    def fresh(self, wanted: str) -> str:
        """An identifier like `wanted` that is not in use yet."""
        stem = re.sub(r"\W+", "_", wanted).strip("_") or "value"
        if keyword.iskeyword(stem) or stem[0].isdigit():
            stem = f"{stem}_"
        name, number = stem, 2
        while name in self.taken:
            name, number = f"{stem}_{number}", number + 1
        self.taken.add(name)
        return name

    def load(self, node: Node) -> str:
        """The statement that loads a row."""
        name = self.fresh(node.name.removeprefix("state.").removeprefix("parameter.").removeprefix("given."))
        self.names[id(node)] = name
        return f"{name} = w[{self.rows[node.name]}]"

    def statements(self, level: int, hints: Mapping[int, str]) -> list[str]:
        """The statements for all nodes of this level that need a name."""
        lines = [
            self.load(node)
            for node in self.order
            if node.level == level and node.operation == "row" and id(node) not in self.names
        ]
        counter = 0
        for node in self.order:
            if node.level != level or node.is_leaf or id(node) in self.names:
                continue
            text, _ = self.text(node, top=True)
            shared = self.uses[id(node)] > 1 or id(node) in self.deeper or id(node) in hints
            if not shared and len(text) <= INLINE_LENGTH:
                continue
            counter += 1
            name = self.fresh(hints.get(id(node), f"v{counter}"))
            self.names[id(node)] = name
            lines.append(f"{name} = {text}{self.comment(node)}")
        return lines

    def comment(self, node: Node) -> str:
        """The file's lines behind a statement."""
        found = sorted(self._lines(node, top=True))
        if not found:
            return ""
        shown = ", ".join(map(str, found[:6])) + (", ..." if len(found) > 6 else "")
        return f"  # line{'s' if len(found) > 1 else ''} {shown}"

    def _lines(self, node: Node, *, top: bool = False) -> set[int]:
        if not top and id(node) in self.names:
            return set()
        lines = set(node.lines)
        for argument in node.arguments:
            lines |= self._lines(argument)
        return lines

    def value(self, node: Node, strength: int) -> str:
        """The text of a node where an operator of the given binding strength will use it."""
        text, own = self.text(node)
        return f"({text})" if own < strength else text

    def text(self, node: Node, *, top: bool = False) -> tuple[str, int]:
        """Python text of a node with its binding strength; a name, if it has one."""
        if not top and id(node) in self.names:
            return self.names[id(node)], _ATOM
        if node.operation == "number":
            return _number(node.number)
        if node.operation == "counter":
            return node.name, _ATOM
        if node.operation == "at":
            return f"w[{self.rows[node.name]} + {node.arguments[0].name}]", _ATOM
        if node.operation == "div" and not _safe_divisor(node.arguments[1]):
            return self._function("divide", node.arguments)
        if node.operation in _INFIX:
            sign, strength = _INFIX[node.operation]
            left, right = node.arguments
            return f"{self.value(left, strength)} {sign} {self.value(right, strength + 1)}", strength
        if node.operation == "neg":
            return f"-{self.value(node.arguments[0], _UNARY)}", _UNARY
        if node.operation in ("min", "max"):
            first, second = (self.value(argument, _ATOM) for argument in node.arguments)
            sign = "<" if node.operation == "min" else ">"
            return f"{first} if {first} {sign} {second} else {second}", _CONDITION
        if node.operation == "where":
            condition, a, b = node.arguments
            chosen, other = self.value(a, _OR), self.value(b, _OR)
            return f"{chosen} if {self.condition(condition)[0]} else {other}", _CONDITION
        if node.operation in _COMPARE or node.operation in ("and", "or", "not"):
            return f"1.0 if {self.condition(node)[0]} else 0.0", _CONDITION
        if node.operation == "call":
            return self._function(node.name, node.arguments)
        return self._function(node.operation, node.arguments)

    def _function(self, name: str, arguments: Sequence[Node]) -> tuple[str, int]:
        return f"{name}({', '.join(self.value(argument, _CONDITION) for argument in arguments)})", _ATOM

    def condition(self, node: Node) -> tuple[str, int]:
        """The text of a node as a Python truth value, with its binding strength."""
        if id(node) not in self.names:
            if node.operation in _COMPARE:
                left, right = (self.value(argument, _COMPARISON + 1) for argument in node.arguments)
                return f"{left} {_COMPARE[node.operation]} {right}", _COMPARISON
            if node.operation in ("and", "or"):
                strength = _AND if node.operation == "and" else _OR
                parts = [self._part(argument, strength) for argument in node.arguments]
                return f" {node.operation} ".join(parts), strength
            if node.operation == "not":
                return f"not {self._part(node.arguments[0], _NOT)}", _NOT
        return f"{self.value(node, _COMPARISON + 1)} != 0.0", _COMPARISON

    def _part(self, node: Node, strength: int) -> str:
        text, own = self.condition(node)
        return f"({text})" if own < strength else text


def _number(value: float) -> tuple[str, int]:
    if value != value:
        return "nan", _ATOM
    if value in (float("inf"), float("-inf")):
        return ("inf", _ATOM) if value > 0 else ("-inf", _UNARY)
    return repr(value), _ATOM if value >= 0 else _UNARY


def _safe_divisor(node: Node) -> bool:
    return node.is_number and node.number != 0.0


def emit_function(
    name: str,
    title: str,
    stores: Sequence[Store],
    rows: Mapping[str, int],
    checks: Sequence[Check] = (),
) -> str:
    """The source of `def name(w)`: computes the stores from the workspace `w`.

    Returns 0.0, or a value that is not 0.0 (perhaps nan) if a check fails; then nothing is stored.
    """
    outputs = [store.node for store in stores] + [check.node for check in checks for _ in range(2)]
    writer = Writer(rows, outputs)
    hints = {id(store.node): store.row.removeprefix("state.") for store in reversed(stores)}
    lines = [f"def {name}(w):", f'    """{title}"""']
    lines += [f"    {line}" for line in writer.statements(0, hints)]
    if checks:
        terms = [_check_text(writer, check) for check in checks]
        lines.append(f"    bad = {' + '.join(terms)}")
        lines += ["    if bad != 0.0:", "        return bad"]
    for store in stores:
        lines.append(f"    w[{rows[store.row]}] = {writer.text(store.node)[0]}")
    lines.append("    return 0.0")
    return "\n".join(lines) + "\n"


def _check_text(writer: Writer, check: Check) -> str:
    """A text that is 0.0 when all is well: x - x is not 0 for an infinite or missing x."""
    text = writer.value(check.node, _ATOM)
    if check.kind == "probability":
        return f"(0.0 if 0.0 <= {text} <= 1.0 else 1.0)"
    if check.kind == "not negative":
        return f"(0.0 if 0.0 <= {text} < inf else 1.0)"
    if check.kind == "at most one":
        return f"(0.0 if {text} <= 1.0 else 1.0)"
    return f"({text} - {text})"


def emit_values(name: str, nodes: Sequence[Node], rows: Mapping[str, int]) -> str:
    """The source of `def name(w)` that returns the list of the nodes' values (to explain and to diagnose)."""
    writer = Writer(rows, nodes)
    lines = [f"def {name}(w):", *(f"    {line}" for line in writer.statements(0, {}))]
    values = ", ".join(writer.value(node, _CONDITION) for node in nodes)
    return "\n".join([*lines, f"    return [{values}]"]) + "\n"


def emit_nested(
    name: str,
    title: str,
    loops: Sequence[Loop],
    values: Sequence[Node],
    rows: Mapping[str, int],
) -> str:
    """The source of `def name(w)`: evaluates `values` in nested loops and stores their results per case of the first.

    Where a loop looks for the largest, it looks at the first value; the others are those of the same case.
    """
    writer = Writer(rows, [*values, *(loop.weight for loop in loops)])
    for loop in loops:
        writer.names[id(loop.counter)] = loop.counter.name
        writer.taken.add(loop.counter.name)
    lines = [f"def {name}(w):", f'    """{title}"""']
    lines += [f"    {line}" for line in writer.statements(0, {})]
    _open_loop(writer, loops, 0, values, lines, rows)
    lines.append("    return 0.0")
    return "\n".join(lines) + "\n"


def _open_loop(
    writer: Writer,
    loops: Sequence[Loop],
    index: int,
    values: Sequence[Node],
    lines: list[str],
    rows: Mapping[str, int],
) -> list[str]:
    """Write loop `index` and those inside it; returns the texts of its results."""
    if index == len(loops):
        return [writer.text(value)[0] for value in values]
    loop, indent = loops[index], "    " * (index + 1)
    totals = [writer.fresh(f"total_{index}") for _ in values] if loop.reduce != "each" else []
    start = "0.0" if loop.reduce == "sum" else "-inf"
    lines += [f"{indent}{total} = {start}" for total in totals]
    lines.append(f"{indent}for {loop.counter.name} in range({loop.count}):")
    inner = indent + "    "
    body = writer.statements(index + 1, {})
    weight = writer.value(loop.weight, _UNARY)
    lines += [inner + line for line in body]
    if not loop.weight.is_number:
        lines += [f"{inner}if {weight} == 0.0:", f"{inner}    continue"]
    results = _open_loop(writer, loops, index + 1, values, lines, rows)
    if loop.reduce == "each":
        for row, result in zip(loop.rows, results, strict=True):
            lines.append(f"{inner}w[{rows[row]} + {loop.counter.name}] = {result}")
    elif loop.reduce == "sum":
        for total, result in zip(totals, results, strict=True):
            lines.append(f"{inner}{total} = {total} + {weight} * ({result})")
    else:
        lines.append(f"{inner}best = {results[0]}")
        for total, result in zip(totals[1:], results[1:], strict=True):
            lines.append(f"{inner}{total} = {result} if best > {totals[0]} else {total}")
        lines.append(f"{inner}{totals[0]} = best if best > {totals[0]} else {totals[0]}")
    return totals
