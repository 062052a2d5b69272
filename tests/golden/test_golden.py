"""Golden playthroughs: readable episodes in which any number that moves, moves a line.

After a change that is meant to move results: `python tests/golden/regenerate.py`, and read what changed.
"""

from __future__ import annotations

import difflib
from pathlib import Path

import pytest
from golden.regenerate import EPISODES, FOLDER, files, playthrough


@pytest.mark.parametrize(
    ("name", "episode"), [(name, episode) for name, episodes in EPISODES.items() for episode in episodes]
)
def test_playthrough_is_as_it_was(name: str, episode: int) -> None:
    path = FOLDER / f"{name}-{episode}.txt"
    expected, found = path.read_text("utf-8"), playthrough(name, episode)
    difference = "\n".join(
        difflib.unified_diff(expected.splitlines(), found.splitlines(), path.name, "played now", lineterm="")
    )
    assert not difference, f"{difference}\n\nIf this is meant: python tests/golden/regenerate.py"


def test_every_golden_file_is_played() -> None:
    assert set(FOLDER.glob("*.txt")) == set(files())


def test_golden_files_are_text_for_people() -> None:
    for path in Path(FOLDER).glob("*.txt"):
        lines = path.read_text("utf-8").splitlines()
        assert max(map(len, lines)) < 240
        assert lines[-1].startswith("  "), "it ends with the metrics"
        assert any(line.startswith("outcome after") for line in lines)
