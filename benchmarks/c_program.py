"""A scenario as a C program: the same rules in scalar code, one episode after the other, with ordinary branches.

It is the measure of the batch engine. Blocks and numeric functions are written in C from the same Python text
(`c_text`); the loop around them and the random numbers stand below, as a C programmer would write them: an actor that
does not reconsider is passed over by a branch, arithmetic is scalar, and what the compiler makes of it is its own
affair. It keeps outcome, length, metrics and payoffs of each episode, and no trajectories: it has less to do.
"""

from __future__ import annotations

import ast
import ctypes
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
from c_text import function_text, needed, parsed
from numpy.typing import NDArray

from wargame.engine import counts, distributions, numeric
from wargame.engine.draws import Streams, stream_hash
from wargame.engine.rules import Rules

__all__ = ["FLAGS", "CEpisodes", "CProgram", "compiler", "program_text"]

FLAGS = ["-O3", "-march=native", "-ffp-contract=off"]

_START = r"""
#include <math.h>
#include <stdint.h>
#include <string.h>

static inline double divide(double a, double b) { return a / b; }

static inline double power_of_two(double n) {
    int64_t bits = ((int64_t)n + 1023) << 52;
    double result;
    memcpy(&result, &bits, sizeof result);
    return result;
}

/* In two steps, of which the first is exact and the second rounds once: a subnormal result is rounded right. */
static inline double scale_by_power_of_two(double x, double n) {
    double first = n < -1000.0 ? -1000.0 : n > 1000.0 ? 1000.0 : n;
    return x * power_of_two(first) * power_of_two(n - first);
}

static inline double split_exponent(double x, double *exponent) {
    int n;
    double fraction = frexp(x, &n);
    *exponent = n;
    return fraction;
}

/* Philox4x32-10; `last` is 1 where a draw lies in the middle of its interval. */
static void draw_all(double *restrict to, const uint32_t *restrict names, const uint64_t *restrict last, int count,
                     uint32_t episode, uint32_t turn, uint64_t seed) {
    for (int i = 0; i < count; i++) {
        uint32_t c0 = episode, c1 = turn, c2 = names[i], c3 = 0;
        uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
        for (int turn_of_screw = 0; turn_of_screw < 10; turn_of_screw++) {
            uint64_t product0 = (uint64_t)c0 * 0xD2511F53u, product1 = (uint64_t)c2 * 0xCD9E8D57u;
            c0 = (uint32_t)(product1 >> 32) ^ c1 ^ k0;
            c2 = (uint32_t)(product0 >> 32) ^ c3 ^ k1;
            c1 = (uint32_t)product1;
            c3 = (uint32_t)product0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }
        uint64_t bits = (((uint64_t)c1 << 32 | c0) >> 11) | last[i];
        to[i] = (double)(int64_t)bits * 0x1p-53;
    }
}
"""

_FAST_ENOUGH = "static double __attribute__((noinline))"


def compiler() -> str | None:
    """Where gcc is, if it is there."""
    return shutil.which("gcc")


def program_text(rules: Rules) -> str:
    """The whole program."""
    names: dict[str, Any] = {
        **{name: getattr(numeric, name) for name in numeric.__all__},
        **{name: getattr(counts, name) for name in counts.__all__},
        **{f"distributions.{name}": getattr(distributions, name) for name in distributions.__all__},
    }
    blocks: dict[str, ast.FunctionDef] = {}
    called: dict[str, FunctionType] = {}
    for name, source in rules.sources.items():
        if name != "deal_uncertain" and (name != "deal" or rules.deals_anew):
            blocks[name] = ast.parse(source).body[0]  # type: ignore[assignment]
            needed(blocks[name], names, called)
    parts = [_START]
    for name, function in called.items():
        node = parsed(function)
        arguments = ", ".join(f"double v_{argument.arg}" for argument in node.args.args)
        parts.append(function_text(node, function.__globals__, f"static inline double f_{name}({arguments})"))
    for name, node in blocks.items():
        parts.append(function_text(node, names, f"{_FAST_ENOUGH} {name}(double *restrict w)"))
    parts += _tables("turn", rules.turn_streams)
    parts += _tables("deal", rules.deal_streams)
    parts += _loop(rules, set(blocks))
    return "\n".join(parts) + "\n"


def _tables(what: str, streams: Streams) -> Iterator[str]:
    hashes = ", ".join(f"{stream_hash(name)}u" for name in streams.names)
    last = ", ".join(str(int(kind == "centred")) for kind in streams.kinds)
    yield f"static const uint32_t {what}_names[] = {{{hashes or 0}}};"
    yield f"static const uint64_t {what}_last[] = {{{last or 0}}};"


def _draw(what: str, streams: Streams, rows: Mapping[str, int], turn: str) -> Iterator[str]:
    """Draw all of these streams; their rows follow each other."""
    if streams.names:
        place, count = rows[f"draw.{streams.names[0]}"], len(streams.names)
        yield f"    draw_all(w + {place}, {what}_names, {what}_last, {count}, number, {turn}, seed);"


