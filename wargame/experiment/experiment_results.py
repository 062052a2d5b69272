"""What an experiment left: its arms, how they compare, and a folder to keep them in."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from wargame.experiment.comparison import Comparison, compare_arms, compare_sweeps
from wargame.experiment.engines import RunError
from wargame.experiment.errors import ResultsError
from wargame.experiment.files import Experiment, loads_experiment
from wargame.experiment.results import LEVEL, Results, read
from wargame.experiment.stopping import Look, Plan, Target
from wargame.experiment.sweeps import Sweep
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.loading import loads

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ARMS", "MANIFEST", "ExperimentResults", "read_experiment"]

MANIFEST = "experiment.json"
ARMS = "arms"
PARTS = "parts"
"""Where arms are kept while they are played (see `kept`)."""
TABLES = ("points.csv", "differences.csv", "switches.csv", "factors.csv", "values.csv")


@dataclass(frozen=True, kw_only=True)
class ExperimentResults:
    """The arms of an experiment: `arms` are Results by name, or with a design `sweeps` by name.

    `looks` are those of a stop rule, `plan` when they were to be taken.
    """

    experiment: Experiment
    arms: Mapping[str, Results]
    sweeps: Mapping[str, Sweep]
    looks: Sequence[Look]
    plan: Plan | None

    @property
    def names(self) -> list[str]:
        """The arms, in the order of the file."""
        return list(self.arms or self.sweeps)

    @property
    def level(self) -> float:
        """The level of an interval: 95 %, or after a stop rule that of one look, so that all looks hold together."""
        return LEVEL if self.plan is None else self.plan.look_level

    @property
    def episodes(self) -> int:
        """Episodes of an arm, at all points."""
        if self.arms:
            return len(next(iter(self.arms.values())))
        return int(next(iter(self.sweeps.values())).outcomes.size)

    def compare(self, baseline: str | None = None, level: float | None = None) -> Comparison:
        """Every arm against `baseline` (by default the file's): differences, switches, what pairing was worth."""
        against = self.experiment.baseline if baseline is None else baseline
        if against not in self.names:
            near = did_you_mean(against, self.names) or "name one of the arms"
            raise RunError(
                f"there is no arm {against!r}\n  {'allowed:':<9}{join_names(self.names)}\n  {'mend:':<9}{near}"
            )
        at = self.level if level is None else level
        if self.sweeps:
            return compare_sweeps(self.sweeps, against, at)
        return compare_arms(self.arms, against, at)

    @cached_property
    def comparison(self) -> Comparison:
        """`compare()` with the file's baseline."""
        return self.compare()

    def values(self) -> pd.DataFrame:
        """Every share and mean by arm, with its interval: `arm`, `kind`, `name`, `n`, `value`, `low`, `high`.

        With a design the point is the unit, and `range_low` to `range_high` comes first: the range over what is not
        known.
        """
        import pandas as pd

        tables = {}
        for name in self.names:
            if self.sweeps:
                tables[name] = _point_values(self.sweeps[name], self.level)
            else:
                tables[name] = _values(self.arms[name], self.level)
        return pd.concat(tables, names=["arm"]).reset_index(level="arm").reset_index(drop=True)

    def save(self, directory: str | Path) -> Path:
        """Write the experiment to a folder: tables, and each arm as results of its own or as a sweep.

        `ResultsError` if the folder holds something that is not an experiment's.
        """
        folder = Path(directory)
        if folder.exists() and (
            not folder.is_dir()
            or (any(path.name != PARTS for path in folder.iterdir()) and not (folder / MANIFEST).is_file())
        ):
            raise ResultsError(folder, "it holds something else than an experiment", "Choose another folder.")
        fresh = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}.part")
        try:
            self._write(fresh)
            _move(fresh, folder)
        except OSError as error:
            remedy = "Check the disk's space and rights, or choose another folder."
            raise ResultsError(folder, f"it could not be written: {error}", remedy) from error
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        return folder

    def _write(self, folder: Path) -> None:
        (folder / ARMS).mkdir(parents=True)
        for name, results in self.arms.items():
            results.save(folder / ARMS / name)
        for name, sweep in self.sweeps.items():
            sweep.table.to_parquet(folder / ARMS / f"{name}.parquet", index=False)
            np.save(folder / ARMS / f"{name}.npy", sweep.outcomes)
        for name, table in self._tables().items():
            table.to_csv(folder / name, index=False, float_format="%.10g", lineterminator="\n")
        text = json.dumps(self.manifest(), indent=2, ensure_ascii=False) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")

    def _tables(self) -> dict[str, pd.DataFrame]:
        tables = {"values.csv": self.values()}
        if self.sweeps:
            tables["points.csv"] = next(iter(self.sweeps.values())).points
        if len(self.names) > 1:
            comparison = self.comparison
            tables["differences.csv"] = comparison.differences
            tables["switches.csv"] = comparison.switches
            tables["factors.csv"] = comparison.factors()
        return tables

    def manifest(self) -> dict[str, Any]:
        """What was played, and what came out: digests by arm, looks."""
        asked = self.experiment
        return {
            "name": asked.name,
            "text": asked.source.text,
            "file": asked.source.file,
            "scenario": {
                "file": asked.scenario.file,
                "text": asked.scenario.source.text,
                "overrides": dict(asked.scenario.source.overrides),
            },
            "episodes": asked.episodes,
            "seed": asked.seed,
            "digests": {name: results.digest for name, results in self.arms.items()}
            | {name: sweep.digest for name, sweep in self.sweeps.items()},
            "until": None if self.plan is None else str(self.plan.target),
            "sizes": [] if self.plan is None else list(self.plan.sizes),
            "looks": [asdict(look) for look in self.looks],
        }

    def __repr__(self) -> str:
        points = f" at {len(self.experiment.design)} points" if self.experiment.design is not None else ""
        size = f"{len(self.names)} arms of {self.episodes:,} episodes{points}"
        return f"<ExperimentResults {self.experiment.name!r}: {size}>"


