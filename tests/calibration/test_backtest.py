"""Forecasters and scores against enumeration and definitions; a back-test tells a right forecaster from wrong ones."""

import json
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from typer.testing import CliRunner

from wargame.calibration.backtest import backtest, periods
from wargame.calibration.errors import CalibrationError
from wargame.calibration.evidence import Series, load_evidence
from wargame.calibration.forecasters import FORECASTERS, REGIME, Autoregressive, Regimes, probabilities
from wargame.calibration.scoring import log_score, pit, ranked_score
from wargame.cli.commands import app

SERIES = load_evidence("korea").series["launch_days"]
ORIGINS = ("2017Q4", "2019Q4", "2021Q4", "2023Q4")
PROCESS = Regimes(support=60, starts=0.3, ends=0.2, quiet=0.4, spell=4.0, dispersion=3.0)
HISTORY = np.array([0.0, 3, 5, 0, 1])


def test_probabilities_are_those_of_scipy() -> None:
    counts = np.arange(59)
    assert probabilities(2.5, np.inf, 60)[:-1] == pytest.approx(stats.poisson(2.5).pmf(counts))
    k = 1.7
    assert probabilities(2.5, k, 60)[:-1] == pytest.approx(stats.nbinom(k, k / (k + 2.5)).pmf(counts))
    assert probabilities(0, k, 5).tolist() == [1, 0, 0, 0, 0]
    # The last count stands for all beyond.
    assert probabilities(9, np.inf, 4)[-1] == pytest.approx(stats.poisson(9).sf(2))


def enumerated(process: Regimes, counts: list[int]) -> float:
    """The likelihood of counts as a sum over every path of regimes."""
    tables = [
        probabilities(mean, process.dispersion, process.support) for mean in (process.quiet, process.spell)
    ]
    long_run = process.starts / (process.starts + process.ends)
    moves = [[1 - process.starts, process.starts], [process.ends, 1 - process.ends]]
    total = 0.0
    for path in product((0, 1), repeat=len(counts)):
        chance = long_run if path[0] else 1 - long_run
        for before, after in pairwise(path):
            chance *= moves[before][after]
        for regime, count in zip(path, counts, strict=True):
            chance *= tables[regime][count]
        total += chance
    return total


def test_regimes_are_filtered_as_enumeration_says() -> None:
    known = [int(count) for count in HISTORY]
    whole = enumerated(PROCESS, known)
    assert PROCESS.likelihood(HISTORY) == pytest.approx(np.log(whole))
    following = PROCESS.next(HISTORY)
    for count in (0, 2, 7):
        assert following[count] == pytest.approx(enumerated(PROCESS, [*known, count]) / whole)
    two_on = sum(enumerated(PROCESS, [*known, between, 3]) for between in range(60)) / whole
    ahead = PROCESS.ahead(HISTORY, 3)
    assert ahead[0] == pytest.approx(following)
    assert ahead[1, 3] == pytest.approx(two_on)


def test_autoregression_goes_on_step_by_step() -> None:
    process = Autoregressive(support=60, base=1.0, slope=0.5, dispersion=2.0)
    first = process.next(np.array([4.0]))
    assert first @ np.arange(60) == pytest.approx(3.0, rel=1e-3)
    second = sum(first[count] * process.next(np.array([float(count)])) for count in range(60))
    assert process.ahead(np.array([4.0]), 2)[1] == pytest.approx(second)
    # In the long run the mean is base / (1 - slope).
    assert process.ahead(np.array([4.0]), 40)[-1] @ np.arange(60) == pytest.approx(2.0, rel=1e-2)


def test_scores_by_their_definitions() -> None:
    chances = np.array([0.5, 0.3, 0.2])
    assert log_score(chances, 1) == pytest.approx(-np.log(0.3))
    # Distribution function 0.5, 0.8, 1 against 0, 1, 1.
    assert ranked_score(chances, 1) == pytest.approx(0.25 + 0.04)
    assert ranked_score(np.array([0.0, 1, 0]), 1) == 0
    assert pit(chances, 1, np.array([0.0, 0.5, 1.0])) == pytest.approx([0.5, 0.65, 0.8])
    assert np.isfinite(log_score(np.array([1.0, 0.0]), 1))


def test_scores_are_proper() -> None:
    """Nobody expects a better score than from saying what one believes."""
    truth, other = PROCESS.next(HISTORY), probabilities(2.0, 1.0, 60)
    for score in (log_score, ranked_score):
        expected = [sum(truth[count] * score(said, count) for count in range(60)) for said in (truth, other)]
        assert expected[0] < expected[1]


