"""What arms change against the baseline: paired differences, switched outcomes, and what pairing was worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from wargame.experiment.results import Results
from wargame.experiment.stopping import Look, StopError, Target
from wargame.experiment.sweeps import Sweep
from wargame.scenario.errors import did_you_mean, join_names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "compare_arms", "compare_sweeps"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Every arm against the baseline.

    `differences`: `arm`, `kind` (outcome, metric, payoff), `name`, `n`, `baseline` and `value` (the arm's),
    `difference` with `low` to `high`, `unpaired_low` to `unpaired_high` (two independent runs as large), `factor` (the
    ratio of the squared widths: so many times as many episodes would independent runs need). `switches`: `arm`, `from`,
    `to`, `n`, `share` of the episodes that both completed. `pairs`: how many those are, by arm.
    """

    baseline: str
    level: float
    unit: str
    differences: pd.DataFrame
    switches: pd.DataFrame
    pairs: Mapping[str, int]

    def switched(self, arm: str) -> int:
        """How many episodes end otherwise than in the baseline."""
        rows = self.switches[self.switches["arm"] == arm]
        return int(rows["n"].sum())

    def factors(self) -> pd.DataFrame:
        """What pairing was worth, by arm and kind: `worst` factor and its `name`, the `median`, and how many count.

        Numbers that never vary are left out: there is nothing to compare. Below 1 pairing has made an interval wider.
        """
        import pandas as pd

        known = self.differences.dropna(subset=["factor"])
        rows = []
        for (arm, kind), group in known.groupby(["arm", "kind"], sort=False):
            worst = group.sort_values("factor", kind="stable").iloc[0]
            rows.append(
                {
                    "arm": arm,
                    "kind": kind,
                    "worst": float(worst["factor"]),
                    "name": worst["name"],
                    "median": float(group["factor"].median()),
                    "n": len(group),
                }
            )
        return pd.DataFrame(rows, columns=["arm", "kind", "worst", "name", "median", "n"])

    def looks(self, target: Target, episodes: int) -> list[Look]:
        """One look at what a target names: a difference of every arm, or of every outcome if it has no name."""
        table = self.differences
        rows = table[table["kind"] == "outcome"] if not target.name else table[table["name"] == target.name]
        if target.name and not len(rows):
            known = list(dict.fromkeys(table["name"]))
            raise StopError(
                f"the target {str(target)!r} names no outcome, metric or actor\n  {'allowed:':<9}"
                f"{join_names(known, 60)}\n  {'mend:':<9}{did_you_mean(target.name, known) or 'use one of these'}"
            )
        return [
            Look(episodes, f"{row['arm']}: {row['name']}", row["difference"], row["low"], row["high"])
            for row in rows.to_dict("records")
        ]


def compare_arms(
    arms: Mapping[str, Results], baseline: str, level: float, *, columns: Sequence[str] | None = None
) -> Comparison:
    """Compare arms episode by episode: all numbers, or those of some `columns`, `episode` and `outcome` included."""
    from wargame.analysis.paired import paired_differences, switches

    def episodes_of(arm: str) -> pd.DataFrame:
        return arms[arm].episodes if columns is None else arms[arm].columns(*columns)

    base = episodes_of(baseline)
    differences, switched, pairs = {}, {}, {}
    for name in arms:
        if name != baseline:
            episodes = episodes_of(name)
            differences[name] = paired_differences(episodes, base, level)
            switched[name] = switches(episodes, base)
            pairs[name] = int(switched[name].attrs["total"])
    return Comparison(
        baseline=baseline,
        level=level,
        unit="episode",
        differences=_by_arm(differences),
        switches=_by_arm(switched),
        pairs=pairs,
    )


def compare_sweeps(sweeps: Mapping[str, Sweep], baseline: str, level: float) -> Comparison:
    """Compare arms point by point: the point is the unit, so what is not known is in the intervals as well."""
    base = sweeps[baseline]
    differences, switched, pairs = {}, {}, {}
    for name, sweep in sweeps.items():
        if name != baseline:
            differences[name] = _point_differences(sweep.table, base.table, level)
            switched[name] = _switches(sweep, base)
            pairs[name] = int(((sweep.outcomes >= 0) & (base.outcomes >= 0)).sum())
    return Comparison(
        baseline=baseline,
        level=level,
        unit="point",
        differences=_by_arm(differences),
        switches=_by_arm(switched),
        pairs=pairs,
    )


def _by_arm(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    import pandas as pd

    if not tables:
        return pd.DataFrame(columns=["arm"])
    for table in tables.values():
        table.attrs = {}
    return pd.concat(tables, names=["arm"]).reset_index(level="arm").reset_index(drop=True)


def _point_differences(arm: pd.DataFrame, base: pd.DataFrame, level: float) -> pd.DataFrame:
    import pandas as pd

    from wargame.analysis.paired import difference_row, paired_mean

    keys = ["kind", "name"]
    both = arm.merge(base, on=["point", *keys], suffixes=("_arm", "_base"), validate="one_to_one")
    rows = []
    for (kind, name), group in both.groupby(keys, sort=False):
        found = paired_mean(group["value_arm"].to_numpy(), group["value_base"].to_numpy(), level)
        rows.append({"kind": kind, "name": name, **difference_row(found)})
    return pd.DataFrame(rows)


def _switches(sweep: Sweep, base: Sweep) -> pd.DataFrame:
    import pandas as pd

    ours, theirs = sweep.outcomes.ravel(), base.outcomes.ravel()
    done = (ours >= 0) & (theirs >= 0)
    names = np.array(sweep.outcome_names)
    changed = done & (ours != theirs)
    table = pd.DataFrame({"from": names[theirs[changed]], "to": names[ours[changed]]})
    table = table.value_counts(["from", "to"], sort=False).rename("n").reset_index()
    table = table.sort_values(["n", "from", "to"], ascending=[False, True, True], ignore_index=True)
    table["share"] = table["n"] / max(int(done.sum()), 1)
    return table
