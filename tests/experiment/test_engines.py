"""Runs on either engine, with any number of workers: one result, and the engine that was asked for."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from border import BORDER

import wargame
from wargame.experiment import engines, executors, task
from wargame.experiment.engines import SMALL, RunError
from wargame.experiment.executors import Serial, Threads


class Waiting(wargame.StateActor):
    """An actor in Python that never moves."""

    def choose(self, situation):
        return "wait"


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BORDER, file="border.yaml")


@pytest.fixture
def no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing has been compiled, neither in this process nor on disk."""
    from wargame.engine.batch import play

    monkeypatch.setenv("WARGAME_CACHE_DIR", str(tmp_path / "code"))
    monkeypatch.setattr(play, "_KNOWN", type(play._KNOWN)())
    return tmp_path / "code"


def run(scenario: wargame.Scenario, **options) -> wargame.Results:
    return wargame.simulate(scenario, **{"episodes": 2100, "seed": 3, "progress": False, **options})


def test_engines_and_workers_give_one_digest(scenario: wargame.Scenario) -> None:
    first = run(scenario, engine="mesa", uncertain=True)
    assert first.manifest["engine"] == "mesa"
    for options in (
        {"engine": "mesa", "workers": 2},
        {"engine": "batch", "workers": 1},
        {"engine": "batch", "workers": 2},
        {"engine": "batch", "workers": 5, "keep_episodes": False},
        {"engine": "batch"},
    ):
        again = run(scenario, uncertain=True, **options)
        assert again.digests == first.digests, options
        assert again.manifest["engine"] == options["engine"]
        assert (
            again.metrics()
            .drop(columns=["q05", "q25", "q50", "q75", "q95"])
            .equals(first.metrics().drop(columns=["q05", "q25", "q50", "q75", "q95"]))
        )


