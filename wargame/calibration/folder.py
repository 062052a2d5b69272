"""The folder of a calibration: what was searched, found and compared, with all it takes to do it again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from wargame import __version__
from wargame.calibration.errors import mended
from wargame.calibration.files import Calibration
from wargame.calibration.fit_tables import direction_table, moment_table, parameter_table, snippet
from wargame.calibration.fitting import Fit
from wargame.calibration.search import Journal
from wargame.engine.play import Play
from wargame.experiment.errors import ResultsError
from wargame.experiment.provenance import manifest_of

__all__ = ["JOURNAL", "MANIFEST", "identity", "journal_in", "save_fit"]

JOURNAL = "search.jsonl"
MANIFEST = "calibration.json"


def identity(calibration: Calibration) -> str:
    """SHA-256 over what decides a fit: the file, the scenario, the series, and the rules that are played."""
    played = manifest_of(
        Play(scenario=calibration.scenario, seed=calibration.seed),
        episodes=calibration.episodes,
        engine="batch",
    )
    decides = {
        "calibration": calibration.source.text,
        "scenario": played["scenario"]["sha256"],
        "overrides": played["scenario"]["overrides"],
        "rules": played["rules"],
        "evidence": calibration.evidence.source.text if calibration.evidence else "",
        "numbers": [calibration.seed, calibration.episodes, calibration.generations, calibration.population],
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()


def journal_in(folder: Path, calibration: Calibration, *, resume: bool) -> Journal:
    """The journal of a calibration in a folder, begun or, with `resume`, gone on with.

    ResultsError if the folder holds something else than a calibration, or cannot be written.
    """
    path = folder / JOURNAL
    if folder.exists() and not path.is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise ResultsError(folder, "it holds something else than a calibration", "Choose another folder.")
    journal = Journal(identity(calibration), path)
    if path.is_file() and not resume and not (folder / MANIFEST).is_file():
        raise mended(
            f"{folder} holds a calibration that was interrupted",
            "Go on with it with --resume, choose another folder with --out, or remove it.",
        )
    if resume and path.is_file():
        journal.read()
        return journal
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        journal.begin()
    except OSError as error:
        raise _unwritten(folder, error) from error
    return journal


def save_fit(fit: Fit, folder: Path) -> None:
    """Write a fit beside its journal: tables, the lines for a scenario, and last the manifest.

    ResultsError if that cannot be done.
    """
    try:
        tables = {
            "moments.csv": moment_table(fit),
            "parameters.csv": parameter_table(fit),
            "directions.csv": direction_table(fit),
        }
        for name, table in tables.items():
            table.to_csv(folder / name, index=False, float_format="%.10g", lineterminator="\n")
        (folder / "parameters.yaml").write_text(snippet(fit), encoding="utf-8", newline="\n")
        text = json.dumps(manifest(fit), indent=2, ensure_ascii=False, default=str) + "\n"
        (folder / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise _unwritten(folder, error) from error


def manifest(fit: Fit) -> dict[str, Any]:
    """Where a fit comes from, and what it says as a whole."""
    calibration = fit.calibration
    played = manifest_of(
        Play(scenario=calibration.scenario, seed=calibration.seed),
        episodes=calibration.episodes,
        engine="batch",
    )
    return {
        "name": calibration.name,
        "title": calibration.title,
        "digest": fit.digest,
        "loss": fit.loss,
        "generations": fit.generations,
        "test": {
            "j": fit.estimates.test,
            "freedom": fit.estimates.freedom,
            "probability": fit.estimates.probability,
        },
        "episodes": {"judged": fit.simulated.episodes, "left_out": fit.simulated.left_out},
        "identity": identity(calibration),
        "calibration": calibration.source.text,
        "evidence": calibration.evidence.source.text if calibration.evidence else "",
        "scenario": played["scenario"],
        "wargame": __version__,
    }


def _unwritten(folder: Path, error: OSError) -> ResultsError:
    remedy = "Check the disk's space and rights, or choose another folder."
    return ResultsError(folder, f"it could not be written: {error}", remedy)
