"""The random scenarios are valid, and between them use every feature of the language."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

import wargame
from wargame.scenario import schema, schema_chance, schema_decision
from wargame.scenario.formula import AGGREGATORS, FUNCTIONS
from wargame.scenario.schema_values import Part
from wargame.testing import as_text, scenario_data

Data = dict[str, Any]
ROUND, MOST_ROUNDS = 200, 12
"""Scenarios are drawn in rounds: those of one round resemble one another more than chance would have it."""

EVERY_SIZE = (0, 1, 2, 2, 3)

_FORMULA_PARTS = {
    **{f"function {name}": rf"\b{name}\(" for name in FUNCTIONS},
    **{f"operator {sign}": rf" {re.escape(sign)} " for sign in ("+", "-", "*", "/", "<", "<=", ">", ">=")},
    **{f"operator {sign}": rf" {re.escape(sign)} " for sign in ("==", "!=", "and", "or")},
    **{"operator not": r"not \(", "operator unary -": r"-\(", "chain of comparisons": r"0 <= .* <= 1"},
    **{"whole power": r"\*\* [23]\b", "other power": r"\*\* (0\.5|clip)"},
    **{"now.": r"\bnow\.", "last.": r"\blast\.", "outcome.": r"\boutcome\."},
    **{"a choice": r"(?<!last)(?<![.\w])[abc]\.[pqr]\b", "a level's indicator": r"[pqr]\[0\.5\]"},
    **{f"name {name}": rf"\b{name}\b" for name in ("turn", "year", "half", "quarter", "month", "level")},
    **{"category of nature": r"\bn\d\.up", "item of nature": r"\bn\d\b(?!\.)", "definition": r"\bd\d\b"},
    **{f"metric {name}": rf"\b{name}\(" for name in AGGREGATORS},
}


def formulas(part: Any) -> list[str]:
    """Every text in a scenario's data."""
    if isinstance(part, dict):
        return [text for one in part.values() for text in formulas(one)]
    if isinstance(part, list):
        return [text for one in part for text in formulas(one)]
    return [part] if isinstance(part, str) else []


def decisions(data: Data) -> list[Data]:
    return [actor["decision"] for actor in data.get("actors", {}).values()]


def expected(data: Data) -> list[Any]:
    return [one["expects"] for one in decisions(data) if "expects" in one]


def beliefs(data: Data) -> list[Data]:
    return [one for one in expected(data) if "beliefs" in one]


def levels(data: Data) -> list[Data]:
    return [one for one in expected(data) if "level" in one]


def private(data: Data) -> list[Data]:
    return [actor["types"] for actor in data.get("actors", {}).values() if "types" in actor]


def policies(data: Data) -> list[Data]:
    return [one for actor in data.get("actors", {}).values() for one in actor["policies"].values() if one]


def items(data: Data) -> list[Data]:
    return list(data.get("nature", {}).values())


def calendar(data: Data) -> list[Data]:
    return list(data.get("calendar", []))


def initials(data: Data) -> list[Any]:
    return [one["initial"] for one in data["state"].values()]


def bounds(data: Data) -> list[Any]:
    return [end for one in data["state"].values() for end in one.get("bounds", [])]


def effects(data: Data) -> list[Any]:
    holders = [*policies(data), *items(data), *data.get("effects", {}).values()]
    return [change for holder in holders for change in holder.get("effects", {}).values()]


def distributions(data: Data) -> list[Data]:
    return [
        one["distribution"]
        for one in data["parameters"].values()
        if isinstance(one, dict) and "distribution" in one
    ]


def dated(on: Any) -> bool:
    return isinstance(on[0] if isinstance(on, list) else on, str)


def has(part: Callable[[Data], list[Any]], test: Callable[[Any], bool]) -> Callable[[Data], bool]:
    """Whether any of the parts passes."""
    return lambda data: any(test(one) for one in part(data))


def allowed(part: type[Part], key: str) -> tuple[Any, ...]:
    """The words that the language allows for a key."""
    words: tuple[Any, ...] = get_args(part.model_fields[key].annotation)
    if type(None) in words:
        # A key that may be left out: the words stand one level deeper.
        words = tuple(word for one in words for word in get_args(one))
    return words


KINDS = tuple(schema_chance.Distribution.model_fields)

