"""Whatever stands in a file, it loads or is refused with file, line and remedy: never anything else.

Valid scenarios are damaged at random, as data (keys deleted, renamed and moved, values replaced by nonsense) and as
text. The damage is a function of a seed, so that a failure can be repeated.
"""

from __future__ import annotations

import copy
import io
import random
from collections.abc import Iterator
from typing import Any

import pytest
from ruamel.yaml import YAML

import wargame
from wargame.scenario.errors import ScenarioError
from wargame.scenario.loading import available_scenarios

NONSENSE: list[Any] = [
    *("12 monkeys", "true", "x = 1"),
    *(None, True, False, 0, -1, 2, 1.5, -0.0, 1e308, 10**400, "", " ", "yes", "x", "_", "0", "1,5", "5%", "x[0]"),
    *("not", "1 +", "((", "tension", "last", "now", "outcome.", "turn", "level", "2025Q3", "2025", "9**9**9"),
    *("north", "north.push", "offer", "offer[0.5]", "offer[", "[]", "{}", "a: b", "x" * 5000, "-" * 900 + "1"),
    *([], {}, [None], [[]], {"": None}, {"x": {}}, [1, 2], [1, 2, 3], ["a", "b"], {"set": 1}, {"set": 1, "add": 2}),
    *({"uniform": [1, 0]}, {"value": "x"}, {"from": 0, "to": 1, "step": 0.5}, {"from": 0, "to": 1e9, "step": 1e-9}),
    *({"beliefs": "fixed"}, {"rule": "greedy"}, {"when": 1}, {"else": "wait"}, {"bernoulli": 2}, {"default": True}),
]  # fmt: skip

FULL = """\
name: full
time: {step: quarter, start: 2025Q3, horizon: 8}
parameters:
  gain: 0.1
  cap: {value: 1, distribution: {uniform: [0.8, 1.2]}}
  odd: {value: cap / 2, distribution: {choice: {values: [1, 2], weights: [1, 3]}}}
state:
  tension: {initial: 0.3, bounds: [0, cap]}
  stock: {initial: {normal: {mean: 1, sd: 0.5}}, bounds: [0, null], range: [0, 50]}
define:
  threat: tension + 0.1 * stock
  fear: {value: "clip(threat, 0, 1)", label: fear}
turn: {phases: [opening, answer]}
actors:
  north:
    before: wait
    policies:
      wait: {phase: opening}
      push: {phase: opening, available: tension < 0.9, cost: 0.1, effects: {tension: gain, stock: {set: 3}}}
    utility: {calm: -fear, rich: {value: stock, label: rich}}
    decision:
      rule: logit
      precision: 4
      expects: {beliefs: fictitious, prior: {south: {hold: 2}}}
      expectation: exact
      discount: 0.9
      tremble: 0.01
      revise: 0.5
    perception: {tension: {bias: 0.05, noise: 0.1}}
  south:
    policies:
      hold: {phase: answer}
      offer: {phase: answer, levels: {from: 0, to: 1, step: 0.25}, effects: {stock: level}}
    utility: -tension
    decision: {rule: greedy, ties: random, expects: {beliefs: fixed, probabilities: {north: {wait: 1}}}}
  east:
    policies: {a: {phase: opening}, b: {phase: opening}, c: {phase: answer}}
    decision: {rule: script, script: {0: [a, c], 2026Q1: b}}
  west:
    policies: {d: {phase: answer}, e: {phase: answer}}
    decision: {rule: doctrine, doctrine: [{when: north.push, then: d}, {else: e}]}
  islands:
    policies: {f: {phase: answer}, g: {phase: answer}}
    decision: {rule: mixed, probabilities: {f: tension, g: 1}}
effects:
  fade: {when: tension > 0.1, effects: {tension: -0.1 * tension}}
nature:
  incident: {draw: {bernoulli: 0.1 * tension}, effects: {tension: 0.2}, once: true}
  count: {draw: {poisson: {mean: 2, max: 9}}, cooldown: 2, effects: {stock: count}}
  election: {draw: {categorical: {hawk: 0.5, dove: 0.5}}, when: turn == 3, effects: {stock: election.hawk}}
calendar:
  - {name: summit, on: 2025Q4, add: {tension: -0.1}}
  - {on: [1, 3], set: {cap: 2}, for: 1}
outcomes:
  war: {when: tension >= cap, terminal: true}
  peace: {when: outcome.war == 0 and fear < 0.1}
  drift: {default: true}
metrics:
  peak: max(tension) - min(tension) * odd
  crisis: {value: first(tension > 0.8), unit: turn}
"""
SOURCES = [
    wargame.loads(FULL).source,
    *(wargame.load(name).source for name in ("richardson", "lanchester-stochastic", "forts-ruin")),
]


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in the data."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*path, key)
        yield from places(value, (*path, key))


