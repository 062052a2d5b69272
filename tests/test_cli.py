"""The command line: what it prints, what it writes, and that no mistake of its user shows a traceback."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import wargame
from wargame.cli import app

ROOT = Path(__file__).resolve().parents[1]

TINY = """
name: border
title: A border crisis
time: {step: quarter, start: 2025Q1, horizon: 5}
parameters: {step: {value: 0.1, judgement: a guess, distribution: {uniform: [0.05, 0.15]}}}
state: {tension: {initial: 0.4, bounds: [0, 1], judgement: a guess}}
actors:
  north:
    label: The North
    policies: {wait: {label: Wait}, probe: {label: Probe, available: tension < 0.9, effects: {tension: step}}}
    utility: tension - tension ** 3
    decision: {rule: logit, precision: 8}
nature: {shots: {draw: {bernoulli: 0.3 * tension}, effects: {tension: 0.2}}}
outcomes: {war: {when: tension >= 1, terminal: true, label: War}, peace: {default: true, label: Peace}}
metrics: {peak: {value: max(tension), label: highest tension}}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with one scenario."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "border.yaml").write_text(TINY, "utf-8")
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "100"}).invoke(app, list(arguments), prog_name="wargame")


def play(*arguments: str) -> Result:
    return call("run", "border.yaml", "-n", "30", "--no-figures", *arguments)


# ---- run -----------------------------------------------------------------------------------------


def test_run_prints_a_summary_and_writes_the_results(here: Path) -> None:
    shown = call("run", "border.yaml", "-n", "30", "--seed", "5", "--out", "here-run")
    assert shown.exit_code == 0, shown.output
    results = wargame.read(here / "here-run")
    assert len(results) == 30
    for words in (
        "A border crisis",
        "30 episodes of up to 5 quarters, seed 5",
        results.digest[:16],
        "War",
        "Peace",
    ):
        assert words in shown.output
    assert "highest tension" in shown.output
    assert "Intervals are for chance alone" in shown.output
    assert "--uncertain" in shown.output
    assert "Saved in here-run" in shown.output
    drawn = {path.name for path in (here / "here-run" / "figures").iterdir()}
    assert drawn == {
        f"{name}.{kind}" for name in ("outcomes", "trajectories", "policies-north") for kind in ("png", "svg")
    }
    assert not re.search(r"\x1b\[", shown.output)


def test_run_is_the_same_as_simulate(here: Path) -> None:
    shown = play("--seed", "2", "--set", "step=0.12", "--order", "north=probe@2025Q2..2025Q3", "--json")
    said = json.loads(shown.stdout)
    same = wargame.simulate(
        wargame.load("border.yaml").with_(step=0.12),
        episodes=30,
        seed=2,
        orders=["north=probe@2025Q2..2025Q3"],
        progress=False,
    )
    assert said["digest"] == same.digest
    assert said["overrides"] == {"step": 0.12}
    assert said["orders"] == ["north=probe@2025Q2..2025Q3"]
    assert [row["n"] for row in said["outcomes"]] == same.outcomes()["n"].tolist()
    assert wargame.read(said["folder"]).digest == same.digest


def test_default_folders_tell_runs_apart(here: Path) -> None:
    folders = [
        play("--quiet", *more).stdout.strip()
        for more in (
            [],
            ["--seed", "2"],
            ["--set", "step=0.1"],
            ["--order", "north=wait@0"],
            ["--uncertain"],
            ["--no-episodes"],
        )
    ]
    assert folders[0] == str(Path("results") / "border-seed1-n30-run")
    assert len(set(folders)) == 6
    assert all(name.endswith("-run") and (here / name / "manifest.json").is_file() for name in folders)
    assert play("--quiet").stdout.strip() == folders[0]


