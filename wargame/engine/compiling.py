"""Compiling emitted text to functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from wargame.engine import counts, distributions, numeric
from wargame.engine.stage import solve_stage

__all__ = ["Function", "compile_function"]

Function = Callable[[Any], Any]
"""Takes the workspace; returns 0.0, or something else if a check failed (or a list, for explanations)."""

_NAMESPACE: Mapping[str, Any] = {
    **{name: getattr(numeric, name) for name in numeric.__all__},
    **{name: getattr(counts, name) for name in counts.__all__},
    "distributions": distributions,
    "solve_stage": solve_stage,
    "inf": float("inf"),
    "nan": float("nan"),
}


def compile_function(name: str, source: str) -> Function:
    """The function that the emitter's own text defines (never text from a scenario file)."""
    namespace = dict(_NAMESPACE)
    exec(compile(source, f"<rules {name}>", "exec"), namespace)
    function: Function = namespace[name]
    return function
