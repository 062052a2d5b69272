"""`wargame replay`: one episode of a run as a story."""

from __future__ import annotations

from pathlib import Path

import typer

from wargame.cli.arguments import turn_span
from wargame.cli.screen import show
from wargame.engine.model import WargameModel
from wargame.experiment.results import Results, read
from wargame.experiment.run import replay
from wargame.report.story import story

__all__ = ["tell"]


def tell(
    folder: Path, episode: int, *, turns: str | None, actor: str | None, brief: bool, terms: bool
) -> None:
    """Read the run, play the episode again, check that it is the same, and print its story."""
    results = read(folder)
    model = replay(results, episode)
    span = turn_span(model.declared, turns)
    told = story(model, turns=span, actor=actor, brief=brief, terms=terms)
    show(told)
    _compare(results, model)


def _compare(results: Results, model: WargameModel) -> None:
    """Say so if this version of the package plays the episode differently from the one that made the run.

    A run that kept no episodes has nothing to compare with.
    """
    if not results.keeps_episodes:
        return
    episodes = results.episodes
    row = episodes[episodes["episode"] == model.episode].iloc[0]
    recorded = None if row["outcome"] != row["outcome"] else str(row["outcome"])
    if recorded != model.outcome or int(row["length"]) != (
        model.failure.turn if model.failure is not None else model.length
    ):
        typer.secho("warning: ", fg="yellow", bold=True, nl=False, err=True)
        typer.echo(
            f"the run recorded another course of this episode: {recorded or 'a failure'} after {int(row['length'])} "
            f"turns. It was made by version {results.manifest.get('wargame', 'unknown')}; the rules have changed.",
            err=True,
        )
