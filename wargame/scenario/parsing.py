"""Reading a formula: text to a tree. Python's own parser reads it, and nothing is ever evaluated from the file's text.

Only the node types listed here are taken over from Python's syntax tree; everything else is an error that says what to
write instead.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable

from wargame.scenario.errors import did_you_mean
from wargame.scenario.formula import (
    AGGREGATORS,
    FUNCTIONS,
    MAX_DEPTH,
    Call,
    Formula,
    FormulaError,
    Name,
    Number,
    Tree,
    depth,
    level_text,
    walk,
)
from wargame.scenario.habits import habit, unreadable

__all__ = ["check_power", "parse"]

MAX_LENGTH = 4_000
"""Characters of a formula."""

MAX_NESTING = 50
"""Brackets inside each other."""

MAX_REPEATED = 4_000
"""Nodes that chains of comparisons write twice."""

LARGEST_POWER = 64.0
"""The largest exponent that a formula may state."""

_USAGE = {
    **{name: f"{name}(x)" for name in FUNCTIONS},
    "min": "min(a, b, ...)",
    "max": "max(a, b, ...)",
    "clip": "clip(x, low, high)",
    "where": "where(condition, a, b)",
}
_OTHER_FUNCTIONS = {
    "if": "write where(condition, a, b)",
    "ifelse": "write where(condition, a, b)",
    "ln": "write log(x), which is natural",
    "log10": "write log(x) / log(10)",
    "pow": "write x ** n",
    "round": "write floor(x + 0.5)",
    "int": "write floor(x)",
    "sigmoid": "write logistic(x)",
    "random": "chance stands under `nature`",
    "rand": "chance stands under `nature`",
    "normal": "chance stands under `nature`",
    "uniform": "chance stands under `nature`",
}

_BINARY: dict[type[ast.operator], str] = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div"}
_OTHER_OPERATORS: dict[type[ast.operator], tuple[str, str]] = {
    ast.FloorDiv: ("`//`", "write floor(a / b)"),
    ast.Mod: ("`%`", "write a - b * floor(a / b) for the remainder; divide per cents by 100"),
}
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
    ast.List: ("a list", "write one number or formula"),
    ast.Tuple: ("a tuple", "write one number or formula"),
    ast.Dict: ("a mapping", "write one number or formula"),
    ast.Set: ("a set", "write one number or formula"),
    ast.ListComp: ("a comprehension", "write the terms out"),
    ast.SetComp: ("a comprehension", "write the terms out"),
    ast.DictComp: ("a comprehension", "write the terms out"),
    ast.GeneratorExp: ("a comprehension", "write the terms out"),
    ast.Slice: ("a slice", "use names and numbers only"),
    ast.Await: ("await", "use names and numbers only"),
    ast.Starred: ("`*`", "write the arguments out"),
}


def parse(text: str, *, metric: bool = False) -> Tree:
    """Parse `text` to a tree; raises FormulaError. With `metric`, aggregators over the episode are allowed."""
    text = " ".join(text.split())
    _check_size(text)
    strange = habit(text)
    if strange is not None:
        message, found, remedy = strange
        raise FormulaError(message, found=_shorten(found), remedy=remedy)
    try:
        root = ast.parse(text, mode="eval").body
        tree = _Parser(text, metric).convert(root)
    except SyntaxError:
        message, remedy = unreadable(text)
        raise FormulaError(message, found=_shorten(text), remedy=remedy) from None
    except ValueError:
        raise FormulaError(
            "a number must be finite", found=_shorten(text), remedy="write a smaller number"
        ) from None
    except (RecursionError, MemoryError):
        raise _too_deep(text) from None
    if depth(tree) > MAX_DEPTH:
        raise _too_deep(text)
    return tree


def _too_deep(text: str) -> FormulaError:
    return FormulaError(
        f"the formula is nested too deeply, or chains more than {MAX_DEPTH} operations",
        found=_shorten(text),
        remedy="name parts of it under `define`",
    )


def _check_size(text: str) -> None:
    if not text:
        raise FormulaError("the formula is empty", remedy="write a number or a formula")
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"the formula has {len(text):,} characters; at most {MAX_LENGTH:,} are allowed",
            remedy="name parts of it under `define`",
        )
    opened = deepest = 0
    for character in text:
        opened += (character in "([{") - (character in ")]}")
        deepest = max(deepest, opened)
    if deepest > MAX_NESTING:
        raise FormulaError(
            f"the formula is nested {deepest} levels deep; at most {MAX_NESTING} are allowed",
            remedy="name parts of it under `define`",
        )


def check_power(exponent: float | None, text: str) -> None:
    """Raise FormulaError for a known exponent that is too large."""
    if exponent is not None and not abs(exponent) <= LARGEST_POWER:
        raise FormulaError(
            f"the power {exponent:g} is too large",
            found=_shorten(text),
            allowed=f"-{LARGEST_POWER:g} to {LARGEST_POWER:g}",
            remedy="rescale the quantity, or write exp(n * log(x))",
        )


def _shorten(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."


class _Parser:
    """Converts Python's syntax tree, node by node, to ours."""

    def __init__(self, text: str, metric: bool) -> None:
        self.text = text
        self.metric = metric
        self.inside_aggregator = False
        self.repeated = 0

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
            return node.id
        if isinstance(node, ast.Attribute) and node.attr.startswith("_"):
            raise FormulaError(
                "names with underscores in front are not allowed",
                found=self.source(node),
                remedy="use the scenario's own names",
            )
        if isinstance(node, ast.Attribute) and isinstance(
            node.value, ast.Name | ast.Attribute | ast.Subscript
        ):
            return f"{self.dotted(node.value)}.{node.attr}"
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name | ast.Attribute):
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
        if isinstance(number, bool) or not isinstance(number, int | float) or abs(number) > 1e300:
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
            sign, remedy = _OTHER_OPERATORS.get(type(node.op), ("this operator", "use + - * / **"))
            raise FormulaError(
                f"{sign} is not part of the language",
                found=self.source(node),
                allowed="+ - * / **",
                remedy=remedy,
            )
        return Call(operation, (self.convert(node.left), self.convert(node.right)))

    def power(self, node: ast.BinOp) -> Tree:
        base, exponent = self.convert(node.left), self.convert(node.right)
        check_power(Formula("", exponent, 0, ()).constant, self.source(node))
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
        # The middle terms of a chain stand in two comparisons each: chains inside chains would double every time.
        if len(terms) > 2:
            self.repeated += sum(1 for term in terms[1:-1] for _ in walk(term))
            if self.repeated > MAX_REPEATED:
                raise FormulaError(
                    "too many comparisons are chained inside each other",
                    found=self.source(node),
                    remedy="join single comparisons by `and`",
                )
        return result

    def call(self, node: ast.Call) -> Tree:
        if not isinstance(node.func, ast.Name):
            raise FormulaError(
                "only the language's own functions can be called",
                found=self.source(node),
                allowed=", ".join(FUNCTIONS),
                remedy="write * to multiply a parenthesis, use one of these, or name the quantity under `define`",
            )
        if node.keywords:
            raise FormulaError(
                "arguments have no names in formulas",
                found=self.source(node),
                remedy="write the values in order: clip(x, 0, 1)",
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
                allowed=_USAGE[function],
                remedy=self.arity_remedy(function, count),
            )
        return Call(function, tuple(self.convert(argument) for argument in node.args))

    def arity_remedy(self, function: str, count: int) -> str:
        if function in ("min", "max") and count == 1 and not self.metric:
            return f"give it two arguments; {function}(x) over the whole episode stands only in `metrics`"
        if function == "log" and count == 2:
            return "log is the natural logarithm: write log(x) / log(base)"
        return f"write {_USAGE[function]}"

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
        known = [*FUNCTIONS, *(AGGREGATORS if self.metric else ())]
        if function in AGGREGATORS:
            remedy = "functions over the whole episode stand only in `metrics`"
        else:
            remedy = _OTHER_FUNCTIONS.get(function, "") or did_you_mean(function, known)
            remedy = remedy or "use one of these; to multiply a parenthesis write *"
        raise FormulaError(
            f"unknown function {function!r}",
            found=self.source(node),
            allowed=", ".join(dict.fromkeys(known)),
            remedy=remedy,
        )
