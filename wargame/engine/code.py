"""A block of code in the making: what is computed, where it is kept and what must hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from wargame.engine.emit import Check, Store
from wargame.engine.graph import Node
from wargame.engine.situation import Situation, Workbook
from wargame.scenario.formula import Formula

__all__ = ["Code", "changed_parameters", "must_be_finite"]


@dataclass(kw_only=True)
class Code:
    """A block of code: its name and title, the results it stores, and the checks they must pass."""

    name: str
    title: str
    stores: list[Store] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def keep(self, workbook: Workbook, row: str, node: Node) -> None:
        """Store a node in a row, unless it is that row's value already."""
        if workbook.row(row) is not node:
            self.stores.append(Store(row=row, node=node))


def must_be_finite(code: Code, situation: Situation, node: Node, formula: Formula, title: str) -> None:
    """Note that a result must be finite, unless it is a plain row or number."""
    if not node.is_leaf:
        code.checks.append(
            Check(
                node=node,
                kind="finite",
                title=f"{title} is infinite or undefined",
                formula=formula.text,
                line=formula.line,
                names=situation.names(formula),
            )
        )


def changed_parameters(workbook: Workbook) -> set[str]:
    """Parameters that the calendar changes."""
    return {
        change.variable
        for entry in workbook.scenario.calendar
        for change in entry.changes
        if change.variable in workbook.scenario.parameters
    }
