"""`wargame verify-classics`: published models played again, each known answer beside what was found."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import typer
from rich.console import Console, RenderableType
from rich.text import Text

from wargame.cli.screen import print_json, progress_is_shown, show
from wargame.experiment.engines import Engine
from wargame.experiment.expected import Shown, read_models
from wargame.experiment.known_answers import SEED, Verdict, Verification
from wargame.report.page import grid, heading, line

__all__ = ["verify"]

MISSED = 1
"""The exit code if a known answer is not met."""


def verify(names: Sequence[str], *, episodes: int | None, engine: Engine, as_json: bool) -> None:
    """Play the models and print a table of each as soon as it is played; leave with 1 if an answer is not met."""
    models = read_models(names)
    verdicts: list[Verdict] = []
    shows = progress_is_shown(as_json)
    for model in models:
        with Console(stderr=True).status(f"{model.name} ...") if shows else nullcontext():
            these = list(Verification(model=model, episodes=episodes, engine=engine).verdicts())
        verdicts += these
        if not as_json:
            show(heading(model.name), line((model.source, "dim")), _table(these))
    if as_json:
        print_json(_as_json(verdicts))
    else:
        show(line(""), _conclusion(verdicts))
    if not all(verdict.holds for verdict in verdicts):
        raise typer.Exit(MISSED)


def _table(verdicts: Sequence[Verdict]) -> RenderableType:
    table = grid("row", "class!", "known>!", "found>!", "n>!", "off by>!", "verdict!")
    for verdict in verdicts:
        row, found = verdict.row, verdict.found
        table.add_row(
            Text(row.label),
            Text(row.shown),
            Text(_number(row.value)),
            Text("" if found is None else _number(found.value)),
            Text("" if found is None else f"{found.n:,}"),
            Text(_deviation(verdict)),
            _verdict(verdict),
        )
    return table


def _number(value: float) -> str:
    return f"{value:.6g}"


def _deviation(verdict: Verdict) -> str:
    """In standard errors, or in plain numbers where there is no chance."""
    if verdict.difference is None:
        return ""
    if verdict.standard_errors is not None:
        return f"{verdict.standard_errors:+.1f} se"
    return f"{verdict.difference:.0e}" if verdict.difference else "0"


def _verdict(verdict: Verdict) -> Text:
    if verdict.found is None:
        return Text("not played", style="dim")
    if not verdict.holds:
        return Text("MISSED", style="bold red")
    if not verdict.told_apart:
        return Text("too few", style="yellow")
    return Text("differs" if verdict.row.shown is Shown.CONTRAST else "holds", style="green")


def _conclusion(verdicts: Sequence[Verdict]) -> RenderableType:
    played = [verdict for verdict in verdicts if verdict.found is not None]
    missed = sum(not verdict.holds for verdict in played)
    unclear = sum(not verdict.told_apart for verdict in played)
    parts = [
        f"{len(played) - missed} of {len(played)} known answers are met",
        f"{len(verdicts) - len(played)} are side numbers that no play shows",
    ]
    if unclear:
        parts.append(f"{unclear} contrasts need more episodes to be told from the right answer")
    return line((f"{'; '.join(parts)}. Seed {SEED}.", "bold red" if missed else "bold"))


def _as_json(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "seed": SEED,
        "missed": sum(not verdict.holds for verdict in verdicts),
        "rows": [
            {
                "model": verdict.model,
                "label": verdict.row.label,
                "class": verdict.row.shown.value,
                "expected": verdict.row.value,
                "found": None if verdict.found is None else verdict.found.value,
                "n": None if verdict.found is None else verdict.found.n,
                "difference": verdict.difference,
                "standard_errors": verdict.standard_errors,
                "holds": None if verdict.found is None else verdict.holds,
                "told_apart": verdict.told_apart,
                "reason": verdict.row.reason,
            }
            for verdict in verdicts
        ],
    }
