"""What stands in many cells of the ODD tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from wargame.report.markdown import code
from wargame.scenario.evidence import Basis
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import Described, Effect

__all__ = ["basis_cell", "effects_cell", "formula_cell", "names_cell"]


def formula_cell(formula: Formula | None) -> str:
    """The formula as the file has it; nothing for none."""
    return "" if formula is None else code(formula.text)


def effects_cell(effects: Sequence[Effect]) -> str:
    """The effects, one to a line: what is added to a variable, or what it is set to."""
    return "<br>".join(map(_effect, effects))


def _effect(change: Effect) -> str:
    text = change.formula.text
    if change.is_set:
        return code(f"{change.variable} = {text}")
    simple = re.fullmatch(r"(-?) *([\w.]+)", text)
    if simple is None:
        return code(f"{change.variable} + ({text})")
    return code(f"{change.variable} {simple[1] or '+'} {simple[2]}")


def basis_cell(thing: Described) -> str:
    """The source or the judgement that the file gives."""
    basis = Basis.of(thing)
    if basis is Basis.NONE:
        return ""
    return f"source: {thing.source}" if basis is Basis.SOURCE else f"judgement: {thing.judgement}"


def names_cell(things: Iterable[Described]) -> str:
    """The titles of things, in a row."""
    return ", ".join(one.title for one in things)
