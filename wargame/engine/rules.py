"""The rules of one scenario as executable code: the one place that turns a Scenario into functions.

`Rules` lays out the workspace (one float per row: state, choices, beliefs, scores, draws, accumulators), emits the
source of every block, and compiles it. A function takes the workspace `w`, reads and writes its rows, and returns
0.0, or something else if a check failed. The workspace at the end of a turn is a complete snapshot of the episode.
"""

from __future__ import annotations

import copy
import functools
import hashlib
import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from wargame.engine import blocks
from wargame.engine.ahead import Ahead
from wargame.engine.beliefs import expectations
from wargame.engine.block import Failure, Layout, Variable
from wargame.engine.choice import choice_probabilities
from wargame.engine.code import Code
from wargame.engine.compiling import Function, compile_function
from wargame.engine.deal import deal, drawn_levels, stream_kinds
from wargame.engine.draws import Streams
from wargame.engine.emit import emit_function, emit_nested, emit_values
from wargame.engine.evaluations import equilibrium_found, few_enough
from wargame.engine.exact import ExactPlan
from wargame.engine.explain import Explainer
from wargame.engine.graph import Node
from wargame.engine.metrics import record, settle
from wargame.engine.mind import needs_program, rows_of_expectations, weighs_types_at_once
from wargame.engine.nature import pick_index
from wargame.engine.planning import mean_scores
from wargame.engine.private import typed_actors
from wargame.engine.seat import Seat
from wargame.engine.situation import Workbook
from wargame.engine.types_learnt import (
    learning_at_once,
    scores_by_type,
    shares_by_type,
    source_of_learning,
)
from wargame.scenario.errors import Problem, ScenarioError, WargameError
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import Distribution, Policy, Scenario

__all__ = ["EpisodeError", "Rules", "rules_for"]


