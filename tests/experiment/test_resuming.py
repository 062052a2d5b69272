"""Runs played into a folder: whatever happens on the way, they end as if nothing had happened."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
import pytest
from border import BORDER_THAT_FAILS
from kills import Interrupted, Stopping, finished, killed_often, start

import wargame
from wargame.experiment import ResultsError, digest, saving, task, underway
from wargame.experiment.errors import Unfinished
from wargame.experiment.executors import Processes, Serial, Threads
from wargame.experiment.interrupted import complete_episodes, stated_run
from wargame.experiment.parts import list_parts, write_part
from wargame.experiment.underway import hold

EPISODES = 10_000


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BORDER_THAT_FAILS, file="border.yaml")


@pytest.fixture(scope="module")
def whole(scenario: wargame.Scenario) -> wargame.Results:
    """The undisturbed run."""
    return run(scenario)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "PART_EPISODES", 3000)


def run(scenario: wargame.Scenario, **options) -> wargame.Results:
    return wargame.simulate(
        scenario, **{"episodes": EPISODES, "seed": 3, "progress": False, "engine": "batch", **options}
    )


def interrupted(scenario: wargame.Scenario, folder: Path, after: int, **options) -> None:
    with pytest.raises(Interrupted):
        run(scenario, out=folder, executor=Stopping(after), **options)


# ---- a folder is the same run --------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
def test_a_run_in_a_folder_is_the_run_in_memory(
    scenario: wargame.Scenario, whole: wargame.Results, tmp_path: Path, keep: bool
) -> None:
    played = run(scenario, out=tmp_path / "played", keep_episodes=keep)
    saved = run(scenario, keep_episodes=keep)
    saved.save(tmp_path / "saved")
    assert whole.failed > 0
    assert played.digests == whole.digests
    names = {path.name for path in (tmp_path / "saved").iterdir()}
    assert {path.name for path in (tmp_path / "played").iterdir()} == names
    for name in names:
        assert (tmp_path / "played" / name).read_bytes() == (tmp_path / "saved" / name).read_bytes(), name
    assert wargame.read(tmp_path / "played").keeps_episodes is keep
    pd.testing.assert_frame_equal(played.metrics(), saved.metrics(), check_exact=True)
    if keep:
        pd.testing.assert_frame_equal(played.episodes, whole.episodes, check_exact=True)


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("size", [300, 4096, 5000])
def test_sizes_of_blocks_and_parts_do_not_show(
    scenario, whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, keep: bool
) -> None:
    """Parts that end within a page of the digest, and pieces smaller than one."""
    monkeypatch.setattr(task, "BATCH_BLOCK", size)
    monkeypatch.setattr(saving, "PART_EPISODES", size)
    monkeypatch.setattr(saving, "PART_SECONDS", 0.0)
    played = run(scenario, out=tmp_path / "run", keep_episodes=keep, executor=Threads(2))
    assert played.digests == whole.digests
    assert wargame.read(tmp_path / "run").digests == whole.digests


@pytest.mark.parametrize("executor", [Serial(), Threads(2), Processes(2)])
def test_executors_give_one_digest(scenario, tmp_path: Path, executor) -> None:
    engine = "mesa" if isinstance(executor, Processes) else "batch"
    played = run(scenario, out=tmp_path / "run", executor=executor, engine=engine, episodes=200)
    assert played.digests == run(scenario, episodes=200).digests
    assert played.manifest["engine"] == engine


@pytest.mark.parametrize("keep", [True, False])
def test_scenarios_without_state_or_actors(tmp_path: Path, keep: bool) -> None:
    bare = wargame.loads(
        "name: bare\ntime: {step: round, horizon: 3}\n"
        "parameters: {hazard: {value: 0.2, judgement: a guess}}\n"
        "nature: {shot: {draw: {bernoulli: hazard}}}\n"
        "outcomes: {hit: {when: shot == 1, terminal: true}, none: {default: true}}\n",
        file="bare.yaml",
    )
    expected = run(bare, keep_episodes=keep)
    assert run(bare, out=tmp_path / "played", keep_episodes=keep).digests == expected.digests
    again = wargame.read(expected.save(tmp_path / "saved"))
    assert again.mean_length == expected.mean_length
    assert again.digests == expected.digests


# ---- going on ------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("after", [1, 3500, 9000])
def test_an_interrupted_run_goes_on(scenario, whole, tmp_path: Path, after: int, keep: bool) -> None:
    folder = tmp_path / "run"
    interrupted(scenario, folder, after, keep_episodes=keep)
    complete = complete_episodes(folder, stated_run(folder))
    assert after <= complete < EPISODES
    played = run(scenario, out=folder, resume=True, keep_episodes=keep, executor=Counted())
    assert Counted.played == EPISODES - complete
    assert played.digests == whole.digests
    assert not (folder / "parts").exists()


class Counted:
    """Counts what it plays."""

    played = 0

    def play(self, task, spans):
        Counted.played = 0
        for block in Serial().play(task, spans):
            Counted.played += block.count
            yield block


def test_nothing_is_left_of_a_run_that_never_began(scenario, tmp_path: Path) -> None:
    with pytest.raises(Interrupted):
        run(scenario, out=tmp_path / "run", executor=Stopping(0))
    assert not (tmp_path / "run").exists()


def test_an_interrupt_just_after_the_first_part_was_written_loses_nothing(
    scenario, whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_and_stop(*arguments):
        write_part(*arguments)
        raise Interrupted

    folder = tmp_path / "run"
    monkeypatch.setattr(underway, "write_part", write_and_stop)
    with pytest.raises(Interrupted):
        run(scenario, out=folder)
    monkeypatch.undo()
    assert complete_episodes(folder, stated_run(folder)) > 0
    assert run(scenario, out=folder, resume=True).digests == whole.digests


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("first", [10, 4096, 6000])
def test_a_finished_run_is_made_longer(scenario, whole, tmp_path: Path, first: int, keep: bool) -> None:
    folder = tmp_path / "run"
    run(scenario, out=folder, episodes=first, keep_episodes=keep)
    (folder / "notes.txt").write_text("mine")
    longer = run(scenario, out=folder, resume=True, keep_episodes=keep, executor=Counted())
    assert Counted.played == EPISODES - first
    assert longer.digests == whole.digests
    assert longer.manifest["episodes"] == EPISODES
    assert (folder / "notes.txt").read_text() == "mine"
    Counted.played = -1
    assert (
        run(scenario, out=folder, resume=True, keep_episodes=keep, executor=Counted()).digests
        == whole.digests
    )
    assert Counted.played == -1, "a finished run was played again"


def test_a_run_that_was_saved_from_memory_can_be_made_longer(scenario, whole, tmp_path: Path) -> None:
    for keep in (True, False):
        folder = run(scenario, episodes=5000, keep_episodes=keep).save(tmp_path / str(keep))
        assert run(scenario, out=folder, resume=True, keep_episodes=keep).digests == whole.digests


def test_while_it_is_made_longer_the_finished_run_can_be_read(scenario, whole, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    short = run(scenario, out=folder, episodes=5000)
    interrupted(scenario, folder, 2000, resume=True)
    assert wargame.read(folder).digests == short.digests
    assert complete_episodes(folder, stated_run(folder)) == 7048
    assert run(scenario, out=folder, resume=True).digests == whole.digests


def test_resuming_where_nothing_is_begins_a_run(scenario, whole, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("new", "empty"):
        assert run(scenario, out=tmp_path / name, resume=True).digests == whole.digests


def test_engines_may_change_on_the_way(scenario, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    interrupted(scenario, folder, 200, episodes=600, engine="mesa")
    resumed = run(scenario, out=folder, resume=True, episodes=600)
    assert resumed.digests == run(scenario, episodes=600).digests


def test_an_interruption_while_another_run_takes_the_place(scenario, whole, tmp_path: Path) -> None:
    """The earlier run stays whole until the new one is."""
    folder = tmp_path / "run"
    other = run(scenario, out=folder, seed=4)
    interrupted(scenario, folder, 5000)
    assert wargame.read(folder).digests == other.digests
    assert run(scenario, out=folder, resume=True).digests == whole.digests


# ---- crashes at every step -----------------------------------------------------------------------


class Crash(BaseException):
    pass


STEPS = ("replace", "rename", "unlink", "rmdir", "mkdir", "fsync")


@contextmanager
def crash_at(step: int | None) -> Iterator[list[int]]:
    """From the given step on nothing that changes the disk is done any more, as if the process had died before it.

    Steps are the calls of the operating system by which files are put in their places. Yields how many there were.
    """
    count = [0]
    real = {name: getattr(os, name) for name in STEPS}

    def dying(name):
        def call(*arguments, **options):
            if step is not None and count[0] >= step:
                raise Crash
            count[0] += 1
            return real[name](*arguments, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, dying(name))
        yield count


def steps_of(scenario, folder: Path, prepared: Path | None, **options) -> int:
    with crash_at(None) as count:
        crashed(scenario, folder, prepared, **options)
    return count[0]


def crashed(scenario, folder: Path, prepared: Path | None, **options) -> bool:
    """Whether a run crashed; the folder begins as a copy of `prepared`."""
    try:
        run(scenario, out=folder, **options)
    except Crash:
        return True
    return False


@pytest.mark.parametrize("kind", ["new", "bare", "longer", "replaced"])
@pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.verify)])
def test_a_crash_before_any_step(scenario, whole, tmp_path: Path, kind: str, every: int) -> None:
    """Whatever step a process dies before, resuming ends in the same run, and nothing complete is lost before."""
    prepared, keep, folder = tmp_path / "prepared", kind != "bare", tmp_path / "run"
    if kind in ("longer", "replaced"):
        run(scenario, out=prepared, episodes=5000, seed=3 if kind == "longer" else 4)
    options = {"keep_episodes": keep, "resume": kind == "longer", "executor": Serial()}

    def begin() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if prepared.exists():
            shutil.copytree(prepared, folder)

    begin()
    steps = steps_of(scenario, folder, prepared, **options)
    assert steps > 20
    for step in range(0, steps, every):
        begin()
        with crash_at(step):
            assert crashed(scenario, folder, prepared, **options)
        stated = stated_run(folder)
        before = 0 if stated is None else complete_episodes(folder, stated)
        if kind == "longer" and stated is not None:
            assert before >= 5000, step
        resume = stated is not None or kind != "replaced" or (folder / "parts" / "finished").exists()
        Counted.played = 0
        resumed = run(scenario, out=folder, keep_episodes=keep, resume=resume, executor=Counted())
        if resume:
            assert Counted.played <= EPISODES - before, step
        assert resumed.digests == whole.digests, step
        assert wargame.read(folder).digests == whole.digests, step
        assert not (folder / "parts").exists(), step
    assert {path.name for path in tmp_path.iterdir()} <= {"run", "prepared"}


# ---- kill -9 -------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", [True, False])
def test_killed_processes_lose_nothing(scenario, tmp_path: Path, keep: bool) -> None:
    episodes, found = killed_often(tmp_path / "run", 2, seed=keep, longest=1.0, keep=keep)
    assert found == run(scenario, episodes=episodes).digest


@pytest.mark.verify
@pytest.mark.parametrize("chain", range(5))
def test_fifty_kills_on_threads(scenario, tmp_path: Path, chain: int) -> None:
    """Five runs, each killed ten times at random moments; every second one keeps no episodes."""
    episodes, found = killed_often(
        tmp_path / "run", 10, seed=100 + chain, longest=1.5, keep=chain % 2 == 0, workers=1 + chain % 3
    )
    assert found == run(scenario, episodes=episodes).digest
    assert wargame.read(tmp_path / "run").digest == found


def test_two_processes_do_not_play_in_one_folder(scenario, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = start(folder, episodes=400_000)
    while not list((folder / "parts").glob("*.zip")) if (folder / "parts").exists() else True:
        assert first.poll() is None
    # Stopped, it cannot finish before the second has started, however slow the machine is.
    first.send_signal(signal.SIGSTOP)
    try:
        second = start(folder, episodes=400_000)
        _, errors = second.communicate(timeout=60)
    finally:
        first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert "another process is playing a run in it" in errors
    assert finished(first) == run(scenario, episodes=400_000, keep_episodes=False).digest


# ---- what is wrong -------------------------------------------------------------------------------


@pytest.fixture
def half(scenario, tmp_path: Path) -> Path:
    """A run that was interrupted, with two parts."""
    folder = tmp_path / "half"
    interrupted(scenario, folder, 6000)
    assert len(list_parts(folder / "parts")) == 2
    return folder


def test_parts_are_not_read_while_another_process_plays(scenario, half: Path) -> None:
    """It may be putting them away, which must not pass for damage."""
    list_parts(half / "parts")[0].path.write_bytes(b"")
    with (
        closing(hold(half / "parts" / "lock", half)),
        pytest.raises(ResultsError, match="another process is"),
    ):
        run(scenario, out=half, resume=True)


@pytest.mark.parametrize("damage", ["empty", "truncated", "altered", "foreign"])
def test_a_damaged_part_is_named_and_the_others_are_kept(scenario, whole, half: Path, damage: str) -> None:
    first, second = (part.path for part in list_parts(half / "parts"))
    content = first.read_bytes()
    middle = len(content) // 2
    altered = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    first.write_bytes({"empty": b"", "truncated": content[:-9], "altered": altered, "foreign": b"x"}[damage])
    with pytest.raises(ResultsError, match="not the part that was written") as caught:
        run(scenario, out=half, resume=True)
    assert caught.value.path == first
    assert "Delete this file and go on with --resume" in str(caught.value)
    assert second.exists()
    first.unlink()
    assert run(scenario, out=half, resume=True, executor=Counted()).digests == whole.digests
    assert Counted.played < EPISODES - 2048


def test_a_part_of_another_run_is_refused(scenario, whole, half: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    interrupted(scenario, other, 9000, seed=4)
    (stranger,) = [part.path for part in list_parts(other / "parts")][-1:]
    shutil.copy(stranger, half / "parts")
    with pytest.raises(ResultsError, match="part of another run") as caught:
        run(scenario, out=half, resume=True)
    assert caught.value.path.name == stranger.name
    assert "Move it out" in str(caught.value)
    (half / "parts" / stranger.name).unlink()
    assert run(scenario, out=half, resume=True).digests == whole.digests


def test_a_renamed_part_is_noticed(scenario, half: Path) -> None:
    part = list_parts(half / "parts")[1]
    part.path.rename(part.path.with_name(f"{part.first + 5:012d}-{part.last + 5:012d}-{part.digest}.zip"))
    with pytest.raises(ResultsError, match="its name is wrong"):
        run(scenario, out=half, resume=True)


def test_parts_that_overlap_count_once(scenario, whole, half: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(saving, "PART_EPISODES", 1000)
    interrupted(scenario, tmp_path / "other", 8000)
    for part in list_parts(tmp_path / "other" / "parts"):
        shutil.copy(part.path, half / "parts")
    assert run(scenario, out=half, resume=True).digests == whole.digests


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"seed": 4}, "the seed: 3 there, 4 asked for"),
        ({"uncertain": True}, "whether parameters are drawn: no there, yes asked for"),
        ({"orders": ["north=wait@0"]}, "the orders: none there, north=wait@0 asked for"),
        ({"keep_episodes": False}, "whether episodes are kept: yes there, no asked for"),
        ({"sample": 5}, "the number of sampled episodes: 32 there, 5 asked for"),
    ],
)
def test_another_run_is_refused_and_said_how_it_differs(
    scenario, whole, half: Path, tmp_path: Path, options, words: str
) -> None:
    done = tmp_path / "done"
    run(scenario, out=done)
    for folder in (half, done):
        with pytest.raises(ResultsError, match=words) as caught:
            run(scenario, out=folder, resume=True, **options)
        assert "Nothing was changed" in str(caught.value)
    assert run(scenario, out=half, resume=True).digests == whole.digests


def test_another_scenario_or_value_is_refused(scenario, half: Path) -> None:
    with pytest.raises(ResultsError, match=r"the values set: none there, step = 0\.2 asked for"):
        run(scenario.with_(step=0.2), out=half, resume=True)
    other = wargame.loads(BORDER_THAT_FAILS.replace("0.3 *", "0.4 *"), file="border.yaml")
    with pytest.raises(ResultsError, match="the scenario's text is another"):
        run(other, out=half, resume=True)


def test_other_rules_are_refused(scenario, half: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A version of the package that plays the scenario differently does not go on with a run."""
    from wargame.experiment import provenance

    monkeypatch.setattr(provenance, "__version__", "9.9")
    monkeypatch.setattr(provenance, "_rules_digest", lambda *_, **__: "other")
    with pytest.raises(
        ResultsError, match=r"9\.9 asked for; the code that wargame makes of the scenario is another"
    ):
        run(scenario, out=half, resume=True)


