"""Experiments and sweeps, interrupted and resumed: they end as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from border import BORDER_THAT_FAILS
from kills import Interrupted

import wargame
from wargame.experiment import kept_points, playing, saving, sweeps
from wargame.experiment.errors import ResultsError, Unfinished
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import Experiment, loads_experiment
from wargame.experiment.sweeps import Sweep

EXPERIMENT = """
name: steps
title: Larger steps
question: What do larger steps change?
hypothesis: More war.
scenario: border.yaml
seed: 3
MORE
arms:
  baseline:
  smaller: {set: {step: 0.06}}
  larger: {set: {step: 0.14}}
"""
PLAIN, UNTIL = "episodes: 5000", "until: difference war +/- 0.012\nmost: 64000"
DESIGN = "episodes: 30\ndesign: {lhs: 24}"
TURNS_OUT = 8
"""Blocks or points that are played before an interruption, at most."""


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BORDER_THAT_FAILS, file="border.yaml")


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "PART_EPISODES", 1500)
    monkeypatch.setattr(kept_points, "SECONDS", 0.0)


def asked(scenario: wargame.Scenario, more: str) -> Experiment:
    return loads_experiment(EXPERIMENT.replace("MORE", more), scenario=scenario)


def play(scenario: wargame.Scenario, more: str, **options: Any) -> ExperimentResults:
    results = wargame.experiment(asked(scenario, more), progress=False, engine="batch", workers=1, **options)
    assert isinstance(results, ExperimentResults)
    return results


@pytest.fixture
def stop(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Lets playing give out after so many blocks or points; None for not at all."""
    left: list[int | None] = [None]

    def spent() -> None:
        if left[0] is not None:
            left[0] -= 1
            if left[0] < 0:
                raise Interrupted

    executor_for, records = playing.executor_for, sweeps._records

    class Stopping:
        def __init__(self, *arguments: Any) -> None:
            self.inner = executor_for(*arguments)

        def play(self, task: Any, spans: Any) -> Iterator[Any]:
            for block in self.inner.play(task, spans):
                spent()
                yield block

    def stopping_records(*arguments: Any) -> Iterator[Any]:
        for found in records(*arguments):
            spent()
            yield found

    monkeypatch.setattr(playing, "executor_for", Stopping)
    monkeypatch.setattr(sweeps, "_records", stopping_records)

    def set_to(count: int | None) -> None:
        left[0] = count

    return set_to


