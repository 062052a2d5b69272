"""A calibration from search to estimates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.errors import mended
from wargame.calibration.estimates import Estimates, estimates
from wargame.calibration.files import Calibration
from wargame.calibration.search import HOPELESS, Journal, minimize
from wargame.calibration.simulated import Simulated, Simulator
from wargame.calibration.targets import Observed, observed
from wargame.experiment.engines import Engine

__all__ = ["FINAL", "Fit", "fit", "silent"]

Numbers = NDArray[np.float64]

FINAL = 8
"""The estimate is judged by so many times as many episodes as a point of the search."""
SLOPE = 0.04
"""The half-width over which slopes are taken, in parts of the range."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """What a calibration found.

    `point` is the estimate in the unit cube; `seen` the moments of the record and `simulated` those at the estimate,
    targets first, then held-out ones; `generations` of the search, `loss` the least it found, `digest` of all of it.
    """

    calibration: Calibration
    point: Numbers
    seen: Observed
    simulated: Simulated
    estimates: Estimates
    errors: Numbers
    generations: int
    loss: float
    digest: str


def silent(_: int, __: float) -> None:
    """For a search that nobody watches."""


def fit(
    calibration: Calibration,
    *,
    journal: Journal | None = None,
    seen: Observed | None = None,
    engine: Engine = "auto",
    workers: int | None = None,
    told: Callable[[int, float], None] = silent,
) -> Fit:
    """Fit the numbers of a calibration to its targets.

    The loss is the sum over targets of ((simulated - observed) / standard error)**2, all points being played with the
    same episodes. The estimate is judged by episodes that the search did not use, and its slopes are central
    differences between points that share theirs. `seen` takes the place of the published record. `told` is called
    after each generation with its number and the least loss so far.

    Raises CalibrationError where nothing can be fitted, ScenarioError where points cannot be played.
    """
    count = len(calibration.targets)
    seen = seen or observed(calibration.moments, block=calibration.block, seed=calibration.seed)
    journal = journal or Journal("")
    _search(calibration, seen, journal, engine=engine, workers=workers, told=told)
    point, loss = journal.best
    judge = Simulator(
        calibration.scenario, calibration.moments, seed=calibration.seed, engine=engine, workers=workers
    )
    simulated, jacobian = _around(calibration, judge, point)
    found = estimates(
        calibration.ranges,
        point,
        differences=simulated.values[:count] - seen.values[:count],
        jacobian=jacobian[:count],
        errors=seen.errors[:count],
        covariance=_covariance(calibration, seen, simulated) + simulated.noise[:count, :count],
    )
    return Fit(
        calibration=calibration,
        point=point,
        seen=seen,
        simulated=simulated,
        estimates=found,
        errors=np.sqrt(np.diag(seen.covariance) + np.diag(simulated.noise)),
        generations=len(journal.generations),
        loss=loss,
        digest=hashlib.sha256(journal.digest.encode() + simulated.values.tobytes()).hexdigest(),
    )


def _covariance(calibration: Calibration, seen: Observed, simulated: Simulated) -> Numbers:
    """The covariance [q, q] of the targets of a record: how they vary between simulated records at the estimate.

    A block bootstrap of one short record that keeps its regimes for long finds too little of how records differ. If
    the model is right, what is simulated has that in it (Duffie and Singleton 1993, "Simulated moments estimation of
    Markov models of asset prices"). The bootstrap stays where an episode is no record like the published one: where a
    moment is pooled, where the lengths differ, and where the record has gaps. So do given standard errors.
    """
    count = len(calibration.targets)
    covariance = seen.covariance[:count, :count].copy()
    places: dict[str, list[int]] = {}
    for place, target in enumerate(calibration.targets):
        if target.published is not None:
            places.setdefault(target.published.key, []).append(place)
    for group in places.values():
        block = np.ix_(group, group)
        if (
            all(
                calibration.targets[place].is_like_an_episode(calibration.scenario.horizon) for place in group
            )
            and np.isfinite(simulated.record[block]).all()
        ):
            covariance[block] = simulated.record[block]
    return covariance


def _search(
    calibration: Calibration,
    seen: Observed,
    journal: Journal,
    *,
    engine: Engine,
    workers: int | None,
    told: Callable[[int, float], None],
) -> None:
    """Search for the least loss; the journal holds what was found. CalibrationError if nothing has a loss."""
    count, scenario = len(calibration.targets), calibration.scenario
    wanted, errors = seen.values[:count], seen.errors[:count]
    simulator = Simulator(
        scenario, calibration.targets, seed=calibration.seed, engine=engine, workers=workers
    )

    def losses(points: Numbers) -> Numbers:
        found = simulator.moments([_numbers(calibration, point) for point in points], calibration.episodes)
        return np.array([(((one.values - wanted) / errors) ** 2).sum() for one in found])

    minimize(
        losses,
        journal,
        parameters=len(calibration.ranges),
        generations=calibration.generations,
        population=calibration.population,
        seed=calibration.seed,
        told=told,
    )
    if journal.best[1] >= HOPELESS:
        raise mended(
            f"at every point tried some moment of {scenario.name} is not defined, or too few episodes last the "
            f"{scenario.horizon} turns of the record",
            "Play more episodes, shorten the horizon, or narrow the parameters' ranges.",
        )


def _numbers(calibration: Calibration, point: Numbers) -> dict[str, float]:
    return {one.name: one.number(float(unit)) for one, unit in zip(calibration.ranges, point, strict=True)}


def _around(calibration: Calibration, judge: Simulator, point: Numbers) -> tuple[Simulated, Numbers]:
    """The moments at a point, and their slopes [q, p], over episodes that the search did not play."""
    ends = []
    for place in range(len(point)):
        for side in (-SLOPE, SLOPE):
            moved = point.copy()
            moved[place] = np.clip(point[place] + side, 0.0, 1.0)
            ends.append(moved)
    points = [_numbers(calibration, one) for one in (point, *ends)]
    episodes = FINAL * calibration.episodes
    middle, *sides = judge.moments(points, episodes, first=calibration.episodes)
    columns = [
        (sides[2 * place + 1].values - sides[2 * place].values)
        / (ends[2 * place + 1][place] - ends[2 * place][place])
        for place in range(len(point))
    ]
    return middle, np.column_stack(columns)