def test_without_resume_a_run_under_way_is_left_alone(scenario, half: Path) -> None:
    with pytest.raises(Unfinished, match="6,144 of 10,000 episodes complete") as caught:
        run(scenario, out=half)
    assert "--resume" in str(caught.value)
    assert str(half / "parts") in str(caught.value)
    with pytest.raises(Unfinished, match="no results yet"):
        wargame.read(half)
    with pytest.raises(Unfinished):
        run(scenario, episodes=10).save(half)
    assert len(list_parts(half / "parts")) == 2


def test_fewer_episodes_than_there_are(scenario, half: Path) -> None:
    with pytest.raises(ResultsError, match="holds 6,144 episodes already, and 100 were asked for") as caught:
        run(scenario, out=half, resume=True, episodes=100)
    assert "Ask for 6,144 or more" in str(caught.value)


@pytest.mark.parametrize("resume", [True, False])
def test_foreign_places_are_left_alone(scenario, tmp_path: Path, resume: bool) -> None:
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ResultsError, match="not a results folder"):
        run(scenario, out=tmp_path, resume=resume)
    with pytest.raises(ResultsError, match="is a file"):
        run(scenario, out=tmp_path / "thesis.tex", resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_broken_plan_is_named(scenario, half: Path) -> None:
    (half / "parts" / "run.json").write_text('{"format": 1')
    with pytest.raises(ResultsError, match="does not say what is to be run") as caught:
        run(scenario, out=half, resume=True)
    assert caught.value.path == half / "parts" / "run.json"


def test_a_bare_run_without_its_pages_says_why_it_cannot_be_made_longer(scenario, tmp_path: Path) -> None:
    """As version 0.1.0 wrote them before runs could be resumed."""
    from wargame.experiment import manifest

    folder = tmp_path / "bare"
    run(scenario, out=folder, keep_episodes=False, episodes=5000)
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name in ("pages.parquet", "last_page.parquet"):
        (folder / name).unlink()
        del stated["results"]["files"][name]
    stated["results"]["manifest"] = manifest.manifest_digest(stated)
    (folder / "manifest.json").write_text(json.dumps(stated), "utf-8")
    assert len(wargame.read(folder)) == 5000
    with pytest.raises(ResultsError, match="cannot be made longer"):
        run(scenario, out=folder, resume=True, keep_episodes=False)


def test_a_disk_that_refuses(scenario, half: Path, tmp_path: Path) -> None:
    """A real limit of the system on the size of files, in a process of its own; then there is room again."""
    (tmp_path / "border.yaml").write_text(BORDER_THAT_FAILS, "utf-8")
    code = (
        "import resource, signal, sys, wargame\n"
        "from wargame.experiment import saving\n"
        "from wargame.scenario.errors import WargameError\n"
        "saving.PART_EPISODES = 3000\n"
        "scenario = wargame.load('border.yaml')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "try:\n"
        "    options = {'engine': 'batch', 'progress': False, 'out': 'half', 'resume': True}\n"
        "    wargame.simulate(scenario, episodes=30_000, seed=3, **options)\n"
        "except WargameError as error:\n"
        "    print(error)\n"
    )
    sizes = [part.path.stat().st_size for part in list_parts(half / "parts")]
    # First too little for a part, then enough for parts and too little for the joined table.
    for limit in (min(sizes) // 2, max(sizes) + 20_000):
        done = subprocess.run(
            [sys.executable, "-c", code, str(limit)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        assert "could not be written: " in done.stdout, done.stdout + done.stderr
        assert "File too large; the" in done.stdout
        assert "episodes that are complete are kept" in done.stdout
        assert "Make room" in done.stdout
        assert len(list_parts(half / "parts")) >= 2
        assert not list((half / "parts").glob("*.tmp"))
    expected = run(scenario, episodes=30_000)
    assert run(scenario, out=half, resume=True, episodes=30_000).digests == expected.digests
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_folder_that_may_not_be_written(scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "mkdir", refuse)
        with pytest.raises(ResultsError, match="could not be written: Permission denied") as caught:
            run(scenario, out=tmp_path / "run")
    assert "Choose another folder" in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_a_failure_between_parts_keeps_what_was_played(scenario, whole, tmp_path: Path) -> None:
    """Also what was not yet due to be written."""
    folder = tmp_path / "run"
    interrupted(scenario, folder, 2000)
    assert complete_episodes(folder, stated_run(folder)) == 2048
    (part,) = list_parts(folder / "parts")
    assert pd.read_parquet(unpacked(part.path)).equals(
        whole.episodes.head(2048).astype({"outcome": "category"})
    )


def unpacked(path: Path):
    import io
    import zipfile

    with zipfile.ZipFile(path) as archive:
        return io.BytesIO(archive.read("episodes.parquet"))


def test_pages_of_the_digest_are_as_documented() -> None:
    assert digest.EPISODES_PER_DIGEST == 4096
