"""A fit as tables, and as lines that a scenario file takes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from wargame.calibration.estimates import Parameter
from wargame.calibration.fitting import Fit
from wargame.calibration.ranges import Range

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["direction_table", "moment_table", "parameter_table", "snippet"]


def moment_table(fit: Fit) -> pd.DataFrame:
    """One row per moment: `name`, `title`, `role` (fitted or held out), `observed`, `error`, `simulated`, `noise`, `z`,
    `source`.

    `error` is the record's standard error, `noise` what is left by finitely many episodes, and `z` is
    (simulated - observed) over both together.
    """
    import pandas as pd

    targets = fit.calibration.targets
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "role": "fitted" if place < len(targets) else "held out",
            "observed": float(fit.seen.values[place]),
            "error": float(fit.seen.errors[place]),
            "simulated": float(fit.simulated.values[place]),
            "noise": math.sqrt(float(fit.simulated.noise[place, place])),
            "z": float((fit.simulated.values[place] - fit.seen.values[place]) / fit.errors[place]),
            "source": one.source,
        }
        for place, one in enumerate(fit.calibration.moments)
    ]
    return pd.DataFrame(rows)


def parameter_table(fit: Fit) -> pd.DataFrame:
    """One row per parameter: `parameter`, `low`, `high` (its range), `estimate`, `error`, `alone`
    (the standard error if the others were known), `interval_low`, `interval_high` (90 %; NaN where the record says less
    than the range), `known` (1 less the squared ratio of its standard error to that of the whole range)."""
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "parameter": one.name.partition(".")[2],
                "low": one.low,
                "high": one.high,
                "estimate": one.estimate,
                "error": one.error,
                "alone": one.alone,
                "interval_low": one.interval_low,
                "interval_high": one.interval_high,
                "known": one.known,
            }
            for one in fit.estimates.parameters
        ]
    )


def direction_table(fit: Fit) -> pd.DataFrame:
    """One row per principal direction of the estimates, the least known first: `error` (in parts of the ranges),
    `is_unknown`, and a column with the weight of each parameter."""
    import pandas as pd

    return pd.DataFrame(
        [
            {"error": one.error, "is_unknown": one.is_unknown, **dict(one.weights)}
            for one in fit.estimates.directions
        ]
    )


def snippet(fit: Fit) -> str:
    """The estimates as lines of YAML: value and distribution for each number of a scenario.

    A scenario draws its numbers independently of each other. Of all such distributions the one nearest to the joint
    normal one of the estimates has the spread of each number *alone* (the mean-field approximation: Bishop 2006,
    "Pattern recognition and machine learning", section 10.1.2): narrower than the number's own interval, but what is
    drawn together goes together with the record. Normal on the number's scale (a beta of the same mean and standard
    deviation for log odds); triangular over the 90 % interval where that ends with the range, or the beta would have
    no peak. What cannot be told apart, and what the record says less about than the range, is named in comments.
    """
    unknown = [f"# cannot be told apart: {one}" for one in fit.estimates.directions if one.is_unknown]
    if fit.estimates.untold:
        unknown.append(f"# the record says less than the range: {', '.join(fit.estimates.untold)}")
    rows = [
        f"{one.name.partition('.')[2]}: {{value: {_shown(one.estimate)}, distribution: {_distribution(one, where)}}}"
        for one, where in zip(fit.estimates.parameters, fit.calibration.ranges, strict=True)
    ]
    return "\n".join([*unknown, *rows]) + "\n"


def _distribution(one: Parameter, where: Range) -> str:
    low, high, sd = one.alone_low, one.alone_high, one.alone
    triangular = f"{{triangular: [{_shown(low)}, {_shown(one.estimate)}, {_shown(high)}]}}"
    if low <= one.low or high >= one.high or not sd > 0:
        return triangular
    if where.scale == "log":
        return f"{{lognormal: {{median: {_shown(one.estimate)}, sigma: {_shown(sd / one.estimate)}}}}}"
    if where.scale == "linear":
        return f"{{normal: {{mean: {_shown(one.estimate)}, sd: {_shown(sd)}}}}}"
    size = one.estimate * (1 - one.estimate) / sd**2 - 1
    if size * min(one.estimate, 1 - one.estimate) < 1:
        return triangular
    return f"{{beta: {{a: {_shown(size * one.estimate)}, b: {_shown(size * (1 - one.estimate))}}}}}"


def _shown(value: float) -> str:
    return f"{value:.3g}"
