"""Levels of reasoning and scripts of actors, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.scenario.builder import Builder
from wargame.scenario.dates import DateError
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.scenario import Actor, Levels, LevelZero
from wargame.scenario.source import KeyPath

__all__ = ["build_levels", "build_script", "check_reasoning"]


def build_levels(builder: Builder, actor: str, part: Any) -> Levels | None:
    """What `expects` says of levels; None where it says nothing."""
    if part is None or part.level is None:
        return None
    path = ("actors", actor, "decision", "expects")
    level, poisson = part.level, None
    own: tuple[int, ...] = (level.exactly or 1,)
    weights = {}
    if level.poisson is not None:
        own = tuple(range(level.most + 1))
        poisson = builder.formula((*path, "level", "poisson"), level.poisson, "fixed")
        builder.check_at_least((*path, "level", "poisson"), poisson, 0.0, "the mean of the levels")
    elif level.chances is not None:
        own = tuple(sorted(int(text) for text in level.chances))
        for text, chance in sorted(level.chances.items(), key=lambda entry: int(entry[0])):
            where = (*path, "level", text)
            weights[int(text)] = builder.formula(where, chance, "fixed")
            builder.check_at_least(where, weights[int(text)], 0.0, f"the chance of level {text}")
        if own == (0,):
            builder.problem(
                (*path, "level"),
                f"{actor} is always of level 0, which does not reason",
                found="only level 0",
                remedy="add a higher level, or use `rule: uniform`, `mixed` or `script`",
            )
    if part.below is not None:
        where = (*path, "below", "poisson")
        poisson = builder.formula(where, part.below.poisson, "fixed")
        builder.check_at_least(where, poisson, 0.0, "the mean of the levels below")
    zero = _zero(builder, (*path, "level0"), part.level0)
    return Levels(own=own, weights=weights, poisson=poisson, zero=zero)


def check_reasoning(builder: Builder, actors: Mapping[str, Actor]) -> None:
    """What does not go together when actors think about how the others decide."""
    for actor in actors.values():
        levels = actor.decision.levels
        if levels is not None and len(levels.own) > 1 and actor.types is not None:
            builder.problem(
                ("actors", actor.name, "types"),
                f"{actor.name} has types and a level that is drawn: its choices cannot show the one without the other",
                found="`types` and several levels",
                remedy="give it one level: `expects: {level: 2}`",
            )
    expecting = [actor.name for actor in actors.values() if actor.decision.equilibrium]
    for actor in actors.values() if expecting else ():
        _check_in_equilibrium(builder, actor, expecting[0])


def _check_in_equilibrium(builder: Builder, actor: Actor, who: str) -> None:
    path, decision = ("actors", actor.name), actor.decision
    because = "its" if who == actor.name else f"{who}'s"
    if decision.rule == "greedy":
        builder.problem(
            (*path, "decision", "rule"),
            f"{who} expects an equilibrium, which is one of logit choices, and {actor.name} is `greedy`",
            found="greedy",
            allowed="logit, or a rule that does not look ahead",
            remedy="use `rule: logit` with a high precision, or `expects: {level: ...}`",
        )
    if actor.types is not None:
        builder.problem(
            (*path, "types"),
            f"{who} expects an equilibrium, which is not found for actors with private types",
            found=f"types of {actor.name}",
            remedy="use `expects: {level: ...}`, or make what is private public",
        )
    crowd = [phase for phase in builder.document.turn.phases if actor.in_phase(phase)]
    alone = all(sum(phase in others.values() for others in builder.policies.values()) == 1 for phase in crowd)
    if decision.looks_ahead and decision.tremble.constant != 0 and not alone:
        builder.problem(
            (*path, "decision", "tremble"),
            f"{actor.name} trembles and moves together with others, so {because} equilibrium is not found",
            found=decision.tremble.text,
            allowed="0",
            remedy="remove `tremble`, or lower the precision",
        )


def _zero(builder: Builder, path: KeyPath, part: Any) -> dict[str, LevelZero]:
    """What each actor does at level 0; uniform where the file says nothing."""
    result = {name: LevelZero(kind="uniform") for name in builder.document.actors}
    if part is None:
        return result
    if part.everybody is not None:
        return {name: _rule(builder, path, name, part.everybody) for name in result}
    for name, one in part.actors.items():
        where = (*path, name)
        if name not in result:
            if not builder.names.is_missing(name):
                builder.problem(
                    where,
                    f"`level0` names {name!r}, which is no actor",
                    found=name,
                    allowed=join_names(result),
                    remedy=did_you_mean(name, result) or "name an actor",
                )
        elif one.script is not None:
            script = build_script(builder, where, name, one.script)
            result[name] = LevelZero(kind="script", script=script)
        else:
            result[name] = _rule(builder, where, name, one.rule)
    return result


def _rule(builder: Builder, path: KeyPath, actor: str, word: str) -> LevelZero:
    """`uniform`, `last`, or the name of a policy."""
    if word == "uniform":
        return LevelZero(kind="uniform")
    if word == "last":
        return LevelZero(kind="last")
    if word not in builder.policies[actor] and not builder.names.is_missing(f"{actor}.{word}"):
        known = list(builder.policies[actor])
        builder.problem(
            path,
            f"`level0` is no rule, and {actor} has no such policy",
            found=word,
            allowed=join_names(["uniform", "last", *known]),
            remedy=did_you_mean(word, ["uniform", "last", *known])
            or f"write a policy of each actor: `level0: {{{actor}: {known[0] if known else 'uniform'}}}`",
        )
    return LevelZero(kind="script", script=((0, (word,)),))


def build_script(
    builder: Builder, path: KeyPath, actor: str, entries: Mapping[str, Any]
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """A script of an actor: policies by the turn from which they count, in order of time."""
    result: list[tuple[int, tuple[str, ...]]] = []
    for date, policies in entries.items():
        where = (*path, date)
        try:
            turn = builder.dates.turn(date)
        except DateError as error:
            builder.problem(
                where, f"{'.'.join(where)}: {error}", found=date, allowed=error.allowed, remedy=error.remedy
            )
            continue
        first = not result and not builder.failed_paths & {(*path, other) for other in entries}
        if first and turn != 0:
            builder.problem(
                where,
                f"{actor}'s script does not say what to do from the first turn on",
                found=date,
                allowed=f"0, or {builder.dates.label(0)}" if builder.dates.dated else "0",
                remedy="let the first entry be turn 0",
            )
        elif result and turn <= result[-1][0]:
            builder.problem(
                where,
                f"the entries of {actor}'s script are not in order of time",
                found=date,
                allowed=f"turns after {result[-1][0]}",
                remedy="sort them, and give each turn once",
            )
        elif turn >= builder.dates.horizon:
            last = builder.dates.horizon - 1
            builder.warn(where, f"{actor}'s script: {date} is after the last turn ({last}) and has no effect")
        result.append((turn, builder.policy_list(where, actor, policies)))
    return tuple(result)
