"""Loading by name, path and text; overriding by dotted path; the JSON Schema; dates."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wargame
from wargame.scenario.dates import Calendar, DateError
from wargame.scenario.errors import ScenarioError
from wargame.scenario.json_schema import json_schema
from wargame.scenario.loading import available_scenarios, configs_directory
from wargame.scenario.source import parse_source

TEXT = """\
name: small
time: {step: quarter, start: 2025Q3, horizon: 8}
parameters:
  gain: 0.1
  cap: {value: 1, distribution: {uniform: [0.8, 1.2]}}
state:
  tension: {initial: 0.3, bounds: [0, 1]}
define:
  threat: gain * tension * cap
actors:
  north:
    policies:
      wait: {}
      push: {effects: {tension: threat}}
      ask: {levels: {from: 0, to: 1, step: 0.25}}
    utility: -tension
    decision: {rule: logit, precision: 4}
  south:
    policies: {hold: {}, give: {}}
    decision: {rule: mixed, probabilities: {hold: 0.5, give: 0.5}}
nature:
  incident: {draw: {bernoulli: 0.2}, effects: {tension: 0.1}}
  vote: {draw: {categorical: {hawk: 0.5, dove: 0.5}}, effects: {tension: 0.01 * vote.hawk}}
calendar:
  - {name: summit, on: 2025Q4, add: {tension: -0.1}}
  - {on: 3, set: {gain: 0.2}}