def _loop(rules: Rules, blocks: set[str]) -> Iterator[str]:
    """The turns of an episode, and episodes one after the other."""
    rows, scenario = rules.rows, rules.scenario
    horizon = scenario.horizon
    yield "static int episode(double *restrict w, uint32_t number, uint64_t seed) {"
    if rules.deals_anew:
        yield from _draw("deal", rules.deal_streams, rows, "0")
        yield from _calls(["deal"], blocks)
    yield f"    for (int turn = 0; turn < {horizon}; turn++) {{"
    yield f"        w[{rows['turn']}] = turn;"
    yield from _draw("turn", rules.turn_streams, rows, "turn")
    yield from _calls(["begin", *(f"perceive_{actor}" for actor in scenario.actors)], blocks)
    for phase in scenario.phases:
        for seat in rules.seats[phase]:
            name = f"{seat.actor.name}_{phase}"
            yield from _calls([f"options_{name}"], blocks)
            yield f"        if (w[{rows[f'decides.{seat.name}']}] != 0.0) {{"
            yield from _calls([f"{step}_{name}" for step in ("expect", "evaluate", "choose")], blocks)
            yield "        }"
            yield from _calls([f"carry_out_{name}"], blocks)
        learning = [f"learn_types_{seat.actor.name}_{phase}" for seat in rules.seats[phase]]
        yield from _calls([f"show_{phase}", *learning], blocks)
    yield from _calls(["resolve", "nature", "book", "learn", "record", "judge"], blocks)
    yield f"        if (w[{rows['ended']}] >= 0.0 || turn == {horizon - 1}) {{"
    yield from _calls(["settle"], blocks)
    yield "            return turn + 1;"
    yield "        }"
    yield "    }"
    yield "    return 0;"
    yield "}"
    yield _PLAY.replace("ROWS", str(len(rules.start))).replace("OUTCOME", str(rows["outcome"]))


def _calls(names: list[str], blocks: set[str]) -> Iterator[str]:
    for name in names:
        if name in blocks:
            yield f"        if ({name}(w) != 0.0) return 0;"


_PLAY = """
void play(uint32_t first, int count, uint64_t seed, const double *start, const int32_t *kept, int columns,
          int32_t *outcome, int32_t *length, double *values) {
    double w[ROWS];
    for (int i = 0; i < count; i++) {
        memcpy(w, start, sizeof w);
        length[i] = episode(w, first + (uint32_t)i, seed);
        outcome[i] = length[i] > 0 ? (int32_t)w[OUTCOME] : -1;
        for (int j = 0; j < columns; j++) values[(int64_t)i * columns + j] = w[kept[j]];
    }
}
"""


@dataclass(frozen=True, kw_only=True)
class CEpisodes:
    """Consecutive episodes: `outcome` and `length` [n], `metrics` [n, metrics], `payoffs` [n, actors]."""

    outcome: NDArray[np.int32]
    length: NDArray[np.int32]
    metrics: NDArray[np.float64]
    payoffs: NDArray[np.float64]


class CProgram:
    """The compiled program of a scenario, in a folder of its own; `compile_seconds` is what gcc took."""

    def __init__(self, rules: Rules, folder: Path) -> None:
        gcc = compiler()
        assert gcc is not None
        source, library = folder / f"{rules.scenario.name}.c", folder / f"{rules.scenario.name}.so"
        source.write_text(program_text(rules), encoding="utf-8")
        begun = time.perf_counter()
        subprocess.run(
            [gcc, "-std=c11", *FLAGS, "-fPIC", "-shared", "-o", str(library), str(source), "-lm"], check=True
        )
        self.compile_seconds = time.perf_counter() - begun
        self._play = ctypes.CDLL(str(library)).play
        layout = rules.layout()
        names = [f"metric.{name}" for name in layout.metrics] + [f"payoff.{name}" for name in layout.actors]
        self._metrics = len(layout.metrics)
        self._kept = np.array([rules.rows[name] for name in names], dtype=np.int32)
        self._start = np.array(rules.start)

    def play(self, seed: int, first: int, count: int) -> CEpisodes:
        """Play episodes `first` to `first + count - 1`; it runs without Python's lock."""
        outcome, length = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=np.int32)
        values = np.zeros((count, len(self._kept)))
        pointers = [
            ctypes.c_void_p(array.ctypes.data) for array in (self._start, self._kept, outcome, length, values)
        ]
        start, kept, *results = pointers
        self._play(
            ctypes.c_uint32(first), count, ctypes.c_uint64(seed), start, kept, len(self._kept), *results
        )
        return CEpisodes(
            outcome=outcome,
            length=length,
            metrics=values[:, : self._metrics],
            payoffs=values[:, self._metrics :],
        )
