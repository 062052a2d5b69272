"""Packages of the extra `analysis`, which only calibrations and back-tests need."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from wargame.calibration.errors import mended

__all__ = ["needed"]


def needed(module: str) -> Any:
    """A module of an optional package. CalibrationError, with how to install it, if that is missing."""
    try:
        return import_module(module)
    except ImportError as error:
        raise mended(
            f"this needs {module.split('.')[0]}, which is not installed ({error})",
            "Install it with: pip install 'wargame[analysis]'",
        ) from error
