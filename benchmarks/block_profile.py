"""Where the batch engine's time goes: its kernel played by hand, each function of compiled code called and timed.

The kernel's loop is a text (`Kernel.text()`) that is also Python. Here Python runs it, with the compiled functions of
blocks and of `batch.library` under their names, on the memory of a real run; what comes out must be the same episodes.
Before each call, a function that does nothing is called with the same arguments, and its time taken off.
"""

from __future__ import annotations

import ast
import ctypes
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from wargame.engine.batch.kernel import Kernel
from wargame.engine.batch.machine import Code, make_code
from wargame.engine.batch.plan import ARGUMENTS
from wargame.engine.batch.play import Batch
from wargame.engine.play import Play
from wargame.engine.rules import rules_for

__all__ = ["Cost", "Profile", "measure_profile"]

EPISODES = 2048
ROUNDS, REPEATS = 7, 5
"""Rounds of the whole and of its parts in turn, so that both meet the same machine; the quickest of each counts."""
NOTHING = "\ndefine void @nothing() {\n  ret void\n}\n"
PYTHONS_OWN: dict[str, Callable[..., Any]] = {
    "range": range,
    "real": float,
    "whole": int,
    "where": lambda truth, a, b: a if truth else b,
}
"""What the text calls that is an operation within compiled code, as Python has it."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """A function's cost: `turn` in nanoseconds per lane and turn, and the calls it took.

    `lanes` is, for a block, how many lanes it computed per lane that was running: below 1 if only those that decide.
    """

    name: str
    turn: float
    calls: int
    lanes: float | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """The costs in the order of play; `deciding` is the share of turns on which an actor decides, by seat."""

    costs: list[Cost]
    deciding: dict[str, float]
    turns: float
    """Turns of an episode, on average."""
    draws: float
    """Random numbers made in a turn, on average."""
    whole: float
    """Nanoseconds of processor time that a turn of an episode takes in the compiled kernel as it is, all in all."""

    @property
    def total(self) -> float:
        """Nanoseconds per lane and turn in all functions."""
        return sum(cost.turn for cost in self.costs)

    def of(self, *names: str) -> float:
        """Nanoseconds per lane and turn in functions whose names start so."""
        return sum(cost.turn for cost in self.costs if cost.name.startswith(names))


class _ByHand:
    """The kernel's functions under their names, timed."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        # Functions of the loop are made visible; inside the kernel LLVM may melt them into it.
        loop = kernel.loop_text().replace("define internal", "define") + NOTHING
        self.code = Code([make_code(kernel.rules_text(), thorough=False), make_code(loop, thorough=True)])
        self.times: dict[str, list[int]] = defaultdict(list)
        self.last: dict[str, int] = defaultdict(int)
        """By function: the sum of its last arguments, which for a block is its number of vectors."""
        tree = ast.parse(kernel.text())
        called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call)}  # type: ignore[attr-defined]
        names: dict[str, Any] = {"reals": None, "ints": None}
        for name in called:
            names[name] = PYTHONS_OWN[name] if name in PYTHONS_OWN else self._timed(name)
        exec(compile(tree, "<kernel>", "exec"), names)
        self._play = names["play"]

    def begin(self) -> None:
        """Forget what was timed before."""
        self.times.clear()
        self.last.clear()

    def _timed(self, name: str) -> Callable[..., int]:
        made: list[Any] = []

        def call(*arguments: Any) -> int:
            if not made:
                kinds = [ctypes.c_int64 if isinstance(one, int) else ctypes.c_void_p for one in arguments]
                made.extend(self.code.function(one, kinds, ctypes.c_int64) for one in ("nothing", name))
            nothing, function = made
            nothing(*arguments)
            begun = time.perf_counter_ns()
            nothing(*arguments)
            between = time.perf_counter_ns()
            result: int = function(*arguments)
            ended = time.perf_counter_ns()
            self.times[name].append((ended - between) - (between - begun))
            self.last[name] += arguments[-1] if isinstance(arguments[-1], int) else 0
            return result

        return call

    def play(self, *arguments: int) -> None:
        """In place of the compiled kernel; arrays come as addresses."""
        pointers = {
            "int": None,
            "reals": ctypes.POINTER(ctypes.c_double),
            "ints": ctypes.POINTER(ctypes.c_int64),
            "shorts": ctypes.POINTER(ctypes.c_uint16),
        }
        given = [
            ctypes.cast(value, pointers[kind]) if pointers[kind] else value  # type: ignore[arg-type]
            for value, kind in zip(arguments, ARGUMENTS.values(), strict=True)
        ]
        self._play(*given)


def measure_profile(play: Play) -> Profile:
    """Play some episodes by hand; ValueError if they are not those of the compiled kernel."""
    rules = rules_for(play.scenario)
    batch = Batch(rules, uncertain=play.uncertain)
    compiled = batch._function
    wanted = batch.play_block(play, 0, EPISODES)
    by_hand = _ByHand(batch.kernel)
    wholes, rounds = [], []
    for _ in range(ROUNDS):
        batch._function = compiled
        wholes.append(_processor_time(lambda: batch.play_block(play, 0, EPISODES)))
        by_hand.begin()
        batch._function = by_hand.play
        block = batch.play_block(play, 0, EPISODES)
        # The median, for a call that was interrupted took many times as long.
        rounds.append({name: statistics.median(times) * len(times) for name, times in by_hand.times.items()})
    for name in ("outcome", "length", "metrics", "sums", "policy_turns"):
        if not np.array_equal(getattr(block, name), getattr(wanted, name), equal_nan=True):
            raise ValueError(f"played by hand, the kernel gives another {name}")
    lane_turns, width = int(block.length.sum()), batch.kernel.width
    costs = [
        Cost(
            name=name,
            turn=min(one[name] for one in rounds) / lane_turns,
            calls=len(times),
            lanes=by_hand.last[name] * width / lane_turns if name in rules.sources else None,
        )
        for name, times in by_hand.times.items()
    ]
    deciding = {
        seat.name: by_hand.last.get(f"gather_{seat.actor.name}_{seat.phase}", lane_turns) / lane_turns
        for seat in batch.kernel.seats
    }
    return Profile(
        costs=costs,
        deciding=deciding,
        turns=lane_turns / EPISODES,
        draws=_draws_in_a_turn(batch.kernel),
        whole=1e9 * min(wholes) / lane_turns,
    )


def _draws_in_a_turn(kernel: Kernel) -> float:
    """How many random numbers a turn has, over all turns that there are."""
    plan = kernel.draw_plan
    dated = sum(len(turns) * len(streams) for turns, streams in plan.on_turns.items())
    return len(plan.every_turn) + dated / kernel.layout.horizon


def _processor_time(work: Callable[[], object]) -> float:
    """Seconds of this thread's processor time, which other work on the machine touches least: the least of some."""
    times = []
    for _ in range(REPEATS):
        begun = time.thread_time()
        work()
        times.append(time.thread_time() - begun)
    return min(times)
