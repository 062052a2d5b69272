"""The format of an actor's `decision`: its rule, how far it looks ahead, and what it expects of the others."""

# A class's docstring becomes its description in the JSON Schema, so most have none;
# docs/scenario-language.md describes them.
# ruff: noqa: D101

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from wargame.scenario.schema_values import (
    ConditionText,
    Flag,
    FormulaText,
    Part,
    Text,
    as_whole,
    described_value,
    wrong,
)

__all__ = ["Decision", "Expects", "PolicyList"]


def _expects(value: Any) -> Any:
    if isinstance(value, dict):
        if "equilibrium" not in value:
            return value
        raise wrong("`equilibrium` stands alone", remedy="write `expects: equilibrium`")
    if value == "equilibrium":
        return {"equilibrium": True}
    raise wrong(
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

    exactly: Annotated[int, Field(ge=1, le=50), BeforeValidator(as_whole)] | None = None
    chances: Annotated[dict[str, FormulaText], Field(min_length=1)] | None = None
    poisson: FormulaText | None = None
    most: Annotated[int, Field(ge=1, le=50), BeforeValidator(as_whole)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Level:
        if (self.poisson is None) != (self.most is None):
            missing = "most" if self.most is None else "poisson"
            raise wrong(
                "levels drawn from a Poisson distribution need `poisson` (the mean) and `most` (the highest level)",
                shown=f"no `{missing}`",
                remedy="write for example {poisson: 1.5, most: 7}",
            )
        for level in self.chances or {}:
            if not level.isdigit() or int(level) > 50:
                raise wrong(
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
    actors: dict[str, Annotated[LevelZeroOf, BeforeValidator(_zero_of)]] = Field(default={})


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
            raise wrong(
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
            raise wrong(
                f"{form} take no `{name}`",
                key=name,
                allowed=", ".join(sorted(allowed)) or "no other key",
                remedy="remove it, or choose other beliefs" if self.beliefs else "remove it",
            )
        needed = {"fixed": "probabilities", "adaptive": "rate"}.get(self.beliefs or "")
        if needed and needed not in given:
            raise wrong(f"beliefs `{self.beliefs}` need `{needed}`", remedy=f"add `{needed}: ...`")
        if self.below is not None and self.level is not None and self.level.poisson is not None:
            raise wrong(
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
            raise wrong(
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
    foresight: Annotated[int, Field(ge=1, le=100), BeforeValidator(as_whole)] = 1
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
                raise wrong(f"the rule `{rule}` needs `{key}`", remedy=f"add `{key}: ...`")
            if self.rule != rule and getattr(self, key) is not None:
                raise wrong(
                    f"the rule `{self.rule}` takes no `{key}`",
                    key=key,
                    remedy=f"remove `{key}`, or use `rule: {rule}`",
                )
        if self.rule != "greedy" and "ties" in self.model_fields_set:
            raise wrong(
                "only the rule `greedy` has `ties`", key="ties", remedy="remove `ties`, or use `rule: greedy`"
            )
        looks_ahead = sorted({"expects", "expectation", "foresight", "later", "leaf"} & self.model_fields_set)
        if self.rule not in ("greedy", "logit") and looks_ahead:
            raise wrong(
                f"the rule `{self.rule}` does not look ahead and takes no `{looks_ahead[0]}`",
                key=looks_ahead[0],
                remedy="remove it, or use `rule: logit` or `greedy`",
            )
        if self.expects is not None and self.expects.equilibrium:
            if self.rule == "greedy":
                raise wrong(
                    "an equilibrium is one of logit choices, and `greedy` has no precision",
                    key="rule",
                    remedy="use `rule: logit` with a high precision, or `expects: {level: ...}`",
                )
            if "later" in self.model_fields_set:
                raise wrong(
                    "in an equilibrium the own later choices are part of it",
                    key="later",
                    remedy="remove `later`",
                )
        if self.later == "logit" and self.rule != "logit":
            raise wrong(
                "own later choices by `logit` need a precision, which only the rule `logit` has",
                key="later",
                remedy="use `later: best` or `same`, or `rule: logit`",
            )
        return self
