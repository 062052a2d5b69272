"""The formats of calibration files and of published series, as pydantic models; `files` and `evidence` read them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from wargame.calibration.statistics import NUMBERED, PLAIN, POOLABLE
from wargame.experiment.schema import Name, Overrides, Seed
from wargame.scenario.schema_values import Count, Flag, Part, PlainNumber, Text, described_value

__all__ = ["LEAST", "CalibrationDocument", "EvidenceDocument", "SeriesPart", "TargetPart"]

LEAST = 200
"""Episodes that a moment must be simulated from."""

Scale = Literal["linear", "log", "logit"]
Change = Literal["difference", "log"]


def _wrong(message: str, **details: str) -> PydanticCustomError:
    """An error in our words; see `wargame.scenario.schema_values`."""
    return PydanticCustomError("wargame", message, details)


def _as_statistic(value: Any) -> Any:
    """`mean`, or `{share_at_most: 0}`: the kind with its number."""
    if isinstance(value, str) and value in PLAIN:
        return (value, 0.0)
    if isinstance(value, dict) and len(value) == 1:
        kind, number = next(iter(value.items()))
        is_number = isinstance(number, int | float) and not isinstance(number, bool)
        if kind in NUMBERED and is_number and (kind != "autocorrelation" or number in range(1, 1000)):
            return (kind, float(number))
    raise _wrong(
        "this is no moment of a series",
        shown=described_value(value),
        allowed=", ".join([*PLAIN, *(f"{{{kind}: NUMBER}}" for kind in NUMBERED)]),
        remedy="write for example `statistic: mean`, {share_at_most: 0} or {autocorrelation: 1}",
    )


def _as_range(value: Any) -> Any:
    return {"range": value} if isinstance(value, list) else value


def _as_published(value: Any) -> Any:
    return {"series": value} if isinstance(value, str) else value


StatisticPart = Annotated[
    tuple[str, float],
    BeforeValidator(_as_statistic),
    WithJsonSchema({"type": ["string", "object"]}),
]


class RangePart(Part):
    """Where a parameter is looked for, and the scale on which equal steps count alike."""

    range: Annotated[list[PlainNumber], Field(min_length=2, max_length=2)]
    scale: Scale = "linear"

    @model_validator(mode="after")
    def _in_order(self) -> RangePart:
        low, high = self.range
        if not low < high:
            raise _wrong(
                "the range is empty",
                shown=f"[{low:g}, {high:g}]",
                allowed="two numbers, the lower one first",
                key="range",
                remedy="write `range: [low, high]`",
            )
        inside = {"linear": True, "log": low > 0, "logit": low > 0 and high < 1}
        if not inside[self.scale]:
            raise _wrong(
                f"the scale {self.scale} does not reach these ends",
                shown=f"[{low:g}, {high:g}]",
                allowed="log: above 0; logit: above 0 and below 1",
                key="range",
                remedy="move the ends, or leave the scale linear",
            )
        return self


class PublishedPart(Part):
    """A published series, and whether its changes are meant."""

    series: Text
    change: Change | None = None


class TargetPart(Part):
    """One moment: what is simulated, what is published, and how they are set side by side."""

    state: Text = ""
    metric: Text = ""
    every: Count = 1
    take: Literal["last", "sum"] = "last"
    change: Change | None = None
    statistic: StatisticPart = ("mean", 0.0)
    pooled: Flag = False
    published: Annotated[PublishedPart, BeforeValidator(_as_published)] | None = None
    value: PlainNumber | None = None
    error: PlainNumber | None = None
    label: Text = ""
    source: Text = ""

    @model_validator(mode="after")
    def _one_simulated(self) -> TargetPart:
        if bool(self.state) == bool(self.metric):
            raise _wrong(
                "a target is a moment either of a state variable or of a metric",
                allowed="state, metric",
                remedy="give exactly one of `state: NAME` and `metric: NAME`",
            )
        if self.metric and (self.every, self.change, self.statistic) != (1, None, ("mean", 0.0)):
            raise _wrong(
                "a metric is one number an episode: its mean is compared, and nothing else can be",
                allowed="metric, value, error, label, source",
                remedy="leave out `every`, `change` and `statistic`",
            )
        if self.change and self.take == "sum":
            raise _wrong(
                "a change is taken between values at the ends of periods, not between sums",
                key="take",
                remedy="leave out `take` or `change`",
            )
        if self.pooled and self.statistic[0] not in POOLABLE:
            raise _wrong(
                f"{self.statistic[0]} grows with the length of the record and cannot be pooled",
                key="pooled",
                remedy="leave out `pooled`",
            )
        return self

    @model_validator(mode="after")
    def _one_observed(self) -> TargetPart:
        if self.published is None and (self.value is None or self.error is None or not self.source):
            raise _wrong(
                "a target without a published series needs its value, standard error and source",
                allowed="published, or value with error and source",
                remedy="write `published: SERIES`, or `value: 0.5`, `error: 0.1` and `source: ...`",
            )
        if self.published is not None and (self.error is not None or self.source):
            raise _wrong(
                "the standard error and source of a published series come from that series",
                allowed="published, value",
                remedy="leave out `error` and `source`",
            )
        if self.error is not None and self.error <= 0:
            raise _wrong(
                "a standard error is above 0", shown=f"{self.error:g}", key="error", remedy="correct it"
            )
        return self


class AddedPart(Part):
    """What is added to the scenario so that a target can be read: state variables and metrics."""

    state: Overrides = Field(default_factory=dict)
    metrics: Overrides = Field(default_factory=dict)


class CalibrationDocument(Part):
    """A whole calibration file."""

    name: Name
    title: Text = ""
    description: Text = ""
    scenario: Text
    evidence: Text = ""
    seed: Seed = 1
    episodes: Annotated[int, Field(ge=LEAST, le=100_000)] = 1000
    generations: Count = 60
    population: Annotated[int, Field(ge=4, le=1000)] | None = None
    block: Count = 4
    set: Overrides = Field(default_factory=dict)
    add: AddedPart = Field(default_factory=AddedPart)
    parameters: Annotated[dict[Text, Annotated[RangePart, BeforeValidator(_as_range)]], Field(min_length=1)]
    targets: Annotated[dict[Name, TargetPart], Field(min_length=1)]
    held_out: dict[Name, TargetPart] = Field(default_factory=dict)


class SeriesPart(Part):
    """One published series."""

    label: Text
    unit: Text = ""
    step: Literal["year", "half-year", "quarter", "month"]
    start: Annotated[str, BeforeValidator(str)]
    source: Text
    note: Text = ""
    values: Annotated[list[PlainNumber | None], Field(min_length=8, max_length=10_000)]


class EvidenceDocument(Part):
    """A file of published series."""

    name: Name
    title: Text = ""
    series: Annotated[dict[Name, SeriesPart], Field(min_length=1)]
