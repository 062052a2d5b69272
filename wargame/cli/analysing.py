"""`wargame analyse`: questions to a folder of results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors
from wargame.cli.options import Figures
from wargame.report.analyses import ANALYSES

__all__: list[str] = []

NAMES = [analysis.name for analysis in ANALYSES]
LIST = "\n\n".join(f"{analysis.name}: {analysis.asks}" for analysis in ANALYSES)


Analyses = Annotated[
    list[str] | None,
    typer.Argument(metavar="[ANALYSIS]...", help=f"{', '.join(NAMES)}, or all [default: say what there is]."),
]
After = Annotated[
    str | None,
    typer.Option(metavar="ACTOR[=POLICY]", help="responses: only to this actor, or to this policy of it."),
]
Lag = Annotated[
    int,
    typer.Option(min=0, help="responses: so many turns later; 0 is the same turn, for those who move after."),
]
Outcome = Annotated[str | None, typer.Option(help="paths: only to this outcome.")]
Variable = Annotated[str | None, typer.Option(help="trajectories: this state variable by outcome.")]
SampledEpisode = Annotated[int | None, typer.Option(help="trajectories: draw this sampled episode on top.")]
By = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN", help="outcomes: by a column of the episodes, such as metric.first_crisis."
    ),
]
Over = Annotated[
    list[str] | None, typer.Option(metavar="NAME", help="heatmap: a parameter of the map; give two.")
]
Arm = Annotated[str | None, typer.Option(help="Of an experiment: this arm [default: its baseline].")]
Level = Annotated[float, typer.Option(min=0.5, max=0.999, help="Of the intervals.")]
Rows = Annotated[int, typer.Option(min=1, help="Rows of a long list that are printed.")]


@app.command(epilog=LIST)
@reports_errors
def analyse(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of results.")],
    analyses: Analyses = None,
    actor: Annotated[str | None, typer.Option(help="Only this actor.")] = None,
    after: After = None,
    lag: Lag = 1,
    outcome: Outcome = None,
    variable: Variable = None,
    episode: SampledEpisode = None,
    by: By = None,
    over: Over = None,
    arm: Arm = None,
    level: Level = 0.95,
    shown: Rows = 12,
    figures: Figures = True,
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
