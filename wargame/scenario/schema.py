"""The format of a scenario file as pydantic models: which keys exist, what they may hold. `Document` is the whole.

This is the shape only. Formulas are text here; `build` parses them and checks names. What may stand as a value is in
`schema_values`, what is drawn in `schema_chance`, an actor's decision in `schema_decision`; `json_schema` gives the
same structure to editors.
"""

# A class's docstring becomes its description in the JSON Schema, so most have none;
# docs/scenario-language.md describes them.
# ruff: noqa: D101

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from wargame.scenario.schema_chance import Distribution, Draw, Pair
from wargame.scenario.schema_decision import Decision, PolicyList
from wargame.scenario.schema_values import (
    ConditionText,
    Flag,
    FormulaText,
    Part,
    PlainNumber,
    Text,
    Turns,
    as_identifier,
    as_plain_number,
    as_whole,
    described_value,
    shorthand,
    wrong,
)

__all__ = [
    "CalendarEntry",
    "Document",
    "Initial",
    "Levels",
    "NatureItem",
    "Parameter",
    "Policy",
    "StateVariable",
    "Time",
]


class Evidence(Part):
    """Where a number comes from: a source, or owned up to as judgement."""

    label: Text = ""
    unit: Text = ""
    source: Text = ""
    judgement: Text = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Evidence:
        if self.source and self.judgement:
            raise wrong(
                "a number has a source or is a judgement, not both",
                key="judgement",
                remedy="keep one of `source` and `judgement`",
            )
        return self


class Parameter(Evidence):
    value: FormulaText
    distribution: Distribution | None = None


def _initial(value: Any) -> Any:
    return {"distribution": value} if isinstance(value, dict) else {"formula": value}


class Initial(Part):
    formula: FormulaText | None = None
    distribution: Distribution | None = None


OptionalPair = Annotated[list[FormulaText | None], Field(min_length=2, max_length=2)]


class StateVariable(Evidence):
    initial: Annotated[Initial, BeforeValidator(_initial)]
    bounds: OptionalPair | None = None
    range: Pair | None = None


class Definition(Evidence):
    value: FormulaText


def _effect(value: Any) -> Any:
    return value if isinstance(value, dict) else {"add": value}


class Effect(Part):
    """A change of one state variable: `add` (a bare formula) or `set`."""

    add: FormulaText | None = None
    set: FormulaText | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Effect:
        if (self.add is None) == (self.set is None):
            raise wrong(
                "an effect is a change or a value to be set, one of the two",
                shown="neither" if self.add is None else "both `add` and `set`",
                remedy="write a formula for a change, or {set: formula} for a value",
            )
        return self


Effects = dict[str, Annotated[Effect, BeforeValidator(_effect)]]


class Levels(Part):
    start: Annotated[PlainNumber, Field(alias="from")]
    to: PlainNumber
    step: Annotated[float, Field(gt=0), BeforeValidator(as_plain_number)]

    @model_validator(mode="after")
    def _sensible(self) -> Levels:
        if self.to < self.start:
            raise wrong(
                "levels must rise", shown=f"from {self.start:g} to {self.to:g}", remedy="swap `from` and `to`"
            )
        count = (self.to - self.start) / self.step
        if not count <= 500 or abs(count - round(count)) > 1e-9:
            raise wrong(
                "levels must run from `from` to `to` in whole steps, at most 501 levels",
                key="step",
                shown=f"{count:.6g} steps",
                remedy="choose a step that divides the interval",
            )
        largest = max(abs(self.start), abs(self.to))
        if count and (self.step < 1e-9 or self.step < largest * 1e-9):
            raise wrong(
                "the levels cannot be told apart by their names, which show ten digits",
                key="step",
                shown=f"steps of {self.step:g}",
                remedy="choose a larger step, or measure in another unit",
            )
        return self


class Policy(Part):
    label: Text = ""
    description: Text = ""
    source: Text = ""
    judgement: Text = ""
    phase: Text | None = None
    levels: Levels | None = None
    available: ConditionText | None = None
    cost: FormulaText | None = None
    effects: Effects = Field(default={})


def _empty_policy(value: Any) -> Any:
    return {} if value is None else value


class Sight(Part):
    bias: FormulaText = "0"
    noise: FormulaText = "0"


class TypeOf(Part):
    label: Text = ""
    probability: FormulaText
    set: Annotated[dict[str, FormulaText], Field(min_length=1)]


