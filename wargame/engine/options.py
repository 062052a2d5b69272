"""A mind's own choice at a node of the look-ahead: what is open to it, what that is worth, how likely it takes it.

A node is one phase of one imagined turn. Where every policy of the mind has a condition, it may be left without any:
being skipped is then one more option, the last, whose rows end in `.none`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wargame.engine.choice import rule_shares
from wargame.engine.draft import Draft, Size, run_of_rows
from wargame.engine.evaluations import certain
from wargame.engine.graph import Node
from wargame.engine.seat import Seat
from wargame.engine.situation import Situation

if TYPE_CHECKING:
    from wargame.engine.ahead import Ahead
    from wargame.engine.mind import Mind

__all__ = ["Options", "own_later", "shares_or_none"]


class Options:
    """The options of a mind in phase `phase` of the turn `depth` ahead; `draft` is the routine that weighs them."""

    def __init__(self, ahead: Ahead, draft: Draft, mind: Mind, depth: int, phase: str) -> None:
        self.ahead, self.draft, self.mind = ahead, draft, mind
        self.depth, self.phase = depth, phase
        self.workbook, self.graph = ahead.workbook, ahead.graph
        self.prefix = f"plan.{depth}.{phase}"
        self.policies = mind.actor.in_phase(phase)
        self.can_be_skipped = ahead.skips(self.policies)

    # ---- what is open ------------------------------------------------------------------------------------------------

    def keep_available(self) -> str:
        """Keep what the mind can play here, and whether nothing; gives the first row."""
        here = self.ahead.can(self.depth, self.phase, self.policies)
        if self.mind.actor.decision.later == "same" and self.depth > self.mind.depth:
            here = self._same_again(here)
        results = dict(zip(self._available_rows(), here, strict=True))
        if self.can_be_skipped:
            results[self._none_row()] = self.graph.all(*(self.graph.negate(node) for node in here))
        first = run_of_rows(self.workbook, list(results))
        self.draft.keep(results)
        return first

    def _available_rows(self) -> list[str]:
        return [f"{self.prefix}.available.{policy.full_name}" for policy in self.policies]

    def _none_row(self) -> str:
        return f"{self.prefix}.available.{self.mind.actor.name}.none"

    def _same_again(self, here: Sequence[Node]) -> list[Node]:
        """`later: same`: only what was chosen in the mind's first turn, where that is available, else everything."""
        graph, played = self.graph, self.ahead.imagined.play_row
        chosen = [
            graph.all(self.workbook.row(played(self.mind.depth, policy.full_name)), node)
            for policy, node in zip(self.policies, here, strict=True)
        ]
        able = graph.truth(graph.add(*chosen))
        return [graph.where(able, again, node) for again, node in zip(chosen, here, strict=True)]

    @contextmanager
    def each(self, here: str) -> Iterator[Node]:
        """What is added inside happens for each option that is open, played; gives the counter.

        `here` is the first of the rows that say what is open.
        """
        mind, ahead = self.mind, self.ahead
        # The actor that decides is asked only if there is something that it can play now (`choice.decides`).
        decides_now = (mind, self.depth, self.phase) == (ahead.mind, 0, ahead.seat.phase)
        count = len(self.policies) + (self.can_be_skipped and not decides_now)
        held = mind.actor.decision.later == "same" and self.depth > mind.depth
        held = held and all(policy.available is None for policy in self.policies)
        size = Size(least=1, most=1) if held else Size(least=certain(self.policies), most=count)
        with (
            self.draft.repeat(f"{mind.actor.name}_{self.phase}", count, size) as counter,
            self.draft.when(self.graph.at(here, counter), sure=True),
        ):
            ahead.play(self.draft, self.depth, self.policies, counter)
            yield counter

    # ---- what it is worth --------------------------------------------------------------------------------------------

    def rows(self, title: str) -> list[str]:
        """The rows that keep, of each option, what is carried under `title`."""
        names = [f"{self.prefix}.option.{title}.{policy.full_name}" for policy in self.policies]
        if self.can_be_skipped:
            names.append(f"{self.prefix}.option.{title}.{self.mind.actor.name}.none")
        run_of_rows(self.workbook, names)
        return names

    def keep(self, counter: Node) -> None:
        """Keep what was found for the option at hand."""
        self.draft.keep(
            {
                self.rows(title)[0]: self.workbook.row(f"{self.prefix}.{title}")
                for title in self.ahead.carried(self.mind)
            },
            counter,
        )

    # ---- what is chosen ----------------------------------------------------------------------------------------------

    def chances(self) -> list[Node]:
        """D4: the mind's probabilities, from what the options are worth; the last is that of being skipped."""
        scores = [self.workbook.row(row) for row in self.rows("value")[: len(self.policies)]]
        here = [self.workbook.row(name) for name in self._available_rows()]
        none = self.workbook.row(self._none_row()) if self.can_be_skipped else None
        seat = Seat(scenario=self.ahead.seat.scenario, actor=self.mind.actor, phase=self.phase)
        situation = self.ahead.imagined.situation(self.depth, self.phase, self.mind)
        return shares_or_none(situation, seat, scores, here, none)

    def weigh(self, chances: Sequence[Node]) -> dict[str, Node]:
        """What the choice is worth when it is made with these probabilities."""
        graph = self.graph
        names = [f"{self.prefix}.chance.{place}" for place in range(len(chances))]
        self.draft.keep(dict(zip(names, chances, strict=True)))
        found = {}
        for title in self.ahead.carried(self.mind):
            total = graph.zero
            for name, row in zip(names, self.rows(title), strict=True):
                chance = self.workbook.row(name)
                worth = graph.mul(chance, self.workbook.row(row))
                total = graph.add(total, graph.where(chance, worth, graph.zero))
            found[title] = total
        return found


