"""Three episodes told as stories: who turned to what, what chance brought, how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from markupsafe import Markup

from wargame.engine.model import WargameModel
from wargame.engine.rules import EpisodeError
from wargame.experiment.provenance import past_of_manifest
from wargame.report.html.blocks import Block, Details, Listing, Paragraph, Section
from wargame.report.html.picking import Pick, picks
from wargame.report.html.subject import Subject
from wargame.report.html.words import capitalised, plain, thing
from wargame.report.retold import Turn, retell
from wargame.report.wording import chance, listed, number, short, steps
from wargame.scenario.points import at_point
from wargame.scenario.scenario import Scenario

__all__ = ["stories"]

EVEN = 0.5
"""Events that were at least as likely as this are no news."""
MOVES = 5
"""So many quantities are told of that moved most."""


def stories(subject: Subject) -> Section | None:
    """The typical, the best and the worst episode; None where none can be chosen."""
    results = subject.focus.results
    own_code = results is not None and results.manifest.get("actors")
    chosen = [] if own_code else picks(subject)
    if not chosen:
        return None
    several = subject.comparison is not None
    where = f", with “{subject.focus.title}”" if several else ""
    opening = Paragraph(
        text=f"Played again and told turn by turn{where}: who turned to what, and which events came that had less than "
        "an even chance. How well the actors do is told by ranks, since their points cannot be compared: each actor's "
        "points per turn are ranked among its own in all episodes. What an ending that stops the game costs lies "
        "beyond the points, so it is never the best, and where there is one it is the worst."
    )
    blocks: list[Block] = [opening]
    for place, pick in enumerate(chosen):
        model = _played(subject, pick)
        story = list(_story(subject, pick, model))
        summary = f"{pick.title}: {_ending(model)}"
        blocks.append(Details(summary=summary, blocks=story, unfolded=place == 0, printed=True))
    return Section(name="stories", title="Three episodes" if len(chosen) == 3 else "Episodes", blocks=blocks)


def _played(subject: Subject, pick: Pick) -> WargameModel:
    """The episode, played again with every decision recorded."""
    arm = subject.arms[pick.arm]
    scenario, episode, past = arm.scenario, pick.episode, None
    if arm.results is not None:
        past = past_of_manifest(arm.results.manifest)
    elif arm.sweep is not None and pick.point is not None:
        design = arm.sweep.design
        numbers = design.point(pick.point)
        scenario = at_point(scenario, {name: numbers[name] for name in numbers if name not in arm.fixed})
        # Points of a random sample have episodes of their own (see `wargame.experiment.sweeps.play_design`).
        episode += pick.point * arm.sweep.outcomes.shape[1] if design.is_sample else 0
    model = WargameModel(
        scenario,
        seed=subject.seed,
        episode=episode,
        uncertain=subject.uncertain,
        orders=list(arm.orders),
        record=True,
        collect=False,
        past=past,
    )
    with suppress(EpisodeError):
        model.play()
    return model


def _ending(model: WargameModel) -> str:
    if model.outcome is None:
        return "it could not be finished"
    return short(model.declared.outcomes[model.outcome].title)


def _story(subject: Subject, pick: Pick, model: WargameModel) -> Iterator[Block]:
    scenario = model.declared
    number_ = (
        f"Episode {pick.episode}" if pick.point is None else f"Episode {pick.episode} of point {pick.point}"
    )
    dated = f", in {scenario.dates.label(model.turn)}" if scenario.dates.dated else ""
    over = f"It ended after {steps(scenario, model.length)}{dated}: {_ending(model)}."
    yield Paragraph(text=f"{number_}: {pick.how}. {over}{_otherwise(subject, pick, model)}")
    yield Listing(items=list(_turns(model)))
    yield from _change(model)
    paid = [
        f"{actor.title} {number(model.actor(name).payoff)}"
        for name, actor in scenario.actors.items()
        if actor.utility
    ]
    if paid:
        yield Paragraph(text=f"Points, each actor's own: {listed(paid)}.", tone="note")
    if pick.point is None:
        folder = _folder(subject, pick)
        text = Markup("With every actor's reasoning: <code>wargame replay {} {}</code>").format(
            folder, pick.episode
        )
        yield Paragraph(text=text, tone="note")


def _folder(subject: Subject, pick: Pick) -> str:
    return f"{subject.folder}/arms/{pick.arm}" if subject.kind == "experiment" else str(subject.folder)


def _otherwise(subject: Subject, pick: Pick, model: WargameModel) -> str:
    """How the same luck ends in the baseline."""
    base = subject.base
    if pick.arm == base.name:
        return ""
    if base.results is not None:
        rows = base.results.columns("episode", "outcome")
        ending = rows.loc[rows["episode"] == pick.episode, "outcome"].iloc[0]
        name = None if ending != ending else str(ending)
    else:
        assert base.sweep is not None
        assert pick.point is not None
        place = int(base.sweep.outcomes[pick.point, pick.episode])
        name = base.sweep.outcome_names[place] if place >= 0 else None
    if name is None:
        return ""
    title = thing(subject.scenario, "outcome", name)
    same = "too" if name == model.outcome else "instead"
    return f" With the same luck, “{base.title}” ends in {title} {same}."


# ---- turns ---------------------------------------------------------------------------------------


def _turns(model: WargameModel) -> Iterator[str]:
    """The turns in which something changed."""
    scenario = model.declared
    before: dict[tuple[str, str], str | None] = {}
    for turn in retell(model):
        told = [*_calendar(turn), *_choices(scenario, turn, before), *_chance(scenario, turn)]
        if told:
            label = scenario.dates.label(turn.number)
            date = label if scenario.dates.dated else f"Turn {label}"
            yield Markup("<strong>{}</strong> {}").format(date, Markup(" ").join(told))


def _calendar(turn: Turn) -> Iterator[str]:
    """Entries of the calendar, those that come back each year only once."""
    for entry in turn.entries:
        if entry.name and turn.number == min(entry.turns):
            yield f"{entry.name}."


def _choices(scenario: Scenario, turn: Turn, before: dict[tuple[str, str], str | None]) -> Iterator[str]:
    """Who turned to something else than the turn before."""
    for decision in turn.decisions:
        seat = (decision.actor, decision.phase)
        if decision.choice is not None and before.get(seat) != decision.choice:
            actor = scenario.actors[decision.actor]
            ordered = " (by order)" if decision.reason == "order" else ""
            title = short(actor.policies[decision.choice].title)
            yield Markup("{}: {}{}.").format(actor.title, title, ordered)
        before[seat] = decision.choice


def _chance(scenario: Scenario, turn: Turn) -> Iterator[str]:
    """Events that had less than an even chance, each with that chance; likely ones, counts and noise are left out."""
    if turn.end is None:
        return
    for item in scenario.nature.values():
        names = [item.name] if item.is_event else [f"{item.name}.{category}" for category in item.categories]
        for name in names:
            odds = turn.chances.get(name, 0.0)
            if turn.end[f"nature.{name}"] != 0 and odds < EVEN:
                title = plain(item.title)
                what = "" if item.is_event else f": {name.split('.', 1)[1].replace('_', ' ')}"
                yield Markup("<em>{}{} (chance {}).</em>").format(capitalised(title), what, chance(odds))


def _change(model: WargameModel) -> Iterator[Block]:
    """What moved most from the start to the end, by the range it has."""
    history, rows = model.history, model.rules.rows
    ranges = {one.name: one.high - one.low for one in model.rules.layout().variables}
    moves = []
    for name, variable in model.declared.state.items():
        row = rows[f"state.{name}"]
        old, new = history[0][row], history[-1][row]
        if ranges[name] and old != new:
            moves.append(
                (abs(new - old) / ranges[name], f"{plain(variable.title)} {number(old)} → {number(new)}")
            )
    moves.sort(key=lambda move: -move[0])
    if moves:
        yield Paragraph(text=f"From start to end: {'; '.join(text for _, text in moves[:MOVES])}.")
