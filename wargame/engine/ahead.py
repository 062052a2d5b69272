"""D1 over several turns: the program of one decision, by routines that call each other.

`walk` plays one phase of an imagined turn: what the others are expected to do there (by beliefs, by `levels` or as the
equilibrium of a `stage_game`), what the actor itself would do (`options`), then on. `finish` (in `turn_end`) resolves
the turn and goes on to the next. Every routine leaves what it found in rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from wargame.engine.beliefs import availability, restricted_beliefs
from wargame.engine.draft import Draft, Size, run_of_rows
from wargame.engine.evaluations import MAX_EVALUATIONS, certain, count_row, refuse_large
from wargame.engine.graph import Node
from wargame.engine.imagined import Imagined
from wargame.engine.levels import climb, lower_levels
from wargame.engine.mind import Mind
from wargame.engine.options import Options, own_later
from wargame.engine.seat import Seat
from wargame.engine.situation import Workbook
from wargame.engine.stage_game import StageGame, reported_rows
from wargame.engine.steps import Routine, emit_routines
from wargame.engine.turn_end import finish
from wargame.scenario.scenario import Actor, Levels, Policy

__all__ = ["Ahead"]


class Ahead:
    """The program of one seat's decision: its routines, and how many evaluations each needs.

    With `explaining`, the terms of utility, the cost and what is to come are carried along with each value.
    """

    def __init__(
        self,
        workbook: Workbook,
        seat: Seat,
        expected_rows: Mapping[str, str],
        *,
        explaining: bool = False,
        block: str = "",
    ) -> None:
        self.workbook, self.seat, self.graph = workbook, seat, workbook.graph
        self.expected_rows, self.explaining = expected_rows, explaining
        self.exact = seat.actor.decision.expectation == "exact"
        self.joint = seat.actor.decision.equilibrium
        """Whether the others are expected to play the equilibrium."""
        self.imagined = Imagined(workbook, seat)
        self.routines: list[Routine] = []
        self.sizes: dict[str, Size] = {}
        self.counted = ""
        """The row that counts evaluations in play, if that is needed."""
        self.block = block or f"evaluate_{seat.actor.name}_{seat.phase}"
        self.mind = Mind(
            actor=seat.actor,
            depth=0,
            phase=seat.phase,
            turns=min(seat.actor.decision.foresight, seat.scenario.horizon),
        )

    def source(self, rows: Mapping[str, int]) -> str:
        """The text of the block that scores every policy; raises ScenarioError beyond MAX_EVALUATIONS."""
        return self.source_of(
            self._decide, f"D1, D2: score of each policy of {self.seat.name}, looking ahead.", rows
        )

    def source_of(self, write: Callable[[Draft], None], title: str, rows: Mapping[str, int]) -> str:
        """The text of a block; where only play can tell whether it is small enough, it counts its evaluations."""
        block = self._written(write, title)
        if block.size.most > MAX_EVALUATIONS:
            refuse_large(self.seat, self.mind.turns, block.size)
            self.counted = count_row(self.seat)
            self.routines, self.sizes = [], {}
            block = self._written(write, title)
        return emit_routines([*self.routines, block.routine], rows)

    def _written(self, write: Callable[[Draft], None], title: str) -> Draft:
        draft = self.draft(self.block, title)
        if self.counted:
            draft.keep({self.counted: self.graph.zero})
        write(draft)
        return draft

    def _decide(self, draft: Draft) -> None:
        if self.joint:
            draft.keep(dict.fromkeys(reported_rows(self.seat), self.graph.zero))
            self.survey(draft, 0, self.seat.phase)
            game = StageGame(self, draft, self.mind, 0, self.seat.phase, self.mind.turns)
            game.play()
            game.keep_scores()
            return
        if self.seat.actor.decision.levels is not None:
            self._expectations(draft)
        with self.own_options(draft) as counter:
            seat = self.seat
            draft.keep({f"score.{seat.policies[0].full_name}": self.value(0, seat.phase)}, counter)
            for title in self.carried(self.mind)[1:]:
                names = [f"{title}.{policy.full_name}" for policy in seat.policies]
                found = self.workbook.row(f"plan.0.{seat.phase}.{title}")
                draft.keep({run_of_rows(self.workbook, names): found}, counter)

    def _expectations(self, draft: Draft) -> None:
        """D3 by levels: keep what is expected of the others now."""
        self.survey(draft, 0, self.seat.phase)
        shares = self.expect(draft, self.mind, 0, self.seat.phase, self.mind.turns)
        for other, policies in self.others(self.mind, self.seat.phase):
            count = len(policies) + self.skips(policies)
            names = [self.expected_rows[policy.full_name] for policy in policies]
            if self.skips(policies):
                names.append(f"{names[-1]}.none")
            run_of_rows(self.workbook, names)
            draft.keep(dict(zip(names, self._run(shares[other.name], count), strict=True)))

    def draft(self, name: str, title: str) -> Draft:
        """A routine of this program, to be written."""
        return Draft(self.workbook, name, title, counted=self.counted, limit=MAX_EVALUATIONS)

    def own_type(self, mind: Mind) -> dict[str, str]:
        """By private parameter of a mind's actor, the row of the value that it has; no rows for the deciding actor."""
        types = mind.actor.types
        if mind.level is None or types is None:
            return {}
        return {name: f"plan.type.{mind.actor.name}.{mind.level}.{name}" for name in types.values}

    @property
    def levels(self) -> Levels:
        """The levels of reasoning by which the deciding actor thinks."""
        assert self.seat.actor.decision.levels is not None
        return self.seat.actor.decision.levels

    def lower(self, level: int | None) -> list[tuple[int, Node]]:
        """The levels, with weights, that a mind of a level believes the others to have."""
        return lower_levels(self.workbook, self.seat.actor, level)

    def mind_of(self, actor: Actor, level: int, depth: int, phase: str, turns: int) -> Mind:
        """Another actor as it is imagined: it looks no further than the one who imagines it."""
        turns = min(turns, actor.decision.foresight)
        return Mind(actor=actor, depth=depth, phase=phase, turns=turns, level=level)

    def carried(self, mind: Mind) -> list[str]:
        """What is carried from the end of the turn back to the choice: values, and perhaps the parts of the own."""
        parts = [*mind.actor.utility, "cost", "continuation"] if self.explaining and mind is self.mind else []
        values = [self.value_title(actor) for actor in self.valued(mind)]
        return [*values, *(f"part.{part}" for part in parts)]

    def valued(self, mind: Mind) -> list[Actor]:
        """Those whose values are followed, the mind's actor first: in an equilibrium all who look ahead."""
        if not self.joint:
            return [mind.actor]
        others = [one for one in self.seat.scenario.actors.values() if one.decision.looks_ahead]
        return [mind.actor, *(one for one in others if one is not mind.actor)]

    def value_title(self, actor: Actor) -> str:
        """Under which title an actor's value is carried."""
        return f"value.{actor.name}" if self.joint and actor is not self.seat.actor else "value"

    def routine(self, draft: Draft) -> str:
        """Add a finished routine to the program."""
        self.routines.append(draft.routine)
        self.sizes[draft.name] = draft.size
        return draft.name

    # ---- the own choice ------------------------------------------------------------------------------------------

    @contextmanager
    def own_options(self, draft: Draft) -> Iterator[Node]:
        """What is added inside happens for every policy that can be played now, once its value is found."""
        mind, seat = self.mind, self.seat
        shares = {
            other.name: self.expected_rows[policies[0].full_name]
            for other, policies in self.others(mind, seat.phase)
        }
        here = run_of_rows(self.workbook, [f"available.{policy.full_name}" for policy in seat.policies])
        with Options(self, draft, mind, 0, seat.phase).each(here) as counter:
            self.against(draft, mind, 0, seat.phase, shares)
            yield counter

    def value(self, depth: int, phase: str) -> Node:
        """What a walk from this phase on was found to be worth."""
        return self.workbook.row(f"plan.{depth}.{phase}.value")

    @staticmethod
    def skips(policies: Sequence[Policy]) -> bool:
        """Whether an actor can be left without anything to play."""
        return all(policy.available is not None for policy in policies)

    def play(self, draft: Draft, depth: int, policies: Sequence[Policy], counter: Node) -> None:
        """Note that the policy the counter stands for is played."""
        graph = self.graph
        draft.keep(
            {
                self.imagined.play_row(depth, policy.full_name): graph.apply(
                    "eq", counter, graph.number(index)
                )
                for index, policy in enumerate(policies)
            }
        )

    # ---- a phase -------------------------------------------------------------------------------------------------

    def walk(self, mind: Mind, depth: int, phase: str, turns: int) -> str:
        """The routine that plays phase `phase` of the turn `depth` ahead, with `turns` left, and what follows."""
        name = f"{self.block}_walk_{mind.key(depth)}_to_{depth}_{phase}_{turns}"
        if name in self.sizes:
            return name
        draft = self.draft(
            name,
            f"{mind.actor.name} imagines phase {phase}, {depth} turns ahead, with {turns} to look ahead.",
        )
        self.survey(draft, depth, phase)
        if self.joint:
            game = StageGame(self, draft, mind, depth, phase, turns)
            game.play()
            game.keep_values()
            return self.routine(draft)
        shares = self.expect(draft, mind, depth, phase, turns)
        if mind.actor.in_phase(phase):
            own_later(self, draft, mind, depth, phase, shares, turns)
        else:
            self.against(draft, mind, depth, phase, shares, turns)
        return self.routine(draft)

    def expect(self, draft: Draft, mind: Mind, depth: int, phase: str, turns: int) -> dict[str, str]:
        """D3 at the node: keep what each other is expected to do; gives, by actor, the first row of its shares."""
        if self.seat.actor.decision.levels is not None:
            return climb(self, draft, mind, depth, phase, turns)
        situation = self.imagined.situation(depth, phase)
        first = {}
        for other, policies in self.others(mind, phase):
            shares = restricted_beliefs(situation, mind.actor, policies)
            first[other.name] = self.keep_shares(draft, depth, phase, policies, shares)
        return first

    def keep_shares(
        self, draft: Draft, depth: int, phase: str, policies: Sequence[Policy], shares: Sequence[Node]
    ) -> str:
        """Keep shares of the policies, then of having none to play."""
        names = [f"plan.{depth}.{phase}.share.{policy.full_name}" for policy in policies]
        results = dict(zip(names, shares, strict=True))
        if self.skips(policies):
            none = self.graph.apply("eq", self.graph.add(*shares), self.graph.zero)
            results[f"plan.{depth}.{phase}.share.{policies[0].actor}.none"] = none
        first = run_of_rows(self.workbook, list(results))
        draft.keep(results)
        return first

    def others(self, mind: Mind, phase: str) -> list[tuple[Actor, tuple[Policy, ...]]]:
        """The others of a phase, with their policies there."""
        return [
            (other, policies)
            for other in self.seat.scenario.actors.values()
            if other.name != mind.actor.name and (policies := other.in_phase(phase))
        ]

    def against(
        self,
        draft: Draft,
        mind: Mind,
        depth: int,
        phase: str,
        shares: Mapping[str, str],
        turns: int | None = None,
    ) -> None:
        """The others of the phase act as expected; what follows is weighed, or (mean) follows their mean."""
        graph, titles = self.graph, self.carried(mind)
        results = [f"plan.{depth}.{phase}.{title}" for title in titles]
        turns = mind.turns if turns is None else turns
        others = self.others(mind, phase)
        if not self.exact:
            for other, policies in others:
                rows = self._run(shares[other.name], len(policies))
                played = [self.imagined.play_row(depth, policy.full_name) for policy in policies]
                draft.keep(dict(zip(played, rows, strict=True)))
            found = self.go_on(draft, mind, depth, phase, turns)
            draft.keep(dict(zip(results, found, strict=True)))
            return
        if others:
            draft.keep(dict.fromkeys(results, graph.zero))
        with ExitStack() as stack:
            weight = graph.one
            for other, policies in others:
                count = len(policies) + self.skips(policies)
                size = Size(least=self._least(other, policies), most=count)
                counter = stack.enter_context(draft.repeat(f"{other.name}_{phase}", count, size))
                share = graph.at(shares[other.name], counter)
                stack.enter_context(draft.when(share, sure=True))
                self.play(draft, depth, policies, counter)
                weight = graph.mul(weight, share)
            found = self.go_on(draft, mind, depth, phase, turns)
            if not others:
                draft.keep(dict(zip(results, found, strict=True)))
                return
            draft.keep(
                {
                    row: graph.add(self.workbook.row(row), graph.mul(weight, node))
                    for row, node in zip(results, found, strict=True)
                }
            )

    def _least(self, other: Actor, policies: Sequence[Policy]) -> int:
        """How many policies of another are expected with some probability at least, as far as can be told."""
        decision = self.seat.actor.decision
        spread = decision.beliefs.kind in ("uniform", "adaptive")
        if decision.levels is not None:
            spread = other.decision.rule in ("logit", "uniform")
        return certain(policies) if spread else 1

    def _run(self, first: str, count: int) -> list[Node]:
        """The nodes of a run of rows."""
        names = list(self.workbook.rows)
        start = self.workbook.rows[first]
        return [self.workbook.row(name) for name in names[start : start + count]]

    def go_on(self, draft: Draft, mind: Mind, depth: int, phase: str, turns: int) -> list[Node]:
        """The next phase, or the end of the turn; gives the rows of what was found."""
        later = self.seat.scenario.phases[self.seat.scenario.phases.index(phase) + 1 :]
        place = next((one for one in later if self.seat.scenario.members(one)), "end")
        name = self.walk(mind, depth, place, turns) if place != "end" else finish(self, mind, depth, turns)
        draft.call(name, self.sizes[name])
        return [self.workbook.row(f"plan.{depth}.{place}.{title}") for title in self.carried(mind)]

    def survey(self, draft: Draft, depth: int, phase: str) -> None:
        """Keep what each member of the phase can play at the node, and whether it can play anything.

        Whoever comes to the node first calls this; it holds for all who are imagined to decide there.
        """
        name = f"{self.block}_survey_{depth}_{phase}"
        if name not in self.sizes:
            own = self.draft(name, f"What everybody can play in phase {phase}, {depth} turns ahead.")
            situation = self.imagined.situation(depth, phase)
            results = {}
            for member in self.seat.scenario.members(phase):
                policies = member.in_phase(phase)
                here = availability(situation, policies)
                results[f"plan.{depth}.{phase}.active.{member.name}"] = self._any(here)
                for policy, node in zip(policies, here, strict=True):
                    results[f"plan.{depth}.{phase}.can.{policy.full_name}"] = node
            own.keep(results)
            self.routine(own)
        draft.call(name, self.sizes[name])

    def _any(self, nodes: Sequence[Node]) -> Node:
        found = self.graph.zero
        for node in nodes:
            found = self.graph.apply("or", found, node)
        return found

    def can(self, depth: int, phase: str, policies: Sequence[Policy]) -> list[Node]:
        """What `survey` found of these policies."""
        return [
            self.graph.one
            if policy.available is None
            else self.workbook.row(f"plan.{depth}.{phase}.can.{policy.full_name}")
            for policy in policies
        ]

    def active(self, depth: int, phase: str, actor: Actor) -> Node:
        """Whether, by `survey`, an actor has anything to play."""
        if not self.skips(actor.in_phase(phase)):
            return self.graph.one
        return self.workbook.row(f"plan.{depth}.{phase}.active.{actor.name}")
