"""The commands that hold a scenario against the record: `wargame calibrate` and `wargame backtest`."""

from __future__ import annotations

from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors
from wargame.cli.options import EngineName, Json, Out, Quiet, Workers

__all__: list[str] = []


@app.command()
@reports_errors
def calibrate(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Name of a calibration that comes with the package, or path of a YAML file."
        ),
    ],
    resume: Annotated[
        bool,
        typer.Option("--resume", help="Go on with an interrupted search in the folder, or begin a new one."),
    ] = False,
    recover: Annotated[
        int | None,
        typer.Option(
            metavar="RECORDS",
            help="Instead: fit so many synthetic records, made at the scenario's own numbers, and count how often "
            "intervals hold them.",
        ),
    ] = None,
    out: Out = None,
    workers: Workers = None,
    engine: EngineName = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Fit numbers of a scenario to published series by simulated moments, and say how sure they are."""
    from wargame.cli.calibration_runs import Request, play, play_recovery

    request = Request(file=file, resume=resume, records=recover, out=out, workers=workers, engine=engine)
    run = play if recover is None else play_recovery
    run(request, quiet=quiet, as_json=as_json)


@app.command()
@reports_errors
def backtest(
    evidence: Annotated[
        str,
        typer.Option(
            metavar="FILE",
            help="Name of published series that come with the package, or path of a YAML file.",
        ),
    ] = "korea",
    series: Annotated[str, typer.Option(help="Which of its series is forecast: counts.")] = "launch_days",
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PERIOD",
            help="The last period that forecasters know, such as 2017Q4; each is followed up to the next. Repeatable. "
            "[default: 2017Q4, 2019Q4, 2021Q4, 2023Q4]",
        ),
    ] = None,
    out: Out = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Forecast a published count series from several origins, and compare the regime process with simpler ones."""
    from wargame.cli.backtest_runs import Request, play

    request = Request(
        evidence=evidence,
        series=series,
        origins=tuple(origin or ("2017Q4", "2019Q4", "2021Q4", "2023Q4")),
        out=out,
    )
    play(request, quiet=quiet, as_json=as_json)
