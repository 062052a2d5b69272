"""Hypothesis strategies for scenarios: small, valid, finite, and using as much of the language as they can.

`scenario_data()` draws a scenario as plain data (what a YAML file would hold), `scenarios()` loads it. Every formula
is built so that its value stays moderate: episodes of these scenarios do not fail, unless two effects happen to set
one variable on the same turn (`sets=False` excludes that).
"""

from __future__ import annotations

import io
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

import wargame

__all__ = ["as_text", "scenario_data", "scenarios"]

Data = dict[str, Any]

RULES = ("greedy", "logit", "mixed", "script", "doctrine", "uniform")
BELIEFS = ("uniform", "fixed", "last", "adaptive", "fictitious")
DRAWS = ("bernoulli", "rate", "poisson", "negbin", "binomial", "normal", "uniform", "categorical")
STARTS = {"year": "2025", "half-year": "2025H2", "quarter": "2025Q3", "month": "2025-11"}

shares = st.sampled_from([0, 0.1, 0.25, 0.5, 0.7, 1])
steps = st.sampled_from([-0.3, -0.1, 0.05, 0.2, 0.5])


def as_text(data: Data) -> str:
    """A scenario's data as YAML."""
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(data, stream)
    return stream.getvalue()


def scenarios(**options: Any) -> st.SearchStrategy[wargame.Scenario]:
    """Loaded scenarios; the options are those of `scenario_data`."""
    return scenario_data(**options).map(lambda data: wargame.loads(as_text(data)))


_forms = st.sampled_from(
    [
        "({a} + {b})",
        "({a} - {b})",
        "({a} * {b})",
        "{a} / (1 + abs({b}))",
        "min({a}, {b}, 0.7)",
        "max({a}, {b})",
        "clip({a}, -1, 1)",
        "where({if_}, {a}, {b})",
        "logistic({a})",
        "exp(clip({a}, -1, 1))",
        "log(1 + abs({a}))",
        "sqrt(abs({a}))",
        "floor({a})",
        "clip({a}, -2, 2) ** 2",
        "clip({a}, -2, 2) ** 3",
        "abs({a}) ** 0.5",
        "-({a})",
        "{a}",
    ]
)
_conditions = st.sampled_from(
    [
        "{a} {sign} {b}",
        "{a} {sign} {b} and turn >= {turn}",
        "not ({a} {sign} {b})",
        "({a} {sign} {b}) or turn >= {turn}",
        "0 <= {a} <= 1",
        "turn >= {turn}",
    ]
)


