"""What formulas read: the state, choices and chance of one moment, as nodes of the graph.

A `Situation` is a turn on paper. The realized turn reads it from rows of the workspace; a look-ahead fills in what an
actor perceives and expects. The same rules (`turn`) move both, so an actor plans with the rules that are played.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from wargame.engine.emit import Check
from wargame.engine.graph import Graph, Node
from wargame.scenario.formula import Call, Formula, Name, Number, Tree
from wargame.scenario.names import names_in
from wargame.scenario.scenario import Scenario

__all__ = ["Situation", "Workbook", "time_nodes"]


@dataclass(kw_only=True)
class Workbook:
    """The scenario being turned into code: its graph, the rows of the workspace and their first values."""

    scenario: Scenario
    graph: Graph = field(default_factory=Graph)
    rows: dict[str, int] = field(default_factory=dict)
    template: list[float] = field(default_factory=list)
    _used: frozenset[str] | None = None

    def row(self, name: str, value: float = 0.0) -> Node:
        """The node of a row; allocates it, with its first value, when asked for the first time."""
        if name not in self.rows:
            self.rows[name] = len(self.template)
            self.template.append(value)
        return self.graph.row(name)

    def datum(self, name: str, formula: Formula, situation: Situation) -> Node:
        """A formula's node; a plain number becomes a row, so that changing it compiles nothing."""
        constant = formula.constant
        if constant is None:
            return situation.value(formula)
        return self.row(f"given.{name}", constant)

    def parameters(self) -> dict[str, Node]:
        """The parameters in force."""
        return {name: self.row(f"parameter.{name}") for name in self.scenario.parameters}

    def bounds(self, variable: str) -> tuple[Node | None, Node | None]:
        """The rows of a state variable's bounds; None where it has none."""
        declared = self.scenario.state[variable]
        low = None if declared.low is None else self.row(f"low.{variable}")
        high = None if declared.high is None else self.row(f"high.{variable}")
        return low, high

    def realized(self, *, turn_began: bool = True) -> Situation:
        """The situation as it stands in the workspace; before R1 there is no `now` yet."""
        scenario = self.scenario
        state = {name: self.row(f"state.{name}") for name in scenario.state}
        nature: dict[str, Node] = {}
        for name, item in scenario.nature.items():
            for key in [f"{name}.{category}" for category in item.categories] or [name]:
                nature[key] = self.row(f"nature.{key}")
        play = {policy.full_name: self.row(f"play.{policy.full_name}") for policy in scenario.policies()}
        used = self.used_names()
        now = {name: self.row(f"now.{name}") for name in scenario.state if f"now.{name}" in used}
        return Situation(
            workbook=self,
            parameters=self.parameters(),
            state=state,
            now=now if turn_began else dict(state),
            play=play,
            last=self.last_choices(),
            nature=nature,
            turn=self.row("turn"),
            ready={
                name: self.row(f"ready.{name}")
                for name, item in scenario.nature.items()
                if item.once or item.cooldown
            },
        )

    def last_choices(self) -> dict[str, Node]:
        """The rows of last turn's choices that anything reads."""
        wanted = self.wanted_last()
        return {name: self.row(f"last.{name}") for name in wanted}

    def wanted_last(self) -> list[str]:
        """Full names of policies whose last indicator is read by a formula, or repeated by rule."""
        used = self.used_names()
        repeating = {
            name
            for actor in self.scenario.actors.values()
            if actor.decision.levels is not None
            for name, rule in actor.decision.levels.zero.items()
            if rule.kind == "last"
        }
        wanted = []
        for actor in self.scenario.actors.values():
            repeats = actor.decision.revise != "all" or actor.name in repeating
            for policy in actor.policies.values():
                names = {f"last.{policy.full_name}", f"last.{actor.name}.{policy.base}"}
                if repeats or names & used:
                    wanted.append(policy.full_name)
        return wanted

    def used_names(self) -> frozenset[str]:
        """Every name that some formula of the scenario uses."""
        if self._used is None:
            self._used = frozenset(
                name for formula in all_formulas(self.scenario) for name in names_in(formula)
            )
        return self._used


def all_formulas(thing: object) -> list[Formula]:
    """Every formula inside a scenario or a part of it."""
    found: list[Formula] = []
    waiting: list[object] = [thing]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Formula):
            found.append(item)
        elif isinstance(item, Mapping):
            waiting.extend(item.values())
        elif isinstance(item, tuple | list):
            waiting.extend(item)
        elif hasattr(item, "__dataclass_fields__") and type(item).__module__.endswith("scenario.scenario"):
            waiting.extend(getattr(item, name) for name in item.__dataclass_fields__ if name != "source")
    return found