FEATURES: dict[str, Callable[[Data], bool]] = {
    **{
        name: has(formulas, lambda text, found=re.compile(pattern): bool(found.search(text)))
        for name, pattern in _FORMULA_PARTS.items()
    },
    **{
        f"draw {kind}": has(items, lambda one, kind=kind: kind in one["draw"])
        for kind in schema_chance.Draw.model_fields
    },
    **{key: has(items, lambda one, key=key: key in one) for key in ("when", "once", "cooldown")},
    **{
        f"rule {rule}": has(decisions, lambda one, rule=rule: one["rule"] == rule)
        for rule in allowed(schema_decision.Decision, "rule")
    },
    **{
        f"beliefs {kind}": has(beliefs, lambda one, kind=kind: one["beliefs"] == kind)
        for kind in allowed(schema_decision.Expects, "beliefs")
    },
    "no beliefs given": has(decisions, lambda one: one["rule"] == "logit" and "expects" not in one),
    **{key: has(beliefs, lambda one, key=key: key in one) for key in ("start", "prior", "rate")},
    **{
        f"expectation {kind}": has(decisions, lambda one, kind=kind: one.get("expectation") == kind)
        for kind in allowed(schema_decision.Decision, "expectation")
    },
    **{
        f"ties {kind}": has(decisions, lambda one, kind=kind: one.get("ties") == kind)
        for kind in allowed(schema_decision.Decision, "ties")
    },
    **{
        f"revise {kind}": has(decisions, lambda one, kind=kind: one["revise"] == kind)
        for kind in ("all", "one", 0.5, "clip(x, 0, 1)")
    },
    **{key: has(decisions, lambda one, key=key: key in one) for key in ("tremble", "discount")},
    **{
        f"later {kind}": has(decisions, lambda one, kind=kind: one.get("later") == kind)
        for kind in allowed(schema_decision.Decision, "later")
    },
    "foresight": has(decisions, lambda one: one.get("foresight", 1) > 1),
    "leaf": has(decisions, lambda one: "leaf" in one),
    "equilibrium": has(expected, lambda one: one == "equilibrium"),
    "equilibrium further ahead": has(
        decisions, lambda one: one.get("expects") == "equilibrium" and one.get("foresight") == 2
    ),
    "level": has(levels, lambda one: isinstance(one["level"], int)),
    "levels with chances": has(levels, lambda one: isinstance(one["level"], dict) and 0 in one["level"]),
    "levels by Poisson": has(
        levels, lambda one: isinstance(one["level"], dict) and "poisson" in one["level"]
    ),
    "level further ahead": has(
        decisions, lambda one: "level" in one.get("expects", {}) and one.get("foresight") == 2
    ),
    **{key: has(levels, lambda one, key=key: key in one) for key in ("below", "level0")},
    **{
        f"level0 {kind}": has(levels, lambda one, kind=kind: one.get("level0") == kind)
        for kind in ("uniform", "last")
    },
    "level0 by actor": has(levels, lambda one: isinstance(one.get("level0"), dict)),
    "types with names": has(private, lambda one: "low" in one),
    "types of a number": has(private, lambda one: "points" in one),
    "belief.": has(formulas, lambda text: "belief." in text),
    "precision 0": has(decisions, lambda one: one.get("precision") == 0),
    "precision a million": has(decisions, lambda one: one.get("precision") == 1e6),
    "precision a formula": has(decisions, lambda one: isinstance(one.get("precision"), str)),
    "script by date": has(
        decisions, lambda one: any(isinstance(turn, str) for turn in one.get("script", {}))
    ),
    "phases": lambda data: "turn" in data,
    "no actors": lambda data: "actors" not in data,
    "three actors": lambda data: len(data.get("actors", {})) == 3,
    "one policy": lambda data: any(len(one["policies"]) == 1 for one in data.get("actors", {}).values()),
    "perception": lambda data: any("perception" in one for one in data.get("actors", {}).values()),
    "before": lambda data: any("before" in one for one in data.get("actors", {}).values()),
    "before by phase": lambda data: any(
        isinstance(one.get("before"), list) for one in data.get("actors", {}).values()
    ),
    "utility of one formula": lambda data: any(
        isinstance(one["utility"], str) for one in data.get("actors", {}).values()
    ),
    **{key: has(policies, lambda one, key=key: key in one) for key in ("available", "cost", "levels")},
    "change by adding": has(effects, lambda one: isinstance(one, str)),
    "change by setting": has(effects, lambda one: isinstance(one, dict)),
    "world rule": lambda data: "effects" in data,
    "world rule with a condition": lambda data: any(
        "when" in one for one in data.get("effects", {}).values()
    ),
    **{f"calendar {key}": has(calendar, lambda one, key=key: key in one) for key in ("add", "set", "for")},
    "calendar by date": has(calendar, lambda one: dated(one["on"])),
    "calendar on several turns": has(calendar, lambda one: isinstance(one["on"], list)),
    "calendar on the state": has(calendar, lambda one: "x" in {**one.get("add", {}), **one.get("set", {})}),
    "calendar on a parameter": has(
        calendar, lambda one: "k1" in {**one.get("add", {}), **one.get("set", {})}
    ),
    "no bounds": lambda data: any("bounds" not in one for one in data["state"].values()),
    "no lower bound": lambda data: any(one.get("bounds", [0])[0] is None for one in data["state"].values()),
    "no upper bound": lambda data: any(one.get("bounds", [0])[-1] is None for one in data["state"].values()),
    "bounds that clip": has(bounds, lambda end: end == 0.55),
    "bounds of parameters": has(bounds, lambda end: isinstance(end, str)),
    **{
        f"initial {kind}": has(initials, lambda one, kind=kind: isinstance(one, dict) and kind in one)
        for kind in KINDS
    },
    "initial formula": has(initials, lambda one: isinstance(one, str)),
    "initial distribution of parameters": has(
        initials, lambda one: isinstance(one, dict) and "k1" in str(one)
    ),
    **{f"unknown {kind}": has(distributions, lambda one, kind=kind: kind in one) for kind in KINDS},
    "unknown of parameters": has(distributions, lambda one: "k1" in str(one)),
    "parameter that is a number": lambda data: any(
        not isinstance(one, dict) for one in data["parameters"].values()
    ),
    "parameter of parameters": lambda data: any(
        isinstance(one, dict) and isinstance(one["value"], str) for one in data["parameters"].values()
    ),
    "terminal outcome": lambda data: any("terminal" in one for one in data["outcomes"].values()),
    "outcome that ends nothing": lambda data: any(
        "when" in one and "terminal" not in one for one in data["outcomes"].values()
    ),
    **{
        f"step {step}": lambda data, step=step: data["time"]["step"] == step
        for step in allowed(schema.Time, "step")
    },
}


