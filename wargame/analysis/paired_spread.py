"""How far the difference between two arms ranges over what is not known: pairs inside points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from wargame.analysis.nested import spread

__all__ = ["paired_spread"]


def paired_spread(
    arm: NDArray[np.integer[Any]],
    baseline: NDArray[np.integer[Any]],
    names: Sequence[str],
    level: float = 0.95,
) -> pd.DataFrame:
    """The spread over points of the difference in the share of each outcome: `name`, and the columns of `Spread`.

    `arm` and `baseline` hold by point and episode the place of the outcome in `names`, or less than 0 for an episode
    that failed; point and episode mean the same draws in both. Statistic and intervals: those of
    `wargame.analysis.nested.spread`, of the paired differences (1: only the arm ends so; -1: only the baseline), so
    `range_low` to `range_high` are nine points in ten with chance taken out. Pairs in which either failed are left out.
    """
    both = (arm >= 0) & (baseline >= 0)
    counts = both.sum(axis=1)
    kept = counts > 1
    arm, baseline, both, counts = arm[kept], baseline[kept], both[kept], counts[kept]
    rows = []
    for place, name in enumerate(names):
        gaps = ((arm == place).astype(np.float64) - (baseline == place)) * both
        means = gaps.sum(axis=1) / counts
        squares = (gaps**2).sum(axis=1)
        variances = (squares - counts * means**2) / (counts - 1)
        rows.append({"name": name, **asdict(spread(counts, means, variances, level))})
    table = pd.DataFrame(rows)
    table.attrs = {"level": level}
    return table
