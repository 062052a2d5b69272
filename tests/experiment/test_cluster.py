"""Runs played by Dask: the same digests, whatever dies on the way."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from border import BORDER_THAT_FAILS
from distributed import Client, LocalCluster
from kills import killed_often

import wargame
from wargame.experiment import cluster as cluster_module
from wargame.experiment import saving
from wargame.experiment.cluster import Dask, play_chunk
from wargame.experiment.engines import RunError

EPISODES = 20_000


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BORDER_THAT_FAILS, file="border.yaml")


@pytest.fixture(scope="module")
def whole(scenario: wargame.Scenario) -> wargame.Results:
    """The run on one thread."""
    return run(scenario, workers=1)


@pytest.fixture(scope="module")
def workers() -> Iterator[LocalCluster]:
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as started:
        yield started


@pytest.fixture
def client(workers: LocalCluster) -> Iterator[Client]:
    with Client(workers, set_as_default=False) as connected:
        connected.wait_for_workers(2, timeout=60)
        yield connected


def run(scenario: wargame.Scenario, **options) -> wargame.Results:
    return wargame.simulate(
        scenario, **{"episodes": EPISODES, "seed": 3, "progress": False, "engine": "batch", **options}
    )


@pytest.mark.parametrize("chunk", [1500, 4096, 7001, 50_000])
@pytest.mark.parametrize("keep", [True, False])
def test_two_workers_give_the_digests_of_one_thread(scenario, whole, client, chunk: int, keep: bool) -> None:
    played = run(scenario, executor=Dask(client, chunk=chunk), keep_episodes=keep)
    assert played.digests == whole.digests
    assert played.keeps_episodes is keep


def test_uncertain_runs_with_orders_travel_as_well(scenario, client) -> None:
    options = {"uncertain": True, "orders": ["north=probe@0..2"], "episodes": 3000}
    assert (
        run(scenario, executor=Dask(client, chunk=1000), **options).digests
        == run(scenario, **options).digests
    )


def test_the_mesa_engine_plays_on_workers(scenario, client) -> None:
    played = run(scenario, executor=Dask(client, chunk=40), engine="mesa", episodes=200)
    assert played.manifest["engine"] == "mesa"
    assert played.digests == run(scenario, episodes=200).digests


def test_a_run_is_resumed_on_other_workers(scenario, whole, client, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(saving, "PART_EPISODES", 3000)
    folder = tmp_path / "run"
    run(scenario, out=folder, episodes=5000)
    played = run(scenario, out=folder, resume=True, executor=Dask(client, chunk=1500))
    assert played.digests == wargame.read(folder).digests == whole.digests


def test_without_episodes_no_table_travels(scenario, client) -> None:
    """A piece holds the rows of at most two pages, however many episodes it stands for."""
    from wargame.engine.play import Play
    from wargame.experiment.task import Task

    task = Task(play=Play(scenario=scenario, seed=3), engine="batch", keep_episodes=False)
    pieces = list(Dask(client, chunk=15_000).play(task, [(100, 30_000)]))
    assert [(piece.first, piece.count) for piece in pieces] == [(100, 15_000), (15_100, 15_000)]
    for piece in pieces:
        assert piece.episodes is None
        assert len(piece.head) + len(piece.tail) + 4096 * len(piece.pages) == piece.count
        assert len(piece.head) < 4096
        assert len(piece.tail) < 4096


def test_chunks_are_never_far_ahead(scenario, client, monkeypatch) -> None:
    from wargame.engine.play import Play
    from wargame.experiment.task import Task

    sent = []
    submit = Dask._submit

    def noted(self, *arguments):
        sent.append(arguments[-1])
        return submit(self, *arguments)

    monkeypatch.setattr(Dask, "_submit", noted)
    task = Task(play=Play(scenario=scenario, seed=3), engine="batch", keep_episodes=False)
    pieces = Dask(client, chunk=500).play(task, [(0, 10**9)])
    for place in range(20):
        next(pieces)
        assert len(sent) <= place + 2 * cluster_module.AHEAD + 1
    pieces.close()


# ---- deaths --------------------------------------------------------------------------------------


def kill_a_worker(client: Client, moments: random.Random) -> None:
    """Kill one worker's process; its nanny starts another."""
    processes = sorted(client.run(os.getpid, on_error="ignore").values())
    if processes:
        os.kill(moments.choice(processes), signal.SIGKILL)


class Deadly:
    """Kills a worker whenever so many pieces have come."""

    def __init__(self, client: Client, every: int, seed: int) -> None:
        self.client, self.every, self.moments, self.kills = client, every, random.Random(seed), 0

    def play(self, task: Any, spans: Any) -> Iterator[Any]:
        for place, piece in enumerate(Dask(self.client, chunk=1000).play(task, spans)):
            if place % self.every == self.every // 2:
                kill_a_worker(self.client, self.moments)
                self.kills += 1
            yield piece