def shares_or_none(
    situation: Situation, seat: Seat, scores: Sequence[Node], here: Sequence[Node], none: Node | None
) -> list[Node]:
    """D4 for a seat that may be left without anything to play: its probabilities, then that of being skipped.

    `none` says whether nothing is available; None where there always is something, and then nothing is added.
    """
    if none is None:
        return rule_shares(situation, seat, scores, here, [])
    graph = situation.graph
    # Where nothing is available the first policy stands in, so that nothing is divided by 0.
    shares = rule_shares(situation, seat, scores, [graph.apply("or", here[0], none), *here[1:]], [])
    return [*(graph.where(none, graph.zero, share) for share in shares), none]


def own_later(
    ahead: Ahead, draft: Draft, mind: Mind, depth: int, phase: str, shares: Mapping[str, str], turns: int
) -> None:
    """D1: what the mind itself would choose here: the best, by its logit, or the same as in its first turn."""
    graph, workbook = ahead.graph, ahead.workbook
    options = Options(ahead, draft, mind, depth, phase)
    here = options.keep_available()
    if mind.actor.decision.later == "logit":
        with options.each(here) as counter:
            ahead.against(draft, mind, depth, phase, shares, turns)
            options.keep(counter)
        found = options.weigh(options.chances())
        draft.keep({f"{options.prefix}.{title}": node for title, node in found.items()})
        return
    best = {title: f"{options.prefix}.best.{title}" for title in ahead.carried(mind)}
    draft.keep({row: graph.number(float("-inf")) for row in best.values()})
    with options.each(here):
        ahead.against(draft, mind, depth, phase, shares, turns)
        better = graph.apply("gt", ahead.value(depth, phase), workbook.row(best["value"]))
        draft.keep(
            {
                row: graph.where(better, workbook.row(f"{options.prefix}.{title}"), workbook.row(row))
                for title, row in best.items()
            }
        )
    draft.keep({f"{options.prefix}.{title}": workbook.row(row) for title, row in best.items()})