def damage(data: Any, chance: random.Random) -> None:
    """Change the data at one place."""
    path = chance.choice(list(places(data)))
    target = data
    for key in path[:-1]:
        target = target[key]
    key, kind = path[-1], chance.randrange(6)
    if kind == 0:
        del target[key]
    elif kind == 1 and isinstance(target, dict):
        name = chance.choice(
            [str(key)[:-1], f"{key}x", str(key).upper(), "label", "value", "turn", "", "1", "a b"]
        )
        target[name] = target.pop(key)
    elif kind == 2:
        target[key] = copy.deepcopy(chance.choice([None, [], {}, [target[key]], {str(key): target[key]}]))
    elif kind == 3 and isinstance(target[key], str):
        at = chance.randrange(len(target[key]) + 1)
        sign = chance.choice([*"()[].,*+-/<>=!^%&|'\"_ 0aZ\u00e9", "**", " and ", " if ", "\n", "e9", "=="])
        target[key] = target[key][:at] + sign + target[key][at + chance.randrange(2) :]
    elif kind == 4:
        other = chance.choice(list(places(data)))
        value: Any = data
        for step in other:
            value = value[step]
        target[key] = copy.deepcopy(value)
    else:
        target[key] = copy.deepcopy(chance.choice(NONSENSE))


def must_be_clear(error: ScenarioError, text: str) -> None:
    assert error.problems
    rows = text.count("\n") + 1
    for problem in error.problems:
        assert 1 <= problem.line <= rows, problem
        assert problem.message, problem
        assert problem.remedy, problem
        shown = str(problem)
        for leak in ("Input should", "<class", "NoneType", "Traceback", "errors.pydantic"):
            assert leak not in shown, problem


def must_have_remedies(error: ScenarioError) -> None:
    assert all(problem.remedy and problem.message for problem in error.problems), error


def dumped(data: Any) -> str:
    stream = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.dump(data, stream)
    return stream.getvalue()


@pytest.mark.parametrize("part", range(8))
def test_damaged_data_loads_or_is_refused_clearly(part: int) -> None:
    """The build alone, on data that no file needs to hold: the lines are those of the undamaged file."""
    from dataclasses import replace

    from wargame.scenario.build import build

    refused = 0
    for number in range(80):
        chance = random.Random(1000 * part + number)
        source = chance.choice(SOURCES) if number % 3 else SOURCES[0]
        data = copy.deepcopy(source.data)
        for _ in range(chance.choice([1, 1, 1, 2, 5])):
            damage(data, chance)
            if not data:
                break
        try:
            build(replace(source, data=data))
        except ScenarioError as error:
            refused += 1
            must_be_clear(error, source.text)
        except Exception as error:
            raise AssertionError(f"seed {1000 * part + number}: {type(error).__name__}: {error}") from error
    assert 20 < refused < 80


@pytest.mark.parametrize("part", range(4))
def test_a_damaged_file_loads_or_is_refused_clearly(part: int) -> None:
    """Damaged data, written as YAML and read again: lines are those of the damaged file."""
    for number in range(12):
        chance = random.Random(77_000 + 100 * part + number)
        data = copy.deepcopy(SOURCES[0].data)
        for _ in range(chance.choice([1, 2])):
            damage(data, chance)
        text = dumped(data)
        try:
            wargame.loads(text)
        except ScenarioError as error:
            must_be_clear(error, text)


@pytest.mark.parametrize("part", range(4))
def test_a_damaged_text_loads_or_is_refused_clearly(part: int) -> None:
    """Characters deleted, doubled, swapped and thrown in, lines lost and moved."""
    signs = "\t\n :-?,[]{}#&*!|>'\"%@`\\\0\x07\u2028\u00a0\ufeffa0~<="
    for number in range(30):
        chance = random.Random(88_000 + 100 * part + number)
        text = FULL
        for _ in range(chance.choice([1, 2, 4])):
            at = chance.randrange(len(text))
            kind = chance.randrange(4)
            if kind == 0:
                text = text[:at] + chance.choice(signs) + text[at:]
            elif kind == 1:
                text = text[:at] + text[at + chance.randrange(1, 20) :]
            elif kind == 2:
                rows = text.splitlines(keepends=True)
                rows.insert(chance.randrange(len(rows)), rows.pop(chance.randrange(len(rows))))
                text = "".join(rows)
            else:
                text = text[:at] + " " * chance.randrange(1, 4) + text[at:]
        try:
            wargame.loads(text)
        except ScenarioError as error:
            must_be_clear(error, text)
        except Exception as error:
            raise AssertionError(f"seed {88_000 + 100 * part + number}: {error!r}") from error


def test_overrides_load_or_are_refused_clearly() -> None:
    scenario = wargame.loads(FULL)
    paths = [".".join(map(str, path)) for path in places(scenario.source.data)]
    for number in range(100):
        chance = random.Random(99_000 + number)
        path = chance.choice(paths) + chance.choice(["", "", "", ".x", "x", ".0"])
        value = copy.deepcopy(chance.choice(NONSENSE))
        try:
            scenario.with_({path: value})
        except ScenarioError as error:
            must_have_remedies(error)
        except Exception as error:
            raise AssertionError(f"{path} = {value!r}: {error!r}") from error


def test_every_scenario_that_comes_with_the_package_loads() -> None:
    for name in available_scenarios():
        assert wargame.load(name).outcomes