@pytest.mark.parametrize("size", [64, 1000, 1024, 5000])
def test_the_size_of_blocks_does_not_show(
    scenario: wargame.Scenario, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    expected = run(scenario, engine="batch").digests
    monkeypatch.setattr(task, "BATCH_BLOCK", size)
    assert run(scenario, engine="batch", workers=3).digests == expected


# ---- the choice ----------------------------------------------------------------------------------


def test_auto_plays_small_runs_on_mesa_until_the_code_is_there(
    scenario: wargame.Scenario, no_code: Path
) -> None:
    assert run(scenario, episodes=SMALL - 1).manifest["engine"] == "mesa"
    assert not no_code.exists()
    assert run(scenario, episodes=SMALL).manifest["engine"] == "batch"
    assert list(no_code.iterdir())
    assert run(scenario, episodes=1).manifest["engine"] == "batch"


def test_code_on_disk_counts_as_well(
    scenario: wargame.Scenario, no_code: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from wargame.engine.batch import play

    run(scenario, episodes=10, engine="batch")
    monkeypatch.setattr(play, "_KNOWN", type(play._KNOWN)())
    assert run(scenario, episodes=1).manifest["engine"] == "batch"


def test_own_actors_are_played_by_mesa(scenario: wargame.Scenario) -> None:
    for engine in ("auto", "mesa"):
        assert (
            run(scenario, actors={"north": Waiting}, episodes=SMALL, engine=engine).manifest["engine"]
            == "mesa"
        )
    with pytest.raises(RunError, match="north is played by own Python classes") as caught:
        run(scenario, actors={"north": Waiting}, engine="batch")
    assert "mend:" in str(caught.value)


def test_unknown_engines_and_workers(scenario: wargame.Scenario) -> None:
    with pytest.raises(RunError, match="there is no engine 'warp'; allowed: auto, mesa, batch"):
        run(scenario, engine="warp")
    with pytest.raises(RunError, match="workers is 0"):
        run(scenario, workers=0)


def test_batch_runs_do_not_load_mesa() -> None:
    code = (
        "import sys, wargame\n"
        "results = wargame.simulate('classics/competing-risks', episodes=300, progress=False)\n"
        "assert results.manifest['engine'] == 'batch'\n"
        "print([name for name in ('mesa', 'pandas', 'matplotlib', 'pyarrow') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---- what is shown -------------------------------------------------------------------------------


def test_compiling_is_announced(scenario: wargame.Scenario, no_code: Path, capsys) -> None:
    run(scenario, engine="batch", progress=True)
    shown = capsys.readouterr().err
    assert "border, compiling the rules, once" in shown
    assert "2100/2100" in shown or "2.10k" in shown or "%" in shown
    run(scenario, engine="batch", progress=True)
    assert "compiling" not in capsys.readouterr().err
    run(scenario, engine="batch", progress=False)
    assert capsys.readouterr().err == ""


# ---- order, look-ahead, interruption -------------------------------------------------------------


class Recorded:
    """A task that plays nothing, notes what it was asked for, and is slow at times."""

    block = 1024

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.lock = threading.Lock()

    def player(self):
        def play(first, count):
            with self.lock:
                self.begun.append(first)
            time.sleep(0.002 if first % 3 else 0.006)
            return first, count

        return play


def test_blocks_come_in_order_and_never_far_ahead() -> None:
    recorded, workers = Recorded(), 3
    blocks = Threads(workers).play(recorded, [(0, 60 * 1024), (60 * 1024, 40 * 1024)])
    for place, (first, count) in enumerate(blocks):
        assert (first, count) == (place * 1024, 1024)
        assert len(recorded.begun) <= place + 1 + executors.AHEAD * workers
    assert place == 99


@pytest.mark.parametrize("executor", [Serial(), Threads(2)])
def test_spans_are_cut_and_gaps_left_out(executor) -> None:
    blocks = executor.play(Recorded(), [(5, 1030), (5000, 3)])
    assert list(blocks) == [(5, 1024), (1029, 6), (5000, 3)]


def test_leaving_early_ends_the_threads() -> None:
    before = threading.active_count()
    recorded = Recorded()
    blocks = Threads(2).play(recorded, [(0, 10**9)])
    next(blocks)
    blocks.close()
    assert threading.active_count() == before
    assert len(recorded.begun) <= 1 + 2 * executors.AHEAD + 2


def test_a_fault_of_the_engine_comes_through() -> None:
    class Broken(Recorded):
        def player(self):
            def play(first, count):
                raise ArithmeticError("broken")

            return play

    with pytest.raises(ArithmeticError, match="broken"):
        list(Threads(2).play(Broken(), [(0, 10_000)]))


@pytest.mark.skipif(os.name == "nt", reason="signals differ there")
@pytest.mark.parametrize("engine", ["batch", "mesa"])
def test_an_interrupt_ends_a_run_quietly(tmp_path: Path, engine: str) -> None:
    (tmp_path / "border.yaml").write_text(BORDER, "utf-8")
    command = [sys.executable, "-m", "wargame", "run", "border.yaml", "-n", "4000000000", "--no-episodes"]
    process = subprocess.Popen(
        [*command, "--engine", engine, "--workers", "2", "--out", "run"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    while not list(tmp_path.glob("run/parts/*.zip")):
        assert process.poll() is None
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    shown, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert shown == ""
    kept, last = errors.splitlines()
    assert re.fullmatch(
        r"[\d,]+ of 4,000,000,000 episodes are kept in run; go on with the same command and --resume", kept
    )
    assert last == "interrupted"


@pytest.mark.skipif(os.name == "nt", reason="signals differ there")
def test_processes_end_when_the_run_is_killed(tmp_path: Path) -> None:
    (tmp_path / "border.yaml").write_text(BORDER, "utf-8")
    command = [sys.executable, "-m", "wargame", "run", "border.yaml", "-n", "4000000000", "--no-episodes"]
    process = subprocess.Popen(
        [*command, "--engine", "mesa", "--workers", "2", "--out", "run", "--no-figures"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    while not list(tmp_path.glob("run/parts/*.zip")):
        assert process.poll() is None
        time.sleep(0.1)
    process.kill()
    # The processes hold the other end of this pipe: it can be read to its end when all of them are gone.
    assert process.communicate(timeout=60)[0] == b""


def test_the_engines_agree_on_the_whole_record(scenario: wargame.Scenario) -> None:
    mesa, batch = (run(scenario, engine=engine, episodes=300).record for engine in ("mesa", "batch"))
    assert np.array_equal(mesa.aggregates.histogram, batch.aggregates.histogram)
    assert np.array_equal(mesa.aggregates.sums, batch.aggregates.sums)
    assert np.array_equal(mesa.sample.length, batch.sample.length)
    assert mesa.totals == batch.totals


def test_the_limit_is_documented() -> None:
    """The reference names the number of episodes from which `auto` compiles."""
    assert f"fewer than {engines.SMALL} episodes" in (wargame.simulate.__doc__ or "")
