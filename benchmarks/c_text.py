"""From the engine's Python text to C: what the blocks of a scenario and the numeric functions are written in.

Only what occurs there is known: floats and their arithmetic, comparisons, conditional expressions, `if`, `while`,
assignments, calls. Every number and every truth becomes a double; C compilers make of that what they can.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

__all__ = ["NATIVE", "function_text", "needed"]

NATIVE = {
    "abs": "fabs",
    "divide": "divide",
    "math.sqrt": "sqrt",
    "scale_by_power_of_two": "scale_by_power_of_two",
    "split_exponent": "split_exponent",
}
"""What C has itself, or has by hand in the program's text."""

_ARITHMETIC = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_NUMBERS = {float("inf"): "INFINITY"}


def parsed(function: FunctionType) -> ast.FunctionDef:
    """The tree of a Python function."""
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


def needed(node: ast.AST, names: dict[str, Any], found: dict[str, FunctionType]) -> None:
    """Note the Python functions that a text calls, each after those that it calls itself."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and (called := ast.unparse(call.func)) not in NATIVE:
            function = names[called]
            if function.__name__ not in found:
                needed(parsed(function), function.__globals__, found)
                found[function.__name__] = function


def function_text(node: ast.FunctionDef, names: dict[str, Any], head: str) -> str:
    """A function in C; `head` is its declaration, `names` are the Python names that its text can see."""
    writer = _Writer(names, {argument.arg for argument in node.args.args})
    lines = list(writer.statements(node.body, "    "))
    variables = [f"v_{name}" for name in sorted(writer.variables)]
    declared = [f"    double {', '.join(variables)};"] if variables else []
    return "\n".join([f"{head} {{", *declared, *lines, "}"])


class _Writer:
    """One function being written."""

    def __init__(self, names: dict[str, Any], parameters: set[str]) -> None:
        self.names, self.parameters = names, parameters
        self.variables: set[str] = set()

    # ---- statements ----------------------------------------------------------------------------------------------

    def statements(self, nodes: list[ast.stmt], indent: str) -> Iterator[str]:
        """The lines of some statements."""
        for node in nodes:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                continue
            method: Callable[[Any, str], Iterator[str]] = getattr(self, f"_do_{type(node).__name__}")
            yield from method(node, indent)

    def _do_Assign(self, node: ast.Assign, indent: str) -> Iterator[str]:
        (target,) = node.targets
        if isinstance(target, ast.Tuple):
            # Only `split_exponent` returns two numbers.
            fraction, exponent = (self._target(element) for element in target.elts)
            assert isinstance(node.value, ast.Call)
            yield f"{indent}{fraction} = split_exponent({self.value(node.value.args[0])}, &{exponent});"
        else:
            yield f"{indent}{self._target(target)} = {self.value(node.value)};"

    def _do_AugAssign(self, node: ast.AugAssign, indent: str) -> Iterator[str]:
        yield f"{indent}{self._target(node.target)} {_ARITHMETIC[type(node.op)]}= {self.value(node.value)};"

    def _do_If(self, node: ast.If, indent: str) -> Iterator[str]:
        yield f"{indent}if ({self.truth(node.test)}) {{"
        yield from self.statements(node.body, indent + "    ")
        if node.orelse:
            yield f"{indent}}} else {{"
            yield from self.statements(node.orelse, indent + "    ")
        yield f"{indent}}}"

    def _do_While(self, node: ast.While, indent: str) -> Iterator[str]:
        yield f"{indent}while ({self.truth(node.test)}) {{"
        yield from self.statements(node.body, indent + "    ")
        yield f"{indent}}}"

    def _do_Return(self, node: ast.Return, indent: str) -> Iterator[str]:
        assert node.value is not None
        yield f"{indent}return {self.value(node.value)};"

    def _target(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name) and node.id not in self.parameters:
            self.variables.add(node.id)
        return self.value(node)

    # ---- expressions ---------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> str:
        """An expression as a double."""
        if isinstance(node, ast.Compare | ast.BoolOp) or _is_not(node):
            return f"({self.truth(node)} ? 1.0 : 0.0)"
        method: Callable[[Any], str] = getattr(self, f"_{type(node).__name__}")
        return method(node)

    def truth(self, node: ast.expr) -> str:
        """An expression as a condition."""
        if isinstance(node, ast.BoolOp):
            sign = " && " if isinstance(node.op, ast.And) else " || "
            return f"({sign.join(self.truth(value) for value in node.values)})"
        if isinstance(node, ast.UnaryOp) and _is_not(node):
            return f"(!{self.truth(node.operand)})"
        if isinstance(node, ast.Compare):
            sides = [self.value(side) for side in (node.left, *node.comparators)]
            pairs = zip(sides, node.ops, sides[1:], strict=False)
            return f"({' && '.join(f'{a} {_COMPARE[type(sign)]} {b}' for a, sign, b in pairs)})"
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            return str(int(node.value))
        return f"({self.value(node)} != 0.0)"

    def _Constant(self, node: ast.Constant) -> str:
        return repr(float(node.value))  # type: ignore[arg-type]

    def _Name(self, node: ast.Name) -> str:
        if node.id in self.variables or node.id in self.parameters:
            return f"v_{node.id}"
        if node.id in ("inf", "nan"):
            return "INFINITY" if node.id == "inf" else "NAN"
        number = float(self.names[node.id])
        if number != number:
            return "NAN"
        return _NUMBERS.get(number, repr(number))

    def _Subscript(self, node: ast.Subscript) -> str:
        assert isinstance(node.slice, ast.Constant)
        return f"w[{node.slice.value}]"

    def _UnaryOp(self, node: ast.UnaryOp) -> str:
        assert isinstance(node.op, ast.USub)
        return f"(-{self.value(node.operand)})"

    def _BinOp(self, node: ast.BinOp) -> str:
        return f"({self.value(node.left)} {_ARITHMETIC[type(node.op)]} {self.value(node.right)})"

    def _IfExp(self, node: ast.IfExp) -> str:
        return f"({self.truth(node.test)} ? {self.value(node.body)} : {self.value(node.orelse)})"

    def _Call(self, node: ast.Call) -> str:
        called = ast.unparse(node.func)
        name = NATIVE.get(called) or f"f_{self.names[called].__name__}"
        return f"{name}({', '.join(self.value(argument) for argument in node.args)})"


def _is_not(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