def read_experiment(directory: str | Path) -> ExperimentResults:
    """Read an experiment from the folder it was saved to. `ResultsError` says what is wrong with the folder."""
    import pandas as pd

    folder = Path(directory)
    path = folder / MANIFEST
    if not path.is_file():
        raise ResultsError(
            folder, f"it holds no {MANIFEST}", "Give the folder that an experiment was saved to."
        )
    stored = json.loads(path.read_text(encoding="utf-8"))
    scenario = loads(stored["scenario"]["text"], file=stored["scenario"]["file"])
    if stored["scenario"]["overrides"]:
        scenario = scenario.with_(stored["scenario"]["overrides"])
    found = loads_experiment(stored["text"], file=stored["file"], scenario=scenario)
    target: Target | None = None
    plan = None
    if stored["until"]:
        from wargame.experiment.stopping import read_target

        target = read_target(stored["until"])
        plan = Plan(target=target, sizes=tuple(stored["sizes"]))
    asked = replace(found, episodes=stored["episodes"], seed=stored["seed"], until=target)
    arms, sweeps = {}, {}
    for name in asked.arms:
        if asked.design is None:
            arms[name] = read(folder / ARMS / name)
        else:
            sweeps[name] = Sweep(
                design=asked.design,
                outcome_names=tuple(asked.scenario.outcomes),
                table=pd.read_parquet(folder / ARMS / f"{name}.parquet"),
                outcomes=np.load(folder / ARMS / f"{name}.npy"),
            )
    results = ExperimentResults(
        experiment=asked,
        arms=arms,
        sweeps=sweeps,
        looks=[Look(**look) for look in stored["looks"]],
        plan=plan,
    )
    if results.manifest()["digests"] != stored["digests"]:
        raise ResultsError(folder, "its arms are not those that were written", "Make the experiment again.")
    return results


def _values(results: Results, level: float) -> pd.DataFrame:
    import pandas as pd

    columns = {"outcome": "name", "metric": "name", "actor": "name", "share": "value", "mean": "value"}
    tables = {
        "outcome": results.outcomes(level).assign(n=results.completed),
        "metric": results.metrics(level),
        "payoff": results.payoffs(level),
    }
    parts = [
        table.rename(columns=columns).assign(kind=kind)[["kind", "name", "n", "value", "low", "high"]]
        for kind, table in tables.items()
        if len(table)
    ]
    return pd.concat(parts, ignore_index=True)


def _point_values(sweep: Sweep, level: float) -> pd.DataFrame:
    """By point for a sample of what is not known; else the least and the greatest value at any point."""
    if sweep.design.is_sample:
        table = sweep.spread(level).rename(columns={"mean": "value", "points": "n"})
        return table[["kind", "name", "n", "range_low", "range_high", "value", "low", "high", "share"]]
    grouped = sweep.table.groupby(["kind", "name"], sort=False)["value"]
    table = grouped.agg(n="size", range_low="min", range_high="max", value="mean").reset_index()
    return table.assign(low=np.nan, high=np.nan)


def _move(fresh: Path, folder: Path) -> None:
    """Put what was written in the place of an earlier experiment's, and leave other files there alone."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh.rename(folder)
        return
    for name in (ARMS, *TABLES):
        old = folder / name
        if old.is_dir():
            shutil.rmtree(old)
        else:
            old.unlink(missing_ok=True)
    # The manifest goes last: until then it is that of the earlier experiment, and its digests show the difference.
    for path in sorted(fresh.iterdir(), key=lambda path: path.name == MANIFEST):
        path.replace(folder / path.name)
