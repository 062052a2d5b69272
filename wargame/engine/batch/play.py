"""Playing blocks of episodes on the batch engine, recorded as the same arrays that the Mesa engine fills."""

from __future__ import annotations

import copy
import ctypes
import hashlib
import inspect
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine import counts, distributions, numeric
from wargame.engine.batch.kernel import Kernel
from wargame.engine.batch.machine import Code, keep_code, key_of, load_code, make_code, processor
from wargame.engine.batch.operations import FIRST_ROUNDS, KEYS, LOWER
from wargame.engine.batch.plan import ARGUMENTS, LANES
from wargame.engine.block import BINS, FAILED, Block, Failure
from wargame.engine.play import Play
from wargame.engine.rules import Rules, rules_for

__all__ = ["Batch", "batch_for"]

_CTYPES = {"int": ctypes.c_int64, **dict.fromkeys(("reals", "ints", "shorts"), ctypes.c_void_p)}
MOST_AT_ONCE = 2**16 - 1
"""Episodes in one block: a cell of a histogram counts in 16 bits, which keeps all of them in the processor's cache."""

LINE = 64
"""Bytes of a line of the processor's cache, and of its widest vectors."""

_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10


@dataclass(kw_only=True)
class Workspace:
    """The memory of one thread."""

    w: NDArray[np.float64]
    c: NDArray[np.float64]
    u: NDArray[np.float64]
    shown: NDArray[np.float64]
    picks: NDArray[np.int64]
    bins: NDArray[np.uint16]
    lanes: dict[str, NDArray[np.int64]] = field(default_factory=dict)


