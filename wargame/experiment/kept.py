"""Experiments and sweeps that are under way: their folder `parts` holds what was asked, and what is complete.

`parts/asked.json` says what is to be played; beside it lies a folder for each arm, or for the points of a sweep. When
all is complete the results are written as a whole, and then `parts` is removed: whatever moment a process dies at, the
next one goes on from what it finds, and earlier results in the folder stay what they were until then.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wargame.experiment.errors import ResultsError, Unfinished
from wargame.experiment.manifest import PARTS, RESUME
from wargame.experiment.plan import TITLES
from wargame.experiment.saved_files import write_lastingly
from wargame.experiment.underway import hold

__all__ = ["ASKED", "Kept"]

ASKED = "asked.json"
DIGEST = 64
"""So many digits has a digest, which nobody wants to read."""
SPACE = (
    "Make room or mend the folder, then go on with the same command and --resume (in Python: resume=True)."
)


class Kept:
    """The folder of one experiment or sweep (`kind`) while it is played; nothing is written before `begin`.

    `asked` is all that decides what comes out, as JSON; `manifest` the file that its finished results have.
    `ResultsError` if the place is taken, or if what is under way there is not what is asked for.
    """

    def __init__(
        self, directory: Path, *, kind: str, manifest: str, asked: Mapping[str, Any], resume: bool
    ) -> None:
        self.directory, self.kind = directory.absolute(), kind
        self.folder = self.directory / PARTS
        self.asked: dict[str, Any] = json.loads(json.dumps(asked, default=str))
        there = self._stated()
        if there is not None:
            self._check_same(there, resume=resume)
        elif self.directory.exists():
            self._check_free(manifest)

    @property
    def identity(self) -> str:
        """SHA-256 over what was asked."""
        return hashlib.sha256(json.dumps(self.asked, sort_keys=True).encode()).hexdigest()

    def _stated(self) -> dict[str, Any] | None:
        path = self.folder / ASKED
        if not path.is_file():
            return None
        try:
            stated: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            _ = stated["kind"], stated["asked"].items()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            remedy = f"Delete {self.folder} to give up what was complete, or restore it from a copy."
            raise ResultsError(path, f"it does not say what is to be played: {error}", remedy) from error
        return stated

    def _check_same(self, there: Mapping[str, Any], *, resume: bool) -> None:
        if not resume:
            if all(path.name in (ASKED, "lock") for path in self.folder.iterdir()):
                return
            found = f"it holds {_a(there['kind'])} that was interrupted"
            remedy = f"{RESUME}, choose another folder, or delete {self.folder} to give up what is complete."
            raise Unfinished(self.directory, found, remedy)
        if there["kind"] != self.kind:
            remedy = "Choose another folder. Nothing was changed."
            raise ResultsError(self.directory, f"it holds {_a(there['kind'])}, not {_a(self.kind)}", remedy)
        found = "; ".join(_differences(there["asked"], self.asked))
        if found:
            remedy = f"Ask for the same {self.kind}, or choose another folder. Nothing was changed."
            raise ResultsError(self.directory, f"it holds another {self.kind} ({found})", remedy)

    def _check_free(self, manifest: str) -> None:
        there = self.directory
        if there.is_dir() and ((there / manifest).is_file() or not any(there.iterdir())):
            return
        raise ResultsError(there, f"it holds something else than {_a(self.kind)}", "Choose another folder.")

    @contextlib.contextmanager
    def begin(self) -> Iterator[None]:
        """Write down what is asked, and keep other processes away."""
        stated = json.dumps({"kind": self.kind, "asked": self.asked}, indent=2, ensure_ascii=False) + "\n"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(hold(self.folder / "lock", self.directory)):
                write_lastingly(self.folder / ASKED, stated.encode())
                yield
        except OSError as error:
            found = f"it could not be written: {error.strerror or error}"
            raise ResultsError(self.directory, found, SPACE) from error

    def remove(self) -> None:
        """Remove what was kept: the results are complete."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _differences(there: Mapping[str, Any], asked: Mapping[str, Any]) -> Iterator[str]:
    for name in dict.fromkeys([*asked, *there]):
        old, new, title = there.get(name), asked.get(name), TITLES.get(name, name)
        if old == new:
            continue
        if isinstance(new, str) and len(new) == DIGEST:
            yield f"{title} is another"
        else:
            yield f"{title}: {_shown(old)} there, {_shown(new)} asked for"


def _shown(value: Any) -> str:
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {one}" for key, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
