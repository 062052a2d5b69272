"""The commands experiment, sweep and fork, and run --until: what they print and write, and no traceback."""

import json
from pathlib import Path

import pandas as pd
import pytest

import wargame
from tests.test_cli import TINY, call

EXPERIMENT = """
name: probing
title: Does probing pay?
scenario: border.yaml
question: What if the North probes?
hypothesis: More war.
episodes: 60
shown: [war, peak]
arms:
  baseline: {label: As it comes}
  probing: {label: Probing, orders: [north=probe@0..2]}
  noop: {set: {step: 0.1}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a scenario and an experiment."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "border.yaml").write_text(TINY, "utf-8")
    (tmp_path / "probing.yaml").write_text(EXPERIMENT, "utf-8")
    return tmp_path


def test_experiment_compares_saves_and_draws(here: Path) -> None:
    shown = call("experiment", "probing.yaml")
    assert shown.exit_code == 0, shown.output
    for words in (
        "Question: What if the North probes?",
        "Hypothesis: More war.",
        "3 arms of 60 episodes, seed 1",
        "Probing less As it comes",
        "noop less As it comes: no episode of 60 ends otherwise",
        "highest tension",
        "What pairing was worth",
        "Saved in results/probing-experiment: differences.csv, factors.csv, switches.csv, values.csv, arms/",
    ):
        assert words in shown.output, shown.output
    folder = here / "results" / "probing-experiment"
    assert {path.name for path in (folder / "figures").iterdir()} == {"differences.png", "differences.svg"}
    assert len(wargame.read(folder / "arms" / "probing")) == 60
    assert (pd.read_csv(folder / "differences.csv").query("arm == 'noop'")["difference"] == 0).all()


def test_experiment_until_says_how_looks_were_paid_for() -> None:
    shown = call("experiment", "probing.yaml", "--until", "difference war +/- 0.06", "--most", "4000")
    assert shown.exit_code == 0, shown.output
    assert "Target difference war +/- 0.06: met after 1,000 episodes" in shown.output
    assert "3 looks were planned, each at 98.33 %" in " ".join(shown.output.split())


def test_experiment_with_a_design_shows_the_range_first(here: Path) -> None:
    text = EXPERIMENT.replace("episodes: 60", "episodes: 20\ndesign: {lhs: 12}\nfigure: outcomes")
    (here / "nested.yaml").write_text(text, "utf-8")
    shown = call("experiment", "nested.yaml")
    assert shown.exit_code == 0, shown.output
    assert shown.output.index("nine points in ten") < shown.output.index("95 % interval")
    assert "240 episodes (12 points × 20)" in shown.output
    assert (here / "results" / "probing-experiment" / "points.csv").is_file()


def test_experiment_as_json_and_quiet() -> None:
    found = json.loads(call("experiment", "probing.yaml", "--json", "--no-figures", "-n", "20").output)
    assert found["episodes"] == 20
    assert set(found["digests"]) == {"baseline", "probing", "noop"}
    assert call("experiment", "probing.yaml", "-q", "--no-figures").output == "results/probing-experiment\n"


def test_experiments_are_listed() -> None:
    assert "realign-or-hold" in call("experiments").output


def test_sweep_over_a_grid_gives_one_tidy_table(here: Path) -> None:
    shown = call(
        "sweep", "border.yaml", "--grid", "parameters.step=0:0.2:5", "--grid", "tension=0.3,0.5", "-n", "20"
    )
    assert shown.exit_code == 0, shown.output
    assert "10 points (grid, 2 numbers varied) × 20 episodes = 200" in shown.output
    folder = here / "results" / "border-grid-10-sweep"
    table = pd.read_csv(folder / "sweep.csv")
    assert len(table) == 10 * (2 + 1 + 1)
    assert list(pd.read_csv(folder / "points.csv").columns) == ["point", "parameters.step", "state.tension"]


def test_sweep_over_a_sample_tells_what_is_not_known_from_luck(here: Path) -> None:
    shown = call("sweep", "border.yaml", "--lhs", "16", "-n", "30", "--out", "s")
    assert shown.exit_code == 0, shown.output
    assert "nine points in ten" in shown.output
    assert "not known" in shown.output
    assert set(pd.read_csv(here / "s" / "spread.csv")["name"]) == {"war", "peace", "peak", "north"}
    again = json.loads(call("sweep", "border.yaml", "--lhs", "16", "-n", "30", "--out", "s", "--json").output)
    assert again["digest"] == json.loads((here / "s" / "sweep.json").read_text())["digest"]


@pytest.mark.parametrize(
    "design", [["--sobol", "4"], ["--morris", "4"], ["--lhs", "4", "--over", "tension=0.2:0.6"]]
)
def test_sweep_over_other_samples(design: list[str]) -> None:
    shown = call("sweep", "border.yaml", *design, "-n", "4")
    assert shown.exit_code == 0, shown.output


def test_fork_plays_futures(here: Path) -> None:
    call("run", "border.yaml", "-n", "10", "--no-figures", "--out", "a-run")
    shown = call(
        "fork", "a-run", "3", "--turn", "2025Q3", "--order", "north=probe@2025Q3..2025Q4", "-n", "40"
    )
    assert shown.exit_code == 0, shown.output
    assert "Futures of episode 3 from 2025Q3 on" in shown.output
    assert "40 futures" in shown.output
    folder = here / "a-fork-3-2025Q3-run"
    assert len(wargame.read(folder)) == 40
    told = call("replay", str(folder), "7", "--brief")
    assert told.exit_code == 0, told.output
    assert "Future 7 of episode 3, from 2025Q3 on" in told.output
    changed = call("fork", "a-run", "3", "--turn", "2", "--set", "tension=0.95", "-n", "40", "--json")
    assert json.loads(changed.output)["fork"]["changes"] == {"tension": 0.95}


def test_run_until(here: Path) -> None:
    shown = call("run", "border.yaml", "--until", "war +/- 0.02", "--most", "16000", "--out", "u")
    assert shown.exit_code == 0, shown.output
    assert "Target war +/- 0.02: met after" in shown.output
    assert (here / "u" / "figures" / "convergence.png").is_file()
    again = call(
        "run", "border.yaml", "--until", "war +/- 0.02", "--most", "16000", "--out", "u", "--resume", "-q"
    )
    assert again.exit_code == 0, again.output
    other = call("run", "border.yaml", "--until", "war +/- 0.01", "--most", "16000", "--out", "u", "--resume")
    assert other.exit_code == 1
    assert "Ask for the same target and maximum as before" in other.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["experiment", "nothing"], "there is no such file or experiment"),
        (["experiment", "border.yaml"], "the key 'arms' is missing"),
        (["experiment", "probing.yaml", "--until", "war"], "cannot be read"),
        (["experiment", "probing.yaml", "--until", "wra +/- 0.1"], "did you mean 'war'"),
        (["sweep", "border.yaml"], "exactly one design"),
        (["sweep", "border.yaml", "--lhs", "4", "--sobol", "4"], "exactly one design"),
        (["sweep", "border.yaml", "--grid", "step=1:2"], "cannot be read"),
        (["sweep", "border.yaml", "--grid", "stp=1,2"], "did you mean 'step'"),
        (["sweep", "border.yaml", "--grid", "tension=0,9", "-n", "5"], "lies outside"),
        (["sweep", "border.yaml", "--sobol", "5"], "power of 2"),
        (["sweep", "border.yaml", "--lhs", "4", "--over", "step=a"], "cannot be read"),
        (["sweep", "border.yaml", "--lhs", "4", "-n", "1"], "at least 2"),
        (["fork", "nowhere", "1", "--turn", "2"], "no such folder"),
        (["run", "border.yaml", "--until", "difference +/- 0.1"], "about arms"),
    ],
)
def test_mistakes_end_in_a_message(arguments: list[str], said: str) -> None:
    shown = call(*arguments)
    assert shown.exit_code == 1
    assert said in shown.output
    assert "Traceback" not in shown.output


@pytest.mark.parametrize(
    "arguments", [["experiment", "probing.yaml"], ["sweep", "border.yaml", "--lhs", "4", "-n", "5"]]
)
def test_after_an_interruption_it_is_said_how_to_go_on(
    here: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("wargame.experiment.playing.executor_for", interrupt)
        patch.setattr("wargame.experiment.sweeps._records", interrupt)
        shown = call(*arguments, "--out", "kept", "--engine", "batch")
    assert shown.exit_code == 130
    assert "what is complete is kept in kept; go on with the same command and --resume" in shown.output
    assert call(*arguments, "--out", "kept", "--engine", "batch", "--resume").exit_code == 0
