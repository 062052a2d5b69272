"""Vectors of other widths, as other processors have them, give the same bits too."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from both_engines import assert_same_blocks, assert_same_workspaces, play_for
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from lanes import MACHINES

import wargame
from wargame.engine import mesa_blocks
from wargame.engine.batch.play import Batch
from wargame.engine.rules import rules_for
from wargame.testing import scenarios

CLASSICS = Path(__file__).parents[3] / "configs" / "classics"
GENERAL = MACHINES[1:]


@pytest.fixture(params=GENERAL, ids=[f"width {width}" for width, _ in GENERAL])
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[int, bool]:
    """The batch engine takes this processor for another one."""
    width, scales = request.param
    monkeypatch.setattr(
        "wargame.engine.batch.play.processor", lambda: SimpleNamespace(width=width, scales=scales)
    )
    return width, scales


@pytest.mark.parametrize("name", ["korea-2025-brief", pytest.param("korea-2025", marks=pytest.mark.verify)])
def test_korea(machine: tuple[int, bool], name: str) -> None:
    korea = play_for(wargame.load(name), seed=1, uncertain=True)
    batch = Batch(rules_for(korea.scenario), uncertain=True)
    assert (batch.kernel.width, batch.kernel.scales) == machine
    assert_same_blocks(mesa_blocks.play_block(korea, 0, 70), batch.play_block(korea, 0, 70))


@pytest.mark.parametrize("name", ["birth-death-immigration", "lanchester-stochastic", "richardson-noise"])
def test_classics(machine: tuple[int, bool], name: str) -> None:
    assert_same_workspaces(play_for(wargame.load(CLASSICS / f"{name}.yaml"), seed=1), 70)


def attempt(examples: int) -> None:
    @seed(30)
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(scenarios(actors=(0, 1, 2, 2, 3)), st.integers(0, 2**64 - 1))
    def agree(scenario: wargame.Scenario, number: int) -> None:
        assert_same_workspaces(play_for(scenario, seed=number, uncertain=True), 6)

    agree()


def test_random_scenarios(machine: tuple[int, bool]) -> None:
    attempt(6)


@pytest.mark.verify
def test_many_random_scenarios(machine: tuple[int, bool]) -> None:
    attempt(60)
