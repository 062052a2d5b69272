"""Actors: their policies, utility, decision rule and perception, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wargame.scenario.build_levels import build_levels, build_script, check_reasoning
from wargame.scenario.build_types import build_types
from wargame.scenario.builder import Builder, described
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.formula import Call, Formula, FormulaError, walk
from wargame.scenario.parsing import parse
from wargame.scenario.policy_levels import level_names
from wargame.scenario.scenario import Actor, Beliefs, Clause, Decision, Policy, Sight
from wargame.scenario.source import KeyPath
from wargame.scenario.timing import all_names, check_known

__all__ = ["build_actors"]


def build_actors(builder: Builder) -> dict[str, Actor]:
    """Every actor of the file."""
    result = {}
    for name, part in builder.document.actors.items():
        path = ("actors", name)
        decision = _decision(builder, name, part.decision)
        utility = builder.definitions((*path, "utility"), part.utility)
        if decision.looks_ahead and not utility:
            builder.problem(
                path,
                f"{name} decides by `{decision.rule}` but has no utility",
                found="no `utility`",
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
            types=build_types(builder, name, part.types),
        )
        _warn_about_mean(builder, actor)
        result[name] = actor
    check_reasoning(builder, result)
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
            "available": builder.optional((*path, "available"), part.available, "anywhere", level=numeric),
            "cost": builder.optional((*path, "cost"), part.cost, "anywhere", level=numeric),
            "effects": builder.effects((*path, "effects"), part.effects, level=numeric),
        }
        shared.pop("description", None)
        check_known(builder, (*path, "available"), shared["available"], title="`available`", before=(phase,))
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


def _decision(builder: Builder, actor: str, part: Any) -> Decision:
    path = ("actors", actor, "decision")
    mine = set(builder.policies[actor].values())
    precision = builder.optional((*path, "precision"), part.precision, "anywhere")
    builder.check_at_least((*path, "precision"), precision, 0.0, "the precision")
    check_known(builder, (*path, "precision"), precision, title="the precision", before=mine)
    discount = builder.formula((*path, "discount"), part.discount, "fixed")
    builder.check_probability(
        (*path, "discount"),
        discount,
        "the discount factor",
        "write the weight of the next turn, such as 0.95",
    )
    tremble = builder.formula((*path, "tremble"), part.tremble, "anywhere")
    builder.check_probability((*path, "tremble"), tremble, "the tremble")
    check_known(builder, (*path, "tremble"), tremble, title="the tremble", before=mine)
    return Decision(
        rule=part.rule,
        precision=precision,
        ties=part.ties,
        probabilities=_mixture(builder, actor, part.probabilities or {}),
        script=build_script(builder, (*path, "script"), actor, part.script or {}),
        doctrine=_doctrine(builder, actor, part.doctrine or []),
        beliefs=_beliefs(builder, actor, part.expects),
        levels=build_levels(builder, actor, part.expects),
        equilibrium=part.expects is not None and part.expects.equilibrium,
        expectation=part.expectation,
        foresight=part.foresight,
        later=part.later,
        leaf=builder.optional((*path, "leaf"), part.leaf, "anywhere"),
        discount=discount,
        tremble=tremble,
        revise=_revise(builder, path, part.revise),
    )


def _revise(builder: Builder, path: KeyPath, text: str) -> Any:
    where = (*path, "revise")
    if text in ("all", "one"):
        return text
    if text.isalpha() and text not in builder.names.kinds:
        builder.problem(
            where,
            f"{'.'.join(where)}: this is not one of the allowed words, nor a name",
            found=text,
            allowed="all, one, or a probability",
            remedy=did_you_mean(text, ["all", "one", *builder.names.kinds]) or "write all, one, or a number",
        )
        return "all"
    formula = builder.formula(where, text, "before choices")
    builder.check_probability(where, formula, "the chance to revise")
    check_known(builder, where, formula, title="`revise`")
    return formula


def _mixture(builder: Builder, actor: str, texts: Mapping[str, str]) -> dict[str, Formula]:
    """The rule `mixed`: probabilities by policy, known before the phase of the policy."""
    path = ("actors", actor, "decision", "probabilities")
    result = _weights(builder, path, actor, texts, "anywhere", probabilities=True)
    for policy, formula in result.items():
        phase = builder.policies[actor].get(policy)
        if phase is not None:
            check_known(
                builder, (*path, policy), formula, title=f"the probability of {policy}", before=(phase,)
            )
    return result


def _weights(
    builder: Builder, path: KeyPath, actor: str, texts: Mapping[str, str], scope: str, *, probabilities: bool
) -> dict[str, Formula]:
    """Numbers by policy of one actor, not negative, and not all 0 in any phase."""
    result = {}
    by_phase: dict[str, list[Formula]] = {}
    for policy, text in texts.items():
        where = (*path, policy)
        builder.policy_list(where, actor, [policy])
        result[policy] = builder.formula(where, text, scope)
        builder.check_at_least(where, result[policy], 0.0, f"the weight of {policy}")
        phase = builder.policies[actor].get(policy)
        if phase is not None:
            by_phase.setdefault(phase, []).append(result[policy])
    for formulas in by_phase.values():
        numbers = [number for number in map(builder.plain, formulas) if number is not None]
        if len(numbers) < len(formulas):
            continue
        if sum(numbers) == 0:
            builder.problem(
                path,
                f"{'.'.join(path)}: all weights are 0",
                found=", ".join(f"{policy}: {text}" for policy, text in texts.items()),
                allowed="weights that are not all 0",
                remedy="give at least one policy a positive weight",
            )
        elif (
            probabilities
            and abs(sum(numbers) - 1) > 1e-9
            and all(one.constant is not None for one in formulas)
        ):
            builder.warn(path, f"{'.'.join(path)}: these add up to {sum(numbers):g} and are scaled to 1")
    return result


def _doctrine(builder: Builder, actor: str, parts: list[Any]) -> tuple[Clause, ...]:
    path = ("actors", actor, "decision", "doctrine")
    clauses = []
    for index, part in enumerate(parts):
        where = (*path, str(index))
        key = "else" if part.then is None else "then"
        listed = builder.policy_list((*where, key), actor, part.then or part.otherwise)
        when = builder.optional((*where, "when"), part.when, "anywhere")
        phases = [builder.policies[actor][name] for name in listed if name in builder.policies[actor]]
        check_known(builder, (*where, "when"), when, title="`when`", before=phases)
        clauses.append(Clause(when=when, policies=listed))
        last = index == len(parts) - 1
        if (when is None) != last:
            builder.problem(
                where,
                f"{actor}'s doctrine must end with one `else`"
                if last
                else "`else` stands before other lines",
                found=f"`when` in the last line ({index + 1})" if last else f"`else` in line {index + 1}",
                remedy="add `- {else: policy}` as the last line, and only there",
            )
    return tuple(clauses)


def _beliefs(builder: Builder, actor: str, part: Any) -> Beliefs:
    if part is None or part.beliefs is None:
        return Beliefs()
    path = ("actors", actor, "decision", "expects")
    rate = builder.optional((*path, "rate"), part.rate, "fixed")
    builder.check_probability(
        (*path, "rate"), rate, "the rate of adaptation", "0 never learns, 1 believes the last move"
    )
    given: Mapping[str, Mapping[str, str]] = {}
    key = ""
    for key in ("probabilities", "start", "prior"):
        if getattr(part, key) is not None:
            given = getattr(part, key)
            break
    weights = {}
    for other, texts in given.items():
        where = (*path, key, other)
        if builder.names.is_missing(other):
            continue
        if other not in builder.document.actors or other == actor:
            others = [name for name in builder.document.actors if name != actor]
            itself = ", which is itself" if other == actor else ", which is no actor"
            builder.problem(
                where,
                f"{actor} cannot expect anything of {other!r}{itself}",
                found=other,
                allowed=join_names(others) or "nobody: there is no other actor",
                remedy="remove it: an actor knows its own plans"
                if other == actor
                else did_you_mean(other, others) or "name another actor",
            )
            continue
        numbers = _weights(builder, where, other, texts, "fixed", probabilities=key != "prior")
        weights.update({f"{other}.{policy}": formula for policy, formula in numbers.items()})
    return Beliefs(kind=part.beliefs, rate=rate, weights=weights, given=frozenset(given))


def _perception(builder: Builder, path: KeyPath, parts: Mapping[str, Any]) -> dict[str, Sight]:
    result = {}
    for variable, part in parts.items():
        where = (*path, "perception", variable)
        if not builder.check_variable(where, variable):
            continue
        bias = builder.formula((*where, "bias"), part.bias, "before choices")
        noise = builder.formula((*where, "noise"), part.noise, "before choices")
        builder.check_at_least((*where, "noise"), noise, 0.0, "the noise")
        for key, formula in (("bias", bias), ("noise", noise)):
            check_known(builder, (*where, key), formula, title=f"the {key}")
        result[variable] = Sight(variable=variable, bias=bias, noise=noise)
    return result


def _warn_about_mean(builder: Builder, actor: Actor) -> None:
    """D2: under `mean`, outcomes and comparisons of anything random are evaluated at the mean."""
    if not actor.decision.looks_ahead or actor.decision.expectation != "mean":
        return
    for term in actor.utility.values():
        reason = _not_linear(builder, term.formula)
        if reason:
            builder.warn(
                term.formula.path,
                f"{actor.name}'s utility {term.name!r} {reason}; under `expectation: mean` it is "
                "judged at the mean, where it may never be true: use `expectation: exact`, or a smooth formula",
            )


def _not_linear(builder: Builder, formula: Formula) -> str:
    names = set(all_names(builder, formula))
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
                used = all_names(builder, compared)
                if any(builder.names.kinds.get(name) in random for name in used):
                    return "compares a quantity that is uncertain while planning"
    return ""
