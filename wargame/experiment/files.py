"""Experiments: which arms of a scenario are compared, how often they are played, and what the question is.

An experiment comes from a file (`configs/experiments/*.yaml`), checked like a scenario's: whatever is wrong in it is
reported with file, line and remedy. Nothing is played here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wargame.engine.orders import OrderBook, OrderError
from wargame.experiment.designs import Design, DesignError, axes_of, grid, latin_hypercube, morris, sobol
from wargame.experiment.schema import Arm as ArmPart
from wargame.experiment.schema import DesignPart, ExperimentDocument
from wargame.experiment.stopping import StopError, Target, read_target
from wargame.scenario.errors import Problem, ScenarioError, did_you_mean, join_names
from wargame.scenario.known import known_numbers
from wargame.scenario.loading import configs_directory, load
from wargame.scenario.scenario import Scenario
from wargame.scenario.shape import problems_of
from wargame.scenario.source import KeyPath, Source, parse_source, read_source

__all__ = [
    "Arm",
    "Experiment",
    "available_experiments",
    "load_experiment",
    "loads_experiment",
]

FOLDER = "experiments"


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One arm: the scenario as it changes it, and its orders. `fixed` are the full names of numbers that it sets.

    `moves` are the outcomes, metrics and payoffs that it is said to move, each `lower`, `higher` or `either`.
    """

    name: str
    label: str = ""
    description: str = ""
    scenario: Scenario
    orders: tuple[str, ...] = ()
    fixed: frozenset[str] = frozenset()
    moves: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The label, or else the name in plain words."""
        return self.label or self.name.replace("_", " ").replace("-", " ")


@dataclass(frozen=True, kw_only=True, eq=False)
class Experiment:
    """A question, and the arms that answer it.

    `episodes` are those of an arm, or with a `design` those of an arm at each of its points. `shown` are the names of
    outcomes, metrics and actors that the figure is about; empty for all outcomes. `answer` is what was found when the
    file was last looked at.
    """

    name: str
    title: str
    question: str
    hypothesis: str
    answer: str = ""
    scenario: Scenario
    arms: Mapping[str, Arm]
    baseline: str
    episodes: int
    seed: int
    uncertain: bool
    design: Design | None
    until: Target | None
    most: int
    figure: str
    shown: tuple[str, ...]
    source: Source


def available_experiments(folder: str = FOLDER) -> dict[str, Path]:
    """The experiments that come with the package, by name; those of another folder of `configs` if it is named."""
    return {path.stem: path for path in sorted((configs_directory() / folder).glob("*.yaml"))}


def load_experiment(name_or_path: str | Path, *, folder: str = FOLDER) -> Experiment:
    """Load an experiment: one that comes with the package by name, or any YAML file by path.

    Names are looked up in `folder` of `configs`. Raises ScenarioError, with file, line and remedy for every problem
    found in it or in the scenario it is about.
    """
    given = str(name_or_path)
    known = available_experiments(folder)
    path = Path(given)
    if path.is_file() or (path.exists() and given not in known):
        return _build(read_source(path, shown_as=given, kind="experiment"), path.parent)
    if given in known:
        shown = f"configs/{folder}/{given}.yaml"
        return _build(read_source(known[given], shown_as=shown, kind="experiment"), known[given].parent)
    remedy = did_you_mean(given, known) or "give the path of a YAML file, or one of these names"
    raise ScenarioError(
        Problem(
            file=given or "''",
            line=0,
            message="there is no such file or experiment",
            allowed=join_names(known),
            remedy=remedy,
        )
    )


def loads_experiment(text: str, *, file: str = "<text>", scenario: Scenario | None = None) -> Experiment:
    """Load an experiment from YAML text; `scenario` takes the place of the one it names."""
    return _build(parse_source(text, file=file, kind="experiment"), Path(), scenario)


def _build(source: Source, folder: Path, scenario: Scenario | None = None) -> Experiment:
    try:
        document = ExperimentDocument.model_validate(source.data)
    except ValidationError as error:
        raise ScenarioError(problems_of(source, error, ExperimentDocument, "the experiment")) from None
    scenario = scenario or _scenario(source, document, folder)
    reader = _Reader(source, document, scenario)
    experiment = reader.experiment()
    if reader.problems:
        raise ScenarioError(reader.problems)
    assert experiment is not None
    return experiment


def _scenario(source: Source, document: ExperimentDocument, folder: Path) -> Scenario:
    """The scenario: a name, or a path from where we are or from the experiment's folder."""
    beside = folder / document.scenario
    try:
        return load(beside if beside.is_file() else document.scenario)
    except ScenarioError as error:
        problems = error.problems
        if len(problems) == 1 and not problems[0].line:
            problems = [
                source.problem(
                    ("scenario",),
                    f"scenario: {problems[0].message}",
                    found=document.scenario,
                    allowed=problems[0].allowed,
                    remedy=problems[0].remedy,
                )
            ]
        raise ScenarioError(problems) from None


