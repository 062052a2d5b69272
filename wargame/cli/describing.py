"""`wargame odd`: a scenario's tables for the description of a model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors
from wargame.cli.options import Changes, ScenarioName

__all__ = ["odd"]


@app.command()
@reports_errors
def odd(
    scenario: ScenarioName,
    changes: Changes = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write to this file [default: print]")
    ] = None,
) -> None:
    """Write a scenario's tables by the ODD protocol, as Markdown. Nothing is simulated."""
    from wargame.cli.arguments import changed
    from wargame.report.odd import odd_tables
    from wargame.scenario.loading import load

    text = odd_tables(changed(load(scenario), changes or ()))
    if out is None:
        typer.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8", newline="\n")
