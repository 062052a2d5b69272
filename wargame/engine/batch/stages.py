"""Stage games of the look-ahead, solved lane by lane: `engine.stage.solve_stage` for vectors."""

from __future__ import annotations

import ast
import inspect
import textwrap
from math import prod
from typing import Any

from wargame.engine import equilibrium
from wargame.engine.batch.all_lanes import for_all_lanes
from wargame.engine.batch.translate import Function
from wargame.engine.batch.values import Module, Value
from wargame.engine.equilibrium.memory import BIFURCATED, RESIDUAL, memory_needed

__all__ = ["Stages"]

_ARRAYS = ("payoffs", "precisions", "available", "chances", "work", "sizes", "given", "places")
_WHOLE = ("sizes", "given", "places")


class Stages:
    """Writes a function for every stage game of a module, and the solver once."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.count = 0

    def call(self, function: Function, node: ast.Call) -> Value:
        """The call of `solve_stage` in a block's text, for a vector."""
        if self.count == 0:
            self._write_solver()
        self.count += 1
        name = f"solve_lanes_{self.count}"
        wanted, sizes, payoffs, precisions, available, given, chances, report = (
            ast.literal_eval(argument) for argument in node.args[1:]
        )
        lengths = _lengths(sizes)
        text = _text(
            name,
            self.module.width,
            sizes,
            given,
            {
                "wanted": self._place(wanted),
                "payoffs": self._place(payoffs),
                "precisions": self._place(precisions),
                "available": self._place(available),
                "chances": self._place(chances),
                "report": self._place(report),
            },
        )
        (tree,) = ast.parse(text).body
        assert isinstance(tree, ast.FunctionDef)
        self.module.texts.append(for_all_lanes(self.module, tree, {"FOR_ALL_LANES": True}, public=False))
        arrays = []
        for array in _ARRAYS:
            place = function.fresh(array)
            function.places.append(
                f"  {place} = alloca {'i64' if array in _WHOLE else 'double'}, i64 {lengths[array]}"
            )
            arrays.append(f"ptr {place}")
        function.do(f"call void @{name}(ptr {function.base}, {', '.join(arrays)})")
        return Value("none", "")

    def _place(self, row: int) -> int:
        kind, index = self.module.rows[row]
        assert kind == "lane"
        return index * self.module.width

    def _write_solver(self) -> None:
        for text in equilibrium.TEXTS:
            for node in ast.parse(inspect.getsource(text)).body:
                if isinstance(node, ast.FunctionDef):
                    self.module.texts.append(for_all_lanes(self.module, node, vars(text), public=False))


def _lengths(sizes: tuple[int, ...]) -> dict[str, int]:
    players, policies = len(sizes), sum(sizes)
    reals, ints = memory_needed(sizes)
    return {
        "payoffs": players * prod(sizes),
        "precisions": players,
        "available": policies,
        "chances": policies,
        "work": reals,
        "sizes": players,
        "given": players,
        "places": ints,
    }


def _text(
    name: str, width: int, sizes: tuple[int, ...], given: tuple[int, ...], places: dict[str, int]
) -> str:
    """The text of a function that solves a stage game in every lane that wants it."""
    lengths: dict[str, Any] = _lengths(sizes)
    arguments = ", ".join(f"{array}: {'Ints' if array in _WHOLE else 'Reals'}" for array in _ARRAYS)
    lines = [f"def {name}(w: Reals, {arguments}) -> None:"]
    lines += [f"    sizes[{index}] = {size}" for index, size in enumerate(sizes)]
    lines += [f"    given[{index}] = {one}" for index, one in enumerate(given)]
    taken = "\n".join(
        f"            for k in range({lengths[array]}):\n"
        f"                {array}[k] = w[{places[array]} + k * {width} + lane]"
        for array in ("payoffs", "precisions", "available", "chances")
    )
    body = f"""
    for lane in range({width}):
        if w[{places["wanted"]} + lane] != 0.0:
{taken}
            found = solve_equilibrium({len(sizes)}, sizes, payoffs, precisions, available, given, chances, work, places)
            for k in range({lengths["chances"]}):
                w[{places["chances"]} + k * {width} + lane] = chances[k]
            w[{places["report"]} + lane] = work[{RESIDUAL}]
            w[{places["report"] + width} + lane] = work[{BIFURCATED}]
            w[{places["report"] + 2 * width} + lane] = 1.0 - found
            w[{places["wanted"]} + lane] = 0.0
"""
    return "\n".join(lines) + textwrap.indent(body, "")
