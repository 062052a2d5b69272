"""Which names a scenario declares: each must be a name, and be given once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from wargame.scenario.build_types import declare_types
from wargame.scenario.builder import Builder
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.formula import level_text
from wargame.scenario.names import is_valid_name
from wargame.scenario.policy_levels import level_names
from wargame.scenario.schema_values import NAME_PATTERN
from wargame.scenario.source import KeyPath

__all__ = ["declare_names"]


def declare_names(builder: Builder) -> None:
    """Make every name of the scenario known and check that it can be a name and is given once."""
    document = builder.document
    groups: list[tuple[str, Mapping[str, Any], str]] = [
        ("parameters", document.parameters, "parameter"),
        ("state", document.state, "state"),
        ("define", document.define, "define"),
        ("nature", document.nature, "nature"),
        ("actors", document.actors, "actor"),
    ]
    seen: dict[str, str] = {}
    for key, parts, kind in groups:
        for name in parts:
            _check_name(builder, (key, name), name)
            if name in seen:
                builder.problem(
                    (key, name),
                    f"the name {name!r} is used twice",
                    found=f"under `{seen[name]}` (line {builder.source.line((seen[name], name))}) and under `{key}`",
                    remedy="rename one of them: parameters, state, definitions, nature and actors share their names",
                )
            seen.setdefault(name, key)
            if kind != "actor":
                builder.names.add(name, kind)
    for name in document.effects:
        _check_plain_name(builder, ("effects", name), name)
    for key, others in (("outcomes", document.outcomes), ("metrics", document.metrics)):
        for name in others:
            _check_name(builder, (key, name), name)
    _declare_time(builder)
    for name in document.state:
        builder.names.add(f"now.{name}", "now")
    for name in document.outcomes:
        builder.names.add(f"outcome.{name}", "outcome")
    _declare_categories(builder)
    _check_phases(builder)
    for actor, part in document.actors.items():
        builder.names.policies[actor] = {}
        for base, policy in part.policies.items():
            _declare_policy(builder, actor, base, policy)
        declare_types(builder, actor, part.types)


def _check_name(builder: Builder, path: KeyPath, name: str) -> None:
    reason = is_valid_name(name)
    if reason:
        plain = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in name).strip("_")
        better = plain.lower() if plain and not is_valid_name(plain.lower()) else ""
        builder.problem(
            path,
            f"{name!r} cannot be a name: {reason}",
            found=name,
            allowed="lower_case_with_underscores",
            remedy=f"write {better}" if better else "choose another name",
        )


def _check_plain_name(builder: Builder, path: KeyPath, name: str) -> None:
    """A name that no formula uses may be a word of the language as well."""
    if not re.fullmatch(NAME_PATTERN, name):
        _check_name(builder, path, name)


def _declare_time(builder: Builder) -> None:
    builder.names.add("turn", "time")
    if builder.dates.dated:
        builder.names.add("year", "time")
        per_year = builder.dates.per_year
        for name, parts in (("half", (2, 4, 12)), ("quarter", (4, 12)), ("month", (12,))):
            if per_year in parts:
                builder.names.add(name, "time")


def _declare_categories(builder: Builder) -> None:
    for name, item in builder.document.nature.items():
        if item.draw.categorical is None:
            continue
        builder.names.kinds.pop(name, None)
        builder.names.categories[name] = list(item.draw.categorical)
        for category in item.draw.categorical:
            _check_name(builder, ("nature", name, "draw", "categorical", category), category)
            builder.names.add(f"{name}.{category}", "nature")


def _check_phases(builder: Builder) -> None:
    seen: set[str] = set()
    for index, phase in enumerate(builder.document.turn.phases):
        path = ("turn", "phases", str(index))
        _check_plain_name(builder, path, phase)
        if phase in seen:
            builder.problem(
                path,
                f"the phase {phase!r} is listed twice",
                found=phase,
                remedy="remove or rename one of them",
            )
        seen.add(phase)


def _declare_policy(builder: Builder, actor: str, base: str, policy: Any) -> None:
    phases = builder.document.turn.phases
    path = ("actors", actor, "policies", base)
    _check_name(builder, path, base)
    phase = policy.phase or (phases[0] if len(phases) == 1 else "")
    if phase not in phases:
        builder.problem(
            (*path, "phase") if policy.phase else path,
            f"policy {actor}.{base} belongs to no phase of the turn",
            found=policy.phase or "no `phase`",
            allowed=join_names(phases),
            remedy=did_you_mean(phase, phases)
            or (f"add `phase: {phases[0]}`" if len(phases) > 1 else "list it under `turn: {phases: [...]}`"),
        )
    names = [base]
    if policy.levels is not None:
        builder.names.add(f"{actor}.{base}", "play")
        builder.names.add(f"last.{actor}.{base}", "last")
        levels = level_names(base, policy.levels)
        builder.names.levels[f"{actor}.{base}"] = [level_text(level) for _, level in levels]
        names = [name for name, _ in levels]
    for name in names:
        builder.names.policies[actor][name] = phase
        builder.names.add(f"{actor}.{name}", "play")
        builder.names.add(f"last.{actor}.{name}", "last")
