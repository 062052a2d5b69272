"""Fits: known numbers are found, an interrupted search goes on to the same digest, and folders are looked after."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import wargame
from wargame.calibration import recovery
from wargame.calibration.errors import CalibrationError
from wargame.calibration.files import Calibration, load_calibration, loads_calibration
from wargame.calibration.fit_tables import moment_table, parameter_table, snippet
from wargame.calibration.fitting import Fit, fit
from wargame.calibration.folder import JOURNAL, journal_in, save_fit
from wargame.calibration.simulated import Simulator
from wargame.calibration.targets import observed
from wargame.cli.commands import app
from wargame.experiment.errors import ResultsError

HERE = Path(__file__).parent

# A record whose moments algebra knows: counts are Poisson, the height a sum of normal steps.
SCENARIO = """
name: known
time: {step: quarter, start: 2000Q1, horizon: 40}
parameters: {rate: 1, wobble: 1, ends: 0}
state:
  seen: {initial: 0, bounds: [0, 100]}
  height: {initial: 50, bounds: [-1000, 1000]}
nature:
  count: {draw: {poisson: {mean: rate, max: 90}}, effects: {seen: {set: count}}}
  step: {draw: {normal: {mean: 0, sd: wobble}}, effects: {height: step}}
  end: {draw: {bernoulli: ends}}
outcomes:
  over: {when: ends * height > 1000, terminal: true}
  played: {default: true}
metrics: {counted: sum(seen)}
"""
CALIBRATION = """
name: known
scenario: known
seed: 3
episodes: 400
generations: 30
parameters:
  rate: {range: [0.2, 10], scale: log}
  wobble: {range: [0.1, 20], scale: log}
targets:
  mean: {state: seen, statistic: mean, value: 3, error: 0.27, source: made up}
  yearly: {state: height, every: 4, change: difference, statistic: sd, pooled: true, value: 4, error: 0.5, source: made}
  total: {metric: counted, value: 116, error: 11, source: made up}
held_out:
  zeros: {state: seen, statistic: {share_at_most: 0}, value: 0.2, error: 0.03, source: made up}
