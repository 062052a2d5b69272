"""Results under many assumptions, in one form: points of a sweep, or episodes that each drew their own parameters.

What drives a result can be asked of both. A point of a sweep has many episodes, an episode of a run with `--uncertain`
is a point with one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.refusals import NotForThis
from wargame.experiment.errors import ResultsError
from wargame.experiment.provenance import scenario_of
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.loading import loads

if TYPE_CHECKING:
    from wargame.experiment.results import Results
    from wargame.experiment.sweeps import Sweep
    from wargame.scenario.scenario import Scenario

__all__ = [
    "EXPERIMENT",
    "SWEEP",
    "Ensemble",
    "Observed",
    "ensemble_of_run",
    "ensemble_of_sweep",
    "read_ensemble",
]

SWEEP = "sweep.json"
EXPERIMENT = "experiment.json"
RUN = "manifest.json"
PARAMETER = "parameters."


@dataclass(frozen=True, kw_only=True, eq=False)
class Observed:
    """One result under many assumptions, row by row as they were played.

    `inputs` has a column for each number that is varied; `n` is how many episodes count in a row, `value` their share
    or mean (NaN where none counts), `is_share` which of the two. `is_stratified` says whether the rows are spread
    evenly over every number (a Latin hypercube), so that their quantiles are not left to chance.
    """

    name: str
    is_share: bool
    inputs: pd.DataFrame
    n: NDArray[np.float64]
    value: NDArray[np.float64]
    sd: NDArray[np.float64]
    is_stratified: bool = False

    def complete(self) -> Observed:
        """Without the rows that have no value."""
        kept = (self.n > 0) & np.isfinite(self.value)
        if kept.all():
            return self
        return replace(
            self,
            inputs=self.inputs[kept].reset_index(drop=True),
            n=self.n[kept],
            value=self.value[kept],
            sd=self.sd[kept],
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Ensemble:
    """Results under many assumptions.

    `kind` is that of the design (`grid`, `lhs`, `sobol`, `morris`) or `uncertain`; `inputs` has a row for each point or
    episode and a column for each number that is varied, by its full name; `names` are the results there are, by kind
    (outcome, metric, payoff); `table`, of a sweep, is its tidy table; `labels` is what people read for a name.
    """

    kind: str
    inputs: pd.DataFrame
    names: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    table: pd.DataFrame | None
    result: Callable[[str, str], tuple[Any, Any, Any]]

    @property
    def is_sample(self) -> bool:
        """Whether the rows are a random sample of what is not known."""
        return self.kind in ("lhs", "uncertain")

    @property
    def unit(self) -> str:
        """What a row is: an episode or a point."""
        return "episode" if self.kind == "uncertain" else "point"

    def observed(self, name: str) -> Observed:
        """One result by name: an outcome, a metric or an actor (its payoff). NotForThis for another name."""
        for kind, names in self.names.items():
            if name in names:
                n, value, sd = (np.asarray(one, dtype=np.float64) for one in self.result(kind, name))
                is_share = kind == "outcome"
                return Observed(
                    name=name,
                    is_share=is_share,
                    inputs=self.inputs,
                    n=n,
                    value=value,
                    sd=sd,
                    is_stratified=self.kind == "lhs",
                )
        known = [name for names in self.names.values() for name in names]
        remedy = did_you_mean(name, known) or f"name one of {join_names(known)}"
        raise NotForThis(f"there is no outcome, metric or actor {name!r}", remedy)


def ensemble_of_sweep(
    points: pd.DataFrame, table: pd.DataFrame, kind: str, labels: Mapping[str, str] | None = None
) -> Ensemble:
    """An ensemble from the two tables of a sweep: `points`, and the tidy one of results."""
    inputs = points.drop(columns="point")
    known = table[["kind", "name"]].drop_duplicates()
    names = {
        group: tuple(known.loc[known["kind"] == group, "name"]) for group in ("outcome", "metric", "payoff")
    }
    by_name = {key: rows.set_index("point") for key, rows in table.groupby(["kind", "name"], sort=False)}

    def result(kind: str, name: str) -> tuple[Any, Any, Any]:
        rows = by_name[kind, name].reindex(points["point"])
        return rows["n"].fillna(0.0), rows["value"], rows["sd"]

    return Ensemble(
        kind=kind, inputs=inputs, names=names, labels=dict(labels or {}), table=table, result=result
    )


def ensemble_of_run(results: Results) -> Ensemble:
    """An ensemble from a run in which every episode drew its parameters. NotForThis if none was drawn."""
    episodes = results.episodes
    drawn = [name for name in episodes.columns if name.startswith(PARAMETER)]
    if not drawn:
        raise NotForThis(
            "in this run nothing was varied: all its episodes have the same parameters",
            "Make a run with --uncertain, or a sweep (wargame sweep).",
        )
    labels = _labels(scenario_of(results.manifest))

    def result(kind: str, name: str) -> tuple[Any, Any, Any]:
        done = episodes["outcome"].notna().to_numpy()
        if kind == "outcome":
            value = np.where(done, episodes["outcome"].to_numpy() == name, np.nan).astype(np.float64)
        else:
            value = np.where(done, episodes[f"{kind}.{name}"].to_numpy(dtype=np.float64), np.nan)
        return (~np.isnan(value)).astype(np.float64), value, np.zeros(len(value))

    return Ensemble(
        kind="uncertain",
        inputs=episodes[drawn],
        names={
            "outcome": tuple(results.layout.outcomes),
            "metric": tuple(results.layout.metrics),
            "payoff": tuple(results.layout.actors),
        },
        labels=labels,
        table=None,
        result=result,
    )


def read_ensemble(directory: str | Path, arm: str | None = None) -> Ensemble:
    """An ensemble from a folder: of a sweep, of a run with `--uncertain`, or of an experiment with either.

    `arm` names one of an experiment's arms, by default its baseline. `ResultsError` for a folder that holds none of
    these, NotForThis if nothing was varied in it.
    """
    from wargame.experiment.results import read

    folder = Path(directory)
    if (folder / SWEEP).is_file():
        return _read_sweep(folder)
    if (folder / EXPERIMENT).is_file():
        return _read_arm(folder, arm)
    if (folder / RUN).is_file():
        return ensemble_of_run(read(folder))
    raise ResultsError(
        folder,
        "it holds no sweep, no experiment and no run",
        "Give the folder that `wargame sweep`, `wargame experiment` or `wargame run --uncertain` wrote.",
    )


def _read_sweep(folder: Path) -> Ensemble:
    manifest = json.loads((folder / SWEEP).read_text(encoding="utf-8"))
    tables = {}
    for name in ("points.csv", "sweep.csv"):
        try:
            tables[name] = pd.read_csv(folder / name)
        except (OSError, ValueError) as error:
            raise ResultsError(
                folder / name, f"it cannot be read: {error}", "Make the sweep again."
            ) from error
    given = manifest["scenario"]
    scenario = loads(given["text"], file=given["file"])
    labels = _labels(scenario.with_(given["overrides"]) if given["overrides"] else scenario)
    return ensemble_of_sweep(tables["points.csv"], tables["sweep.csv"], manifest["design"], labels)


def _read_arm(folder: Path, arm: str | None) -> Ensemble:
    from wargame.experiment.experiment_results import read_experiment

    found = read_experiment(folder)
    chosen = found.experiment.baseline if arm is None else arm
    if chosen not in found.names:
        remedy = did_you_mean(chosen, found.names) or f"name one of {join_names(found.names)}"
        raise NotForThis(f"the experiment has no arm {chosen!r}", remedy)
    if chosen in found.arms:
        return ensemble_of_run(found.arms[chosen])
    return _of_sweep_in_memory(found.sweeps[chosen], _labels(found.experiment.scenario))


def _of_sweep_in_memory(sweep: Sweep, labels: Mapping[str, str]) -> Ensemble:
    return ensemble_of_sweep(sweep.points, sweep.table, sweep.design.kind, labels)


def _labels(scenario: Scenario) -> dict[str, str]:
    """Titles of parameters, metrics, actors and outcomes; outcomes last, as they are what a shared name means."""
    groups = (scenario.metrics, scenario.actors, scenario.outcomes)
    labels = {name: str(one.title) for group in groups for name, one in group.items()}
    return labels | {f"{PARAMETER}{name}": one.title for name, one in scenario.parameters.items()}
