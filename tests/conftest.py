"""Makes modules shared by tests of several folders importable, and sets Hypothesis and the compiler up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

import synthetic_run

from wargame.cli import drawing

# The same examples every time; machines are shared and noisy, so none has a deadline.
settings.register_profile("wargame", deadline=None, print_blob=True, derandomize=True)
settings.load_profile("wargame")


@pytest.fixture(scope="session", autouse=True)
def code_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Path]:
    """Where compiled code is kept in this run of the tests, by all its processes: not among the user's."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "code"
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARGAME_CACHE_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def one_process_draws() -> Iterator[None]:
    """The tests keep all processors busy as it is; `test_cli_drawing` draws with the other ones."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "processors", lambda: 1)
        yield


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """Made-up runs, for tests that need results and no engine."""
    return synthetic_run
