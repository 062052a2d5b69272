"""What is said when Ctrl-C ends an experiment or a sweep."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

__all__ = ["told_how_to_go_on"]


@contextmanager
def told_how_to_go_on(folder: Path) -> Iterator[None]:
    """After Ctrl-C, say that something is kept, and how to go on with it."""
    try:
        yield
    except KeyboardInterrupt:
        from wargame.experiment.kept import ASKED
        from wargame.experiment.manifest import PARTS

        if (folder / PARTS / ASKED).is_file():
            typer.echo(
                f"what is complete is kept in {folder}; go on with the same command and --resume", err=True
            )
        raise
