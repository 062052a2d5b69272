"""The format of a scenario file as pydantic models: which keys exist, what they may hold.

This is the shape only. Formulas are text here; `build` parses them and checks names. `json_schema` gives the same
structure to editors.
"""

from __future__ import annotations

import math
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

__all__ = ["DISTRIBUTIONS", "DRAWS", "Document", "json_schema"]

NAME_PATTERN = r"^[A-Za-z][A-Za-z0-9_]*$"


def _wrong(message: str, **details: str) -> PydanticCustomError:
    """An error in our words; `shown`, `allowed`, `remedy`, and `key` for the key that it is about."""
    return PydanticCustomError("wargame", message, details)


def described_value(value: Any) -> str:
    """A value of the file as a message shows it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        keys = ", ".join(str(key) for key in list(value)[:4])
        return f"a mapping with {keys}" if keys else "an empty mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else "a very large number"
    text = repr(str(value)) if isinstance(value, str) else f"a {type(value).__name__}"
    return text if len(text) <= 80 else text[:77] + "..."


def _as_formula(value: Any) -> Any:
    if isinstance(value, bool):
        raise _wrong(
            "expected a number or a formula",
            shown=described_value(value),
            remedy="write 1 for true and 0 for false; only conditions (`when`, `available`) may be true or false",
        )
    if isinstance(value, int | float):
        number = float(value) if abs(value) < 1e308 else math.inf
        if not math.isfinite(number):
            raise _wrong(
                "a number must be finite", shown=described_value(value), remedy="write a smaller number"
            )
        return repr(value)
    if isinstance(value, str) and value.strip():
        return value
    remedy = "write a number, or a formula such as 0.1 * tension"
    if isinstance(value, dict) and len(value) == 1 and next(iter(value.values())) is None:
        remedy += "; a formula must not stand in braces"
    raise _wrong("expected a number or a formula", shown=described_value(value), remedy=remedy)


def _as_condition(value: Any) -> Any:
    return ("1" if value else "0") if isinstance(value, bool) else _as_formula(value)


def _as_whole(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    remedy = "write a whole number; a formula cannot stand here"
    if isinstance(value, str) and value.strip().lstrip("+-").isdigit():
        remedy = f"write {value.strip()} without quotes"
    raise _wrong("expected a whole number", shown=described_value(value), remedy=remedy)


def _as_plain_number(value: Any) -> Any:
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) < 1e300:
            return float(value)
        raise _wrong("a number must be finite", shown=described_value(value), remedy="write a smaller number")
    remedy = "write a number without quotes; a formula cannot stand here"
    raise _wrong("expected a plain number", shown=described_value(value), remedy=remedy)


_HABITS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


def _as_flag(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    meant = None
    if isinstance(value, str | int):
        meant = (_HABITS | {"1": "true", "0": "false"}).get(str(value).lower())
    raise _wrong(
        "expected true or false",
        shown=described_value(value),
        allowed="true, false",
        remedy=f"write {meant}: YAML 1.2 knows only these two words" if meant else "write true or false",
    )


def _as_text(value: Any) -> Any:
    if isinstance(value, str):
        return value
    simple = isinstance(value, int | float)
    raise _wrong(
        "expected a text",
        shown=described_value(value),
        remedy=f'put it in quotes: "{described_value(value)}"' if simple else "write a text",
    )


def _as_identifier(value: Any) -> Any:
    text = _as_text(value)
    if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,79}", text):
        return text
    slug = re.sub(r"[^a-z0-9_]+", "-", text.lower()).strip("-")[:80]
    raise _wrong(
        "this cannot be the name of a scenario",
        shown=described_value(value),
        allowed="at most 80 lower-case letters, digits and dashes",
        remedy=f"write `name: {slug or 'my-scenario'}`, and the rest under `title`",
    )


FORMULA_SCHEMA: dict[str, Any] = {"type": ["string", "number"]}
CONDITION_SCHEMA: dict[str, Any] = {"type": ["string", "number", "boolean"]}

FormulaText = Annotated[str, BeforeValidator(_as_formula), WithJsonSchema(FORMULA_SCHEMA)]
"""A number or a formula, kept as text."""

ConditionText = Annotated[str, BeforeValidator(_as_condition), WithJsonSchema(CONDITION_SCHEMA)]
"""A formula that is true or false; these two words may stand for it."""

Text = Annotated[str, BeforeValidator(_as_text)]
Flag = Annotated[bool, BeforeValidator(_as_flag)]
PlainNumber = Annotated[float, BeforeValidator(_as_plain_number)]
Turns = Annotated[int, Field(ge=1, le=10_000), BeforeValidator(_as_whole)]
Count = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(_as_whole)]


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

    label: Text = ""
    unit: Text = ""
    source: Text = ""
    judgement: Text = ""

    @model_validator(mode="after")
    def _one_of_two(self) -> Evidence:
        if self.source and self.judgement:
            raise _wrong(
                "a number has a source or is a judgement, not both",
                key="judgement",
                remedy="keep one of `source` and `judgement`",
            )
        return self


class OneOf(Part):
    """A mapping with exactly one key, the kind of a distribution or draw."""

    @model_validator(mode="after")
    def _exactly_one(self) -> OneOf:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            kinds = ", ".join(type(self).model_fields)
            raise _wrong(
                "exactly one kind must be given",
                shown=", ".join(given) or "none",
                allowed=kinds,
                remedy="keep one of them"
                if given
                else "name one of these kinds, for example {uniform: [0, 1]}",
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
            raise _wrong(
                "values and weights differ in number",
                key="weights",
                shown=f"{len(self.values)} values, {len(self.weights)} weights",
                remedy="give one weight for each value",
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
            raise _wrong(
                "an effect is a change or a value to be set, one of the two",
                shown="neither" if self.add is None else "both `add` and `set`",
                remedy="write a formula for a change, or {set: formula} for a value",
            )
        return self


Effects = dict[str, Annotated[Effect, BeforeValidator(_effect)]]


class Levels(Part):
    start: Annotated[PlainNumber, Field(alias="from")]
    to: PlainNumber
    step: Annotated[float, Field(gt=0), BeforeValidator(_as_plain_number)]

    @model_validator(mode="after")
    def _sensible(self) -> Levels:
        if self.to < self.start:
            raise _wrong(
                "levels must rise", shown=f"from {self.start:g} to {self.to:g}", remedy="swap `from` and `to`"
            )
        count = (self.to - self.start) / self.step
        if not count <= 500 or abs(count - round(count)) > 1e-9:
            raise _wrong(
                "levels must run from `from` to `to` in whole steps, at most 501 levels",
                key="step",
                shown=f"{count:.6g} steps",
                remedy="choose a step that divides the interval",
            )
        largest = max(abs(self.start), abs(self.to))
        if count and (self.step < 1e-9 or self.step < largest * 1e-9):
            raise _wrong(
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
    effects: Effects = {}


def _empty_policy(value: Any) -> Any:
    return {} if value is None else value


def _expects(value: Any) -> Any:
    if isinstance(value, dict):
        if "equilibrium" not in value:
            return value
        raise _wrong("`equilibrium` stands alone", remedy="write `expects: equilibrium`")
    if value == "equilibrium":
        return {"equilibrium": True}
    raise _wrong(
        "this is no way to expect something of the others",
        shown=described_value(value),
        allowed="{beliefs: ...}, {level: ...} or equilibrium",
        remedy="write for example `expects: {level: 1}`, or `expects: equilibrium`",
    )


def _policies_of(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


PolicyList = Annotated[list[Text], Field(min_length=1), BeforeValidator(_policies_of)]


class PoissonLevels(Part):
    poisson: FormulaText


def _level(value: Any) -> Any:
    if not isinstance(value, dict):
        return {"exactly": value}
    return value if {"poisson", "most"} & set(value) else {"chances": value}


class Level(Part):
    """The own level of reasoning: a number, chances by level, or a Poisson distribution up to `most`."""

    exactly: Annotated[int, Field(ge=1, le=50), BeforeValidator(_as_whole)] | None = None
    chances: Annotated[dict[str, FormulaText], Field(min_length=1)] | None = None
    poisson: FormulaText | None = None
    most: Annotated[int, Field(ge=1, le=50), BeforeValidator(_as_whole)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Level:
        if (self.poisson is None) != (self.most is None):
            missing = "most" if self.most is None else "poisson"
            raise _wrong(
                "levels drawn from a Poisson distribution need `poisson` (the mean) and `most` (the highest level)",
                shown=f"no `{missing}`",
                remedy="write for example {poisson: 1.5, most: 7}",
            )
        for level in self.chances or {}:
            if not level.isdigit() or int(level) > 50:
                raise _wrong(
                    "the chances of levels are given by level",
                    shown=level,
                    allowed="whole numbers from 0 to 50",
                    remedy="write for example {1: 0.4, 2: 0.6}",
                )
        return self


def _zero_of(value: Any) -> Any:
    return {"script": value} if isinstance(value, dict) else {"rule": value}


class LevelZeroOf(Part):
    rule: Text | None = None
    script: Annotated[dict[str, PolicyList], Field(min_length=1)] | None = None


def _zero(value: Any) -> Any:
    return {"actors": value} if isinstance(value, dict) else {"everybody": value}


class LevelZero(Part):
    """What level 0 does: one word for everybody, or by actor a word, a policy or a script."""

    everybody: Text | None = None
    actors: dict[str, Annotated[LevelZeroOf, BeforeValidator(_zero_of)]] = {}


class Expects(Part):
    beliefs: Literal["uniform", "fixed", "last", "adaptive", "fictitious"] | None = None
    probabilities: dict[str, dict[str, FormulaText]] | None = None
    rate: FormulaText | None = None
    start: dict[str, dict[str, FormulaText]] | None = None
    prior: dict[str, dict[str, FormulaText]] | None = None
    level: Annotated[Level, BeforeValidator(_level)] | None = None
    below: PoissonLevels | None = None
    level0: Annotated[LevelZero, BeforeValidator(_zero)] | None = None
    equilibrium: Flag = False

    @model_validator(mode="after")
    def _matching_keys(self) -> Expects:
        if self.equilibrium:
            return self
        forms = [name for name in ("beliefs", "level") if getattr(self, name) is not None]
        if len(forms) != 1:
            raise _wrong(
                "an actor expects by `beliefs`, by `level` or an `equilibrium`, one of them",
                shown=" and ".join(f"`{name}`" for name in forms) or "none of them",
                remedy="keep one of them" if forms else "write for example {beliefs: uniform} or {level: 1}",
            )
        form = f"beliefs `{self.beliefs}`" if self.beliefs else "levels of reasoning"
        wanted = {
            "fixed": {"probabilities"},
            "adaptive": {"rate", "start"},
            "fictitious": {"prior"},
            None: {"below", "level0"},
        }
        allowed = wanted.get(self.beliefs, set())
        given = {
            name
            for name in ("probabilities", "rate", "start", "prior", "below", "level0")
            if getattr(self, name) is not None
        }
        for name in sorted(given - allowed):
            raise _wrong(
                f"{form} take no `{name}`",
                key=name,
                allowed=", ".join(sorted(allowed)) or "no other key",
                remedy="remove it, or choose other beliefs" if self.beliefs else "remove it",
            )
        needed = {"fixed": "probabilities", "adaptive": "rate"}.get(self.beliefs or "")
        if needed and needed not in given:
            raise _wrong(f"beliefs `{self.beliefs}` need `{needed}`", remedy=f"add `{needed}: ...`")
        if self.below is not None and self.level is not None and self.level.poisson is not None:
            raise _wrong(
                "levels drawn from a Poisson distribution believe in the same one below them",
                key="below",
                remedy="remove `below`",
            )
        return self


class Clause(Part):
    """One line of a doctrine: `when` and `then`, or `else`."""

    when: ConditionText | None = None
    then: PolicyList | None = None
    otherwise: PolicyList | None = Field(default=None, alias="else")

    @model_validator(mode="after")
    def _complete(self) -> Clause:
        conditional = self.when is not None and self.then is not None and self.otherwise is None
        final = self.when is None and self.then is None and self.otherwise is not None
        if not (conditional or final):
            raise _wrong(
                "a doctrine's line is `{when: condition, then: policy}` or `{else: policy}`",
                shown=", ".join(self.model_dump(by_alias=True, exclude_none=True)) or "nothing",
                remedy="give both `when` and `then`, or only `else`",
            )
        return self


class Decision(Part):
    rule: Literal["greedy", "logit", "mixed", "script", "doctrine", "uniform"]
    precision: FormulaText | None = None
    ties: Literal["first", "random"] = "first"
    probabilities: Annotated[dict[str, FormulaText], Field(min_length=1)] | None = None
    script: Annotated[dict[str, PolicyList], Field(min_length=1)] | None = None
    doctrine: Annotated[list[Clause], Field(min_length=1)] | None = None
    expects: Annotated[Expects, BeforeValidator(_expects)] | None = None
    expectation: Literal["mean", "exact"] = "mean"
    foresight: Annotated[int, Field(ge=1, le=100), BeforeValidator(_as_whole)] = 1
    later: Literal["best", "logit", "same"] = "best"
    leaf: FormulaText | None = None
    discount: FormulaText = "1"
    tremble: FormulaText = "0"
    revise: FormulaText = "all"

    @model_validator(mode="after")
    def _matching_keys(self) -> Decision:
        needs = {"logit": "precision", "mixed": "probabilities", "script": "script", "doctrine": "doctrine"}
        for rule, key in needs.items():
            if self.rule == rule and getattr(self, key) is None:
                raise _wrong(f"the rule `{rule}` needs `{key}`", remedy=f"add `{key}: ...`")
            if self.rule != rule and getattr(self, key) is not None:
                raise _wrong(
                    f"the rule `{self.rule}` takes no `{key}`",
                    key=key,
                    remedy=f"remove `{key}`, or use `rule: {rule}`",
                )
        if self.rule != "greedy" and "ties" in self.model_fields_set:
            raise _wrong(
                "only the rule `greedy` has `ties`", key="ties", remedy="remove `ties`, or use `rule: greedy`"
            )
        looks_ahead = sorted({"expects", "expectation", "foresight", "later", "leaf"} & self.model_fields_set)
        if self.rule not in ("greedy", "logit") and looks_ahead:
            raise _wrong(
                f"the rule `{self.rule}` does not look ahead and takes no `{looks_ahead[0]}`",
                key=looks_ahead[0],
                remedy="remove it, or use `rule: logit` or `greedy`",
            )
        if self.expects is not None and self.expects.equilibrium:
            if self.rule == "greedy":
                raise _wrong(
                    "an equilibrium is one of logit choices, and `greedy` has no precision",
                    key="rule",
                    remedy="use `rule: logit` with a high precision, or `expects: {level: ...}`",
                )
            if "later" in self.model_fields_set:
                raise _wrong(
                    "in an equilibrium the own later choices are part of it",
                    key="later",
                    remedy="remove `later`",
                )
        if self.later == "logit" and self.rule != "logit":
            raise _wrong(
                "own later choices by `logit` need a precision, which only the rule `logit` has",
                key="later",
                remedy="use `later: best` or `same`, or `rule: logit`",
            )
        return self


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
    points: Annotated[int, Field(ge=2, le=1000), BeforeValidator(_as_whole)]


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
    utility: Annotated[dict[str, Annotated[Definition, BeforeValidator(_term)]], BeforeValidator(_terms)] = {}
    decision: Decision
    perception: dict[str, Sight] = {}
    before: PolicyList = []
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


class Poisson(Part):
    mean: FormulaText
    max: Count


class NegativeBinomial(Part):
    mean: FormulaText
    dispersion: FormulaText
    max: Count


class Binomial(Part):
    n: FormulaText
    p: FormulaText
    max: Count = 100_000


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
    label: Text = ""
    description: Text = ""
    source: Text = ""
    judgement: Text = ""
    draw: Draw
    when: ConditionText | None = None
    once: Flag = False
    cooldown: Annotated[int, Field(ge=0, le=10_000), BeforeValidator(_as_whole)] = 0
    effects: Effects = {}


def _date(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise _wrong(
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
    add: dict[str, FormulaText] = {}
    set: dict[str, FormulaText] = {}
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
            raise _wrong(
                "the default outcome has no condition and cannot be terminal",
                key="when" if self.when is not None else "terminal",
                remedy="remove `when` and `terminal`, or `default`",
            )
        if not self.default and self.when is None:
            raise _wrong("an outcome needs a condition", remedy="add `when: ...`, or `default: true`")
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
        BeforeValidator(_as_identifier),
        WithJsonSchema({"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$", "maxLength": 80}),
    ]
    title: Text = ""
    description: Text = ""
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


_SCALAR = FORMULA_SCHEMA
_SHORTHANDS: dict[str, list[dict[str, Any]]] = {
    "Parameter": [_SCALAR],
    "Definition": [_SCALAR],
    "Metric": [_SCALAR],
    "Effect": [_SCALAR],
    "Choice": [{"type": "array", "items": _SCALAR, "minItems": 1}],
    "Policy": [{"type": "null"}],
    "Level": [{"type": "integer"}, {"type": "object", "additionalProperties": _SCALAR}],
    "LevelZero": [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": ["string", "object"]}},
    ],
}


def _allow_shorthands(schema: dict[str, Any]) -> None:
    definitions = schema["$defs"]
    for name, others in _SHORTHANDS.items():
        full = definitions.pop(name)
        definitions[f"{name}Full"] = full
        definitions[name] = {"anyOf": [*others, {"$ref": f"#/$defs/{name}Full"}]}
    definitions["Initial"] = {"anyOf": [_SCALAR, {"$ref": "#/$defs/Distribution"}]}
    for name in ("Distribution", "Draw", "EffectFull"):
        definitions[name].update({"minProperties": 1, "maxProperties": 1})
    actor = definitions["Actor"]["properties"]
    actor["utility"] = {"anyOf": [_SCALAR, actor["utility"]]}
    text = {"type": "string"}
    policies = {"anyOf": [text, {"type": "array", "items": text, "minItems": 1}]}
    actor["before"] = policies
    definitions["Clause"]["properties"].update({"then": policies, "else": policies})
    expects = definitions["Expects"]
    del expects["properties"]["equilibrium"]
    definitions["Expects"] = {"anyOf": [{"const": "equilibrium"}, {"$ref": "#/$defs/ExpectsFull"}]}
    definitions["ExpectsFull"] = expects
    definitions["Types"] = {
        "anyOf": [
            {"$ref": "#/$defs/ContinuousTypes"},
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/TypeOf"}, "minProperties": 2},
        ]
    }
    definitions["Decision"]["properties"]["script"] = {
        "type": "object",
        "additionalProperties": policies,
        "minProperties": 1,
    }
    date = {"type": ["string", "integer"]}
    definitions["CalendarEntry"]["properties"]["on"] = {
        "anyOf": [date, {"type": "array", "items": date, "minItems": 1}]
    }
    for definition in definitions.values():
        for name, value in definition.get("properties", {}).items():
            definition["properties"][name] = _without_null(value)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An optional key may be left out; it may not hold null."""
    kept = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
    if len(kept) == 1:
        return {**rest, **kept[0]}
    return {**rest, "anyOf": kept} if kept else rest