outcomes: {war: {when: tension > 0.9, terminal: true}, none: {default: true}}
metrics: {peak: max(tension)}
"""
SMALL = wargame.loads(TEXT, file="small.yaml")


# ---- finding --------------------------------------------------------------------------------------------------------


def test_what_was_read_before_is_not_read_again_unless_it_has_changed(tmp_path: Path) -> None:
    """`mesa.batch_run` loads the scenario for every episode."""
    file = tmp_path / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    first = wargame.load(file)
    assert wargame.load(file) is first
    # As long as before, and perhaps within the same tick of the file system's clock.
    file.write_text(TEXT.replace("gain: 0.1", "gain: 0.2"), encoding="utf-8")
    again = wargame.load(file)
    assert [one.parameters["gain"].value.constant for one in (first, again)] == [0.1, 0.2]
    file.write_text("name: [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ScenarioError):
            wargame.load(file)


@pytest.mark.parametrize("name", available_scenarios())
def test_load_by_name(name: str) -> None:
    scenario = wargame.load(name)
    assert scenario.file == f"configs/{name}.yaml"
    assert wargame.load(name.rsplit("/", 1)[-1]).name == scenario.name
    assert wargame.load(f"{name}.yaml").name == scenario.name


def test_load_by_path_and_text(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(TEXT, "utf-8")
    for scenario in (wargame.load(path), wargame.load(str(path)), wargame.loads(TEXT)):
        assert scenario.source.data == SMALL.source.data
    assert wargame.load(path).file == str(path)
    assert wargame.load(SMALL) is SMALL


def test_a_folder_of_the_same_name_does_not_hide_a_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "richardson").mkdir()
    assert wargame.load("richardson").file == "configs/classics/richardson.yaml"


@pytest.mark.parametrize("name", ["", "nowhere.yaml", "x" * 5000, "a\0b", "korea"])
def test_what_is_not_there_is_said_plainly(name: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        wargame.load(name)
    (problem,) = caught.value.problems
    assert "there is no such file or scenario" in problem.message
    assert problem.remedy
    assert "korea-2025" in problem.allowed


def test_errors_can_be_pickled() -> None:
    with pytest.raises(ScenarioError) as caught:
        SMALL.with_(tenson=1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


# ---- overriding -----------------------------------------------------------------------------------------------------

# A dotted path and value; where the value then stands in the data.
OVERRIDES: list[tuple[str, Any, tuple[Any, ...]]] = [
    ("gain", 0.4, ("parameters", "gain")),
    ("cap", 0.9, ("parameters", "cap", "value")),
    ("parameters.gain", 0.4, ("parameters", "gain")),
    ("parameters.cap", "2 * gain", ("parameters", "cap", "value")),
    ("parameters.cap.value", 0.9, ("parameters", "cap", "value")),
    ("parameters.cap.distribution.uniform.1", 1.5, ("parameters", "cap", "distribution", "uniform", 1)),
    ("parameters.cap.distribution", {"normal": {"mean": 1, "sd": 0.1}}, ("parameters", "cap", "distribution")),
    ("tension", 0.5, ("state", "tension", "initial")),
    ("state.tension", {"initial": 0, "bounds": [0, 2]}, ("state", "tension")),
    ("state.tension.initial", {"uniform": [0, 0.5]}, ("state", "tension", "initial")),
    ("state.tension.bounds.1", 2, ("state", "tension", "bounds", 1)),
    ("state.tension.range", [0, 3], ("state", "tension", "range")),
    ("threat", "gain * cap * 2", ("define", "threat")),
    ("north.decision.precision", 9, ("actors", "north", "decision", "precision")),
    ("actors.north.decision", {"rule": "uniform"}, ("actors", "north", "decision")),
    ("north.decision.tremble", 0.1, ("actors", "north", "decision", "tremble")),
    ("north.decision.expects", {"beliefs": "last"}, ("actors", "north", "decision", "expects")),
    ("north.policies.push.cost", 0.3, ("actors", "north", "policies", "push", "cost")),
    ("north.policies.push.effects.tension", 0.3, ("actors", "north", "policies", "push", "effects", "tension")),
    ("north.policies.ask.levels.step", 0.5, ("actors", "north", "policies", "ask", "levels", "step")),
    ("north.utility", "-2 * tension", ("actors", "north", "utility")),
    ("south.decision.probabilities.hold", 0.9, ("actors", "south", "decision", "probabilities", "hold")),
    ("nature.incident.draw.bernoulli", 0.9, ("nature", "incident", "draw", "bernoulli")),
    ("nature.incident.draw", {"rate": 0.9}, ("nature", "incident", "draw")),
    ("nature.incident.when", "turn > 2", ("nature", "incident", "when")),
    ("nature.vote.draw.categorical", {"hawk": 0.9, "dove": 0.1}, ("nature", "vote", "draw", "categorical")),
    ("nature.vote.draw.categorical.hawk", "5 * 0.1", ("nature", "vote", "draw", "categorical", "hawk")),
    ("calendar.summit.on", "2026Q2", ("calendar", 0, "on")),
    ("calendar.summit.add.tension", -0.3, ("calendar", 0, "add", "tension")),
    ("calendar.1.set.gain", 0.5, ("calendar", 1, "set", "gain")),
    ("outcomes.war.when", "tension > 0.5", ("outcomes", "war", "when")),
    ("outcomes.war.terminal", False, ("outcomes", "war", "terminal")),
    ("metrics.peak", "final(tension)", ("metrics", "peak")),
    ("time.horizon", 20, ("time", "horizon")),
    ("time.start", "2025Q1", ("time", "start")),
]  # fmt: skip


def edited(data: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    result = copy.deepcopy(data)
    target: Any = result
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    return result


def fields(scenario: wargame.Scenario) -> dict[str, Any]:
    """All that is played, without the text it came from and the places it stood at."""
    return {
        name: without_lines(value)
        for name, value in vars(scenario).items()
        if name not in ("source", "warnings", "title")
    }


def without_lines(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: without_lines(value) for key, value in thing.items()}
    if isinstance(thing, tuple | list):
        return [without_lines(value) for value in thing]
    if hasattr(thing, "__dataclass_fields__"):
        return {
            name: without_lines(getattr(thing, name))
            for name in thing.__dataclass_fields__
            if name not in ("line", "path")
        }
    return thing


def as_file(data: dict[str, Any]) -> wargame.Scenario:
    return wargame.loads(json.dumps(data))


@pytest.mark.parametrize(("path", "value", "place"), OVERRIDES, ids=[path for path, _, _ in OVERRIDES])
def test_an_override_equals_editing_the_file(path: str, value: Any, place: tuple[Any, ...]) -> None:
    changed = SMALL.with_({path: value})
    assert changed.source.data == edited(SMALL.source.data, place, value)
    assert fields(changed) == fields(as_file(changed.source.data))
    assert changed.source.overrides == {path: value}
    assert SMALL.source.data == parse_source(TEXT).data


def messages(attempt: Callable[[], object]) -> list[str]:
    """What is wrong, if anything is."""
    try:
        attempt()
    except ScenarioError as error:
        return sorted(problem.message for problem in error.problems)
    return []


CHOSEN = st.lists(
    st.sampled_from(range(len(OVERRIDES))), min_size=1, max_size=4, unique_by=lambda i: OVERRIDES[i][2][:3]
)


@settings(max_examples=60, deadline=None)
@given(CHOSEN)
def test_several_overrides_equal_editing_the_file(chosen: list[int]) -> None:
    changes = {OVERRIDES[index][0]: OVERRIDES[index][1] for index in chosen}
    data = SMALL.source.data
    for index in chosen:
        data = edited(data, OVERRIDES[index][2], OVERRIDES[index][1])
    wrong = messages(lambda: as_file(data))
    if wrong:
        assert messages(lambda: SMALL.with_(changes)) == wrong
        return
    wanted = fields(as_file(data))
    together = SMALL.with_(changes)
    one_by_one = SMALL
    for path, value in changes.items():
        one_by_one = one_by_one.with_({path: value})
    assert fields(together) == fields(one_by_one) == wanted
    assert list(together.source.overrides.items()) == list(one_by_one.source.overrides.items())
    assert fields(wargame.loads(TEXT).with_(together.source.overrides)) == wanted


@given(value=st.floats(0, 1) | st.integers(0, 1))
@settings(max_examples=40, deadline=None)
def test_numbers_are_taken_as_they_are(value: float) -> None:
    parameter = SMALL.with_(gain=value).parameters["gain"]
    assert parameter.value.constant == value
    assert SMALL.with_(gain=np.float64(value)).parameters["gain"].value.constant == value


def test_values_of_numpy_and_tuples_become_plain() -> None:
    changed = SMALL.with_({"time.horizon": np.int64(5), "state.tension.bounds": (0, np.float32(2))})
    assert changed.horizon == 5
    assert changed.source.overrides == {"time.horizon": 5, "state.tension.bounds": [0, 2.0]}
    assert type(changed.source.overrides["time.horizon"]) is int
    assert SMALL.with_({"time.horizon": 5.0}).horizon == 5


def test_an_override_is_not_touched_by_later_changes_of_what_was_given() -> None:
    bounds = [0, 2]
    changed = SMALL.with_({"state.tension.bounds": bounds})
    bounds[1] = -5
    assert changed.with_(gain=0).state["tension"].high.constant == 2


def test_what_is_overridden_again_moves_to_the_end() -> None:
    first = SMALL.with_({"state.tension": {"initial": 0, "bounds": [0, 1]}}).with_(
        {"state.tension.initial": 0.5}
    )
    second = first.with_({"state.tension": {"initial": 0.1, "bounds": [0, 1]}})
    assert list(second.source.overrides) == ["state.tension.initial", "state.tension"]
    again = SMALL.with_(second.source.overrides)
    assert fields(again) == fields(second)
    assert again.state["tension"].initial.constant == 0.1


@pytest.mark.parametrize(
    ("path", "value", "says", "mend"),
    [
        ("tenson", 1, "there is no 'tenson'", "did you mean 'tension'?"),
        ("parameters.gian", 1, "there is no 'gian'", "did you mean 'gain'?"),
        ("state.tenson.initial", 1, "there is no 'tenson'", "did you mean 'tension'?"),
        ("nroth.decision.precision", 1, "there is no 'nroth'", "did you mean 'north'?"),
        ("actors.nroth.decision.precision", 1, "there is no 'nroth'", "did you mean 'north'?"),
        ("north.policies.psuh", {}, "there is no 'psuh'", "did you mean 'push'?"),
        ("north.policies.psuh.cost", 1, "there is no 'psuh'", "did you mean 'push'?"),
        (
            "nature.incident.draw.categorical.hawkk",
            1,
            "names nothing in the scenario: there is no 'hawkk'",
            "write a dotted path",
        ),
        ("nature.vote.draw.categorical.hawkk", 1, "there is no 'hawkk'", "did you mean 'hawk'?"),
        ("calendar.sumit.on", 1, "there is no 'sumit'", "did you mean 'summit'?"),
        ("calendar.9.on", 1, "there is no '9'", "write a dotted path"),
        ("state.tension.bounds.2", 1, "there is no '2'", "write a dotted path"),
        ("time.horizon.x", 1, "goes on behind 'horizon', which is a value", "write time.horizon"),
        ("north.decision.precison", 1, "unknown key 'precison'", "did you mean 'precision'?"),
        ("north.decision.rule", "logitt", "not one of the allowed words", "did you mean 'logit'?"),
        ("south.decision.probabilities.hodl", 1, "south has no policy 'hodl'", "did you mean 'hold'?"),
        ("gain", "tenson", "unknown name 'tenson'", "declare it"),
        (
            "gain",
            "tension",
            "'tension' cannot be used in the value of a parameter",
            "fixed as the episode starts",
        ),
        ("gain", float("nan"), "a number must be finite", "smaller number"),
        ("gain", True, "expected a number or a formula", "write 1 for true"),
        ("gain", None, "nothing is given", "write a value"),
        (
            "gain",
            object(),
            "a object cannot be the value of an override",
            "give a number, text, list or mapping",
        ),
        ("time.horizon", 0, "the number must be at least 1", "correct the number"),
        ("time.horizon", "8", "expected a whole number", "write 8 without quotes"),
        ("tension", 3, "the initial value 3 lies outside [0, 1]", "correct the value or the limits"),
        ("nature.incident.draw.bernoulli", 2, "the probability is 2", "0.05 for 5 %"),
        ("", 1, "names nothing in the scenario", "write a dotted path"),
        (".", 1, "names nothing in the scenario", "write a dotted path"),
    ],
)
def test_wrong_overrides(path: str, value: Any, says: str, mend: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        SMALL.with_({path: value})
    (problem,) = caught.value.problems
    assert says in problem.message
    assert mend in problem.remedy
    assert str(problem).startswith("small.yaml")


def test_a_problem_of_an_override_names_it_and_the_line() -> None:
    with pytest.raises(ScenarioError) as caught:
        SMALL.with_({"state.tension.initial": "tenson * 2"})
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("small.yaml", 7)
    assert str(problem).startswith("small.yaml:7 (with override state.tension.initial=tenson * 2): ")


def test_all_wrong_overrides_are_reported() -> None:
    with pytest.raises(ScenarioError) as caught:
        SMALL.with_({"gian": 1, "tenson": 2, "time.horizon": 3})
    assert len(caught.value.problems) == 2


# ---- the JSON Schema ------------------------------------------------------------------------------------------------

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
CLASSICS = configs_directory() / "classics"
FILES = [*sorted(configs_directory().glob("*.yaml")), *sorted(CLASSICS.rglob("*.yaml"))]


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_scenario_of_configs_validates(path: Path) -> None:
    data = parse_source(path.read_text("utf-8")).data
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


def test_the_small_scenario_and_its_overrides_validate() -> None:
    VALIDATOR.validate(SMALL.source.data)
    for path, value, _ in OVERRIDES:
        VALIDATOR.validate(SMALL.with_({path: value}).source.data)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("flag",), 1),
        (("name",), "Two Words"),
        (("time", "step"), "fortnight"),
        (("time", "horizon"), 0),
        (("parameters", "gain"), None),
        (("parameters", "gain"), True),
        (("parameters", "cap", "distribution"), {"uniform": [0]}),
        (("parameters", "cap", "distribution"), {"uniform": [0, 1], "choice": [1]}),
        (("state", "tension", "initial"), {"formula": 1}),
        (("state", "tension", "bounds"), [0]),
        (("actors", "north", "decision", "rule"), "best"),
        (("actors", "north", "decision", "script"), {}),
        (("actors", "north", "policies", "push", "effects", "tension"), {"set": 1, "add": 1}),
        (("nature", "incident", "draw"), {}),
        (("outcomes", "war", "terminal"), "yes"),
        (("calendar", 0, "on"), []),
    ],
)
def test_the_schema_refuses_what_the_loader_refuses(place: tuple[Any, ...], value: Any) -> None:
    data = edited(SMALL.source.data, place, value)
    assert list(VALIDATOR.iter_errors(data))
    with pytest.raises(ScenarioError):
        as_file(data)


# ---- dates ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "start", "dates"),
    [
        ("year", "2025", {"2025": 0, "2026": 1, "2035": 10, "7": 7}),
        ("half-year", "2025H2", {"2025H2": 0, "2026H1": 1, "2026-H2": 2, "2030h1": 9, "7": 7}),
        ("quarter", "2025Q3", {"2025Q3": 0, "2025Q4": 1, "2026Q1": 2, "2026-Q2": 3, "2030q2": 19, "7": 7}),
        ("month", "2025-11", {"2025-11": 0, "2025-12": 1, "2026-01": 2, "2027-11": 24, "7": 7}),
    ],
)
def test_dates(step: str, start: str, dates: dict[str, int]) -> None:
    calendar = Calendar.starting(step, start, 30)
    assert calendar.dated
    for text, turn in dates.items():
        assert calendar.turn(text) == turn
        assert calendar.turn(f" {text} ") == turn
        assert calendar.turn(calendar.label(turn)) == turn
    assert calendar.label(0) == start


@pytest.mark.parametrize("step", ["year", "half-year", "quarter", "month"])
@given(turn=st.integers(0, 500))
@settings(max_examples=30, deadline=None)
def test_labels_and_dates_agree(step: str, turn: int) -> None:
    start = {"year": "1999", "half-year": "1999H2", "quarter": "1999Q4", "month": "1999-12"}[step]
    calendar = Calendar.starting(step, start, 1000)
    assert calendar.turn(calendar.label(turn)) == turn


@pytest.mark.parametrize(
    ("step", "start", "text", "mend"),
    [
        ("quarter", "2025Q3", "2025Q5", "write it as 2026Q1"),
        ("quarter", "2025Q3", "2025-07", "write 2025Q3"),
        ("quarter", "2025Q3", "2025-07-31", "write 2025Q3"),
        ("quarter", "2025Q3", "Q3 2025", "write 2025Q3"),
        ("quarter", "2025Q3", "2025H1", "write it as 2026Q1"),
        ("quarter", "2025Q3", "-1", "write it as 2026Q1"),
        ("quarter", "2025Q3", "1.5", "write it as 2026Q1"),
        ("quarter", "2025Q3", "\u0662\u0660\u0662\u0665", "write it as 2026Q1"),
        ("half-year", "2025H1", "2025-07", "write 2025H2"),
        ("month", "2025-07", "2025-7", "write 2025-07"),
        ("month", "2025-07", "2025/7/1", "write 2025-07"),
        ("month", "2025-07", "2025-13", "write it as 2026-01"),
        ("year", "2025", "2025Q3", "write 2025"),
        ("round", None, "2025Q3", "give `time` a `start`"),
        ("week", None, "soon", "write a turn number"),
    ],
)
def test_wrong_dates(step: str, start: str | None, text: str, mend: str) -> None:
    with pytest.raises(DateError) as caught:
        Calendar.starting(step, start, 30).turn(text)
    assert mend in caught.value.remedy


@pytest.mark.parametrize(
    ("step", "start"), [("week", "2025"), ("day", "2025-07-01"), ("round", "0"), ("quarter", "2025")]
)
def test_starts_that_do_not_fit_the_step(step: str, start: str) -> None:
    with pytest.raises(DateError) as caught:
        Calendar.starting(step, start, 30)
    assert caught.value.remedy
