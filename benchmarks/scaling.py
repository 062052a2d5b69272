"""What it costs to play by Dask, chunk by chunk, and to keep a run in its folder while it is played.

    python benchmarks/scaling.py [SCENARIO] [--episodes N] [--workers 1 2 3 4]

Prints Markdown tables. For every number of worker processes on this machine: the time of a chunk with nothing to play
(sending it, answering, adding its piece up), the size of what comes back, and how fast a run goes in chunks of the
default size. Then the time of a run in memory and in a folder, and what was spent on parts. Measure on a machine that
does nothing else.
"""

from __future__ import annotations

import argparse
import pickle
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client, LocalCluster

import wargame
from wargame.engine.play import Play
from wargame.experiment.cluster import Dask, chunk_of, play_chunk
from wargame.experiment.collect import Collector
from wargame.experiment.task import Task
from wargame.experiment.underway import UnderWay

CHUNKS = 100
ROUNDS = 3


@contextmanager
def workers(count: int) -> Iterator[Client]:
    """Worker processes of one thread each, all of them there."""
    with (
        LocalCluster(
            n_workers=count, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        client.wait_for_workers(count)
        yield client


def collected(executor: Dask, task: Task, episodes: int) -> float:
    """Seconds to play episodes and add up the pieces."""
    collector = Collector(task.layout, keep_episodes=task.keep_episodes)
    begun = time.perf_counter()
    for piece in executor.play(task, [(0, episodes)]):
        collector.add_piece(piece)
    return time.perf_counter() - begun


def per_chunk(client: Client, task: Task) -> float:
    """Seconds a chunk takes that holds one episode: next to nothing but what every chunk costs."""
    executor = Dask(client, chunk=1)
    collected(executor, task, 10 * len(client.nthreads()))
    return statistics.median(collected(executor, task, CHUNKS) / CHUNKS for _ in range(ROUNDS))


def dask_table(task: Task, episodes: int, counts: list[int]) -> None:
    chunk = chunk_of(task)
    size = len(pickle.dumps(play_chunk(task, 0, chunk, wargame.__version__)))
    begun = time.perf_counter()
    play_chunk(task, chunk, chunk, wargame.__version__)
    alone = time.perf_counter() - begun
    print(
        f"A chunk is {chunk:,} episodes: {1000 * alone:.0f} ms of playing on one thread. "
        f"Its piece has {size:,} bytes.\n"
    )
    print("| workers | per chunk, nothing to play | of the time to play a chunk | episodes a second |")
    print("|---:|---:|---:|---:|")
    for count in counts:
        with workers(count) as client:
            cost = per_chunk(client, task)
            collected(Dask(client), task, count * chunk)
            speed = episodes / collected(Dask(client), task, episodes)
        print(f"| {count} | {1000 * cost:.1f} ms | {cost / alone:.1%} | {speed:,.0f} |", flush=True)
    print()


@contextmanager
def timed_parts() -> Iterator[list[float]]:
    """Seconds that writing each part takes."""
    spent: list[float] = []
    add = UnderWay.add

    def timed(under_way: UnderWay, piece: object) -> None:
        begun = time.perf_counter()
        add(under_way, piece)  # type: ignore[arg-type]
        spent.append(time.perf_counter() - begun)

    UnderWay.add = timed  # type: ignore[method-assign, assignment]
    try:
        yield spent
    finally:
        UnderWay.add = add  # type: ignore[method-assign]


def folder_table(scenario: wargame.Scenario, episodes: int) -> None:
    print(
        "| episodes kept | played, then saved | played into a folder | processor time of both | parts "
        "| writing them |"
    )
    print("|---|---:|---:|---:|---:|---:|")
    for keep in (True, False):
        clocks, folders, cpu, cpu_folder, parts, writing = [], [], [], [], 0, 0.0
        for _ in range(ROUNDS):
            options = {
                "episodes": episodes,
                "seed": 1,
                "engine": "batch",
                "progress": False,
                "keep_episodes": keep,
            }
            with tempfile.TemporaryDirectory() as place:
                begun, used = time.perf_counter(), time.process_time()
                wargame.simulate(scenario, **options).save(Path(place) / "saved")
                clocks.append(time.perf_counter() - begun)
                cpu.append(time.process_time() - used)
                with timed_parts() as spent:
                    begun, used = time.perf_counter(), time.process_time()
                    wargame.simulate(scenario, out=Path(place) / "played", **options)
                    folders.append(time.perf_counter() - begun)
                    cpu_folder.append(time.process_time() - used)
                parts, writing = len(spent), sum(spent)
        print(
            f"| {'yes' if keep else 'no'} | {statistics.median(clocks):.1f} s | {statistics.median(folders):.1f} s | "
            f"{statistics.median(cpu):.1f} s, {statistics.median(cpu_folder):.1f} s | {parts} | {writing:.2f} s |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("scenario", nargs="?", default="korea-2025")
    parser.add_argument("--episodes", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 3, 4])
    asked = parser.parse_args()
    scenario = wargame.load(asked.scenario)
    # Compiled before anything is timed.
    wargame.simulate(scenario, episodes=1, engine="batch", progress=False)
    dask_table(
        Task(play=Play(scenario=scenario, seed=1), engine="batch", keep_episodes=False),
        asked.episodes,
        asked.workers,
    )
    folder_table(scenario, asked.episodes)


if __name__ == "__main__":
    main()
