"""The format of a scenario file as pydantic models: which keys exist, what they may hold.

This is the shape only. Formulas are text here; `build` parses them and checks names. `json_schema` gives the same
structure to editors.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

__all__ = ["DISTRIBUTIONS", "DRAWS", "Document", "json_schema"]

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"


def _as_formula(value: Any) -> Any:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        number = float(value) if abs(value) < 1e308 else math.inf
        if not math.isfinite(number):
            raise PydanticCustomError(
                "wargame", "a number must be finite", {"remedy": "write a smaller number"}
            )
        return repr(value)
    if isinstance(value, str) and value.strip():
        return value
    found = "nothing" if value is None else f"a {_KINDS.get(type(value), type(value).__name__)}"
    raise PydanticCustomError(
        "wargame",
        "expected a number or a formula",
        {"shown": found, "remedy": "write a number, or a formula such as 0.1 * tension"},
    )


_KINDS: dict[type, str] = {dict: "mapping", list: "list", str: "text", int: "number", float: "number"}

FormulaText = Annotated[
    str, BeforeValidator(_as_formula), WithJsonSchema({"type": ["string", "number", "boolean"]})
]
"""A number or a formula, kept as text."""


def _shorthand(key: str) -> BeforeValidator:
    """Accept a bare value where a mapping with one main key is meant."""

    def wrap(value: Any) -> Any:
        return value if isinstance(value, dict) else {key: value}

    return BeforeValidator(wrap)


class Part(BaseModel):
    """Base of all parts: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Evidence(Part):
    """Where a number comes from: a source, or owned up to as judgement."""

    label: str = ""
    unit: str = ""
    source: str = ""
    judgement: str = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Evidence:
        if self.source and self.judgement:
            raise PydanticCustomError(
                "wargame",
                "a number has a source or is a judgement, not both",
                {"remedy": "keep one of `source` and `judgement`"},
            )
        return self


class OneOf(Part):
    """A mapping with exactly one key, the kind of a distribution or draw."""

    @model_validator(mode="after")
    def _exactly_one(self) -> OneOf:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            kinds = ", ".join(type(self).model_fields)
            raise PydanticCustomError(
                "wargame",
                "exactly one kind must be given",
                {"shown": ", ".join(given) or "none", "allowed": kinds, "remedy": "keep one of them"},
            )
        return self


class Normal(Part):
    mean: FormulaText
    sd: FormulaText


class Lognormal(Part):
    median: FormulaText
    sigma: FormulaText


class Beta(Part):
    a: FormulaText
    b: FormulaText
    low: FormulaText = "0"
    high: FormulaText = "1"


class Choice(Part):
    values: Annotated[list[FormulaText], Field(min_length=1)]
    weights: list[FormulaText] | None = None

    @model_validator(mode="after")
    def _same_length(self) -> Choice:
        if self.weights is not None and len(self.weights) != len(self.values):
            raise PydanticCustomError(
                "wargame",
                "values and weights differ in number",
                {
                    "shown": f"{len(self.values)} values, {len(self.weights)} weights",
                    "remedy": "give one weight each",
                },
            )
        return self


Pair = Annotated[list[FormulaText], Field(min_length=2, max_length=2)]
Triple = Annotated[list[FormulaText], Field(min_length=3, max_length=3)]


def _choice(value: Any) -> Any:
    return {"values": value} if isinstance(value, list) else value


class Distribution(OneOf):
    """A probability distribution of a number."""

    uniform: Pair | None = None
    triangular: Triple | None = None
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    beta: Beta | None = None
    choice: Annotated[Choice, BeforeValidator(_choice)] | None = None


DISTRIBUTIONS = tuple(Distribution.model_fields)


class Parameter(Evidence):
    value: FormulaText
    distribution: Distribution | None = None


def _initial(value: Any) -> Any:
    if isinstance(value, dict):
        return {"distribution": value}
    return {"formula": value}


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
    return value if isinstance(value, dict) and "set" in value else {"add": value}


class Effect(Part):
    """A change of one state variable: `add` (a bare formula) or `set`."""

    add: FormulaText | None = None
    set: FormulaText | None = None


Effects = dict[str, Annotated[Effect, BeforeValidator(_effect)]]


class Levels(Part):
    start: Annotated[float, Field(alias="from", allow_inf_nan=False)]
    to: Annotated[float, Field(allow_inf_nan=False)]
    step: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    @model_validator(mode="after")
    def _sensible(self) -> Levels:
        count = (self.to - self.start) / self.step
        if not 0 <= count <= 500 or abs(count - round(count)) > 1e-9:
            raise PydanticCustomError(
                "wargame",
                "levels must run from `from` to `to` in whole steps, at most 501 of them",
                {"shown": f"{count:g} steps", "remedy": "choose a step that divides the interval"},
            )
        return self


class Policy(Part):
    label: str = ""
    description: str = ""
    source: str = ""
    judgement: str = ""
    phase: str | None = None
    levels: Levels | None = None
    available: FormulaText | None = None
    cost: FormulaText | None = None
    effects: Effects = {}


