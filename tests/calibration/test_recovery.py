"""Recovery where algebra knows how much a record tells: white noise, and noise about a sum of two numbers."""

import numpy as np
import pytest

import wargame
from wargame.calibration.evidence import loads_evidence
from wargame.calibration.files import Calibration, loads_calibration
from wargame.calibration.fit_tables import parameter_table, snippet
from wargame.calibration.recovery import Recovery, recover

STEPS = 40
MIDDLE, WOBBLE = 3.0, 2.0
SCENARIO = f"""
name: noise
time: {{step: quarter, start: 2000Q1, horizon: {STEPS}}}
parameters: {{middle: {MIDDLE}, wobble: {WOBBLE}, more: 0}}
state: {{height: {{initial: 0, bounds: [-1000, 1000]}}}}
nature:
  drawn: {{draw: {{normal: {{mean: middle + more, sd: wobble}}}}, effects: {{height: {{set: drawn}}}}}}
outcomes: {{played: {{default: true}}}}
"""
CALIBRATION = """
name: noise
scenario: noise
seed: 11
episodes: 200
generations: 20
parameters:
  middle: [0, 6]
  wobble: {range: [0.5, 8], scale: log}
targets:
  mean: {state: height, published: made, statistic: mean}
  sd: {state: height, published: made, statistic: sd}
  high: {state: height, published: made, statistic: {share_at_least: 3}}
"""
EVIDENCE = f"""
name: made
series:
  made:
    {{label: a series, step: quarter, start: 2000Q1, source: made up, values: {[float(k % 7) for k in range(STEPS)]}}}
"""
TRUTH = {"parameters.middle": MIDDLE, "parameters.wobble": WOBBLE, "parameters.more": 0.0}


def calibration(text: str = CALIBRATION) -> Calibration:
    return loads_calibration(text, scenario=wargame.loads(SCENARIO), evidence=loads_evidence(EVIDENCE))


def recovered(asked: Calibration, records: int) -> Recovery:
    return recover(asked, {one.name: TRUTH[one.name] for one in asked.ranges}, records=records)


def sum_of_two() -> Calibration:
    """Both numbers count only as a sum."""
    return calibration(CALIBRATION.replace("middle: [0, 6]", "middle: [0, 6]\n  more: [-3, 3]"))


def test_errors_are_those_of_white_noise() -> None:
    """Reported errors are those of algebra, and not those of a bootstrap that takes neighbours for dependent."""
    found = recovered(calibration(), 8).coverage().set_index("parameter")
    assert found["error"]["middle"] == pytest.approx(WOBBLE / np.sqrt(STEPS), rel=0.25)
    assert found["error"]["wobble"] == pytest.approx(WOBBLE / np.sqrt(2 * (STEPS - 1)), rel=0.25)
    assert found["given"].eq(1).all()


def test_of_two_numbers_that_count_as_a_sum_none_has_an_interval() -> None:
    found = recovered(sum_of_two(), 3)
    table = found.coverage().set_index("parameter")
    assert table["given"].to_dict() == {"middle": 0, "more": 0, "wobble": 1, "all": pytest.approx(1 / 3)}
    assert table["coverage"].isna().to_dict() == {"middle": True, "more": True, "wobble": False, "all": False}
    # Their sum is known, and the wobble.
    assert found.known_directions == 2
    one = found.fits[0]
    assert one.estimates.untold == ("middle", "more")
    assert parameter_table(one)["interval_low"].isna().tolist() == [True, True, False]
    assert "# the record says less than the range: middle, more\n" in snippet(one)


@pytest.mark.verify
def test_intervals_hold_what_they_say() -> None:
    """In 100 records nine tenths are 85 to 95 % but for luck of three standard errors of that share (9 %)."""
    plain = recovered(calibration(), 100).coverage().set_index("parameter")["coverage"]
    assert plain[["middle", "wobble"]].between(0.81, 0.99).all(), plain
    summed = recovered(sum_of_two(), 100)
    assert 0.81 <= summed.coverage().set_index("parameter")["coverage"]["wobble"] <= 0.99
    # Two directions a record.
    assert 0.84 <= summed.directions_covered() <= 0.96
