"""What each kind of reasoning costs, on a reduced Korea scenario: evaluations, and time on both engines.

One evaluation is one imagined turn's end (see docs/reasoning.md). They are counted in play, on the Mesa engine: beside
every decision the same program runs once more on a copy of the workspace, written so that it counts.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Contender, Speeds, interleaved, on_threads
from page import Section

import wargame
from wargame.engine.actor import StateActor
from wargame.engine.ahead import Ahead
from wargame.engine.batch.plan import LANES
from wargame.engine.batch.play import batch_for
from wargame.engine.block import Block
from wargame.engine.compiling import compile_function
from wargame.engine.evaluations import count_row
from wargame.engine.mesa_blocks import play_block
from wargame.engine.mind import needs_program
from wargame.engine.model import WargameModel
from wargame.engine.play import Play
from wargame.engine.rules import Rules, rules_for
from wargame.engine.seat import Seat

__all__ = ["reasoning_section"]

SCENARIO = Path(__file__).parent / "korea-reduced.yaml"
SEED = 1
COUNTED = 2
"""Episodes whose evaluations are counted."""
CHECKED = 40
"""Episodes that both engines must play alike, to the last bit."""
ROUNDS, SECONDS = 3, 1.0
BATCH, MESA = "batch", "Mesa"

Counter = Callable[[Sequence[float]], float]
"""How many evaluations a decision takes, from the workspace in which it is made."""

ALL = "actors.{actor}.decision."
TYPES = {
    "actors.pyongyang.types": {
        "cautious": {"probability": 0.6, "set": {"resolve": 0.2}},
        "resolved": {"probability": 0.4, "set": {"resolve": 0.9}},
    }
}
KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "one turn, at the mean (the default)": ({}, {}),
    "exact expectation": ({"expectation": "exact"}, {}),
    "exact, foresight 2": ({"expectation": "exact", "foresight": 2}, {}),
    "foresight 4": ({"foresight": 4}, {}),
    "level 3": ({"expects": {"level": 3}}, {}),
    "equilibrium": ({"expects": "equilibrium"}, {}),
    "equilibrium, foresight 2": ({"expects": "equilibrium", "foresight": 2}, {}),
    "private types": ({}, TYPES),
    "private types, level 3": ({"expects": {"level": 3}}, TYPES),
}
"""By kind of reasoning: what is changed in every actor's `decision`, and what else."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What was found for one kind of reasoning."""

    evaluations: float
    """Evaluations in a decision, on average."""
    decisions: float
    """Decisions in an episode, on average."""
    speeds: Mapping[str, Speeds]

    def speed(self, engine: str) -> float:
        """Episodes per second of one processor's time: the median of the rounds."""
        return statistics.median(one.processor for one in self.speeds[engine])

    def time(self, engine: str) -> float:
        """Nanoseconds of processor time for a decision, all in all: an episode's by its decisions."""
        return 1e9 / self.speed(engine) / self.decisions


def reasoning_section(tell: Callable[[str], None]) -> Section:
    """The table of costs, one kind of reasoning after the other."""
    base = wargame.load(SCENARIO)
    found = {}
    for title, (decision, others) in KINDS.items():
        tell(f"the reduced Korea scenario: {title}")
        changes = {
            ALL.format(actor=actor) + key: value for actor in base.actors for key, value in decision.items()
        }
        found[title] = measure_costs(base.with_({**changes, **others}) if changes or others else base)
    rows = [
        (
            title,
            f"{one.evaluations:,.1f}",
            f"{one.time(BATCH):,.0f}",
            f"{one.time(MESA):,.0f}",
            f"{one.speed(BATCH):,.0f}",
            _short(one.speed(MESA)),
            f"{one.speed(BATCH) / one.speed(MESA):,.0f}",
        )
        for title, one in found.items()
    ]
    return Section(
        title="What kinds of reasoning cost, on a reduced Korea scenario",
        columns=(
            "how all three reason",
            "evaluations",
            "ns, batch",
            "ns, Mesa",
            "episodes/s, batch",
            "episodes/s, Mesa",
            "ratio",
        ),
        rows=rows,
        remarks=[
            f"Evaluations and nanoseconds are of a decision. Times are of one processor, the median of {ROUNDS} "
            f"rounds, measured on {date.today()}. The first {CHECKED} episodes of every kind are equal on both "
            "engines to the last bit."
        ],
    )


