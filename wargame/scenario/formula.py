"""The formula language: text to a checked tree. Nothing is ever evaluated from the file's text.

Formulas are a small subset of Python's expressions. Python's own parser reads them; only the node types listed here
are taken over, everything else is an error that says what to write instead.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

__all__ = [
    "AGGREGATORS",
    "FUNCTIONS",
    "MAX_INTEGER_POWER",
    "Call",
    "Formula",
    "FormulaError",
    "Name",
    "Number",
    "Tree",
    "level_text",
    "parse",
    "walk",
]

MAX_LENGTH = 4_000
MAX_NESTING = 50
MAX_INTEGER_POWER = 16
LARGEST_POWER = 64.0

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
    """A formula that cannot be understood; carries what was found, what is allowed and the remedy."""

    def __init__(self, message: str, *, found: str = "", allowed: str = "", remedy: str = "") -> None:
        super().__init__(message)
        self.found, self.allowed, self.remedy = found, allowed, remedy


_BINARY: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}
_INSTEAD: dict[type[ast.expr], tuple[str, str]] = {
    ast.Lambda: ("a lambda", "write the formula itself, or name it under `define`"),
    ast.IfExp: ("`a if c else b`", "write where(c, a, b)"),
    ast.List: ("a list", "write one number or formula"),
    ast.Tuple: ("a tuple", "write one number or formula"),
    ast.Dict: ("a mapping", "write one number or formula"),
    ast.Set: ("a set", "write one number or formula"),
    ast.ListComp: ("a comprehension", "write the terms out"),
    ast.GeneratorExp: ("a comprehension", "write the terms out"),
    ast.NamedExpr: ("an assignment", "name the quantity under `define`"),
    ast.JoinedStr: ("a text", "use names and numbers only"),
    ast.Await: ("await", "use names and numbers only"),
    ast.Starred: ("`*`", "write the arguments out"),
}


def level_text(level: float) -> str:
    """A numeric policy's level as it is written in names: 0.5, 1, 20."""
    return f"{level:.10g}"


def parse(text: str, *, metric: bool = False) -> Tree:
    """Parse `text` to a tree; raises FormulaError. With `metric`, aggregators over the episode are allowed."""
    text = " ".join(text.split())
    _check_size(text)
    try:
        root = ast.parse(text, mode="eval").body
        return _Parser(text, metric).convert(root)
    except SyntaxError as error:
        at = f" near column {error.offset}" if error.offset else ""
        raise FormulaError(
            f"the formula cannot be read{at}",
            found=_shorten(text),
            remedy="use numbers, names, + - * / **, comparisons, and/or/not, parentheses and functions",
        ) from None
    except (RecursionError, MemoryError, ValueError):
        raise FormulaError(
            "the formula is nested too deeply", remedy="name parts of it under `define`"
        ) from None


def _check_size(text: str) -> None:
    if not text:
        raise FormulaError("the formula is empty", remedy="write a number or a formula")
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are allowed",
            remedy="name parts of it under `define`",
        )
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if deepest > MAX_NESTING:
        raise FormulaError(
            f"the formula is nested {deepest} levels deep; at most {MAX_NESTING} are allowed",
            remedy="name parts of it under `define`",
        )


