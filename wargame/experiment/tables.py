"""Tables from a record: data frames for people and for the analysis."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.engine.block import BINS, Failure, Layout
from wargame.experiment.errors import EpisodesNotKept
from wargame.experiment.exact_sums import Moments
from wargame.experiment.histograms import means_from_sums, quantiles_from_histogram
from wargame.experiment.intervals import share_interval
from wargame.experiment.record import Aggregates, Record, Sample
from wargame.experiment.totals import Totals

__all__ = [
    "QUANTILES",
    "columns_table",
    "episode_table",
    "failure_table",
    "outcome_table",
    "policy_table",
    "sample_play_table",
    "sample_table",
    "summary_table",
    "trajectory_table",
]

QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
"""The quantiles that tables report, by the name of their column."""

FAILURE_COLUMNS = ["episode", "turn", "reason", "file", "line", "formula", "values", "text"]


def episode_table(layout: Layout, record: Record) -> pd.DataFrame:
    """One row per episode, in order; `outcome` is categorical, and missing where the episode failed."""
    episodes = record.episodes
    if episodes is None:
        raise EpisodesNotKept
    columns: dict[str, Any] = dict(episodes.columns(layout))
    columns["outcome"] = _endings(layout, episodes.outcome)
    texts = np.full(len(episodes), None, dtype=object)
    for failure in record.failures:
        texts[failure.episode - episodes.first] = str(failure)
    columns["failure"] = pd.array(texts, dtype="str")
    return pd.DataFrame(columns)


def columns_table(layout: Layout, columns: Mapping[str, NDArray[Any]]) -> pd.DataFrame:
    """Some columns of the table of episodes, as arrays by name, as `episode_table` has them."""
    return pd.DataFrame(
        {name: _endings(layout, values) if name == "outcome" else values for name, values in columns.items()}
    )


def _endings(layout: Layout, codes: NDArray[Any]) -> Any:
    return pd.Categorical.from_codes(codes.astype(np.int64), dtype=pd.CategoricalDtype(list(layout.outcomes)))


def outcome_table(layout: Layout, totals: Totals, level: float) -> pd.DataFrame:
    """The share of each outcome among the completed episodes, with its interval; in the scenario's order."""
    completed, hits = totals.completed, totals.outcomes
    intervals = [share_interval(n, completed, level) for n in hits]
    table = pd.DataFrame(
        {
            "outcome": list(layout.outcomes),
            "n": np.array(hits, dtype=np.int64),
            "share": [n / completed if completed else math.nan for n in hits],
            "low": [low for low, _ in intervals],
            "high": [high for _, high in intervals],
        }
    )
    table.attrs = {"completed": completed, "failed": totals.failed, "level": level}
    return table


def summary_table(
    kind: str,
    totals: Mapping[str, Moments],
    completed: int,
    numbers: Callable[[str], NDArray[np.float64]] | None,
    level: float,
) -> pd.DataFrame:
    """Numbers of the completed episodes, a row for each name: size, mean with interval, least, greatest, quantiles.

    Quantiles are of the `numbers` that a name has in the completed episodes, and missing without them: all else is in
    the totals. The interval is Student's for the mean of the values that are there; below two values there is none.
    Where every value is 0 or 1 the mean is a share, and has a share's interval: Student's would go below 0 or, for what
    never happened in this run, be certain of it.
    """
    rows = []
    for name, moments in totals.items():
        row: dict[str, Any] = {kind: name, "n": moments.n, "missing": completed - moments.n}
        low, high = moments.interval(level)
        row |= {"mean": moments.mean, "sd": moments.sd, "low": low, "high": high}
        row |= {"min": moments.least, "max": moments.greatest}
        rows.append(row | _quantiles(None if numbers is None else numbers(name)))
    names_of_columns = [kind, "n", "missing", "mean", "sd", "low", "high", "min", "max", *QUANTILES]
    table = pd.DataFrame(rows, columns=names_of_columns)
    table.attrs = {"level": level}
    return table


