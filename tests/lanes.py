"""Python functions of floats as vector code, compared with Python: the batch engine's translation by itself."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine import counts, distributions, numeric
from wargame.engine.batch.machine import Code, make_code, processor
from wargame.engine.batch.operations import operations
from wargame.engine.batch.translate import Function
from wargame.engine.batch.values import Module

__all__ = ["MACHINES", "bits", "disagreements", "in_lanes"]

MACHINES = [(processor().width, processor().scales), (8, False), (4, False), (2, False)]
"""Vectors of this machine, then those that other machines take: (width, whether powers of two scale in one step)."""


def bits(numbers: Any) -> NDArray[np.int64]:
    """The representations of numbers, all not-a-numbers being one."""
    numbers = np.asarray(numbers, dtype=float)
    return np.where(np.isnan(numbers), np.nan, numbers).view(np.int64)


def in_lanes(
    function: Callable[..., Any], machine: tuple[int, bool] = MACHINES[0]
) -> Callable[..., list[NDArray[np.float64]]]:
    """The function translated and compiled; it takes a column of numbers per argument and returns one per result."""
    width, scales = machine
    size = function.__code__.co_argcount
    probe = function(*[0.5] * size)
    results = len(probe) if isinstance(probe, tuple) else 1
    code = Code([make_code(_text(function, width, scales, size, results), thorough=False)])
    compiled = code.function("compiled", [ctypes.c_void_p, ctypes.c_int64])

    def call(*columns: Sequence[float]) -> list[NDArray[np.float64]]:
        count = len(columns[0])
        vectors = -(-count // width)
        w = np.zeros((vectors, size + results, width))
        for row, column in enumerate(columns):
            padded = np.full(vectors * width, column[-1])
            padded[:count] = column
            w[:, row, :] = padded.reshape(vectors, width)
        assert code is not None
        compiled(w.ctypes.data, vectors)
        return [w[:, size + row, :].reshape(-1)[:count] for row in range(results)]

    return call


def _text(function: Callable[..., Any], width: int, scales: bool, size: int, results: int) -> str:
    """A loop over vectors: arguments from the first rows, results to the rows after them."""
    known = {
        "abs": numeric.absolute,
        **{name: getattr(module, name) for module in (numeric, counts) for name in module.__all__},
        **{f"distributions.{name}": getattr(distributions, name) for name in distributions.__all__},
    }
    module = Module(width, known, operations(), {row: ("lane", row) for row in range(size + results)})
    module.scales = scales
    writer = Function(module)
    arguments = [writer.load_row(row) for row in range(size)]
    if function.__name__ in module.operations:
        made = module.operations[function.__name__](writer, *arguments)
    else:
        made = writer.inline(function, arguments)  # type: ignore[arg-type]
    for row, value in enumerate(made if isinstance(made, tuple) else (made,)):
        writer.store_row(size + row, value)
    return "\n".join(
        [
            *module.declarations.values(),
            "define void @compiled(ptr %w, i64 %vectors) {",
            "entry:",
            "  %counter = alloca i64",
            *writer.places,
            "  store i64 0, ptr %counter",
            "  br label %head",
            "head:",
            "  %vector = load i64, ptr %counter",
            "  %more = icmp slt i64 %vector, %vectors",
            "  br i1 %more, label %body, label %done",
            "body:",
            f"  %offset = mul i64 %vector, {(size + results) * width}",
            "  %base = getelementptr double, ptr %w, i64 %offset",
            *writer.lines,
            "  %next = add i64 %vector, 1",
            "  store i64 %next, ptr %counter",
            "  br label %head",
            "done:",
            "  ret void",
            "}",
        ]
    )


def disagreements(function: Callable[..., Any], columns: Sequence[Sequence[float]]) -> list[str]:
    """Where Python and compiled lanes of any width differ in a bit of a result: arguments and both answers, a few."""
    answers = [function(*arguments) for arguments in zip(*columns, strict=True)]
    expected = list(zip(*answers, strict=True)) if isinstance(answers[0], tuple) else [answers]
    wrong = []
    for machine in MACHINES:
        for mine, theirs in zip(expected, in_lanes(function, machine)(*columns), strict=True):
            for place in np.flatnonzero(bits(mine) != bits(theirs))[:5]:
                given = ", ".join(repr(float(column[place])) for column in columns)
                answer = f"{mine[place]!r}, in lanes {machine} {float(theirs[place])!r}"
                wrong.append(f"{function.__name__}({given}) is {answer}")
    return wrong
