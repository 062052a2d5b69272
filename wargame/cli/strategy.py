"""The commands that ask whether strategy matters; they join those of `commands`."""

from __future__ import annotations

from typing import Annotated

import typer

from wargame.cli.commands import app
from wargame.cli.errors import reports_errors
from wargame.cli.options import (
    Changes,
    EngineName,
    Figures,
    FileSeed,
    Json,
    Out,
    Points,
    Quiet,
    ScenarioName,
    Seed,
    Uncertain,
    Workers,
)

__all__: list[str] = []


@app.command()
@reports_errors
def knockouts(
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="Name of a knock-out file (korea), or path of a YAML file."),
    ],
    episodes: Annotated[
        int | None,
        typer.Option("-n", "--episodes", help="Episodes of each arm, or at each point [default: the file's]"),
    ] = None,
    seed: FileSeed = None,
    lhs: Points = None,
    out: Out = None,
    workers: Workers = None,
    engine: EngineName = "auto",
    figures: Figures = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Switch off one mechanism after the other, and test whether each moves what it is said to move."""
    from wargame.cli.knocking_out import Request, play

    request = Request(
        file=file,
        episodes=episodes,
        seed=seed,
        points=lhs,
        out=out,
        workers=workers,
        engine=engine,
        figures=figures,
    )
    play(request, quiet=quiet, as_json=as_json)


@app.command(name="null-players")
@reports_errors
def null_players(
    scenario: ScenarioName,
    hold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACTOR=POLICY",
            help="What an actor plays when it holds [default: hold or wait, or what it played before]. Repeatable.",
        ),
    ] = None,
    episodes: Annotated[
        int, typer.Option("-n", "--episodes", help="Episodes of each arm, or at each point.")
    ] = 20_000,
    seed: Seed = 1,
    changes: Changes = None,
    uncertain: Uncertain = False,
    lhs: Points = None,
    out: Out = None,
    workers: Workers = None,
    engine: EngineName = "auto",
    figures: Figures = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Replace each actor by one who tosses coins and by one who never moves: how far do outcomes move?"""
    from wargame.cli.null_playing import Request, play

    request = Request(
        scenario=scenario,
        holds=tuple(hold or ()),
        episodes=episodes,
        seed=seed,
        changes=tuple(changes or ()),
        uncertain=uncertain,
        points=lhs,
        out=out,
        workers=workers,
        engine=engine,
        figures=figures,
    )
    play(request, quiet=quiet, as_json=as_json)


@app.command()
@reports_errors
def regret(
    scenario: ScenarioName,
    actor: Annotated[
        list[str] | None, typer.Option(metavar="ACTOR", help="Only this actor. Repeatable.")
    ] = None,
    episodes: Annotated[
        int, typer.Option("-n", "--episodes", help="Episodes of each fixed policy.")
    ] = 10_000,
    decisions: Annotated[
        int, typer.Option(help="Decisions that are sampled for the best reply; 0 for none.")
    ] = 100,
    futures: Annotated[
        int, typer.Option(help="Futures of each policy at a decision: more find the best reply more surely.")
    ] = 200,
    seed: Seed = 1,
    changes: Changes = None,
    uncertain: Uncertain = False,
    out: Out = None,
    workers: Workers = None,
    engine: EngineName = "auto",
    figures: Figures = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """What each actor loses by its own rule: against the best fixed policy, and at single decisions."""
    from wargame.cli.regretting import Request, play

    request = Request(
        scenario=scenario,
        actors=tuple(actor or ()),
        episodes=episodes,
        decisions=decisions,
        futures=futures,
        seed=seed,
        changes=tuple(changes or ()),
        uncertain=uncertain,
        out=out,
        workers=workers,
        engine=engine,
        figures=figures,
    )
    play(request, quiet=quiet, as_json=as_json)
