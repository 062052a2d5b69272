"""Experiments: arms share their draws, differences are paired, and folders hold all of it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

import wargame
from tests.experiment.test_experiment_files import GOOD, HEAD, SCENARIO
from wargame.experiment.engines import RunError
from wargame.experiment.errors import ResultsError
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import loads_experiment
from wargame.experiment.sweep import sweep

ARMS = "arms:\n  baseline:\n  noop: {set: {calm: 0}}\n  pulled: {set: {pull: 0.6}}\n"


@pytest.fixture(scope="module")
def scenario() -> wargame.Scenario:
    return wargame.loads(SCENARIO)


def played(scenario: wargame.Scenario, more: str, **options: object) -> ExperimentResults:
    loaded = loads_experiment(HEAD + more + "\n" + ARMS, scenario=scenario)
    results = wargame.experiment(loaded, progress=False, **options)
    assert isinstance(results, ExperimentResults)
    return results


@pytest.fixture(scope="module")
def results(scenario: wargame.Scenario) -> ExperimentResults:
    return played(scenario, "episodes: 400")


@pytest.fixture(scope="module")
def nested(scenario: wargame.Scenario) -> ExperimentResults:
    return played(scenario, "episodes: 40\ndesign: {lhs: 30}")


def test_an_arm_is_the_run_of_its_scenario(scenario: wargame.Scenario, results: ExperimentResults) -> None:
    run = wargame.simulate(scenario.with_(pull=0.6), episodes=400, progress=False)
    assert results.arms["pulled"].digest == run.digest


def test_an_arm_that_changes_nothing_differs_by_exactly_nothing(results: ExperimentResults) -> None:
    comparison = results.compare("baseline")
    noop = comparison.differences[comparison.differences["arm"] == "noop"]
    assert (noop["difference"] == 0).all()
    assert comparison.switched("noop") == 0
    assert results.arms["noop"].digest == results.arms["baseline"].digest


def test_differences_are_those_of_the_arms(results: ExperimentResults) -> None:
    comparison = results.compare()
    row = comparison.differences.query("arm == 'pulled' and name == 'total'").iloc[0]
    gaps = results.arms["pulled"].episodes["metric.total"] - results.arms["baseline"].episodes["metric.total"]
    assert row["difference"] == pytest.approx(gaps.mean())
    assert row["low"] < row["difference"] < row["high"]
    assert row["factor"] > 1
    changed = results.arms["pulled"].episodes["outcome"] != results.arms["baseline"].episodes["outcome"]
    assert comparison.switched("pulled") == changed.sum() > 0
    assert comparison.pairs["pulled"] == 400


def test_another_arm_may_be_the_baseline(results: ExperimentResults) -> None:
    one, other = results.compare("baseline"), results.compare("pulled")
    there = one.differences.query("arm == 'pulled' and name == 'high'")["difference"].item()
    back = other.differences.query("arm == 'baseline' and name == 'high'")["difference"].item()
    assert there == -back != 0
    with pytest.raises(RunError, match="did you mean 'pulled'"):
        results.compare("puled")


def test_the_worst_factor_is_shown(results: ExperimentResults) -> None:
    comparison = results.compare()
    factors = comparison.factors().set_index(["arm", "kind"])
    rows = comparison.differences.query("arm == 'pulled' and kind == 'outcome'")
    assert factors.loc[("pulled", "outcome"), "worst"] == rows["factor"].min()


def test_every_point_of_a_sample_has_episodes_of_its_own_and_arms_share_them(
    scenario: wargame.Scenario, nested: ExperimentResults
) -> None:
    design = nested.experiment.design
    assert design is not None
    for point in (0, 7):
        run = wargame.simulate(
            scenario.with_(design.point(point)), episodes=40 * (point + 1), progress=False
        ).episodes.iloc[40 * point :]
        codes = run["outcome"].cat.codes.to_numpy()
        assert np.array_equal(nested.sweeps["baseline"].outcomes[point], codes)
    assert np.array_equal(nested.sweeps["baseline"].outcomes, nested.sweeps["noop"].outcomes)


def test_what_an_arm_sets_is_not_varied_in_it(scenario: wargame.Scenario, nested: ExperimentResults) -> None:
    run = wargame.simulate(scenario.with_(pull=0.6), episodes=1200, progress=False)
    codes = run.episodes["outcome"].cat.codes.to_numpy()
    assert np.array_equal(nested.sweeps["pulled"].outcomes.ravel(), codes)


def test_in_a_sample_the_point_is_the_unit(nested: ExperimentResults) -> None:
    comparison = nested.compare()
    assert comparison.unit == "point"
    assert (comparison.differences["n"] == 30).all()
    noop = comparison.differences[comparison.differences["arm"] == "noop"]
    assert (noop["difference"] == 0).all()
    values = nested.values().query("arm == 'baseline' and kind == 'outcome'")
    assert (values["range_low"] <= values["range_high"]).all()
    assert list(values.columns).index("range_low") < list(values.columns).index("value")


def test_a_stop_rule_on_differences(scenario: wargame.Scenario) -> None:
    found = played(scenario, "until: difference high +/- 0.02\nmost: 20000")
    assert found.plan is not None
    last = [look for look in found.looks if look.episodes == found.episodes]
    assert {look.name for look in last} == {"noop: high", "pulled: high"}
    assert all(look.half_width <= 0.02 for look in last)
    assert found.level == found.plan.look_level > 0.95
    assert found.episodes in found.plan.sizes
    again = wargame.simulate(scenario, episodes=found.episodes, progress=False)
    assert found.arms["baseline"].digest == again.digest


def test_a_stop_rule_on_every_arm(scenario: wargame.Scenario) -> None:
    found = played(scenario, "episodes: 5", until="high +/- 0.03", most=8000)
    assert {look.name for look in found.looks} == {"baseline: high", "noop: high", "pulled: high"}


def test_parameters_drawn_for_every_episode_are_the_same_in_every_arm(scenario: wargame.Scenario) -> None:
    found = played(scenario, "episodes: 100\nuncertain: true")
    base, noop, pulled = (found.arms[name].episodes for name in ("baseline", "noop", "pulled"))
    assert base["parameters.pull"].nunique() == 100
    assert np.array_equal(base["parameters.pull"], noop["parameters.pull"])
    assert "parameters.pull" not in pulled


@pytest.mark.parametrize("kind", ["results", "nested"])
def test_a_folder_holds_it_all(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found: ExperimentResults = request.getfixturevalue(kind)
    found.save(tmp_path / "e")
    found.save(tmp_path / "e")
    read = wargame.read_experiment(tmp_path / "e")
    assert read.compare().differences.equals(found.compare().differences)
    assert read.values().equals(found.values())
    assert (tmp_path / "e" / "differences.csv").is_file()


def test_folders_that_are_none(results: ExperimentResults, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(ResultsError, match="something else"):
        results.save(tmp_path)
    with pytest.raises(ResultsError, match=r"experiment\.json"):
        wargame.read_experiment(tmp_path)
    results.save(tmp_path / "e")
    arms = tmp_path / "e" / "arms"
    shutil.rmtree(arms / "pulled")
    shutil.copytree(arms / "noop", arms / "pulled")
    with pytest.raises(ResultsError, match="not those that were written"):
        wargame.read_experiment(tmp_path / "e")


def test_arguments_that_cannot_be_used(scenario: wargame.Scenario) -> None:
    loaded = loads_experiment(GOOD, scenario=scenario)
    with pytest.raises(RunError, match="whole number from 1"):
        wargame.experiment(loaded, episodes=-1, progress=False)
    with pytest.raises(RunError, match="a design fixes"):
        played(scenario, "design: {lhs: 5}", until="high +/- 0.1")


def test_a_grid_shares_its_episodes_and_its_table_is_tidy(scenario: wargame.Scenario) -> None:
    found = sweep(scenario, grid={"pull": [0.1, 0.3], "calm": [0.0, 1.0]}, episodes=50, progress=False)
    assert len(found.table) == 4 * (2 + 1 + 1)
    # `calm` is in no formula that matters.
    assert np.array_equal(found.outcomes[0], found.outcomes[1])
    run = wargame.simulate(scenario.with_(pull=0.1), episodes=50, progress=False)
    row = found.table.query("point == 0 and name == 'high'").iloc[0]
    share = run.outcomes().set_index("outcome").loc["high"]
    assert (row["value"], row["low"], row["high"]) == (share["share"], share["low"], share["high"])
    total = found.table.query("point == 0 and name == 'total'").iloc[0]
    metric = run.metrics().iloc[0]
    assert (total["value"], total["sd"], total["low"]) == (metric["mean"], metric["sd"], metric["low"])
    with pytest.raises(RunError, match="not a random sample"):
        found.spread()


@pytest.mark.parametrize("engine", ["mesa", "batch"])
def test_sweeps_do_not_depend_on_engine_and_threads(scenario: wargame.Scenario, engine: str) -> None:
    options = {"lhs": 6, "episodes": 20, "progress": False}
    first = sweep(scenario, **options, workers=1, engine="batch")
    assert sweep(scenario, **options, workers=3, engine=engine).digest == first.digest


def test_points_outside_what_the_scenario_allows_are_found_before_playing(scenario: wargame.Scenario) -> None:
    with pytest.raises(wargame.ScenarioError, match="outside"):
        sweep(scenario, grid={"state.x": [0.0, 99.0]}, progress=False)