def test_run_names_overrides_orders_and_blocked_ones() -> None:
    shown = play("--set", "tension=0.95", "--order", "north=probe@0", "--uncertain")
    assert "Changed: tension = 0.95" in shown.output
    assert "Orders: north=probe@0 (not carried out, for want of the policy, in 30 episodes)" in shown.output
    assert "Uncertain: 1 parameter was drawn anew" in shown.output


def test_run_reports_failed_episodes() -> None:
    shown = play("--set", "nature.shots.effects={tension: 1 / (tension - tension)}")
    assert shown.exit_code == 0
    assert re.search(r"\d+ failed", shown.output)
    assert "border.yaml" in shown.output
    assert "Traceback" not in shown.output


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a.b=3", 3),
        ("a.b=0.5", 0.5),
        ("a.b=true", True),
        ("a.b = 2 * tension", "2 * tension"),
        ("a.b=where(x == 1, 2, 3)", "where(x == 1, 2, 3)"),
        ("a.b=[0, 1]", [0, 1]),
        ("a.b={uniform: [0, 1]}", {"uniform": [0, 1]}),
        ("a.b=-0.2 * (x - 1)", "-0.2 * (x - 1)"),
    ],
)
def test_values_to_set_are_yaml(text: str, value: object) -> None:
    from wargame.cli.arguments import overrides

    assert overrides([text]) == {"a.b": value}


def test_further_processes_are_started_only_where_they_pay() -> None:
    from wargame.cli.arguments import worker_count

    tiny, korea = wargame.load("border.yaml"), wargame.load("korea-2025")
    assert worker_count(None, "mesa", tiny, 1000) == 1
    assert worker_count(None, "mesa", korea, 100) == 1
    assert worker_count(None, "mesa", korea, 10_000) == min(len(os.sched_getaffinity(0)), 64)
    assert worker_count(3, "mesa", tiny, 1) == 3
    for engine in ("auto", "batch"):
        assert worker_count(None, engine, korea, 10_000) is None
        assert worker_count(3, engine, korea, 10_000) == 3


@pytest.mark.parametrize("engine", ["mesa", "batch"])
def test_the_engine_is_as_asked_and_changes_nothing(engine: str) -> None:
    said = json.loads(play("--json", "--engine", engine, "--workers", "2").stdout)
    assert said["engine"] == engine
    assert json.loads((Path(said["folder"]) / "manifest.json").read_text("utf-8"))["engine"] == engine
    assert said["digest"] == wargame.simulate("border.yaml", episodes=30, progress=False).digest


def test_a_run_without_episodes_says_the_same(here: Path) -> None:
    """Same summary, tables and figures; only what needs the episodes is missing."""
    whole, bare = (
        call(
            "run",
            "border.yaml",
            "-n",
            "300",
            "--uncertain",
            "--order",
            "north=probe@0..3",
            "--out",
            out,
            *more,
        )
        for out, more in (("whole", []), ("bare", ["--no-episodes"]))
    )
    assert bare.exit_code == 0, bare.output

    def table(shown: Result, first: str) -> list[str]:
        rows = shown.output.splitlines()
        start = next(place for place, row in enumerate(rows) if row.strip().startswith(first))
        return rows[start : rows.index("", start)]

    assert table(bare, "outcome") == table(whole, "outcome")
    assert "all episodes" in table(bare, "metric")[0]
    (_, _, *found), (_, _, *expected) = (
        [re.split(r"\s{2,}", row.strip())[:3] for row in table(shown, "metric")] for shown in (bare, whole)
    )
    assert found == expected
    assert not (here / "bare" / "episodes.parquet").exists()
    assert (here / "bare" / "outcomes.csv").read_bytes() == (here / "whole" / "outcomes.csv").read_bytes()
    for path in (here / "whole" / "figures").iterdir():
        assert (here / "bare" / "figures" / path.name).read_bytes() == path.read_bytes(), path.name
    assert wargame.read("bare").digest == wargame.read("whole").digest
    told = [call("replay", folder, "299") for folder in ("whole", "bare")]
    assert told[0].exit_code == told[1].exit_code == 0
    assert told[0].output == told[1].output


