"""The manifest: what a run was, and what its files must be for it to be that run still."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa  # type: ignore[import-untyped]

from wargame.engine.block import BINS, UNITS_PER_RANGE, Layout, Variable
from wargame.experiment.digest import digests
from wargame.experiment.errors import ResultsError, Unfinished
from wargame.experiment.record import Record

__all__ = [
    "AGAIN",
    "FINISHED",
    "FORMAT",
    "MANIFEST",
    "OWN_KEYS",
    "PARTS",
    "RESUME",
    "RUN",
    "describe",
    "file_digest",
    "manifest_digest",
    "read_layout",
    "read_manifest",
]

FORMAT = 2
"""Raised when the files of a folder change their meaning."""

MANIFEST = "manifest.json"

PARTS = "parts"
"""The folder in which a run is kept while it is under way."""

RUN = "run.json"
"""In that folder: what is meant to be run."""

FINISHED = "finished"
"""In that folder: the files of the results, complete, while they are being put in their places."""

RESUME = "Go on with the same command and --resume (in Python: resume=True)"

OWN_KEYS = ("digest", "results")
"""Keys of the manifest that are written here; all others are the caller's."""

AGAIN = "Make the run again, or restore the folder from a copy."


def describe(folder: Path, layout: Layout, record: Record, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The whole manifest of a record whose other files are in the folder already."""
    found = digests(layout, record)
    own = {
        "format": FORMAT,
        "digests": found,
        "counts": {
            "episodes": record.totals.episodes,
            "completed": record.totals.completed,
            "failed": record.totals.failed,
            "sampled": len(record.sample),
        },
        "totals": record.totals.as_json(layout),
        "layout": asdict(layout),
        "aggregates": {"bins": BINS, "units_per_range": UNITS_PER_RANGE},
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "pyarrow": pa.__version__,
        },
        "files": {path.name: file_digest(path) for path in sorted(folder.iterdir())},
    }
    whole = {**manifest, "digest": found["episodes"], "results": own}
    own["manifest"] = manifest_digest(whole)
    return whole


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest in a folder; `ResultsError` if there is none, or not one of a run."""
    path = directory / MANIFEST
    if (directory / PARTS / FINISHED / MANIFEST).exists():
        found = "its files were being put in their places when the run was interrupted"
        raise Unfinished(directory, found, f"{RESUME}.")
    if not directory.is_dir():
        what = "it is a file, not a folder" if directory.exists() else "there is no such folder"
        raise ResultsError(directory, what, "Give the folder that a run was saved to.")
    if not path.is_file() and (directory / PARTS / RUN).is_file():
        found = "it holds a run that was interrupted, and no results yet"
        raise Unfinished(directory, found, f"{RESUME}.")
    if not path.is_file():
        found = f"it holds no {MANIFEST}, so it is not a results folder"
        raise ResultsError(directory, found, "Give the folder that a run was saved to.")
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ResultsError(path, f"it is not complete JSON: {error}", AGAIN) from error
    if not isinstance(whole, dict) or not isinstance(whole.get("results"), dict):
        raise ResultsError(
            path, "it is not the manifest of a run", "Give the folder that a run was saved to."
        )
    return whole


def read_layout(stored: Mapping[str, Any]) -> Layout:
    """A layout from its JSON."""
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in stored.items()
    }
    fields["variables"] = tuple(Variable(**variable) for variable in stored["variables"])
    return Layout(**fields)


def manifest_digest(whole: Mapping[str, Any]) -> str:
    """SHA-256 over a manifest but for this digest itself."""
    own = {key: value for key, value in whole["results"].items() if key != "manifest"}
    text = json.dumps({**whole, "results": own}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file; of text, whatever line endings a checkout has given it."""
    if path.suffix == ".csv":
        return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
