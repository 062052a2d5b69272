"""Programs of the look-ahead: straight-line sections, loops and conditions over rows of the workspace, and their text.

A section computes nodes from the rows as they are when it begins and stores the results in rows; what one section
found out, the next reads there. So the same text runs in Python and, lane by lane, in the batch engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wargame.engine.emit import Store, Writer
from wargame.engine.graph import Node

__all__ = ["Call", "Repeat", "Routine", "Section", "Solve", "Step", "When", "emit_routines"]


@dataclass(frozen=True, kw_only=True)
class Section:
    """Results that are computed from rows, then stored."""

    stores: tuple[Store, ...]


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """The body, once for each value of the counter from 0 on."""

    counter: Node
    count: int
    body: list[Step]


@dataclass(frozen=True, kw_only=True)
class When:
    """The body, where the condition is not 0."""

    condition: Node
    body: list[Step]


@dataclass(frozen=True, kw_only=True)
class Call:
    """Another routine of the program."""

    routine: str


@dataclass(frozen=True, kw_only=True)
class Solve:
    """The equilibrium of a stage game whose numbers begin in these rows (see `stage.solve_stage`)."""

    wanted: str
    sizes: tuple[int, ...]
    payoffs: str
    precisions: str
    available: str
    given: tuple[int, ...]
    chances: str
    report: str


Step = Section | Repeat | When | Call | Solve


@dataclass(kw_only=True)
class Routine:
    """A named part of a program; `title` says what it does."""

    name: str
    title: str
    steps: list[Step] = field(default_factory=list)


def emit_routines(routines: Sequence[Routine], rows: Mapping[str, int]) -> str:
    """The source of all routines, one `def name(w)` each, in the order given: the last one is the block itself."""
    return "\n".join(_emit(routine, rows) for routine in routines)


def _emit(routine: Routine, rows: Mapping[str, int]) -> str:
    taken: set[str] = {"w", "bad", "best", "inf", "nan"}
    lines = [f"def {routine.name}(w):", f'    """{routine.title}"""']
    lines += [f"    {line}" for line in _lines(routine.steps, rows, taken)]
    return "\n".join([*lines, "    return 0.0"]) + "\n"


def _lines(steps: Sequence[Step], rows: Mapping[str, int], taken: set[str]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Section):
            yield from _section(step, rows, taken)
        elif isinstance(step, Call):
            yield f"{step.routine}(w)"
        elif isinstance(step, Solve):
            places = (rows[name] for name in (step.payoffs, step.precisions, step.available))
            first = ", ".join(map(str, places))
            yield (
                f"solve_stage(w, {rows[step.wanted]}, {step.sizes}, {first}, {step.given}, "
                f"{rows[step.chances]}, {rows[step.report]})"
            )
        elif isinstance(step, Repeat):
            taken.add(step.counter.name)
            yield f"for {step.counter.name} in range({step.count}):"
            yield from (f"    {line}" for line in _lines(step.body, rows, taken))
        elif step.body:
            writer = _writer([step.condition], rows, taken)
            yield from writer.statements(0, {})
            yield f"if {writer.condition(step.condition)[0]}:"
            yield from (f"    {line}" for line in _lines(step.body, rows, taken))


def _section(section: Section, rows: Mapping[str, int], taken: set[str]) -> Iterator[str]:
    writer = _writer([store.node for store in section.stores], rows, taken)
    yield from writer.statements(0, {})
    for store in section.stores:
        place = str(rows[store.row]) + (f" + {store.counter.name}" if store.counter is not None else "")
        yield f"w[{place}] = {writer.text(store.node)[0]}"


def _writer(nodes: Sequence[Node], rows: Mapping[str, int], taken: set[str]) -> Writer:
    """A writer whose names are new to the routine and that reads everything before anything is stored."""
    writer = Writer(rows, nodes)
    writer.taken = taken
    for node in writer.order:
        if node.operation == "at":
            writer.uses[id(node)] = 2
    return writer
