"""`wargame analyse`: what it prints, what it writes, and what it says where it can only mislead."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import wargame
from wargame.cli import app
from wargame.report.analyses import ANALYSES

BORDER = """
name: border
title: A border crisis
time: {step: quarter, start: 2025Q1, horizon: 8}
state: {tension: {initial: 0.4, bounds: [0, 1], judgement: a guess}}
actors:
  north:
    label: The North
    policies: {wait: {label: Wait}, probe: {label: Probe, effects: {tension: 0.1}}}
    utility: tension - tension ** 3
    decision: {rule: logit, precision: 8}
  south:
    label: The South
    policies: {hold: {label: Hold}, calm: {label: Calm down, cost: 0.05, effects: {tension: -0.1}}}
    utility: -tension
    decision: {rule: logit, precision: 8}
nature: {shots: {draw: {bernoulli: 0.3 * tension}, effects: {tension: 0.2}}}
outcomes: {war: {when: tension >= 1, terminal: true, label: War}, peace: {default: true, label: Peace}}
metrics:
  peak: {value: max(tension), label: highest tension}
  first_shots: {value: first(shots), label: first shots}
  after_shots: {value: first(shots) + 1, label: the turn after the first shots}
"""


def call(*arguments: str | Path) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, [str(one) for one in arguments], prog_name="wargame")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of which every episode was kept in full."""
    place = tmp_path_factory.mktemp("analyse")
    scenario = place / "border.yaml"
    scenario.write_text(BORDER, "utf-8")
    shown = call(
        "run", scenario, "-n", "150", "--sample", "150", "--no-figures", "--out", place / "run", "-q"
    )
    assert shown.exit_code == 0, shown.output
    return place / "run"


def analysed(folder: Path, *arguments: str) -> dict:
    shown = call("analyse", folder, *arguments, "--no-figures", "--json")
    assert shown.exit_code == 0, shown.output
    return json.loads(shown.output)["analyses"]


def test_sample_is_kept_as_asked(folder: Path) -> None:
    assert wargame.read(folder).sample["episode"].nunique() == 150


def test_without_a_question_it_says_what_can_be_asked(folder: Path) -> None:
    shown = call("analyse", folder)
    assert shown.exit_code == 0
    for analysis in ANALYSES:
        assert analysis.name in shown.output


@pytest.mark.parametrize("analysis", [one.name for one in ANALYSES if one.module.endswith(f".{one.name}")])
def test_every_analysis_answers_writes_and_can_be_read_by_machines(folder: Path, analysis: str) -> None:
    found = analysed(folder, analysis)[analysis]
    assert found["tables"]
    for name, rows in found["tables"].items():
        written = pd.read_csv(folder / "analysis" / f"{name}.csv")
        assert len(written) == len(rows)
    shown = call("analyse", folder, analysis, "--no-figures")
    assert shown.exit_code == 0
    assert "chance alone" in shown.output
    assert max(len(row) for row in shown.output.splitlines() if "/" not in row) <= 100


def test_figures_are_written(folder: Path) -> None:
    shown = call("analyse", folder, "incidence", "payoffs", "--actor", "south")
    assert shown.exit_code == 0, shown.output
    names = {path.name for path in (folder / "analysis").glob("*.png")}
    assert names == {"incidence.png", "events.png", "payoffs-south.png"}
    assert (folder / "analysis" / "incidence.svg").exists()


def test_answers_to_an_earlier_run_in_the_folder_are_taken_away(folder: Path) -> None:
    place = folder.parent / "again"
    scenario = folder.parent / "border.yaml"
    for seed in ("1", "2"):
        call("run", scenario, "-n", "20", "--seed", seed, "--no-figures", "--out", place, "-q")
        names = ("payoffs", "outcomes") if seed == "1" else ("outcomes",)
        assert call("analyse", place, *names, "--no-figures").exit_code == 0
    assert {path.name for path in (place / "analysis").iterdir()} == {"outcomes.csv", "about.json"}
    about = json.loads((place / "analysis" / "about.json").read_text("utf-8"))
    assert about["digest"] == wargame.read(place).digest


def test_incidence_is_that_of_the_episodes(folder: Path) -> None:
    episodes = wargame.read(folder).episodes
    tables = analysed(folder, "incidence")["incidence"]["tables"]
    ends = pd.DataFrame(tables["incidence"]).set_index(["outcome", "turn"])["n"]
    assert ends["war", 3] == ((episodes["outcome"] == "war") & (episodes["length"] <= 4)).sum()
    # Only a bare first(...) says when something happened.
    assert [row["event"] for row in tables["first-events"]] == ["first_shots"]


