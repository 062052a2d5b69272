"""Shares, differences of shares and their intervals, as the page writes them."""

from __future__ import annotations

from wargame.experiment.display import percent

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
    """An interval of a share: 2.6 % to 3.4 %, with as many places at either end."""
    if low != low or high != high:
        return "–"
    ends = [percent(low), percent(high)]
    most = max(len(end.partition(".")[2]) for end in ends)
    if all("." in end for end in ends) and len(ends[0].partition(".")[2]) != len(ends[1].partition(".")[2]):
        places = min(most - 2, 2)
        ends = [f"{100 * end:.{places}f} %" for end in (low, high)]
    return f"{ends[0]} to {ends[1]}"
