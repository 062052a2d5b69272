"""The looks of a stop rule, kept beside what they were taken at: a run that is resumed goes on from the last of them.

A look depends on the run's first episodes alone, so those that were taken stay what they are as long as the run, the
target and the planned sizes are the same.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from wargame.experiment.saved_files import write_lastingly
from wargame.experiment.stopping import Look, Plan

__all__ = ["LOOKS", "keep_looks", "kept_looks"]

LOOKS = "looks.json"


def keep_looks(folder: Path, plan: Plan, identity: str, looks: Sequence[Look]) -> None:
    """Write down all looks that were taken so far at the run with this identity."""
    stored = {**_stated(plan, identity), "looks": [asdict(look) for look in looks]}
    write_lastingly(folder / LOOKS, (json.dumps(stored, indent=2) + "\n").encode())


def kept_looks(folder: Path, plan: Plan, identity: str | None) -> list[Look]:
    """The looks that were taken by this plan at the run with this identity; none if others were, or none at all."""
    try:
        stored = json.loads((folder / LOOKS).read_text(encoding="utf-8"))
        looks = [Look(**look) for look in stored.pop("looks")]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return looks if stored == _stated(plan, identity) else []


def _stated(plan: Plan, identity: str | None) -> dict[str, object]:
    return {"target": str(plan.target), "sizes": list(plan.sizes), "level": plan.level, "identity": identity}
