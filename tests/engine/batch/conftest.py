"""Compiled code is kept in a folder of the test run, not among the user's."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def code_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this run keeps compiled code."""
    folder = tmp_path_factory.mktemp("code")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WARGAME_CACHE_DIR", str(folder))
        yield folder
