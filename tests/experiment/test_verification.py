"""`verify`: what is good is found good, and every kind of harm is found."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from border import BORDER_THAT_FAILS

import wargame
from wargame.experiment import ResultsError, saved_files, saving
from wargame.experiment.engines import RunError
from wargame.experiment.errors import Unfinished
from wargame.experiment.executors import Serial
from wargame.experiment.manifest import file_digest, manifest_digest
from wargame.experiment.verification import Finding, verify


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(BORDER_THAT_FAILS, file="border.yaml")


def run(scenario: wargame.Scenario, folder: Path, **options) -> Path:
    wargame.simulate(
        scenario,
        **{"episodes": 6000, "seed": 3, "progress": False, "engine": "batch", "out": folder, **options},
    )
    return folder


@pytest.fixture(scope="module")
def made(scenario: wargame.Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(scenario, tmp_path_factory.mktemp("made") / "run", orders=["north=probe@0"], uncertain=True)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of a run, to be harmed."""
    return Path(shutil.copytree(made, tmp_path / "run"))


def texts(found: list[Finding], *, good: bool) -> str:
    return "\n".join(finding.text for finding in found if finding.good is good)


def test_a_good_run(made: Path) -> None:
    found = verify(made, 25)
    assert texts(found, good=False) == ""
    said = texts(found, good=True)
    results = wargame.read(made)
    assert results.failed > 0
    assert "manifest.json is as it was written" in said
    assert "7 of 7 files are as they were written" in said
    assert "The digests agree: episodes, totals, aggregates, sample, failures" in said
    assert "add up to the totals" in said
    assert "25 of 6,000 episodes were played again on the Mesa engine: 25 rows" in said
    assert f"{min(results.failed, 6)} failures, all" in said
    # Every column but `failure` of every row; of a trajectory its length, 7 states and 6 turns of 4 policies.
    paths = int(re.search(r"(\d+) traject", said)[1])
    assert 6 <= paths <= 8
    columns = len(results.episodes.columns) - 1
    assert f"all {25 * columns + paths * (1 + 7 + 6 * 4):,} numbers, are equal bit for bit" in said


def test_all_episodes_of_a_short_run(scenario, tmp_path: Path) -> None:
    folder = run(scenario, tmp_path / "short", episodes=40)
    said = texts(verify(folder, 100), good=True)
    assert "40 of 40 episodes were played again" in said
    assert "40 rows, 32 trajectories" in said
    nothing = verify(folder, 0)
    assert all(finding.good for finding in nothing)
    assert "played again" not in texts(nothing, good=True)


def test_a_run_without_episodes(scenario, tmp_path: Path) -> None:
    folder = run(scenario, tmp_path / "bare", keep_episodes=False)
    found = verify(folder, 40)
    assert texts(found, good=False) == ""
    assert "40 of 6,000 episodes, of those of which something was kept, were played again" in texts(
        found, good=True
    )


def test_own_actors_cannot_be_played_again(scenario, tmp_path: Path) -> None:
    class Waiting(wargame.StateActor):
        def choose(self, situation):
            return "wait"

    folder = run(scenario, tmp_path / "own", engine="mesa", actors={"north": Waiting}, episodes=20)
    found = verify(folder)
    assert all(finding.good for finding in found)
    assert "north were played by own Python classes" in texts(found, good=True)


def test_the_same_episodes_every_time(made: Path) -> None:
    assert verify(made, 10) == verify(made, 10)


# ---- harm ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in saved_files.FILES if name != "manifest.json"])
@pytest.mark.parametrize("harm", ["missing", "altered"])
def test_harmed_files_are_all_named(folder: Path, name: str, harm: str) -> None:
    (folder / "metrics.csv").write_text("nothing")
    if harm == "missing":
        (folder / name).unlink()
    else:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    found = verify(folder)
    wrong = texts(found, good=False)
    assert name in wrong
    assert "metrics.csv" in wrong
    assert "Nothing was played again: the files are not those of the run" in wrong
    assert f"{5 if name != 'metrics.csv' else 6} of 7 files are as they were written" in texts(
        found, good=True
    )


