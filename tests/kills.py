"""A run that is killed: what the tests of resuming share."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from border import BORDER_THAT_FAILS

from wargame.experiment.executors import Serial

# Parts are small, so that a short run has many of them.
PROGRAM = """
import sys
from pathlib import Path
import wargame
from wargame.experiment import saving
saving.PART_EPISODES, saving.PART_SECONDS = 2048, 0.05
folder, episodes, workers, keep, dask = sys.argv[1:6]
executor = None
if dask:
    from wargame.experiment.cluster import Dask
    executor = Dask(dask, chunk=1500)
scenario = wargame.load(Path(folder).parent / "border.yaml")
print("begun", flush=True)
results = wargame.simulate(
    scenario, episodes=int(episodes), seed=3, engine="batch", workers=int(workers), progress=False,
    keep_episodes=keep == "keep", out=folder, resume=True, executor=executor,
)
print(results.digest, flush=True)
"""


class Interrupted(Exception):
    """What Stopping raises."""


class Stopping:
    """An executor that gives out after so many episodes."""

    def __init__(self, after: int) -> None:
        self.after = after

    def play(self, task, spans):
        played = 0
        for block in Serial().play(task, spans):
            if played >= self.after:
                raise Interrupted
            yield block
            played += block.count


def start(
    folder: Path, *, episodes: int, workers: int = 2, keep: bool = True, dask: str = ""
) -> subprocess.Popen[str]:
    """Begin or resume a run in a process of its own; returns when it has loaded everything."""
    (folder.parent / "border.yaml").write_text(BORDER_THAT_FAILS, "utf-8")
    kept = "keep" if keep else "forget"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder), str(episodes), str(workers), kept, dask],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert process.stdout is not None
    if process.stdout.readline() != "begun\n":
        raise AssertionError(process.communicate()[1])
    return process


def finished(process: subprocess.Popen[str]) -> str:
    """The digest that a process prints at its end."""
    shown, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return shown.strip()


def killed(process: subprocess.Popen[str], after: float) -> bool:
    """Kill a process after so many seconds; False if it was faster."""
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def killed_often(
    folder: Path, kills: int, *, seed: int, longest: float, **options: object
) -> tuple[int, str]:
    """Kill a run at random moments of up to `longest` seconds, resume it and kill it again, so many times in all.

    A run that is finished before it is killed is made longer by half. Returns the episodes and the digest at the end.
    """
    moments, episodes = random.Random(seed), 60_000
    while kills:
        process = start(folder, episodes=episodes, **options)  # type: ignore[arg-type]
        if killed(process, moments.uniform(0, longest)):
            kills -= 1
        else:
            episodes += 30_000
    return episodes, finished(start(folder, episodes=episodes, **options))  # type: ignore[arg-type]
