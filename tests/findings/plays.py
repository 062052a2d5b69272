"""Everything that is played for docs/korea-findings.md, and nothing else: about five minutes of one processor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

import wargame
from wargame.analysis.correlations import low_and_high, partial_rank_correlations
from wargame.analysis.distance import distance_over_points, distance_table
from wargame.analysis.ensembles import ensemble_of_run
from wargame.analysis.paired_spread import paired_spread
from wargame.experiment.designs import Design, axes_of, latin_hypercube
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import Experiment, load_experiment, loads_experiment
from wargame.scenario.constants import value_of
from wargame.scenario.scenario import Scenario

SCENARIO = "korea-2025"
POINTS, AT_A_POINT = 60, 200
BASELINE = 100_000
EPISODES_OF_A_LINE = 5_000
POINTS_OF_A_LINE = 40
EPISODES_OF_A_THRESHOLD = 10_000
EPISODES_OF_A_WAR_SCALE = 50_000
WAR_SCALES = (0.3, 1.0, 3.0)
UNKNOWN_EPISODES = 60_000
DRIVEN = ("war", "rupture", "korean_bomb", "modernized_alliance", "imposed_realignment")
"""The outcomes of which it is asked which numbers drive them."""
SPAN = "2026Q1..2027Q4"
"""Two years in which an actor is held to one line."""

WITH_ARMS = (
    "realign-or-hold",
    "wider-role",
    "collective-defence",
    "spending-paths",
    "coercion-or-courtship",
    "dialogue",
    "two-theatres",
    "own-deterrent",
)
THRESHOLDS = (
    "rupture_trust",
    "rupture_troops",
    "wide_role",
    "wide_use",
    "given_consent",
    "kept_trust",
    "cut_counted",
    "programme_counted",
    "calm_tension",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """One experiment with arms: as its file says, and over what is not known.

    `differences` is the table of the file's own episodes; `over` has `arm`, `kind`, `name`, `points`, `range_low`,
    `range_high` (nine points in ten), and `mean` with `low` and `high`, whose unit is the point.
    """

    differences: pd.DataFrame
    over: pd.DataFrame


@dataclass(frozen=True, kw_only=True, eq=False)
class Played:
    """All that the page is made of, as tables.

    `baseline` are the outcome shares at the central values and `crossed` the alliance and security result of each of
    these episodes; `spread` is that of the sample of what is not known; `theories` the tables of each arm at the
    `combinations` of contested switches; `lines` every main effort held for two years, `distances` how far each moves
    outcomes; `thresholds` outcome shares by threshold and factor; `wars` the episodes by `war_scale`; `drivers`, for
    each outcome of DRIVEN, how it goes with each number that has a range.
    """

    answered: Mapping[str, Answered]
    baseline: pd.DataFrame
    crossed: pd.DataFrame
    spread: pd.DataFrame
    theories: Mapping[str, pd.DataFrame]
    combinations: pd.DataFrame
    lines: Answered
    distances: pd.DataFrame
    thresholds: Mapping[tuple[str, float], pd.DataFrame]
    wars: Mapping[float, pd.DataFrame]
    drivers: Mapping[str, pd.DataFrame]


def play() -> Played:
    """Play everything."""
    scenario = wargame.load(SCENARIO)
    design = latin_hypercube(axes_of(scenario), POINTS, 1)
    fewer = latin_hypercube(axes_of(scenario), POINTS_OF_A_LINE, 1)
    lines, distances = play_lines(scenario, fewer)
    baseline = wargame.simulate(scenario, episodes=BASELINE, seed=1, progress=False)
    theories = wargame.experiment("which-theory", progress=False).sweeps
    unknown = wargame.experiment("what-would-have-to-be-true", progress=False).sweeps
    return Played(
        answered={name: answered(load_experiment(name), design) for name in WITH_ARMS},
        baseline=baseline.outcomes(),
        crossed=baseline.columns("metric.alliance_result", "metric.security_result"),
        spread=next(iter(unknown.values())).spread(),
        theories={name: sweep.table for name, sweep in theories.items()},
        combinations=next(iter(theories.values())).points,
        lines=lines,
        distances=distances,
        thresholds=dict(play_thresholds(scenario)),
        wars=dict(play_wars(scenario)),
        drivers=play_drivers(scenario),
    )


def answered(experiment: Experiment, design: Design) -> Answered:
    """Play an experiment as its file says, and at the points of the design."""
    found = wargame.experiment(experiment, progress=False)
    return Answered(differences=found.comparison.differences, over=over(at_points(experiment, design)))


def at_points(experiment: Experiment, design: Design) -> ExperimentResults:
    """The same arms at the points of a design."""
    return wargame.experiment(replace(experiment, design=design, episodes=AT_A_POINT), progress=False)


def play_wars(scenario: Scenario) -> Iterator[tuple[float, pd.DataFrame]]:
    """Episodes with the stated low, centre and high scale of war."""
    for scale in WAR_SCALES:
        changed = scenario.with_({"war_scale": scale})
        found = wargame.simulate(changed, episodes=EPISODES_OF_A_WAR_SCALE, seed=1, progress=False)
        yield scale, found.columns("outcome", "length")


def play_drivers(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """For each outcome the numbers with a range, the strongest first.

    Each episode draws every number anew. The tables join `partial_rank_correlations` and `low_and_high`.
    """
    run = wargame.simulate(scenario, episodes=UNKNOWN_EPISODES, seed=1, uncertain=True, progress=False)
    ensemble = ensemble_of_run(run)
    tables = {}
    for name in DRIVEN:
        observed = ensemble.observed(name)
        swings = low_and_high(observed)[
            ["parameter", "at_low", "at_high", "swing", "swing_low", "swing_high"]
        ]
        tables[name] = partial_rank_correlations(observed).merge(
            swings, on="parameter", validate="one_to_one"
        )
    return tables


def over(found: ExperimentResults) -> pd.DataFrame:
    """How far the differences range over the points: see `Answered`.

    Of outcomes chance is taken out of the range (`paired_spread`); of metrics it is the quantiles of the points'
    differences, with the chance of 200 paired episodes in it.
    """
    baseline = found.sweeps[found.experiment.baseline]
    means = found.comparison.differences.set_index(["arm", "kind", "name"])
    rows: list[dict[str, Any]] = []
    for arm, sweep in found.sweeps.items():
        if sweep is baseline:
            continue
        ranges = paired_spread(sweep.outcomes, baseline.outcomes, sweep.outcome_names).set_index("name")
        both = sweep.table.merge(
            baseline.table, on=["point", "kind", "name"], suffixes=("", "_base"), validate="one_to_one"
        )
        gaps = both.assign(gap=both["value"] - both["value_base"]).dropna(subset=["gap"])
        for (kind, name), group in gaps.groupby(["kind", "name"], sort=False):
            low, high = group["gap"].quantile([0.05, 0.95])
            mean = means.loc[(arm, kind, name)]
            row = {"mean": mean["difference"], "low": mean["low"], "high": mean["high"]}
            if kind == "outcome":
                found_range = ranges.loc[name]
                low, high = found_range["range_low"], found_range["range_high"]
                row = {key: found_range[key] for key in ("mean", "low", "high")}
            rows.append(
                {
                    "arm": arm,
                    "kind": kind,
                    "name": name,
                    "points": len(group),
                    "range_low": low,
                    "range_high": high,
                    **row,
                }
            )
    return pd.DataFrame(rows)


def play_lines(scenario: Scenario, design: Design) -> tuple[Answered, pd.DataFrame]:
    """Every main effort held for two years, and how far outcomes are from those of the capitals' own rules.

    The second table has the columns of `distance_table`, and the range over what is not known as `range_low` to
    `range_high`.
    """
    found = wargame.experiment(every_line(scenario), progress=False)
    elsewhere = at_points(found.experiment, design)
    base = found.experiment.baseline
    arms = {name: results.episodes for name, results in found.arms.items() if name != base}
    central = distance_table(arms, found.arms[base].episodes)
    points = {name: elsewhere.sweeps[name].outcomes for name in arms}
    ranges = distance_over_points(points, elsewhere.sweeps[base].outcomes)[["arm", "range_low", "range_high"]]
    lines = Answered(differences=found.comparison.differences, over=over(elsewhere))
    return lines, central.merge(ranges, on="arm", validate="one_to_one")


def every_line(scenario: Scenario) -> Experiment:
    """The experiment in which each capital in turn is held to each of its main efforts."""
    text = [
        "name: every-line",
        f"scenario: {SCENARIO}",
        "question: Which main effort of whom, held for two years, moves outcomes most?",
        "hypothesis: None was stated beforehand.",
        f"episodes: {EPISODES_OF_A_LINE}",
        "arms:",
        "  as_decided: {label: As the capitals decide}",
    ]
    for actor in scenario.actors.values():
        for policy in actor.policies:
            text.append(f'  {actor.name}-{policy}: {{orders: ["{actor.name}={policy}@{SPAN}"]}}')
    return loads_experiment("\n".join(text) + "\n", scenario=scenario)


def play_thresholds(scenario: Scenario) -> Iterator[tuple[tuple[str, float], pd.DataFrame]]:
    """Outcome shares with each threshold a fifth lower and a fifth higher, the same draws in all."""

    def shares(changes: Mapping[str, Any]) -> pd.DataFrame:
        changed = scenario.with_(dict(changes)) if changes else scenario
        return wargame.simulate(changed, episodes=EPISODES_OF_A_THRESHOLD, seed=1, progress=False).outcomes()

    known = known_values(scenario)
    yield ("", 1.0), shares({})
    for name in THRESHOLDS:
        central = known[name]
        for factor in (0.8, 1.2):
            yield (name, factor), shares({name: round(factor * central, 12)})


def known_values(scenario: Scenario) -> dict[str, float]:
    """The central values of all parameters, computed ones included."""
    known: dict[str, float] = {}
    for parameter in scenario.parameters.values():
        found = value_of(parameter.value.tree, known)
        if found is not None:
            known[parameter.name] = found
    return known
