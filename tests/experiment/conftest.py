from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def run(synthetic):
    return synthetic.synthetic_run(300, variables=4, horizon=8)


@pytest.fixture(scope="session")
def results(run, synthetic):
    from wargame.experiment import Results

    return Results.collect(run.layout, run.blocks(64), synthetic.synthetic_manifest())


@pytest.fixture(autouse=True)
def round_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a round size, so that tests can count on where a run is cut; results do not depend on it."""
    monkeypatch.setattr("wargame.experiment.task.BATCH_BLOCK", 1024)
