"""Routines in the making: steps are added one after the other, and evaluations counted as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from wargame.engine.emit import Store
from wargame.engine.graph import Node
from wargame.engine.situation import Workbook
from wargame.engine.steps import Call, Repeat, Routine, Section, Step, When

__all__ = ["Draft", "run_of_rows"]


def run_of_rows(workbook: Workbook, names: Sequence[str]) -> str:
    """The first of several rows that follow each other; they are allocated now, unless they were before."""
    first = workbook.row(names[0]).name
    for name in names[1:]:
        workbook.row(name)
    assert [workbook.rows[name] - workbook.rows[first] for name in names] == list(range(len(names)))
    return first


class Draft:
    """A routine being written. `size` counts the evaluations of a utility that one call of it needs at most."""

    def __init__(self, workbook: Workbook, name: str, title: str) -> None:
        self.workbook, self.graph = workbook, workbook.graph
        self.routine = Routine(name=name, title=title)
        self.size = 0
        self._open: list[list[Step]] = [self.routine.steps]
        self._factor = 1
        self._counters = 0

    @property
    def name(self) -> str:
        """The name of the routine."""
        return self.routine.name

    def count(self, evaluations: int) -> None:
        """Note that so many evaluations happen here."""
        self.size += self._factor * evaluations

    def keep(self, results: Mapping[str, Node], counter: Node | None = None) -> None:
        """Store results in rows; with a counter, in the rows that lie so many after those named."""
        stores = []
        for row, node in results.items():
            self.workbook.row(row)
            if counter is not None or node is not self.graph.row(row):
                stores.append(Store(row=row, node=node, counter=counter))
        if stores:
            self._open[-1].append(Section(stores=tuple(stores)))

    def call(self, routine: str, size: int) -> None:
        """Call a routine that needs `size` evaluations."""
        self._open[-1].append(Call(routine=routine))
        self.count(size)

    @contextmanager
    def repeat(self, title: str, count: int, at_most: int | None = None) -> Iterator[Node]:
        """What is added inside happens `count` times, or for so many values of the counter; gives the counter."""
        factor = self._factor
        self._counters += 1
        counter = self.graph.counter(f"i{self._counters}_{title}", 0)
        body: list[Step] = []
        self._open[-1].append(Repeat(counter=counter, count=count, body=body))
        self._open.append(body)
        self._factor *= count if at_most is None else at_most
        yield counter
        self._factor = factor
        self._open.pop()

    @contextmanager
    def when(self, condition: Node) -> Iterator[None]:
        """What is added inside happens where the condition is not 0."""
        if condition.is_number and condition.number != 0.0:
            yield
            return
        body: list[Step] = []
        self._open[-1].append(When(condition=condition, body=body))
        self._open.append(body)
        yield
        self._open.pop()
