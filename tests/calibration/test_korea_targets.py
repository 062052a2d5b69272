"""The calibration of Korea: its targets are those of the record, whatever the scenario does with its numbers."""

import numpy as np
import pytest

import wargame
from wargame.calibration.evidence import load_evidence
from wargame.calibration.files import Calibration, loads_calibration
from wargame.calibration.targets import observed
from wargame.scenario.loading import configs_directory

# Every name that the file asks of its scenario, and nothing else.
STAND_IN = """
name: stand-in
time: {step: quarter, start: 2025Q3, horizon: 20}
parameters:
  spell_starts: 0.15
  spell_ends: 0.11
  launch_days_spell: 4.2
  launch_days_quiet: 0.5
  launch_days_dispersion: 6
  incident_rate: 0.17
  cut_chance: 0.4
  spending_noise: 0.03
state:
  launches: {initial: 0, bounds: [0, 40]}
  usfk: {initial: 28.5, bounds: [0, 40]}
  spending: {initial: 2.5, bounds: [0, 9]}
nature:
  incident: {draw: {bernoulli: 0.1}}
outcomes: {played: {default: true}}
"""


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    text = (configs_directory() / "calibration" / "korea.yaml").read_text("utf-8")
    return loads_calibration(text, scenario=wargame.loads(STAND_IN), evidence=load_evidence("korea"))


def test_there_are_more_targets_than_numbers(calibration: Calibration) -> None:
    assert len(calibration.targets) > len(calibration.ranges) == 8
    assert len(calibration.held_out) >= 2


def test_targets_are_those_that_were_fixed_before_the_first_fit(calibration: Calibration) -> None:
    """Whoever changes a target after a fit has seen it: these are the ones of the first commit."""
    wanted = {one.name: round(one.value, 3) for one in calibration.moments}
    assert wanted == {
        "launches_mean": 2.704,
        "launches_zeros": 0.296,
        "launches_fano": 3.093,
        "launches_ac1": 0.369,
        "launches_ac2": 0.234,
        "launches_many": 0.185,
        "incident_years": 0.52,
        "cut_years": 0.062,
        "usfk_spread": 0.052,
        "spending_spread": 0.074,
        "longest_quiet": 5,
        "active_after_quiet": 0.562,
        "launches_peak": 14,
        "incident_after_none": 0.417,
        "spending_ac1": 0.148,
    }


def test_moments_of_launches_vary_together_and_with_nothing_else(calibration: Calibration) -> None:
    seen = observed(calibration.targets, block=calibration.block, seed=calibration.seed, draws=400)
    names = [one.name for one in calibration.targets]
    launches = [place for place, name in enumerate(names) if name.startswith("launches")]
    others = [place for place in range(len(names)) if place not in launches]
    assert (seen.covariance[np.ix_(launches, others)] == 0).all()
    correlations = seen.covariance / np.outer(seen.errors, seen.errors)
    mean, zeros = names.index("launches_mean"), names.index("launches_zeros")
    assert correlations[mean, zeros] < -0.3
    # Two cuts in 32 years: nearly as uncertain as two rare events are.
    assert seen.errors[names.index("cut_years")] == pytest.approx(np.sqrt(2) / 32, rel=0.3)


def test_only_launches_have_an_episode_for_a_record(calibration: Calibration) -> None:
    """The other records are of other lengths, in years, or pooled: how sure they are is bootstrapped."""
    alike = [one.name for one in calibration.targets if one.is_like_an_episode(calibration.scenario.horizon)]
    assert alike == [one.name for one in calibration.targets if one.name.startswith("launches")]
