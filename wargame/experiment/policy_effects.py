"""What each policy of an actor moves: the same episodes with it and without, variable by variable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from wargame.experiment.engines import RunError
from wargame.experiment.run import simulate
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.scenario import Scenario

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from wargame.experiment.results import Results

__all__ = ["policy_effects"]


def policy_effects(
    scenario: Scenario,
    actor: str,
    *,
    start: int = 0,
    turns: int = 1,
    episodes: int = 2000,
    seed: int = 1,
    level: float = 0.95,
) -> pd.DataFrame:
    """What each policy of an actor changes in the state, if it is played on `turns` turns from `start` on.

    Every policy is ordered in as many episodes, with the same draws as episodes in which the actor decides itself; the
    state is compared at the end of the last of these turns (of an episode that ended before, the last state). Columns:
    `policy`, `variable`, `n`, `baseline` (the mean where the actor decides), `change` (mean paired difference), `low`,
    `high` (Student's interval for paired differences, for chance alone), and `share`, the change over the width of the
    variable's range. Policies that could not be played in every episode keep the actor's own choice in the others.

    RunError for an actor that there is not, and for turns that lie outside the scenario.
    """
    import pandas as pd

    _check(scenario, actor, start, turns)
    ends = start + turns

    def play(*orders: str) -> Results:
        return simulate(
            scenario, episodes=episodes, seed=seed, orders=orders, sample=episodes, progress=False
        )

    own = play()
    rows: list[dict[str, Any]] = []
    for policy in scenario.actors[actor].policies:
        ordered = play(f"{actor}={policy}@{start}..{ends - 1}")
        rows += (
            {"policy": policy, "variable": variable, **found}
            for variable, found in _changes(ordered, own, ends, level)
        )
    return pd.DataFrame(rows)


def _check(scenario: Scenario, actor: str, start: int, turns: int) -> None:
    if actor not in scenario.actors:
        raise RunError(
            f"there is no actor {actor!r} in {scenario.name}; allowed: {join_names(scenario.actors)}. "
            f"{did_you_mean(actor, scenario.actors)}".rstrip()
        )
    if not (start >= 0 and turns >= 1 and start + turns <= scenario.horizon):
        raise RunError(
            f"turns {start} to {start + turns - 1} do not lie in the scenario, which has turns 0 to "
            f"{scenario.horizon - 1}; give a start of 0 or more and at least one turn"
        )


def _changes(
    ordered: Results, own: Results, turn: int, level: float
) -> Iterator[tuple[str, dict[str, float]]]:
    from wargame.analysis.paired import paired_mean

    with_order, without = (_states(results, turn) for results in (ordered, own))
    for place, variable in enumerate(ordered.layout.variables):
        found = paired_mean(with_order[:, place], without[:, place], level)
        yield (
            variable.name,
            {
                "n": found.n,
                "baseline": found.baseline,
                "change": found.difference,
                "low": found.low,
                "high": found.high,
                "share": found.difference / (variable.high - variable.low),
            },
        )


def _states(results: Results, turn: int) -> NDArray[np.float64]:
    """Shape (episodes, variables): the state as `turn` begins; NaN in episodes that failed."""
    import numpy as np

    record = results.record
    assert record.episodes is not None
    states = record.sample.values[:, turn, :]
    return np.where(record.episodes.completed[:, np.newaxis], states, np.nan)
