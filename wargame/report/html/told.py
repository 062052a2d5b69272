"""The scenario in words: what it is about, who plays, what chance adds, how it can end."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from wargame.report.html.blocks import Block, Details, Listing, Paragraph, Section, Subheading
from wargame.report.html.subject import Subject
from wargame.report.html.words import capitalised, plain
from wargame.report.wording import base_title, listed, own_policies, short, steps
from wargame.scenario.scenario import Actor, Scenario

__all__ = ["told"]


def told(subject: Subject) -> Section | None:
    """What is played."""
    return Section(name="scenario", title="The scenario in words", blocks=list(_blocks(subject.scenario)))


def _blocks(scenario: Scenario) -> Iterator[Block]:
    if scenario.description:
        yield Paragraph(text=" ".join(scenario.description.split()))
    yield Paragraph(text=_time(scenario))
    for actor in scenario.actors.values():
        yield Subheading(text=actor.title)
        yield from _actor(actor)
    yield Subheading(text="How it can end")
    yield Paragraph(text="The first that is true counts.")
    yield Listing(items=[_ending(scenario, name) for name in scenario.outcomes])
    for title, names in (
        ("What the world keeps track of", [variable.title for variable in scenario.state.values()]),
        ("What chance brings", [item.title for item in scenario.nature.values()]),
        ("What moves by itself", [rule.title for rule in scenario.effects.values()]),
        ("What is on the calendar", [entry.name for entry in scenario.calendar if entry.name]),
    ):
        if names:
            yield Details(
                summary=f"{title} ({len(names)})",
                blocks=[Listing(items=[capitalised(plain(name)) for name in names])],
            )


def _time(scenario: Scenario) -> str:
    dates = scenario.dates
    span = f", from {dates.label(0)} to {dates.label(scenario.horizon - 1)}" if dates.dated else ""
    actors = listed([actor.title for actor in scenario.actors.values()])
    who = (
        f" In each, {actors} choose what to do; then the world answers and chance adds its part."
        if actors
        else ""
    )
    return f"An episode has up to {steps(scenario, scenario.horizon)}{span}.{who}"


def _actor(actor: Actor) -> Iterator[Block]:
    for text in (actor.aims, actor.description):
        if text:
            yield Paragraph(text=" ".join(text.split()))
    points = [
        ("Can: ", [short(base_title(levels[0])) for levels in own_policies(actor)]),
        ("Wants: ", [plain(term.title) for term in actor.utility.values()]),
    ]
    items = [
        Markup("<strong>{}</strong>{}.").format(word, "; ".join(names)) for word, names in points if names
    ]
    if items:
        yield Listing(items=items)


def _ending(scenario: Scenario, name: str) -> str:
    outcome = scenario.outcomes[name]
    title = Markup("<strong>{}</strong>").format(short(outcome.title))
    if outcome.when is None:
        return Markup("{}: nothing of the above.").format(title)
    definition = scenario.define.get(outcome.when.text)
    condition = (
        Markup("{}").format(plain(definition.title))
        if definition is not None
        else Markup("<code>{}</code>").format(outcome.when.text)
    )
    when = "; it ends the episode at once" if outcome.terminal else ""
    described = f" {' '.join(outcome.description.split())}" if outcome.description else ""
    return Markup("{}: {}{}.{}").format(title, condition, when, described)