def time_nodes(scenario: Scenario, turn: Node, graph: Graph) -> dict[str, Node]:
    """`turn`, and the parts of the date that follow from it."""
    nodes = {"turn": turn}
    dates = scenario.dates
    if dates.offset is None:
        return nodes
    per_year = graph.number(dates.per_year)
    steps = graph.add(graph.number(dates.offset), turn)
    year = graph.apply("floor", graph.div(steps, per_year))
    nodes["year"] = year
    part = graph.sub(steps, graph.mul(year, per_year))
    for name, parts in (("half", 2), ("quarter", 4), ("month", 12)):
        if dates.per_year % parts == 0:
            finer = graph.number(dates.per_year // parts)
            nodes[name] = graph.add(graph.apply("floor", graph.div(part, finer)), graph.one)
    return nodes


_PARTS = ("parameters", "state", "now", "play", "last", "nature", "turn", "ready")


@dataclass(kw_only=True)
class Situation:
    """What names mean at one moment. Dictionaries are replaced, never changed, so copies stay what they were."""

    workbook: Workbook
    parameters: Mapping[str, Node]
    state: Mapping[str, Node]
    now: Mapping[str, Node]
    play: Mapping[str, Node]
    last: Mapping[str, Node]
    nature: Mapping[str, Node]
    turn: Node
    ready: Mapping[str, Node]
    """By item of nature with `once` or `cooldown`: the first turn on which it may be drawn again."""
    checks: list[Check] = field(default_factory=list)
    _known: dict[tuple[int, float | None], tuple[Formula, Node]] = field(default_factory=dict)

    @property
    def graph(self) -> Graph:
        """The graph that the nodes belong to."""
        return self.workbook.graph

    def copy(self, **changes: Any) -> Situation:
        """The same moment with something else assumed."""
        return Situation(
            workbook=self.workbook, **{**{name: getattr(self, name) for name in _PARTS}, **changes}
        )

    def become(self, **changes: Mapping[str, Node]) -> None:
        """Move on: replace the state, the choices or nature's values."""
        for name, value in changes.items():
            setattr(self, name, value)
        self._known.clear()

    def value(self, formula: Formula, *, level: float | None = None) -> Node:
        """The node of a formula read in this situation."""
        key = (id(formula), level)
        if key not in self._known:
            node = self._tree(formula.tree, level)
            if not node.is_leaf and formula.line not in node.lines:
                node.lines = (*node.lines, formula.line)
            # The formula is kept as well: a new one made after its death could get its identity.
            self._known[key] = (formula, node)
        return self._known[key][1]

    def truth(self, condition: Formula | None, *, level: float | None = None) -> Node:
        """1 where the condition holds, or where there is none."""
        return self.graph.one if condition is None else self.graph.truth(self.value(condition, level=level))

    def names(self, formula: Formula, level: float | None = None) -> dict[str, Node]:
        """The names that a formula uses, with their nodes, to show values when something goes wrong."""
        return {name: self._name(name, level) for name in names_in(formula)}

    def _tree(self, tree: Tree, level: float | None) -> Node:
        if isinstance(tree, Number):
            return self.graph.number(tree.value)
        if isinstance(tree, Name):
            return self._name(tree.name, level)
        return self._call(tree, level)

    def _call(self, tree: Call, level: float | None) -> Node:
        if tree.operation.startswith("over."):
            raise AssertionError("aggregators are handled where metrics are recorded")
        arguments = [self._tree(argument, level) for argument in tree.arguments]
        graph = self.graph
        if tree.operation == "clip":
            return graph.clip(arguments[0], arguments[1], arguments[2])
        if tree.operation in ("min", "max") and len(arguments) > 2:
            result = arguments[0]
            for argument in arguments[1:]:
                result = graph.apply(tree.operation, result, argument)
            return result
        return graph.apply(tree.operation, *arguments)

    def _name(self, name: str, level: float | None) -> Node:
        scenario = self.workbook.scenario
        if name in self.state:
            return self.state[name]
        if name in self.parameters:
            return self.parameters[name]
        if name in scenario.define:
            return self.value(scenario.define[name].formula)
        if name in self.nature:
            return self.nature[name]
        if name == "level":
            assert level is not None
            return self.graph.number(level)
        head, _, rest = name.partition(".")
        if head == "now":
            return self.now[rest]
        if head == "outcome":
            condition = scenario.outcomes[rest].when
            return self._default_outcome() if condition is None else self.truth(condition)
        if head == "last":
            return self._choice(self.last, rest)
        if head == "belief":
            actor, _, name = rest.partition(".")
            types = scenario.actors[actor].types
            number = types is not None and name in types.values
            return self.workbook.row(f"mean.{name}" if number else f"public.{rest}")
        if head in scenario.actors:
            return self._choice(self.play, name)
        return time_nodes(scenario, self.turn, self.graph)[name]

    def _default_outcome(self) -> Node:
        """The default holds where no other outcome's condition does."""
        others = [outcome.when for outcome in self.workbook.scenario.outcomes.values() if outcome.when]
        return self.graph.all(*(self.graph.negate(self.truth(condition)) for condition in others))

    def _choice(self, choices: Mapping[str, Node], name: str) -> Node:
        """An indicator, or the number that a numeric policy stands for."""
        actor, _, policy = name.partition(".")
        levels = self.workbook.scenario.actors[actor].levels(policy)
        if not levels:
            return choices[name]
        graph = self.graph
        return graph.add(
            *(graph.mul(graph.number(one.level or 0.0), choices[one.full_name]) for one in levels)
        )