def each_scenario(look: Callable[[Data], None], *, examples: int, part: int, wild: bool = False) -> None:
    """Call `look` with so many scenarios' data; other parts are other scenarios."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    drawn = scenario_data(wild=wild, actors=EVERY_SIZE)
    choices = settings(
        max_examples=examples, phases=[Phase.generate], deadline=None, suppress_health_check=slow
    )
    seed(part)(choices(given(drawn)(look)))()


@pytest.mark.parametrize("wild", [False, True])
def test_every_scenario_is_valid(wild: bool) -> None:
    def look(data: Data) -> None:
        assert wargame.loads(as_text(data)).name == "drawn"

    each_scenario(look, examples=150, part=0, wild=wild)


def test_every_feature_of_the_language_occurs() -> None:
    missing = set(FEATURES)

    def look(data: Data) -> None:
        missing.difference_update([name for name in missing if FEATURES[name](data)])

    for part in range(MOST_ROUNDS):
        if missing:
            each_scenario(look, examples=ROUND, part=part)
    assert not missing, f"in {MOST_ROUNDS * ROUND} scenarios there is none with: {', '.join(sorted(missing))}"


def test_features_are_told_apart() -> None:
    data: Data = {"parameters": {}, "state": {"x": {"initial": 1}}, "outcomes": {}, "time": {"step": "round"}}
    assert [name for name, occurs in FEATURES.items() if occurs(data)] == [
        "no actors",
        "no bounds",
        "step round",
    ]


@pytest.mark.parametrize("size", [0, 1, 2, 3])
def test_options_are_kept(size: int) -> None:
    options = {
        "horizon": 7,
        "sets": False,
        "rules": ("logit",),
        "expectations": ("mean",),
        "reasoning": False,
    }

    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(scenario_data(actors=(size,), **options))
    def look(data: Data) -> None:
        assert len(data.get("actors", {})) == size
        assert data["time"]["horizon"] == 7
        assert not has(effects, lambda one: isinstance(one, dict))(data)
        assert {(one["rule"], one["expectation"]) for one in decisions(data)} <= {("logit", "mean")}
        assert all("beliefs" in one for one in expected(data))
        assert not private(data)

    look()
