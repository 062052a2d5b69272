"""A scenario, checked and ready to play: plain frozen data, every formula parsed.

These classes say what is played and nothing about how. They are built by `build` from a file and read by the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wargame.scenario.dates import Calendar
from wargame.scenario.formula import Formula
from wargame.scenario.source import Source

if TYPE_CHECKING:
    from wargame.scenario.display import Formulas

__all__ = [
    "Actor",
    "Beliefs",
    "CalendarEntry",
    "Clause",
    "Decision",
    "Definition",
    "Distribution",
    "Effect",
    "LevelZero",
    "Levels",
    "Metric",
    "NatureItem",
    "Outcome",
    "Parameter",
    "Policy",
    "Scenario",
    "Sight",
    "StateVariable",
    "Types",
    "WorldRule",
]


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """A distribution by kind; `arguments` are its numbers in the order of the language reference.

    For `choice` the arguments are the values, then as many weights.
    """

    kind: str
    arguments: tuple[Formula, ...]


@dataclass(frozen=True, kw_only=True)
class Described:
    """What the file says for people about a thing: its name, label and where its numbers come from."""

    name: str
    label: str = ""
    unit: str = ""
    source: str = ""
    judgement: str = ""
    line: int = 0

    @property
    def title(self) -> str:
        """The label, or else the name in plain words."""
        return self.label or self.name.replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Parameter(Described):
    """A number that does not change by itself. `distribution` is what is not known about it."""

    value: Formula
    distribution: Distribution | None = None


@dataclass(frozen=True, kw_only=True)
class StateVariable(Described):
    """A number that effects change; `low` and `high` are its bounds, `span` the interval of its histograms."""

    initial: Formula | Distribution
    low: Formula | None = None
    high: Formula | None = None
    span: tuple[Formula, Formula]


@dataclass(frozen=True, kw_only=True)
class Definition(Described):
    """A formula with a name: a `define`, or a term of a utility."""

    formula: Formula


@dataclass(frozen=True, kw_only=True)
class Effect:
    """A change of one state variable per turn, or (`is_set`) the value it is set to."""

    variable: str
    formula: Formula
    is_set: bool = False


@dataclass(frozen=True, kw_only=True)
class Policy(Described):
    """One policy, or one level of a numeric policy (`name` is then `base[level]`)."""

    actor: str
    base: str
    level: float | None
    phase: str
    available: Formula | None = None
    cost: Formula | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def full_name(self) -> str:
        """`actor.policy`, unique in the scenario."""
        return f"{self.actor}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """What an actor expects the others to do (D3).

    `weights` holds, by full policy name, the given numbers: fixed probabilities, adaptive starting probabilities or
    fictitious prior counts; `given` names the actors they are given for.
    """

    kind: Literal["uniform", "fixed", "last", "adaptive", "fictitious"] = "uniform"
    rate: Formula | None = None
    weights: Mapping[str, Formula] = field(default_factory=dict)
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A doctrine's line: the policies to play if `when` is true; the last line has no condition."""

    when: Formula | None
    policies: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LevelZero:
    """What an actor does that does not reason; `script` has its policies by turn, one or more from each turn on."""

    kind: Literal["uniform", "last", "script"]
    script: tuple[tuple[int, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Levels of reasoning (D3).

    `own` are the levels the actor can have; of several, one is drawn per episode, by `weights` or else by the Poisson
    distribution. The others are believed to be one level lower, or, with `poisson`, distributed over all lower ones.
    """

    own: tuple[int, ...]
    weights: Mapping[int, Formula] = field(default_factory=dict)
    poisson: Formula | None = None
    zero: Mapping[str, LevelZero]
    """By actor, the deciding one included."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """How an actor turns what it expects into a choice (D1 to D4)."""

    rule: Literal["greedy", "logit", "mixed", "script", "doctrine", "uniform"]
    precision: Formula | None = None
    ties: Literal["first", "random"] = "first"
    probabilities: Mapping[str, Formula] = field(default_factory=dict)
    script: tuple[tuple[int, tuple[str, ...]], ...] = ()
    doctrine: tuple[Clause, ...] = ()
    beliefs: Beliefs = Beliefs()
    levels: Levels | None = None
    """Levels of reasoning; they take the place of beliefs."""
    equilibrium: bool = False
    """Whether the others are expected to play the logit equilibrium, which takes the place of beliefs as well."""
    expectation: Literal["mean", "exact"] = "mean"
    foresight: int = 1
    """How many turns the look-ahead covers, this one included."""
    later: Literal["best", "logit", "same"] = "best"
    """How the actor plans its own later choices."""
    leaf: Formula | None = None
    """What the state at the end of the look-ahead is worth."""
    discount: Formula
    tremble: Formula
    revise: Literal["all", "one"] | Formula = "all"

    @property
    def looks_ahead(self) -> bool:
        """Whether the rule needs scores, and so expectations of the others."""
        return self.rule in ("greedy", "logit")


@dataclass(frozen=True, kw_only=True)
class Sight:
    """How an actor sees a state variable: the value, plus bias, plus noise times a standard normal."""

    variable: str
    bias: Formula
    noise: Formula


@dataclass(frozen=True, kw_only=True)
class Types:
    """Private variants of an actor (D3): what the others do not know of it.

    `values` gives each private parameter's value by type, in the order of `names`. With `distribution` there is one
    private parameter, and type i of n has its quantile at (i + 1/2) / n; then `values` holds no formulas.
    """

    names: tuple[str, ...]
    weights: tuple[Formula, ...] = ()
    """By type; empty where all are equally likely."""
    values: Mapping[str, tuple[Formula, ...]]
    distribution: Distribution | None = None


@dataclass(frozen=True, kw_only=True)
class Actor(Described):
    """A state that decides."""

    description: str = ""
    aims: str = ""
    policies: Mapping[str, Policy]
    utility: Mapping[str, Definition]
    decision: Decision
    perception: Mapping[str, Sight]
    before: tuple[str, ...] = ()
    types: Types | None = None

    def in_phase(self, phase: str) -> tuple[Policy, ...]:
        """The actor's policies that belong to `phase`, in file order."""
        return tuple(policy for policy in self.policies.values() if policy.phase == phase)

    def levels(self, base: str) -> tuple[Policy, ...]:
        """The levels of the numeric policy `base`, in order; empty if it is not one."""
        return tuple(
            policy for policy in self.policies.values() if policy.base == base and policy.level is not None
        )

    def __repr__(self) -> str:
        policies, aims = len(self.policies), len(self.utility)
        return f"<Actor {self.name!r}: {policies} policies, {aims} aims, by {self.decision.rule}>"

    def _repr_html_(self) -> str:
        from wargame.scenario.display import actor_as_html

        return actor_as_html(self)


@dataclass(frozen=True, kw_only=True)
class WorldRule(Described):
    """Effects that apply every turn in which `when` holds (R4)."""

    description: str = ""
    when: Formula | None
    effects: tuple[Effect, ...]


@dataclass(frozen=True, kw_only=True)
class NatureItem(Described):
    """One chance event or quantity (R5). `arguments` are its draw's numbers, in the language's order."""

    description: str = ""
    kind: str
    arguments: tuple[Formula, ...]
    categories: tuple[str, ...] = ()
    maximum: int = 0
    when: Formula | None = None
    once: bool = False
    cooldown: int = 0
    effects: tuple[Effect, ...] = ()

    @property
    def is_event(self) -> bool:
        """Whether it either happens or not, with a probability."""
        return self.kind in ("bernoulli", "rate")


@dataclass(frozen=True, kw_only=True)
class CalendarEntry(Described):
    """Changes on given turns (R1); `duration` is None for a parameter changed to the end."""

    turns: tuple[int, ...]
    dates: tuple[str, ...]
    changes: tuple[Effect, ...]
    duration: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome(Described):
    """A way for an episode to end; `when` is None for the default."""

    description: str = ""
    when: Formula | None
    terminal: bool = False


@dataclass(frozen=True, kw_only=True)
class Metric(Described):
    """A number recorded for every episode."""

    description: str = ""
    formula: Formula


@dataclass(frozen=True, kw_only=True, eq=False)
class Scenario:
    """Who plays what, checked: the result of `wargame.load`.

    `with_` gives a changed copy; scenarios themselves never change.
    """

    name: str
    title: str
    description: str
    horizon: int
    dates: Calendar
    parameters: Mapping[str, Parameter]
    state: Mapping[str, StateVariable]
    define: Mapping[str, Definition]
    actors: Mapping[str, Actor]
    phases: tuple[str, ...]
    effects: Mapping[str, WorldRule]
    nature: Mapping[str, NatureItem]
    calendar: tuple[CalendarEntry, ...]
    outcomes: Mapping[str, Outcome]
    metrics: Mapping[str, Metric]
    warnings: tuple[str, ...]
    source: Source = field(repr=False)
    structure: Scenario | None = field(default=None, repr=False)
    """The scenario whose plain numbers were changed to get this one, if nothing else was (see `points`)."""

    @property
    def file(self) -> str:
        """The file the scenario was read from, as shown in messages."""
        return self.source.file

    @property
    def default_outcome(self) -> str:
        """The name of the outcome that counts when no condition is true."""
        return next(name for name, outcome in self.outcomes.items() if outcome.when is None)

    def owner(self, parameter: str) -> Actor | None:
        """The actor to which a parameter is private; None for a public one."""
        return next(
            (actor for actor in self.actors.values() if actor.types and parameter in actor.types.values), None
        )

    def policies(self) -> Iterator[Policy]:
        """All policies of all actors, in file order."""
        for actor in self.actors.values():
            yield from actor.policies.values()

    def members(self, phase: str) -> list[Actor]:
        """The actors that have policies in `phase`, in file order."""
        return [actor for actor in self.actors.values() if actor.in_phase(phase)]

    def with_(self, overrides: Mapping[str, Any] | None = None, /, **more: Any) -> Scenario:
        """A copy with some values changed, by dotted path: `{"parameters.cost": 3, "time.horizon": 8}`.

        A path may stop at a parameter (its `value`) or state variable (its `initial`); a bare name finds one of
        these. Keyword arguments take bare names. The result is checked like a file. Raises ScenarioError.
        """
        from wargame.scenario.loading import override

        return override(self, {**(overrides or {}), **more})

    def formulas(self, *parts: str) -> Formulas:
        """The formulas of actors by name, or of `define`, `effects`, `nature`, `outcomes`, `metrics`; by default all.

        A notebook sets them as mathematics. FormulasError for another name.
        """
        from wargame.scenario.display import formulas_of

        return formulas_of(self, *parts)

    def __str__(self) -> str:
        return f"{self.name}: {self.title}" if self.title else self.name

    def __repr__(self) -> str:
        return (
            f"<Scenario {self.name!r}: {len(self.actors)} actors, {len(list(self.policies()))} policies, "
            f"{len(self.state)} state variables, {self.horizon} turns>"
        )

    def _repr_html_(self) -> str:
        from wargame.scenario.display import scenario_as_html

        return scenario_as_html(self)
