"""Published models give their known answers; `configs/classics/README.md` tells the format of the numbers.

The quick tests play a few hundred or thousand episodes of each run, `-m verify` a hundred thousand. Seeds are fixed: a
miss of four standard errors means a wrong model or engine.
"""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from both_engines import play_both, play_for
from ruamel.yaml import YAML

import wargame
from wargame.experiment import expected, known_answers
from wargame.experiment.estimates import Estimate, allowed, is_near
from wargame.experiment.expected import ClassicsError, Model, Row, Run, Shown, read_models
from wargame.experiment.known_answers import Verdict, Verification, can_be_told_apart, scenario_of

CLASSICS = Path(__file__).parent.parent / "configs" / "classics"
PUBLISHED: dict[str, list[list[Any]]] = json.loads(
    (Path(__file__).parent / "published_rows.json").read_text()
)
MODELS = {model.name: model for model in read_models()}

QUICK_TURNS = 20_000
"""The quick comparison of the engines plays about so many turns of a scenario at most."""
MANY_POLICIES = 50
"""The quick comparison plays a scenario with more policies than these in one variant only."""


def rows(*classes: Shown) -> list[Any]:
    """Every row of these classes as a test parameter (model, row)."""
    return [
        pytest.param(model, row, id=f"{model.name}: {row.label}")
        for model in MODELS.values()
        for row in model.rows
        if row.shown in classes
    ]


@cache
def verification(name: str, depth: Literal["quick", "verify"]) -> Verification:
    """What plays a model's runs, each once for all tests."""
    return Verification(model=MODELS[name], depth=depth)


def told(verdict: Verdict) -> str:
    """What a failing test says."""
    assert verdict.found is not None
    return (
        f"{verdict.row.label}: {verdict.found.value:.10g} from {verdict.found.n:,}, expected {verdict.row.value:.10g}"
        f" +- {allowed(verdict.row, verdict.found.n):.3g}"
    )


@pytest.mark.parametrize(("model", "row"), rows(Shown.PLAY, Shown.TRACE, Shown.CONTRAST))
def test_known_answer(model: Model, row: Row) -> None:
    verdict = verification(model.name, "quick").verdict(row)
    assert verdict.holds, told(verdict)


@pytest.mark.verify
@pytest.mark.parametrize(("model", "row"), rows(Shown.PLAY, Shown.CONTRAST))
def test_known_answer_with_many_episodes(model: Model, row: Row) -> None:
    verdict = verification(model.name, "verify").verdict(row)
    assert verdict.holds, told(verdict)
    assert verdict.told_apart, f"{row.label}: more episodes are needed to tell it from {row.against}"


# ---- the files of known answers ------------------------------------------------------------------


def test_every_published_row_has_its_counterpart() -> None:
    assert list(MODELS) == list(PUBLISHED)
    for name, published in PUBLISHED.items():
        model = MODELS[name]
        ours = {row.label: row for row in model.rows}
        for label, value, kind, sd in published:
            assert label in ours, f"{name} says nothing of {label}"
            row = ours[label]
            assert (row.value, row.kind) == (value, kind), label
            if sd is not None and row.shown in (Shown.PLAY, Shown.CONTRAST) and row.sd != sd:
                assert row.note, f"{label}: another standard deviation than published, and no word about it"


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_known_answers_are_complete(model: Model) -> None:
    for row in model.rows:
        assert math.isfinite(row.value), row.label
        if row.shown is Shown.PLAY and row.kind == "prob" and row.sd is not None and "sd" not in row.note:
            assert row.sd == pytest.approx(math.sqrt(row.value * (1 - row.value)), abs=1e-12), row.label
        if row.shown is Shown.CONTRAST:
            run = model.runs[str(row.run)]
            assert can_be_told_apart(model, row, run.episodes.verify), row.label
        if row.shown is Shown.TRACE:
            assert row.tolerance <= 1e-5, row.label
    assert set(model.runs) == {row.run for row in model.rows if row.run is not None}


def test_every_scenario_is_checked() -> None:
    used = {run.scenario for model in MODELS.values() for run in model.runs.values()}
    assert used == {path.name for path in CLASSICS.glob("*.yaml")}


@pytest.mark.parametrize("path", sorted(CLASSICS.glob("*.yaml")), ids=lambda path: path.stem)
def test_scenario_tells_story_and_sources(path: Path) -> None:
    data = YAML(typ="safe").load(path)
    assert data["name"] == path.stem
    assert data["title"]
    assert len(data["description"].strip().splitlines()) == 2
    assert "Source:" in data["description"]
    for name, part in [*data.get("parameters", {}).items(), *data.get("state", {}).items()]:
        assert "source" in part or "judgement" in part, f"{name} says neither source nor judgement"


@pytest.mark.parametrize("path", sorted(CLASSICS.glob("*.yaml")), ids=lambda path: path.stem)
def test_scenario_loads_without_a_warning(path: Path) -> None:
    assert not wargame.load(path).warnings


# ---- both engines --------------------------------------------------------------------------------


def different_rules(most_policies: float) -> list[Any]:
    """One run of every scenario, and of every change of it that goes beyond parameters.

    A game with more policies than `most_policies` counts once: compiling it takes a while.
    """
    seen: dict[str, Any] = {}
    for model in MODELS.values():
        for name, run in model.runs.items():
            changes = {
                path: value for path, value in run.overrides.items() if not path.startswith("parameters.")
            }
            changes.pop("time.horizon", None)
            if len(list(scenario_of(run).policies())) > most_policies:
                changes = {}
            key = json.dumps([run.scenario, changes])
            seen.setdefault(key, pytest.param(run, id=f"{model.name}: {name}"))
    return list(seen.values())


