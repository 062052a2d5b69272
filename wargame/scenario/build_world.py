"""World rules, nature, calendar and outcomes, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.scenario.builder import Builder, described
from wargame.scenario.dates import DateError
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import CalendarEntry, Effect, NatureItem, Outcome, WorldRule
from wargame.scenario.source import KeyPath

__all__ = ["build_calendar", "build_nature", "build_outcomes", "build_world_rules", "check_double_sets"]


def build_world_rules(builder: Builder) -> dict[str, WorldRule]:
    """The rules under `effects`."""
    result = {}
    for name, part in builder.document.effects.items():
        path = ("effects", name)
        result[name] = WorldRule(
            **described(builder, path, part),
            when=builder.optional((*path, "when"), part.when, "anywhere"),
            effects=builder.effects((*path, "effects"), part.effects),
        )
    return result


def check_double_sets(builder: Builder, rules: Mapping[str, WorldRule]) -> None:
    """Two rules that always set one variable would stop every episode: say so at once."""
    first: dict[str, str] = {}
    for name, rule in rules.items():
        for effect in rule.effects:
            if not effect.is_set or rule.when is not None:
                continue
            if effect.variable in first:
                builder.problem(
                    ("effects", name, "effects", effect.variable),
                    f"two rules set {effect.variable!r} every turn: {first[effect.variable]!r} and {name!r}",
                    remedy="join them, or give them conditions (`when`) that exclude each other",
                )
            first.setdefault(effect.variable, name)


def build_nature(builder: Builder) -> dict[str, NatureItem]:
    """The items under `nature`, in order."""
    result = {}
    for name, part in builder.document.nature.items():
        path = ("nature", name)
        kind = next(key for key in type(part.draw).model_fields if getattr(part.draw, key) is not None)
        draw = getattr(part.draw, kind)
        where = (*path, "draw", kind)
        result[name] = NatureItem(
            **described(builder, path, part),
            kind=kind,
            arguments=_arguments(builder, where, kind, draw),
            categories=tuple(draw) if kind == "categorical" else (),
            maximum=getattr(draw, "max", 0),
            when=builder.optional((*path, "when"), part.when, "anywhere"),
            once=part.once,
            cooldown=part.cooldown,
            effects=builder.effects((*path, "effects"), part.effects),
        )
    return result


def _arguments(builder: Builder, path: KeyPath, kind: str, draw: Any) -> tuple[Formula, ...]:
    if kind in ("bernoulli", "rate"):
        formula = builder.formula(path, draw, "anywhere")
        if kind == "bernoulli":
            builder.check_probability(path, formula, "the probability")
        else:
            builder.check_at_least(path, formula, 0.0, "the rate")
        return (formula,)
    if kind == "categorical":
        return _categories(builder, path, draw)
    names = [name for name in type(draw).model_fields if name != "max"]
    formulas = {name: builder.formula((*path, name), getattr(draw, name), "anywhere") for name in names}
    for name in ("sd", "mean", "n", "dispersion"):
        if name in formulas and not (name == "mean" and kind == "normal"):
            builder.check_at_least((*path, name), formulas[name], 0.0, f"`{name}`")
    if "p" in formulas:
        builder.check_probability((*path, "p"), formulas["p"], "`p`")
    if kind == "uniform":
        builder.check_order(path, formulas["low"], formulas["high"], "the interval")
    return tuple(formulas.values())


def _categories(builder: Builder, path: KeyPath, draw: Mapping[str, str]) -> tuple[Formula, ...]:
    formulas = [builder.formula((*path, name), text, "anywhere") for name, text in draw.items()]
    for name, formula in zip(draw, formulas, strict=True):
        builder.check_at_least((*path, name), formula, 0.0, f"the weight of {name}")
    numbers = [formula.constant for formula in formulas]
    known = [number for number in numbers if number is not None]
    if len(known) == len(numbers) and abs(sum(known) - 1) > 1e-9:
        builder.problem(
            path,
            f"the probabilities of the categories add up to {sum(known):g}",
            found=", ".join(f"{name}: {number:g}" for name, number in zip(draw, known, strict=True)),
            allowed="a sum of 1",
            remedy="correct them, or add a category for the rest",
        )
    return tuple(formulas)


def build_calendar(builder: Builder) -> tuple[CalendarEntry, ...]:
    """The entries of the calendar."""
    entries = []
    for index, part in enumerate(builder.document.calendar):
        path = ("calendar", str(index))
        changes = [
            change
            for key, parts, is_set in (("add", part.add, False), ("set", part.set, True))
            for change in _changes(builder, (*path, key), parts, is_set)
        ]
        if not changes:
            builder.problem(path, "this calendar entry changes nothing", remedy="give it `add` or `set`")
        for variable in set(part.add) & set(part.set):
            builder.problem(
                (*path, "set", variable), f"{variable!r} is both set and added to", remedy="keep one of them"
            )
        keywords = described(builder, path, part)
        keywords["name"] = part.name or f"entry {index + 1}"
        entries.append(
            CalendarEntry(
                **keywords,
                turns=_turns(builder, (*path, "on"), part.on, keywords["name"]),
                dates=tuple(part.on),
                changes=tuple(changes),
                duration=part.duration,
            )
        )
    return tuple(entries)


def _changes(builder: Builder, path: KeyPath, parts: Mapping[str, str], is_set: bool) -> list[Effect]:
    return [
        Effect(
            variable=variable,
            formula=builder.formula((*path, variable), text, "calendar"),
            is_set=is_set,
        )
        for variable, text in parts.items()
        if builder.check_variable((*path, variable), variable, parameters=True)
    ]


def _turns(builder: Builder, path: KeyPath, dates: list[str], name: str) -> tuple[int, ...]:
    turns = []
    for date in dates:
        try:
            turn = builder.dates.turn(date)
        except DateError as error:
            builder.problem(path, str(error), found=date, remedy="write a turn number or a date")
            continue
        if turn < 0:
            builder.problem(
                path, f"{date} lies before the first turn", found=date, remedy="choose a turn of the episode"
            )
        elif turn >= builder.dates.horizon:
            builder.warnings.append(
                f"{builder.source.file}:{builder.source.line(path)}: calendar {name!r}: {date} is turn {turn}, "
                f"after the last one ({builder.dates.horizon - 1}): it has no effect"
            )
        turns.append(turn)
    return tuple(turns)


def build_outcomes(builder: Builder) -> dict[str, Outcome]:
    """The outcomes in order, with exactly one default."""
    result = {}
    for name, part in builder.document.outcomes.items():
        path = ("outcomes", name)
        result[name] = Outcome(
            **described(builder, path, part),
            when=builder.optional((*path, "when"), part.when, "anywhere"),
            terminal=part.terminal,
        )
    defaults = [name for name, part in builder.document.outcomes.items() if part.default]
    if len(defaults) != 1:
        message = f"two default outcomes: {', '.join(defaults)}" if defaults else "no outcome is the default"
        builder.problem(
            ("outcomes",),
            message,
            allowed="exactly one outcome with `default: true`",
            remedy="add for example `other: {default: true}`" if not defaults else "keep one of them",
        )
    return result
