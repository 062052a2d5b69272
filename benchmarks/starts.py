"""A run as a user sees it: a whole process from start to end, with and without compiled code on disk."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from page import Section

from wargame.engine.batch.kernel import Kernel
from wargame.engine.batch.machine import Code, make_code, processor
from wargame.engine.rules import Rules
from wargame.scenario.loading import load

__all__ = ["preparing", "starts"]

EPISODES = 10_000
MANY = 200_000


@dataclass(frozen=True, kw_only=True)
class Process:
    """What a process took: seconds from start to end and of processor time, and the most memory it held, in MiB."""

    seconds: float
    processor: float
    memory: float


def starts(scenario: str, *, repeats: int) -> Section:
    """`wargame run` with an empty and with a filled folder of compiled code."""
    rows = []
    totals = ["--no-figures", "--no-episodes", "-n", str(MANY)]
    with tempfile.TemporaryDirectory() as place:
        kept = Path(place) / "kept"
        for title, arguments, cold in (
            (f"{EPISODES:,} episodes, nothing compiled before", [], True),
            (f"{EPISODES:,} episodes, code on disk", [], False),
            (f"{EPISODES:,} episodes, code on disk, without figures", ["--no-figures"], False),
            (f"{MANY:,} episodes, code on disk, only what they add up to", totals, False),
        ):
            found = []
            for repeat in range(repeats):
                cache = Path(place) / f"cold-{repeat}" if cold else kept
                found.append(_run(scenario, arguments, cache, Path(place) / "out"))
            rows.append(
                (
                    title,
                    f"{statistics.median(one.seconds for one in found):.2f}",
                    f"{min(one.seconds for one in found):.2f}",
                    f"{statistics.median(one.processor for one in found):.2f}",
                    f"{statistics.median(one.memory for one in found):.0f}",
                )
            )
    return Section(
        title=f"`wargame run {scenario} --engine batch` as a whole process",
        columns=("what", "seconds, median", "best", "processor time", "peak memory, MiB"),
        rows=rows,
    )


def _run(scenario: str, arguments: Sequence[str], cache: Path, out: Path) -> Process:
    """One process; a run into the same folder replaces the one before."""
    command = [sys.executable, "-m", "wargame", "run", scenario, "--engine", "batch", "--quiet"]
    command += ["--out", str(out), "-n", str(EPISODES), *arguments]
    environment = {**os.environ, "WARGAME_CACHE_DIR": str(cache)}
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command[1:])} ended with {process.returncode}")
    # Linux counts in KiB, macOS in bytes.
    memory = used.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    return Process(seconds=seconds, processor=used.ru_utime + used.ru_stime, memory=memory)


def preparing(scenario: str) -> Section:
    """What stands between a scenario file and the first episode, step by step, in a process that runs already."""
    steps = []
    clock = time.process_time

    def note(title: str, begun: float) -> float:
        steps.append((title, f"{clock() - begun:.2f}"))
        return clock()

    begun = clock()
    loaded = load(scenario)
    begun = note("read and check the scenario file", begun)
    rules = Rules(loaded)
    begun = note("make its rules, as Python text", begun)
    made = processor()
    kernel = Kernel(rules, width=made.width, scales=made.scales, uncertain=False)
    texts = [kernel.rules_text(), kernel.loop_text()]
    begun = note("translate them for vectors", begun)
    objects = [make_code(text, thorough=bool(index)) for index, text in enumerate(texts)]
    begun = note("compile that to machine code (only the first time)", begun)
    Code(objects)
    note("link the machine code", begun)
    return Section(
        title=f"From {scenario} to the first episode",
        columns=("step", "seconds of processor time"),
        rows=steps,
    )