def test_responses_answer_a_question(folder: Path) -> None:
    plays = wargame.read(folder).sample_plays.set_index(["episode", "turn", "actor"])["policy"].unstack()
    found = analysed(folder, "responses", "--actor", "south", "--after", "north=probe")["responses"]
    rows = {row["policy"]: row for row in found["tables"]["responses"]}
    before = plays["north"].groupby("episode").shift()
    assert rows["calm"]["total"] == (before == "probe").sum()
    assert rows["calm"]["n"] == ((before == "probe") & (plays["south"] == "calm")).sum()
    same = analysed(folder, "responses", "--actor", "south", "--after", "north=probe", "--lag", "0")
    rows = {row["policy"]: row for row in same["responses"]["tables"]["responses"]}
    assert rows["calm"]["total"] == (plays["north"] == "probe").sum()


def test_level_changes_the_intervals(folder: Path) -> None:
    wide, narrow = (
        analysed(folder, "outcomes", "--level", level)["outcomes"]["tables"]["outcomes"][0]
        for level in ("0.99", "0.5")
    )
    assert wide["low"] < narrow["low"] < narrow["high"] < wide["high"]


def test_outcomes_by_a_column(folder: Path) -> None:
    tables = analysed(folder, "outcomes", "--by", "metric.first_shots")["outcomes"]["tables"]
    assert sum(row["n"] for row in tables["outcomes-by-metric.first_shots"]) == (
        wargame.read(folder).episodes["metric.first_shots"].notna().sum()
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["luck"], ["no analysis 'luck'", "outcomes, incidence", "mend:"]),
        (["payoffs", "--actor", "east"], ["no actor 'east'", "north, south"]),
        (["responses", "--after", "north=shout"], ["no policy of north 'shout'", "wait, probe"]),
        (["trajectories", "--variable", "calm"], ["no variable 'calm'", "tension"]),
        (["trajectories", "--episode", "150"], ["episode 150 was not kept", "--sample 151"]),
        (["paths", "--outcome", "draw"], ["no outcome 'draw'", "war, peace"]),
        (["outcomes", "--by", "peak"], ["no column 'peak'", "metric.peak"]),
    ],
)
def test_mistakes_are_told_without_a_traceback(folder: Path, arguments: list[str], words: list[str]) -> None:
    shown = call("analyse", folder, *arguments)
    assert shown.exit_code == 1
    assert "Traceback" not in shown.output
    told = " ".join(shown.output.split())
    for word in words:
        assert word in told


def test_a_folder_that_holds_no_run(tmp_path: Path) -> None:
    shown = call("analyse", tmp_path, "outcomes")
    assert shown.exit_code == 1
    assert "no manifest.json" in shown.output
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def bare(folder: Path) -> Path:
    """A run that kept neither episodes nor whole courses."""
    place = folder.parent / "bare"
    scenario = folder.parent / "border.yaml"
    shown = call(
        "run", scenario, "-n", "40", "--sample", "0", "--no-episodes", "--no-figures", "--out", place, "-q"
    )
    assert shown.exit_code == 0, shown.output
    return place


@pytest.mark.parametrize("analysis", ["responses", "paths"])
def test_what_needs_whole_courses_says_how_to_get_them(bare: Path, analysis: str) -> None:
    shown = call("analyse", bare, analysis)
    assert shown.exit_code == 1
    assert "Make the run again with --sample 40" in " ".join(shown.output.split())


def test_what_needs_the_episodes_says_so(bare: Path) -> None:
    shown = call("analyse", bare, "incidence")
    assert shown.exit_code == 1
    assert "without --no-episodes" in shown.output


def test_all_passes_over_what_cannot_be_answered(bare: Path) -> None:
    shown = call("analyse", bare, "all", "--no-figures", "--json")
    assert shown.exit_code == 0, shown.output
    found = json.loads(shown.output)["analyses"]
    assert "tables" in found["outcomes"]
    assert "tables" in found["policies"]
    assert "refused" in found["responses"]


def test_few_whole_courses_come_with_a_word_on_how_to_get_more(folder: Path) -> None:
    place = folder.parent / "few"
    scenario = folder.parent / "border.yaml"
    call("run", scenario, "-n", "300", "--no-figures", "--out", place, "-q")
    notes = " ".join(analysed(place, "policies", "--actor", "north")["policies"]["notes"])
    assert "32 of 300 episodes" in notes
    assert "--sample 300" in notes