def test_json_of_a_run_without_episodes() -> None:
    whole, bare = (json.loads(play("--json", *more).stdout) for more in ([], ["--no-episodes"]))
    rows = [(row.pop("q05"), row.pop("q95")) for row in bare["metrics"]]
    assert rows == [(None, None)]
    for name in ("digest", "outcomes", "mean_length", "failed", "episodes_with_blocked_orders"):
        assert bare[name] == whole[name]
    for row, full in zip(bare["metrics"], whole["metrics"], strict=True):
        assert {name: full[name] for name in row} == row | {
            name: full[name] for name in row if row[name] is None
        }


def test_processes_do_not_change_results() -> None:
    alone, together = (
        json.loads(
            call("run", "border.yaml", "-n", "40", "--json", "--no-figures", "--workers", count).stdout
        )
        for count in ("1", "2")
    )
    assert alone["digest"] == together["digest"]


def test_a_run_takes_the_place_of_an_earlier_one_and_of_its_figures(here: Path) -> None:
    figures = here / "results" / "border-seed1-n30-run" / "figures"
    play("--quiet")
    figures.mkdir()
    (figures / "policies-nobody.png").touch()
    (figures / "notes.txt").touch()
    assert play("--quiet").exit_code == 0
    assert [path.name for path in figures.iterdir()] == ["notes.txt"]


# ---- going on and verifying ----------------------------------------------------------------------


def test_resume_goes_on_with_an_interrupted_run(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from wargame.experiment.executors import Serial

    def interrupt(self, task, spans):
        yield task.player()(0, 32)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Serial, "play", interrupt)
        stopped = call("run", "border.yaml", "-n", "90", "--engine", "mesa", "--out", "half")
    assert stopped.exit_code == 130
    assert stopped.stderr == (
        "32 of 90 episodes are kept in half; go on with the same command and --resume\ninterrupted\n"
    )
    refused = call("run", "border.yaml", "-n", "90", "--out", "half")
    assert refused.exit_code == 1
    assert "it holds a run that was interrupted, 32 of 90 episodes complete" in refused.stderr
    other = call("run", "border.yaml", "-n", "90", "--seed", "2", "--out", "half", "--resume")
    assert "it holds another run (the seed: 1 there, 2 asked for)" in other.stderr
    for command in (("verify", "half"), ("replay", "half", "0")):
        shown = call(*command)
        assert "interrupted" in shown.output
        assert "Traceback" not in shown.output
    resumed = call("run", "border.yaml", "-n", "90", "--out", "half", "--resume", "--no-figures")
    assert resumed.exit_code == 0, resumed.output
    assert "90 episodes" in resumed.output
    longer = call("run", "border.yaml", "-n", "120", "--out", "half", "--resume", "--no-figures", "--json")
    same = wargame.simulate("border.yaml", episodes=120, progress=False)
    assert json.loads(longer.stdout)["digest"] == same.digest


def test_verify_says_what_it_found(here: Path) -> None:
    folder = play("--quiet").stdout.strip()
    good = call("verify", folder, "-n", "7")
    assert good.exit_code == 0, good.output
    assert "7 of 30 episodes were played again on the Mesa engine" in " ".join(good.stdout.split())
    assert good.stdout.endswith("Nothing is wrong.\n")
    (here / folder / "metrics.csv").write_text("mine")
    bad = call("verify", folder)
    assert bad.exit_code == 1
    assert "metrics.csv is not the file that was written" in bad.stdout
    assert "2 of 5 findings are wrong." in bad.stdout


def test_dask_plays_the_same(here: Path) -> None:
    folder = play("--quiet", "--dask", "local:1").stdout.strip()
    assert wargame.read(folder).digest == wargame.simulate("border.yaml", episodes=30, progress=False).digest


# ---- inspect, list, schema, replay ---------------------------------------------------------------


