"""The files of a results folder, and how to write them so that they survive a power cut."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wargame.engine.block import Layout
from wargame.experiment import parquet
from wargame.experiment.manifest import MANIFEST, describe
from wargame.experiment.record import Record
from wargame.experiment.tables import outcome_table, summary_table

__all__ = ["EPISODES", "FILES", "OF_BARE_RUNS", "settle", "write_files", "write_lastingly"]

EPISODES = "episodes.parquet"
FILES = (
    EPISODES,
    "trajectories.parquet",
    "policies.parquet",
    "sample.parquet",
    "failures.parquet",
    "outcomes.csv",
    "metrics.csv",
    MANIFEST,
)
OF_BARE_RUNS = ("pages.parquet", "last_page.parquet")
"""Files of runs that keep no episodes: what it takes to go on with their digest."""

LEVEL = 0.95


def write_files(folder: Path, layout: Layout, record: Record, manifest: Mapping[str, Any]) -> None:
    """Write everything that belongs to a run to a folder, the manifest last.

    If the run keeps its episodes, `episodes.parquet` must be there already; nothing else may be.
    """
    keeps_episodes = (folder / EPISODES).exists()
    if not keeps_episodes and record.ending is not None:
        pages, last = (folder / name for name in OF_BARE_RUNS)
        parquet.write_pages(pages, record.ending.pages)
        parquet.write_episodes(last, layout, [record.ending.rows], record.failures)
    parquet.write_aggregates(
        folder / "trajectories.parquet", folder / "policies.parquet", layout, record.aggregates
    )
    parquet.write_sample(folder / "sample.parquet", layout, record.sample)
    if record.failures:
        parquet.write_failures(folder / "failures.parquet", record.failures)
    _write_tables(folder, layout, record, keeps_episodes=keeps_episodes)
    whole = describe(folder, layout, record, manifest)
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    for path in folder.iterdir():
        settle(path)
    settle(folder)


def _write_tables(folder: Path, layout: Layout, record: Record, *, keeps_episodes: bool) -> None:
    totals = record.totals
    moments = dict(zip(layout.metrics, totals.metrics, strict=True))
    # One column at a time is read back: a long run is never held as a whole.
    numbers = (
        (lambda name: parquet.read_column(folder / EPISODES, f"metric.{name}")) if keeps_episodes else None
    )
    tables = {
        "outcomes.csv": outcome_table(layout, totals, LEVEL),
        "metrics.csv": summary_table("metric", moments, totals.completed, numbers, LEVEL),
    }
    for name, table in tables.items():
        table.to_csv(folder / name, index=False, float_format="%.10g", lineterminator="\n")


def write_lastingly(path: Path, content: bytes) -> None:
    """Write a file so that after a crash or a power cut it is there as a whole or not at all."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    settle(path.parent)


def settle(path: Path) -> None:
    """Have a file's content, or a folder's list of names, reach the disk."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except PermissionError:
        # Windows does not open folders; there, renaming is journalled by the file system.
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