def same_on_both(run: Run, episodes: int) -> None:
    scenario = scenario_of(run)
    block = play_both(play_for(scenario, orders=list(run.orders), seed=1, sample=episodes), episodes)
    assert not block.failures


@pytest.mark.parametrize("run", different_rules(MANY_POLICIES))
def test_both_engines_play_the_same_episodes(run: Run) -> None:
    same_on_both(run, max(1, min(30, run.episodes.quick, QUICK_TURNS // scenario_of(run).horizon)))


@pytest.mark.verify
@pytest.mark.parametrize("run", different_rules(math.inf))
def test_both_engines_play_the_same_two_hundred_episodes(run: Run) -> None:
    same_on_both(run, run.episodes.number(200))


# ---- judging -------------------------------------------------------------------------------------

CASE = Row.model_validate(
    {"label": "a share", "value": 0.5, "kind": "prob", "sd": 0.5, "class": "play", "run": "r"}
    | {"statistic": "share", "of": [["outcome", "==", "war"]]}
)


def share(value: float, sd: float, hits: int, n: int) -> bool:
    row = CASE.model_copy(update={"value": value, "sd": sd})
    return is_near(row, Estimate(value=hits / n, n=n, hits=hits), value)


def test_a_share_may_lie_four_standard_errors_off() -> None:
    assert share(0.5, 0.5, 5_199, 10_000)
    assert not share(0.5, 0.5, 5_201, 10_000)


def test_rare_shares_are_judged_exactly() -> None:
    # One in a hundred thousand, once expected: the chance of six or more is 5.9e-4, of nine or more 1.1e-6.
    rare = math.sqrt(1e-5 * (1 - 1e-5))
    assert share(1e-5, rare, 6, 100_000)
    assert not share(1e-5, rare, 9, 100_000)
    assert share(0.0, 0.0, 0, 100_000)
    assert not share(0.0, 0.0, 1, 100_000)
    assert not share(1.0, 0.0, 99_999, 100_000)


def test_a_number_without_chance_must_agree_to_a_billionth() -> None:
    row = CASE.model_copy(update={"statistic": "mean", "of": "metric.x", "sd": None, "value": 2000.0})
    assert is_near(row, Estimate(value=2000 + 1.9e-6, n=1), 2000.0)
    assert not is_near(row, Estimate(value=2000 + 2.1e-6, n=1), 2000.0)


def test_a_wrong_number_fails() -> None:
    model = MODELS["forts-ruin"]
    row = next(row for row in model.rows if row.shown is Shown.PLAY and row.kind == "prob")
    wrong = row.model_copy(update={"value": row.value + 0.1})
    verdict = Verification(model=model, depth="quick", engine="mesa", episodes=500).verdict(wrong)
    assert not verdict.holds
    assert verdict.standard_errors is not None
    assert verdict.standard_errors < -4


def test_a_contrast_that_gives_the_right_answer_fails() -> None:
    model = MODELS["richardson"]
    row = next(row for row in model.rows if row.shown is Shown.CONTRAST)
    right = model.row(str(row.against))
    same = row.model_copy(update={"run": right.run, "of": right.of})
    assert not Verification(model=model, depth="quick", engine="mesa").verdict(same).holds


def test_an_unknown_model_is_named_with_those_there_are() -> None:
    with pytest.raises(ClassicsError, match=r"no published model 'lanchestre'; allowed: .*[Dd]id you mean"):
        read_models(["lanchestre"])


def test_a_file_that_lacks_a_key_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "expected").mkdir()
    run = {"scenario": "x.yaml", "episodes": {"quick": 1, "verify": 1}}
    row = {
        "label": "x",
        "value": 1,
        "kind": "det",
        "sd": None,
        "class": "play",
        "run": "r",
        "statistic": "mean",
    }
    text = json.dumps({"model": "m", "source": "s", "runs": {"r": run}, "rows": [row]})
    (tmp_path / "expected" / "m.json").write_text(text)
    monkeypatch.setattr(expected, "classics_directory", lambda: tmp_path)
    with pytest.raises(ClassicsError, match=r"m\.json: rows\.0: .*class play needs of"):
        read_models()


def test_quick_episodes_are_part_of_the_full_run() -> None:
    run = MODELS["forts-ruin"].runs
    assert all(one.episodes.number(None) == one.episodes.verify for one in run.values())
    assert MODELS["fictitious-play"].runs["smooth"].episodes.number(100_000) == 2000
    assert MODELS["fictitious-play"].runs["pennies"].episodes.number(100_000) == 1
    assert isinstance(scenario_of(next(iter(run.values()))), wargame.Scenario)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"policy": "flee"}, "has no probability of 'flee'"),
        ({"reads": "residual"}, "expects no equilibrium"),
        ({"actor": "a", "turn": 40}, "decides nothing on turn 40"),
    ],
)
def test_a_trace_that_cannot_be_read_says_why(
    change: dict[str, Any], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_answers, "LONGEST_SEARCH", 2)
    model = MODELS["fearon94"]
    row = next(row for row in model.rows if row.shown is Shown.TRACE).model_copy(update=change)
    with pytest.raises(ClassicsError, match=words):
        Verification(model=model).verdict(row)