def test_inspect_says_what_is_played() -> None:
    shown = call("inspect", "border.yaml")
    assert shown.exit_code == 0
    for words in ("A border crisis", "5 quarters, 2025Q1 to 2025Q4", "The North", "Probe", "War"):
        assert words in shown.output or words == "5 quarters, 2025Q1 to 2025Q4"
    assert "2 numbers: 0 sourced, 2 judgement, 0 neither; 1 with a range." in shown.output
    assert "uniform 0.05, 0.15" in call("inspect", "border.yaml", "all").output
    assert "0.77" in call("inspect", "border.yaml", "--set", "tension=0.77").output


def test_inspect_shows_the_code_with_the_files_lines() -> None:
    shown = call("inspect", "border.yaml", "--rules")
    assert "`# line N` is a line of border.yaml" in shown.output
    assert "def resolve(w):" in shown.output
    line = TINY.splitlines().index(next(row for row in TINY.splitlines() if "shots" in row)) + 1
    assert f"# line {line}" in shown.output
    one = call("inspect", "border.yaml", "--rules", "judge").output
    assert "def judge(w):" in one
    assert "def resolve(w):" not in one
    compile(one[one.index("def judge") :], "judge", "exec")


def test_list_names_every_scenario() -> None:
    shown = call("list")
    assert shown.exit_code == 0
    for name, path in wargame.available_scenarios().items():
        assert name in shown.output
        assert wargame.load(path).title in shown.output


def test_schema_is_json() -> None:
    schema = json.loads(call("schema").stdout)
    assert {"name", "time", "outcomes"} <= set(schema["properties"])


def test_replay_tells_the_episode_of_the_run(here: Path) -> None:
    folder = play("--quiet").stdout.strip()
    results = wargame.read(folder)
    for episode in (0, 29):
        shown = call("replay", folder, str(episode))
        assert shown.exit_code == 0
        assert shown.stderr == ""
        title = results.labels.outcomes[results.episodes["outcome"].iloc[episode]]
        assert f"How it ended: {title}" in shown.output
        assert "The North → " in shown.output
    part = call("replay", folder, "0", "--turns", "2025Q1..1", "--actor", "north", "--terms").output
    assert "2025Q2, turn 1" in part
    assert "2025Q3" not in part


