"""Parts of a run that is under way: files that hold consecutive episodes, written as a whole or not at all.

A part is a ZIP archive of the tables of a results folder, of these episodes alone, with `part.json`. Its name tells its
first episode, the one after its last, and the SHA-256 of its bytes: the names of the files say what is complete, and
whether a file is still what it was.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from wargame.engine.block import Layout
from wargame.experiment import parquet
from wargame.experiment.errors import ResultsError
from wargame.experiment.record import Piece
from wargame.experiment.saved_files import write_lastingly
from wargame.experiment.totals import Totals

__all__ = ["Part", "list_parts", "read_part", "write_part"]

FORMAT = 1
NAME = re.compile(r"(\d{12})-(\d{12})-([0-9a-f]{16})\.zip")
MEND = "Delete this file and go on with --resume (in Python: resume=True): its episodes are played again."
STORED = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a part: equal parts are equal bytes."""


@dataclass(frozen=True, kw_only=True, order=True)
class Part:
    """A file that holds episodes `first` to `last - 1`; `digest` begins the SHA-256 of its bytes."""

    first: int
    last: int
    digest: str
    path: Path

    @property
    def count(self) -> int:
        """How many episodes it holds."""
        return self.last - self.first


def list_parts(folder: Path) -> list[Part]:
    """The parts in a folder by their names, in order; other files are passed over, and a missing folder has none."""
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = NAME.fullmatch(path.name)
        if match:
            found.append(Part(first=int(match[1]), last=int(match[2]), digest=match[3], path=path))
    return sorted(found)


def write_part(folder: Path, layout: Layout, piece: Piece, identity: str) -> Part:
    """Write a piece of the run with this identity. `OSError` if the disk refuses; then nothing is left of it."""
    content = _packed(layout, piece, identity)
    digest = hashlib.sha256(content).hexdigest()[:16]
    last = piece.first + piece.count
    path = folder / f"{piece.first:012d}-{last:012d}-{digest}.zip"
    write_lastingly(path, content)
    return Part(first=piece.first, last=last, digest=digest, path=path)


def read_part(part: Part, layout: Layout, identity: str) -> Piece:
    """The piece in a part; `ResultsError` if the file is damaged, or belongs to another run."""
    try:
        content = part.path.read_bytes()
        if hashlib.sha256(content).hexdigest()[:16] != part.digest:
            found = "it is not the part that was written: cut short, or changed afterwards"
            raise ResultsError(part.path, found, MEND)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            stated = json.loads(archive.read("part.json"))
            if stated["format"] != FORMAT or stated["identity"] != identity:
                found = "it is a part of another run"
                remedy = "Move it out of this folder, then go on with --resume (in Python: resume=True)."
                raise ResultsError(part.path, found, remedy)
            piece = _unpacked(archive, stated, layout)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, pa.ArrowException) as error:
        raise ResultsError(part.path, f"it cannot be read: {error}", MEND) from error
    if (piece.first, piece.first + piece.count) != (part.first, part.last):
        held = f"{piece.first} to {piece.first + piece.count - 1}"
        raise ResultsError(part.path, f"its name is wrong: it holds episodes {held}", MEND)
    return piece


def _packed(layout: Layout, piece: Piece, identity: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as archive:
        stated = {
            "format": FORMAT,
            "identity": identity,
            "first": piece.first,
            "count": piece.count,
            "head": len(piece.head),
            "tail": len(piece.tail),
            "pages": [page.hex() for page in piece.pages],
            "totals": piece.totals.as_json(layout),
            "keeps_episodes": piece.episodes is not None,
        }
        _store(archive, "part.json", json.dumps(stated, indent=1).encode())
        # Without the episodes, those that are in no whole page: what is needed to digest them with their neighbours.
        kept = [piece.head, piece.tail] if piece.episodes is None else [piece.episodes]
        table = io.BytesIO()
        parquet.write_episodes(table, layout, kept, piece.failures, passing=True)
        _store(archive, "episodes.parquet", table.getvalue())
        trajectories, policies, sample, failures = (io.BytesIO() for _ in range(4))
        parquet.write_aggregates(trajectories, policies, layout, piece.aggregates)
        parquet.write_sample(sample, layout, piece.sample)
        _store(archive, "trajectories.parquet", trajectories.getvalue())
        _store(archive, "policies.parquet", policies.getvalue())
        _store(archive, "sample.parquet", sample.getvalue())
        if piece.failures:
            parquet.write_failures(failures, piece.failures)
            _store(archive, "failures.parquet", failures.getvalue())
    return whole.getvalue()


def _store(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, STORED), content)


def _unpacked(archive: zipfile.ZipFile, stated: dict[str, Any], layout: Layout) -> Piece:
    def member(name: str) -> io.BytesIO:
        return io.BytesIO(archive.read(name))

    rows = parquet.read_episodes(member("episodes.parquet"), layout)
    head, tail = stated["head"], stated["tail"]
    first, count = stated["first"], stated["count"]
    failed = "failures.parquet" in archive.namelist()
    return Piece(
        first=first,
        count=count,
        head=replace(rows.cut(0, head), first=first),
        pages=tuple(bytes.fromhex(page) for page in stated["pages"]),
        tail=replace(rows.cut(len(rows) - tail, len(rows)), first=first + count - tail),
        totals=Totals.from_json(stated["totals"]),
        aggregates=parquet.read_aggregates(
            member("trajectories.parquet"), member("policies.parquet"), layout
        ),
        sample=parquet.read_sample(member("sample.parquet"), layout),
        failures=parquet.read_failures(member("failures.parquet")) if failed else [],
        episodes=rows if stated["keeps_episodes"] else None,
    )
