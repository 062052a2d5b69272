"""Which theory must one hold for this answer? Two arms at every combination of what is contested."""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import pandas as pd

__all__ = ["hangs_on"]

KEYS = ["point", "kind", "name"]


def hangs_on(
    points: pd.DataFrame, arms: Mapping[str, pd.DataFrame], baseline: str, level: float = 0.95
) -> pd.DataFrame:
    """How the difference between each arm and the baseline comes out over the points of a design, and what turns it.

    `points` has `point` and a column for each number that is varied, as `Sweep.points`; `arms` are tables like
    `Sweep.table`. A row for each arm and number of theirs: `arm`, `kind`, `name`, `points`; the shares of points at
    which the arm's value is `higher`, `lower`, or cannot be told from the baseline's (`open`); the `least`, `middle`
    and `greatest` difference; and, of the numbers varied, the one that moves the difference most (`switch`): `weight`,
    the share of the differences' variance between its values, with the mean difference where it is lowest (`at_low`)
    and highest (`at_high`). On a full grid the weight is the first-order Sobol index of the switch.

    At a point, values are told apart by a normal interval for two independent samples of its episodes. Arms that share
    their draws are closer to each other than that, so too few points count as told apart rather than too many; each
    point stands by itself. ValueError for a baseline that is not among the arms.
    """
    if baseline not in arms:
        raise ValueError(f"there is no arm {baseline!r}; allowed: {', '.join(arms)}")
    varied = points.set_index("point")
    z = NormalDist().inv_cdf(0.5 + level / 2)
    rows = []
    for arm, table in arms.items():
        if arm == baseline:
            continue
        both = table.merge(arms[baseline], on=KEYS, suffixes=("", "_base"), validate="one_to_one")
        spread = both["sd"] ** 2 / both["n"] + both["sd_base"] ** 2 / both["n_base"]
        both = both.assign(gap=both["value"] - both["value_base"], half=z * np.sqrt(spread))
        for (kind, name), group in both.dropna(subset=["gap"]).groupby(["kind", "name"], sort=False):
            gaps = group.set_index("point")["gap"]
            rows.append(
                {
                    "arm": arm,
                    "kind": kind,
                    "name": name,
                    "points": len(gaps),
                    "higher": float((group["gap"] > group["half"]).mean()),
                    "lower": float((group["gap"] < -group["half"]).mean()),
                    "open": float((group["gap"].abs() <= group["half"]).mean()),
                    "least": float(gaps.min()),
                    "middle": float(gaps.median()),
                    "greatest": float(gaps.max()),
                    **_switch(varied, gaps),
                }
            )
    return pd.DataFrame(rows)


def _switch(varied: pd.DataFrame, gaps: pd.Series) -> dict[str, str | float]:
    """The number whose values tell the differences apart best."""
    total = float(gaps.var(ddof=0))
    best: dict[str, str | float] = {"switch": "", "weight": 0.0, "at_low": math.nan, "at_high": math.nan}
    for name in varied.columns:
        values = varied.loc[gaps.index, name]
        means = gaps.groupby(values).mean()
        counts = gaps.groupby(values).size()
        between = float(((means - gaps.mean()) ** 2 * counts).sum() / len(gaps))
        weight = between / total if total > 0 else 0.0
        if weight > float(best["weight"]):
            ends = {"at_low": float(means.iloc[0]), "at_high": float(means.iloc[-1])}
            best = {"switch": str(name), "weight": weight, **ends}
    return best
