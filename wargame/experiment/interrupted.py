"""What an interrupted run leaves in its folder: what was to be run, what is complete, files on their way."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wargame.experiment.errors import ResultsError
from wargame.experiment.manifest import FINISHED, MANIFEST, PARTS, RUN, read_manifest
from wargame.experiment.parts import list_parts
from wargame.experiment.plan import decisive, identity_of
from wargame.experiment.saved_files import EPISODES, FILES, OF_BARE_RUNS, settle

__all__ = [
    "FORMAT",
    "complete_episodes",
    "episodes_there",
    "identity_there",
    "is_free",
    "move_into_place",
    "remove_parts",
    "stated_run",
]

FORMAT = 1
"""Raised when `run.json` changes its meaning."""


def complete_episodes(directory: Path, stated: Mapping[str, Any]) -> int:
    """How many episodes of the run under way are complete, in parts or in a finished run that it goes on from."""
    if (directory / PARTS / FINISHED / MANIFEST).exists():
        return int(stated["episodes"])
    reached = complete = _finished_episodes(directory, stated["identity"])
    for part in list_parts(directory / PARTS):
        complete += max(0, part.last - max(part.first, reached))
        reached = max(reached, part.last)
    return complete


def _finished_episodes(directory: Path, identity: str) -> int:
    """Episodes of a finished run in the folder that is the beginning of the run with this identity."""
    if not (directory / MANIFEST).exists():
        return 0
    whole = read_manifest(directory)
    return _episodes_of(whole) if _identity(whole) == identity else 0


def _identity(whole: Mapping[str, Any]) -> str:
    kept = EPISODES in whole["results"].get("files", {})
    return identity_of(decisive(whole, keep_episodes=kept))


def _episodes_of(whole: Mapping[str, Any]) -> int:
    return int(whole["results"]["counts"]["episodes"])


def identity_there(directory: Path) -> str | None:
    """What decides the episodes of the run in a folder, under way or finished; None if there is none."""
    stated = stated_run(directory)
    if stated is not None:
        return str(stated["identity"])
    return _identity(read_manifest(directory)) if (directory / MANIFEST).exists() else None


def episodes_there(directory: Path) -> int:
    """How many episodes of the run in a folder, under way or finished, are complete."""
    stated = stated_run(directory)
    if stated is not None:
        return complete_episodes(directory, stated)
    return _episodes_of(read_manifest(directory)) if (directory / MANIFEST).exists() else 0


def is_free(directory: Path) -> bool:
    """Whether there is nothing in a place but what a run leaves that dies before it has said what it is."""
    if not directory.is_dir():
        return not directory.exists()
    if any(path.name != PARTS for path in directory.iterdir()):
        return False
    return all(path.name == "lock" or path.suffix == ".tmp" for path in directory.glob(f"{PARTS}/*"))


def stated_run(directory: Path) -> dict[str, Any] | None:
    """What `parts/run.json` says is meant to be run in a folder; None if no run is under way there."""
    path = directory / PARTS / RUN
    if not path.is_file():
        return None
    try:
        stated: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if stated["format"] != FORMAT:
            raise ValueError(f"it has format {stated['format']!r}; this version reads format {FORMAT}")
        _ = stated["identity"], stated["decides"], stated["episodes"], stated["layout"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        remedy = f"Delete {directory / PARTS} to give up what was complete, or restore it from a copy."
        raise ResultsError(path, f"it does not say what is to be run: {error}", remedy) from error
    return stated


def move_into_place(directory: Path) -> None:
    """Put the finished files in their places; may be done again after an interruption at any point."""
    finished = directory / PARTS / FINISHED
    if (finished / MANIFEST).exists():
        named = json.loads((finished / MANIFEST).read_text(encoding="utf-8"))["results"]["files"]
        for name in named:
            if (finished / name).exists():
                (finished / name).replace(directory / name)
        for name in (*FILES, *OF_BARE_RUNS):
            if name not in named and name != MANIFEST:
                (directory / name).unlink(missing_ok=True)
        settle(directory)
        (finished / MANIFEST).replace(directory / MANIFEST)
    settle(directory)
    remove_parts(directory / PARTS)


def remove_parts(folder: Path) -> None:
    """Remove what a run has put into its folder of parts, and the folder unless it holds anything else."""
    for part in list_parts(folder):
        part.path.unlink()
    for path in (*folder.glob("*.tmp"), folder / RUN, folder / "lock"):
        path.unlink(missing_ok=True)
    for name in ("finishing", FINISHED):
        shutil.rmtree(folder / name, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.rmdir()
