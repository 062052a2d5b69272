"""The search: CMA-ES in the unit cube, whose every generation is on the disk before the next begins.

What is kept is a journal, one line of JSON for each generation with its points and losses. To go on after an
interruption the search is told the journal's losses again: it asks for the same points, which is checked, and stands
where it stood. So a search that was killed ends, to the digest, like one that was not.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.calibration.errors import mended
from wargame.calibration.extras import needed

__all__ = ["HOPELESS", "Generation", "Journal", "minimize"]

Numbers = NDArray[np.float64]

STEP = 0.25
"""The first standard deviation of the search, in parts of the range."""
SETTLED = 0.002
"""The search ends when a generation spreads over less than this part of every range (standard deviation)."""
HOPELESS = 1e12
"""The loss of a point where a moment is not defined."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Generation:
    """The points [population, parameters] of a generation, in the unit cube, with their losses."""

    points: Numbers
    losses: Numbers

    def as_line(self) -> str:
        """One line of JSON; numbers are written so that they are read back to the last bit."""
        return json.dumps({"points": self.points.tolist(), "losses": self.losses.tolist()})


class Journal:
    """The generations of a search, in memory or also in a file that is added to line by line.

    The file's first line says what is searched for; the last is dropped if it was cut short.
    """

    def __init__(self, identity: str, path: Path | None = None) -> None:
        self.generations: list[Generation] = []
        self._identity, self._path = identity, path

    def begin(self) -> None:
        """Start an empty file."""
        if self._path is not None:
            self._path.write_text(json.dumps({"search": self._identity}) + "\n", encoding="utf-8")

    def read(self) -> None:
        """Read the generations that are complete, and cut off what is not. CalibrationError if they are of another
        search or damaged."""
        assert self._path is not None
        text = self._path.read_text(encoding="utf-8")
        whole = text[: text.rfind("\n") + 1]
        try:
            lines: list[dict[str, Any]] = [json.loads(line) for line in whole.splitlines()]
            known = lines[0]["search"]
            generations = [
                Generation(points=np.array(line["points"]), losses=np.array(line["losses"]))
                for line in lines[1:]
            ]
        except (ValueError, KeyError, IndexError, TypeError):
            raise mended(
                f"{self._path}: this is not the journal of a search, or it is damaged",
                "Remove the file to begin anew.",
            ) from None
        if known != self._identity:
            raise mended(
                f"{self._path} is of another calibration: the file, the scenario, the series or the rules differ",
                "Choose another folder with --out, or leave out --resume to begin anew.",
            )
        if whole != text:
            self._path.write_text(whole, encoding="utf-8")
        self.generations = generations

    def add(self, generation: Generation) -> None:
        """Add a generation, on the disk before anything else."""
        self.generations.append(generation)
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(generation.as_line() + "\n")
                file.flush()
                os.fsync(file.fileno())

    @property
    def best(self) -> tuple[Numbers, float]:
        """The point with the least loss of all, the earliest if several have it."""
        points = np.concatenate([one.points for one in self.generations])
        losses = np.concatenate([one.losses for one in self.generations])
        place = int(np.argmin(losses))
        return points[place], float(losses[place])

    @property
    def digest(self) -> str:
        """SHA-256 over all points and losses."""
        whole = hashlib.sha256()
        for one in self.generations:
            whole.update(one.as_line().encode())
        return whole.hexdigest()


def minimize(
    losses_of: Callable[[Numbers], Numbers],
    journal: Journal,
    *,
    parameters: int,
    generations: int,
    population: int | None,
    seed: int,
    told: Callable[[int, float], None],
) -> None:
    """Search the unit cube for the least loss, from its centre; the journal holds what was found.

    `losses_of` gives the losses of points [population, parameters]; `told` is called with the number of generations
    and the least loss after each. It ends after `generations`, or when the search has settled. Source: Hansen 2016,
    "The CMA evolution strategy: a tutorial"; made by the package cmaes.
    """
    strategy = _strategy(parameters, population, seed)
    size = strategy.population_size
    for number in range(generations):
        points = np.array([strategy.ask() for _ in range(size)])
        if number < len(journal.generations):
            known = journal.generations[number]
            if known.points.shape != points.shape or not np.array_equal(known.points, points):
                raise mended(
                    "the journal's search went other ways: it was made by another version of cmaes or NumPy",
                    "Begin anew, without --resume.",
                )
            losses = known.losses
        else:
            losses = np.where(np.isfinite(found := losses_of(points)), found, HOPELESS)
            journal.add(Generation(points=points, losses=losses))
        strategy.tell([(point, float(loss)) for point, loss in zip(points, losses, strict=True)])
        told(number + 1, journal.best[1])
        if points.std(axis=0).max() < SETTLED:
            return


def _strategy(parameters: int, population: int | None, seed: int) -> Any:
    return needed("cmaes").CMA(
        mean=np.full(parameters, 0.5),
        sigma=STEP,
        bounds=np.tile([0.0, 1.0], (parameters, 1)),
        seed=seed % 2**32,
        population_size=population,
    )
