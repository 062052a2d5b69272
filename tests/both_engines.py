"""Playing the same episodes on both engines and demanding the same bits."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

import wargame
from wargame.engine import mesa_blocks
from wargame.engine.batch.plan import LANES
from wargame.engine.batch.play import Batch
from wargame.engine.block import Block
from wargame.engine.model import WargameModel
from wargame.engine.orders import OrderBook
from wargame.engine.play import Play
from wargame.engine.rules import EpisodeError, rules_for

__all__ = ["assert_same_blocks", "assert_same_workspaces", "differences", "play_both", "play_for"]

SETTLED = ("metric.", "outcome")
"""Rows that say nothing before the end: written when an episode is settled, on the batch engine with its neighbours."""


def play_for(scenario: wargame.Scenario, *, orders: list[str] | None = None, **options: Any) -> Play:
    """A play of the scenario, with orders as text."""
    return Play(scenario=scenario, orders=OrderBook.parse(scenario, orders or []), **options)


def bits(array: Any) -> Any:
    """An array such that equal elements are equal bits; all not-a-numbers count as one."""
    array = np.asarray(array)
    if array.dtype.kind != "f":
        return array
    return np.where(np.isnan(array), np.float64(np.nan), array).view(np.int64)


def differences(one: Block, other: Block) -> list[str]:
    """What differs between two blocks: fields with the first places that do."""
    found = []
    for field in dataclasses.fields(Block):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if not isinstance(a, np.ndarray):
            if repr(a) != repr(b):
                found.append(f"{field.name}: {a} and {b}")
            continue
        if a.dtype != b.dtype or a.shape != b.shape:
            found.append(f"{field.name}: {a.dtype} {a.shape} and {b.dtype} {b.shape}")
            continue
        places = np.argwhere(bits(a) != bits(b))
        if len(places):
            shown = [f"{tuple(p)}: {a[tuple(p)]!r} and {b[tuple(p)]!r}" for p in places[:3].tolist()]
            found.append(f"{field.name}, {len(places)} of {a.size}: {'; '.join(shown)}")
    return found


def assert_same_blocks(one: Block, other: Block) -> None:
    """Every array equal in bits, every failure row equal."""
    found = differences(one, other)
    assert not found, "\n".join(found)


def play_both(play: Play, count: int, first: int = 0) -> Block:
    """Play a block on both engines; equal blocks or AssertionError."""
    batch = Batch(rules_for(play.scenario), uncertain=play.uncertain)
    block = batch.play_block(play, first, count)
    assert_same_blocks(mesa_blocks.play_block(play, first, count), block)
    return block


def assert_same_workspaces(play: Play, count: int, first: int = 0) -> Block:
    """Also compare every row of the workspace (beliefs, scores, chances, draws) after every turn; returns the block."""
    batch = Batch(rules_for(play.scenario), uncertain=play.uncertain, watched=True)
    kernel, horizon = batch.kernel, play.scenario.horizon
    vectors, width, rows = kernel.vectors, kernel.width, kernel.places.lanes
    watch = np.zeros(-(-count // LANES) * horizon * vectors * rows * width)
    block = batch.play_block(play, first, count, watch)
    assert_same_blocks(mesa_blocks.play_block(play, first, count), block)
    seen = watch.reshape(-1, horizon, vectors, rows, width).transpose(0, 2, 4, 1, 3)
    seen = seen.reshape(-1, horizon, rows)
    for index in range(count):
        history = _history(play, first + index)
        found = _first_difference(batch, history, seen[index])
        assert not found, f"episode {first + index}, {found}"
    return block


def _history(play: Play, episode: int) -> list[list[float]]:
    """The workspace of the Mesa engine after every completed turn."""
    model = None
    try:
        model = WargameModel(
            play.scenario,
            seed=play.seed,
            episode=episode,
            uncertain=play.uncertain,
            orders=play.orders,
            record=True,
            collect=False,
        )
        model.play()
    except EpisodeError:
        pass
    return [] if model is None else model.history[1:]


def _first_difference(batch: Batch, history: list[list[float]], seen: Any) -> str:
    """The first row that differs, with its values on both engines; empty if none does."""
    rules, places = batch.rules, batch.kernel.places.rows
    names = [name for name, row in rules.rows.items() if places[row][0] == "lane"]
    names = [name for name in names if not name.startswith(SETTLED)]
    rows = [rules.rows[name] for name in names]
    lanes = [places[row][1] for row in rows]
    for turn, workspace in enumerate(history):
        expected, found = np.array(workspace)[rows], seen[turn][lanes]
        for place in np.flatnonzero(bits(expected) != bits(found)):
            if not _is_stale(batch, names[place], turn, workspace):
                return f"turn {turn}, {names[place]}: {expected[place]!r} and {found[place]!r}"
    return ""


def _is_stale(batch: Batch, name: str, turn: int, workspace: list[float]) -> bool:
    """Whether a row was not computed: a draw that nothing reads, or the score of a policy that was not weighed."""
    rules = batch.rules
    kind, _, what = name.partition(".")
    seats = {seat.name: seat for seats in rules.seats.values() for seat in seats}
    deciding = [seat for seat in seats if workspace[rules.rows[f"decides.{seat}"]] != 0.0]
    if kind == "draw":
        dealt = what in rules.deal_streams.names
        return not dealt and not batch.kernel.draw_plan.is_made(what, turn)
    if kind != "score":
        return False
    seat = next(seat for seat in seats.values() if what in [policy.full_name for policy in seat.policies])
    return workspace[rules.rows[f"available.{what}"]] == 0.0 or seat.name not in deciding
