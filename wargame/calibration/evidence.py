"""Published series: short records of what happened, with their sources, from `configs/evidence/*.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from wargame.calibration.schema import EvidenceDocument, SeriesPart
from wargame.scenario.dates import Calendar, DateError
from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.loading import configs_directory
from wargame.scenario.shape import problems_of
from wargame.scenario.source import Source, parse_source, read_source

__all__ = ["Evidence", "Series", "changes", "find_source", "load_evidence", "loads_evidence"]

Change = Literal["difference", "log"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """A published series: `values` in order of time, NaN where one is missing."""

    name: str
    label: str
    unit: str
    step: str
    start: str
    source: str
    note: str
    values: NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """The series of one file, by name."""

    name: str
    title: str
    series: Mapping[str, Series]
    source: Source = field(repr=False)


def changes(levels: NDArray[np.float64], kind: Change) -> NDArray[np.float64]:
    """The changes from value to value, along the last axis; missing where either end is."""
    if kind == "log":
        with np.errstate(invalid="ignore", divide="ignore"):
            levels = np.log(levels)
    return np.diff(levels, axis=-1)


def load_evidence(name_or_path: str | Path, *, beside: Path | None = None) -> Evidence:
    """Load published series: those that come with the package by name (`korea`), or any YAML file by path.

    Raises ScenarioError, with file, line and remedy for every problem found.
    """
    return _build(find_source("evidence", name_or_path, kind="evidence", beside=beside))


def loads_evidence(text: str, *, file: str = "<text>") -> Evidence:
    """Load published series from YAML text."""
    return _build(parse_source(text, file=file, kind="evidence"))


def find_source(folder: str, name_or_path: str | Path, *, kind: str, beside: Path | None = None) -> Source:
    """Read a file by its path, from where we are or from the folder `beside`, or by its name in `configs/FOLDER`."""
    given = str(name_or_path)
    known = {path.stem: path for path in sorted((configs_directory() / folder).glob("*.yaml"))}
    near = beside / given if beside is not None else None
    for path in (near, Path(given)):
        if path is not None and (path.is_file() or (path.exists() and given not in known and given)):
            return read_source(path, shown_as=given, kind=kind)
    name = given.removesuffix(".yaml")
    if name in known:
        return read_source(known[name], shown_as=f"configs/{folder}/{name}.yaml", kind=kind)
    raise ScenarioError(
        Problem(
            file=given or "''",
            line=0,
            message=f"there is no such {kind} file",
            allowed=join_names(known),
            remedy=did_you_mean(name, known) or "give the path of a YAML file, or one of these names",
        )
    )


def _misdated(source: Source, name: str, part: SeriesPart) -> Iterator[Problem]:
    try:
        Calendar.starting(part.step, part.start, len(part.values))
    except DateError as error:
        path = ("series", name, "start")
        yield source.problem(path, str(error), found=part.start, allowed=error.allowed, remedy=error.remedy)


def _build(source: Source) -> Evidence:
    try:
        document = EvidenceDocument.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError(problems_of(source, error, EvidenceDocument, "the evidence")) from None
    problems = [
        problem for name, part in document.series.items() for problem in _misdated(source, name, part)
    ]
    if problems:
        raise ScenarioError(problems)
    series = {
        name: Series(
            name=name,
            label=part.label,
            unit=part.unit,
            step=part.step,
            start=part.start,
            source=part.source,
            note=part.note,
            values=np.array([np.nan if value is None else value for value in part.values]),
        )
        for name, part in document.series.items()
    }
    return Evidence(name=document.name, title=document.title, series=series, source=source)
