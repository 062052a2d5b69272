"""The value of formulas that can be known before anything is played, to check it when the file is loaded.

The engine has its own arithmetic, equal to the last bit everywhere; here a close value is enough.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from wargame.scenario.formula import Call, Number, Tree

__all__ = ["value_of"]


def value_of(tree: Tree, known: Mapping[str, float]) -> float | None:
    """The value of a formula of numbers and `known` names (may be infinite or nan); None where it has others."""
    if isinstance(tree, Number):
        return tree.value
    if not isinstance(tree, Call):
        return known.get(tree.name)
    function = _OPERATIONS.get(tree.operation)
    if function is None:
        return None
    values = [value_of(argument, known) for argument in tree.arguments]
    numbers = [value for value in values if value is not None]
    if len(numbers) < len(values):
        return None
    try:
        return float(function(*numbers))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def _divide(a: float, b: float) -> float:
    if b:
        return a / b
    return math.nan if not a or math.isnan(a) else math.copysign(math.inf, a) * math.copysign(1.0, b)


def _log(x: float) -> float:
    return math.log(x) if x > 0 else (-math.inf if x == 0 else math.nan)


def _power(x: float, n: float) -> float:
    if x == 0 and n < 0:
        return math.inf
    result = x**n
    return result if isinstance(result, float) else math.nan


_OPERATIONS: dict[str, Callable[..., float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": _divide,
    "neg": lambda a: -a,
    "power": _power,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "and": lambda a, b: bool(a) and bool(b),
    "or": lambda a, b: bool(a) or bool(b),
    "not": lambda a: not a,
    "min": min,
    "max": max,
    "clip": lambda x, low, high: min(max(x, low), high),
    "abs": abs,
    "exp": math.exp,
    "log": _log,
    "sqrt": math.sqrt,
    "floor": math.floor,
    "logistic": lambda x: 1 / (1 + math.exp(-x)) if x > -700 else 0.0,
    "where": lambda condition, a, b: a if condition else b,
}
