"""A grid over the Korea scenario compiles once, and is played while one waits."""

import time

import numpy as np
import pytest

import wargame
from wargame.engine.batch import play as batch_play

pytestmark = pytest.mark.verify

SECONDS = 60
"""On two cores that nothing else uses; a machine that is shared needs more."""


def test_200_points_of_1000_episodes(monkeypatch: pytest.MonkeyPatch) -> None:
    korea = wargame.load("korea-2025")
    made: list[object] = []
    original = batch_play._code
    monkeypatch.setattr(batch_play, "_code", lambda *arguments: made.append(1) or original(*arguments))
    begun = time.perf_counter()
    found = wargame.sweep(
        korea,
        grid={"cut_chance": np.linspace(0.1, 0.6, 20), "snyder_tradeoff": np.linspace(-0.3, 1, 10)},
        episodes=1000,
        progress=False,
    )
    seconds = time.perf_counter() - begun
    assert len(found.design) == 200
    assert found.outcomes.size == 200_000
    assert found.failed == 0
    assert len(made) <= 1
    assert seconds < SECONDS
    # The points are what they say: one of them, built anew, has the same digest.
    changed = korea.with_(found.design.point(137))
    run = wargame.simulate(changed, episodes=1000, progress=False)
    assert np.array_equal(found.outcomes[137], run.episodes["outcome"].cat.codes)
