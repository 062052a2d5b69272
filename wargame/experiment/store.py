"""The folder of a run: written whole or not at all, and checked when it is read."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from numpy.typing import NDArray

from wargame.engine.block import Failure, Layout
from wargame.experiment import parquet
from wargame.experiment.digest import digest_episodes, digests
from wargame.experiment.errors import EpisodesNotKept, ResultsError, Unfinished
from wargame.experiment.manifest import (
    AGAIN,
    FORMAT,
    MANIFEST,
    OWN_KEYS,
    file_digest,
    manifest_digest,
    read_layout,
    read_manifest,
)
from wargame.experiment.record import Aggregates, Ending, Episodes, Record, Sample
from wargame.experiment.saved_files import EPISODES, FILES, OF_BARE_RUNS, write_files
from wargame.experiment.totals import Totals

__all__ = ["Folder", "check_place", "write"]

Part = TypeVar("Part")


def write(
    directory: Path,
    layout: Layout,
    record: Record,
    manifest: Mapping[str, Any],
) -> None:
    """Write a record to a folder, in one step.

    Everything goes to a folder beside it, which then takes its place. An earlier run's files are replaced;
    other files in the folder stay. `ResultsError` if the place is taken by something that is not a run's
    folder.
    """
    directory = directory.absolute()
    check_place(directory, "Nothing was written. Choose another folder, or empty this one yourself.")
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        fresh = _beside(directory, "part")
        fresh.mkdir()
    except OSError as error:
        raise ResultsError(directory, f"it cannot be written: {error}", "Choose another folder.") from error
    try:
        if record.episodes is not None:
            parquet.write_episodes(fresh / EPISODES, layout, [record.episodes], record.failures)
        write_files(fresh, layout, record, manifest)
        _replace(directory, fresh)
    except OSError as error:
        raise ResultsError(
            directory,
            f"it could not be written: {error}",
            "Check the disk's space and rights, or choose another folder.",
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_place(directory: Path, remedy: str) -> None:
    """`ResultsError` if a place is taken by something that is not a run's folder."""
    if not directory.exists():
        return
    if not directory.is_dir():
        raise ResultsError(directory, "it is a file, not a folder", remedy)
    if any(directory.iterdir()):
        try:
            read_manifest(directory)
        except Unfinished:
            raise
        except ResultsError as error:
            raise ResultsError(directory, "it holds files, but is not a results folder", remedy) from error


def _replace(directory: Path, fresh: Path) -> None:
    """Put the fresh folder in the place of the old one, and carry over files that are not ours."""
    if not directory.exists():
        fresh.rename(directory)
        return
    old = _beside(directory, "old")
    directory.rename(old)
    try:
        fresh.rename(directory)
    except OSError:
        old.rename(directory)
        raise
    for path in old.iterdir():
        if path.name not in (*FILES, *OF_BARE_RUNS):
            path.rename(directory / path.name)
    shutil.rmtree(old)


def _beside(directory: Path, suffix: str) -> Path:
    """A new name next to the folder."""
    return directory.with_name(f".{directory.name}-{secrets.token_hex(4)}.{suffix}")


class Folder:
    """A run's folder as a record whose parts are read when they are first asked for.

    `ResultsError` for a folder that is missing, foreign, incomplete or altered.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._whole = read_manifest(directory)
        own = self._own = self._whole["results"]
        self.manifest = {key: value for key, value in self._whole.items() if key not in OWN_KEYS}
        if own.get("format") != FORMAT:
            found = f"it has format {own.get('format')!r}; this version reads format {FORMAT}"
            raise ResultsError(
                directory / MANIFEST, found, "Read it with the version that wrote it, or make the run again."
            )
        if own.get("manifest") != manifest_digest(self._whole):
            raise ResultsError(directory / MANIFEST, "it was changed after it was written", AGAIN)
        self.layout = read_layout(own["layout"])
        self.recorded: dict[str, str] = own["digests"]
        self._check_files(own["files"])

    def _check_files(self, files: Mapping[str, str]) -> None:
        for name, expected in files.items():
            path = self.directory / name
            if not path.is_file():
                raise ResultsError(path, "it is missing", AGAIN)
            if file_digest(path) != expected:
                found = "it is not the file that was written: cut short, or changed afterwards"
                raise ResultsError(path, found, AGAIN)

    def verify(self) -> None:
        """Compute the digests anew and compare them with those in the manifest."""
        for part, found in digests(self.layout, self.record).items():
            if found != self.recorded.get(part):
                said = self.recorded.get(part, "none")
                what = f"the {part} have the digest {found[:16]}, but the manifest says {said[:16]}"
                raise ResultsError(self.directory, what, AGAIN)

    @property
    def record(self) -> Record:
        """All parts at once."""
        return Record(
            episodes=self.episodes,
            digest=self.digest,
            totals=self.totals,
            aggregates=self.aggregates,
            sample=self.sample,
            failures=self.failures,
            ending=self.ending,
        )

    @property
    def keeps_episodes(self) -> bool:
        """Whether there is a table of episodes."""
        return EPISODES in self._own["files"]

    @cached_property
    def episodes(self) -> Episodes | None:
        """The episodes, if the run kept them."""
        path = self.directory / EPISODES
        if not self.keeps_episodes:
            return None
        return self._read(path, lambda: parquet.read_episodes(path, self.layout))

    @cached_property
    def ending(self) -> Ending | None:
        """How to go on with the digest, if the run kept no episodes."""
        pages, last = (self.directory / name for name in OF_BARE_RUNS)
        if pages.name not in self._own["files"]:
            return None
        return Ending(
            pages=self._read(pages, lambda: parquet.read_pages(pages)),
            rows=self._read(last, lambda: parquet.read_episodes(last, self.layout)),
        )

    def numbers(self, column: str) -> NDArray[np.float64]:
        """One column of the completed episodes."""
        path = self.directory / EPISODES
        return self._read(path, lambda: parquet.read_column(path, column))

    def columns(self, names: Sequence[str], most: int | None = None) -> dict[str, NDArray[Any]]:
        """Some columns of the table of episodes, failed ones included; of all, or of the first so many."""
        path = self.directory / EPISODES
        if not self.keeps_episodes:
            raise EpisodesNotKept
        return self._read(path, lambda: parquet.read_columns(path, self.layout, names, most))

    @cached_property
    def digest(self) -> str:
        """The digest of the episodes; that of the manifest if the run did not keep them."""
        if self.episodes is None:
            return self.recorded["episodes"]
        return digest_episodes(self.layout, self.episodes)

    @cached_property
    def totals(self) -> Totals:
        """What the episodes add up to."""
        path = self.directory / MANIFEST
        return self._read(path, lambda: Totals.from_json(self._own["totals"]))

    @cached_property
    def aggregates(self) -> Aggregates:
        """The aggregates."""
        path = self.directory / "trajectories.parquet"
        policies = self.directory / "policies.parquet"
        return self._read(path, lambda: parquet.read_aggregates(path, policies, self.layout))

    @cached_property
    def sample(self) -> Sample:
        """The sampled episodes."""
        path = self.directory / "sample.parquet"
        return self._read(path, lambda: parquet.read_sample(path, self.layout))

    @cached_property
    def failures(self) -> list[Failure]:
        """The failures."""
        path = self.directory / "failures.parquet"
        if path.name not in self._own["files"]:
            return []
        return self._read(path, lambda: parquet.read_failures(path))

    @staticmethod
    def _read(path: Path, reader: Callable[[], Part]) -> Part:
        try:
            return reader()
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            raise ResultsError(path, f"it cannot be read: {error}", AGAIN) from error
