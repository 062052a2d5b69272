"""The formats of what is drawn: a distribution, as of a parameter that is not known, and the draw of an item of nature.

Both are a mapping with one key, the kind: `{uniform: [0, 1]}`, `{poisson: {mean: 2, max: 20}}`.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from wargame.scenario.schema_values import Count, FormulaText, Part, wrong

__all__ = ["Distribution", "Draw", "Pair"]


class OneOf(Part):
    """A mapping with exactly one key, the kind of a distribution or draw."""

    @model_validator(mode="after")
    def _exactly_one(self) -> OneOf:
        given = [name for name in type(self).model_fields if getattr(self, name) is not None]
        if len(given) != 1:
            kinds = ", ".join(type(self).model_fields)
            raise wrong(
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
            raise wrong(
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