def _empty_policy(value: Any) -> Any:
    return {} if value is None else value


class Expects(Part):
    beliefs: Literal["uniform", "fixed", "last", "adaptive", "fictitious"]
    probabilities: dict[str, dict[str, FormulaText]] | None = None
    rate: FormulaText | None = None
    start: dict[str, dict[str, FormulaText]] | None = None
    prior: dict[str, dict[str, FormulaText]] | None = None

    @model_validator(mode="after")
    def _matching_keys(self) -> Expects:
        wanted = {"fixed": {"probabilities"}, "adaptive": {"rate", "start"}, "fictitious": {"prior"}}
        allowed = wanted.get(self.beliefs, set())
        given = {
            name for name in ("probabilities", "rate", "start", "prior") if getattr(self, name) is not None
        }
        for name in sorted(given - allowed):
            raise PydanticCustomError(
                "wargame",
                f"beliefs `{self.beliefs}` take no `{name}`",
                {
                    "allowed": ", ".join(sorted(allowed)) or "no other key",
                    "remedy": "remove it, or choose other beliefs",
                },
            )
        needed = {"fixed": "probabilities", "adaptive": "rate"}.get(self.beliefs)
        if needed and needed not in given:
            raise PydanticCustomError(
                "wargame", f"beliefs `{self.beliefs}` need `{needed}`", {"remedy": f"add `{needed}: ...`"}
            )
        return self


