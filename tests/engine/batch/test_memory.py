"""Compiled code writes where it may, and nowhere else: every array lies between guards that must stay as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from both_engines import play_for
from hypothesis import HealthCheck, Phase, given, seed, settings

import wargame
from wargame.engine.batch import play as play_module
from wargame.engine.batch.play import Batch
from wargame.engine.play import Play
from wargame.engine.rules import rules_for
from wargame.testing import scenarios

CLASSICS = Path(__file__).parents[3] / "configs" / "classics"
GUARD = 4096
"""Bytes before and after every array."""


class Guards:
    """Stands for NumPy in the module that calls compiled code: new arrays lie between guards."""

    def __init__(self) -> None:
        self.known: list[np.ndarray] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(np, name)

    def full(self, shape: Any, value: Any, dtype: Any = float) -> Any:
        dtype = np.dtype(dtype)
        size = int(np.prod(shape)) * dtype.itemsize
        whole = np.full(GUARD + size + GUARD, 0xA5, dtype=np.uint8)
        self.known.append(whole)
        inner = whole[GUARD : GUARD + size].view(dtype).reshape(shape)
        inner[...] = value
        return inner

    def zeros(self, shape: Any, dtype: Any = float) -> Any:
        return self.full(shape, 0, dtype)

    def array(self, values: Any, dtype: Any = None) -> Any:
        made = np.array(values, dtype=dtype)
        return self.full(made.shape, made, made.dtype)

    def broken(self) -> int:
        """How many arrays were written past."""
        return sum(bool((one[:GUARD] != 0xA5).any() or (one[-GUARD:] != 0xA5).any()) for one in self.known)


@pytest.fixture
def guards(monkeypatch: pytest.MonkeyPatch) -> Guards:
    made = Guards()
    monkeypatch.setattr(play_module, "np", made)
    return made


def check(guards: Guards, play: Play) -> None:
    batch = Batch(rules_for(play.scenario), uncertain=play.uncertain)
    for first, count in ((0, 70), (2**32 - 3, 3), (64, 1)):
        batch.play_block(play, first, count)
    assert len(guards.known) > 30, "the arrays are made elsewhere: guard them there"
    assert not guards.broken()
    guards.known.clear()


def test_writing_past_an_array_is_noticed(guards: Guards) -> None:
    array = guards.zeros(3)
    assert not guards.broken()
    np.lib.stride_tricks.as_strided(array, (4,))[3] = 1.0
    assert guards.broken() == 1


def test_korea(guards: Guards) -> None:
    korea = wargame.load("korea-2025")
    check(guards, play_for(korea, seed=1, sample=66))


@pytest.mark.parametrize("name", ["birth-death-moran", "forts-ruin", "richardson"])
def test_classics(guards: Guards, name: str) -> None:
    check(guards, play_for(wargame.load(CLASSICS / f"{name}.yaml"), seed=1, sample=66))


@pytest.mark.parametrize("wild", [False, True])
def test_random_scenarios(guards: Guards, wild: bool) -> None:
    @seed(50)
    @settings(max_examples=8, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(scenarios(actors=(0, 1, 2, 2, 3), wild=wild))
    def look(scenario: wargame.Scenario) -> None:
        check(guards, play_for(scenario, seed=1, uncertain=True, sample=66))

    look()
