"""`wargame verify-classics`: the table, the JSON, and the exit code."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wargame.cli import app
from wargame.experiment import expected, known_answers

CLASSICS = Path(__file__).parent.parent / "configs" / "classics"


def call(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "110"}).invoke(
        app, ["verify-classics", *arguments, "--engine", "mesa"], prog_name="wargame"
    )


@pytest.fixture
def wrong_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published models, with one known answer of `forts-ruin` altered."""
    folder = tmp_path / "classics"
    shutil.copytree(CLASSICS, folder)
    path = folder / "expected" / "forts-ruin.json"
    data = json.loads(path.read_text())
    data["rows"][0]["value"] += 0.2
    path.write_text(json.dumps(data))
    for module in (expected, known_answers):
        monkeypatch.setattr(module, "classics_directory", lambda: folder)


def test_every_row_stands_in_the_table() -> None:
    shown = call("lanchester", "-n", "200")
    assert shown.exit_code == 0, shown.output
    for words in ("lanchester", "(1) Euler M day 36", "50705.5", "analytic", "not played", "differs", "200"):
        assert words in shown.output
    assert "known answers are met; 2 are side numbers that no play shows" in shown.output


def test_json_has_every_row() -> None:
    shown = call("fearon94", "-n", "100", "--json")
    assert shown.exit_code == 0, shown.output
    told = json.loads(shown.output)
    rows = {row["label"]: row for row in told["rows"]}
    assert list(rows) == [row.label for row in expected.read_models(["fearon94"])[0].rows]
    assert told["missed"] == 0
    war = rows["40 ticks: P(war)"]
    assert (war["n"], war["class"], war["holds"]) == (100, "play", True)
    assert war["difference"] == pytest.approx(war["found"] - war["expected"])
    assert rows["t*"]["standard_errors"] is None


@pytest.mark.usefixtures("wrong_number")
def test_a_missed_answer_leaves_with_1() -> None:
    shown = call("forts-ruin", "-n", "500")
    assert shown.exit_code == 1, shown.output
    assert shown.output.count("MISSED") == 1
    assert "10 of 11 known answers are met" in shown.output


@pytest.mark.usefixtures("wrong_number")
def test_a_missed_answer_leaves_with_1_in_json_as_well() -> None:
    shown = call("forts-ruin", "-n", "500", "--json")
    assert shown.exit_code == 1, shown.output
    assert json.loads(shown.output)["missed"] == 1


def test_an_unknown_model_is_no_traceback() -> None:
    shown = call("fearon49")
    assert shown.exit_code == 1
    assert "there is no published model 'fearon49'" in shown.output
    assert "Traceback" not in shown.output
