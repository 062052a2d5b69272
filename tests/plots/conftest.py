from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def results(synthetic):
    from wargame.experiment import Results

    run = synthetic.synthetic_run(300)
    return Results.collect(run.layout, run.blocks(64), synthetic.synthetic_manifest())
