from __future__ import annotations

import json
import shutil

import numpy as np
import pandas as pd
import pytest

from wargame.experiment import Results, ResultsError, parquet, read, saved_files
from wargame.scenario.errors import WargameError


@pytest.fixture
def saved(results, tmp_path):
    return results.save(tmp_path / "runs" / "one")


def test_round_trip_is_lossless(results, saved):
    again = read(saved)
    assert again.digests == results.digests
    assert again.layout == results.layout
    assert again.manifest == results.manifest
    for name in ("episodes", "trajectories", "failures", "sample", "sample_plays"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(results, name), check_exact=True)
    for name in ("outcomes", "metrics", "payoffs", "policies"):
        pd.testing.assert_frame_equal(getattr(again, name)(), getattr(results, name)(), check_exact=True)
    assert repr(again) == repr(results)


def test_saving_what_was_read_changes_nothing(saved, tmp_path):
    second = read(saved).save(tmp_path / "two")
    assert sorted(path.name for path in second.iterdir()) == sorted(path.name for path in saved.iterdir())
    for path in saved.iterdir():
        assert (second / path.name).read_bytes() == path.read_bytes(), path.name


def test_files_and_manifest(results, saved):
    names = {path.name for path in saved.iterdir()}
    assert names == set(saved_files.FILES)
    manifest = json.loads((saved / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 20250701
    assert manifest["digest"] == results.digest
    assert manifest["results"]["counts"] == {
        "episodes": 300,
        "completed": 298,
        "failed": 2,
        "sampled": 25,
    }
    assert set(manifest["results"]["versions"]) == {"python", "numpy", "pandas", "pyarrow"}
    assert list(pd.read_csv(saved / "outcomes.csv")["n"]) == list(results.outcomes()["n"])
    foreign = pd.read_parquet(saved / "episodes.parquet")
    assert list(foreign.columns) == list(results.episodes.columns)
    assert list(foreign["outcome"].dropna().unique()) == list(results.episodes["outcome"].dropna().unique())
    assert not list(saved.parent.glob(".*")), "a temporary folder was left behind"


def test_wide_sums_survive(run, tmp_path):
    blocks = list(run.blocks(100))
    for block in blocks:
        block.sums[...] = -(2**62)
    results = Results.collect(run.layout, blocks, {})
    again = read(results.save(tmp_path / "wide"))
    assert again.record.aggregates.sums[0, 0] == -3 * 2**62
    assert again.digests == results.digests


def test_bare_layouts_survive(synthetic, tmp_path):
    """No actors, no metrics, nothing sampled, no failures, no episodes."""
    run = synthetic.synthetic_run(40, variables=2, horizon=3, failed=0, sampled=0)
    layout = run.layout
    bare = type(layout)(
        outcomes=layout.outcomes,
        metrics=(),
        actors=(),
        policies=(),
        variables=layout.variables,
        sampled=(),
        horizon=3,
    )
    for name in ("metrics", "payoffs", "plays", "sampled"):
        run.arrays[name] = run.arrays[name][:, :0]
    run.arrays["turn_plays"] = run.arrays["turn_plays"][:, :, :0]
    run.layout = bare
    for number, blocks in enumerate((list(run.blocks(16)), [])):
        results = Results.collect(bare, blocks, {})
        again = read(results.save(tmp_path / str(number)))
        assert again.digests == results.digests
        assert again.failures.empty
        pd.testing.assert_frame_equal(again.episodes, results.episodes)


def test_a_run_may_begin_later(synthetic, tmp_path):
    run = synthetic.synthetic_run(30, variables=2, horizon=3, first=1000)
    results = Results.collect(run.layout, run.blocks(7), {})
    again = read(results.save(tmp_path / "later"))
    assert again.episodes["episode"].iloc[0] == 1000
    assert again.sample["episode"].iloc[0] == 1000
    assert again.digests == results.digests


def test_saving_again_replaces_the_run_and_keeps_other_files(results, run, saved):
    (saved / "notes.txt").write_text("mine")
    smaller = Results.collect(run.layout, list(run.blocks(100))[:1], {})
    smaller.save(saved)
    assert len(read(saved)) == 100
    assert (saved / "notes.txt").read_text() == "mine"
    assert not list(saved.parent.glob(".*"))


def test_a_foreign_folder_is_left_alone(results, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ResultsError, match="not a results folder"):
        results.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
    with pytest.raises(ResultsError, match="is a file"):
        results.save(tmp_path / "thesis.tex")
    empty = tmp_path / "empty"
    empty.mkdir()
    assert len(read(results.save(empty))) == 300


def test_a_failed_write_leaves_what_was_there(results, saved, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(parquet, "write_sample", full)
    with pytest.raises(ResultsError, match="No space left"):
        results.save(saved)
    with pytest.raises(ResultsError, match="No space left"):
        results.save(saved.parent / "new")
    monkeypatch.undo()
    assert len(read(saved)) == 300
    assert [path.name for path in saved.parent.iterdir()] == ["one"]


@pytest.mark.parametrize("name", [name for name in saved_files.FILES if name != "manifest.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "truncated", "altered", "foreign"])
def test_damaged_files_are_named(saved, name, damage):
    path = saved / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        middle = len(content) // 2
        flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
        path.write_bytes(
            {"empty": b"", "truncated": content[:-9], "altered": flipped, "foreign": b"x"}[damage]
        )
    with pytest.raises(ResultsError) as caught:
        read(saved)
    assert caught.value.path == path
    assert "mend:" in str(caught.value)
    assert isinstance(caught.value, WargameError)


def test_line_endings_of_a_checkout_do_not_matter(saved):
    path = saved / "outcomes.csv"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(read(saved)) == 300


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not complete JSON"),
        ('{"seed": 1', "not complete JSON"),
        ("[]", "not the manifest of a run"),
        ('{"seed": 1}', "not the manifest of a run"),
        ('{"results": {"format": 99}}', "format 99; this version reads format 2"),
        ('{"results": {"format": 2}}', "changed after it was written"),
    ],
)
def test_damaged_manifests(saved, text, message):
    (saved / "manifest.json").write_text(text)
    with pytest.raises(ResultsError, match=message):
        read(saved)


def test_an_edited_seed_is_noticed(saved):
    path = saved / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace("20250701", "20250702"), encoding="utf-8")
    with pytest.raises(ResultsError, match="changed after it was written"):
        read(saved)


def test_missing_and_foreign_folders(tmp_path):
    with pytest.raises(ResultsError, match="no such folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(ResultsError, match=r"holds no manifest\.json"):
        read(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(ResultsError, match="is a file"):
        read(tmp_path / "file")


def test_contents_must_have_the_recorded_digest(results, saved, monkeypatch):
    """Files and manifest agree with each other, but not with the numbers: a forged or miswritten folder."""
    from wargame.experiment import manifest

    forged = dict.fromkeys(results.digests, "0" * 64)
    monkeypatch.setattr(manifest, "digests", lambda *_: forged)
    shutil.rmtree(saved)
    results.save(saved)
    monkeypatch.undo()
    with pytest.raises(ResultsError, match="digest"):
        read(saved)
    assert len(read(saved, verify=False)) == 300


def test_reading_is_lazy(saved, monkeypatch):
    lazy = read(saved, verify=False)
    monkeypatch.setattr(parquet, "read_episodes", None)
    assert len(lazy.policies()) == 8 * 32
    assert np.isfinite(lazy.trajectories["mean"]).all()
