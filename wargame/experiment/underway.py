"""A run that is under way: the folder `parts` in that of its results, from the first episode to the last file.

`parts/run.json` says what is meant to be run, each part beside it holds episodes that are complete. At the end parts
are joined in `parts/finishing`, which becomes `parts/finished` when all its files are on the disk; then they are moved
to their places, the manifest last. Whatever moment a process dies at, the next one goes on from what it finds: with
parts it plays what is missing, with `finished` it moves what has not been moved.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from wargame.experiment import parquet
from wargame.experiment.collect import Collector
from wargame.experiment.earlier import earlier_episodes, earlier_piece
from wargame.experiment.errors import ResultsError, Unfinished
from wargame.experiment.interrupted import (
    FORMAT,
    complete_episodes,
    is_free,
    move_into_place,
    remove_parts,
    stated_run,
)
from wargame.experiment.manifest import FINISHED, MANIFEST, PARTS, RESUME, RUN, read_manifest
from wargame.experiment.parts import Part, list_parts, read_part, write_part
from wargame.experiment.plan import Plan, decisive, differences
from wargame.experiment.record import Piece, Record
from wargame.experiment.saved_files import EPISODES, settle, write_files, write_lastingly
from wargame.experiment.store import Folder, check_place
from wargame.experiment.task import Span

__all__ = ["UnderWay"]

SPACE = (
    "Make room or mend the folder, then go on with the same command and --resume (in Python: resume=True)."
)
ELSEWHERE = "Nothing was played. Choose another folder."


class UnderWay:
    """The folder of one run while it is played. Nothing is written before `begin`.

    `ResultsError` if the place is taken, or if what is there is damaged or another run.
    """

    def __init__(self, directory: Path, plan: Plan, *, resume: bool) -> None:
        self.directory, self.plan = directory.absolute(), plan
        self.folder = self.directory / PARTS
        self.earlier: Folder | None = None
        self.parts: list[Part] = []
        if resume and (self.folder / FINISHED).is_dir():
            with contextlib.closing(hold(self.folder / "lock", self.directory)), self._errors(SPACE):
                move_into_place(self.directory)
        if is_free(self.directory):
            return
        if resume:
            self._take_up()
        else:
            self._check_free()

    # ---- what is there -------------------------------------------------------------------------------------------

    def _check_free(self) -> None:
        """A new run may take the place of a finished one, not of one that is under way."""
        stated = stated_run(self.directory)
        if stated is not None and ((self.folder / FINISHED).is_dir() or list_parts(self.folder)):
            kept = complete_episodes(self.directory, stated)
            found = (
                f"it holds a run that was interrupted, {kept:,} of {stated['episodes']:,} episodes complete"
            )
            remedy = f"{RESUME}, choose another folder, or delete {self.folder} to give them up."
            raise Unfinished(self.directory, found, remedy)
        if stated is None or (self.directory / MANIFEST).exists():
            check_place(self.directory, ELSEWHERE)

    def _take_up(self) -> None:
        """Find what is complete, and check it."""
        stated, own = stated_run(self.directory), self.plan.decisive
        if stated is not None:
            self._compare(stated["decides"])
            with self._errors(SPACE):
                lock = hold(self.folder / "lock", self.directory)
            # A process that plays there would put its parts away while they are read here.
            with contextlib.closing(lock):
                self.parts = list_parts(self.folder)
                for part in self.parts:
                    read_part(part, self.plan.layout, self.plan.identity)
        elif not (self.directory / MANIFEST).exists():
            check_place(self.directory, ELSEWHERE)
        if (self.directory / MANIFEST).exists():
            whole = read_manifest(self.directory)
            kept = EPISODES in whole["results"].get("files", {})
            there = decisive(whole, keep_episodes=kept)
            if stated is None:
                self._compare(there)
            if not differences(there, own):
                self.earlier = Folder(self.directory)
        complete = max([part.last for part in self.parts] + [self._from_earlier])
        if complete > self.plan.episodes:
            found = f"it holds {complete:,} episodes already, and {self.plan.episodes:,} were asked for"
            raise ResultsError(
                self.directory, found, f"Ask for {complete:,} or more, or choose another folder."
            )

    def _compare(self, there: dict[str, Any]) -> None:
        found = differences(there, self.plan.decisive)
        if found:
            remedy = "Ask for the same run, or choose another folder. Nothing was changed."
            raise ResultsError(self.directory, f"it holds another run ({found})", remedy)

    @property
    def _from_earlier(self) -> int:
        return 0 if self.earlier is None else self.earlier.totals.episodes

    @property
    def is_finished(self) -> bool:
        """Whether the folder holds the whole run already."""
        return self._from_earlier == self.plan.episodes

    @property
    def complete(self) -> int:
        """How many episodes need not be played any more."""
        return self.plan.episodes - sum(count for _, count in self.gaps())

    def _used(self) -> Iterator[Part]:
        """The parts that follow what is there before them; one that overlaps is passed over."""
        reached = self._from_earlier
        for part in self.parts:
            if part.first >= reached:
                yield part
                reached = part.last

    def gaps(self) -> list[Span]:
        """The spans of episodes that are still to be played."""
        reached, found = self._from_earlier, []
        for part in self._used():
            found.append((reached, part.first - reached))
            reached = part.last
        found.append((reached, self.plan.episodes - reached))
        return [(first, count) for first, count in found if count]

    def tidy(self) -> None:
        """Remove what an interruption has left beside a run that is finished."""
        if self.folder.is_dir():
            with contextlib.closing(hold(self.folder / "lock", self.directory)), self._errors(SPACE):
                remove_parts(self.folder)

    # ---- writing -------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def begin(self) -> Iterator[None]:
        """Write down what is meant to be run, and keep other processes away; a folder left empty is removed."""
        new = not self.directory.exists()
        with self._errors("Choose another folder."):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = hold(self.folder / "lock", self.directory)
        with contextlib.closing(lock):
            self._check_unchanged()
            with self._errors(SPACE):
                for path in self.folder.glob("*.tmp"):
                    path.unlink()
                write_lastingly(self.folder / RUN, self._stated())
            try:
                yield
            finally:
                # What the disk holds counts: an interrupt may come just after a part was written.
                if not (list_parts(self.folder) or (self.folder / FINISHED).exists()):
                    remove_parts(self.folder)
                    if new:
                        with contextlib.suppress(OSError):
                            self.directory.rmdir()

    def _check_unchanged(self) -> None:
        if list_parts(self.folder) != self.parts:
            found = (
                "it holds parts of a run that were not there a moment ago, or that no run.json accounts for"
            )
            remedy = f"{RESUME}; or delete {self.folder} if nothing in it is needed."
            raise ResultsError(self.folder, found, remedy)

    def _stated(self) -> bytes:
        plan = self.plan
        stated = {
            "format": FORMAT,
            "identity": plan.identity,
            "episodes": plan.episodes,
            "engine": plan.engine,
            "keep_episodes": plan.keep_episodes,
            "decides": plan.decisive,
            "layout": asdict(plan.layout),
            "manifest": plan.manifest,
        }
        return (json.dumps(stated, indent=2, ensure_ascii=False) + "\n").encode()

    def add(self, piece: Piece) -> None:
        """Keep a piece: when this returns it is on the disk."""
        with self._errors(SPACE):
            self.parts = sorted(
                [*self.parts, write_part(self.folder, self.plan.layout, piece, self.plan.identity)]
            )

    def finish(self) -> None:
        """Join the parts to the files of the results, and put these in their places."""
        if self.gaps():
            raise ValueError("there are episodes still to be played")
        plan, fresh = self.plan, self.folder / "finishing"
        with self._errors(SPACE):
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir()
            record = self._join(fresh)
            write_files(fresh, plan.layout, record, plan.manifest)
            fresh.rename(self.folder / FINISHED)
            settle(self.folder)
            move_into_place(self.directory)
        self.parts = []

    def _join(self, fresh: Path) -> Record:
        """Add up all parts; where episodes are kept, write them one after the other."""
        plan = self.plan
        whole = Collector(plan.layout, keep_episodes=False, keep_failures=plan.keep_episodes, origin=0)
        with contextlib.ExitStack() as stack:
            writer = None
            if plan.keep_episodes:
                writer = parquet.EpisodesWriter(fresh / EPISODES, plan.layout)
                stack.callback(writer.close)
            if self.earlier is not None:
                whole.add_piece(earlier_piece(self.earlier))
                if writer is not None:
                    for episodes in earlier_episodes(self.earlier):
                        writer.add(episodes, self.earlier.failures)
            for part in self._used():
                piece = read_part(part, plan.layout, plan.identity)
                whole.add_piece(piece)
                if writer is not None and piece.episodes is not None:
                    writer.add(piece.episodes, piece.failures)
        return whole.record()

    @contextlib.contextmanager
    def _errors(self, remedy: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            kept = sum(part.count for part in self._used()) + self._from_earlier
            found = f"it could not be written: {error.strerror or error}"
            if kept:
                found += f"; the {kept:,} episodes that are complete are kept"
            raise ResultsError(self.directory, found, remedy) from error


def hold(path: Path, directory: Path) -> IO[str]:
    """Hold a lock that ends with the file, or with the process; where the system has none, do without."""
    file = path.open("w")
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass
    except BlockingIOError:
        file.close()
        found = "another process is playing a run in it"
        raise ResultsError(directory, found, "Wait for it, or choose another folder.") from None
    return file