def made(process: Regimes, length: int, seed: int) -> Series:
    """A series made by a regime process."""
    generator = np.random.default_rng(seed)
    regime, counts = 0, []
    for _ in range(length):
        regime = int(generator.random() < (1 - process.ends if regime else process.starts))
        mean = process.spell if regime else process.quiet
        counts.append(generator.poisson(mean * generator.gamma(process.dispersion) / process.dispersion))
    return replace(SERIES, name="made", start="1900Q1", values=np.array(counts, dtype=float))


def test_the_right_forecaster_is_told_from_wrong_ones() -> None:
    series = made(Regimes(support=60, starts=0.08, ends=0.08, quiet=0.3, spell=6.0, dispersion=8.0), 480, 4)
    found = backtest(series, ["1959Q4"])
    assert found.count == 240
    scores = found.scores().set_index(["way", "forecaster"])
    assert scores.loc[("next", REGIME), "pit_p"] > 0.05
    assert scores.loc[("next", "base rate"), "pit_p"] < 0.001
    differences = found.differences().set_index(["way", "score", "forecaster"])
    for name in ("base rate", "negative binomial", "negative-binomial AR(1)"):
        assert differences.loc[("next", "log_score", name), "verdict"] == "regime process better"
    # Many steps on, nothing that was known at the origin helps: a negative binomial says as much.
    assert abs(differences.loc[("ahead", "log_score", "negative binomial"), "difference"]) < 0.15


def test_fits_find_what_made_a_long_series() -> None:
    truth = Regimes(support=61, starts=0.1, ends=0.15, quiet=0.3, spell=5.0, dispersion=6.0)
    fitted = FORECASTERS[REGIME](made(truth, 1000, 2).values, 61)
    assert isinstance(fitted, Regimes)
    # Standard deviations of the fits of 24 other records as long.
    spread = {"starts": 0.013, "ends": 0.021, "quiet": 0.026, "spell": 0.16, "dispersion": 1.15}
    for name, error in spread.items():
        assert abs(getattr(fitted, name) - getattr(truth, name)) < 3 * error, name


def test_nothing_is_known_beyond_the_origin() -> None:
    """Counts after an origin change no forecast from there on that does not follow them."""
    values = SERIES.values.copy()
    values[40:] = 9
    other = backtest(replace(SERIES, values=values), ["2017Q4", "2021Q4"]).forecasts
    own = backtest(SERIES, ["2017Q4", "2021Q4"]).forecasts
    for way, until in (("ahead", "2021Q4"), ("next", "2022Q1")):
        parts = [
            table[(table["way"] == way) & (table["period"] <= until)][
                ["period", "forecaster", "mean", "low", "high"]
            ]
            for table in (own, other)
        ]
        assert len(parts[0]) > 0
        assert parts[0].reset_index(drop=True).equals(parts[1].reset_index(drop=True))


@pytest.mark.parametrize(
    ("series", "origins", "told"),
    [
        (SERIES, ["2030Q1"], "2012Q1 to 2025Q2"),
        (SERIES, ["2019Q4", "2017Q4"], "in order of time"),
        (SERIES, [], "missing"),
        (SERIES, ["2012Q4"], "leave 4 values"),
        (SERIES, ["2025Q2"], "0 to forecast"),
        (load_evidence("korea").series["usfk"], ["2010"], "not one of counts"),
        (replace(SERIES, values=np.full(54, 101.0)), ["2017Q4"], "up to 100"),
        (load_evidence("korea").series["spending"], ["2015"], "not one of counts"),
    ],
)
def test_what_cannot_be_tested_is_told(series: Series, origins: list[str], told: str) -> None:
    with pytest.raises(CalibrationError, match=told):
        backtest(series, origins)


def test_periods_have_dates() -> None:
    labels = periods(SERIES)
    assert (labels[0], labels[23], labels[-1]) == ("2012Q1", "2017Q4", "2025Q2")


def test_from_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    answer = CliRunner().invoke(app, ["backtest", "--origin", "2021Q4", "--out", str(folder), "--json"])
    assert answer.exit_code == 0, answer.output
    whole = json.loads(answer.output)
    assert whole["n"] == 14
    assert {path.name for path in folder.iterdir()} == {
        "backtest.json",
        "differences.csv",
        "forecasts.csv",
        "scores.csv",
    }
    wrong = CliRunner().invoke(app, ["backtest", "--series", "launch_day"])
    assert wrong.exit_code == 1
    assert "did you mean 'launch_days'?" in wrong.output
    (tmp_path / "notes.txt").write_text("mine")
    taken = CliRunner().invoke(app, ["backtest", "--origin", "2023Q4", "--out", str(tmp_path)])
    assert taken.exit_code == 1
    assert "something else" in taken.output
