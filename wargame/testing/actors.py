"""Random actors: their policies, aims, perception, and every way to decide."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wargame.testing.formulas import Data, Scope, shares
from wargame.testing.world import DATES, STARTS, draw_effects

__all__ = ["BELIEFS", "RULES", "Cast", "draw_actor", "draw_policies"]

RULES = ("greedy", "logit", "mixed", "script", "doctrine", "uniform")
BELIEFS = ("uniform", "fixed", "last", "adaptive", "fictitious")

LEVELS = ("0", "0.5", "1")

Policies = dict[str, dict[str, Data]]


class Cast:
    """Who has which policies, and the phases they are in."""

    def __init__(self, policies: Policies, phases: list[str]) -> None:
        self.policies, self.phases = policies, phases

    def names(self, actor: str, phase: str | None = None) -> list[str]:
        """The policies of an actor by name, each level by itself; of one phase or of all."""
        names: list[str] = []
        for name, policy in self.policies[actor].items():
            if phase is None or policy.get("phase", phase) == phase:
                names += [f"{name}[{level}]" for level in LEVELS] if "levels" in policy else [name]
        return names

    def by_phase(self, actor: str) -> list[list[str]]:
        """The policies of an actor in each of its phases."""
        return [names for phase in self.phases if (names := self.names(actor, phase))]

    def choices_before(self, policy: Data) -> list[str]:
        """The policies of phases before that of a policy."""
        earlier = self.phases[: self.phases.index(policy["phase"])] if "phase" in policy else []
        return [
            f"{actor}.{name}"
            for actor, theirs in self.policies.items()
            for name, one in theirs.items()
            if one.get("phase") in earlier
        ]


def draw_policies(scope: Scope, phases: list[str], actors: tuple[int, ...]) -> Policies:
    """Who has which policies, in which phase, and with how many levels."""
    result: Policies = {}
    for actor in ("a", "b", "c")[: scope.pick(actors)]:
        mine: dict[str, Data] = {}
        for name in scope.pick([["p", "q"], ["p", "q"], ["p", "q", "r"], ["p"]]):
            mine[name] = {"phase": scope.pick(phases)} if len(phases) > 1 else {}
            if scope.sometimes(6):
                mine[name]["levels"] = {"from": 0, "to": 1, "step": 0.5}
        result[actor] = mine
        for name, policy in mine.items():
            full = [f"{actor}.{name}"]
            if "levels" in policy:
                full.append(f"{actor}.{name}[0.5]")
            scope.choices += full
            scope.lasting += [f"last.{one}" for one in full]
    return result


def draw_actor(
    scope: Scope,
    actor: str,
    cast: Cast,
    *,
    step: str,
    sets: bool,
    rules: tuple[str, ...],
    expectations: tuple[str, ...],
) -> Data:
    """One actor, whole."""
    result: Data = {"policies": {}}
    for name, policy in cast.policies[actor].items():
        result["policies"][name] = _policy(scope, policy, cast, sets) or None
    terms = {
        term: scope.within(-9, 9, scope.formula(scope.names()))
        for term in ("gain", "fear")[: scope.draw(st.integers(1, 2))]
    }
    result["utility"] = terms if len(terms) > 1 or scope.draw(st.booleans()) else terms["gain"]
    if scope.sometimes(3):
        seen: Data = {"bias": scope.small(scope.names(choices=False)), "noise": scope.draw(shares)}
        result["perception"] = {scope.pick(scope.state): seen}
    if scope.sometimes(3):
        before = [scope.pick(names) for names in cast.by_phase(actor)]
        result["before"] = before if len(before) > 1 else before[0]
    result["decision"] = _decision(scope, actor, cast, step, rules, expectations)
    return result


def _policy(scope: Scope, policy: Data, cast: Cast, sets: bool) -> Data:
    whole, numeric = dict(policy), "levels" in policy
    if scope.sometimes(3):
        earlier = cast.choices_before(policy)
        whole["available"] = scope.condition([*scope.names(choices=False), *earlier, *earlier])
    if scope.sometimes(3):
        whole["cost"] = scope.small(scope.names()) + (" * level" if numeric else "")
    if effects := draw_effects(scope, sets, " * level" if numeric and scope.draw(st.booleans()) else ""):
        whole["effects"] = effects
    return whole


def _decision(
    scope: Scope,
    actor: str,
    cast: Cast,
    step: str,
    rules: tuple[str, ...],
    expectations: tuple[str, ...],
) -> Data:
    rule = scope.pick(rules)
    result: Data = {"rule": rule}
    if rule == "logit":
        result["precision"] = scope.pick([0, 0.5, 4, 1e6, f"abs({scope.state[0]})"])
    if rule == "greedy":
        result["ties"] = scope.pick(["first", "random"])
    if rule in ("greedy", "logit"):
        result["expectation"] = scope.pick(expectations)
        if not scope.sometimes(5):
            result["expects"] = _beliefs(scope, actor, cast)
    if rule == "mixed":
        result["probabilities"] = _weights(scope, actor, cast)
    if rule == "script":
        later: list[Any] = scope.pick([[], [2], [1, 3], DATES.get(step, [])[1:]])
        first = scope.pick([0, STARTS.get(step, 0)])
        result["script"] = {turn: _plan(scope, actor, cast) for turn in [first, *later]}
    if rule == "doctrine":
        condition = scope.condition(scope.names(choices=False))
        result["doctrine"] = [
            {"when": condition, "then": _plan(scope, actor, cast)},
            {"else": _plan(scope, actor, cast)},
        ]
    if scope.draw(st.booleans()):
        result["tremble"] = scope.pick([0.1, 1, "0.2", "clip(x, 0, 1)"])
    if scope.draw(st.booleans()):
        result["discount"] = scope.pick([0.9, 0.5, "clip(k1, 0, 1)"])
    result["revise"] = scope.pick(["all", "all", "one", 0.5, "clip(x, 0, 1)"])
    return result


def _plan(scope: Scope, actor: str, cast: Cast) -> list[str]:
    """One policy for every phase of the actor."""
    return [scope.pick(names) for names in cast.by_phase(actor)]


def _weights(scope: Scope, actor: str, cast: Cast) -> Data:
    """Weights of a mixed rule, of which one in every phase is surely positive."""
    formula = scope.positive(scope.names(choices=False))
    weights: Data = {name: scope.pick([0, 1, 0.3, formula]) for name in cast.names(actor)}
    return weights | {names[0]: 0.5 for names in cast.by_phase(actor)}


def _beliefs(scope: Scope, actor: str, cast: Cast) -> Data:
    kind = scope.pick(BELIEFS)
    result: Data = {"beliefs": kind}
    if kind == "adaptive":
        result["rate"] = scope.pick([0.3, 1, 0, "clip(k1, 0, 1)"])
    others = [other for other in cast.policies if other != actor]
    key = {"fixed": "probabilities", "adaptive": "start", "fictitious": "prior"}.get(kind)
    if key is not None and others and (kind == "fixed" or scope.draw(st.booleans())):
        other = scope.pick(others)
        names = cast.names(other)
        result[key] = {other: {name: scope.pick([0.5, 1, 2]) for name in names}}
        if len(names) > 1 and len(cast.phases) == 1:
            result[key][other][names[-1]] = scope.pick([0, 1])
    elif kind == "fixed":
        result = {"beliefs": "uniform"}
    return result
