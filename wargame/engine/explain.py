"""Saying what went wrong in an episode, and why a policy was chosen: both read the graph that was played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from wargame.engine.ahead import Ahead
from wargame.engine.block import Failure
from wargame.engine.compiling import Function, compile_function
from wargame.engine.emit import Check, emit_nested, emit_values
from wargame.engine.graph import Node
from wargame.engine.mind import needs_program
from wargame.engine.planning import best_plan, planning_situation
from wargame.engine.seat import Seat

if TYPE_CHECKING:
    from wargame.engine.rules import Rules

__all__ = ["Explainer"]


class Explainer:
    """Diagnoses and explanations of one scenario's rules, compiled when first asked for."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._diagnoses: dict[str, Function] = {}
        self._explanations: dict[str, Function] = {}

    def diagnose(self, name: str, workspace: Sequence[float], episode: int, turn: int) -> Failure:
        """The first check of block `name` that fails on this workspace, with the values its formula read."""
        flat = [part for check in self.rules.codes[name].checks for part in (*check.parts, check)]
        if name not in self._diagnoses:
            nodes = [node for check in flat for node in (check.node, *check.names.values())]
            self._diagnoses[name] = compile_function("values", emit_values("values", nodes, self.rules.rows))
        values = iter(self._diagnoses[name](workspace))
        for check in flat:
            value = next(values)
            names = dict(zip(check.names, (next(values) for _ in check.names), strict=True))
            if not _holds(check, value):
                return Failure(
                    episode=episode,
                    turn=turn,
                    reason=check.title,
                    file=self.rules.scenario.file,
                    line=check.line,
                    formula=check.formula,
                    values=names,
                )
        raise AssertionError(f"block {name} failed, but none of its checks does")

    def explain(self, seat: Seat, workspace: Sequence[float]) -> dict[str, dict[str, float]]:
        """Every term of each policy's score, by policy and term; `cost` is the last, with its sign."""
        if seat.name not in self._explanations:
            self._explanations[seat.name] = self._explanation(seat)
        return dict(self._explanations[seat.name](workspace))

    def _explanation(self, seat: Seat) -> Function:
        titles = [*seat.actor.utility, "cost"]
        book = self.rules.workbook
        if needs_program(seat.actor):
            return self._looking_ahead(seat)
        if seat.name in self.rules.exact:
            return self._exactly(seat, titles)
        nodes: list[Node] = []
        expected = {name: book.row(row) for name, row in self.rules.expectation_rows[seat.name].items()}
        situation = planning_situation(book, seat, expected)
        for policy in seat.policies:
            nodes += best_plan(situation, seat, policy)[1]
        function = compile_function("terms", emit_values("terms", nodes, self.rules.rows))

        def at_the_mean(workspace: Sequence[float]) -> dict[str, dict[str, float]]:
            values = iter(function(workspace))
            return {policy.name: {title: next(values) for title in titles} for policy in seat.policies}

        return at_the_mean

    def _exactly(self, seat: Seat, titles: Sequence[str]) -> Function:
        """The terms in the loops of the score: those of the best own later choices, weighed like the score."""
        book, plan, count = self.rules.workbook, self.rules.exact[seat.name], len(seat.policies)
        values = [plan.score, *plan.terms, book.graph.apply("neg", plan.cost)]
        # Rows that only explanations need stay out of the workspace of play.
        start = len(book.rows)
        first = {f"explained.{place}": start + place * count for place in range(len(values))}
        source = emit_nested(
            "terms", "The score and its terms.", plan.loops_into(*first), values, {**book.rows, **first}
        )
        function = compile_function("terms", source)

        def exactly(workspace: Sequence[float]) -> dict[str, dict[str, float]]:
            copy = [*workspace[:start], *[0.0] * (start + len(values) * count - len(workspace[:start]))]
            function(copy)
            found = [copy[row : row + count] for row in first.values()][1:]
            terms = zip(*found, strict=True)
            return {
                policy.name: dict(zip(titles, one, strict=True))
                for policy, one in zip(seat.policies, terms, strict=True)
            }

        return exactly

    def _looking_ahead(self, seat: Seat) -> Function:
        """The terms of this turn, and `continuation`: what the turns after it, or the leaf, add."""
        book = self.rules.workbook
        # Rows that only explanations need stay out of the workspace of play.
        own = replace(book, rows=dict(book.rows), template=list(book.template))
        ahead = Ahead(own, seat, self.rules.expectation_rows[seat.name], explaining=True)
        function = compile_function(ahead.block, ahead.source(own.rows))
        titles = [*seat.actor.utility, "cost", "continuation"]
        policies = [policy.name for policy in seat.policies]

        def explained(workspace: Sequence[float]) -> dict[str, dict[str, float]]:
            copy = [*workspace, *own.template[len(workspace) :]]
            function(copy)
            return {
                policy: {
                    title: copy[own.rows[f"part.{title}.{seat.actor.name}.{policy}"]] for title in titles
                }
                for policy in policies
            }

        return explained


def _holds(check: Check, value: float) -> bool:
    if check.kind == "probability":
        return 0.0 <= value <= 1.0
    if check.kind == "not negative":
        return 0.0 <= value < float("inf")
    if check.kind == "at most one":
        return value <= 1.0
    return value - value == 0.0
