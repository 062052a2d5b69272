"""Published models give their known answers; `configs/classics/README.md` tells the format of the numbers.

The quick tests play one or two thousand episodes of each run, `-m verify` ten times as many or more. Seeds are
fixed: a miss of four standard errors means a wrong model or engine.
"""

from __future__ import annotations

import json
import math
import operator
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

import wargame

CLASSICS = Path(__file__).parent.parent / "configs" / "classics"
STANDARD_ERRORS = 4.0
EXACT = 1e-9
SEED = 1

Row = dict[str, Any]

MODELS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted((CLASSICS / "expected").glob("*.json"))
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def rows(*classes: str) -> list[Any]:
    """Every row of these classes as a test parameter (model, row)."""
    return [
        pytest.param(model, row, id=f"{model}: {row['label']}")
        for model, expected in MODELS.items()
        for row in expected["rows"]
        if row["class"] in classes
    ]


@cache
def episodes(model: str, run: str, depth: str) -> pd.DataFrame:
    """The table of episodes of one run of a model, played once for all rows that read it."""
    spec = MODELS[model]["runs"][run]
    scenario = wargame.load(CLASSICS / spec["scenario"]).with_(spec["overrides"])
    results = wargame.simulate(scenario, episodes=spec["episodes"][depth], seed=SEED, progress=False)
    table: pd.DataFrame = results.episodes
    assert table["failure"].isna().all(), f"{spec['scenario']}: {table['failure'].dropna().iloc[0]}"
    return table


def holds(table: pd.DataFrame, conditions: list[list[Any]]) -> pd.Series:
    """Episodes in which every condition holds; a missing value meets none."""
    result = pd.Series(True, index=table.index)
    for column, comparison, value in conditions:
        result &= COMPARISONS[comparison](table[column], value) & table[column].notna()
    return result


def estimate(row: Row, table: pd.DataFrame) -> tuple[float, int]:
    """The row's statistic and the number of episodes it rests on."""
    table = table[holds(table, row.get("where", []))]
    statistic, of = row["statistic"], row["of"]
    if statistic == "share":
        return float(holds(table, of).mean()), len(table)
    columns = table[of if isinstance(of, list) else [of]].astype(float)
    assert not columns.isna().any(axis=None), f"{of} is missing in some episodes: the row needs a `where`"
    first = columns.iloc[:, 0]
    statistics: dict[str, Callable[[], float]] = {
        "mean": first.mean,
        "sd": first.std,
        "variance": first.var,
        "dispersion": lambda: first.var() / first.mean(),
        "correlation": lambda: first.corr(columns.iloc[:, 1]),
    }
    return float(statistics[statistic]()), len(table)


def tolerance(row: Row, n: int) -> float:
    """How far the estimate from n episodes may lie from the row's value."""
    if row["sd"] is None:
        return EXACT * max(1.0, abs(row["value"]))
    return STANDARD_ERRORS * row["sd"] / math.sqrt(n)


def right_row(model: str, contrast: Row) -> Row:
    """The row that a contrast must miss."""
    return next(row for row in MODELS[model]["rows"] if row["label"] == contrast["against"])


def check_value(model: str, row: Row, depth: str) -> None:
    found, n = estimate(row, episodes(model, row["run"], depth))
    allowed = tolerance(row, n)
    assert abs(found - row["value"]) <= allowed, (
        f"{row['label']}: {found:.10g} from {n:,} episodes, expected {row['value']:.10g} +- {allowed:.3g} "
        f"({STANDARD_ERRORS * (found - row['value']) / allowed:+.1f} standard errors)"
    )


def check_contrast(model: str, row: Row, depth: str) -> None:
    found, n = estimate(row, episodes(model, row["run"], depth))
    right, allowed = right_row(model, row)["value"], tolerance(row, n)
    assert abs(found - right) > allowed, (
        f"{row['label']}: {found:.10g} from {n:,} episodes cannot be told from {right:.10g} +- {allowed:.3g}"
    )


@pytest.mark.parametrize(("model", "row"), rows("play", "contrast"))
def test_value(model: str, row: Row) -> None:
    check_value(model, row, "quick")


def told_apart(model: str, row: Row, depth: str) -> bool:
    """Whether the row's run has enough episodes to tell the contrast from the right row safely."""
    n = MODELS[model]["runs"][row["run"]]["episodes"][depth]
    return abs(row["value"] - right_row(model, row)["value"]) > 2 * tolerance(row, n)


@pytest.mark.parametrize(
    ("model", "row"), [case for case in rows("contrast") if told_apart(*case.values, "quick")]
)
def test_contrast_differs(model: str, row: Row) -> None:
    check_contrast(model, row, "quick")


@pytest.mark.verify
@pytest.mark.parametrize(("model", "row"), rows("play", "contrast"))
def test_value_with_many_episodes(model: str, row: Row) -> None:
    check_value(model, row, "verify")


@pytest.mark.verify
@pytest.mark.parametrize(("model", "row"), rows("contrast"))
def test_contrast_differs_with_many_episodes(model: str, row: Row) -> None:
    check_contrast(model, row, "verify")


@pytest.mark.parametrize(("model", "row"), rows("contrast"))
def test_contrasts_can_be_told_apart(model: str, row: Row) -> None:
    assert told_apart(model, row, "verify")


@pytest.mark.parametrize("model", MODELS)
def test_expected_rows_are_complete(model: str) -> None:
    expected = MODELS[model]
    assert expected["model"] == model
    assert expected["source"]
    labels = [row["label"] for row in expected["rows"]]
    assert len(set(labels)) == len(labels), "labels are unique: contrasts refer to them"
    for row in expected["rows"]:
        assert row["class"] in ("play", "trace", "analytic", "contrast"), row["label"]
        assert row["kind"] in ("prob", "mean", "det"), row["label"]
        assert math.isfinite(row["value"]), row["label"]
        assert row["class"] in ("play", "trace") or row["reason"], row["label"]
        if row["class"] in ("play", "contrast"):
            run = expected["runs"][row["run"]]
            assert row["kind"] == "det" or row["sd"] is not None, row["label"]
            assert row["sd"] is None or run["episodes"]["quick"] > 1, row["label"]
        if row["class"] == "contrast":
            assert row["against"] in labels, row["label"]
    assert set(expected["runs"]) == {row["run"] for row in expected["rows"] if "run" in row}


def test_every_scenario_is_checked() -> None:
    used = {run["scenario"] for expected in MODELS.values() for run in expected["runs"].values()}
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
