from __future__ import annotations

import html

import numpy as np
import pytest

from wargame.engine.block import FAILED, UNITS_PER_RANGE
from wargame.experiment import Results
from wargame.experiment.intervals import clopper_pearson, wilson


def test_episode_columns_and_types(results, run):
    episodes = results.episodes
    assert list(episodes.columns[:5]) == [
        "episode",
        "outcome",
        "length",
        "metric.peak_tension",
        "metric.first_talks",
    ]
    assert list(episodes.columns[-4:]) == [
        "parameters.fear_gain",
        "state.tension",
        "orders_blocked",
        "failure",
    ]
    assert {"payoff.us", "plays.dprk.hold"} <= set(episodes.columns)
    assert list(episodes["outcome"].cat.categories) == list(run.layout.outcomes)
    failed = run.arrays["outcome"] == FAILED
    assert (episodes["outcome"].isna() == failed).all()
    assert (episodes["failure"].notna() == failed).all()
    assert episodes["failure"].dropna().str.contains("scenario.yaml:41").all()


def test_changing_a_table_changes_no_result(results):
    episodes, trajectories = results.episodes, results.trajectories
    episodes["length"] = 0
    trajectories["mean"] = 0.0
    assert results.episodes["length"].max() > 0
    assert results.trajectories["mean"].max() > 0


def test_outcomes_are_of_completed_episodes_in_the_scenario_order(results, run):
    table = results.outcomes()
    assert list(table.columns) == ["outcome", "n", "share", "low", "high"]
    assert tuple(table["outcome"]) == run.layout.outcomes
    assert table["n"].sum() == 298 == results.completed
    assert table["share"].sum() == pytest.approx(1)
    assert table.attrs == {"completed": 298, "failed": 2, "level": 0.95}
    never = table[table["outcome"] == "nuclear_use"].iloc[0]
    assert (never["n"], never["share"], never["low"]) == (0, 0, 0)
    assert never["high"] == pytest.approx(1 - 0.025 ** (1 / 298))
    assert (results.outcomes(0.5)["high"] <= table["high"]).all()


def test_failures_are_listed_apart(results):
    failures = results.failures
    assert len(failures) == results.failed == 2
    assert list(failures["line"]) == [41, 41]
    assert failures["text"].str.startswith("episode ").all()


def test_metrics_table_against_numpy(results, run):
    done = run.arrays["outcome"] != FAILED
    table = results.metrics().set_index("metric")
    column = run.arrays["metrics"][done, 1]
    present = column[~np.isnan(column)]
    row = table.loc["first_talks"]
    assert row["n"] == len(present)
    assert row["missing"] == np.isnan(column).sum()
    assert row["mean"] == pytest.approx(present.mean())
    assert row["sd"] == pytest.approx(present.std(ddof=1))
    assert row["q25"] == pytest.approx(np.quantile(present, 0.25))
    stats = pytest.importorskip("scipy.stats")
    half = stats.t.ppf(0.975, len(present) - 1) * present.std(ddof=1) / len(present) ** 0.5
    assert row["high"] - row["mean"] == pytest.approx(half)


def test_a_metric_of_zeros_and_ones_is_a_share(run):
    (block,) = run.blocks(300)
    done = block.outcome != FAILED
    block.metrics = block.metrics.copy()
    block.metrics[done] = [0.0, 1.0]
    block.metrics[np.flatnonzero(done)[:40], 1] = 0.0
    table = Results.collect(run.layout, [block], {}).metrics()
    never, often = table.itertuples()
    assert (never.low, never.high) == clopper_pearson(0, 298)
    assert (often.low, often.high) == wilson(258, 298)


def test_trajectories_against_the_values_themselves(results, run):
    values = run.arrays["values"][run.arrays["outcome"] != FAILED]
    table = results.trajectories
    assert table["turn"].min() == -1
    assert (table["n"] == 298).all()
    for position, variable in enumerate(run.layout.variables):
        rows = table[table["variable"] == variable.name].sort_values("turn")
        resolution = (variable.high - variable.low) / 256
        assert table.attrs["resolution"][variable.name] == resolution
        assert rows["mean"].to_numpy() == pytest.approx(values[:, :, position].mean(axis=0))
        for name, share in (("q05", 0.05), ("q50", 0.5), ("q95", 0.95)):
            exact = np.quantile(values[:, :, position], share, axis=0, method="inverted_cdf")
            assert np.abs(rows[name] - exact).max() <= resolution * (1 + 1e-9)
    dealt = table[(table["turn"] == -1) & (table["variable"] == "warheads")].iloc[0]
    assert dealt["q05"] == dealt["q95"] == pytest.approx(60, abs=1e-9)


