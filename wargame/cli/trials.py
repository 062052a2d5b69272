"""The commands for comparing, sweeping and forking; they join those of `commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors
from wargame.cli.options import (
    Changes,
    EngineName,
    FileSeed,
    Json,
    Orders,
    Out,
    Quiet,
    Resume,
    RunFolder,
    ScenarioName,
    Seed,
    WhichEpisode,
    Workers,
)

__all__: list[str] = []

Until = Annotated[
    str | None,
    typer.Option(
        metavar='"NAME +/- X"',
        help='Play on until an interval is that narrow: "difference +/- 0.01", "difference war +/- 0.005" or '
        '"war +/- 0.002".',
    ),
]
Most = Annotated[
    int | None,
    typer.Option("--most", help="With --until: at most so many episodes [default: the file's]"),
]
Grid = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=LOW:HIGH:COUNT",
        help="A grid: parameters.cost=0:1:11, or cost=0,0.5,2. Repeatable: every combination is played.",
    ),
]
Lhs = Annotated[int | None, typer.Option(help="So many points of a Latin hypercube.")]
Sobol = Annotated[
    int | None,
    typer.Option(help="Saltelli's sample for Sobol indices; N (a power of 2) × (parameters + 2) points."),
]
Morris = Annotated[
    int | None, typer.Option(help="Morris' sample for elementary effects; N × (parameters + 1) points.")
]
Over = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[=LOW:HIGH]",
        help="The parameters of a sample, by default all that have a distribution. Repeatable.",
    ),
]


@app.command()
@reports_errors
def experiment(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="Name of an experiment (see `wargame experiments`), or path of a YAML file."
        ),
    ],
    episodes: Annotated[
        int | None, typer.Option("-n", "--episodes", help="Episodes of each arm [default: the file's]")
    ] = None,
    seed: FileSeed = None,
    until: Until = None,
    most: Most = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    engine: EngineName = "auto",
    figures: Annotated[bool, typer.Option(help="Draw the experiment's figure into the folder.")] = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Play the arms of an experiment with the same draws, and compare them."""
    from wargame.cli.experimenting import Request, play

    request = Request(
        file=file,
        episodes=episodes,
        seed=seed,
        until=until,
        most=most,
        out=out,
        resume=resume,
        workers=workers,
        engine=engine,
        figures=figures,
    )
    play(request, quiet=quiet, as_json=as_json)


@app.command(name="experiments")
@reports_errors
def list_experiments() -> None:
    """List the experiments that come with the package, with their questions."""
    from wargame.cli.screen import scenario_list, show
    from wargame.experiment.files import available_experiments, load_experiment

    show(scenario_list({name: load_experiment(name).question for name in available_experiments()}))


@app.command()
@reports_errors
def sweep(
    scenario: ScenarioName,
    grid: Grid = None,
    lhs: Lhs = None,
    sobol: Sobol = None,
    morris: Morris = None,
    over: Over = None,
    episodes: Annotated[int, typer.Option("-n", "--episodes", help="Episodes at each point.")] = 1000,
    seed: Seed = 1,
    changes: Changes = None,
    orders: Orders = None,
    out: Out = None,
    resume: Resume = False,
    workers: Workers = None,
    engine: EngineName = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Play a scenario at every point of a grid or a sample of its parameters: one tidy table."""
    from wargame.cli.sweeping import Request, play

    request = Request(
        scenario=scenario,
        axes=tuple(grid or ()),
        lhs=lhs,
        sobol=sobol,
        morris=morris,
        parameters=tuple(over or ()),
        episodes=episodes,
        seed=seed,
        changes=tuple(changes or ()),
        orders=tuple(orders or ()),
        out=out,
        resume=resume,
        workers=workers,
        engine=engine,
    )
    play(request, quiet=quiet, as_json=as_json)


@app.command()
@reports_errors
def fork(
    folder: RunFolder,
    episode: WhichEpisode,
    turn: Annotated[
        str, typer.Option(metavar="TURN", help="The turn from which on futures differ: 6 or 2027Q1.")
    ],
    futures: Annotated[int, typer.Option("-n", "--futures", help="How many futures to play.")] = 1000,
    changes: Changes = None,
    orders: Orders = None,
    out: Out = None,
    workers: Workers = None,
    engine: EngineName = "auto",
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Play many futures of one episode of a run, from a turn on; with changes and orders from there."""
    from wargame.cli.forking import Request, play

    request = Request(
        folder=folder,
        episode=episode,
        turn=turn,
        futures=futures,
        changes=tuple(changes or ()),
        orders=tuple(orders or ()),
        out=out,
        workers=workers,
        engine=engine,
    )
    play(request, quiet=quiet, as_json=as_json)
