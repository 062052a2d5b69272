"""The known answers of published models: the files under `configs/classics/expected`, read and checked.

`configs/classics/README.md` tells what the keys mean.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from wargame.scenario.errors import WargameError, did_you_mean, join_names
from wargame.scenario.loading import configs_directory

__all__ = ["ClassicsError", "Condition", "Model", "Row", "Run", "Shown", "model_names", "read_models"]

Condition = tuple[str, Literal["==", "!=", "<", "<=", ">", ">="], float | str]
"""A column of the table of episodes, a comparison and a value."""


class ClassicsError(WargameError):
    """Known answers that cannot be read, or that cannot be compared with what was played."""


class Shown(StrEnum):
    """What shows a known number."""

    PLAY = "play"
    """Episodes."""
    TRACE = "trace"
    """A recorded decision."""
    ANALYTIC = "analytic"
    """Nothing that is played: a side number."""
    CONTRAST = "contrast"
    """A wrong variant, which must be seen to differ."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Episodes(_Part):
    """How many episodes of a run to play: in quick tests, in full, and at most (None: no bound)."""

    quick: int = Field(ge=1)
    verify: int = Field(ge=1)
    most: int | None = None

    def number(self, asked: int | None) -> int:
        """The number to play where `asked` are wanted (None: in full); one where there is no chance."""
        if self.verify == 1:
            return 1
        return min(self.verify if asked is None else asked, self.most or 2**32)


class Run(_Part):
    """A scenario with its overrides, played for some rows."""

    scenario: str
    overrides: dict[str, Any] = {}
    orders: tuple[str, ...] = ()
    episodes: Episodes


class Row(_Part):
    """One known number and what shows it."""

    label: str
    value: float
    kind: Literal["prob", "mean", "det"]
    sd: float | None
    shown: Shown = Field(alias="class")
    run: str | None = None
    reason: str = ""
    note: str = ""

    # Of plays and contrasts.
    statistic: Literal["share", "mean", "sd", "variance", "dispersion", "correlation"] | None = None
    of: tuple[Condition, ...] | tuple[str, str] | str | None = None
    where: tuple[Condition, ...] = ()
    against: str | None = None

    # Of traces.
    turn: int | None = None
    actor: str | None = None
    phase: str | None = None
    reads: Literal["probability", "score", "value", "choice", "expectation"] | None = None
    policy: str | None = None
    of_actor: str | None = None
    tolerance: float = 1e-9

    @model_validator(mode="after")
    def _complete(self) -> Row:
        """Every class has the keys that it needs."""
        needed = {
            Shown.PLAY: ("run", "statistic", "of"),
            Shown.CONTRAST: ("run", "statistic", "of", "reason", "against"),
            Shown.TRACE: ("run", "turn", "actor", "reads"),
            Shown.ANALYTIC: ("reason",),
        }[self.shown]
        missing = [name for name in needed if getattr(self, name) in (None, "")]
        if missing:
            raise ValueError(f"a row of class {self.shown} needs {join_names(missing)}")
        return self


class Model(_Part):
    """A published model: its source, the runs that show it, and its known numbers."""

    name: str = Field(alias="model")
    source: str = Field(min_length=1)
    runs: dict[str, Run]
    rows: tuple[Row, ...]

    def row(self, label: str) -> Row:
        """The row of that label."""
        return next(row for row in self.rows if row.label == label)

    @model_validator(mode="after")
    def _consistent(self) -> Model:
        """Labels are unique, and everything that is referred to is there."""
        labels = [row.label for row in self.rows]
        for label in labels:
            if labels.count(label) > 1:
                raise ValueError(f"two rows have the label {label!r}")
        for row in self.rows:
            if row.run is not None and row.run not in self.runs:
                raise ValueError(f"row {row.label!r}: there is no run {row.run!r}")
            if row.against is not None and row.against not in labels:
                raise ValueError(f"row {row.label!r}: there is no row {row.against!r} to miss")
        return self


def classics_directory() -> Path:
    """The folder of the published models."""
    return configs_directory() / "classics"


def model_names() -> list[str]:
    """The models with known answers."""
    return sorted(path.stem for path in (classics_directory() / "expected").glob("*.json"))


def read_models(names: Iterable[str] = ()) -> list[Model]:
    """The known answers of these models, or of all. Raises ClassicsError."""
    known = model_names()
    wanted = list(names) or known
    for name in wanted:
        if name not in known:
            near = did_you_mean(name, known)
            raise ClassicsError(
                f"there is no published model {name!r}; allowed: {join_names(known)}. {near}".rstrip()
            )
    return [_read(classics_directory() / "expected" / f"{name}.json") for name in wanted]


def _read(path: Path) -> Model:
    try:
        return Model.model_validate(json.loads(path.read_text("utf-8")))
    except json.JSONDecodeError as error:
        raise ClassicsError(f"{path}:{error.lineno}: {error.msg}; the file must be JSON") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ClassicsError(
            f"{path}: {place}: {first['msg']}; found {first['input']!r:.100}. "
            "See configs/classics/README.md for the keys."
        ) from None