def test_running_counts_and_policy_shares(results, run):
    done = run.arrays["outcome"] != FAILED
    length = run.arrays["length"][done]
    table = results.policies()
    assert list(table.columns) == ["turn", "actor", "policy", "n", "share", "running"]
    row = table[(table["turn"] == 3) & (table["actor"] == "prc") & (table["policy"] == "talk")].iloc[0]
    played = run.arrays["turn_plays"][done][:, 3, run.layout.policies.index("prc.talk")].sum()
    assert row["n"] == played
    assert row["running"] == (length > 3).sum()
    assert row["share"] == played / (length > 3).sum()
    shares = table.groupby(["turn", "actor"])["share"].sum()
    assert shares.to_numpy() == pytest.approx(1)


def test_sample_is_the_first_episodes_in_full(results, run):
    sample = results.sample
    assert sample["episode"].nunique() == 25
    one = sample[(sample["episode"] == 7) & (sample["variable"] == "usfk")]
    assert (one["value"].to_numpy() == run.arrays["values"][7, :, 3]).all()
    assert one["running"].sum() == run.arrays["length"][7] + 1
    plays = results.sample_plays
    assert len(plays) == run.arrays["turn_plays"][:25].sum()
    first = plays.iloc[0]
    place = run.layout.policies.index(f"{first['actor']}.{first['policy']}")
    assert run.arrays["turn_plays"][first["episode"], first["turn"], place] == 1


def test_sums_beyond_64_bits(run):
    """As after ten million episodes at the top of the range."""
    blocks = list(run.blocks(100))
    for block in blocks:
        block.sums[...] = 2**62
    results = Results.collect(run.layout, blocks, {})
    assert results.record.aggregates.sums[0, 0] == 3 * 2**62
    mean = results.trajectories["mean"].iloc[0]
    assert mean == pytest.approx(3 * 2**62 / (298 * UNITS_PER_RANGE))


def test_a_run_without_episodes_is_still_a_result(run, synthetic, tmp_path):
    results = Results.collect(run.layout, [], synthetic.synthetic_manifest())
    assert len(results) == 0
    assert results.outcomes()["share"].isna().all()
    assert results.trajectories["q50"].isna().all()
    assert results.policies()["share"].isna().all()
    assert results.metrics()["mean"].isna().all()
    assert "0 episodes" in repr(results)


def test_blocks_must_follow_one_another_and_fit(run):
    first, second, *_ = run.blocks(50)
    with pytest.raises(ValueError, match="begins at episode 0; expected 50"):
        Results.collect(run.layout, [first, first], {})
    second.payoffs = second.payoffs[:, :2]
    with pytest.raises(ValueError, match=r"payoffs has shape \(50, 2\), expected \(50, 4\)"):
        Results.collect(run.layout, [first, second], {})


def test_engines_may_reuse_their_arrays(run, results):
    def reusing():
        for block in run.blocks(64):
            block.metrics, block.sample = block.metrics.copy(), block.sample.copy()
            yield block
            block.metrics[...] = 0
            block.sample[...] = 0

    assert Results.collect(run.layout, reusing(), {}).digests == results.digests


@pytest.mark.parametrize("manifest", [{"digest": "x"}, {"results": {}}, {"seed": object()}])
def test_manifests_that_cannot_be_kept_are_refused_before_the_run(run, manifest):
    with pytest.raises(ValueError, match="the manifest m"):
        Results.collect(run.layout, iter([None]), manifest)


def test_labels_fall_back_on_names(run, results):
    bare = Results.collect(run.layout, run.blocks(300), {"labels": {"policies": {"us.hold": "Wait"}}})
    assert bare.labels.outcomes["limited_war"] == "limited war"
    assert bare.labels.policies["us.hold"] == "Wait"
    assert bare.labels.policies["rok.hold"] == "hold"
    assert bare.labels.turns == [str(turn) for turn in range(8)]
    assert results.labels.policies["prc.hold"] == "Hold the present course"
    assert results.labels.units["usfk"] == "thousand troops"
    assert results.labels.turns[0] == "2025Q3"


def test_results_introduce_themselves(results):
    text = repr(results)
    assert "A made-up crisis" in text
    assert "300 episodes" in text
    assert "2 FAILED" in text
    assert results.digest[:16] in text
    page = results._repr_html_()
    assert html.escape("Armed status quo") in page
    assert page.count("<tr>") == 10
