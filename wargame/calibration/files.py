"""Calibration files: what is fitted to what, checked like a scenario. Nothing is played here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wargame.calibration.evidence import Evidence, find_source, load_evidence
from wargame.calibration.ranges import Range
from wargame.calibration.schema import CalibrationDocument, TargetPart
from wargame.calibration.statistics import Statistic
from wargame.calibration.targets import Published, Target
from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.loading import load
from wargame.scenario.points import plain_number
from wargame.scenario.scenario import Scenario
from wargame.scenario.shape import problems_of
from wargame.scenario.source import KeyPath, Source, parse_source

__all__ = ["Calibration", "load_calibration", "loads_calibration"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibration:
    """Which numbers of a scenario are fitted to which moments.

    `scenario` is as the file changes it. `targets` are fitted, `held_out` only compared. `block` is the length of the
    bootstrap's blocks, in steps of each series.
    """

    name: str
    title: str
    scenario: Scenario
    ranges: tuple[Range, ...]
    targets: tuple[Target, ...]
    held_out: tuple[Target, ...]
    block: int
    seed: int
    episodes: int
    generations: int
    population: int | None
    source: Source = field(repr=False)
    evidence: Evidence | None = field(repr=False)

    @property
    def moments(self) -> tuple[Target, ...]:
        """Targets first, then what is held out."""
        return self.targets + self.held_out


def load_calibration(name_or_path: str | Path) -> Calibration:
    """Load a calibration: one that comes with the package by name (`korea`), or any YAML file by path.

    Raises ScenarioError, with file, line and remedy for every problem found.
    """
    source = find_source("calibration", name_or_path, kind="calibration")
    path = Path(str(name_or_path))
    return _build(source, path.parent if path.is_file() else None)


def loads_calibration(
    text: str,
    *,
    file: str = "<text>",
    scenario: Scenario | None = None,
    evidence: Evidence | None = None,
) -> Calibration:
    """Load a calibration from YAML text; a scenario or evidence given here takes the place of the one it names."""
    return _build(parse_source(text, file=file, kind="calibration"), None, scenario, evidence)


def _build(
    source: Source, folder: Path | None, scenario: Scenario | None = None, evidence: Evidence | None = None
) -> Calibration:
    try:
        document = CalibrationDocument.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError(problems_of(source, error, CalibrationDocument, "the calibration")) from None
    if scenario is None:
        beside = folder / document.scenario if folder is not None else None
        scenario = load(beside if beside is not None and beside.is_file() else document.scenario)
    if evidence is None and document.evidence:
        evidence = load_evidence(document.evidence, beside=folder)
    reader = _Reader(source, document, evidence)
    changed = reader.changed(scenario)
    calibration = None if changed is None else reader.calibration(changed)
    if reader.problems:
        raise ScenarioError(reader.problems)
    assert calibration is not None
    return calibration


class _Reader:
    """Turns a document into a calibration, and notes what is wrong with it."""

    def __init__(self, source: Source, document: CalibrationDocument, evidence: Evidence | None) -> None:
        self.source, self.document, self.evidence = source, document, evidence
        self.problems: list[Problem] = []

    def note(self, path: KeyPath, message: str, **details: str) -> None:
        self.problems.append(self.source.problem(path, message, **details))

    def changed(self, scenario: Scenario) -> Scenario | None:
        """The scenario with the file's changes; each problem is told at the line that brings it about."""
        document = self.document
        data = scenario.source.data
        changes: dict[str, Any] = {
            group: {**(data.get(group) or {}), **added}
            for group, added in (("state", document.add.state), ("metrics", document.add.metrics))
            if added
        }
        changes.update(document.set)
        try:
            return scenario.with_(changes) if changes else scenario
        except ScenarioError as error:
            for problem in error.problems:
                told = problem.override or problem.message + problem.found
                key = next((key for key in document.set if key in told), None)
                self.note(
                    ("add",) if key is None else ("set", key),
                    problem.message,
                    found=problem.found,
                    allowed=problem.allowed,
                    remedy=problem.remedy,
                )
            return None

    def calibration(self, scenario: Scenario) -> Calibration | None:
        document = self.document
        ranges = self._ranges(scenario)
        targets = [self._target(scenario, ("targets", name), part) for name, part in document.targets.items()]
        held_out = [
            self._target(scenario, ("held_out", name), part) for name, part in document.held_out.items()
        ]
        twice = sorted(set(document.targets) & set(document.held_out))
        for name in twice:
            remedy = "a moment is fitted or held out, not both; rename or remove one"
            self.note(("held_out", name), f"{name!r} is among the targets as well", remedy=remedy)
        if len(targets) < len(ranges):
            self.note(
                ("targets",),
                f"{len(targets)} targets cannot determine {len(ranges)} parameters",
                remedy="name more targets than parameters, or fewer parameters",
            )
        if self.problems:
            return None
        return Calibration(
            name=document.name,
            title=document.title,
            scenario=scenario,
            ranges=tuple(ranges),
            targets=tuple(one for one in targets if one is not None),
            held_out=tuple(one for one in held_out if one is not None),
            block=document.block,
            seed=document.seed,
            episodes=document.episodes,
            generations=document.generations,
            population=document.population,
            source=self.source,
            evidence=self.evidence,
        )

    def _ranges(self, scenario: Scenario) -> list[Range]:
        ranges = []
        for name, part in self.document.parameters.items():
            try:
                full = plain_number(scenario, name)
                for end in part.range:
                    scenario.with_({full: end})
            except ScenarioError as error:
                for problem in error.problems:
                    self.note(
                        ("parameters", name),
                        problem.message,
                        found=problem.found,
                        allowed=problem.allowed,
                        remedy=problem.remedy,
                    )
                continue
            low, high = part.range
            ranges.append(Range(name=full, low=low, high=high, scale=part.scale))
        return ranges

    def _target(self, scenario: Scenario, path: KeyPath, part: TargetPart) -> Target | None:
        kind = "state" if part.state else "metric"
        known: Mapping[str, object] = scenario.state if part.state else scenario.metrics
        simulated = part.state or part.metric
        if simulated not in known:
            what = "state variable" if part.state else "metric"
            self.note(
                (*path, kind),
                f"{scenario.name} has no {what} {simulated!r}",
                found=simulated,
                allowed=join_names(known, 60),
                remedy=did_you_mean(simulated, known) or "use one of these names, or add it under `add`",
            )
        self._check_length(scenario, path, part)
        statistic = Statistic(kind=part.statistic[0], number=part.statistic[1])
        published, value = self._published(path, part, statistic)
        if self.problems:
            return None
        return Target(
            name=path[-1],
            kind="state" if part.state else "metric",
            simulated=simulated,
            every=part.every,
            take=part.take,
            change=part.change,
            statistic=statistic,
            pooled=part.pooled,
            published=published,
            value=value,
            error=part.error or math.nan,
            label=part.label,
            source=part.source or (published.series.source if published else ""),
        )

    def _check_length(self, scenario: Scenario, path: KeyPath, part: TargetPart) -> None:
        periods = scenario.horizon // part.every
        lag = int(part.statistic[1]) if part.statistic[0] == "autocorrelation" else 0
        if part.state and periods < max(3, lag + 2):
            self.note(
                path,
                f"{scenario.horizon} turns give {periods} values, too few for this moment",
                remedy="play longer (`set: {time.horizon: ...}`), or take shorter periods",
            )

    def _published(
        self, path: KeyPath, part: TargetPart, statistic: Statistic
    ) -> tuple[Published | None, float]:
        """The published record, if any, and its moment."""
        if part.published is None:
            assert part.value is not None
            return None, part.value
        known = self.evidence.series if self.evidence is not None else {}
        name = part.published.series
        if name not in known:
            self.note(
                (*path, "published"),
                f"there is no published series {name!r}",
                found=name,
                allowed=join_names(known) or "none: the file names no `evidence`",
                remedy=did_you_mean(name, known) or "name a series of the evidence file",
            )
            return None, math.nan
        published = Published(series=known[name], change=part.published.change)
        value = float(statistic.of_each(published.values))
        if not math.isfinite(value):
            remedy = "choose another moment, or another series"
            self.note(path, "the moment of the published series is not defined", remedy=remedy)
        elif part.value is not None and not _agrees(part.value, value):
            self.note(
                (*path, "value"),
                "this is not the moment of the published series",
                found=f"{part.value:g}",
                allowed=f"{value:.4g}",
                remedy="correct the value or leave it out",
            )
        return published, value


def _agrees(written: float, exact: float) -> bool:
    """Whether a number agrees with another to within half a unit of its last written digit."""
    decimals = len(repr(written).partition(".")[2])
    return abs(written - exact) <= 0.5000001 * 10.0**-decimals
