"""`wargame regret`: what each actor loses by its own rule, over an episode and at single decisions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.console import RenderableType
from rich.padding import Padding

from wargame.analysis.regret import best_fixed_table, decision_regret_table, fixed_policy_table
from wargame.cli.arguments import changed
from wargame.cli.screen import progress_is_shown
from wargame.cli.strategy_output import Output
from wargame.cli.tables import records
from wargame.experiment.arms import experiment
from wargame.experiment.deviations import BASELINE, deviations, fixed_policies, fixed_policy_names
from wargame.experiment.engines import Engine
from wargame.report.page import grid, heading, line
from wargame.report.wording import chance, number, short, signed
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

__all__ = ["Request", "play"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is asked about regret."""

    scenario: str
    actors: tuple[str, ...]
    episodes: int
    decisions: int
    futures: int
    seed: int
    changes: tuple[str, ...]
    uncertain: bool
    out: Path | None
    workers: int | None
    engine: Engine
    figures: bool


def play(request: Request, *, quiet: bool, as_json: bool) -> None:
    """Play the fixed policies and the sampled decisions, save the tables and print them."""
    scenario = changed(load(request.scenario), request.changes)
    names = fixed_policy_names(scenario, request.actors)
    begun = time.perf_counter()
    results = experiment(
        fixed_policies(
            scenario,
            request.actors,
            episodes=request.episodes,
            seed=request.seed,
            uncertain=request.uncertain,
        ),
        engine=request.engine,
        workers=request.workers,
        progress=progress_is_shown(quiet),
    )
    episodes = {name: results.arms[name].episodes for name in names}
    tables = {
        "fixed-policies": fixed_policy_table(results.comparison.differences, names),
        "best-fixed": best_fixed_table(episodes, results.arms[BASELINE].episodes, names),
    }
    if request.decisions:
        tables["decisions"] = _at_decisions(scenario, request, progress_is_shown(quiet))
    output = Output(
        results=results,
        folder=request.out or Path("results") / f"{scenario.name}-regret",
        tables=tables,
        seconds=time.perf_counter() - begun,
    )
    output.save()
    if request.figures:
        from wargame.plots.strategy_figures import regret_figures

        output.draw(regret_figures(scenario, tables["fixed-policies"], tables.get("decisions")))
    output.show(_summary(scenario, tables), quiet=quiet, as_json=as_json)


def _at_decisions(scenario: Scenario, request: Request, progress: bool) -> pd.DataFrame:
    found = deviations(
        scenario,
        request.actors,
        decisions=request.decisions,
        futures=request.futures,
        seed=request.seed,
        uncertain=request.uncertain,
        engine=request.engine,
        workers=request.workers,
        progress=progress,
    )
    return decision_regret_table(found.gains, found.policies)


def _summary(scenario: Scenario, tables: dict[str, pd.DataFrame]) -> Iterator[RenderableType]:
    yield heading("The best fixed policy against the own rule", level=2)
    shown = grid("actor", "best of its fixed policies", "gain>!", "95 % interval!", "own payoff>!", "n>!")
    for row in records(tables["best-fixed"]):
        owner = scenario.actors[str(row["actor"])]
        shown.add_row(
            owner.title,
            f"{short(owner.policies[str(row['policy'])].title)}  (of {row['policies']})",
            signed(float(row["gain"])),
            f"{signed(float(row['low']))} to {signed(float(row['high']))}",
            number(float(row["own"])),
            f"{row['n']:,}",
        )
    yield Padding(shown, (1, 0, 1, 2))
    if "decisions" in tables:
        yield from _decisions(scenario, tables["decisions"])
    yield line((NOTE, "italic"))


def _decisions(scenario: Scenario, table: pd.DataFrame) -> Iterator[RenderableType]:
    yield heading("Another policy on a single turn against the own rule", level=2)
    shown = grid(
        "actor",
        "regret>!",
        "95 % interval!",
        "better than a coin>!",
        "95 % interval!",
        "most often best",
        "n>!",
    )
    for row in records(table):
        actor, _, phase = str(row["actor"]).partition(".")
        owner = scenario.actors[actor]
        favourite = short(owner.policies[str(row["favourite"])].title)
        shown.add_row(
            f"{owner.title}, {phase}" if phase else owner.title,
            signed(float(row["regret"])),
            f"{signed(float(row['low']))} to {signed(float(row['high']))}",
            signed(float(row["over_coin"])),
            f"{signed(float(row['over_coin_low']))} to {signed(float(row['over_coin_high']))}",
            f"{favourite} {chance(float(row['favourite_share']))}",
            f"{row['decisions']:,}",
        )
    yield Padding(shown, (1, 0, 1, 2))


NOTE = (
    "Payoffs are points summed over the episode, and cannot be compared between actors. Fixed policies are ordered on "
    "every turn on which they are available; the others go on by their own rules. Below 0 the own rule beats all of "
    "them. On single turns, regret is what the policy that proves best would have given more than the own rule. That "
    "best reply is found knowing all that was private, and over the whole rest of the episode: an actor that looks "
    "less far ahead need not be wrong by its own lights. Intervals are for chance alone."
)