def test_replay_warns_if_the_rules_have_changed(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = play("--quiet").stdout.strip()
    monkeypatch.setattr(wargame.WargameModel, "length", property(lambda model: 99))
    shown = call("replay", folder, "0", "--brief")
    assert "warning: the run recorded another course of this episode" in shown.stderr


# ---- mistakes ------------------------------------------------------------------------------------

MISTAKES = [
    (["run", "korea-2052"], 1, "no such file or scenario"),
    (["run", "nothing.yaml"], 1, "no such file or scenario"),
    (["run", "."], 1, "is a folder"),
    (["run", "broken.yaml"], 1, "broken.yaml:1"),
    (["run", "border.yaml", "--set", "tensoin=1"], 1, "did you mean 'tension'"),
    (["run", "border.yaml", "--set", "tension"], 2, "write PATH=VALUE"),
    (["run", "border.yaml", "--set", "=3"], 2, "write PATH=VALUE"),
    (["run", "border.yaml", "--set", "step=*x"], 1, "border.yaml"),
    (["run", "border.yaml", "--order", "nroth=wait@0"], 1, "did you mean 'north'"),
    (["run", "border.yaml", "--order", "north=wait"], 1, "ACTOR=POLICY@TURN"),
    (["run", "border.yaml", "--order", "north=wait@2031Q1"], 1, "outside the episode"),
    (["run", "border.yaml", "-n", "0"], 1, "episodes is 0"),
    (["run", "border.yaml", "-n", "abc"], 2, "-n"),
    (["run", "border.yaml", "--seed", "-1"], 1, "seed is -1"),
    (["run", "border.yaml", "--workers", "0"], 1, "workers is 0"),
    (["run", "border.yaml", "--engine", "warp"], 2, "warp"),
    (["run", "border.yaml", "--engine", "batch", "--workers", "257"], 1, "workers is 257"),
    (["run", "border.yaml", "--nonsense"], 2, "--nonsense"),
    (["run", "border.yaml", "--out", "full"], 1, "Nothing was played"),
    (["run", "border.yaml", "--out", "border.yaml"], 1, "a file, not a folder"),
    (["run", "border.yaml", "--out", "full", "--resume"], 1, "Nothing was played"),
    (["run", "border.yaml", "--dask", "local"], 1, "names no Dask cluster"),
    (["run", "border.yaml", "--dask", "8786"], 1, "local:N for N processes"),
    (["verify", "nowhere"], 1, "no such folder"),
    (["verify", "full"], 1, "not a results folder"),
    (["verify", "full", "-n", "-1"], 1, "episodes is -1"),
    (["run"], 2, "SCENARIO"),
    (["runn", "border.yaml"], 2, "Did you mean"),
    (["inspect", "border.yaml", "nroth"], 1, "did you mean 'north'"),
    (["inspect", "border.yaml", "--rules", "nothing"], 1, "there is no block"),
    (["inspect", "border.yaml", "--set", "time.horizon=abc"], 1, "whole number"),
    (["replay", "nowhere", "0"], 1, "no such folder"),
    (["replay", "full", "0"], 1, "not a results folder"),
    (["replay", "full", "x"], 2, "EPISODE"),
]


@pytest.mark.parametrize(("arguments", "code", "words"), MISTAKES, ids=lambda given: str(given)[:50])
def test_a_mistake_is_explained_without_a_traceback(
    here: Path, arguments: list[str], code: int, words: str
) -> None:
    (here / "full").mkdir()
    (here / "full" / "thesis.txt").write_text("mine")
    (here / "broken.yaml").write_text("name: [")
    shown = call(*arguments)
    assert shown.exit_code == code, shown.output
    assert words in shown.stderr
    assert "Traceback" not in shown.output
    assert shown.stdout == ""
    assert [path.name for path in (here / "full").iterdir()] == ["thesis.txt"]
    assert not (here / "results").exists()


def test_mistakes_about_an_episode(here: Path) -> None:
    folder = play("--quiet").stdout.strip()
    for arguments, code, words in (
        (["30"], 1, "episodes 0 to 29"),
        (["0", "--actor", "nort"], 1, "did you mean 'north'"),
        (["0", "--turns", "77"], 1, "this episode has turns"),
        (["0", "--turns", "soon"], 2, "FIRST..LAST"),
    ):
        shown = call("replay", folder, *arguments)
        assert shown.exit_code == code
        assert words in shown.stderr
        assert "Traceback" not in shown.output


def test_an_interruption_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("wargame.cli.running.simulate", interrupted)
    shown = play()
    assert shown.exit_code == 130
    assert shown.stderr == "interrupted\n"


# ---- processes -----------------------------------------------------------------------------------


def test_help_loads_nothing_heavy() -> None:
    """`wargame --help` answers at once: nothing that takes time to load is imported."""
    code = (
        "import sys, wargame.cli\n"
        "sys.argv = ['wargame', '--help']\n"
        "try:\n    wargame.cli.main()\nexcept SystemExit as leave:\n    assert not leave.code\n"
        "heavy = {'numpy', 'pandas', 'mesa', 'matplotlib', 'pyarrow', 'llvmlite', 'ruamel', 'tqdm', 'pygments'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "run" in answer.stdout
    assert "HEAVY []" in answer.stdout


@pytest.mark.skipif(os.name == "nt", reason="pipes differ there")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"'{sys.executable}' -m wargame inspect korea-2025 all | head -1"
    answer = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert answer.stdout.startswith("U.S. Forces Korea")
    assert answer.stderr == ""
