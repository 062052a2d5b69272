"""Arguments and options that several commands share. What one command alone asks for stands beside that command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = [
    "Changes",
    "EngineName",
    "Figures",
    "FileSeed",
    "Json",
    "Orders",
    "Out",
    "Points",
    "Quiet",
    "Resume",
    "RunFolder",
    "ScenarioName",
    "Seed",
    "Uncertain",
    "WhichEpisode",
    "Workers",
]

# ---- what is played ------------------------------------------------------------------------------

ScenarioName = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO", help="Name of a scenario (see `wargame list`), or path of a YAML file."
    ),
]
RunFolder = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the results of a run.")]
WhichEpisode = Annotated[
    int, typer.Argument(metavar="EPISODE", help="Number of the episode; the first is 0.")
]
Seed = Annotated[int, typer.Option(help="The seed: the same seed gives the same episodes.")]
FileSeed = Annotated[int | None, typer.Option(help="The seed [default: the file's]")]
Changes = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Change a value, such as parameters.cost=0.3. Repeatable."
    ),
]
Orders = Annotated[
    list[str] | None,
    typer.Option(
        "--order",
        metavar="ACTOR=POLICY@TURN",
        help="Force a policy on a turn or a span: washington=hold@2026Q1..2026Q4. Repeatable.",
    ),
]
Uncertain = Annotated[
    bool, typer.Option("--uncertain", help="Draw every parameter that has a distribution for each episode.")
]
Points = Annotated[
    int | None,
    typer.Option(
        "--lhs", help="Play all arms at so many points of a Latin hypercube over what is not known."
    ),
]

# ---- how it is played ----------------------------------------------------------------------------

EngineName = Annotated[
    Literal["auto", "mesa", "batch"],
    typer.Option(help="Which engine plays; results do not depend on it."),
]
Workers = Annotated[
    int | None, typer.Option(help="Threads; results do not depend on it [default: all processors]")
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on with what an interruption left in the folder, or begin."),
]

# ---- where it goes, and what is printed ----------------------------------------------------------

Out = Annotated[
    Path | None, typer.Option(metavar="FOLDER", help="Folder of the results [default: one under ./results]")
]
Figures = Annotated[bool, typer.Option(help="Draw figures into the folder.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print the folder and nothing else.")]
Json = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]
