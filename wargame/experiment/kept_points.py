"""Points of a design that are complete, in files: each holds consecutive points, as a whole or not at all."""

from __future__ import annotations

import hashlib
import io
import re
import time
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.experiment.errors import ResultsError

__all__ = ["KeptPoints", "Row"]

Row = tuple[Any, ...]
"""A row of the table of a sweep: point, kind, name, n, then numbers."""

SECONDS = 5.0
"""A file is written when its first point was played so long ago: what a crash can cost."""

NAME = re.compile(r"(\d{6})-(\d{6})-([0-9a-f]{16})\.npz")
MEND = "Delete this file and go on with --resume (in Python: resume=True): its points are played again."


class KeptPoints:
    """The points of a sweep, in a folder, from the first on.

    `identity` tells apart the sweeps that files may belong to. Points are added in order; they are on the disk every
    few seconds, and when `flush` returns.
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder, self.identity = folder, identity
        self._rows: list[list[Row]] = []
        self._outcomes: list[NDArray[np.int16]] = []
        self._next = 0
        self._since = 0.0

    def complete(self) -> Iterator[tuple[list[Row], NDArray[np.int16]]]:
        """The rows and outcomes of every point that is complete, from the first on; adding goes on behind them.

        `ResultsError` for a file that is damaged or belongs to another sweep. Points behind a gap are played again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        for path in self.folder.glob("*.tmp"):
            path.unlink()
        for path in sorted(self.folder.iterdir()):
            match = NAME.fullmatch(path.name)
            if match is None:
                continue
            first, last = int(match[1]), int(match[2])
            if first != self._next:
                path.unlink()
                continue
            yield from self._read(path, first, last, match[3])
            self._next = last

    def _read(
        self, path: Path, first: int, last: int, digest: str
    ) -> Iterator[tuple[list[Row], NDArray[np.int16]]]:
        try:
            content = path.read_bytes()
            if hashlib.sha256(content).hexdigest()[:16] != digest:
                raise ResultsError(path, "it is not what was written: cut short, or changed afterwards", MEND)
            with np.load(io.BytesIO(content), allow_pickle=False) as stored:
                names, n, numbers, outcomes = (stored[key] for key in ("names", "n", "numbers", "outcomes"))
                identity = str(stored["identity"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise ResultsError(path, f"it cannot be read: {error}", MEND) from error
        if identity != self.identity or len(outcomes) != last - first:
            raise ResultsError(path, "it belongs to another sweep", MEND)
        for place in range(last - first):
            rows = [
                (first + place, str(kind), str(name), int(count), *map(float, values))
                for (kind, name), count, values in zip(names, n[place], numbers[place], strict=True)
            ]
            yield rows, outcomes[place]

    def add(self, rows: Sequence[Row], outcomes: NDArray[np.int16]) -> None:
        """Add the next point."""
        if not self._rows:
            self._since = time.monotonic()
        self._rows.append(list(rows))
        self._outcomes.append(outcomes)
        if time.monotonic() - self._since >= SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what was added: when this returns it is on the disk."""
        from wargame.experiment.saved_files import write_lastingly

        if not self._rows:
            return
        whole = io.BytesIO()
        np.savez(
            whole,
            identity=np.array(self.identity),
            names=np.array([row[1:3] for row in self._rows[0]]),
            n=np.array([[row[3] for row in rows] for rows in self._rows], dtype=np.int64),
            numbers=np.array([[row[4:] for row in rows] for rows in self._rows], dtype=np.float64),
            outcomes=np.array(self._outcomes, dtype=np.int16),
        )
        content = whole.getvalue()
        last = self._next + len(self._rows)
        digest = hashlib.sha256(content).hexdigest()[:16]
        write_lastingly(self.folder / f"{self._next:06d}-{last:06d}-{digest}.npz", content)
        self._next, self._rows, self._outcomes = last, [], []
