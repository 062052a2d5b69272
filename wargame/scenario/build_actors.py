"""Actors: their policies, utility, decision rule and perception, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.scenario.builder import Builder, described, level_names
from wargame.scenario.dates import DateError
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.formula import Call, Formula, walk
from wargame.scenario.names import names_in
from wargame.scenario.scenario import Actor, Beliefs, Clause, Decision, Policy, Sight
from wargame.scenario.source import KeyPath

__all__ = ["build_actors"]


def build_actors(builder: Builder) -> dict[str, Actor]:
    """Every actor of the file."""
    result = {}
    for name, part in builder.document.actors.items():
        path = ("actors", name)
        decision = _decision(builder, name, part.decision)
        utility = builder.definitions((*path, "utility"), part.utility, "a utility") if part.utility else {}
        if decision.looks_ahead and not utility:
            builder.problem(
                path,
                f"{name} decides by `{decision.rule}` but has no utility",
                remedy="add `utility: ...`, or use the rule `uniform`, `mixed`, `script` or `doctrine`",
            )
        actor = Actor(
            **described(builder, path, part),
            aims=part.aims,
            policies=_policies(builder, name, part.policies),
            utility=utility,
            decision=decision,
            perception=_perception(builder, path, part.perception),
            before=builder.policy_list((*path, "before"), name, part.before),
        )
        _warn_about_mean(builder, actor)
        result[name] = actor
    return result


def _policies(builder: Builder, actor: str, parts: Mapping[str, Any]) -> dict[str, Policy]:
    result = {}
    phases = builder.document.turn.phases
    for base, part in parts.items():
        path = ("actors", actor, "policies", base)
        numeric = part.levels is not None
        levels: list[tuple[str, float | None]] = [(base, None)]
        if part.levels is not None:
            levels = [(name, level) for name, level in level_names(base, part.levels)]
        phase = part.phase or phases[0]
        shared = {
            **described(builder, path, part),
            "actor": actor,
            "base": base,
            "phase": phase,
            "available": builder.optional((*path, "available"), part.available, "available", level=numeric),
            "cost": builder.optional((*path, "cost"), part.cost, "anywhere", level=numeric),
            "effects": builder.effects((*path, "effects"), part.effects, level=numeric),
        }
        shared.pop("description", None)
        if shared["available"] is not None and phase in phases:
            _check_available(builder, (*path, "available"), shared["available"], phase)
        for name, level in levels:
            label = part.label or base.replace("_", " ")
            result[name] = Policy(
                **{
                    **shared,
                    "name": name,
                    "label": label if level is None else f"{label} {level:g}",
                    "level": level,
                }
            )
    return result


def _check_available(builder: Builder, path: KeyPath, formula: Formula, phase: str) -> None:
    """Availability is known before the phase: it may use choices of earlier phases only, also through definitions."""
    phases = builder.document.turn.phases
    earlier = set(phases[: phases.index(phase)])
    for name in _all_names(builder, formula):
        if builder.names.kinds.get(name) != "play":
            continue
        actor, policy = name.split(".", 1)
        played_in = {
            where
            for known, where in builder.policies[actor].items()
            if known == policy or known.startswith(policy + "[")
        }
        if not played_in <= earlier:
            builder.problem(
                path,
                f"`available` uses {name!r}, which is not known before phase {phase!r}",
                found=formula.text,
                allowed="choices of earlier phases, and last.actor.policy",
                remedy=f"use last.{name}",
            )


def _all_names(builder: Builder, formula: Formula) -> set[str]:
    """The names a formula uses, directly or through definitions and outcomes."""
    from wargame.scenario.formula import FormulaError, Name, parse

    found: set[str] = set()
    waiting = list(names_in(formula))
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        text = None
        if name in builder.document.define:
            text = builder.document.define[name].value
        elif name.startswith("outcome.") and name[8:] in builder.document.outcomes:
            text = builder.document.outcomes[name[8:]].when
        if text is not None:
            try:
                waiting += [node.name for node in walk(parse(text)) if isinstance(node, Name)]
            except FormulaError:
                continue
    return found


def _decision(builder: Builder, actor: str, part: Any) -> Decision:
    path = ("actors", actor, "decision")
    precision = builder.optional((*path, "precision"), part.precision, "anywhere")
    builder.check_at_least((*path, "precision"), precision, 0.0, "the precision")
    discount = builder.formula((*path, "discount"), part.discount, "parameters")
    builder.check_probability((*path, "discount"), discount, "the discount factor")
    tremble = builder.formula((*path, "tremble"), part.tremble, "anywhere")
    builder.check_probability((*path, "tremble"), tremble, "the tremble")
    return Decision(
        rule=part.rule,
        precision=precision,
        ties=part.ties,
        probabilities=_weights(builder, (*path, "probabilities"), actor, part.probabilities or {}),
        script=_script(builder, actor, part.script or {}),
        doctrine=_doctrine(builder, actor, part.doctrine or []),
        beliefs=_beliefs(builder, actor, part.expects),
        expectation=part.expectation,
        discount=discount,
        tremble=tremble,
        revise=_revise(builder, path, part.revise),
    )


def _revise(builder: Builder, path: KeyPath, text: str) -> Any:
    if text in ("all", "one"):
        return text
    formula = builder.formula((*path, "revise"), text, "anywhere")
    builder.check_probability((*path, "revise"), formula, "the chance to revise")
    return formula


def _weights(builder: Builder, path: KeyPath, actor: str, texts: Mapping[str, str]) -> dict[str, Formula]:
    """Numbers by policy of one actor, not negative."""
    result = {}
    for policy, text in texts.items():
        where = (*path, policy)
        builder.policy_list(where, actor, [policy])
        result[policy] = builder.formula(where, text, "anywhere")
        builder.check_at_least(where, result[policy], 0.0, f"the weight of {policy}")
    numbers = [builder.plain(formula) for formula in result.values()]
    if numbers and all(number == 0 for number in numbers):
        builder.problem(path, "all weights are 0", remedy="give at least one policy a positive weight")
    return result


def _script(builder: Builder, actor: str, entries: Mapping[str, Any]) -> tuple[Any, ...]:
    path = ("actors", actor, "decision", "script")
    result: list[tuple[int, tuple[str, ...]]] = []
    for date, policies in entries.items():
        where = (*path, date)
        try:
            turn = builder.dates.turn(date)
        except DateError as error:
            builder.problem(where, str(error), found=date, remedy="write a turn number or a date")
            continue
        if not result and turn != 0:
            builder.problem(
                where,
                "the script does not say what to do from the first turn on",
                found=date,
                remedy="let the first entry be turn 0",
            )
        if result and turn <= result[-1][0]:
            builder.problem(
                where, "the script's entries are not in order of time", found=date, remedy="sort them"
            )
        result.append((turn, builder.policy_list(where, actor, policies)))
    return tuple(result)


def _doctrine(builder: Builder, actor: str, parts: list[Any]) -> tuple[Clause, ...]:
    path = ("actors", actor, "decision", "doctrine")
    clauses = []
    for index, part in enumerate(parts):
        where = (*path, str(index))
        listed = builder.policy_list(where, actor, part.then or part.otherwise)
        when = builder.optional((*where, "when"), part.when, "anywhere")
        clauses.append(Clause(when=when, policies=listed))
        last = index == len(parts) - 1
        if (when is None) != last:
            builder.problem(
                where,
                "the doctrine ends with one `else`" if last else "`else` stands before other lines",
                remedy="add `- {else: policy}` as the last line, and only there",
            )
    return tuple(clauses)


def _beliefs(builder: Builder, actor: str, part: Any) -> Beliefs:
    if part is None:
        return Beliefs()
    path = ("actors", actor, "decision", "expects")
    rate = builder.optional((*path, "rate"), part.rate, "parameters")
    builder.check_probability((*path, "rate"), rate, "the rate of adaptation")
    given: Mapping[str, Mapping[str, str]] = {}
    key = ""
    for key in ("probabilities", "start", "prior"):
        if getattr(part, key) is not None:
            given = getattr(part, key)
            break
    weights = {}
    for other, texts in given.items():
        where = (*path, key, other)
        if other not in builder.document.actors or other == actor:
            others = [name for name in builder.document.actors if name != actor]
            builder.problem(
                where,
                f"{actor} cannot expect anything of {other!r}"
                + (", which is itself" if other == actor else ""),
                allowed=join_names(others),
                remedy=did_you_mean(other, others) or "name another actor",
            )
            continue
        for policy, formula in _weights(builder, where, other, texts).items():
            weights[f"{other}.{policy}"] = formula
    return Beliefs(kind=part.beliefs, rate=rate, weights=weights, given=frozenset(given))


def _perception(builder: Builder, path: KeyPath, parts: Mapping[str, Any]) -> dict[str, Sight]:
    result = {}
    for variable, part in parts.items():
        where = (*path, "perception", variable)
        if not builder.check_variable(where, variable):
            continue
        bias = builder.formula((*where, "bias"), part.bias, "anywhere")
        noise = builder.formula((*where, "noise"), part.noise, "anywhere")
        builder.check_at_least((*where, "noise"), noise, 0.0, "the noise")
        result[variable] = Sight(variable=variable, bias=bias, noise=noise)
    return result


def _warn_about_mean(builder: Builder, actor: Actor) -> None:
    """D2: under `mean`, outcomes and comparisons of anything random are evaluated at the mean."""
    if not actor.decision.looks_ahead or actor.decision.expectation != "mean":
        return
    for term in actor.utility.values():
        reason = _not_linear(builder, term.formula)
        if reason:
            place = f"{builder.source.file}:{term.formula.line}"
            builder.warnings.append(
                f"{place}: {actor.name}'s utility {term.name!r} {reason}; under `expectation: mean` it is "
                "judged at the mean, where it may never be true: use `expectation: exact`, or a smooth formula"
            )


def _not_linear(builder: Builder, formula: Formula) -> str:
    from wargame.scenario.formula import FormulaError, parse

    names = _all_names(builder, formula)
    if any(name.startswith("outcome.") for name in names):
        return "reads an outcome"
    trees = [formula.tree]
    for name in sorted(names & set(builder.document.define)):
        try:
            trees.append(parse(builder.document.define[name].value))
        except FormulaError:
            continue
    for tree in trees:
        for node in walk(tree):
            if isinstance(node, Call) and node.operation in ("lt", "le", "gt", "ge", "eq", "ne"):
                compared = Formula("", node, 0, ())
                random = {"state", "play", "nature"}
                used = _all_names(builder, compared)
                if any(builder.names.kinds.get(name) in random for name in used):
                    return "compares a quantity that is uncertain while planning"
    return ""
