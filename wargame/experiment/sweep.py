"""`wargame.sweep`: a scenario over a grid or a sample of its parameters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from wargame.engine.orders import OrderBook
from wargame.engine.play import Play
from wargame.experiment.designs import Design, DesignError, axes_of, latin_hypercube
from wargame.experiment.designs import grid as grid_of
from wargame.experiment.designs import morris as morris_sample
from wargame.experiment.designs import sobol as sobol_sample
from wargame.experiment.engines import Engine
from wargame.experiment.errors import ResultsError
from wargame.experiment.kept_points import KeptPoints
from wargame.experiment.playing import Counting
from wargame.experiment.provenance import manifest_of
from wargame.experiment.sweeps import Sweep, play_design
from wargame.scenario.loading import load
from wargame.scenario.scenario import Scenario

__all__ = ["design_of", "save_sweep", "sweep"]

MANIFEST = "sweep.json"
PARTS = "parts"

Ranges = Mapping[str, Sequence[float]] | Iterable[str]


def sweep(
    scenario: Scenario | str | Path,
    *,
    grid: Mapping[str, Sequence[float]] | None = None,
    lhs: int | None = None,
    sobol: int | None = None,
    morris: int | None = None,
    parameters: Ranges | None = None,
    episodes: int = 1000,
    seed: int = 1,
    orders: Iterable[str] = (),
    engine: Engine = "auto",
    workers: int | None = None,
    progress: bool = True,
    out: str | Path | None = None,
    resume: bool = False,
) -> Sweep:
    """Play a scenario at every point of a design, `episodes` times each, and return a Sweep.

    Exactly one design: `grid`, numbers by name; `lhs`, so many points of a Latin hypercube; `sobol` and `morris`, the
    samples for those sensitivity measures. Samples are over `parameters`: names, or ranges by name; by default all that
    have a distribution, but for those set by hand. `sweep.table` is tidy, and `sweep.spread()` tells what is not known
    apart from luck. With `out` it is written to that folder, and points are kept there while it is played; with
    `resume` it goes on with those after an interruption, and ends as if there had been none.

    Raises DesignError for a design that cannot be made, ScenarioError for points that the scenario does not allow,
    ResultsError for a folder that is taken, damaged or cannot be written.
    """
    loaded = scenario if isinstance(scenario, Scenario) else load(scenario)
    design = design_of(
        loaded, grid=grid, lhs=lhs, sobol=sobol, morris=morris, parameters=parameters, seed=seed
    )
    if isinstance(episodes, bool) or not 2 <= episodes <= 2**32 // max(len(design), 1):
        raise DesignError(f"episodes is {episodes!r}; give a whole number of at least 2 for each point")
    texts = list(orders)

    def played(kept: KeptPoints | None) -> Sweep:
        with Counting(episodes * len(design), f"{loaded.name}, sweep", shown=progress) as shown:
            return play_design(
                loaded,
                design,
                episodes=episodes,
                seed=seed,
                orders=texts,
                engine=engine,
                workers=workers,
                shown=shown,
                kept=kept,
            )

    if out is None:
        return played(None)
    # Arrow takes a second to load; sweeps that are not saved do without it.
    from wargame.experiment.kept import Kept
    from wargame.experiment.plan import decisive

    play = Play(scenario=loaded, seed=seed, orders=OrderBook.parse(loaded, texts), sample=0)
    manifest = manifest_of(play, episodes=episodes, engine=engine)
    asked = {
        **decisive(manifest, keep_episodes=False),
        **_described(design),
        "the episodes of a point": episodes,
    }
    kept = Kept(Path(out), kind="sweep", manifest=MANIFEST, asked=asked, resume=resume)
    with kept.begin():
        found = played(KeptPoints(kept.folder / "points", kept.identity))
        save_sweep(found, loaded, out, episodes=episodes, seed=seed, orders=texts)
    kept.remove()
    return found


def _described(design: Design) -> dict[str, Any]:
    numbers = hashlib.sha256(np.ascontiguousarray(design.values, dtype="<f8").tobytes()).hexdigest()
    return {
        "the kind of design": design.kind,
        "the numbers varied": list(design.names),
        "the points": len(design),
        "the points' numbers": numbers,
    }


def design_of(
    scenario: Scenario,
    *,
    grid: Mapping[str, Sequence[float]] | None,
    lhs: int | None,
    sobol: int | None,
    morris: int | None,
    parameters: Ranges | None,
    seed: int,
) -> Design:
    """The one design that is asked for."""
    asked = [one is not None and one != {} for one in (grid, lhs, sobol, morris)]
    if sum(asked) != 1:
        raise DesignError(
            f"a sweep needs exactly one design, and {sum(asked)} were given; allowed: grid, lhs, sobol, morris"
        )
    if grid:
        if parameters is not None:
            raise DesignError("a grid names its parameters itself; leave out `parameters`")
        return grid_of(scenario, grid)
    axes = axes_of(scenario, parameters)
    if lhs is not None:
        return latin_hypercube(axes, lhs, seed)
    if sobol is not None:
        return sobol_sample(axes, sobol, seed)
    assert morris is not None
    return morris_sample(axes, morris, seed)


def save_sweep(found: Sweep, scenario: Scenario, directory: str | Path, **asked: object) -> Path:
    """Write a sweep to a folder: `sweep.csv`, `points.csv`, for a sample `spread.csv`, and `sweep.json` on top.

    `ResultsError` if the folder holds something else, or cannot be written.
    """
    folder = Path(directory)
    taken = folder.exists() and (not folder.is_dir() or any(path.name != PARTS for path in folder.iterdir()))
    if taken and not (folder / MANIFEST).is_file():
        raise ResultsError(folder, "it holds something else than a sweep", "Choose another folder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tables = {"sweep.csv": found.table, "points.csv": found.points}
        if found.design.is_sample:
            tables["spread.csv"] = found.spread()
        for name, table in tables.items():
            table.to_csv(folder / name, index=False, float_format="%.10g", lineterminator="\n")
        manifest = {
            "scenario": {
                "name": scenario.name,
                "file": scenario.file,
                "overrides": dict(scenario.source.overrides),
                "text": scenario.source.text,
            },
            "design": found.design.kind,
            "points": len(found.design),
            "varied": list(found.design.names),
            "digest": found.digest,
            **asked,
        }
        text = json.dumps(manifest, indent=2, ensure_ascii=False, default=str) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        remedy = "Check the disk's space and rights, or choose another folder."
        raise ResultsError(folder, f"it could not be written: {error}", remedy) from error
    return folder
