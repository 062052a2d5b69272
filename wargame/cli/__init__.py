"""The command line: it parses, calls the library and prints."""

from __future__ import annotations

import contextlib
import gc
import os
import sys

# The commands of a module join `app` as it is imported; this is their order in `wargame --help`.
# isort: off
from wargame.cli.commands import app
from wargame.cli import analysing as _analysing  # noqa: F401
from wargame.cli import trials as _trials  # noqa: F401
from wargame.cli import calibrating as _calibrating  # noqa: F401
from wargame.cli import describing as _describing  # noqa: F401
from wargame.cli import reporting as _reporting  # noqa: F401
from wargame.cli import strategy as _strategy  # noqa: F401
# isort: on

__all__ = ["app", "main"]

RARELY = (50_000, 20, 50)
"""How seldom Python looks for garbage in cycles; its own numbers cost a run a twelfth of its time."""


def main() -> None:
    """Run `wargame` with the arguments of this process."""
    # Rules, tables and figures are many objects that stay: looking through them again and again frees nothing.
    gc.set_threshold(*RARELY)
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows a question mark, and no error.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        app(prog_name="wargame")
    finally:
        _flush()


def _flush() -> None:
    """Write out what is left; a reader that has gone away (`wargame list | head -1`) is no error."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