class ContinuousTypes(Part):
    parameter: Text
    distribution: Distribution
    points: Annotated[int, Field(ge=2, le=1000), BeforeValidator(as_whole)]


def _types(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {"continuous" if "distribution" in value else "discrete": value}


class Types(Part):
    """Private variants: by name, or a private number with its distribution."""

    discrete: Annotated[dict[str, TypeOf], Field(min_length=2)] | None = None
    continuous: ContinuousTypes | None = None


def _terms(value: Any) -> Any:
    return value if isinstance(value, dict) else {"utility": value}


def _term(value: Any) -> Any:
    return value if isinstance(value, dict) else {"value": value}


class Actor(Part):
    label: Text = ""
    description: Text = ""
    aims: Text = ""
    policies: Annotated[dict[str, Annotated[Policy, BeforeValidator(_empty_policy)]], Field(min_length=1)]
    utility: Annotated[dict[str, Annotated[Definition, BeforeValidator(_term)]], BeforeValidator(_terms)] = (
        Field(default={})
    )
    decision: Decision
    perception: dict[str, Sight] = Field(default={})
    before: PolicyList = Field(default=[])
    types: Annotated[Types, BeforeValidator(_types)] | None = None


class Turn(Part):
    phases: Annotated[list[Text], Field(min_length=1)]


class WorldRule(Part):
    label: Text = ""
    description: Text = ""
    source: Text = ""
    judgement: Text = ""
    when: ConditionText | None = None
    effects: Annotated[Effects, Field(min_length=1)]


class NatureItem(Part):
    label: Text = ""
    description: Text = ""
    source: Text = ""
    judgement: Text = ""
    draw: Draw
    when: ConditionText | None = None
    once: Flag = False
    cooldown: Annotated[int, Field(ge=0, le=10_000), BeforeValidator(as_whole)] = 0
    effects: Effects = Field(default={})


def _date(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise wrong(
        "expected a turn number or a date",
        shown=described_value(value),
        remedy="write a whole number such as 3, or a date such as 2026Q1",
    )


def _dates(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


DateText = Annotated[str, BeforeValidator(_date), WithJsonSchema({"type": ["string", "integer"]})]


class CalendarEntry(Part):
    name: Text = ""
    label: Text = ""
    source: Text = ""
    judgement: Text = ""
    on: Annotated[
        list[DateText],
        Field(min_length=1),
        BeforeValidator(_dates),
        WithJsonSchema({"type": ["string", "integer", "array"]}),
    ]
    add: dict[str, FormulaText] = Field(default={})
    set: dict[str, FormulaText] = Field(default={})
    duration: Annotated[Turns | None, Field(alias="for")] = None


class Outcome(Part):
    label: Text = ""
    description: Text = ""
    when: ConditionText | None = None
    terminal: Flag = False
    default: Flag = False

    @model_validator(mode="after")
    def _default_or_condition(self) -> Outcome:
        if self.default and (self.when is not None or self.terminal):
            raise wrong(
                "the default outcome has no condition and cannot be terminal",
                key="when" if self.when is not None else "terminal",
                remedy="remove `when` and `terminal`, or `default`",
            )
        if not self.default and self.when is None:
            raise wrong("an outcome needs a condition", remedy="add `when: ...`, or `default: true`")
        return self


class Metric(Part):
    label: Text = ""
    unit: Text = ""
    description: Text = ""
    value: FormulaText


class Time(Part):
    step: Literal["year", "half-year", "quarter", "month", "week", "day", "round"]
    start: DateText | None = None
    horizon: Turns


class Document(Part):
    """A whole scenario file."""

    name: Annotated[
        str,
        BeforeValidator(as_identifier),
        WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$", "maxLength": 80}),
    ]
    title: Text = ""
    description: Text = ""
    time: Time
    parameters: dict[str, Annotated[Parameter, shorthand("value")]] = Field(default={})
    state: dict[str, StateVariable] = Field(default={})
    define: dict[str, Annotated[Definition, shorthand("value")]] = Field(default={})
    actors: dict[str, Actor] = Field(default={})
    turn: Turn = Turn(phases=["main"])
    effects: dict[str, WorldRule] = Field(default={})
    nature: dict[str, NatureItem] = Field(default={})
    calendar: list[CalendarEntry] = Field(default=[])
    outcomes: dict[str, Outcome]
    metrics: dict[str, Annotated[Metric, shorthand("value")]] = Field(default={})