"""


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return loads_calibration(CALIBRATION, scenario=wargame.loads(SCENARIO))


@pytest.fixture(scope="module")
def found(calibration: Calibration) -> Fit:
    return fit(calibration)


def test_numbers_are_found_where_algebra_puts_them(found: Fit) -> None:
    """Two measurements of the rate, 3 +/- 0.27 and 116 / 40 +/- 11 / 40, weigh alike; a year is four steps."""
    rate, wobble = found.estimates.parameters
    assert rate.estimate == pytest.approx(2.95, abs=0.02)
    # Independent measurements: the error of their mean. The simulation adds next to nothing.
    assert rate.error == pytest.approx(1 / np.hypot(1 / 0.27, 40 / 11), rel=0.03)
    # The search sees 400 episodes of 10 years: three standard errors of a standard deviation of so many numbers.
    assert wobble.estimate == pytest.approx(4 / np.sqrt(4), rel=3 / np.sqrt(2 * 4000))
    assert wobble.error == pytest.approx(0.25, rel=0.03)
    assert found.estimates.freedom == 1
    assert found.estimates.test == pytest.approx((3 - 2.9) ** 2 / (0.27**2 + (11 / 40) ** 2), rel=0.2)


def test_what_is_held_out_is_compared_and_not_fitted(found: Fit) -> None:
    zeros = moment_table(found).set_index("name").loc["zeros"]
    assert zeros["role"] == "held out"
    assert zeros["simulated"] == pytest.approx(np.exp(-2.95), abs=0.002)
    assert zeros["z"] == pytest.approx((np.exp(-2.95) - 0.2) / 0.03, abs=0.1)


def test_simulated_noise_is_that_of_episodes(calibration: Calibration) -> None:
    """The moments of other episodes differ by as much as the noise says."""
    simulator = Simulator(calibration.scenario, calibration.targets, seed=5)
    point = [{"parameters.rate": 2.0, "parameters.wobble": 1.0}]
    runs = [simulator.moments(point, 200, first=200 * run)[0] for run in range(60)]
    values = np.array([one.values for one in runs])
    claimed = np.sqrt(np.mean([np.diag(one.noise) for one in runs], axis=0))
    assert values.std(axis=0, ddof=1) / claimed == pytest.approx(1, abs=0.3)
    # The mean of 40 Poisson counts varies from record to record by this; of a pooled moment nothing is said.
    assert np.sqrt(runs[0].record[0, 0]) == pytest.approx(np.sqrt(2 / 40), rel=0.2)
    assert np.isnan(runs[0].record[1, 1])


def test_results_do_not_depend_on_engine_or_workers(calibration: Calibration) -> None:
    point = [{"parameters.rate": 2.0}, {"parameters.rate": 3.0}]
    ways = [{"engine": "batch", "workers": 2}, {"engine": "batch", "workers": 1}, {"engine": "mesa"}]
    tables = [
        [
            one.values.tolist()
            for one in Simulator(calibration.scenario, calibration.moments, seed=1, **way).moments(point, 200)
        ]  # type: ignore[arg-type]
        for way in ways
    ]
    assert tables[0] == tables[1] == tables[2]


class Killed(Exception):
    pass


def test_an_interrupted_search_ends_like_one_that_was_not(
    calibration: Calibration, found: Fit, tmp_path: Path
) -> None:
    folder = tmp_path / "fit"

    def killed(generation: int, _: float) -> None:
        if generation == 7:
            raise Killed

    with pytest.raises(Killed):
        fit(calibration, journal=journal_in(folder, calibration, resume=False), told=killed)
    with pytest.raises(CalibrationError, match="--resume"):
        journal_in(folder, calibration, resume=False)
    # Killed in the middle of a line.
    journal = folder / JOURNAL
    journal.write_text(journal.read_text() + '{"points": [[0.25, 0.7')
    again = journal_in(folder, calibration, resume=True)
    assert len(again.generations) == 7
    resumed = fit(calibration, journal=again)
    save_fit(resumed, folder)
    assert resumed.digest == found.digest
    assert resumed.point.tolist() == found.point.tolist()
    assert parameter_table(resumed).equals(parameter_table(found))
    manifest = json.loads((folder / "calibration.json").read_text())
    assert manifest["digest"] == found.digest
    # What is finished can be begun anew, or gone on with: there is nothing left to do.
    assert len(journal_in(folder, calibration, resume=True).generations) == found.generations
    assert journal_in(folder, calibration, resume=False).generations == []


def test_a_journal_of_something_else_is_refused(calibration: Calibration, tmp_path: Path) -> None:
    journal_in(tmp_path / "fit", calibration, resume=False)
    other = loads_calibration(CALIBRATION.replace("value: 4,", "value: 5,"), scenario=wargame.loads(SCENARIO))
    with pytest.raises(CalibrationError, match="of another calibration"):
        journal_in(tmp_path / "fit", other, resume=True)
    (tmp_path / "fit" / JOURNAL).write_text("nonsense\n")
    with pytest.raises(CalibrationError, match="damaged"):
        journal_in(tmp_path / "fit", calibration, resume=True)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ResultsError, match="something else"):
        journal_in(tmp_path, calibration, resume=False)


def test_lines_for_the_scenario_can_be_put_there(found: Fit) -> None:
    lines = snippet(found)
    text = SCENARIO.replace(
        "parameters: {rate: 1, wobble: 1, ends: 0}",
        "parameters:\n  ends: 0\n  " + lines.replace("\n", "\n  "),
    )
    scenario = wargame.loads(text)
    assert scenario.parameters["rate"].distribution is not None
    assert scenario.parameters["rate"].distribution.kind == "lognormal"
    assert scenario.parameters["rate"].value.constant == pytest.approx(2.95, abs=0.02)


def test_a_record_that_no_episode_reaches_is_told(calibration: Calibration) -> None:
    short = SCENARIO.replace("ends: 0}", "ends: 1}").replace("height > 1000", "seen > -1")
    unlucky = loads_calibration(CALIBRATION, scenario=wargame.loads(short))
    with pytest.raises(CalibrationError, match="too few episodes last the 40 turns"):
        fit(replace(unlucky, generations=1))


def test_moments_of_one_series_vary_together(tmp_path: Path) -> None:
    """The block bootstrap: for white noise the error of the mean is known, and zeros go against the mean."""
    spells = load_calibration(HERE / "spells-fit.yaml")
    values = np.random.default_rng(8).poisson(2, 4000).astype(float)
    targets = []
    for one in spells.targets[:2]:
        assert one.published is not None
        targets.append(
            replace(
                one, published=replace(one.published, series=replace(one.published.series, values=values))
            )
        )
    seen = observed(targets, block=4, seed=1)
    assert seen.errors[0] == pytest.approx(np.sqrt(2 / 4000), rel=0.06)
    assert seen.errors[1] == pytest.approx(np.sqrt(np.exp(-2) * (1 - np.exp(-2)) / 4000), rel=0.06)
    # Cov(X, 1{X = 0}) = -E[X] P(X = 0).
    known = -2 * np.exp(-2) / np.sqrt(2 * np.exp(-2) * (1 - np.exp(-2)))
    assert seen.covariance[0, 1] / seen.errors.prod() == pytest.approx(known, abs=0.06)


def test_spells_vary_more_between_records_than_a_bootstrap_of_one_tells() -> None:
    """Why errors come from simulated records: blocks of a year find too little where spells last for years."""
    spells = load_calibration(HERE / "spells-fit.yaml")
    mean = spells.targets[0]
    truth = {one.name: spells.scenario.parameters[one.short].value.constant for one in spells.ranges}
    simulated = Simulator(spells.scenario, spells.moments, seed=4).moments([truth], 2000)[0]
    paths = recovery._records(spells, truth, 200, "batch")
    between = np.std(mean.statistic.of_each(mean.simulated_series(paths["launches"])), ddof=1)
    assert np.sqrt(simulated.record[0, 0]) == pytest.approx(between, rel=0.2)
    each = [
        observed([recovery._as_published(mean, paths, number)], block=4, seed=1, draws=200).errors[0]
        for number in range(40)
    ]
    assert np.median(each) < 0.8 * between


def test_from_the_command_line(tmp_path: Path) -> None:
    text = (HERE / "spells-fit.yaml").read_text().replace("generations: 60", "generations: 3")
    (tmp_path / "spells.yaml").write_text((HERE / "spells.yaml").read_text())
    file = tmp_path / "fit.yaml"
    file.write_text(text)
    folder = tmp_path / "out"
    answer = CliRunner().invoke(app, ["calibrate", str(file), "--out", str(folder)])
    assert answer.exit_code == 0, answer.output
    assert "Test of the whole (J)" in answer.output
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "calibration.json",
        "directions.csv",
        "moments.csv",
        "parameters.csv",
        "parameters.yaml",
        "search.jsonl",
    }
    again = CliRunner().invoke(app, ["calibrate", str(file), "--out", str(folder), "--resume", "--json"])
    whole = json.loads(again.output)
    assert whole["digest"][:16] in answer.output.replace("\n", " ")
    assert whole["parameters"][0]["parameter"] == "spell_starts"
    told = whole["parameters"]
    assert all((one["interval_low"] is None) == (one["known"] < 0.5) for one in told)
    unknown = [one["parameter"] for one in told if one["known"] < 0.5]
    assert unknown
    assert f"No interval: {unknown[0]}" in answer.output
    known = CliRunner().invoke(
        app, ["calibrate", str(file), "--out", str(tmp_path / "known"), "--recover", "2"]
    )
    assert known.exit_code == 0, known.output
    assert "how many of these 90 % intervals hold the truth" in known.output.replace("\n", " ")
    wrong = CliRunner().invoke(app, ["calibrate", str(file), "--recover", "1"])
    assert wrong.exit_code == 1
    assert "2 to 10,000" in wrong.output