def test_an_edited_manifest_is_noticed(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text("utf-8").replace('"seed": 3', '"seed": 4'), "utf-8")
    assert "manifest.json was changed after it was written" in texts(verify(folder), good=False)


def sealed(folder: Path, stated: dict) -> None:
    """Make files and manifest agree again, as a forger would."""
    for name in stated["results"]["files"]:
        stated["results"]["files"][name] = file_digest(folder / name)
    stated["results"]["manifest"] = manifest_digest(stated)
    (folder / "manifest.json").write_text(json.dumps(stated), "utf-8")


def test_another_seed_plays_other_episodes(folder: Path) -> None:
    """Files, hashes and digests all agree; only playing again tells."""
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    stated["seed"] = 4
    sealed(folder, stated)
    found = verify(folder, 10)
    wrong = texts(found, good=False)
    assert "and playing it again gives" in wrong
    assert "more differences" in wrong
    assert "the folder was altered, or the rules have changed" in wrong
    assert "The digests agree" in texts(found, good=True)


def test_another_version_is_told(folder: Path) -> None:
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    stated["seed"], stated["wargame"] = 4, "0.0.9"
    sealed(folder, stated)
    assert f"made by version 0.0.9 of wargame, and this is {wargame.__version__}" in texts(
        verify(folder), good=False
    )


def test_a_changed_scenario_is_told(folder: Path) -> None:
    stated = json.loads((folder / "manifest.json").read_text("utf-8"))
    stated["scenario"]["text"] = stated["scenario"]["text"].replace("precision: 8", "precision: 9")
    sealed(folder, stated)
    wrong = texts(verify(folder), good=False)
    assert "The scenario's text in it does not have the digest that it states" in wrong


@pytest.mark.parametrize("column", ["metric.peak", "payoff.north", "plays.south.calm", "length"])
def test_one_altered_number_is_found_wherever_it_is(folder: Path, column: str) -> None:
    """The last bit of one number of one episode, with the files sealed again."""
    table = pq.read_table(folder / "episodes.parquet")
    values = table[column].to_numpy().copy()
    values[0] = np.nextafter(values[0], 9) if values.dtype.kind == "f" else values[0] + 1
    place = table.schema.get_field_index(column)
    pq.write_table(
        table.set_column(place, table.schema.field(column), pa.array(values)), folder / "episodes.parquet"
    )
    sealed(folder, json.loads((folder / "manifest.json").read_text("utf-8")))
    wrong = texts(verify(folder, 3), good=False)
    assert "The digests of episodes" in wrong
    assert "are not those that manifest.json states" in wrong
    assert f"Episode 0: {column} is " in wrong
    assert "and playing it again gives" in wrong


# ---- runs that are under way ---------------------------------------------------------------------


class Stopping:
    def play(self, task, spans):
        for place, block in enumerate(Serial().play(task, spans)):
            if place == 4:
                raise KeyboardInterrupt
            yield block


def test_an_interrupted_run(scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "PART_EPISODES", 2000)
    with pytest.raises(KeyboardInterrupt):
        run(scenario, tmp_path / "half", executor=Stopping())
    (found,) = verify(tmp_path / "half")
    assert found.good
    assert "The run was interrupted. 4,096 of 6,000 episodes are complete, in 2 parts" in found.text
    part = min((tmp_path / "half" / "parts").glob("*.zip"))
    part.write_bytes(part.read_bytes()[:-5])
    wrong = texts(verify(tmp_path / "half"), good=False)
    assert part.name in wrong
    assert "Delete this file" in wrong


def test_a_run_whose_files_are_on_their_way(folder: Path) -> None:
    (folder / "parts" / "finished").mkdir(parents=True)
    (folder / "manifest.json").rename(folder / "parts" / "finished" / "manifest.json")
    with pytest.raises(Unfinished, match="being put in their places"):
        verify(folder)
    with pytest.raises(Unfinished, match="being put in their places"):
        wargame.read(folder)


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="not a results folder"):
        verify(tmp_path)
    with pytest.raises(ResultsError, match="no such folder"):
        verify(tmp_path / "nowhere")
    with pytest.raises(RunError, match="episodes is -1"):
        verify(tmp_path, -1)
