"""Random parts of a scenario that are not about actors: time, numbers, chance, calendar, outcomes, metrics."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from wargame.testing.formulas import Data, Scope, shares

__all__ = [
    "definitions",
    "draw_calendar",
    "draw_effects",
    "draw_item",
    "draw_metrics",
    "draw_outcomes",
    "draw_parameters",
    "draw_state",
    "draw_time",
    "kinds_of_nature",
    "world_rules",
]

DRAWS = ("bernoulli", "rate", "poisson", "negbin", "binomial", "normal", "uniform", "categorical")
STARTS = {"year": "2025", "half-year": "2025H2", "quarter": "2025Q3", "month": "2025-11"}
DATES = {
    "year": ["2025", "2027"],
    "half-year": ["2025H2", "2026H2"],
    "quarter": ["2025Q4", "2026Q1"],
    "month": ["2025-12", "2026-01"],
}
PARTS: dict[str, list[str]] = {
    "year": [],
    "half-year": ["half"],
    "quarter": ["quarter", "half"],
    "month": ["month", "quarter"],
}

DISTRIBUTIONS: list[Data] = [
    {"uniform": [0, 1]},
    {"triangular": [0, 0.5, 2]},
    {"normal": {"mean": 0.5, "sd": 0.2}},
    {"lognormal": {"median": 1, "sigma": 0.3}},
    {"beta": {"a": 2, "b": 3}},
    {"beta": {"a": 0.5, "b": 3, "low": -1, "high": 1}},
    {"choice": [0.2, 0.8]},
    {"choice": {"values": [0.1, 0.9], "weights": [1, 3]}},
]
FORMULA_DISTRIBUTIONS: list[Data] = [
    {"uniform": ["k1 - 1", "k1 + 1"]},
    {"normal": {"mean": "k1 / 2", "sd": "abs(k1)"}},
    {"choice": {"values": ["k1", 0.5], "weights": ["1 + abs(k1)", 1]}},
]


NARROW: Data = {"bounds": [0.45, 0.55]}


def draw_time(scope: Scope, horizon: int) -> Data:
    """Steps of every length; those with dates bring names of time."""
    step = scope.pick(["round", "week", "day", *STARTS])
    time: Data = {"step": step, "horizon": horizon}
    if step in STARTS:
        time["start"] = STARTS[step]
        scope.time += [*PARTS[step], "(year - 2025)"]
    return time


def draw_parameters(scope: Scope) -> Data:
    """One to three: plain numbers, values, formulas, some with a distribution."""
    result: Data = {}
    for name in ("k1", "k2", "k3")[: scope.draw(st.integers(1, 3))]:
        value: Any = scope.pick([0.5, 1, 2, -0.25])
        if scope.parameters and scope.sometimes(2):
            value = f"{scope.parameters[0]} / 2 + 0.1"
        if scope.draw(st.booleans()):
            known = [*DISTRIBUTIONS, *(FORMULA_DISTRIBUTIONS if scope.parameters else [])]
            result[name] = {"value": value, "distribution": scope.pick(known)}
        else:
            # `k1` stays a mapping, so that a test may edit its value in place.
            bare = name != "k1" and scope.sometimes(2)
            result[name] = value if bare else {"value": value}
        scope.parameters.append(name)
    return result


def draw_state(scope: Scope) -> Data:
    """One to three variables; narrow bounds bind on almost every turn."""
    result: Data = {}
    limits: list[Data] = [
        {"bounds": [0, 1]},
        {"bounds": [0, 1]},
        NARROW,
        {"bounds": [None, 2], "range": [-2, 2]},
        {"bounds": ["k1 - 3", None], "range": [-2, 2]},
        {"bounds": ["min(k1, 0)", "abs(k1) + 1"]},
        {"range": [-5, 5]},
    ]
    for name in ("x", "y", "z")[: scope.draw(st.integers(1, 3))]:
        # A number as initial value must lie within bounds that are numbers.
        limit = scope.pick(limits)
        narrow = limit == NARROW
        initial: Any = 0.5 if narrow else scope.draw(shares)
        if scope.sometimes(4):
            initial = scope.pick([*DISTRIBUTIONS, *FORMULA_DISTRIBUTIONS])
        elif scope.sometimes(4) and not narrow:
            known = [*scope.parameters, *scope.state]
            initial = f"clip({scope.formula(known, 1, timed=False, tame=True)}, 0, 1)"
        result[name] = {"initial": initial, **limit}
        scope.state.append(name)
    return result


def kinds_of_nature(scope: Scope) -> dict[str, str]:
    """The names of up to three items, with the kinds of their draws."""
    items = {name: scope.pick(DRAWS) for name in ("n1", "n2", "n3")[: scope.draw(st.integers(0, 3))]}
    for name, kind in items.items():
        scope.nature += [f"{name}.up", f"{name}.down"] if kind == "categorical" else [name]
    return items


def definitions(scope: Scope) -> Data:
    """Up to two named formulas; the second may use the first."""
    result: Data = {}
    for name in ("d1", "d2")[: scope.draw(st.integers(0, 2))]:
        formula = scope.within(-3, 3, scope.formula(scope.names(choices=False)))
        result[name] = {"value": formula, "label": name} if scope.draw(st.booleans()) else formula
        scope.defined.append(name)
    return result


def draw_outcomes(scope: Scope) -> Data:
    """Up to two with conditions, terminal or not, and the default."""
    result: Data = {}
    names = scope.names(choices=False)
    for name in ("o1", "o2")[: scope.draw(st.integers(0, 2))]:
        result[name] = {"when": scope.condition(names)}
        if scope.draw(st.booleans()):
            result[name]["terminal"] = True
        scope.outcomes.append(f"outcome.{name}")
    result["rest"] = {"default": True}
    return result


def draw_effects(scope: Scope, sets: bool, factor: str = "") -> Data:
    """Changes of some variables, now and then as `set`."""
    result: Data = {}
    for variable in scope.state:
        if scope.draw(st.booleans()):
            change = scope.small(scope.names()) + factor
            result[variable] = {"set": change} if sets and scope.sometimes(8) else change
    return result


def world_rules(scope: Scope, sets: bool) -> Data:
    """Up to two, with or without a condition."""
    result: Data = {}
    for name in ("w1", "w2")[: scope.draw(st.integers(0, 2))]:
        if effects := draw_effects(scope, sets=False):
            result[name] = {"effects": effects}
            if scope.draw(st.booleans()):
                result[name]["when"] = scope.condition(scope.names())
                if sets and scope.sometimes(5):
                    result[name]["effects"] = {scope.state[0]: {"set": 0.3}}
    return result


def draw_item(scope: Scope, kind: str, sets: bool) -> Data:
    """An item of nature."""
    names = scope.names()
    item: Data = {"draw": {kind: _numbers(scope, kind, names)}}
    if effects := draw_effects(scope, sets):
        item["effects"] = effects
    if scope.sometimes(3):
        item["when"] = scope.condition(names)
    if scope.sometimes(4):
        item["once"] = True
    if scope.sometimes(4):
        item["cooldown"] = scope.draw(st.integers(1, 2))
    return item


def _numbers(scope: Scope, kind: str, names: list[str]) -> Any:
    """The numbers of a draw."""
    if kind == "bernoulli":
        return scope.probability(names)
    if kind == "binomial":
        return {"n": scope.pick([3, 0, "floor(2 + abs(k1))"]), "p": scope.probability(names)}
    if kind == "normal":
        return {"mean": scope.small(names), "sd": scope.draw(shares)}
    positive = scope.positive(names)
    if kind == "rate":
        return positive
    if kind == "uniform":
        return {"low": -0.2, "high": f"0.1 + {positive}"}
    if kind == "categorical":
        return scope.pick([{"up": 0.25, "down": 0.75}, {"up": f"0.1 + {positive}", "down": 1}])
    count: Data = {"mean": f"min({positive}, 5)", "max": scope.pick([9, 2])}
    return {**count, "dispersion": scope.pick([2, 0.1, "1 + abs(k1)"])} if kind == "negbin" else count


def draw_calendar(scope: Scope, step: str) -> list[Data]:
    """Up to two entries, on turns or dates, on variables or parameters."""
    entries = []
    days: list[Any] = [0, 1, 3, [0, 2], [1, 2]]
    days += [DATES[step][0], DATES[step]] if step in DATES else []
    for _ in range(scope.draw(st.integers(0, 2))):
        name = scope.pick([*scope.state, *scope.parameters])
        change = scope.pick([0.2, -0.4, scope.within(-1, 1, f"{name} / 2")])
        entry: Data = {"on": scope.pick(days), scope.pick(["add", "set"]): {name: change}}
        if scope.draw(st.booleans()):
            entry["for"] = scope.draw(st.integers(1, 3))
        entries.append(entry)
    return entries


def draw_metrics(scope: Scope) -> Data:
    """Every way to sum up `x`, and two metrics of drawn formulas."""
    metrics = {"highest": "max(x)", "lowest": "min(x)", "average": "mean(x)", "end": "final(x)"}
    forms = [
        "sum({a})",
        "at(1, {a}) - at(2, {a})",
        "first({if_})",
        "where(share({if_}) > 0.3, first({if_}), -1)",
        "k1 * share({if_})",
        "abs(max({a}) - min({a}))",
    ]
    names = scope.names()
    for name in ("drawn", "also_drawn"):
        form = scope.pick(forms)
        drawn = scope.condition(names) if "{if_}" in form else scope.formula(names, 1)
        metrics[name] = form.format(a=drawn, if_=drawn)
    return metrics