class _Reader:
    """Turns a document into an experiment, and notes what is wrong with it."""

    def __init__(self, source: Source, document: ExperimentDocument, scenario: Scenario) -> None:
        self.source, self.document, self.scenario = source, document, scenario
        self.problems: list[Problem] = []

    def note(self, path: KeyPath, message: str, **details: str) -> None:
        self.problems.append(self.source.problem(path, message, **details))

    def experiment(self) -> Experiment | None:
        document = self.document
        design = self._design(document.design)
        arms = {name: self._arm(name, part) for name, part in document.arms.items()}
        baseline = document.baseline or next(iter(arms))
        if baseline not in arms:
            remedy = did_you_mean(baseline, arms) or "name one of the arms"
            self.note(("baseline",), f"there is no arm {baseline!r}", allowed=join_names(arms), remedy=remedy)
        self._check_shown()
        until = self._until()
        complete = {name: arm for name, arm in arms.items() if arm is not None}
        if self.problems or len(complete) < len(arms):
            return None
        return Experiment(
            name=document.name,
            title=document.title,
            question=document.question,
            hypothesis=document.hypothesis,
            answer=document.answer,
            scenario=self.scenario,
            arms=complete,
            baseline=baseline,
            episodes=document.episodes,
            seed=document.seed,
            uncertain=document.uncertain,
            design=design,
            until=until,
            most=document.most,
            figure=document.figure,
            shown=tuple(document.shown),
            source=self.source,
        )

    # ---- arms ----------------------------------------------------------------------------------------------------

    def _arm(self, name: str, part: ArmPart) -> Arm | None:
        before = len(self.problems)
        changed = self._changed(name, part)
        if changed is None:
            return None
        for index, text in enumerate(part.orders):
            try:
                OrderBook.parse(changed, [text])
            except OrderError as error:
                self.note(
                    ("arms", name, "orders", str(index)), str(error), found=text, remedy="correct the order"
                )
        for moved in part.moves:
            self._check_name(("arms", name, "moves", moved), moved)
        if len(self.problems) > before:
            return None
        return Arm(
            name=name,
            label=part.label,
            description=part.description,
            scenario=changed,
            orders=tuple(part.orders),
            fixed=frozenset(_full_name(self.scenario, path) for path in part.set),
            moves=dict(part.moves),
        )

    def _changed(self, name: str, part: ArmPart) -> Scenario | None:
        """The scenario as an arm changes it; problems are told at the line of the arm that brings them about."""
        changes, places = self._changes(name, part)
        if not changes:
            return self.scenario
        try:
            changed = self.scenario.with_(changes)
            return known_numbers(changed) if self.document.uncertain else changed
        except ScenarioError as error:
            for problem in error.problems:
                place = _place_of(problem, places) or ("arms", name)
                self.note(
                    place,
                    f"arm {name!r}: {problem.message}",
                    found=problem.found,
                    allowed=problem.allowed,
                    remedy=problem.remedy,
                )
            return None

    def _changes(self, name: str, part: ArmPart) -> tuple[dict[str, Any], dict[str, KeyPath]]:
        """The overrides of an arm, and where in the file each of them stands."""
        changes: dict[str, Any] = {}
        places: dict[str, KeyPath] = {}
        for path, value in part.set.items():
            changes[path] = value
            places[path] = ("arms", name, "set", path)
        for actor, decision in part.decisions.items():
            if actor not in self.scenario.actors:
                remedy = did_you_mean(actor, self.scenario.actors) or "name an actor of the scenario"
                self.note(
                    ("arms", name, "decisions", actor),
                    f"arm {name!r}: {self.scenario.name} has no actor {actor!r}",
                    allowed=join_names(self.scenario.actors),
                    remedy=remedy,
                )
                continue
            changes[f"actors.{actor}.decision"] = decision
            places[f"actors.{actor}.decision"] = ("arms", name, "decisions", actor)
        if part.calendar:
            entries = self.source.data["arms"][name]["calendar"]
            changes["calendar"] = [*(self.scenario.source.data.get("calendar") or []), *entries]
            places["calendar"] = ("arms", name, "calendar")
        return changes, places

    # ---- design, stop rule, figure -------------------------------------------------------------------------------

    def _design(self, part: DesignPart | None) -> Design | None:
        if part is None:
            return None
        try:
            return _design_of(self.scenario, part, self.document.seed)
        except DesignError as error:
            self.note(("design",), str(error).replace("\n", "; "), remedy="correct the design")
        except ScenarioError as error:
            for problem in error.problems:
                self.note(("design",), problem.message, allowed=problem.allowed, remedy=problem.remedy)
        return None

    def _until(self) -> Target | None:
        if not self.document.until:
            return None
        try:
            target = read_target(self.document.until)
        except StopError as error:
            self.note(("until",), str(error), found=self.document.until, remedy="correct the target")
            return None
        if target.name:
            self._check_name(("until",), target.name)
        return target

    def _check_shown(self) -> None:
        for index, name in enumerate(self.document.shown):
            self._check_name(("shown", str(index)), name)

    def _check_name(self, path: KeyPath, name: str) -> None:
        known = [*self.scenario.outcomes, *self.scenario.metrics, *self.scenario.actors]
        if name not in known:
            self.note(
                path,
                f"{self.scenario.name} has no outcome, metric or actor {name!r}",
                found=name,
                allowed=join_names(known, 60),
                remedy=did_you_mean(name, known) or "use one of these names",
            )


def _design_of(scenario: Scenario, part: DesignPart, seed: int) -> Design:
    if part.grid is not None:
        return grid(scenario, part.grid)
    axes = axes_of(scenario, part.parameters)
    if part.lhs is not None:
        return latin_hypercube(axes, part.lhs, seed)
    if part.sobol is not None:
        return sobol(axes, part.sobol, seed)
    assert part.morris is not None
    return morris(axes, part.morris, seed)


def _full_name(scenario: Scenario, path: str) -> str:
    """`parameters.NAME` or `state.NAME` for whatever way such a number is written in `set`."""
    parts = path.split(".")
    if len(parts) == 1:
        parts = ["parameters" if path in scenario.parameters else "state", path]
    return ".".join(parts[:2])


def _place_of(problem: Problem, places: Mapping[str, KeyPath]) -> KeyPath | None:
    """Where the override stands that a problem is about."""
    told = problem.override or problem.message + problem.found
    return next((place for path, place in places.items() if path in told), None)
