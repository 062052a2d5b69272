"""Random scenarios: both engines give the same bits, in every array and in every row of the workspace."""

from __future__ import annotations

from typing import Any

import pytest
from both_engines import assert_same_workspaces, play_for
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import wargame
from wargame.testing import scenarios

SIZES = (0, 1, 2, 2, 3)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
# Shrinking would compile hundreds of scenarios; they are small as they are.
PHASES = [Phase.explicit, Phase.reuse, Phase.generate]

seeds = st.integers(0, 2**64 - 1)


@st.composite
def orders(draw: st.DrawFn, scenario: wargame.Scenario) -> list[str]:
    """Up to three orders that the scenario can take, also for policies that are not available."""
    if not scenario.actors:
        return []
    texts = []
    for _ in range(draw(st.integers(0, 3))):
        actor = draw(st.sampled_from(list(scenario.actors.values())))
        policy, turn = draw(st.sampled_from(list(actor.policies))), draw(st.integers(0, scenario.horizon - 1))
        texts.append(f"{actor.name}={policy}@{scenario.dates.label(turn)}")
    return texts


def attempt(part: int, examples: int, count: int, **options: Any) -> None:
    """Play so many random scenarios on both engines; other parts are other scenarios."""

    @seed(part)
    @settings(max_examples=examples, suppress_health_check=SLOW, phases=PHASES)
    @given(scenarios(actors=SIZES, **options), seeds, st.booleans(), st.data())
    def agree(scenario: wargame.Scenario, number: int, uncertain: bool, data: st.DataObject) -> None:
        ordered = data.draw(orders(scenario))
        play = play_for(scenario, seed=number, uncertain=uncertain, orders=ordered, sample=3)
        assert_same_workspaces(play, count)

    agree()


@pytest.mark.parametrize("part", range(4))
def test_equal_bits(part: int) -> None:
    attempt(part, 20, 10)


@pytest.mark.parametrize("part", range(2))
def test_equal_bits_where_episodes_fail(part: int) -> None:
    attempt(part, 15, 10, wild=True)


@pytest.mark.verify
@pytest.mark.parametrize("part", range(10, 20))
def test_equal_bits_of_many_scenarios(part: int) -> None:
    attempt(part, 40, 70)


@pytest.mark.verify
@pytest.mark.parametrize("part", range(10, 20))
def test_equal_bits_of_many_scenarios_where_episodes_fail(part: int) -> None:
    attempt(part, 30, 70, wild=True)
