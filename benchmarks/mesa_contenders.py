"""The Mesa engine, alone and through `mesa.batch_run`, and the model written by hand; all checked as they play."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping
from typing import Any

import mesa
import numpy as np
from measuring import Contender
from toy_by_hand import ToyModel

from wargame.engine.block import Block, Layout
from wargame.engine.mesa_blocks import play_block
from wargame.engine.model import WargameModel
from wargame.engine.play import Play
from wargame.engine.rules import rules_for

__all__ = ["ALONE", "BY_HAND", "SHARED", "by_hand", "check_by_hand", "of_engine"]

ALONE = "Mesa engine, alone"
BY_HAND = "Mesa model written by hand, mesa.batch_run, 1 process"
STANDARD_ERRORS = 4.0
SHARED = 600
"""Episodes for one call of `mesa.batch_run` with two processes, which every call starts anew."""

PlayBlock = Callable[[Play, int, int], Block]


def of_engine(scenario: str, play: Play, reference: PlayBlock) -> list[Contender]:
    """The Mesa engine alone and through `mesa.batch_run`; what that returns must be `reference`'s episodes."""
    layout = rules_for(play.scenario).layout()

    def through_batch_run(processes: int) -> Callable[[int, int], None]:
        def played(first: int, count: int) -> None:
            rows = mesa.batch_run(
                WargameModel,
                {"scenario": scenario, "seed": play.seed, "episode": range(first, first + count)},
                number_processes=processes,
                data_collection_period=-1,
                display_progress=False,
            )
            check_rows(rows, layout, reference(play, first, count))

        return played

    alone = Contender(name=ALONE, play=lambda first, count: play_block(play, first, count), probe=20)
    return [alone, *_by_processes("Mesa engine, mesa.batch_run", through_batch_run)]


def check_rows(rows: list[dict[str, Any]], layout: Layout, block: Block) -> None:
    """What `mesa.batch_run` returned must be the block's episodes, played to their ends, to the last bit."""
    found = {row["episode"]: row for row in rows}
    if len(found) != block.count:
        raise ValueError(f"mesa.batch_run returned {len(found)} of {block.count} episodes")
    for index in range(block.count):
        row = found[block.first + index]
        metrics = [row[f"metric.{name}"] for name in layout.metrics]
        wanted = layout.outcomes[block.outcome[index]]
        same = row["outcome"] == wanted and row["Step"] + 1 == block.length[index]
        if not same or not np.array_equal(metrics, block.metrics[index], equal_nan=True):
            raise ValueError(f"mesa.batch_run played episode {block.first + index} otherwise")


def by_hand(ends: dict[str, list[float]]) -> list[Contender]:
    """The toy written by hand, in a plain loop and through `mesa.batch_run`; the last s1 of each is noted in `ends`."""

    def in_a_loop(first: int, count: int) -> None:
        for seed in range(first, first + count):
            model = ToyModel(seed=seed)
            while model.running:
                model.step()
            ends.setdefault("loop", []).append(model.state["s1"])
        # Mesa 3.3 keeps every model alive here; without this, late rounds would pay for early ones.
        mesa.Agent._ids.clear()

    def through_batch_run(processes: int) -> Callable[[int, int], None]:
        def played(first: int, count: int) -> None:
            rows = mesa.batch_run(
                ToyModel,
                {"seed": range(first, first + count)},
                number_processes=processes,
                data_collection_period=-1,
                display_progress=False,
            )
            mesa.Agent._ids.clear()
            last = [row for row in rows if row["AgentID"] == 1]
            # Mesa numbers steps from 0 here.
            full = [row["Step"] + 1 == ToyModel.toy.horizon or row["s1"] >= ToyModel.toy.top for row in last]
            if len(last) != count or not all(full):
                raise ValueError(f"mesa.batch_run played {sum(full)} of {count} episodes to their ends")
            ends.setdefault("batch_run", []).extend(row["s1"] for row in last)

        return played

    loop = Contender(name="Mesa model written by hand, plain loop", play=in_a_loop, probe=20)
    return [loop, *_by_processes("Mesa model written by hand, mesa.batch_run", through_batch_run)]


def _by_processes(name: str, play: Callable[[int], Callable[[int, int], None]]) -> list[Contender]:
    one = Contender(name=f"{name}, 1 process", play=play(1), probe=20)
    two = Contender(name=f"{name}, 2 processes", play=play(2), probe=20, least=SHARED)
    return [one, two]


def check_by_hand(ends: Mapping[str, list[float]], block: Block, layout: Layout) -> int:
    """Stop if the model written by hand plays another game than the engine: its mean end or how often it breaks off.

    Returns the number of its episodes that were compared.
    """
    wanted = block.metrics[:, layout.metrics.index("s1_end")].tolist()
    for name, values in ends.items():
        for title, of in (("last s1", float), ("share at the top", _at_top)):
            (found, error), (right, right_error) = (_mean([of(x) for x in xs]) for xs in (values, wanted))
            if abs(found - right) > STANDARD_ERRORS * math.hypot(error, right_error):
                raise ValueError(
                    f"not the same game: {title} is {found:.4f} by hand ({name}), else {right:.4f}"
                )
    return sum(map(len, ends.values()))


def _at_top(value: float) -> float:
    return float(value >= ToyModel.toy.top)


def _mean(values: list[float]) -> tuple[float, float]:
    return statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))
