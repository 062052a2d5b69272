"""Knock-outs: an experiment whose arms each switch one mechanism off, and say what that must move."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import Experiment, available_experiments, load_experiment, loads_experiment
from wargame.scenario.errors import Problem, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["available_knockouts", "knockout_table", "load_knockouts", "with_points"]

FOLDER = "knockouts"


def available_knockouts() -> dict[str, Path]:
    """The knock-out files that come with the package, by name."""
    return available_experiments(FOLDER)


def load_knockouts(name_or_path: str | Path) -> Experiment:
    """Load an experiment whose arms, all but the baseline, say under `moves` what they must move.

    Raises ScenarioError, with file, line and remedy, for whatever is wrong in it, and for an arm without `moves`.
    """
    found = load_experiment(name_or_path, folder=FOLDER)
    problems = [
        _silent(found, name) for name, arm in found.arms.items() if name != found.baseline and not arm.moves
    ]
    if problems:
        raise ScenarioError(problems)
    if len(found.arms) < 2:
        raise ScenarioError(
            found.source.problem(
                ("arms",), "there is nothing to compare", remedy="add an arm that switches a mechanism off"
            )
        )
    return found


def _silent(found: Experiment, arm: str) -> Problem:
    return found.source.problem(
        ("arms", arm),
        f"arm {arm!r} does not say what it must move",
        allowed="moves: {NAME: lower}, or higher or either; NAME is an outcome, a metric or an actor",
        remedy="add `moves`, or play the file with `wargame experiment`",
    )


def knockout_table(results: ExperimentResults) -> pd.DataFrame:
    """What every arm moved of what it was said to move: see `wargame.analysis.knockouts.knockout_rows`.

    With a design the point is the unit, and `range_low` to `range_high` comes first: the range of the difference over
    nine points in ten, chance included. Without, `distance` tells how far the outcomes are from the baseline's (see
    `wargame.analysis.distance`). `table.attrs` has `level` and `together`, the level of the wider intervals.
    """
    from wargame.analysis.distance import distance_table
    from wargame.analysis.knockouts import knockout_rows

    asked = results.experiment
    moves = {name: arm.moves for name, arm in asked.arms.items() if arm.moves and name != asked.baseline}
    count = sum(len(stated) for stated in moves.values())
    wide = 1 - (1 - results.level) / count
    table = knockout_rows(
        results.comparison.differences, results.compare(level=wide).differences, _spreads(results), moves
    )
    if results.arms:
        base = results.arms[asked.baseline].episodes
        distances = distance_table({name: results.arms[name].episodes for name in moves}, base)
        columns = {"distance": "distance", "low": "distance_low", "high": "distance_high"}
        named = distances.set_index("arm")[list(columns)].rename(columns=columns)
        table = table.join(named, on="arm")
    else:
        table = _with_ranges(results, table)
    table.attrs = {"level": results.level, "together": wide}
    return table


def _spreads(results: ExperimentResults) -> pd.DataFrame:
    """The standard deviation of one episode of the baseline: `kind`, `name`, `sd`."""
    import pandas as pd

    baseline = results.experiment.baseline
    if results.sweeps:
        table = results.sweeps[baseline].table
        squares = table.assign(sd=table["sd"] ** 2).groupby(["kind", "name"], sort=False)["sd"].mean()
        return squares.pow(0.5).reset_index()
    arm = results.arms[baseline]
    shares = arm.outcomes()[["outcome", "share"]]
    outcomes = pd.DataFrame(
        {"kind": "outcome", "name": shares["outcome"], "sd": (shares["share"] * (1 - shares["share"])) ** 0.5}
    )
    metrics = arm.metrics().rename(columns={"metric": "name"}).assign(kind="metric")
    payoffs = arm.payoffs().rename(columns={"actor": "name"}).assign(kind="payoff")
    columns = ["kind", "name", "sd"]
    return pd.concat([outcomes, metrics[columns], payoffs[columns]], ignore_index=True)


def _with_ranges(results: ExperimentResults, table: pd.DataFrame) -> pd.DataFrame:
    """The range of each row's difference over the points, and the share of points at which it has the stated sign."""
    base = results.sweeps[results.experiment.baseline].table
    ranges = []
    for row in table.itertuples():
        arm = results.sweeps[str(row.arm)].table
        keys = (arm["kind"] == row.kind) & (arm["name"] == row.name)
        gaps = (arm[keys].set_index("point")["value"] - base[keys].set_index("point")["value"]).dropna()
        sign = {"lower": gaps < 0, "higher": gaps > 0, "either": gaps != 0}[str(row.stated)]
        ranges.append((gaps.quantile(0.05), gaps.quantile(0.95), sign.mean()))
    low, high, sign = zip(*ranges, strict=True)
    return table.assign(range_low=low, range_high=high, points_as_stated=sign)


def with_points(found: Experiment, points: int) -> Experiment:
    """The same at the points of a Latin hypercube over what is not known, in the place of whatever design it had."""
    data = {key: value for key, value in found.source.data.items() if key not in ("uncertain", "until")}
    # JSON is YAML: what is played can be kept and read again like any experiment.
    text = json.dumps({**data, "design": {"lhs": points}}, indent=1)
    return loads_experiment(text, file=found.source.file, scenario=found.scenario)