@pytest.mark.parametrize("keep", [True, False])
def test_a_worker_that_is_killed_changes_nothing(scenario, whole, client, keep: bool) -> None:
    deadly = Deadly(client, every=20, seed=1)
    assert run(scenario, executor=deadly, keep_episodes=keep).digests == whole.digests
    assert deadly.kills == 1


@pytest.mark.verify
def test_workers_killed_all_the_time(scenario, client) -> None:
    """Ten workers killed in one run."""
    expected = run(scenario, episodes=100_000, keep_episodes=False).digests
    deadly = Deadly(client, every=10, seed=2)
    assert run(scenario, executor=deadly, keep_episodes=False, episodes=100_000).digests == expected
    assert deadly.kills == 10


def test_a_killed_run_is_resumed_on_dask(scenario, workers, tmp_path: Path) -> None:
    """The process that collects is killed, the workers live on."""
    episodes, found = killed_often(
        tmp_path / "run", 2, seed=5, longest=1.5, keep=False, dask=workers.scheduler_address
    )
    assert found == run(scenario, episodes=episodes, keep_episodes=False).digest


@pytest.mark.verify
@pytest.mark.parametrize("chain", range(5))
def test_fifty_kills_on_dask(scenario, workers, tmp_path: Path, chain: int) -> None:
    """Five runs, each killed ten times at random moments, and now and then a worker as well."""
    with Client(workers, set_as_default=False) as own:
        over, moments = threading.Event(), random.Random(chain)

        def kill_workers() -> None:
            # A worker needs seconds to start: killed more often than that, it would never play a chunk.
            while not over.wait(moments.uniform(10, 30)):
                kill_a_worker(own, moments)

        killer = threading.Thread(target=kill_workers)
        killer.start()
        try:
            episodes, found = killed_often(
                tmp_path / "run",
                10,
                seed=200 + chain,
                longest=3.0,
                keep=chain % 2 == 0,
                dask=workers.scheduler_address,
            )
        finally:
            over.set()
            killer.join()
    assert found == run(scenario, episodes=episodes, keep_episodes=False).digest


def test_local_workers_end_with_a_killed_run(scenario, tmp_path: Path) -> None:
    """`local:N`: nothing goes on playing after the process that asked for it has died."""
    from kills import finished, killed, start

    folder = tmp_path / "run"
    process = start(folder, episodes=3_000_000, keep=False, dask="local:2")
    while not list(folder.glob("parts/*.zip")):
        assert process.poll() is None
        time.sleep(0.05)
    children = descendants(process.pid)
    assert len(children) >= 2
    assert killed(process, 0.1)
    for _ in range(200):
        if not any(is_alive(child) for child in children):
            break
        time.sleep(0.1)
    assert not [child for child in children if is_alive(child)]
    complete = sum(int(path.name[13:25]) - int(path.name[:12]) for path in folder.glob("parts/*.zip"))
    assert finished(start(folder, episodes=complete + 100, keep=False)) == (
        run(scenario, episodes=complete + 100, keep_episodes=False).digest
    )


def descendants(process: int) -> list[int]:
    import psutil

    return [child.pid for child in psutil.Process(process).children(recursive=True)]


def is_alive(process: int) -> bool:
    import psutil

    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# ---- what is wrong -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "where", ["local", "local:", "local:0", "local:999", "localhost:8786", "nonsense", ""]
)
def test_places_that_are_no_cluster(where: str) -> None:
    with pytest.raises(RunError, match="names no Dask cluster") as caught:
        Dask(where)
    assert "local:N" in str(caught.value)


def test_a_chunk_of_nothing() -> None:
    with pytest.raises(RunError, match="chunk is 0"):
        Dask("local:2", chunk=0)


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_does_not_answer(scenario, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(cluster_module, "WAIT", "1s")
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9") as caught:
        run(scenario, out=tmp_path / "run", executor=Dask("tcp://127.0.0.1:9"))
    assert "mend:" in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_dask_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RunError, match=r"pip install 'wargame\[dask\]'"):
        Dask("local:2")


def test_workers_of_another_version_are_refused(scenario, client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "__version__", "9.9")
    with pytest.raises(RunError, match=r"a Dask worker has wargame .*, and this process 9\.9"):
        run(scenario, executor=Dask(client))


def test_a_chunk_is_a_pure_function(scenario) -> None:
    from wargame.engine.play import Play
    from wargame.experiment.task import Task

    task = Task(play=Play(scenario=scenario, seed=3), engine="batch", keep_episodes=False)
    one, other = (play_chunk(task, 4000, 5000, wargame.__version__) for _ in range(2))
    assert one.pages == other.pages
    assert one.totals == other.totals