def _policies_of(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


PolicyList = Annotated[list[str], BeforeValidator(_policies_of)]


class Clause(Part):
    """One line of a doctrine: `when` and `then`, or `else`."""

    when: FormulaText | None = None
    then: PolicyList | None = None
    otherwise: PolicyList | None = Field(default=None, alias="else")

    @model_validator(mode="after")
    def _complete(self) -> Clause:
        conditional = self.when is not None and self.then is not None and self.otherwise is None
        final = self.when is None and self.then is None and self.otherwise is not None
        if not (conditional or final):
            raise PydanticCustomError(
                "wargame",
                "a doctrine's line is `{when: condition, then: policy}` or `{else: policy}`",
                {"remedy": "give both `when` and `then`, or only `else`"},
            )
        return self


class Decision(Part):
    rule: Literal["greedy", "logit", "mixed", "script", "doctrine", "uniform"]
    precision: FormulaText | None = None
    ties: Literal["first", "random"] = "first"
    probabilities: dict[str, FormulaText] | None = None
    script: dict[str, PolicyList] | None = None
    doctrine: list[Clause] | None = None
    expects: Expects | None = None
    expectation: Literal["mean", "exact"] = "mean"
    discount: FormulaText = "1"
    tremble: FormulaText = "0"
    revise: FormulaText = "all"

    @model_validator(mode="after")
    def _matching_keys(self) -> Decision:
        needs = {"logit": "precision", "mixed": "probabilities", "script": "script", "doctrine": "doctrine"}
        for rule, key in needs.items():
            if self.rule == rule and getattr(self, key) is None:
                raise PydanticCustomError(
                    "wargame", f"the rule `{rule}` needs `{key}`", {"remedy": f"add `{key}: ...`"}
                )
            if self.rule != rule and getattr(self, key) is not None:
                raise PydanticCustomError(
                    "wargame",
                    f"the rule `{self.rule}` takes no `{key}`",
                    {"remedy": f"remove `{key}`, or use `rule: {rule}`"},
                )
        if self.rule != "greedy" and "ties" in self.model_fields_set:
            raise PydanticCustomError(
                "wargame", "only the rule `greedy` has `ties`", {"remedy": "remove `ties`"}
            )
        looks_ahead = {"expects", "expectation"} & self.model_fields_set
        if self.rule not in ("greedy", "logit") and looks_ahead:
            raise PydanticCustomError(
                "wargame",
                f"the rule `{self.rule}` does not look ahead and takes no `{sorted(looks_ahead)[0]}`",
                {"remedy": "remove it, or use `rule: logit` or `greedy`"},
            )
        return self


class Sight(Part):
    bias: FormulaText = "0"
    noise: FormulaText = "0"


def _terms(value: Any) -> Any:
    return value if isinstance(value, dict) else {"utility": value}


def _term(value: Any) -> Any:
    return value if isinstance(value, dict) else {"value": value}


class Actor(Part):
    label: str = ""
    description: str = ""
    aims: str = ""
    policies: Annotated[dict[str, Annotated[Policy, BeforeValidator(_empty_policy)]], Field(min_length=1)]
    utility: Annotated[dict[str, Annotated[Definition, BeforeValidator(_term)]], BeforeValidator(_terms)] = {}
    decision: Decision
    perception: dict[str, Sight] = {}
    before: PolicyList = []


class Turn(Part):
    phases: Annotated[list[str], Field(min_length=1)]


class WorldRule(Part):
    label: str = ""
    description: str = ""
    source: str = ""
    judgement: str = ""
    when: FormulaText | None = None
    effects: Annotated[Effects, Field(min_length=1)]


class Poisson(Part):
    mean: FormulaText
    max: Annotated[int, Field(ge=1, le=100_000)]


class NegativeBinomial(Part):
    mean: FormulaText
    dispersion: FormulaText
    max: Annotated[int, Field(ge=1, le=100_000)]


class Binomial(Part):
    n: FormulaText
    p: FormulaText
    max: Annotated[int, Field(ge=1, le=100_000)] = 100_000


class Uniform(Part):
    low: FormulaText
    high: FormulaText


class Draw(OneOf):
    """What an item of nature draws."""

    bernoulli: FormulaText | None = None
    rate: FormulaText | None = None
    poisson: Poisson | None = None
    negbin: NegativeBinomial | None = None
    binomial: Binomial | None = None
    normal: Normal | None = None
    uniform: Uniform | None = None
    categorical: Annotated[dict[str, FormulaText], Field(min_length=2)] | None = None


DRAWS = tuple(Draw.model_fields)


class NatureItem(Part):
    label: str = ""
    description: str = ""
    source: str = ""
    judgement: str = ""
    draw: Draw
    when: FormulaText | None = None
    once: bool = False
    cooldown: Annotated[int, Field(ge=0, le=10_000)] = 0
    effects: Effects = {}


def _dates(value: Any) -> Any:
    return [str(item) for item in (value if isinstance(value, list) else [value])]


class CalendarEntry(Part):
    name: str = ""
    label: str = ""
    source: str = ""
    judgement: str = ""
    on: Annotated[
        list[str],
        BeforeValidator(_dates),
        Field(min_length=1),
        WithJsonSchema({"type": ["string", "integer", "array"]}),
    ]
    add: dict[str, FormulaText] = {}
    set: dict[str, FormulaText] = {}
    duration: Annotated[int | None, Field(alias="for", ge=1, le=10_000)] = None


class Outcome(Part):
    label: str = ""
    description: str = ""
    when: FormulaText | None = None
    terminal: bool = False
    default: bool = False

    @model_validator(mode="after")
    def _default_or_condition(self) -> Outcome:
        if self.default and (self.when is not None or self.terminal):
            raise PydanticCustomError(
                "wargame",
                "the default outcome has no condition and cannot be terminal",
                {"remedy": "remove `when` and `terminal`, or `default`"},
            )
        if not self.default and self.when is None:
            raise PydanticCustomError(
                "wargame", "an outcome needs a condition", {"remedy": "add `when: ...`, or `default: true`"}
            )
        return self


class Metric(Part):
    label: str = ""
    unit: str = ""
    description: str = ""
    value: FormulaText


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class Time(Part):
    step: Literal["year", "half-year", "quarter", "month", "week", "day", "round"]
    start: Annotated[str | None, BeforeValidator(_text), WithJsonSchema({"type": ["string", "integer"]})] = (
        None
    )
    horizon: Annotated[int, Field(ge=1, le=10_000)]


class Document(Part):
    """A whole scenario file."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
    title: str = ""
    description: str = ""
    time: Time
    parameters: dict[str, Annotated[Parameter, _shorthand("value")]] = {}
    state: dict[str, StateVariable] = {}
    define: dict[str, Annotated[Definition, _shorthand("value")]] = {}
    actors: dict[str, Actor] = {}
    turn: Turn = Turn(phases=["main"])
    effects: dict[str, WorldRule] = {}
    nature: dict[str, NatureItem] = {}
    calendar: list[CalendarEntry] = []
    outcomes: dict[str, Outcome]
    metrics: dict[str, Annotated[Metric, _shorthand("value")]] = {}


def json_schema() -> dict[str, Any]:
    """The format as JSON Schema (2020-12), for editors and other tools.

    Shorthands (a bare number for a parameter, a bare formula for an effect) are allowed wherever the schema asks for
    the mapping that they stand for; `docs/scenario-language.md` lists them.
    """
    schema = Document.model_json_schema(by_alias=True)
    _allow_shorthands(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "wargame scenario"}


_SCALAR = {"type": ["string", "number", "boolean"]}
_SHORTHANDS: dict[str, list[dict[str, Any]]] = {
    "Parameter": [_SCALAR],
    "Definition": [_SCALAR],
    "Metric": [_SCALAR],
    "Effect": [_SCALAR],
    "Initial": [_SCALAR, {"$ref": "#/$defs/Distribution"}],
    "Choice": [{"type": "array", "items": _SCALAR}],
    "Policy": [{"type": "null"}],
}


def _allow_shorthands(schema: dict[str, Any]) -> None:
    definitions = schema["$defs"]
    for name, others in _SHORTHANDS.items():
        full = definitions.pop(name)
        definitions[f"{name}Full"] = full
        definitions[name] = {"anyOf": [*others, {"$ref": f"#/$defs/{name}Full"}]}
    actor = definitions["Actor"]["properties"]
    actor["utility"] = {"anyOf": [_SCALAR, actor["utility"]]}
    text_or_list = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    actor["before"] = text_or_list
    definitions["Clause"]["properties"].update({"then": text_or_list, "else": text_or_list})
    definitions["Decision"]["properties"]["script"] = {"type": "object", "additionalProperties": text_or_list}
