"""The commands knockouts, null-players and regret: what they print and write, and no traceback."""

import json
from pathlib import Path

import pandas as pd
import pytest

import wargame
from tests.test_cli import TINY, call

SOUTH = """
  south:
    policies: {keep: {label: Keep watch}, calm: {label: Calm, effects: {tension: -0.1}}}
    utility: -tension
    decision: {rule: logit, precision: 8}
nature"""
KNOCKOUTS = """
name: parts
title: The parts of a border
scenario: border.yaml
question: Does each part move what it is about?
hypothesis: Probing does.
episodes: 60
arms:
  whole: {label: All parts}
  no_step: {label: Probing, set: {step: 0}, moves: {peak: lower, south: higher}}
  noop: {label: Nothing, set: {step: 0.1}, moves: {peak: either}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a scenario of two actors and a file of knock-outs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "border.yaml").write_text(TINY.replace("\nnature", SOUTH, 1), "utf-8")
    (tmp_path / "parts.yaml").write_text(KNOCKOUTS, "utf-8")
    return tmp_path


def test_knockouts_print_save_and_draw(here: Path) -> None:
    shown = call("knockouts", "parts.yaml")
    assert shown.exit_code == 0, shown.output
    for words in ("The parts of a border", "3 arms of 60 episodes, seed 1", "as stated", "not shown"):
        assert words in shown.output, shown.output
    assert "1 of 2 mechanisms move what they must" in " ".join(shown.output.split())
    folder = here / "results" / "parts-knockouts"
    table = pd.read_csv(folder / "knockouts.csv")
    assert table["name"].tolist() == ["peak", "south", "peak"]
    assert table.loc[2, "difference"] == 0
    assert {path.name for path in (folder / "figures").iterdir()} == {"knockouts.png", "knockouts.svg"}
    assert len(wargame.read(folder / "arms" / "no_step")) == 60


def test_knockouts_over_what_is_not_known(here: Path) -> None:
    shown = call("knockouts", "parts.yaml", "--lhs", "8", "-n", "30", "--no-figures")
    assert shown.exit_code == 0, shown.output
    assert "nine points in" in shown.output
    assert "240 episodes (8 points × 30)" in shown.output
    assert "range_low" in pd.read_csv(here / "results" / "parts-knockouts" / "knockouts.csv")


def test_null_players_print_save_and_draw(here: Path) -> None:
    shown = call("null-players", "border.yaml", "-n", "50", "--hold", "south=keep")
    assert shown.exit_code == 0, shown.output
    for words in (
        "Null players: A border crisis",
        "7 arms of 50 episodes",
        "The North: uniform",
        "The North: wait",
    ):
        assert words in shown.output, shown.output
    assert "Everybody: hold" in shown.output
    folder = here / "results" / "border-null-players"
    assert len(pd.read_csv(folder / "null-players.csv")) == 6
    assert (folder / "figures" / "null-players.svg").is_file()
    over = call("null-players", "border.yaml", "-n", "20", "--hold", "south=keep", "--lhs", "6")
    assert over.output.index("nine points in ten") < over.output.index("95 % interval")


def test_regret_prints_saves_and_draws(here: Path) -> None:
    shown = call(
        "regret", "border.yaml", "-n", "50", "--decisions", "6", "--futures", "20", "--engine", "mesa"
    )
    assert shown.exit_code == 0, shown.output
    for words in ("The best fixed policy against the own rule", "(of 2)", "Another policy on a single turn"):
        assert words in shown.output, shown.output
    folder = here / "results" / "border-regret"
    assert pd.read_csv(folder / "decisions.csv")["decisions"].tolist() == [6, 6]
    assert pd.read_csv(folder / "fixed-policies.csv")["policy"].tolist() == ["wait", "probe", "keep", "calm"]
    assert {path.stem for path in (folder / "figures").iterdir()} == {"fixed-policies", "decisions"}
    only = call(
        "regret", "border.yaml", "-n", "20", "--actor", "south", "--decisions", "0", "-q", "--no-figures"
    )
    assert only.output == "results/border-regret\n"


def test_json_for_machines() -> None:
    found = json.loads(call("knockouts", "parts.yaml", "--json", "--no-figures").output)
    assert [row["verdict"] for row in found["knockouts"]][2] == "not shown"
    assert set(found["digests"]) == {"whole", "no_step", "noop"}
    arguments = ("null-players", "border.yaml", "-n", "20", "--hold", "south=keep", "--json", "--no-figures")
    assert len(json.loads(call(*arguments).output)["null_players"]) == 6
    arguments = ("regret", "border.yaml", "-n", "20", "--decisions", "0", "--json", "--no-figures")
    assert len(json.loads(call(*arguments).output)["best_fixed"]) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("knockouts", "missing.yaml"), "no such file or experiment"),
        (("null-players", "border.yaml"), "--hold south=keep"),
        (("null-players", "border.yaml", "--hold", "south"), "write ACTOR=POLICY"),
        (("null-players", "border.yaml", "--hold", "south=kep"), "did you mean 'keep'?"),
        (("regret", "border.yaml", "--actor", "east"), "no actor 'east'"),
        (("regret", "border.yaml", "-n", "20", "--decisions", "1"), "at least 2"),
        (("regret", "border.yaml", "-n", "20", "--futures", "2"), "4 to 10,000"),
        (("regret", "border.yaml", "-n", "3"), "give at least 4"),
    ],
)
def test_mistakes_are_told_without_a_traceback(arguments: tuple[str, ...], said: str) -> None:
    shown = call(*arguments)
    assert shown.exit_code in (1, 2)
    assert said in " ".join(shown.output.split())
    assert "Traceback" not in shown.output
