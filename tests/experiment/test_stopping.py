"""Stop rules: targets, plans, and runs that end when they may."""

from pathlib import Path

import pytest

import wargame
from wargame.experiment.stopping import Look, Plan, StopError, Target, grow, look_at, read_target
from wargame.experiment.until import simulate_until

TEXT = """
name: coin
time: {step: round, horizon: 2}
state: {x: {initial: 0, bounds: [0, 10]}}
nature:
  heads: {draw: {bernoulli: 0.3}, effects: {x: 1}}
  noise: {draw: {normal: {mean: 0, sd: 1}}, effects: {x: 0}}
outcomes: {win: {when: x > 1.5}, rest: {default: true}}
metrics: {total: sum(noise)}
"""


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("war +/- 0.002", Target(name="war", half_width=0.002)),
        ("war±1e-3", Target(name="war", half_width=0.001)),
        ("difference +/- 0.01", Target(name="", half_width=0.01, difference=True)),
        ("difference war +- 0.01", Target(name="war", half_width=0.01, difference=True)),
    ],
)
def test_targets_are_read(text: str, target: Target) -> None:
    assert read_target(text) == target
    assert read_target(str(target)) == target


@pytest.mark.parametrize(
    "text", ["war", "war +/-", "war +/- 0", "war +/- x", "+/- 0.1", "a b +/- 0.1", "war +/- -1"]
)
def test_targets_that_cannot_be_read(text: str) -> None:
    with pytest.raises(StopError):
        read_target(text)


def test_looks_double_and_their_levels_are_paid_for() -> None:
    plan = Plan.of(read_target("war +/- 0.01"), first=1000, most=10_000)
    assert plan.sizes == (1000, 2000, 4000, 8000, 10_000)
    assert plan.look_level == pytest.approx(0.99)
    with pytest.raises(StopError, match="first look"):
        Plan.of(read_target("war +/- 0.01"), first=1000, most=10)


def test_it_stops_at_the_first_look_that_is_narrow_enough() -> None:
    plan = Plan.of(read_target("war +/- 0.01"), first=100, most=1600)
    taken = grow(plan, lambda size: [Look(size, "war", 0.5, 0.5 - 1 / size, 0.5 + 4.1 / size)])
    assert [look.episodes for look in taken] == [100, 200, 400]


def test_it_ends_at_the_maximum() -> None:
    plan = Plan.of(read_target("war +/- 0.01"), first=100, most=300)
    assert [look.episodes for look in grow(plan, lambda size: [Look(size, "war", 0.5, 0, 1)])] == [
        100,
        200,
        300,
    ]
    assert not plan.is_met([Look(9, "war", 0.5, float("nan"), 1.0)])


@pytest.mark.parametrize("saved", [False, True])
def test_a_run_is_the_same_as_one_of_that_length(saved: bool, tmp_path: Path) -> None:
    scenario = wargame.loads(TEXT)
    out = tmp_path / "run" if saved else None
    stopped = simulate_until(scenario, "win +/- 0.02", first=100, most=6400, out=out, progress=False)
    episodes = len(stopped.results)
    assert stopped.is_met
    assert 400 <= episodes < 6400
    assert stopped.results.digest == wargame.simulate(scenario, episodes=episodes, progress=False).digest
    last = stopped.looks[-1]
    table = stopped.results.outcomes(stopped.plan.look_level).set_index("outcome").loc["win"]
    assert (last.low, last.high) == (table["low"], table["high"])
    assert stopped.looks[-2].half_width > 0.02 >= last.half_width
    if out is not None:
        assert wargame.read(out).digest == stopped.results.digest


def test_metrics_can_be_waited_for_and_other_names_cannot() -> None:
    results = wargame.simulate(wargame.loads(TEXT), episodes=300, progress=False)
    look = look_at(results, read_target("total +/- 0.1"), 0.99)[0]
    assert look.low < look.value < look.high
    with pytest.raises(StopError, match="did you mean 'win'"):
        look_at(results, read_target("wim +/- 0.1"), 0.99)
    with pytest.raises(StopError, match="about arms"):
        look_at(results, read_target("difference +/- 0.1"), 0.99)
