"""Counts by inversion for vectors: `counts._invert`, with all lanes at the same step of their search.

This is text to be translated (see `translate`). A lane that still searches has taken every step so far, so the number
of steps is one number for all lanes. What only depends on it (a division, above all) need not wait until it is known
which lanes go on.
"""

# mypy: ignore-errors

# ruff: noqa: F821

from __future__ import annotations

from wargame.engine.counts import _STEP_FACTOR, _TWO_TO_53, _first_weight, _is_whole, _rescale_steps
from wargame.engine.numeric import _NAN

__all__ = ["invert"]


def invert(u: float, log_first: float, alpha: float, beta: float, odds: float, maximum: float) -> float:
    """The contract of `counts._invert`; `u` differs between lanes."""
    valid = 0.0 <= u < 1.0 and _is_whole(maximum)
    far = log_first <= -_TWO_TO_53
    searches = valid and not far and u > 0.0
    steps = where(searches, _rescale_steps(log_first), 0.0)
    weight = where(searches, _first_weight(log_first, steps), 0.0)
    # A lane whose search is over has no total, so that no uniform reaches it.
    total = where(searches, weight, _NAN)
    k = where(searches, 0.0, 0.0)
    step = 0.0
    while step < maximum and (steps > 0.0 or u >= total):
        weight = weight * ((alpha + beta * step) * odds / (step + 1.0))
        longer = total + weight
        grows = longer != total
        k = where(grows, step + 1.0, k)
        total = where(grows, longer, _NAN)
        steps = where(grows, steps, 0.0)
        shrinks = steps > 0.0 and weight > 1.0
        weight = where(shrinks, weight * _STEP_FACTOR, weight)
        total = where(shrinks, total * _STEP_FACTOR, total)
        steps = where(shrinks, steps - 1.0, steps)
        step = step + 1.0
    found = where(far, maximum, k)
    return where(valid, found, _NAN)