class Batch:
    """The compiled kernel of one scenario, for runs that sample parameters or for those that do not."""

    def __init__(
        self,
        rules: Rules,
        *,
        uncertain: bool,
        watched: bool = False,
        announce: Callable[[str], None] | None = None,
    ) -> None:
        made = processor()
        # Also for runs that do not sample: what was played before must not change the rules, and with them the key.
        rules.function("deal_uncertain")
        self.rules = rules
        self.kernel = Kernel(
            rules, width=made.width, scales=made.scales, uncertain=uncertain, watched=watched
        )
        self.layout = self.kernel.layout
        self.code = Code(_code(self.kernel, announce))
        self._function = self.code.function("play", [_CTYPES[kind] for kind in ARGUMENTS.values()])
        self._own = threading.local()
        # As dealt without chance; what chance deals is dealt in the lanes.
        self._start, self._u = self._split(rules.start)

    def at_point(self, rules: Rules) -> Batch:
        """The same kernel for rules that differ in plain numbers alone (see `Rules.at_point`)."""
        point = copy.copy(self)
        point.rules = rules
        point.layout = rules.layout(uncertain=self.kernel.uncertain)
        point._start, point._u = self._split(rules.start)
        return point

    def _split(self, workspace: Sequence[float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What lanes begin with, and what is the same for all, from a workspace."""
        places = self.kernel.places
        start, u = np.zeros(places.lanes), np.zeros(places.reals)
        for row, value in enumerate(workspace):
            kind, index = places.rows[row]
            (start if kind == "lane" else u)[index] = value
        return start, u

    def _workspace(self) -> Workspace:
        """This thread's memory."""
        known: Workspace | None = getattr(self._own, "workspace", None)
        if known is None:
            layout, size = self.layout, self.kernel.places.lanes * LANES
            known = self._own.workspace = Workspace(
                w=_aligned(size),
                c=_aligned(size),
                u=np.zeros(self.kernel.places.reals),
                shown=_aligned(len(layout.variables) * LANES),
                picks=np.zeros(layout.horizon * len(self.kernel.seats) * LANES, dtype=np.int64),
                bins=np.zeros(len(layout.variables) * LANES, dtype=np.uint16),
                lanes={
                    name: np.zeros(LANES, dtype=np.int64) for name in ("ended", "weights", "counted", "lanes")
                },
            )
        return known

    def play_block(
        self, play: Play, first: int, count: int, watch: NDArray[np.float64] | None = None
    ) -> Block:
        """Play episodes `first` to `first + count - 1`, at most `MOST_AT_ONCE`.

        It runs without Python's lock, so threads play at once.
        """
        if count > MOST_AT_ONCE:
            raise ValueError(f"a block of {count} episodes; at most {MOST_AT_ONCE} fit its counters")
        tables = self._tables(play, count, shown=max(0, min(play.sample - first, count)))
        self._play(play, first, tables, watch=watch)
        # States are counted as they are passed: where an episode failed, it is played once more to take them off.
        for begin, end in _runs(tables["outcome"] == FAILED):
            again = self._tables(play, end - begin, shown=0)
            again |= {name: tables[name] for name in ("sums", "histogram")}
            self._play(play, first + begin, again, weight=-1)
        return self._block(play, first, tables)

    def _tables(self, play: Play, count: int, shown: int) -> dict[str, NDArray[Any]]:
        """What a block of `count` episodes fills in, of which `shown` are kept turn by turn."""
        layout = self.layout
        points, variables, policies = layout.horizon + 1, len(layout.variables), len(layout.policies)
        return {
            "outcome": np.zeros(count, dtype=np.int64),
            "length": np.zeros(count, dtype=np.int64),
            "metrics": np.full((count, len(layout.metrics)), np.nan),
            "payoffs": np.full((count, len(layout.actors)), np.nan),
            "sampled": np.full((count, len(layout.sampled)), np.nan),
            "plays": np.zeros((count, policies), dtype=np.int64),
            "blocked": np.zeros(count, dtype=np.int64),
            "sums": np.zeros((points, variables), dtype=np.int64),
            "histogram": np.zeros((points, variables, BINS), dtype=np.uint16),
            "policy_turns": np.zeros((layout.horizon, policies), dtype=np.int64),
            "sample": np.zeros((shown, points, variables)),
            "sample_plays": np.zeros((shown, layout.horizon, policies), dtype=np.int64),
        }

    def _play(
        self,
        play: Play,
        first: int,
        tables: dict[str, NDArray[Any]],
        *,
        watch: NDArray[np.float64] | None = None,
        weight: int = 1,
    ) -> None:
        """Play as many episodes from `first` on as the tables have room for; their states count `weight` each."""
        layout, own, past = self.layout, self._workspace(), play.past
        start, own.u[:] = (self._start, self._u) if past is None else self._split(past.workspace)
        given: dict[str, NDArray[Any]] = {
            **tables,
            "low": np.array([variable.low for variable in layout.variables]),
            "span": np.array([variable.high - variable.low for variable in layout.variables]),
            "seed": _keys(play.seed, streams=self.kernel.most_streams),
            "orders": self._orders(play),
            "numbers": self._numbers(),
            "start": start,
            "watch": np.zeros(1) if watch is None else watch,
            **{name: getattr(own, name) for name in ("w", "c", "u", "shown", "picks", "bins")},
            **own.lanes,
        }
        numbers = {
            "first": first,
            "count": len(tables["outcome"]),
            "episode": 0 if past is None else past.episode,
            "branched": int(past is not None),
            "begins": 0 if past is None else past.turn,
            "ordered": int(bool(play.orders)),
            "sampled_episodes": len(tables["sample"]),
            "weight": weight,
        }
        self._function(*(numbers[name] if name in numbers else given[name].ctypes.data for name in ARGUMENTS))

    def _block(self, play: Play, first: int, tables: dict[str, NDArray[Any]]) -> Block:
        outcome = tables["outcome"].astype(np.int16)
        length = tables["length"].astype(np.int32)
        kept = outcome != FAILED
        failures: list[Failure] = []
        for index in np.flatnonzero(~kept):
            from wargame.engine.mesa_blocks import fail_again

            failure = fail_again(play, first + int(index))
            failures.append(failure)
            length[index] = failure.turn
            tables["blocked"][index] = 0
        # What was kept of an episode before it failed is no trajectory.
        tables["sample"][~kept[: len(tables["sample"])]] = 0.0
        played = length[kept][:, None] >= np.arange(1, self.layout.horizon + 1)
        running = np.concatenate([[int(kept.sum())], played.sum(axis=0)]).astype(np.int64)
        return Block(
            first=first,
            outcome=outcome,
            length=length,
            metrics=tables["metrics"],
            payoffs=tables["payoffs"],
            plays=tables["plays"].astype(np.int32),
            sampled=tables["sampled"],
            orders_blocked=tables["blocked"].astype(np.int32),
            running=running,
            sums=tables["sums"],
            histogram=tables["histogram"].astype(np.int64),
            policy_turns=tables["policy_turns"],
            sample=tables["sample"],
            sample_plays=tables["sample_plays"].astype(np.int16),
            failures=failures,
        )

    def _orders(self, play: Play) -> NDArray[np.int64]:
        """The index of the policy that is ordered, by turn and seat; -1 for none."""
        seats = [seat.name for seat in self.kernel.seats]
        table = np.full((self.layout.horizon, max(1, len(seats))), -1, dtype=np.int64)
        for turn, orders in play.orders.by_turn.items():
            for seat, index in orders.items():
                table[turn, seats.index(seat)] = index
        return table

    def _numbers(self) -> NDArray[np.int64]:
        """The number of a policy among all, by seat and index."""
        names = {name: number for number, name in enumerate(self.layout.policies)}
        table = np.zeros((max(1, len(self.kernel.seats)), self.kernel.most_policies), dtype=np.int64)
        for row, seat in enumerate(self.kernel.seats):
            for index, policy in enumerate(seat.policies):
                table[row, index] = names[policy.full_name]
        return table


def _aligned(size: int) -> NDArray[np.float64]:
    """Zeros that begin at a line of the processor's cache, so that no vector straddles two."""
    whole = np.zeros(size + LINE // 8)
    begin = -whole.ctypes.data % LINE // 8
    return whole[begin : begin + size]


def _runs(chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of every run of consecutive places that are chosen."""
    edges = np.flatnonzero(np.diff(chosen, prepend=False, append=False))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]


def _keys(seed: int, streams: int) -> NDArray[np.int64]:
    """The turn, 0, the key words of each round, a mask, and room for what is computed of so many streams."""
    words = [0] * (FIRST_ROUNDS + 3 * streams)
    words[LOWER] = 0xFFFFFFFF
    for turn in range(_ROUNDS):
        for half, word in enumerate((seed & 0xFFFFFFFF, seed >> 32)):
            words[KEYS + 2 * turn + half] = (word + turn * _KEY_STEPS[half]) & 0xFFFFFFFF
    return np.array(words, dtype=np.int64)


def _code(made: Kernel, announce: Callable[[str], None] | None) -> list[bytes]:
    """The kernel's machine code, from disk if it was made before."""
    rules = made.rules
    key = key_of(
        {
            "translation": _translation(),
            "sources": rules.sources,
            "rows": rules.rows,
            "places": made.places,
            "loop": made.text(),
            "draws": made.draws,
            "kinds": (rules.turn_streams.kinds, rules.deal_streams.kinds),
            "width": made.width,
            "scales": made.scales,
            "watched": made.watched,
        }
    )
    objects = load_code(key, 2)
    if objects is None:
        if announce is not None:
            announce("compiling the rules")
        objects = [
            make_code(made.rules_text(), thorough=False),
            make_code(made.loop_text(), thorough=True),
        ]
        keep_code(key, objects)
    return objects


@lru_cache(maxsize=1)
def _translation() -> str:
    """A digest of the text of what makes the code, so that older code on disk is not used after a change."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        whole.update(path.read_bytes())
    for module in (counts, distributions, numeric):
        whole.update(inspect.getsource(module).encode())
    return whole.hexdigest()


_KNOWN: OrderedDict[tuple[int, bool], tuple[Rules, Batch]] = OrderedDict()
_MOST_KNOWN = 8


def batch_for(play: Play, announce: Callable[[str], None] | None = None) -> Batch:
    """The compiled kernel for a play, made once in this process."""
    rules = rules_for(play.scenario)
    key = (id(rules), play.uncertain)
    if key not in _KNOWN:
        structure = play.scenario.structure
        if structure is None:
            batch = Batch(rules, uncertain=play.uncertain, announce=announce)
        else:
            batch = batch_for(replace(play, scenario=structure), announce).at_point(rules)
        _KNOWN[key] = (rules, batch)
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.popitem(last=False)
    _KNOWN.move_to_end(key)
    return _KNOWN[key][1]
