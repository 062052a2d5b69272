"""Calibration files and published series: what they may hold, and what is said about those that hold something else."""

from pathlib import Path

import numpy as np
import pytest

import wargame
from wargame.calibration.evidence import Evidence, load_evidence, loads_evidence
from wargame.calibration.files import Calibration, load_calibration, loads_calibration

HERE = Path(__file__).parent

EVIDENCE = """name: made-up
series:
  levels: {label: levels, step: year, start: 2001, source: nobody, values: [1, 2, 4, 8, null, 2, 1, 1, 2]}
  counts: {label: counts, step: quarter, start: 2020Q1, source: nobody, values: [0, 1, 0, 2, 0, 0, 3, 1, 0, 2]}
"""
SCENARIO = """
name: drift
time: {step: quarter, start: 2020Q1, horizon: 12}
parameters: {rate: 0.5, both: 2 * rate}
state: {x: {initial: 1, bounds: [0, 99]}}
nature:
  up: {draw: {bernoulli: rate}, effects: {x: 1}}
outcomes: {played: {default: true}}
metrics: {top: max(x)}
"""
HEAD = """name: made-up
scenario: drift
evidence: made-up
"""
GOOD = (
    HEAD
    + """set: {nature.up.effects.ups: 1}
add: {state: {ups: {initial: 0, bounds: [0, 99]}}, metrics: {ending: final(x)}}
parameters:
  rate: {range: [0.1, 0.9], scale: logit}
targets:
  growth: {state: x, every: 4, change: log, published: {series: levels, change: log}, statistic: mean}
  ups: {state: ups, every: 4, change: difference, published: counts, statistic: {share_at_least: 2}, value: 0.3}
held_out:
  top: {metric: top, value: 7, error: 1, source: a guess}
"""
)


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return loads_evidence(EVIDENCE)


def loaded(text: str, evidence: Evidence) -> Calibration:
    return loads_calibration(text, scenario=wargame.loads(SCENARIO), evidence=evidence)


def test_a_good_file_says_what_is_fitted_to_what(evidence: Evidence) -> None:
    found = loaded(GOOD, evidence)
    assert [one.name for one in found.ranges] == ["parameters.rate"]
    growth, ups = found.targets
    # The gap takes both changes that it is an end of.
    assert growth.value == pytest.approx(np.log([2, 2, 2, 0.5, 1, 2]).mean())
    assert ups.value == pytest.approx(0.3)
    assert found.held_out[0].error == 1
    assert set(found.scenario.state) == {"x", "ups"}
    assert set(found.scenario.metrics) == {"top", "ending"}


def test_what_is_simulated_is_cut_into_periods(evidence: Evidence) -> None:
    growth, ups = loaded(GOOD, evidence).targets
    path = np.array([[1.0, 1, 1, 1, 2, 2, 2, 2, 8, 8, 8, 8, 8]])
    assert growth.simulated_series(path) == pytest.approx(np.log([[2, 4, 1]]))
    assert ups.simulated_series(path) == pytest.approx(np.array([[1, 6, 0]]))
    summed = loaded(GOOD.replace("every: 4, change: difference", "every: 4, take: sum"), evidence)
    assert summed.targets[1].simulated_series(path) == pytest.approx(np.array([[5, 14, 32]]))
    last = loaded(GOOD.replace("every: 4, change: difference", "every: 4"), evidence)
    assert last.targets[1].simulated_series(path) == pytest.approx(np.array([[2, 8, 8]]))


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("value: 0.3", "value: 0.4", 10, "0.3"),
        ("published: counts", "published: count", 10, "did you mean 'counts'?"),
        ("state: ups, every", "state: up, every", 10, "no state variable 'up'"),
        ("metric: top", "metric: tip", 12, "no metric 'tip'"),
        ("rate: {range", "rat: {range", 7, "did you mean 'rate'?"),
        ("rate: {range", "both: {range", 7, "not a plain number"),
        ("[0.1, 0.9]", "[0.9, 0.1]", 7, "the lower one first"),
        ("[0.1, 0.9]", "[0, 0.9]", 7, "logit"),
        ("statistic: mean", "statistic: median", 9, "autocorrelation"),
        ("{share_at_least: 2}", "{autocorrelation: 0}", 10, "no moment"),
        ("{share_at_least: 2}, value: 0.3", "{longest_at_most: 0}, pooled: true", 10, "cannot be pooled"),
        ("error: 1, ", "", 12, "standard error"),
        ("error: 1, ", "error: -1, ", 12, "above 0"),
        ("  top:", "  ups:", 12, "among the targets as well"),
        ("nature.up.effects", "nature.down.effects", 4, "there is no 'down'"),
        ("change: difference,", "change: difference, take: sum,", 10, "ends of periods"),
        ("every: 4, change: log", "every: 6, change: log", 9, "too few"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    evidence: Evidence, old: str, new: str, line: int, told: str
) -> None:
    assert old in GOOD
    with pytest.raises(wargame.ScenarioError) as caught:
        loaded(GOOD.replace(old, new), evidence)
    assert told in str(caught.value)
    assert any(problem.line == line for problem in caught.value.problems), str(caught.value)
    assert all(problem.remedy for problem in caught.value.problems)


def test_more_numbers_than_targets(evidence: Evidence) -> None:
    text = GOOD.replace("  rate: {range", "  state.x: [1, 5]\n  state.ups: [0, 2]\n  rate: {range")
    with pytest.raises(wargame.ScenarioError, match="2 targets cannot determine 3 parameters"):
        loaded(text, evidence)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("2020Q1", "2020-01", "write 2020Q1"),
        ("[0, 1, 0, 2,", "[0, x, 0, 2,", "plain number"),
        ("source: nobody, values: [0", "values: [0", "source"),
        ("[1, 2, 4, 8, null, 2, 1, 1, 2]", "[1, 2]", "too few"),
    ],
)
def test_a_mistake_in_the_series(old: str, new: str, told: str) -> None:
    with pytest.raises(wargame.ScenarioError, match=told):
        loads_evidence(EVIDENCE.replace(old, new))


def test_what_is_not_there() -> None:
    with pytest.raises(wargame.ScenarioError, match="did you mean 'korea'"):
        load_evidence("koera")
    with pytest.raises(wargame.ScenarioError, match="no such calibration file"):
        load_calibration("nowhere.yaml")


def test_every_series_that_comes_with_the_package_has_a_public_source() -> None:
    for series in load_evidence("korea").series.values():
        assert "." in series.source.rpartition(", ")[2].partition("/")[0], series.source
