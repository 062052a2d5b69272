"""What a scenario plays, in words and tables: a summary of one screen or two, or every part in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.text import Text

from wargame.report.decisions import decision_in_words, perception_in_words
from wargame.report.page import Page, grid, heading, indented, line
from wargame.report.parts import ATTRIBUTES, PARTS, bounds, outcomes, policies, start, utility
from wargame.report.wording import base_title, own_policies, steps
from wargame.scenario.errors import WargameError, did_you_mean, join_names
from wargame.scenario.evidence import audit
from wargame.scenario.scenario import Actor, Scenario

__all__ = ["PARTS", "PartError", "overview"]


def overview(scenario: Scenario, parts: Sequence[str] = ()) -> Page:
    """What the scenario plays: the parts named (an actor, or one of `PARTS`), `all` of it, or a summary.

    Raises PartError for a name that is none of these.
    """
    known = [*scenario.actors, *PARTS, "all"]
    for name in parts:
        if name not in known:
            raise PartError(
                f"there is no part {name!r} of {scenario.name} to show; allowed: {join_names(known, 20)}. "
                f"{did_you_mean(name, known)}".rstrip()
            )
    if "all" in parts:
        return Page([*_head(scenario), *_in_full(scenario, [*scenario.actors, *PARTS])])
    if parts:
        return Page(_in_full(scenario, parts))
    return Page(_summary(scenario))


class PartError(WargameError):
    """A part of a scenario that there is not."""


def _in_full(scenario: Scenario, parts: Sequence[str]) -> Iterator[RenderableType]:
    for name in parts:
        if name in scenario.actors:
            yield from _actor(scenario, scenario.actors[name])
        else:
            yield from PARTS[name](scenario)


def _summary(scenario: Scenario) -> Iterator[RenderableType]:
    yield from _head(scenario)
    for actor in scenario.actors.values():
        yield heading(actor.title)
        yield from _character(scenario, actor)
        yield line(("Can: ", "bold"), " · ".join(base_title(levels[0]) for levels in own_policies(actor)))
        if actor.utility:
            yield line(("Wants: ", "bold"), " · ".join(term.title for term in actor.utility.values()))
    yield from _short_state(scenario)
    titles = {
        "World rules": [rule.title for rule in scenario.effects.values()],
        "Chance": [item.title for item in scenario.nature.values()],
        "Calendar": [entry.name for entry in scenario.calendar if entry.name],
    }
    for title, names in titles.items():
        if names:
            yield heading(title)
            yield line(" · ".join(names))
    yield from outcomes(scenario)
    yield Text()
    parts = [*scenario.actors, *(name for name in PARTS if getattr(scenario, ATTRIBUTES[name]))]
    yield line(("In full, with formulas and evidence: add ", "dim"), ", ".join(parts), (" or ", "dim"), "all")


def _short_state(scenario: Scenario) -> Iterator[RenderableType]:
    if scenario.state:
        yield heading("State")
        table = grid("variable", "at the start", "bounds", "unit")
        for variable in scenario.state.values():
            table.add_row(variable.title, start(scenario, variable), bounds(variable), variable.unit)
        yield indented(table)


def _head(scenario: Scenario) -> Iterator[RenderableType]:
    yield Text(scenario.title or scenario.name, style="bold")
    yield line(
        (f"{scenario.name}, from {scenario.file}" if scenario.title else f"from {scenario.file}", "dim")
    )
    if scenario.source.overrides:
        changes = ", ".join(f"{path} = {value}" for path, value in scenario.source.overrides.items())
        yield line(("Changed: ", "bold"), changes)
    if scenario.description:
        yield Text()
        yield line(" ".join(scenario.description.split()))
    yield Text()
    dates = scenario.dates
    span = f", {dates.label(0)} to {dates.label(scenario.horizon - 1)}" if dates.dated else ""
    yield line(("Time      ", "bold"), f"{steps(scenario, scenario.horizon)}{span}")
    if len(scenario.phases) > 1:
        yield line(("Turn      ", "bold"), " → ".join(_phase(scenario, phase) for phase in scenario.phases))
    yield line(("Evidence  ", "bold"), Text(str(audit(scenario))))
    for warning in scenario.warnings:
        yield line(("Warning   ", "bold yellow"), warning)


def _phase(scenario: Scenario, phase: str) -> str:
    names = ", ".join(actor.title for actor in scenario.members(phase))
    return f"{phase} ({names or 'nobody'})"


def _actor(scenario: Scenario, actor: Actor) -> Iterator[RenderableType]:
    yield heading(actor.title)
    yield from _character(scenario, actor)
    yield from utility(actor)
    yield from policies(scenario, actor)


def _character(scenario: Scenario, actor: Actor) -> Iterator[RenderableType]:
    for text in (actor.aims, actor.description):
        if text:
            yield line((" ".join(text.split()), "italic"))
    sentences = decision_in_words(scenario, actor)
    sights = perception_in_words(scenario, actor)
    if sights:
        sentences.append(f"Does not see exactly: {'; '.join(sights)}.")
    yield line(("Decides: ", "bold"), " ".join(sentences))