class EpisodeError(WargameError):
    """An episode that cannot go on; `failure` says where and why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure))
        self.failure = failure


class Rules:
    """Everything that is compiled from a scenario, once."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.workbook = Workbook(scenario=scenario)
        self.seats = {
            phase: [Seat(scenario=scenario, actor=actor, phase=phase) for actor in scenario.members(phase)]
            for phase in scenario.phases
        }
        self.codes: dict[str, Code] = {}
        self.sources: dict[str, str] = {}
        self.functions: dict[str, Function] = {}
        self.exact: dict[str, ExactPlan] = {}
        self.expectation_rows: dict[str, dict[str, str]] = {}
        """By seat: the row that holds what it expects of each policy of the others."""
        self._lay_out()
        self._build()
        self.rows = self.workbook.rows
        self.start = self._deal_template()
        self._known_layout = self._layout()

    # ---- the workspace -------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Allocate the rows that code or callers address as runs, in order."""
        row, scenario = self.workbook.row, self.scenario
        turn, dealt = stream_kinds(self.workbook)
        try:
            Streams([*turn, *dealt])
        except ValueError as error:
            raise ScenarioError(Problem(file=scenario.file, line=1, message=str(error))) from None
        self.turn_streams = Streams(list(turn), list(turn.values()))  # type: ignore[arg-type]
        self.deal_streams = Streams(list(dealt), list(dealt.values()))  # type: ignore[arg-type]
        row("turn")
        for name in (*turn, *dealt):
            row(f"draw.{name}", 0.5)
        for variable in scenario.state:
            row(f"state.{variable}")
        for actor in scenario.actors.values():
            for policy in actor.policies.values():
                row(f"play.{policy.full_name}", 1.0 if policy.name in actor.before else 0.0)
            row(f"payoff.{actor.name}")
        for phase in scenario.phases:
            for seat in self.seats[phase]:
                for kind in ("available", "score", "chance"):
                    for policy in seat.policies:
                        row(f"{kind}.{policy.full_name}", 1.0 if kind == "available" else 0.0)
                row(f"order.{seat.name}", -1.0)
                row(f"decides.{seat.name}", 1.0)
                row(f"drawn.{seat.name}", -1.0)
                row(f"pick.{seat.name}", -1.0)
        for actor in scenario.actors.values():
            row(f"revise.{actor.name}", 1.0)
        for metric in scenario.metrics:
            row(f"metric.{metric}")
        row("ended", -1.0)
        row("outcome")

    def first_row(self, kind: str, names: Sequence[str]) -> int:
        """Where a run of rows starts; 0 for an empty run."""
        return self.rows[f"{kind}.{names[0]}"] if names else 0

    def _deal_template(self) -> list[float]:
        """A workspace with everything dealt that is the same in every episode (random things at the median)."""
        workspace = list(self.workbook.template)
        deal = self._compiled("deal")
        self.deal_fails = deal is not None and deal(workspace) != 0.0
        return workspace

    @functools.cached_property
    def deals_anew(self) -> bool:
        """Whether every episode must be dealt: something in it is random, or dealing fails (and must say so)."""
        return (
            self.deal_fails
            or any(isinstance(variable.initial, Distribution) for variable in self.scenario.state.values())
            or bool(drawn_levels(self.scenario) or typed_actors(self.scenario))
        )

    # ---- the code ------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        book = self.workbook
        self._add(deal(book, uncertain=False))
        self._add(blocks.begin(book))
        for actor in self.scenario.actors:
            self._add(blocks.perceive_block(book, actor))
        for seats in self.seats.values():
            for seat in seats:
                self._build_seat(seat)
        for phase, seats in self.seats.items():
            self._add(blocks.show(book, phase, seats))
            for seat in seats:
                if weighs_types_at_once(seat.actor):
                    self._add(learning_at_once(book, seat))
                elif seat.actor.types is not None:
                    known = self.expectation_rows.get(seat.name, {})
                    self._compile(*source_of_learning(book, seat, known, book.rows))
        for build in (
            blocks.resolve_block,
            blocks.nature_block,
            blocks.book,
            blocks.learn,
            record,
            blocks.judge,
            settle,
        ):
            self._add(build(book))

    def _build_seat(self, seat: Seat) -> None:
        """The code of one actor in one phase: options, expectations, scores, probabilities and pick."""
        self._add(blocks.options(self.workbook, seat))
        if seat.actor.decision.looks_ahead:
            self._build_scores(seat)
        self._build_choice(seat)
        self._add(blocks.carry_out(self.workbook, seat))

    def _build_scores(self, seat: Seat) -> None:
        """D1 to D3: what the actor expects of the others, and what each of its policies promises."""
        name, book, decision = f"evaluate_{seat.actor.name}_{seat.phase}", self.workbook, seat.actor.decision
        expected: dict[str, Node] = {}
        if decision.levels is not None or decision.equilibrium:
            # What others do by their own rules is found out together with what follows from it.
            self.expectation_rows[seat.name] = rows_of_expectations(seat)
        else:
            expected = self._build_expectations(seat)
        rows = self.expectation_rows[seat.name]
        if needs_program(seat.actor):
            self._compile(name, Ahead(book, seat, rows).source(book.rows))
        elif decision.expectation == "exact":
            plan = self.exact[seat.name] = ExactPlan(book, seat, rows)
            loops = plan.loops_into(f"score.{seat.policies[0].full_name}")
            title = f"D1, D2: expected utility of each policy of {seat.name}, exactly."
            self._compile(name, emit_nested(name, title, loops, [plan.score], book.rows))
        else:
            code = Code(name=name, title=f"D1, D2: score of each policy of {seat.name}, at the mean.")
            if weighs_types_at_once(seat.actor):
                scores = scores_by_type(book, seat, expected, code)
            else:
                scores = mean_scores(book, seat, expected)
            for policy, node in zip(seat.policies, scores, strict=True):
                code.keep(book, f"score.{policy.full_name}", node)
            self._add(code)

    def _build_choice(self, seat: Seat) -> None:
        """D4 and D5: the probability of each policy, and the pick."""
        name, book = f"choose_{seat.actor.name}_{seat.phase}", self.workbook
        code = Code(name=name, title=f"D4, D5: the probabilities of {seat.name}, and its pick.")
        shares, checks = choice_probabilities(book, seat)
        if weighs_types_at_once(seat.actor):
            shares = shares_by_type(book, seat, code)
        for policy, share in zip(seat.policies, shares, strict=True):
            code.keep(book, f"chance.{policy.full_name}", share)
        code.keep(book, f"drawn.{seat.name}", pick_index(book.graph, shares, book.row(f"draw.{seat.name}")))
        code.checks = [*few_enough(book, seat), *equilibrium_found(book, seat), *checks]
        self._add(code)

    def _build_expectations(self, seat: Seat) -> dict[str, Node]:
        """D3 by beliefs: what the actor expects of each policy of the others, as nodes; the rows keep it for play."""
        book, decision = self.workbook, seat.actor.decision
        code = Code(
            name=f"expect_{seat.actor.name}_{seat.phase}",
            title=f"D3: what {seat.name} expects of the others.",
        )
        in_runs = needs_program(seat.actor) or decision.expectation == "exact"
        nodes = expectations(book, seat)
        rows: dict[str, str] = {}
        for _, policies in seat.unknown:
            for policy in policies:
                node = nodes[policy.full_name]
                if node.operation == "row" and not in_runs:
                    rows[policy.full_name] = node.name
                    continue
                row = f"expect.{seat.name}.{policy.full_name}"
                code.keep(book, row, node)
                rows[policy.full_name] = row
                nodes[policy.full_name] = book.row(row)
            if in_runs and all(policy.available is not None for policy in policies):
                self._keep_none(seat, policies, nodes, code)
        self.expectation_rows[seat.name] = rows
        self._add(code)
        return nodes

    def _keep_none(
        self, seat: Seat, policies: Sequence[Policy], nodes: Mapping[str, Node], code: Code
    ) -> None:
        """Loops over another's policies have one more pass: for when it is expected to have nothing to play."""
        book = self.workbook
        total = book.graph.add(*(nodes[policy.full_name] for policy in policies))
        none = book.graph.apply("eq", total, book.graph.zero)
        stored = {id(book.row(store.row)): store.node for store in code.stores}
        row = f"expect.{seat.name}.{policies[-1].full_name}.none"
        code.keep(book, row, book.graph.replace(none, stored))

    def _add(self, code: Code) -> None:
        self.codes[code.name] = code
        if code.stores or code.checks:
            source = emit_function(code.name, code.title, code.stores, self.workbook.rows, code.checks)
            self._compile(code.name, source)

    def _compile(self, name: str, source: str) -> None:
        self.sources[name] = source

    def _compiled(self, name: str) -> Function | None:
        """The function of a block, compiled when it is first asked for: the batch engine asks for hardly any."""
        if name not in self.functions and name in self.sources:
            self.functions[name] = compile_function(name, self.sources[name])
        return self.functions.get(name)

    def function(self, name: str) -> Function | None:
        """The function of a block; None where the scenario gives it nothing to do."""
        if name == "deal_uncertain" and name not in self.sources:
            self._add(deal(self.workbook, uncertain=True))
        # Rules at other points may have added it, and with it rows that this start does not have yet.
        self.start.extend(self.workbook.template[len(self.start) :])
        return self._compiled(name)

    @functools.cached_property
    def explainer(self) -> Explainer:
        """Says what went wrong, and why a policy was chosen."""
        return Explainer(self)

    # ---- what results are about ----------------------------------------------------------------------------------

    def layout(self, *, uncertain: bool = False) -> Layout:
        """The columns of this scenario's results; parameters are sampled only in uncertain runs."""
        layout = self._known_layout
        if uncertain:
            return layout
        kept = tuple(name for name in layout.sampled if not name.startswith("parameters."))
        return replace(layout, sampled=kept)

    def at_point(self, scenario: Scenario) -> Rules:
        """These rules for a scenario that differs in plain numbers alone: the same code, another start.

        `ScenarioError` if an episode cannot be dealt with these numbers.
        """
        point = copy.copy(self)
        for name in ("explainer", "deals_anew"):
            point.__dict__.pop(name, None)
        point.scenario = scenario
        template = list(self.workbook.template)
        for row, number in _given(scenario):
            # A parameter that types set has no row for a number of its own.
            if row in self.rows:
                template[self.rows[row]] = number
        point.start = template
        deal = self._compiled("deal")
        point.deal_fails = deal is not None and deal(template) != 0.0
        if point.deal_fails and not self.deal_fails:
            changes = ", ".join(f"{path} = {value}" for path, value in scenario.source.overrides.items())
            failure = point.explainer.diagnose("deal", template, 0, 0)
            raise ScenarioError(
                Problem(
                    file=scenario.file,
                    line=failure.line,
                    message=f"{failure.reason} where {changes}",
                    found=failure.formula,
                    remedy="leave this point out, or narrow the range",
                )
            )
        point._known_layout = point._layout()
        return point

    def _layout(self) -> Layout:
        scenario = self.scenario
        situation = self.workbook.realized()
        nodes = [situation.value(end) for variable in scenario.state.values() for end in variable.span]
        ends = compile_function("ends", emit_values("ends", nodes, self.rows))(self.start)
        variables = tuple(
            Variable(
                name=variable.name,
                low=ends[2 * index],
                high=ends[2 * index + 1],
                label=variable.title,
                unit=variable.unit,
            )
            for index, variable in enumerate(scenario.state.values())
        )
        random = [name for name, one in scenario.state.items() if isinstance(one.initial, Distribution)]
        unknown = [name for name, one in scenario.parameters.items() if one.distribution is not None]
        return Layout(
            outcomes=tuple(scenario.outcomes),
            metrics=tuple(scenario.metrics),
            actors=tuple(scenario.actors),
            policies=tuple(policy.full_name for policy in scenario.policies()),
            variables=variables,
            sampled=(
                *(f"parameters.{name}" for name in unknown),
                *(f"state.{name}" for name in random),
                *(f"type.{actor.name}" for actor in typed_actors(scenario)),
                *(f"level.{name}" for name in drawn_levels(scenario)),
            ),
            horizon=scenario.horizon,
        )


def _given(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """The rows that hold the plain numbers of a scenario's parameters and initial values, and the numbers."""
    formulas = {f"given.parameter.{name}": one.value for name, one in scenario.parameters.items()}
    for name, variable in scenario.state.items():
        if isinstance(variable.initial, Formula):
            formulas[f"given.initial.{name}"] = variable.initial
    for row, formula in formulas.items():
        if formula.constant is not None:
            yield row, formula.constant


_CACHE: OrderedDict[str, Rules] = OrderedDict()
_CACHE_SIZE = 8
_LOCK = threading.RLock()


def rules_for(scenario: Scenario) -> Rules:
    """The rules of a scenario, compiled once per content in this process; threads may ask at the same time."""
    with _LOCK:
        return _known_rules(scenario)


def _known_rules(scenario: Scenario) -> Rules:
    key = hashlib.sha256(json.dumps([scenario.file, scenario.source.data], default=str).encode()).hexdigest()
    if key not in _CACHE:
        structure = scenario.structure
        _CACHE[key] = Rules(scenario) if structure is None else rules_for(structure).at_point(scenario)
        if len(_CACHE) > _CACHE_SIZE:
            _CACHE.popitem(last=False)
    _CACHE.move_to_end(key)
    return _CACHE[key]
