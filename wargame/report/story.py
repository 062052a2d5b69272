"""One episode told in words: what each actor saw, expected, weighed and did, and what chance added."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from wargame.engine.model import WargameModel
from wargame.report.choices import tell_choices
from wargame.report.events import tell_calendar, tell_chance, tell_moves
from wargame.report.page import Page, grid, heading, indented, line
from wargame.report.retold import StoryError, Turn, retell
from wargame.report.wording import listed, number, short, steps
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.scenario import Scenario

__all__ = ["Story", "StoryError", "story"]

WIDE = 24
"""So many metrics or more are shown two to a row."""


class Story(Page):
    """An episode as a page: `print` it, or show it in a notebook."""


def story(
    model: WargameModel,
    *,
    turns: tuple[int, int] | None = None,
    actor: str | None = None,
    brief: bool = False,
    terms: bool = False,
) -> Story:
    """Tell a recorded episode, as `wargame.replay` returns it, in words and tables.

    `turns` are the first and last turn to tell (all); `actor` the one whose decisions are told (everybody's); `brief`
    leaves out the reasoning; `terms` shows every term of every score. Raises StoryError for a model that was not
    recorded, or an actor or turn that there is not.
    """
    told = retell(model)
    span = (told[0].number, told[-1].number) if told else (0, -1)
    _check(model.declared, span, turns, actor)
    first, last = turns or span
    parts = list(_opening(model))
    for turn in told:
        if first <= turn.number <= last:
            parts += _tell(model, turn, actor, brief, terms)
    if last >= span[1]:
        parts += _ending(model, brief)
    return Story(parts)


def _check(
    scenario: Scenario, played: tuple[int, int], turns: tuple[int, int] | None, actor: str | None
) -> None:
    if actor is not None and actor not in scenario.actors:
        raise StoryError(
            f"there is no actor {actor!r}; allowed: {join_names(scenario.actors)}. "
            f"{did_you_mean(actor, scenario.actors)}".rstrip()
        )
    begins, ends = played
    if turns is not None and not begins <= turns[0] <= turns[1] <= ends:
        label = scenario.dates.label
        span = f"{begins} to {ends}" + (
            f" ({label(begins)} to {label(ends)})" if scenario.dates.dated else ""
        )
        asked = f"{turns[0]} to {turns[1]}" if turns[0] != turns[1] else f"{turns[0]}"
        raise StoryError(f"this episode has turns {span}, not {asked}")


def _opening(model: WargameModel) -> Iterator[RenderableType]:
    scenario = model.declared
    yield Text(scenario.title or scenario.name, style="bold")
    yield line(f"{_which(model)} of seed {model.seed}. ", Text(_in_short(model), style="bold"))
    if scenario.source.overrides:
        changes = ", ".join(f"{path} = {value}" for path, value in scenario.source.overrides.items())
        yield line(("Changed in the scenario: ", "dim"), changes)
    if model.orders.texts:
        yield line(("Orders: ", "dim"), ", ".join(model.orders.texts))
    if model.uncertain:
        count = sum(one.distribution is not None for one in scenario.parameters.values())
        drawn = f"{count} parameter{'s were' if count != 1 else ' was'} drawn anew for this episode."
        yield line((drawn, "dim"))


def _which(model: WargameModel) -> str:
    past = model.past
    if past is None:
        return f"Episode {model.episode}"
    date = model.declared.dates.label(past.turn)
    return f"Future {model.episode} of episode {past.episode}, from {date} on,"


def _in_short(model: WargameModel) -> str:
    """How the episode ended, in a sentence."""
    scenario = model.declared
    if model.failure is not None:
        return f"It could not be finished: {model.failure.reason}."
    if model.outcome is None:
        return f"It has not ended yet, after {steps(scenario, model.length)}."
    title = scenario.outcomes[model.outcome].title
    date = f", in {scenario.dates.label(model.turn)}" if scenario.dates.dated else ""
    return f"It ended after {steps(scenario, model.length)}{date}: {title}."


def _tell(
    model: WargameModel, turn: Turn, actor: str | None, brief: bool, terms: bool
) -> Iterator[RenderableType]:
    scenario = model.declared
    date = scenario.dates.label(turn.number)
    yield heading(f"{date}, turn {turn.number}" if scenario.dates.dated else f"Turn {turn.number}")
    yield from tell_calendar(scenario, turn, brief)
    yield from tell_choices(model, turn, actor, brief, terms)
    yield from tell_chance(scenario, turn, brief)
    yield from tell_moves(model, turn, brief)


def _ending(model: WargameModel, brief: bool) -> Iterator[RenderableType]:
    if model.failure is not None:
        yield heading("Here the episode stopped")
        yield line((str(model.failure), "red"))
    if model.outcome is None:
        return
    scenario = model.declared
    outcome = scenario.outcomes[model.outcome]
    yield heading(f"How it ended: {outcome.title}")
    if outcome.when is None:
        yield line("Nothing else on the list of outcomes was true at the end.")
    else:
        when = "at once, because" if outcome.terminal else "after the last turn, because"
        definition = scenario.define.get(outcome.when.text)
        condition = definition.title if definition is not None else outcome.when.text
        yield line(f"It counts {when} this was true: ", (condition, "cyan"), ".")
    paid = [
        f"{one.title} {number(model.actor(name).payoff)}"
        for name, one in scenario.actors.items()
        if one.utility
    ]
    if paid:
        yield line(("Payoffs, each in its own points: ", "dim"), f"{listed(paid)}.")
    if scenario.metrics and not brief:
        yield from _metrics(model)


def _metrics(model: WargameModel) -> Iterator[RenderableType]:
    cells = []
    for name, metric in model.declared.metrics.items():
        value = model.metrics[name]
        title = short(metric.title) + (f" [{metric.unit}]" if metric.unit not in ("", "number") else "")
        cells.append((title, "never" if value != value else number(value)))
    yield Text()
    if len(cells) < WIDE:
        table = grid("metric", "value>!")
        for cell in cells:
            table.add_row(*cell)
    else:
        table = grid("metric", "value>!", "metric", "value>!")
        half = (len(cells) + 1) // 2
        for index in range(half):
            right = cells[index + half] if index + half < len(cells) else ("", "")
            table.add_row(*cells[index], *right)
    yield indented(table)