def files(folder: Path) -> dict[str, bytes]:
    """The tables of a folder, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


# ---- experiments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [PLAIN, UNTIL, DESIGN], ids=["plain", "until", "design"])
def test_an_experiment_ends_as_if_it_had_never_been_disturbed(
    scenario: wargame.Scenario, tmp_path: Path, stop: Callable[[int | None], None], more: str
) -> None:
    stop(None)
    whole = play(scenario, more)
    whole.save(tmp_path / "whole")
    moments, interruptions = random.Random(1), 0
    while True:
        stop(moments.randrange(TURNS_OUT))
        try:
            again = play(scenario, more, out=tmp_path / "again", resume=True)
        except Interrupted:
            interruptions += 1
            assert not (tmp_path / "again" / "experiment.json").exists()
            continue
        break
    assert interruptions >= 2
    assert again.manifest()["digests"] == whole.manifest()["digests"]
    assert again.looks == whole.looks
    assert files(tmp_path / "again") == files(tmp_path / "whole")
    assert not (tmp_path / "again" / "parts").exists()


def test_what_was_complete_is_not_played_again(
    scenario: wargame.Scenario, tmp_path: Path, stop: Callable[[int | None], None]
) -> None:
    """Fifteen blocks in all; twelve are on the disk when the thirteenth is refused."""
    stop(12)
    with pytest.raises(Interrupted):
        play(scenario, PLAIN, out=tmp_path / "e")
    stop(3)
    play(scenario, PLAIN, out=tmp_path / "e", resume=True)


def test_an_interrupted_experiment_is_not_overwritten(
    scenario: wargame.Scenario, tmp_path: Path, stop: Callable[[int | None], None]
) -> None:
    stop(7)
    with pytest.raises(Interrupted):
        play(scenario, PLAIN, out=tmp_path / "e")
    stop(None)
    with pytest.raises(Unfinished, match="it holds an experiment that was interrupted"):
        play(scenario, PLAIN, out=tmp_path / "e")
    with pytest.raises(ResultsError, match="the seed: 3 there, 4 asked for"):
        play(scenario, PLAIN, out=tmp_path / "e", resume=True, seed=4)
    with pytest.raises(ResultsError, match="the episodes of an arm: 5000 there, 6000 asked for"):
        play(scenario, PLAIN, out=tmp_path / "e", resume=True, episodes=6000)
    with pytest.raises(ResultsError, match="the experiment's text is another"):
        play(scenario, PLAIN + "\nfigure: outcomes", out=tmp_path / "e", resume=True)
    with pytest.raises(ResultsError, match="it holds an experiment, not a sweep"):
        wargame.sweep(scenario, lhs=3, episodes=5, out=tmp_path / "e", resume=True, progress=False)
    play(scenario, PLAIN, out=tmp_path / "e", resume=True)


def test_an_earlier_experiment_stays_until_the_new_one_is_complete(
    scenario: wargame.Scenario, tmp_path: Path, stop: Callable[[int | None], None]
) -> None:
    first = play(scenario, PLAIN, out=tmp_path / "e", seed=9)
    stop(7)
    with pytest.raises(Interrupted):
        play(scenario, PLAIN, out=tmp_path / "e")
    from wargame.experiment.experiment_results import read_experiment

    assert read_experiment(tmp_path / "e").manifest()["digests"] == first.manifest()["digests"]
    stop(None)
    second = play(scenario, PLAIN, out=tmp_path / "e", resume=True)
    assert second.manifest()["digests"] != first.manifest()["digests"]


def test_a_crash_while_results_are_written(
    scenario: wargame.Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(ExperimentResults, "save", crash)
        with pytest.raises(Interrupted):
            play(scenario, PLAIN, out=tmp_path / "e")
    again = play(scenario, PLAIN, out=tmp_path / "e", resume=True)
    assert again.manifest()["digests"] == play(scenario, PLAIN).manifest()["digests"]


def test_a_folder_of_something_else_is_left_alone(scenario: wargame.Scenario, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for resume in (False, True):
        with pytest.raises(ResultsError, match="it holds something else than an experiment"):
            play(scenario, PLAIN, out=tmp_path, resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


# ---- sweeps ----------------------------------------------------------------------------------------------------------


def swept(scenario: wargame.Scenario, **options: Any) -> Sweep:
    given = {"lhs": 30, "episodes": 20, "seed": 5, "engine": "batch", "workers": 1, "progress": False}
    return wargame.sweep(scenario, **{**given, **options})


def test_a_sweep_ends_as_if_it_had_never_been_disturbed(
    scenario: wargame.Scenario, tmp_path: Path, stop: Callable[[int | None], None]
) -> None:
    whole = swept(scenario, out=tmp_path / "whole")
    stop(11)
    with pytest.raises(Interrupted):
        swept(scenario, out=tmp_path / "again")
    with pytest.raises(Unfinished, match="it holds a sweep that was interrupted"):
        swept(scenario, out=tmp_path / "again")
    with pytest.raises(ResultsError, match=r"the seed: 5 there, 6 asked for; the points' numbers is another"):
        swept(scenario, out=tmp_path / "again", resume=True, seed=6)
    with pytest.raises(ResultsError, match="the episodes of a point: 20 there, 21 asked for"):
        swept(scenario, out=tmp_path / "again", resume=True, episodes=21)
    stop(19)
    again = swept(scenario, out=tmp_path / "again", resume=True)
    assert again.digest == whole.digest
    assert again.table.equals(whole.table)
    assert np.array_equal(again.outcomes, whole.outcomes)
    assert files(tmp_path / "again") == files(tmp_path / "whole")
    assert not (tmp_path / "again" / "parts").exists()


@pytest.mark.parametrize("harm", ["cut", "altered", "removed"])
def test_a_damaged_file_of_points(
    scenario: wargame.Scenario, tmp_path: Path, stop: Callable[[int | None], None], harm: str
) -> None:
    whole = swept(scenario)
    stop(11)
    with pytest.raises(Interrupted):
        swept(scenario, out=tmp_path / "s")
    stop(None)
    path = sorted((tmp_path / "s" / "parts" / "points").glob("*.npz"))[4]
    content = path.read_bytes()
    if harm == "removed":
        path.unlink()
    else:
        path.write_bytes(content[: len(content) // 2] if harm == "cut" else content[:-1] + b"?")
        with pytest.raises(ResultsError, match="cut short, or changed afterwards") as error:
            swept(scenario, out=tmp_path / "s", resume=True)
        assert path.name in str(error.value)
        path.unlink()
    assert swept(scenario, out=tmp_path / "s", resume=True).digest == whole.digest


# ---- real kills ------------------------------------------------------------------------------------------------------

PROGRAM = """
import sys
from wargame.experiment import kept_points, saving
kept_points.SECONDS, saving.PART_EPISODES, saving.PART_SECONDS = 0.05, 2048, 0.1
from wargame.cli import app
app(sys.argv[1:], prog_name="wargame")
"""


def process(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


@pytest.mark.verify
@pytest.mark.parametrize(
    ("command", "kills"),
    [
        (["experiment", "steps.yaml", "--no-figures", "-n", "20000"], 20),
        (["sweep", "border.yaml", "--lhs", "400", "-n", "200"], 20),
    ],
)
def test_killed_at_any_moment(tmp_path: Path, command: list[str], kills: int) -> None:
    """SIGKILL at random moments; what comes out at the end is what an undisturbed run leaves."""
    (tmp_path / "border.yaml").write_text(BORDER_THAT_FAILS, "utf-8")
    (tmp_path / "steps.yaml").write_text(EXPERIMENT.replace("MORE", PLAIN), "utf-8")
    arguments = [*command, "--engine", "batch", "--quiet", "--resume"]
    begun = time.monotonic()
    undisturbed = process(tmp_path, *arguments, "--out", "whole")
    errors = undisturbed.communicate(timeout=120)[1]
    assert undisturbed.returncode == 0, errors
    longest, moments, real = time.monotonic() - begun, random.Random(2), 0
    while real < kills:
        running = process(tmp_path, *arguments, "--out", "again")
        time.sleep(moments.uniform(0.3, 0.9) * longest)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        if running.returncode == -signal.SIGKILL:
            real += 1
        else:
            longest *= 0.8
    last = process(tmp_path, *arguments, "--out", "again")
    errors = last.communicate(timeout=120)[1]
    assert last.returncode == 0, errors
    assert files(tmp_path / "again") == files(tmp_path / "whole")