class Scope:
    """What formulas may name, as it becomes known while a scenario is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.parameters: list[str] = []
        self.state: list[str] = []
        self.defined: list[str] = []
        self.nature: list[str] = []
        self.outcomes: list[str] = []
        self.choices: list[str] = []
        self.lasting: list[str] = []
        self.time: list[str] = ["turn"]

    def names(self, *, choices: bool = True, outcomes: bool = True) -> list[str]:
        """The names for a formula of a turn."""
        known = [*self.state, *self.parameters, *self.defined, *self.nature, *self.lasting]
        known += [f"now.{name}" for name in self.state]
        known += self.choices if choices else []
        known += self.outcomes if outcomes else []
        return known

    def formula(self, names: list[str], depth: int = 2, *, timed: bool = True) -> str:
        """A formula whose value stays within a few hundred for values up to about ten."""
        draw = self.draw
        if depth == 0 or not names:
            return draw(st.sampled_from([*names, "0.5", "1", "0.1", "-0.3"]))
        form = draw(_forms)
        parts = {}
        for place in "ab":
            if f"{{{place}}}" in form:
                parts[place] = self.formula(names, depth - 1, timed=timed)
        if "{if_}" in form:
            parts["if_"] = self.condition(names, depth - 1, timed=timed)
        return form.format(**parts)

    def condition(self, names: list[str], depth: int = 1, *, timed: bool = True) -> str:
        """A comparison, or two of them."""
        draw = self.draw
        form = draw(_conditions if timed else st.just("{a} {sign} {b}"))
        return form.format(
            a=self.formula(names, min(depth, 1), timed=timed),
            b=draw(st.sampled_from(["0.4", "0", "1", *names[:2]])),
            sign=draw(st.sampled_from(["<", "<=", ">", ">=", "!="])),
            turn=draw(st.integers(0, 3)),
        )

    def small(self, names: list[str]) -> str:
        """A change of a variable: a number, or a formula between -1 and 1."""
        if self.draw(st.booleans()):
            return self.draw(steps.map(str))
        return f"clip({self.formula(names)}, -1, 1)"

    def probability(self, names: list[str]) -> str:
        """A number or formula from 0 to 1."""
        draw = self.draw
        return draw(st.sampled_from([str(draw(shares)), f"clip({self.formula(names, 1)}, 0, 1)"]))


@st.composite
def scenario_data(
    draw: st.DrawFn,
    *,
    horizon: int = 4,
    sets: bool = True,
    rules: tuple[str, ...] = RULES,
    expectations: tuple[str, ...] = ("mean", "exact"),
) -> Data:
    """A scenario of up to three actors, three variables and three items of nature."""
    scope = Scope(draw)
    data: Data = {"name": "drawn", "time": _time(scope, horizon)}
    data["parameters"] = _parameters(scope)
    data["state"] = _state(scope)
    phases = draw(st.sampled_from([["main"], ["main"], ["first", "second"]]))
    if len(phases) > 1:
        data["turn"] = {"phases": phases}
    policies = _policies(scope, phases)
    items = _nature_kinds(scope)
    data["define"] = {}
    for name in draw(st.sampled_from([[], ["d1"], ["d1", "d2"]])):
        data["define"][name] = f"clip({scope.formula(scope.names(choices=False))}, -3, 3)"
        scope.defined.append(name)
    outcomes = _outcomes(scope)
    data["actors"] = {
        actor: _actor(scope, actor, policies, phases, sets, rules, expectations) for actor in policies
    }
    data["effects"] = _world_rules(scope, sets)
    data["nature"] = {name: _item(scope, kind, sets) for name, kind in items.items()}
    data["calendar"] = _calendar(scope)
    data["outcomes"] = outcomes
    data["metrics"] = _metrics(scope)
    return {key: value for key, value in data.items() if value not in ({}, [])}


def _time(scope: Scope, horizon: int) -> Data:
    step = scope.draw(st.sampled_from(["round", "week", *STARTS]))
    time: Data = {"step": step, "horizon": horizon}
    if step in STARTS:
        time["start"] = STARTS[step]
        parts = {"year": [], "half-year": ["half"], "quarter": ["quarter", "half"], "month": ["month"]}[step]
        scope.time += parts
    return time


def _parameters(scope: Scope) -> Data:
    draw, result = scope.draw, {}
    for name in draw(st.sampled_from([["k1"], ["k1", "k2"], ["k1", "k2", "k3"]])):
        value: Any = draw(st.sampled_from([0.5, 1, 2, -0.25]))
        if scope.parameters and draw(st.booleans()):
            value = f"{scope.parameters[0]} / 2 + 0.1"
        result[name] = {"value": value}
        if draw(st.booleans()):
            result[name]["distribution"] = draw(_distributions)
        scope.parameters.append(name)
    return result


_distributions = st.sampled_from(
    [
        {"uniform": [0, 1]},
        {"triangular": [0, 0.5, 2]},
        {"normal": {"mean": 0.5, "sd": 0.2}},
        {"lognormal": {"median": 1, "sigma": 0.3}},
        {"beta": {"a": 2, "b": 3}},
        {"choice": [0.2, 0.8]},
        {"choice": {"values": [0.1, 0.9], "weights": [1, 3]}},
    ]
)


def _state(scope: Scope) -> Data:
    draw, result = scope.draw, {}
    for name in draw(st.sampled_from([["x"], ["x", "y"], ["x", "y", "z"]])):
        limits: Data = draw(
            st.sampled_from(
                [
                    {"bounds": [0, 1]},
                    {"bounds": [0, 1]},
                    {"bounds": [None, 2], "range": [-2, 2]},
                    {"range": [-5, 5]},
                ]
            )
        )
        initial: Any = draw(shares)
        if draw(st.integers(0, 3)) == 0:
            initial = draw(_distributions)
        elif scope.parameters and draw(st.integers(0, 3)) == 0:
            known = [*scope.parameters, *scope.state]
            initial = f"clip({scope.formula(known, 1, timed=False)}, 0, 1)"
        result[name] = {"initial": initial, **limits}
        scope.state.append(name)
    return result


def _policies(scope: Scope, phases: list[str]) -> dict[str, dict[str, Data]]:
    """Who has which policies, in which phase, and with how many levels."""
    draw, result = scope.draw, {}
    for actor in draw(st.sampled_from([["a"], ["a", "b"], ["a", "b"], ["a", "b", "c"]])):
        mine: dict[str, Data] = {}
        for name in draw(st.sampled_from([["p", "q"], ["p", "q"], ["p", "q", "r"], ["p"]])):
            mine[name] = {"phase": draw(st.sampled_from(phases))} if len(phases) > 1 else {}
            if draw(st.integers(0, 5)) == 0:
                mine[name]["levels"] = {"from": 0, "to": 1, "step": 0.5}
        result[actor] = mine
        for name, policy in mine.items():
            full = [f"{actor}.{name}"]
            if "levels" in policy:
                full.append(f"{actor}.{name}[0.5]")
            scope.choices += full
            scope.lasting += [f"last.{one}" for one in full]
    return result


def _names_of(policies: dict[str, Data], phase: str | None = None) -> list[str]:
    """The policies of an actor by name, each level by itself."""
    names: list[str] = []
    for name, policy in policies.items():
        if phase is None or policy.get("phase", phase) == phase:
            names += [f"{name}[{level}]" for level in ("0", "0.5", "1")] if "levels" in policy else [name]
    return names


def _nature_kinds(scope: Scope) -> dict[str, str]:
    names = scope.draw(st.sampled_from([[], ["n1"], ["n1", "n2"], ["n1", "n2", "n3"]]))
    items = {name: scope.draw(st.sampled_from(DRAWS)) for name in names}
    for name, kind in items.items():
        scope.nature += [f"{name}.up", f"{name}.down"] if kind == "categorical" else [name]
    return items


def _outcomes(scope: Scope) -> Data:
    draw, result = scope.draw, {}
    names = scope.names(choices=False)
    for name in draw(st.sampled_from([[], ["o1"], ["o1", "o2"]])):
        result[name] = {"when": scope.condition(names)}
        if draw(st.booleans()):
            result[name]["terminal"] = True
        scope.outcomes.append(f"outcome.{name}")
    result["rest"] = {"default": True}
    return result


def _effects(scope: Scope, sets: bool) -> Data:
    draw, result = scope.draw, {}
    for variable in scope.state:
        if draw(st.booleans()):
            change = scope.small(scope.names())
            result[variable] = {"set": change} if sets and draw(st.integers(0, 7)) == 0 else change
    return result


def _actor(
    scope: Scope,
    actor: str,
    policies: dict[str, dict[str, Data]],
    phases: list[str],
    sets: bool,
    rules: tuple[str, ...],
    expectations: tuple[str, ...],
) -> Data:
    draw = scope.draw
    result: Data = {"policies": {}}
    for name, policy in policies[actor].items():
        whole = dict(policy)
        if draw(st.integers(0, 2)) == 0:
            whole["available"] = scope.condition(_known_before(scope, policies, phases, policy))
        if draw(st.integers(0, 2)) == 0:
            whole["cost"] = scope.small(scope.names()) + (" * level" if "levels" in policy else "")
        if effects := _effects(scope, sets):
            whole["effects"] = effects
        result["policies"][name] = whole or None
    result["utility"] = {
        term: f"clip({scope.formula(scope.names())}, -9, 9)"
        for term in ("gain", "fear")[: draw(st.integers(1, 2))]
    }
    if draw(st.integers(0, 2)) == 0:
        result["perception"] = {
            draw(st.sampled_from(scope.state)): {
                "bias": scope.small(scope.names(choices=False)),
                "noise": draw(shares),
            }
        }
    if draw(st.integers(0, 2)) == 0:
        result["before"] = draw(st.sampled_from(_names_of(policies[actor])))
    result["decision"] = _decision(scope, actor, policies, phases, rules, expectations)
    return result


def _known_before(
    scope: Scope, policies: dict[str, dict[str, Data]], phases: list[str], policy: Data
) -> list[str]:
    """Names that `available` may use: no choices but those of earlier phases."""
    earlier = phases[: phases.index(policy["phase"])] if "phase" in policy else []
    choices = [
        f"{actor}.{name}"
        for actor, theirs in policies.items()
        for name, one in theirs.items()
        if one.get("phase") in earlier
    ]
    return [*scope.names(choices=False), *choices, *choices]


def _decision(
    scope: Scope,
    actor: str,
    policies: dict[str, dict[str, Data]],
    phases: list[str],
    rules: tuple[str, ...],
    expectations: tuple[str, ...],
) -> Data:
    draw = scope.draw
    rule = draw(st.sampled_from(rules))
    result: Data = {"rule": rule}
    everything = _names_of(policies[actor])
    by_phase = [names for phase in phases if (names := _names_of(policies[actor], phase))]
    if rule == "logit":
        result["precision"] = draw(st.sampled_from([0, 0.5, 4, 1e6, f"abs({scope.state[0]})"]))
    if rule == "greedy":
        result["ties"] = draw(st.sampled_from(["first", "random"]))
    if rule in ("greedy", "logit"):
        result["expectation"] = draw(st.sampled_from(expectations))
        result["expects"] = _beliefs(scope, actor, policies, phases)
    if rule == "mixed":
        result["probabilities"] = {
            name: draw(st.sampled_from([0, 1, 0.3, f"abs({scope.formula(scope.names(choices=False), 1)})"]))
            for name in everything
        }
        result["probabilities"] |= {names[0]: 0.5 for names in by_phase}
    if rule == "script":
        result["script"] = {
            turn: [draw(st.sampled_from(names)) for names in by_phase]
            for turn in draw(st.sampled_from([[0], [0, 2], [0, 1, 3]]))
        }
    if rule == "doctrine":
        result["doctrine"] = [
            {
                "when": scope.condition(scope.names(choices=False)),
                "then": [draw(st.sampled_from(names)) for names in by_phase],
            },
            {"else": [draw(st.sampled_from(names)) for names in by_phase]},
        ]
    if draw(st.booleans()):
        result["tremble"] = draw(st.sampled_from([0.1, 1, "0.2"]))
    if draw(st.booleans()):
        result["discount"] = draw(st.sampled_from([0.9, 0.5, "clip(k1, 0, 1)"]))
    result["revise"] = draw(st.sampled_from(["all", "all", "one", 0.5, "clip(x, 0, 1)"]))
    return result


def _beliefs(scope: Scope, actor: str, policies: dict[str, dict[str, Data]], phases: list[str]) -> Data:
    draw = scope.draw
    kind = draw(st.sampled_from(BELIEFS))
    result: Data = {"beliefs": kind}
    if kind == "adaptive":
        result["rate"] = draw(st.sampled_from([0.3, 1, 0, "clip(k1, 0, 1)"]))
    others = [other for other in policies if other != actor]
    key = {"fixed": "probabilities", "adaptive": "start", "fictitious": "prior"}.get(kind)
    if key is not None and others and (kind == "fixed" or draw(st.booleans())):
        other = draw(st.sampled_from(others))
        names = _names_of(policies[other])
        result[key] = {other: {name: draw(st.sampled_from([0.5, 1, 2])) for name in names}}
        if len(names) > 1 and len(phases) == 1:
            result[key][other][names[-1]] = draw(st.sampled_from([0, 1]))
    elif kind == "fixed":
        result = {"beliefs": "uniform"}
    return result


def _world_rules(scope: Scope, sets: bool) -> Data:
    draw, result = scope.draw, {}
    for name in draw(st.sampled_from([[], ["w1"], ["w1", "w2"]])):
        if effects := _effects(scope, sets=False):
            result[name] = {"effects": effects}
            if draw(st.booleans()):
                result[name]["when"] = scope.condition(scope.names())
                if sets and draw(st.integers(0, 4)) == 0:
                    result[name]["effects"] = {scope.state[0]: {"set": 0.3}}
    return result


def _item(scope: Scope, kind: str, sets: bool) -> Data:
    draw, names = scope.draw, scope.names()
    item: Data = {"draw": {kind: _arguments(scope, kind, names)}}
    if effects := _effects(scope, sets):
        item["effects"] = effects
    if draw(st.integers(0, 2)) == 0:
        item["when"] = scope.condition(names)
    if draw(st.integers(0, 3)) == 0:
        item["once"] = True
    if draw(st.integers(0, 3)) == 0:
        item["cooldown"] = draw(st.integers(1, 2))
    return item


def _arguments(scope: Scope, kind: str, names: list[str]) -> Any:
    """The numbers of a draw."""
    draw = scope.draw
    if kind == "bernoulli":
        return scope.probability(names)
    if kind == "binomial":
        return {"n": 3, "p": scope.probability(names)}
    if kind == "normal":
        return {"mean": scope.small(names), "sd": draw(shares)}
    positive = f"abs({scope.formula(names, 1)})"
    if kind == "rate":
        return positive
    if kind == "uniform":
        return {"low": -0.2, "high": f"0.1 + {positive}"}
    if kind == "categorical":
        return draw(st.sampled_from([{"up": 0.25, "down": 0.75}, {"up": f"0.1 + {positive}", "down": 1}]))
    count = {"mean": f"min({positive}, 5)", "max": 9}
    return {**count, "dispersion": 2} if kind == "negbin" else count


def _calendar(scope: Scope) -> list[Data]:
    draw = scope.draw
    entries = []
    for _ in range(draw(st.integers(0, 2))):
        variable = draw(st.sampled_from([*scope.state, *scope.parameters]))
        change = draw(st.sampled_from([0.2, -0.4, f"clip({variable} / 2, -1, 1)"]))
        entry: Data = {
            "on": draw(st.sampled_from([0, 1, 3, [0, 2], [1, 2]])),
            draw(st.sampled_from(["add", "set"])): {variable: change},
        }
        if draw(st.booleans()):
            entry["for"] = draw(st.integers(1, 3))
        entries.append(entry)
    return entries


def _metrics(scope: Scope) -> Data:
    draw, names = scope.draw, scope.names()
    first = scope.state[0]
    form = draw(
        st.sampled_from(
            [
                "sum({a})",
                "at(1, {a}) - at(2, {a})",
                "first({if_})",
                "k1 * share({if_})",
                "abs(max({a}) - min({a}))",
            ]
        )
    )
    drawn = scope.condition(names) if "{if_}" in form else scope.formula(names, 1)
    return {
        "highest": f"max({first})",
        "lowest": f"min({first})",
        "average": f"mean({first})",
        "end": f"final({first})",
        "drawn": form.format(a=drawn, if_=drawn),
    }
