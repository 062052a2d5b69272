"""The loop that plays blocks of episodes: the turns, phases and endings of one scenario, as text to be translated.

It calls the functions of the rules (`kernel`), of moving lanes (`moves`) and of `library`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wargame.engine.batch.layout import FAILED, UNSETTLED
from wargame.engine.batch.moves import Moves
from wargame.engine.batch.operations import BRANCH, EPISODE
from wargame.engine.batch.plan import ARGUMENTS, LANES, Plan
from wargame.engine.seat import Seat

__all__ = ["Loop"]

TURN_RULES = ("resolve", "nature", "book", "learn", "record", "judge")
"""The rules from R4 on, in order, each a block of code."""


class Loop:
    """The text of the loop for one scenario."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.rules, self.places = plan, plan.rules, plan.places
        self.layout, self.seats, self.width, self.vectors = plan.layout, plan.seats, plan.width, plan.vectors
        self.moves = Moves(plan)

    def text(self) -> str:
        """The loop, as text to be translated."""
        return "\n".join(self._play())

    def _play(self) -> Iterator[str]:
        layout, rows, vectors = self.layout, self.places.lanes, self.vectors
        seats, policies = len(self.seats), self.plan.most_policies
        yield f"def play({', '.join(f'{name}: {kind}' for name, kind in ARGUMENTS.items())}) -> None:"
        yield f"    for block in range((count + {LANES - 1}) // {LANES}):"
        yield f"        begun = block * {LANES}"
        yield f"        n = where(count - begun < {LANES}, count - begun, {LANES})"
        yield f"        reset(w, start, {vectors}, {rows})"
        numbered = f"{vectors}, {rows}"
        yield "        if branched > 0:"
        yield f"            number_lanes(w, episode, 0, {numbered}, {self.plan.lane(EPISODE)})"
        yield f"            number_lanes(w, first + begun, 1, {numbered}, {self.plan.lane(BRANCH)})"
        yield "        if branched == 0:"
        yield f"            number_lanes(w, first + begun, 1, {numbered}, {self.plan.lane(EPISODE)})"
        yield f"            number_lanes(w, 0, 0, {numbered}, {self.plan.lane(BRANCH)})"
        yield f"        for lane in range({LANES}):"
        yield "            ended[lane] = where(lane < n, -1, 0)"
        yield "            counted[lane] = 0"
        yield "            weights[lane] = where(lane < n, weight, 0)"
        if self.plan.deals_anew:
            yield "        if branched == 0:"
            yield "            seed[0] = 0"
            yield f"            draw_deal(w, u, seed, {vectors})"
            yield f"            {self.plan.deal}(w, u, seed, {vectors})"
        yield from self._note_dealt()
        yield from (f"        {line}" for line in self._count("begins"))
        yield "        running = n"
        yield "        turn = begins"
        yield f"        while turn < {layout.horizon} and running > 0:"
        yield from (f"            {line}" for line in self._turn())
        yield "            turn = turn + 1"
        yield f"        for point in range(turn + 1, {layout.horizon + 1}):"
        yield from (f"            {line}" for line in self._count("point"))
        lanes = ("n", "begun", "begins", "turn")
        counts = (seats, LANES, policies, "plays", "policy_turns")
        yield f"        {_call('count_policies', 'picks', 'ended', 'counted', 'numbers', *lanes, *counts)}"
        yield "        for lane in range(n):"
        yield "            length[begun + lane] = ended[lane]"
        yield "            if begun + lane < sampled_episodes and counted[lane] > 0:"
        which = ("lane", "begun + lane", "begins", layout.horizon, seats, LANES, policies)
        yield f"                {_call('copy_plays', 'picks', 'ended', 'numbers', *which, 'sample_plays')}"

    def _count(self, point: str) -> Iterator[str]:
        """Count the state of all lanes, and copy those of sampled episodes."""
        vectors, names, points = self.vectors, self.layout.variables, self.layout.horizon + 1
        state = self.plan.lane(f"state.{names[0].name}") if names else 0
        lanes = ("shown", "ended", "weights", "weight", point, vectors, self.places.lanes, state, len(names))
        yield _call("count_states", "w", *lanes, "low", "span", "bins", "sums", "histogram")
        yield "if begun < sampled_episodes:"
        which = ("n", "begun", "sampled_episodes", point, points, vectors, len(names))
        yield f"    {_call('copy_states', 'shown', *which, 'sample')}"

    def _note_dealt(self) -> Iterator[str]:
        """What was drawn once per episode."""
        sampled = self.layout.sampled
        if sampled:
            yield "        for lane in range(n):"
            yield f"            place = lane // {self.width} * {self.places.lanes * self.width} + lane % {self.width}"
            yield f"            if w[place + {self.plan.lane(FAILED) * self.width}] == 0.0:"
        for index, name in enumerate(sampled):
            row = self.rules.rows[name.replace("parameters.", "parameter.", 1)]
            yield f"                sampled[(begun + lane) * {len(sampled)} + {index}] = {self._reading(row)}"

    def _reading(self, row: int) -> str:
        kind, index = self.places.rows[row]
        return f"u[{index}]" if kind == "real" else f"w[place + {index * self.width}]"

    def _turn(self) -> Iterator[str]:
        rules, rows, vectors = self.rules, self.places.lanes, self.vectors
        everywhere = f"(w, u, seed, {vectors})"
        yield f"u[{self.places.rows[rules.rows['turn']][1]}] = real(turn)"
        yield "seed[0] = turn"
        if self.seats:
            yield "if ordered > 0:"
            for index, seat in enumerate(self.seats):
                place = self.places.rows[rules.rows[f"order.{seat.name}"]][1]
                yield f"    u[{place}] = real(orders[turn * {len(self.seats)} + {index}])"
        yield f"draw_turn{everywhere}"
        for number, turns in enumerate(self.plan.draw_plan.on_turns):
            yield f"if {' or '.join(f'turn == {one}' for one in turns)}:"
            yield f"    draw_dated_{number}{everywhere}"
        yield from self._calls(
            ["begin", *(f"perceive_{actor}" for actor in rules.scenario.actors)], everywhere
        )
        for phase in rules.scenario.phases:
            for seat in rules.seats[phase]:
                yield from self._decide(seat, everywhere)
            learning = [f"learn_types_{seat.code_name}" for seat in rules.seats[phase]]
            yield from self._calls([f"show_{phase}", *learning], everywhere)
        yield from self._calls(TURN_RULES, everywhere)
        yield from self._count("turn + 1")
        if self.plan.watched:
            size = rows * self.width * vectors
            yield "if weight > 0:"
            yield f"    watch_rows(w, watch, (block * {self.layout.horizon} + turn) * {size}, {size})"
        yield from self._close()

    def _calls(self, names: Sequence[str], arguments: str) -> Iterator[str]:
        for name in names:
            if name in self.rules.sources:
                yield f"{name}{arguments}"

    def _decide(self, seat: Seat, everywhere: str) -> Iterator[str]:
        """R3 for one seat."""
        name, rows, index = seat.code_name, self.places.lanes, self.seats.index(seat)
        yield from self._calls([f"options_{name}"], everywhere)
        if self.moves.moved(seat):
            decides = self.plan.lane(f"decides.{seat.name}")
            yield f"m = list_deciding(w, ended, lanes, n, {rows}, {decides})"
            yield "if m > 0:"
            yield f"    gather_{name}(w, c, lanes, m)"
            yield from (
                f"    {step}(c, u, seed, (m + {self.width - 1}) // {self.width})"
                for step in self.moves.decision(seat)
            )
            yield f"    scatter_{name}(w, c, lanes, m)"
        else:
            yield from self._calls(self.moves.decision(seat), everywhere)
        yield from self._calls([f"carry_out_{name}"], everywhere)
        pick, place = self.plan.lane(f"pick.{seat.name}"), f"(turn * {len(self.seats)} + {index}) * {LANES}"
        order = f"where(ordered > 0, orders[turn * {len(self.seats)} + {index}], -1)"
        yield f"keep_picks(w, picks, ended, {place}, n, {rows}, {pick}, {order}, blocked, begun)"

    def _close(self) -> Iterator[str]:
        """R8: episodes that ended or failed this turn."""
        rows, width, horizon = self.places.lanes, self.width, self.layout.horizon
        over = self.plan.lane("ended")
        yield f"if turn == {horizon - 1} or any_ended(w, ended, n, {rows}, {over}) > 0:"
        yield f"    settle(w, u, seed, {self.vectors})"
        yield "for lane in range(n):"
        yield f"    place = lane // {width} * {rows * width} + lane % {width}"
        yield "    if ended[lane] < 0:"
        yield f"        failed = w[place + {self.plan.lane(FAILED) * width}] != 0.0"
        yield f"        over = w[place + {over * width}] >= 0.0 or turn == {horizon - 1}"
        yield f"        unsettled = over > 0.0 and w[place + {self.plan.lane(UNSETTLED) * width}] != 0.0"
        yield "        if failed > 0.0 or unsettled > 0.0:"
        yield "            ended[lane] = turn + 1"
        yield "            outcome[begun + lane] = -1"
        yield "            running = running - 1"
        yield "        if failed == 0.0 and unsettled == 0.0 and over > 0.0:"
        yield "            ended[lane] = turn + 1"
        yield "            counted[lane] = 1"
        yield "            running = running - 1"
        yield f"            outcome[begun + lane] = whole(w[place + {self.plan.lane('outcome') * width}])"
        for table, names in (
            ("metrics", [f"metric.{name}" for name in self.layout.metrics]),
            ("payoffs", [f"payoff.{name}" for name in self.layout.actors]),
        ):
            for index, name in enumerate(names):
                target = f"{table}[(begun + lane) * {len(names)} + {index}]"
                yield f"            {target} = {self._reading(self.rules.rows[name])}"


def _call(name: str, *arguments: object) -> str:
    """The text of a call."""
    return f"{name}({', '.join(map(str, arguments))})"
