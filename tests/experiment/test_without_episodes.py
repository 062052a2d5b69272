"""Runs that keep no episodes, only what they add up to."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from wargame.experiment import EpisodesNotKept, Results, collect, read
from wargame.experiment.tables import QUANTILES


@pytest.fixture
def bare(run, synthetic):
    return Results.collect(run.layout, run.blocks(64), synthetic.synthetic_manifest(), keep_episodes=False)


def test_digests_and_tables_are_those_of_the_run_that_keeps_them(bare, results):
    assert results.keeps_episodes
    assert not bare.keeps_episodes
    assert bare.digests == results.digests
    assert len(bare) == len(results)
    for name in ("completed", "failed", "orders_blocked", "mean_length"):
        assert getattr(bare, name) == getattr(results, name)
    for name in ("trajectories", "failures", "sample", "sample_plays"):
        pd.testing.assert_frame_equal(getattr(bare, name), getattr(results, name), check_exact=True)
    for name in ("outcomes", "policies"):
        pd.testing.assert_frame_equal(getattr(bare, name)(), getattr(results, name)(), check_exact=True)
    assert repr(bare) == repr(results)
    assert bare._repr_html_() == results._repr_html_()


@pytest.mark.parametrize("name", ["metrics", "payoffs"])
def test_only_quantiles_are_missing_from_the_summaries(bare, results, name):
    found, expected = getattr(bare, name)(), getattr(results, name)()
    quantiles = list(QUANTILES)
    assert found[quantiles].isna().all(axis=None)
    assert expected[quantiles].notna().all(axis=None)
    pd.testing.assert_frame_equal(
        found.drop(columns=quantiles), expected.drop(columns=quantiles), check_exact=True
    )


def test_counts_against_the_table(results):
    episodes = results.episodes
    assert results.orders_blocked == (episodes["orders_blocked"] > 0).sum()
    completed = episodes[episodes["outcome"].notna()]
    assert results.mean_length == pytest.approx(completed["length"].mean(), rel=1e-15)


@pytest.mark.parametrize("sizes", [(1,), (7, 100, 1), (300,)])
def test_chunking_does_not_show(run, bare, sizes):
    again = Results.collect(run.layout, run.blocks(*sizes), {}, keep_episodes=False)
    assert again.digests == bare.digests
    pd.testing.assert_frame_equal(again.metrics(), bare.metrics(), check_exact=True)


def test_pages_of_several_digests(synthetic):
    run = synthetic.synthetic_run(2 * 4096 + 100, variables=1, horizon=2)
    kept = Results.collect(run.layout, run.blocks(3000), {})
    for size in (900, 4096, len(kept)):
        bare = Results.collect(run.layout, run.blocks(size), {}, keep_episodes=False)
        assert bare.digests == kept.digests
        assert bare.record.totals == kept.record.totals
    values = kept.episodes["payoff.us"].dropna()
    assert kept.payoffs()["mean"].iloc[0] == pytest.approx(values.mean(), rel=1e-13)
    assert kept.payoffs()["sd"].iloc[0] == pytest.approx(values.std(), rel=1e-13)


def test_what_needs_episodes_says_how_to_get_them(bare, tmp_path):
    for results in (bare, read(bare.save(tmp_path / "bare"))):
        with pytest.raises(EpisodesNotKept, match="without --no-episodes") as caught:
            _ = results.episodes
        assert "keep_episodes=False" in str(caught.value)
    with pytest.raises(ValueError, match="cannot be joined"):
        Results.join([bare])


def test_a_folder_without_episodes_reads_back(bare, results, tmp_path):
    folder = bare.save(tmp_path / "bare")
    assert not (folder / "episodes.parquet").exists()
    again = read(folder)
    assert not again.keeps_episodes
    assert again.digests == bare.digests == results.digests
    for name in ("outcomes", "metrics", "payoffs", "policies"):
        pd.testing.assert_frame_equal(getattr(again, name)(), getattr(bare, name)(), check_exact=True)
    pd.testing.assert_frame_equal(again.sample, bare.sample, check_exact=True)
    second = again.save(tmp_path / "second")
    for path in folder.iterdir():
        assert (second / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_run_without_episodes_takes_the_place_of_one_with_them(bare, results, tmp_path):
    folder = results.save(tmp_path / "one")
    bare.save(folder)
    assert not read(folder).keeps_episodes
    results.save(folder)
    assert read(folder).keeps_episodes


def test_failures_are_counted_and_only_the_first_kept(run, monkeypatch):
    monkeypatch.setattr(collect, "FAILURES_KEPT", 1)
    bare = Results.collect(run.layout, run.blocks(50), {}, keep_episodes=False)
    assert bare.failed == 2
    assert list(bare.failures["episode"]) == [run.failures[0].episode]
    assert len(Results.collect(run.layout, run.blocks(50), {}).failures) == 2


def test_memory_does_not_grow_with_the_run(synthetic):
    run = synthetic.synthetic_run(4096, variables=2, horizon=3, failed=0)
    (block,) = run.blocks(4096)
    collector = collect.Collector(run.layout, keep_episodes=False)

    def held_after(pages: int) -> int:
        for _ in range(pages):
            block.first = len(collector)
            if len(collector):
                block.sample, block.sample_plays = block.sample[:0], block.sample_plays[:0]
            collector.add(block)
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        early = held_after(5)
        late = held_after(40)
    finally:
        tracemalloc.stop()
    # A page of this layout takes a megabyte if it is kept; its digest takes 65 bytes.
    assert late - early < 20_000
    assert collector.record().totals.episodes == 45 * 4096


def test_a_collector_may_be_asked_in_between(run, results):
    for keep in (True, False):
        collector = collect.Collector(run.layout, keep_episodes=keep)
        for block in run.blocks(70):
            collector.add(block)
            assert collector.record().totals.episodes == len(collector)
        assert collector.record().digest == results.digest
        if keep:
            assert np.array_equal(collector.record().episodes.length, results.record.episodes.length)
