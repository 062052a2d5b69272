"""What happened around the actors' choices in a turn: the calendar, chance, and how the state moved."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from wargame.engine.model import WargameModel
from wargame.report.page import grid, indented, line
from wargame.report.retold import Moment, Turn
from wargame.report.wording import chance, label_of, listed, number, short, signed
from wargame.scenario.scenario import NatureItem, Scenario

__all__ = ["tell_calendar", "tell_chance", "tell_moves"]

SHOWN = 7
"""At most so many variables are shown to have moved."""

NOTICED = 0.005
"""A variable has moved if it changed by this share of its range."""


def tell_calendar(scenario: Scenario, turn: Turn, brief: bool) -> Iterator[RenderableType]:
    """The calendar's entries that acted, and unless brief what they changed."""
    if not turn.entries:
        return
    told: list[Text] = []
    for entry in turn.entries:
        changes = []
        for change in entry.changes:
            group = "parameter" if change.variable in scenario.parameters else "state"
            value = number(turn.began[f"{group}.{change.variable}"])
            changes.append(f"{label_of(scenario, change.variable)}: {value}")
        if brief and entry.name:
            told.append(Text(entry.name))
        else:
            note = (f" ({'; '.join(changes)})", "dim") if entry.name else "; ".join(changes)
            told.append(Text.assemble(entry.name, note))
    yield line(("On the calendar: ", "bold"), Text("; ").join(told))


def tell_chance(scenario: Scenario, turn: Turn, brief: bool) -> Iterator[RenderableType]:
    """Events that happened, with the chance they had; counts; and, unless brief, noise."""
    if turn.end is None or not scenario.nature:
        return
    happened = [text for item in scenario.nature.values() if (text := _event(item, turn, turn.end))]
    noise = [
        f"{short(item.title)} {signed(turn.end[f'nature.{item.name}'])}"
        for item in scenario.nature.values()
        if item.kind in ("normal", "uniform") and turn.end[f"nature.{item.name}"] != 0
    ]
    if happened or (noise and not brief):
        yield Text()
        yield line(("What chance brought", "bold"))
    for text in happened:
        yield indented(Text.assemble(("• ", "yellow"), text))
    if noise and not brief:
        yield line(("Noise: ", "dim"), (", ".join(noise), "dim"), indent=2)


def _event(item: NatureItem, turn: Turn, end: Moment) -> Text | None:
    if item.kind == "categorical":
        for category in item.categories:
            name = f"{item.name}.{category}"
            if end[f"nature.{name}"] != 0:
                words = category.replace("_", " ")
                return Text.assemble(f"{item.title}: ", (words, "bold"), _had(turn.chances[name]))
        return None
    value = end[f"nature.{item.name}"]
    if item.kind in ("normal", "uniform") or value == 0:
        return None
    if item.is_event:
        return Text.assemble(item.title, _had(turn.chances[item.name]))
    return Text.assemble(f"{item.title}: ", (number(value), "bold"))


def _had(probability: float) -> tuple[str, str]:
    certain = probability >= 1
    return ("" if certain else f" (chance {chance(probability)})", "dim")


def tell_moves(model: WargameModel, turn: Turn, brief: bool) -> Iterator[RenderableType]:
    """The variables that moved most, by their range, and what moved them."""
    if turn.end is None or turn.resolved is None:
        return
    ranges = {one.name: one.high - one.low for one in model.rules.layout().variables}
    moves = []
    for name, variable in model.declared.state.items():
        before, after = turn.before.state(name), turn.end.state(name)
        share = abs(after - before) / ranges[name] if ranges[name] else 0.0
        if share >= NOTICED:
            moves.append((share, variable.title, name, before, after))
    moves.sort(key=lambda move: -move[0])
    if not moves:
        if model.declared.state and not brief:
            yield Text()
            yield line(("The state did not move.", "dim"))
        return
    yield Text()
    if brief:
        told = [f"{short(title)} {number(old)} → {number(new)}" for _, title, _, old, new in moves[:4]]
        yield line(("Moved: ", "dim"), f"{'; '.join(told)}.")
        return
    dated = any(turn.began.state(name) != turn.before.state(name) for _, _, name, *_ in moves)
    steps = ["calendar>!"] if dated else []
    table = grid(
        "How the state moved", "from>!", "", "to>!", "change>!", *steps, "choices, rules>!", "chance>!"
    )
    for _, title, name, before, after in moves[:SHOWN]:
        began, resolved = turn.began.state(name), turn.resolved.state(name)
        parts = [resolved - began, after - resolved]
        if dated:
            parts.insert(0, began - before)
        places = _places(ranges[name])
        arrow = Text("▲", style="green") if after > before else Text("▼", style="red")
        shares = [Text(signed(part, places)) if part else Text("·", style="dim") for part in parts]
        ends = (_figure(before, places), arrow, _figure(after, places), signed(after - before, places))
        table.add_row(short(title), *ends, *shares)
    yield indented(table)
    hidden = len(moves) - SHOWN
    if hidden > 0:
        names = [short(title) for _, title, *_ in moves[SHOWN:]]
        yield line((f"Also moved: {listed(names)}.", "dim"), indent=2)


def _places(size: float) -> int:
    """Decimals that show half a percent of a range."""
    return 3 if size <= 2 else 2 if size <= 20 else 1 if size <= 500 else 0


def _figure(value: float, places: int) -> str:
    text = f"{value:,.{places}f}"
    return "−" + text[1:] if text.startswith("-") else text
