"""Functions that handle all lanes at once, such as the loop over turns, translated from their text."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from wargame.engine.batch.translate import Function
from wargame.engine.batch.values import Module, Scope, Value

__all__ = ["for_all_lanes"]

KINDS = {"int": "int", "float": "real", "Reals": "reals", "Ints": "ints", "Shorts": "shorts"}


def for_all_lanes(module: Module, node: ast.FunctionDef, names: Mapping[str, Any], *, public: bool) -> str:
    """A function that handles all lanes at once, from its text."""
    function = Function(module)
    often = {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }
    counters = {inner.target.id for inner in ast.walk(node) if isinstance(inner, ast.For)}  # type: ignore[attr-defined]
    function.scope = Scope(globals=names, often=often - counters)
    kinds = {}
    for argument in node.args.args:
        assert isinstance(argument.annotation, ast.Name)
        kinds[argument.arg] = KINDS.get(argument.annotation.id, argument.annotation.id)
        function.scope.values[argument.arg] = Value(kinds[argument.arg], f"%{argument.arg}.given")
    body, result = node.body, Value("none", "")
    last = body[-1]
    if isinstance(last, ast.Return):
        function.statements(body[:-1])
        assert last.value is not None
        result = function.value(last.value)
        ending = f"  ret {function.typed(result)}"
    else:
        function.statements(body)
        ending = "  ret void"
    module.signatures[node.name] = (result.kind, list(kinds.values()))
    kind = "void" if result.kind == "none" else module.types[result.kind]
    # The arrays are told apart, so that loops over them can be vectorized: no two of them overlap.
    given = ", ".join(
        f"{module.types[one]}{' noalias' if module.types[one] == 'ptr' else ''} %{name}.given"
        for name, one in kinds.items()
    )
    start = f"define {'' if public else 'internal '}{kind} @{node.name}({given}) {{"
    return "\n".join([start, "entry:", *function.places, *function.lines, ending, "}"])
