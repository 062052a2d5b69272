"""In which order statements stand: independent results side by side, so that the processor need not wait."""

from __future__ import annotations

import ast
from collections.abc import Sequence

__all__ = ["scheduled"]


def scheduled(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Statements with independent results side by side; loads first, checks and stores last."""
    loads = [one for one in body if isinstance(one, ast.Assign) and _is_load(one)]
    made = [one for one in body if _is_made(one)]
    rest = [one for one in body if one not in loads and one not in made]
    results = [
        one.value.id
        for one in rest
        if isinstance(one, ast.Assign)
        and isinstance(one.value, ast.Name)
        and isinstance(one.targets[0], ast.Subscript)
    ]
    return [*loads, *_interleaved(made, results), *rest]  # type: ignore[arg-type]


def _interleaved(statements: Sequence[ast.Assign], results: Sequence[str]) -> list[ast.Assign]:
    """The statements in an order in which the parts that lead to the results take turns.

    Statements must assign each name once, and come with everything that a result needs before it. A part is what stands
    between one result and the next. The first part comes first, as it computes most of what the others share; the rest
    advance in proportion to their lengths, each statement after those it depends on. The values stay the same.
    """
    parts = _parts(statements, results)
    order = list(parts[0])
    others = parts[1:]
    owner = {_name(statement): index for index, part in enumerate(others) for statement in part}
    needs = [[_needs(statement, owner) for statement in part] for part in others]
    done: set[str] = set()
    positions = [0] * len(others)
    while True:
        waiting = sorted(
            (index for index in range(len(others)) if positions[index] < len(others[index])),
            key=lambda index: positions[index] / len(others[index]),
        )
        if not waiting:
            return order
        # The first part in the file's order depends on no other, so one of them can always go on.
        index = next(index for index in waiting if needs[index][positions[index]] <= done)
        statement = others[index][positions[index]]
        order.append(statement)
        done.add(_name(statement))
        positions[index] += 1


def _parts(statements: Sequence[ast.Assign], results: Sequence[str]) -> list[list[ast.Assign]]:
    places = {_name(statement): index for index, statement in enumerate(statements)}
    ends = sorted({places[name] + 1 for name in results if name in places} | {len(statements)})
    starts = [0, *ends[:-1]]
    return [list(statements[start:end]) for start, end in zip(starts, ends, strict=True)] or [[]]


def _name(statement: ast.Assign) -> str:
    target = statement.targets[0]
    assert isinstance(target, ast.Name)
    return target.id


def _needs(statement: ast.Assign, owner: dict[str, int]) -> set[str]:
    return {node.id for node in ast.walk(statement.value) if isinstance(node, ast.Name) and node.id in owner}


def _is_load(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and isinstance(statement.value, ast.Subscript)
    )


def _is_made(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and not isinstance(statement.value, ast.Subscript)
        and statement.targets[0].id != "bad"
    )