def _shorten(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


class _Parser:
    """Converts Python's syntax tree, node by node, to ours."""

    def __init__(self, text: str, metric: bool) -> None:
        self.text = text
        self.metric = metric
        self.inside_aggregator = False

    def source(self, node: ast.expr) -> str:
        return _shorten(ast.get_source_segment(self.text, node) or self.text)

    def convert(self, node: ast.expr) -> Tree:
        converters: dict[type[ast.expr], Callable[..., Tree]] = {
            ast.Constant: self.constant,
            ast.Name: self.name,
            ast.Attribute: self.name,
            ast.Subscript: self.name,
            ast.BinOp: self.binary,
            ast.UnaryOp: self.unary,
            ast.BoolOp: self.boolean,
            ast.Compare: self.compare,
            ast.Call: self.call,
        }
        converter = converters.get(type(node))
        if converter is None:
            what, remedy = _INSTEAD.get(type(node), ("this kind of expression", "use names and numbers only"))
            raise FormulaError(f"{what} is not allowed in a formula", found=self.source(node), remedy=remedy)
        return converter(node)

    def constant(self, node: ast.Constant) -> Tree:
        value = node.value
        if isinstance(value, bool):
            return Number(1.0 if value else 0.0)
        if not isinstance(value, int | float):
            raise FormulaError(
                "only numbers can be literals in a formula",
                found=self.source(node),
                remedy="names are written without quotes",
            )
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise FormulaError(
                "a number must be finite", found=self.source(node), remedy="write a smaller number"
            )
        return Number(number)

    def name(self, node: ast.expr) -> Tree:
        return Name(self.dotted(node))

    def dotted(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            if node.id in ("true", "false"):
                raise FormulaError(
                    f"{node.id!r} is not a name in formulas", found=node.id, remedy="write 1 or 0"
                )
            return node.id
        if isinstance(node, ast.Attribute):
            if node.attr.startswith("_"):
                raise FormulaError(
                    "names with underscores in front are not allowed",
                    found=self.source(node),
                    remedy="use the scenario's own names",
                )
            return f"{self.dotted(node.value)}.{node.attr}"
        if isinstance(node, ast.Subscript):
            return f"{self.dotted(node.value)}[{self.level(node)}]"
        raise FormulaError(
            "a dot or bracket may only follow a name",
            found=self.source(node),
            remedy="write actor.policy, last.actor.policy, now.variable, outcome.name or actor.policy[level]",
        )

    def level(self, node: ast.Subscript) -> str:
        index = node.slice
        sign = 1.0
        if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
            index, sign = index.operand, -1.0
        number = index.value if isinstance(index, ast.Constant) else None
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise FormulaError(
                "only a numeric policy's level may stand in brackets",
                found=self.source(node),
                allowed="a number, as in seoul.demand[0.5]",
                remedy="write the level as a number",
            )
        return level_text(sign * number)

    def binary(self, node: ast.BinOp) -> Tree:
        if isinstance(node.op, ast.Pow):
            return self.power(node)
        operation = _BINARY.get(type(node.op))
        if operation is None:
            raise FormulaError(
                "this operator is not part of the language",
                found=self.source(node),
                allowed="+ - * / **",
                remedy="use floor(a / b) for //, and a - b * floor(a / b) for %",
            )
        return Call(operation, (self.convert(node.left), self.convert(node.right)))

    def power(self, node: ast.BinOp) -> Tree:
        base, exponent = self.convert(node.left), self.convert(node.right)
        size = Formula("", exponent, 0, ()).constant
        if size is not None and abs(size) > LARGEST_POWER:
            raise FormulaError(
                f"the power {size:g} is too large",
                found=self.source(node),
                allowed=f"-{LARGEST_POWER:g} to {LARGEST_POWER:g}",
                remedy="rescale the quantity, or write exp(n * log(x))",
            )
        return Call("power", (base, exponent))

    def unary(self, node: ast.UnaryOp) -> Tree:
        if isinstance(node.op, ast.UAdd):
            return self.convert(node.operand)
        if isinstance(node.op, ast.Invert):
            raise FormulaError(
                "`~` is not part of the language", found=self.source(node), remedy="write `not x`"
            )
        operand = self.convert(node.operand)
        if isinstance(node.op, ast.Not):
            return Call("not", (operand,))
        return Number(-operand.value) if isinstance(operand, Number) else Call("neg", (operand,))

    def boolean(self, node: ast.BoolOp) -> Tree:
        operation = "and" if isinstance(node.op, ast.And) else "or"
        tree = self.convert(node.values[0])
        for value in node.values[1:]:
            tree = Call(operation, (tree, self.convert(value)))
        return tree

    def compare(self, node: ast.Compare) -> Tree:
        terms = [self.convert(value) for value in (node.left, *node.comparators)]
        result: Tree | None = None
        for index, operator in enumerate(node.ops):
            operation = _COMPARISONS.get(type(operator))
            if operation is None:
                raise FormulaError(
                    "this comparison is not part of the language",
                    found=self.source(node),
                    allowed="< <= > >= == !=",
                    remedy="compare numbers with one of these",
                )
            link = Call(operation, (terms[index], terms[index + 1]))
            result = link if result is None else Call("and", (result, link))
        assert result is not None
        return result

    def call(self, node: ast.Call) -> Tree:
        if not isinstance(node.func, ast.Name):
            raise FormulaError(
                "only the language's own functions can be called",
                found=self.source(node),
                allowed=", ".join(FUNCTIONS),
                remedy="use one of these, or name the quantity under `define`",
            )
        if node.keywords:
            raise FormulaError(
                "arguments have no names in formulas",
                found=self.source(node),
                remedy=f"write {node.func.id}(...) with values in order",
            )
        function = node.func.id
        count = len(node.args)
        if self.metric and self.is_aggregator(function, count):
            return self.aggregate(node, function)
        if function not in FUNCTIONS:
            self.unknown_function(node, function)
        least, most = FUNCTIONS[function]
        if not least <= count <= most:
            wanted = str(least) if least == most else f"{least} or more"
            raise FormulaError(
                f"{function}() takes {wanted} argument{'s' if wanted != '1' else ''}, not {count}",
                found=self.source(node),
                remedy="add or remove arguments",
            )
        return Call(function, tuple(self.convert(argument) for argument in node.args))

    def is_aggregator(self, function: str, count: int) -> bool:
        shared = function in FUNCTIONS
        return function in AGGREGATORS and (not shared or count == AGGREGATORS[function])

    def aggregate(self, node: ast.Call, function: str) -> Tree:
        wanted = AGGREGATORS[function]
        if len(node.args) != wanted:
            raise FormulaError(
                f"{function}() over an episode takes {wanted} argument{'s' if wanted > 1 else ''}, "
                f"not {len(node.args)}",
                found=self.source(node),
                remedy="at(turn, formula); the others take one formula",
            )
        if self.inside_aggregator:
            raise FormulaError(
                f"{function}() over the episode stands inside another one",
                found=self.source(node),
                remedy="combine them by arithmetic: max(x) - min(x)",
            )
        self.inside_aggregator = True
        arguments = tuple(self.convert(argument) for argument in node.args)
        self.inside_aggregator = False
        return Call(f"over.{function}", arguments)

    def unknown_function(self, node: ast.Call, function: str) -> None:
        from wargame.scenario.errors import did_you_mean

        known = [*FUNCTIONS, *(AGGREGATORS if self.metric else ())]
        if function in AGGREGATORS:
            remedy = "functions over the whole episode stand only in `metrics`"
        else:
            remedy = did_you_mean(function, known) or "use one of these, or name the quantity under `define`"
        raise FormulaError(
            f"unknown function {function!r}",
            found=self.source(node),
            allowed=", ".join(dict.fromkeys(known)),
            remedy=remedy,
        )


def walk(tree: Tree) -> Iterator[Tree]:
    """Every node of the tree, parents before children."""
    yield tree
    if isinstance(tree, Call):
        for argument in tree.arguments:
            yield from walk(argument)
