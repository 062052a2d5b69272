"""The format of an experiment file as pydantic models; `files` reads them."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from wargame.scenario.schema import CalendarEntry
from wargame.scenario.schema_values import Count, Flag, Part, PlainNumber, Text, described_value, wrong

__all__ = ["Arm", "DesignPart", "ExperimentDocument", "Name", "Overrides", "Seed"]

NAME = "[a-z0-9][a-z0-9_-]{0,79}"


def _as_name(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(NAME, value):
        return value
    raise wrong(
        "this cannot be a name",
        shown=described_value(value),
        allowed="at most 80 lower-case letters, digits, dashes and underscores",
        remedy="choose a short name, and put the rest under `title` or `label`",
    )


def _empty(value: Any) -> Any:
    """An arm with nothing behind its name changes nothing."""
    return {} if value is None else value


def _seed(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
        return value
    raise wrong(
        "expected a seed",
        shown=str(value),
        allowed="a whole number from 0 to 2**64 - 1",
        remedy="write seed: 1",
    )


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Name = Annotated[str, BeforeValidator(_as_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME}$"})]
Overrides = Annotated[dict[str, Any], WithJsonSchema({"type": "object"})]
Seed = Annotated[int, BeforeValidator(_seed)]


class Arm(Part):
    """What one arm changes: numbers and formulas, decision rules, orders, the calendar; and what that should move."""

    label: Text = ""
    description: Text = ""
    set: Overrides = Field(default_factory=dict)
    decisions: Overrides = Field(default_factory=dict)
    orders: Annotated[list[Text], BeforeValidator(_texts)] = Field(default_factory=list)
    calendar: list[CalendarEntry] = Field(default_factory=list)
    moves: dict[str, Literal["lower", "higher", "either"]] = Field(default_factory=dict)


class DesignPart(Part):
    """The points at which all arms are played; `parameters` with ranges, or a list of names."""

    lhs: Count | None = None
    sobol: Count | None = None
    morris: Count | None = None
    grid: dict[str, list[PlainNumber]] | None = None
    parameters: dict[str, list[PlainNumber]] | list[Text] | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> DesignPart:
        kinds = [kind for kind in ("lhs", "sobol", "morris", "grid") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise wrong(
                "a design is of exactly one kind",
                shown=", ".join(kinds) or "none",
                allowed="lhs, sobol, morris, grid",
                remedy="write for example `design: {lhs: 100}`",
            )
        if kinds == ["grid"] and self.parameters is not None:
            raise wrong(
                "a grid names its parameters itself",
                key="parameters",
                remedy="remove `parameters`, and write `grid: {NAME: [numbers]}`",
            )
        return self


class ExperimentDocument(Part):
    """A whole experiment file."""

    name: Name
    title: Text = ""
    scenario: Text
    question: Text
    hypothesis: Text
    answer: Text = ""
    arms: Annotated[dict[Name, Annotated[Arm, BeforeValidator(_empty)]], Field(min_length=1)]
    baseline: Text = ""
    episodes: Count = 1000
    seed: Seed = 1
    uncertain: Flag = False
    design: DesignPart | None = None
    until: Text = ""
    most: Annotated[int, Field(ge=2, le=2**32)] = 1_000_000
    figure: Literal["differences", "outcomes", "range"] = "differences"
    shown: list[Text] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_way_to_sample(self) -> ExperimentDocument:
        if self.uncertain and self.design is not None:
            raise wrong(
                "parameters are drawn either for every episode or by a design, not both",
                key="uncertain",
                remedy="remove `uncertain` or `design`",
            )
        if self.until and self.design is not None:
            raise wrong(
                "a stop rule adds episodes, and a design fixes how many each point has",
                key="until",
                remedy="remove `until` or `design`",
            )
        if self.figure == "range" and self.design is None:
            raise wrong(
                "the figure `range` shows the points of a design",
                key="figure",
                remedy="add a `design`, or choose the figure differences or outcomes",
            )
        return self