def _quantiles(values: NDArray[np.float64] | None) -> dict[str, float]:
    present = values[~np.isnan(values)] if values is not None else np.empty(0)
    found = np.quantile(present, list(QUANTILES.values())) if len(present) else [math.nan] * len(QUANTILES)
    return {name: float(value) for name, value in zip(QUANTILES, found, strict=True)}


def trajectory_table(layout: Layout, aggregates: Aggregates) -> pd.DataFrame:
    """Every variable at the end of every turn (turn -1: as dealt), after `Results.trajectories`."""
    variables, points = layout.variables, layout.horizon + 1
    low = np.array([variable.low for variable in variables], dtype=np.float64)
    high = np.array([variable.high for variable in variables], dtype=np.float64)
    completed = int(aggregates.running[0])
    means = means_from_sums(aggregates.sums, completed, low, high)
    quantiles = quantiles_from_histogram(aggregates.histogram, low, high, list(QUANTILES.values()), means)
    columns: dict[str, Any] = {
        "turn": np.repeat(np.arange(-1, layout.horizon), len(variables)),
        "variable": [variable.name for variable in variables] * points,
        "running": np.repeat(aggregates.running, len(variables)),
        "n": np.full(points * len(variables), completed),
        "mean": means.ravel(),
    }
    columns |= {name: quantiles[..., position].ravel() for position, name in enumerate(QUANTILES)}
    table = pd.DataFrame(columns)
    table.attrs = {"resolution": {item.name: (item.high - item.low) / BINS for item in variables}}
    return table


def policy_table(layout: Layout, aggregates: Aggregates) -> pd.DataFrame:
    """How many of the episodes that played a turn played each policy on it."""
    actors, policies = _split(layout.policies)
    turns = layout.horizon
    playing = np.repeat(aggregates.running[1:], len(policies))
    n = aggregates.policy_turns.ravel()
    share = np.divide(n, playing, out=np.full(len(n), np.nan), where=playing > 0)
    return pd.DataFrame(
        {
            "turn": np.repeat(np.arange(turns), len(policies)),
            "actor": actors * turns,
            "policy": policies * turns,
            "n": n,
            "share": share,
            "running": playing,
        }
    )


def sample_table(layout: Layout, sample: Sample) -> pd.DataFrame:
    """The sampled episodes in full: one row per episode, turn (-1: as dealt) and variable."""
    points, variables = layout.horizon + 1, len(layout.variables)
    turns = np.tile(np.repeat(np.arange(-1, layout.horizon), variables), len(sample))
    length = np.repeat(sample.length, points * variables)
    return pd.DataFrame(
        {
            "episode": np.repeat(sample.index, points * variables),
            "turn": turns,
            "variable": [item.name for item in layout.variables] * (points * len(sample)),
            "value": sample.values.ravel(),
            "running": turns < length,
        }
    )


def sample_play_table(layout: Layout, sample: Sample) -> pd.DataFrame:
    """What was played in the sampled episodes: one row per episode, turn and policy played."""
    episode, turn, policy = np.nonzero(sample.plays)
    actors, policies = _split(layout.policies)
    return pd.DataFrame(
        {
            "episode": sample.index[episode],
            "turn": turn,
            "actor": np.array(actors, dtype=object)[policy],
            "policy": np.array(policies, dtype=object)[policy],
        }
    ).astype({"actor": "str", "policy": "str"})


def failure_table(failures: Iterable[Failure]) -> pd.DataFrame:
    """The episodes that could not be finished: where, on which turn, why and with which values (JSON)."""
    rows = [asdict(item) | {"values": json.dumps(item.values), "text": str(item)} for item in failures]
    table = pd.DataFrame(rows, columns=FAILURE_COLUMNS)
    texts = ("reason", "file", "formula", "values", "text")
    return table.astype({"episode": "int64", "turn": "int64", "line": "int64"} | dict.fromkeys(texts, "str"))


def _split(policies: Sequence[str]) -> tuple[list[str], list[str]]:
    """Full names `actor.policy` as actors and policies."""
    pairs = [name.split(".", 1) for name in policies]
    return [actor for actor, _ in pairs], [policy for _, policy in pairs]
