"""Where the rows of the workspace are kept: in every lane, or once for all lanes; and which rows a block touches."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from wargame.engine.batch.operations import BRANCH, EPISODE
from wargame.engine.code import Code
from wargame.engine.graph import Node
from wargame.engine.rules import Rules

__all__ = ["FAILED", "UNSETTLED", "Places", "places", "rows_in"]

FAILED, UNSETTLED = -1, -2
"""Rows of the lanes alone: whether a check failed, in a turn and in the settling of the episode."""

_SAME_FOR_ALL = ("turn", "order.")
_ALWAYS_IN_LANES = (
    *("draw.", "state.", "play.", "pick.", "drawn.", "score.", "chance.", "available.", "expect.", "revise."),
    *("payoff.", "metric.", "outcome", "ended", "plan.", "equilibrium.", "public.", "private.", "mean."),
)


@dataclass(frozen=True, kw_only=True)
class Places:
    """`rows` by number: ("lane", i) or ("real", i); and how many there are of each."""

    rows: dict[int, tuple[str, int]]
    lanes: int
    reals: int


def places(rules: Rules, *, uncertain: bool) -> Places:
    """Sort the rows: what can never differ between lanes is kept once.

    That is the turn, the orders, and what nothing changes after an episode was dealt and no draw reaches (parameters
    and bounds, as a rule), or what the calendar makes of such values alone.
    """
    names = list(rules.rows)
    varying = _varying(rules, uncertain=uncertain)
    unused = _unused_draws(rules, uncertain=uncertain)
    rows: dict[int, tuple[str, int]] = {}
    lanes = reals = 0
    for number, name in enumerate(names):
        if name not in unused and (name in varying or name.startswith(_ALWAYS_IN_LANES)):
            rows[number] = ("lane", lanes)
            lanes += 1
        else:
            rows[number] = ("real", reals)
            reals += 1
    for number in (FAILED, UNSETTLED, EPISODE, BRANCH):
        rows[number] = ("lane", lanes)
        lanes += 1
    return Places(rows=rows, lanes=lanes, reals=reals)


def _unused_draws(rules: Rules, *, uncertain: bool) -> set[str]:
    """The rows of draws for dealing that dealing does not read, such as those of parameters that stay as they are."""
    needed: set[str] = set()
    if uncertain or rules.deals_anew:
        deal = rules.codes["deal_uncertain" if uncertain else "deal"]
        nodes = [store.node for store in deal.stores] + [check.node for check in deal.checks]
        needed = {row for node in nodes for row in _reads(deal, node)}
    return {f"draw.{name}" for name in rules.deal_streams.names} - needed


def _varying(rules: Rules, *, uncertain: bool) -> set[str]:
    """The names of rows that may differ between lanes."""
    deal = rules.codes["deal_uncertain" if uncertain else "deal"]
    turn = [code for name, code in rules.codes.items() if not name.startswith("deal")]
    stored = {store.row for code in turn for store in code.stores}
    # What a turn stores may be the same for all only if it is made anew each turn from what no turn changes.
    varying = {row for row in stored if not row.startswith("parameter.")}
    grown = True
    while grown:
        grown = False
        for code in (deal, *turn):
            for store in code.stores:
                if store.row not in varying and any(
                    _differs(row, varying) or (code is not deal and row in stored)
                    for row in _reads(code, store.node)
                ):
                    varying.add(store.row)
                    grown = True
    return varying


def _differs(row: str, varying: set[str]) -> bool:
    if row.startswith(_SAME_FOR_ALL):
        return False
    return row in varying or row.startswith(_ALWAYS_IN_LANES)


def _reads(code: Code, node: Node) -> Iterator[str]:
    """The rows that a value is computed from."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if current.operation in ("row", "at"):
            yield current.name
        waiting.extend(current.arguments)


def rows_in(source: str) -> tuple[set[int], set[int]]:
    """The rows that a block's text reads, and those it stores; of a run of rows, all."""
    counts = {name: int(count) for name, count in re.findall(r"for (\w+) in range\((\d+)\)", source)}
    reads: set[int] = set()
    stores: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Subscript):
            rows = stores if isinstance(node.ctx, ast.Store) else reads
            if isinstance(node.slice, ast.Constant):
                rows.add(int(node.slice.value))  # type: ignore[arg-type]
            else:
                assert isinstance(node.slice, ast.BinOp)
                assert isinstance(node.slice.left, ast.Constant)
                assert isinstance(node.slice.right, ast.Name)
                first = int(node.slice.left.value)  # type: ignore[arg-type]
                rows.update(range(first, first + counts[node.slice.right.id]))
    return reads, stores