def measure_costs(scenario: wargame.Scenario) -> Costs:
    """Check that both engines agree, count evaluations, then let the engines take turns."""
    play = Play(scenario=scenario, seed=SEED)
    batch = batch_for(play)
    block = batch.play_block(play, 0, CHECKED)
    check_same(block, play_block(play, 0, CHECKED), title=scenario.name)
    contenders = [
        Contender(
            name=BATCH, play=on_threads(1, partial(batch.play_block, play)), probe=CHECKED, least=LANES
        ),
        Contender(name=MESA, play=partial(play_block, play), probe=2),
    ]
    return Costs(
        evaluations=mean_evaluations(scenario),
        # Nobody repeats a policy without deciding here, so every policy played was decided.
        decisions=float(block.plays.sum()) / block.count,
        speeds=interleaved(contenders, rounds=ROUNDS, seconds=SECONDS),
    )


def check_same(one: Block, other: Block, *, title: str) -> None:
    """Stop if the engines play other episodes."""
    for name in ("outcome", "length", "metrics", "payoffs", "plays"):
        if not np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True):
            raise ValueError(f"the engines play {title} otherwise: {name} differs")


def mean_evaluations(scenario: wargame.Scenario) -> float:
    """Evaluations in a decision, averaged over all decisions of some episodes."""
    counts: list[float] = []
    counters = counting_functions(rules_for(scenario))

    class Counting(StateActor):
        def evaluate(self, phase: str) -> None:
            counts.append(counters[self.name, phase](self.model.workspace))
            super().evaluate(phase)

    for episode in range(COUNTED):
        actors = dict.fromkeys(scenario.actors, Counting)
        WargameModel(scenario, seed=SEED, episode=episode, actors=actors, collect=False).play()
    return statistics.fmean(counts)


def counting_functions(rules: Rules) -> dict[tuple[str, str], Counter]:
    """By actor and phase: how many evaluations its decision takes on a workspace."""
    seats = [seat for listed in rules.seats.values() for seat in listed]
    return {(seat.actor.name, seat.phase): counting_function(rules, seat) for seat in seats}


def counting_function(rules: Rules, seat: Seat) -> Counter:
    """The decision of one seat as a function that counts."""
    if not needs_program(seat.actor):
        return partial(_straight, _loops(rules, seat))
    # Rows that only counting needs stay out of the workspace of play.
    book = replace(rules.workbook, rows=dict(rules.workbook.rows), template=list(rules.workbook.template))
    ahead = Ahead(book, seat, rules.expectation_rows[seat.name])
    ahead.counted = count_row(seat)
    function = compile_function(ahead.block, ahead.source(book.rows))
    row = book.rows[ahead.counted]

    def counted(workspace: Sequence[float]) -> float:
        copy = [*workspace, *book.template[len(workspace) :]]
        function(copy)
        return copy[row]

    return counted


def _loops(rules: Rules, seat: Seat) -> int:
    """One turn ahead: passes through the loops of exact expectation; at the mean one for each own plan."""
    if seat.name not in rules.exact:
        return math.prod(map(len, [seat.policies, *seat.own_later]))
    plan = rules.exact[seat.name]
    return math.prod(loop.count for loop in plan.loops_into("score"))


def _straight(passes: int, workspace: Sequence[float]) -> float:
    """Where every policy can always be played, the number is always the same."""
    return passes


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
