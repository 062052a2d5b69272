"""`wargame report`: a run or an experiment as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors

__all__: list[str] = []

NAME = "report.html"


@app.command()
@reports_errors
def report(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of the results of a run, or of an experiment.")
    ],
    compare: Annotated[
        Path | None,
        typer.Option(
            metavar="OTHER",
            help="A run of the same scenario and seed: the page says what FOLDER changes against it.",
        ),
    ] = None,
    sweep: Annotated[
        Path | None,
        typer.Option(
            metavar="SWEEP",
            help="A sweep of the same scenario (wargame sweep --lhs): the range over what is not known.",
        ),
    ] = None,
    question: Annotated[
        str, typer.Option(metavar="TEXT", help="The question on top of the page [default: the experiment's]")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The page [default: report.html in FOLDER]")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the page's name and nothing else.")
    ] = False,
) -> None:
    """Write a run or an experiment as one page to send: no network, readable on a phone and on paper."""
    from wargame.report.html.reading import read_subject
    from wargame.report.html.writing import write

    subject = read_subject(folder, compare=compare, sweep=sweep, question=question)
    path = write(subject, out or folder / NAME)
    if quiet:
        typer.echo(str(path))
    else:
        size = path.stat().st_size / 1e6
        typer.echo(
            f"{path} ({size:.1f} MB): one page that needs nothing else. Open it in a browser, send it, print it."
        )
