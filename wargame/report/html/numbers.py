"""Shares, differences of shares and their intervals, as the page writes them."""

from __future__ import annotations

__all__ = ["interval", "points", "points_interval"]

MINUS = "−"


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign: +4.2, −0.31."""
    value = 100 * difference
    if value != value:
        return "–"
    places = 1 if abs(value) >= 1 else 2
    text = f"{value:+.{places}f}"
    return text.replace("-", MINUS) if float(text) else "0"


def points_interval(low: float, high: float) -> str:
    """An interval of a difference of shares: −0.4 to +1.2."""
    if low != low or high != high:
        return "–"
    places = 1 if max(abs(low), abs(high)) >= 0.01 else 2
    ends = [f"{100 * end:+.{places}f}".replace("-", MINUS) for end in (low, high)]
    return f"{ends[0]} to {ends[1]}"


def interval(low: float, high: float) -> str:
    """An interval of a share, with as many places at either end: 2.6 % to 3.4 %."""
    if low != low or high != high:
        return "–"
    places = 1 if high >= 0.01 else 2 if high >= 0.001 else 3
    # Of a long run the ends lie close together: two places more at most, to tell them apart.
    while places < 3 and low != high and f"{100 * low:.{places}f}" == f"{100 * high:.{places}f}":
        places += 1
    return f"{_end(low, places)} to {_end(high, places)}"


def _end(share: float, places: int) -> str:
    """One end; what would be written as nothing, and is not, is said to be under the least that can be written."""
    if share in (0, 1):
        return f"{100 * share:.0f} %"
    text = f"{100 * share:.{places}f}"
    return f"{text} %" if float(text) else f"under {10**-places:.{places}f} %"
