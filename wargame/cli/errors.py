"""What happens to errors: a user sees their text, never a traceback."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec

import typer

from wargame.scenario.errors import WargameError

__all__ = ["INTERRUPTED", "USER_ERROR", "reports_errors"]

USER_ERROR = 1
INTERRUPTED = 130

Parameters = ParamSpec("Parameters")


def reports_errors(command: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """Make a command print errors that its user can mend and leave with their exit code."""

    @functools.wraps(command)
    def wrapped(*arguments: Parameters.args, **options: Parameters.kwargs) -> None:
        try:
            command(*arguments, **options)
        except WargameError as error:
            raise _leave(str(error)) from None
        except KeyboardInterrupt:
            raise _leave("interrupted", title="", code=INTERRUPTED) from None
        except BrokenPipeError:
            # The reader has gone away: stop, and keep Python from complaining when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(USER_ERROR) from None
        except OSError as error:
            name = f"{error.filename}: " if error.filename else ""
            raise _leave(f"{name}{error.strerror or error}") from None

    return wrapped


def _leave(text: str, *, title: str = "error: ", code: int = USER_ERROR) -> typer.Exit:
    """Print a message in colour, where there is colour, and return the exit to raise."""
    typer.secho(title, fg="red", bold=True, nl=False, err=True)
    typer.echo(text, err=True)
    return typer.Exit(code)
