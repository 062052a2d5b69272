"""What can be wrong with a calibration or a back-test, in words that its user can act on."""

from __future__ import annotations

from wargame.scenario.errors import WargameError

__all__ = ["CalibrationError", "mended"]


class CalibrationError(WargameError):
    """A calibration or back-test that cannot be done as it was asked for."""


def mended(message: str, remedy: str) -> CalibrationError:
    """An error with its remedy."""
    return CalibrationError(f"{message}\n  {'mend:':<9}{remedy}")
