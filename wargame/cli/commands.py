"""The commands. Whatever is slow to load is imported where it is used: `wargame --help` must not wait for it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from wargame import __version__
from wargame.cli.errors import reports_errors
from wargame.cli.options import (
    Changes,
    EngineName,
    Figures,
    Json,
    Orders,
    Out,
    Quiet,
    RunFolder,
    ScenarioName,
    Seed,
    WhichEpisode,
)

__all__ = ["app"]

app = typer.Typer(
    help="Strategic wargames among states, played by agents, thousands of times.",
    epilog="SCENARIO is the name of one that comes with the package (see `wargame list`) or the path of a YAML file.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wargame {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Strategic wargames among states, played by agents, thousands of times."""


RunWorkers = Annotated[
    int | None,
    typer.Option(
        help="Threads (batch) or processes (mesa); results do not depend on it [default: all processors, "
        "where that pays]"
    ),
]
RunUncertain = Annotated[
    bool,
    typer.Option(
        "--uncertain",
        help="Draw every parameter that has a distribution, for each episode; not those of --set.",
    ),
]
DaskWhere = Annotated[
    str | None,
    typer.Option(
        metavar="WHERE",
        help="Play on Dask's workers: tcp://HOST:PORT of a scheduler, or local:N for N processes here.",
    ),
]
RunResume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Go on with an interrupted run in the folder, or make a finished one longer; a new one if none is "
        "there.",
    ),
]
RunUntil = Annotated[
    str | None,
    typer.Option(
        metavar='"NAME +/- X"',
        help='Instead of -n: play on until an interval is that narrow, such as "war +/- 0.002".',
    ),
]
RunMost = Annotated[
    int | None, typer.Option("--most", help="With --until: at most so many episodes [default: 1000000]")
]
NoEpisodes = Annotated[
    bool,
    typer.Option(
        "--no-episodes", help="Keep no table of episodes, only what they add up to: for millions of them."
    ),
]
Sample = Annotated[
    int,
    typer.Option(
        metavar="N",
        help="Keep the whole course of the first N episodes: what `wargame analyse` reads for paths, responses "
        "and trajectories by outcome.",
    ),
]


@app.command()
@reports_errors
def run(
    scenario: ScenarioName,
    episodes: Annotated[int, typer.Option("-n", "--episodes", help="How many episodes to play.")] = 1000,
    seed: Seed = 1,
    changes: Changes = None,
    orders: Orders = None,
    uncertain: RunUncertain = False,
    out: Out = None,
    workers: RunWorkers = None,
    engine: EngineName = "auto",
    dask: DaskWhere = None,
    resume: RunResume = False,
    until: RunUntil = None,
    most: RunMost = None,
    no_episodes: NoEpisodes = False,
    sample: Sample = 32,
    figures: Figures = True,
    quiet: Quiet = False,
    as_json: Json = False,
) -> None:
    """Play a scenario many times: tables, figures and a summary."""
    from wargame.cli.running import Request, play

    request = Request(
        scenario=scenario,
        episodes=episodes,
        seed=seed,
        changes=tuple(changes or ()),
        orders=tuple(orders or ()),
        uncertain=uncertain,
        out=out,
        workers=workers,
        engine=engine,
        dask=dask,
        resume=resume,
        until=until,
        most=most,
        keep_episodes=not no_episodes,
        sample=sample,
        figures=figures,
    )
    play(request, quiet=quiet, as_json=as_json)


@app.command()
@reports_errors
def inspect(
    scenario: ScenarioName,
    parts: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PART]...",
            help="Show in full: an actor, state, parameters, definitions, rules, chance, calendar, outcomes, metrics "
            "or all. With --rules: the blocks to show.",
        ),
    ] = None,
    changes: Changes = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="Show the code that is played, with lines of the file.")
    ] = False,
) -> None:
    """Say what a scenario plays, and what its numbers rest on. Nothing is simulated."""
    from wargame.cli.arguments import changed
    from wargame.cli.screen import show
    from wargame.scenario.loading import load

    loaded = changed(load(scenario), changes or ())
    if rules:
        from wargame.report.code import code

        show(code(loaded, parts or ()), wrap=False)
    else:
        from wargame.report.overview import overview

        show(overview(loaded, parts or ()))


@app.command(name="list")
@reports_errors
def list_scenarios() -> None:
    """List the scenarios that come with the package."""
    from wargame.cli.screen import scenario_list, show
    from wargame.scenario.loading import available_scenarios, load

    show(scenario_list({name: load(path).title for name, path in available_scenarios().items()}))


@app.command()
@reports_errors
def replay(
    folder: RunFolder,
    episode: WhichEpisode,
    turns: Annotated[
        str | None, typer.Option(metavar="FIRST..LAST", help="Only these turns: 3, 3..5 or 2026Q1..2026Q4.")
    ] = None,
    actor: Annotated[str | None, typer.Option(help="Only this actor's decisions.")] = None,
    brief: Annotated[bool, typer.Option("--brief", help="What was done, without the reasoning.")] = False,
    terms: Annotated[bool, typer.Option("--terms", help="Every term of every score.")] = False,
) -> None:
    """Tell one episode of a run as a story, with each actor's reasoning."""
    from wargame.cli.replaying import tell

    tell(folder, episode, turns=turns, actor=actor, brief=brief, terms=terms)


@app.command(name="verify-classics")
@reports_errors
def verify_classics(
    models: Annotated[
        list[str] | None, typer.Argument(metavar="[MODEL]...", help="Published models [default: all].")
    ] = None,
    episodes: Annotated[
        int | None,
        typer.Option("-n", "--episodes", min=100, help="Episodes of each run [default: as its file says]."),
    ] = None,
    engine: Annotated[Literal["auto", "mesa", "batch"], typer.Option(help="Which engine plays.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print the table as JSON.")] = False,
) -> None:
    """Play published models and compare with their known answers; leaves with 1 if one is not met."""
    from wargame.cli.known_answers import verify

    verify(models or (), episodes=episodes, engine=engine, as_json=as_json)


@app.command()
@reports_errors
def verify(
    folder: RunFolder,
    episodes: Annotated[
        int, typer.Option("-n", "--episodes", help="How many episodes to play again on the Mesa engine.")
    ] = 20,
) -> None:
    """Check that a run's files are what was written, and that its episodes can be played again, bit for bit."""
    from wargame.cli.verifying import check

    check(folder, episodes)


@app.command()
@reports_errors
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""

    from wargame.cli.screen import print_json
    from wargame.scenario.json_schema import json_schema

    print_json(json_schema())
