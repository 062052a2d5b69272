"""Routines in the making: steps are added one after the other, and evaluations counted as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from wargame.engine.emit import Store
from wargame.engine.graph import Node
from wargame.engine.situation import Workbook
from wargame.engine.steps import Call, Repeat, Routine, Section, Step, When

__all__ = ["Draft", "Size", "run_of_rows"]


def run_of_rows(workbook: Workbook, names: Sequence[str]) -> str:
    """The first of several rows that follow each other; they are allocated now, unless they were before."""
    first = workbook.row(names[0]).name
    for name in names[1:]:
        workbook.row(name)
    assert [workbook.rows[name] - workbook.rows[first] for name in names] == list(range(len(names)))
    return first


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many evaluations of a utility something takes: at least (where that can be told) and at most."""

    least: int = 0
    most: int = 0

    def __add__(self, other: Size) -> Size:
        return Size(least=self.least + other.least, most=self.most + other.most)

    def __mul__(self, other: Size) -> Size:
        return Size(least=self.least * other.least, most=self.most * other.most)


class Draft:
    """A routine being written. `size` is the number of evaluations that one call of it takes.

    With `counted`, the name of a row, the evaluations are counted there in play, and no routine is called any more
    once there are more than `limit`.
    """

    def __init__(
        self, workbook: Workbook, name: str, title: str, *, counted: str = "", limit: int = 0
    ) -> None:
        self.workbook, self.graph = workbook, workbook.graph
        self.routine = Routine(name=name, title=title)
        self.size = Size()
        self.counted, self.limit = counted, limit
        self._open: list[list[Step]] = [self.routine.steps]
        self._factor = Size(least=1, most=1)
        self._counters = 0

    @property
    def name(self) -> str:
        """The name of the routine."""
        return self.routine.name

    def evaluate(self) -> None:
        """Note that a utility is evaluated here."""
        self.size += self._factor
        if self.counted:
            count = self.workbook.row(self.counted)
            self.keep({self.counted: self.graph.add(count, self.graph.one)})

    def keep(self, results: Mapping[str, Node], counter: Node | None = None) -> None:
        """Store results in rows; with a counter, in the rows that lie so many after those named."""
        stores = []
        for row, node in results.items():
            self.workbook.row(row)
            if counter is not None or node is not self.graph.row(row):
                stores.append(Store(row=row, node=node, counter=counter))
        if stores:
            self._open[-1].append(Section(stores=tuple(stores)))

    def add(self, step: Step) -> None:
        """Add a step as it is."""
        self._open[-1].append(step)

    def call(self, routine: str, size: Size) -> None:
        """Call a routine of a known size."""
        self.size += self._factor * size
        step = Call(routine=routine)
        if self.counted:
            count = self.workbook.row(self.counted)
            few = self.graph.apply("le", count, self.graph.number(self.limit))
            self._open[-1].append(When(condition=few, body=[step]))
        else:
            self._open[-1].append(step)

    @contextmanager
    def repeat(self, title: str, count: int, size: Size | None = None) -> Iterator[Node]:
        """What is added inside happens for each of `count` values of the counter that it gives.

        `size` says for how many of them it is more than passed over, if that is not `count`.
        """
        factor = self._factor
        self._counters += 1
        counter = self.graph.counter(f"i{self._counters}_{title}", 0)
        body: list[Step] = []
        self._open[-1].append(Repeat(counter=counter, count=count, body=body))
        self._open.append(body)
        self._factor = factor * (size or Size(least=count, most=count))
        yield counter
        self._factor = factor
        self._open.pop()

    @contextmanager
    def when(self, condition: Node, *, sure: bool = False) -> Iterator[None]:
        """What is added inside happens where the condition is not 0; `sure` if it can be counted on."""
        if condition.is_number and condition.number != 0.0:
            yield
            return
        body: list[Step] = []
        self._open[-1].append(When(condition=condition, body=body))
        self._open.append(body)
        factor = self._factor
        if not sure:
            self._factor = factor * Size(least=0, most=1)
        yield
        self._factor = factor
        self._open.pop()
