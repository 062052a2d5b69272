"""D3, `expects: equilibrium`: at every node the logit equilibrium of the stage game, whose payoffs are what follows.

The payoffs of a node's game are what each actor gets from there on if all go on by the equilibrium (agent quantal
response equilibrium, McKelvey and Palfrey 1998). Where one actor moves alone that is backward induction with errors,
and nothing needs to be solved; where several move at once the solver (`equilibrium`) finds their chances.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from wargame.engine.draft import Draft, Size, run_of_rows
from wargame.engine.evaluations import certain
from wargame.engine.graph import Node
from wargame.engine.options import shares_or_none
from wargame.engine.seat import Seat
from wargame.engine.stage import REPORT
from wargame.engine.steps import Solve
from wargame.scenario.scenario import Actor

if TYPE_CHECKING:
    from wargame.engine.ahead import Ahead
    from wargame.engine.mind import Mind

__all__ = ["StageGame", "reported_rows"]


def reported_rows(seat: Seat) -> list[str]:
    """What the equilibria of a decision are like: the largest residual, any bifurcation, any that was not found."""
    return [f"equilibrium.{name}.{seat.name}" for name in REPORT]


class StageGame:
    """The game of one phase at one node of the look-ahead."""

    def __init__(self, ahead: Ahead, draft: Draft, mind: Mind, depth: int, phase: str, turns: int) -> None:
        self.ahead, self.draft, self.mind = ahead, draft, mind
        self.depth, self.phase, self.turns = depth, phase, turns
        self.workbook, self.graph = ahead.workbook, ahead.graph
        self.prefix = f"plan.{depth}.{phase}"
        self.members = ahead.seat.scenario.members(phase)
        self.sizes = [
            len(member.in_phase(phase)) + ahead.skips(member.in_phase(phase)) for member in self.members
        ]
        self.titles = ahead.carried(mind)
        names = {ahead.value_title(actor): actor.name for actor in ahead.valued(mind)}
        self.tables = {title: f"{self.prefix}.table.{names.get(title, title)}" for title in self.titles}
        """By what is carried, the table of its values by combination of choices."""
        self._allocate()

    def _allocate(self) -> None:
        """Rows that follow each other, as the solver wants them."""
        cells = range(prod(self.sizes))
        movers = [f"{self.prefix}.table.{member.name}" for member in self.members]
        run_of_rows(self.workbook, [f"{name}.{cell}" for name in movers for cell in cells])
        for table in self.tables.values():
            run_of_rows(self.workbook, [f"{table}.{cell}" for cell in cells])
        run_of_rows(self.workbook, self._precisions())
        for kind in ("open", "chance"):
            run_of_rows(self.workbook, [row for member in self.members for row in self.rows(kind, member)])
        run_of_rows(self.workbook, self._report())

    def _precisions(self) -> list[str]:
        return [f"{self.prefix}.precision.{member.name}" for member in self.members]

    def _report(self) -> list[str]:
        return [f"{self.prefix}.{name}" for name in REPORT]

    def rows(self, kind: str, member: Actor) -> list[str]:
        """The rows about a member's options; the last is that of being skipped, where it can be."""
        policies = member.in_phase(self.phase)
        names = [f"{self.prefix}.{kind}.{policy.full_name}" for policy in policies]
        return [*names, f"{self.prefix}.{kind}.{member.name}.none"] if self.ahead.skips(policies) else names

    # ---- the steps -----------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Find what every combination of choices leads to, then the chances of each."""
        self._note_options()
        self._explore()
        if len(self.members) == 1:
            (member,) = self.members
            self.draft.keep(dict(zip(self.rows("chance", member), self._alone(member), strict=True)))
        elif self.members:
            self._solve()

    def _note_options(self) -> None:
        graph, depth, phase = self.graph, self.depth, self.phase
        for member in self.members:
            policies = member.in_phase(phase)
            here = self.ahead.can(depth, phase, policies)
            if depth == 0 and member is self.ahead.seat.actor and phase == self.ahead.seat.phase:
                # What the deciding actor can play now is judged on the actual state.
                here = [self.workbook.row(f"available.{policy.full_name}") for policy in policies]
            none = graph.all(*(graph.negate(node) for node in here))
            results = [*here, none] if self.ahead.skips(policies) else here
            self.draft.keep(dict(zip(self.rows("open", member), results, strict=True)))

    def _explore(self) -> None:
        """Every combination that can be played: what it leads to goes into the tables."""
        graph, least = self.graph, 1
        for member in self.members:
            least *= certain(member.in_phase(self.phase))
        count = prod(self.sizes)
        with self.draft.repeat(f"cell_{self.phase}", count, Size(least=least, most=count)) as counter:
            playable = graph.one
            for member, index in zip(self.members, self._indices(counter), strict=True):
                playable = graph.all(playable, self._pick(self.rows("open", member), index))
            with self.draft.when(playable, sure=True):
                for member, index in zip(self.members, self._indices(counter), strict=True):
                    self.ahead.play(self.draft, self.depth, member.in_phase(self.phase), index)
                found = self.ahead.go_on(self.draft, self.mind, self.depth, self.phase, self.turns)
                tables = {
                    f"{self.tables[title]}.0": node for title, node in zip(self.titles, found, strict=True)
                }
                self.draft.keep(tables, counter)

    def _indices(self, counter: Node) -> list[Node]:
        """By member the number of its option in the combination that the counter stands for."""
        graph, apart = self.graph, prod(self.sizes)
        indices = []
        rest: Node = counter
        for size in self.sizes:
            apart //= size
            if apart == 1:
                indices.append(rest)
                continue
            index = graph.apply("floor", graph.div(rest, graph.number(apart)))
            indices.append(index)
            rest = graph.sub(rest, graph.mul(index, graph.number(apart)))
        return indices

    def _pick(self, rows: Sequence[str], index: Node) -> Node:
        """The row with that number among these."""
        picked = self.workbook.row(rows[0])
        for number, row in enumerate(rows[1:], start=1):
            here = self.graph.apply("eq", index, self.graph.number(number))
            picked = self.graph.where(here, self.workbook.row(row), picked)
        return picked

    def _alone(self, member: Actor) -> list[Node]:
        """D4 for a member by itself: from what each option is worth to it, or by its own rule."""
        policies = member.in_phase(self.phase)
        opened = [self.workbook.row(row) for row in self.rows("open", member)]
        situation = self.ahead.imagined.situation(self.depth, self.phase, self.mind)
        seat = Seat(scenario=self.ahead.seat.scenario, actor=member, phase=self.phase)
        scores: list[Node] = []
        if len(self.members) == 1 and member.decision.looks_ahead:
            table = f"{self.prefix}.table.{member.name}"
            scores = [self.workbook.row(f"{table}.{number}") for number in range(len(policies))]
        none = opened[-1] if self.ahead.skips(policies) else None
        return shares_or_none(situation, seat, scores, opened[: len(policies)], none)

    def _solve(self) -> None:
        """The logit equilibrium of several members; who does not look ahead enters with its own chances."""
        graph, results = self.graph, {}
        situation = self.ahead.imagined.situation(self.depth, self.phase, self.mind)
        for member, row in zip(self.members, self._precisions(), strict=True):
            rows, precision = self.rows("chance", member), member.decision.precision
            if member.decision.looks_ahead:
                assert precision is not None
                results[row] = situation.value(precision)
                results |= dict.fromkeys(rows, graph.zero)
            else:
                results[row] = graph.zero
                results |= dict(zip(rows, self._alone(member), strict=True))
        wanted = f"{self.prefix}.wanted"
        results |= dict.fromkeys(self._report(), graph.zero)
        self.draft.keep({**results, wanted: graph.one})
        self.draft.add(
            Solve(
                wanted=wanted,
                sizes=tuple(self.sizes),
                payoffs=f"{self.prefix}.table.{self.members[0].name}.0",
                precisions=self._precisions()[0],
                available=self.rows("open", self.members[0])[0],
                given=tuple(int(not member.decision.looks_ahead) for member in self.members),
                chances=self.rows("chance", self.members[0])[0],
                report=self._report()[0],
            )
        )
        self.draft.keep(
            {
                kept: graph.apply("max", self.workbook.row(kept), self.workbook.row(row))
                for kept, row in zip(reported_rows(self.ahead.seat), self._report(), strict=True)
            }
        )

    # ---- what it comes to ----------------------------------------------------------------------------------------

    def keep_values(self) -> None:
        """Keep what the node is worth to everybody: the combinations' values by their chances."""
        graph = self.graph
        rows = {title: f"{self.prefix}.{title}" for title in self.titles}
        if not self.members:
            found = self.ahead.go_on(self.draft, self.mind, self.depth, self.phase, self.turns)
            self.draft.keep(dict(zip(rows.values(), found, strict=True)))
            return
        self.draft.keep(dict.fromkeys(rows.values(), graph.zero))
        with self.draft.repeat(f"sum_{self.phase}", prod(self.sizes), Size()) as counter:
            chance = graph.one
            for member, index in zip(self.members, self._indices(counter), strict=True):
                chance = graph.mul(chance, self._pick(self.rows("chance", member), index))
            with self.draft.when(chance):
                self._add(rows, chance, counter)

    def _add(self, rows: dict[str, str], chance: Node, counter: Node) -> None:
        graph = self.graph
        self.draft.keep(
            {
                row: graph.add(
                    self.workbook.row(row),
                    graph.mul(chance, graph.at(f"{self.tables[title]}.0", counter)),
                )
                for title, row in rows.items()
            }
        )

    def keep_scores(self) -> None:
        """Keep the value of each of the deciding actor's policies against the others' chances, and these chances."""
        graph, seat = self.graph, self.ahead.seat
        names = {title: "score" if title == "value" else title for title in self.titles}
        wanted = {
            title: name for title, name in names.items() if title == "value" or title.startswith("part.")
        }
        rows = {
            (title, number): f"{name}.{policy.full_name}"
            for title, name in wanted.items()
            for number, policy in enumerate(seat.policies)
        }
        self.draft.keep(dict.fromkeys(rows.values(), graph.zero))
        with self.draft.repeat(f"score_{self.phase}", prod(self.sizes), Size()) as counter:
            chance, own = graph.one, graph.zero
            for member, index in zip(self.members, self._indices(counter), strict=True):
                if member is seat.actor:
                    own = index
                else:
                    chance = graph.mul(chance, self._pick(self.rows("chance", member), index))
            playable = self._pick(self.rows("open", seat.actor), own)
            with self.draft.when(graph.all(chance, playable)):
                results = {}
                for (title, number), row in rows.items():
                    worth = graph.mul(chance, graph.at(f"{self.tables[title]}.0", counter))
                    here = graph.apply("eq", own, graph.number(number))
                    old = self.workbook.row(row)
                    results[row] = graph.where(here, graph.add(old, worth), old)
                self.draft.keep(results)
        for other in self.members:
            if other is not seat.actor:
                policies = other.in_phase(self.phase)
                self.draft.keep(
                    {
                        self.ahead.expected_rows[policy.full_name]: self.workbook.row(row)
                        for policy, row in zip(policies, self.rows("chance", other), strict=False)
                    }
                )
