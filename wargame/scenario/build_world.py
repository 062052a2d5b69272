"""World rules, nature, calendar and outcomes, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.scenario.builder import Builder, described
from wargame.scenario.dates import DateError
from wargame.scenario.formula import Formula
from wargame.scenario.scenario import CalendarEntry, Effect, NatureItem, Outcome, WorldRule
from wargame.scenario.source import KeyPath
from wargame.scenario.timing import check_known

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


def check_double_sets(builder: Builder, parts: Mapping[str, Any]) -> None:
    """A rule that always sets a variable clashes with anything else that sets it: say so at once."""
    first: dict[str, str] = {}
    for name, rule in parts["effects"].items():
        for effect in rule.effects:
            if not effect.is_set or rule.when is not None:
                continue
            if effect.variable in first:
                builder.problem(
                    ("effects", name, "effects", effect.variable),
                    f"two rules set {effect.variable!r} every turn: {first[effect.variable]!r} and {name!r}",
                    found=effect.formula.text,
                    remedy="join them, or give them conditions (`when`) that exclude each other",
                )
            first.setdefault(effect.variable, name)
    for actor in parts["actors"].values():
        for policy in actor.policies.values():
            for effect in policy.effects:
                if effect.is_set and effect.variable in first:
                    builder.problem(
                        ("actors", actor.name, "policies", policy.base, "effects", effect.variable),
                        f"{actor.name}.{policy.base} sets {effect.variable!r}, which the rule "
                        f"{first[effect.variable]!r} sets every turn",
                        found=effect.formula.text,
                        remedy="give the rule a `when` that excludes the policy, or write a change instead of a `set`",
                    )


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
    mean, most = builder.plain(formulas.get("mean")), getattr(draw, "max", None)
    if mean is not None and most is not None and mean > most:
        builder.warn(
            path, f"{'.'.join(path)}: the mean {mean:g} lies above `max` ({most}), which cuts it off"
        )
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
    numbers = [builder.plain(formula) for formula in formulas]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers) or any(builder.failed((*path, name)) for name in draw):
        return tuple(formulas)
    total = sum(known)
    if total == 0:
        builder.problem(
            path,
            f"{'.'.join(path)}: the weights of the categories are all 0",
            found=", ".join(f"{name}: {formula.text}" for name, formula in zip(draw, formulas, strict=True)),
            allowed="weights that are not all 0",
            remedy="give at least one category a positive weight",
        )
    elif all(formula.constant is not None for formula in formulas) and abs(total - 1) > 1e-9:
        # The engine divides formulas by their sum, and takes plain numbers as they are.
        builder.problem(
            path,
            f"{'.'.join(path)}: the probabilities of the categories add up to {total:g}",
            found=", ".join(f"{name}: {formula.text}" for name, formula in zip(draw, formulas, strict=True)),
            allowed="plain numbers with a sum of 1, or formulas, which are divided by their sum",
            remedy="correct them, or add a category for the rest",
        )
    return tuple(formulas)


def build_calendar(builder: Builder) -> tuple[CalendarEntry, ...]:
    """The entries of the calendar."""
    entries = []
    names: set[str] = set()
    for index, part in enumerate(builder.document.calendar):
        path = ("calendar", str(index))
        changes = [
            change
            for key, parts, is_set in (("add", part.add, False), ("set", part.set, True))
            for change in _changes(builder, (*path, key), parts, is_set)
        ]
        if not part.add and not part.set:
            builder.problem(
                path,
                "this calendar entry changes nothing",
                found="neither `add` nor `set`",
                remedy="give it `add: {variable: change}` or `set: {variable: value}`",
            )
        for variable in part.set:
            if variable in part.add:
                builder.problem(
                    (*path, "set", variable),
                    f"{variable!r} is both set and added to",
                    found=f"add: {part.add[variable]}, set: {part.set[variable]}",
                    remedy="keep one of them, or write two entries",
                )
        if part.name and part.name in names:
            builder.problem(
                (*path, "name"),
                f"two calendar entries have the name {part.name!r}",
                found=part.name,
                remedy="rename one of them: overrides find entries by name",
            )
        names.add(part.name)
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
    changes = []
    for variable, text in parts.items():
        where = (*path, variable)
        if builder.check_variable(where, variable, parameters=True):
            formula = builder.formula(where, text, "calendar")
            check_known(builder, where, formula, title="the calendar")
            changes.append(Effect(variable=variable, formula=formula, is_set=is_set))
    return changes


def _turns(builder: Builder, path: KeyPath, dates: list[str], name: str) -> tuple[int, ...]:
    turns: list[int] = []
    for index, date in enumerate(dates):
        where = (*path, str(index)) if len(dates) > 1 else path
        try:
            turn = builder.dates.turn(date)
        except DateError as error:
            builder.problem(
                where, f"{'.'.join(where)}: {error}", found=date, allowed=error.allowed, remedy=error.remedy
            )
            continue
        last = builder.dates.horizon - 1
        if turn < 0:
            builder.problem(
                where,
                f"calendar {name!r}: {date} lies before the first turn",
                found=date,
                allowed=f"{builder.dates.label(0)} to {builder.dates.label(last)}",
                remedy="choose a turn of the episode",
            )
        elif turn in turns:
            builder.problem(
                where,
                f"calendar {name!r}: {date} is listed twice",
                found=date,
                remedy="remove one of them; an entry acts once on a turn",
            )
        elif turn > last:
            builder.warn(
                where,
                f"calendar {name!r}: {date} is turn {turn}, after the last one ({last}): it has no effect",
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
            ("outcomes", defaults[1]) if defaults else ("outcomes",),
            message,
            found=", ".join(result) or "no outcomes at all",
            allowed="exactly one outcome with `default: true`",
            remedy="keep one of them" if defaults else "add for example `other: {default: true}`",
        )
    return result
