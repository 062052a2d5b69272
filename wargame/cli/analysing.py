"""`wargame analyse`: questions to a folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors
from wargame.report.analyses import ANALYSES

__all__: list[str] = []

NAMES = [analysis.name for analysis in ANALYSES]
LIST = "\n\n".join(f"{analysis.name}: {analysis.asks}" for analysis in ANALYSES)


@app.command(epilog=LIST)
@reports_errors
def analyse(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of results.")],
    analyses: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ANALYSIS]...", help=f"{', '.join(NAMES)}, or all [default: say what there is]."
        ),
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only this actor.")] = None,
    after: Annotated[
        str | None,
        typer.Option(
            metavar="ACTOR[=POLICY]", help="responses: only to this actor, or to this policy of it."
        ),
    ] = None,
    lag: Annotated[
        int,
        typer.Option(
            min=0, help="responses: so many turns later; 0 is the same turn, for those who move after."
        ),
    ] = 1,
    outcome: Annotated[str | None, typer.Option(help="paths: only to this outcome.")] = None,
    variable: Annotated[
        str | None, typer.Option(help="trajectories: this state variable by outcome.")
    ] = None,
    episode: Annotated[
        int | None, typer.Option(help="trajectories: draw this sampled episode on top.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="outcomes: by a column of the episodes, such as metric.first_crisis."
        ),
    ] = None,
    over: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="heatmap: a parameter of the map; give two."),
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="Of an experiment: this arm [default: its baseline].")
    ] = None,
    level: Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the intervals.")] = 0.95,
    shown: Annotated[int, typer.Option(min=1, help="Rows of a long list that are printed.")] = 12,
    figures: Annotated[bool, typer.Option(help="Draw figures into the folder.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the tables as JSON.")] = False,
) -> None:
    """Ask a run what happened, when, by whose doing and for whose good; tables and figures go to FOLDER/analysis."""
    from wargame.cli.answers import answer, tell_what_there_is
    from wargame.report.analyses.findings import Question

    question = Question(
        actor=actor,
        after=after,
        outcome=outcome,
        variable=variable,
        by=by,
        episode=episode,
        lag=lag,
        level=level,
        shown=shown,
        over=tuple(over or ()),
        arm=arm,
    )
    if not analyses:
        tell_what_there_is(folder)
    else:
        answer(folder, analyses, question, figures=figures, as_json=as_json)
