"""From measurements to the tables of the page."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from block_profile import Profile
from fast_contenders import batch_name, c_name
from measuring import Speeds, ratio
from page import Section

__all__ = ["cost_section", "group_section", "profile_section", "ratio_section", "speed_section"]

_DECISION = ("expect_", "evaluate_", "choose_", "gather_", "scatter_")


_GROUPS = {
    "scoring policies": ("evaluate_",),
    "the rest of a decision: perceiving, options, expecting, choosing": (
        *("perceive_", "options_", "expect_", "choose_", "carry_out_"),
    ),
    "moving lanes that decide": ("list_deciding", "gather_", "scatter_"),
    "nature": ("nature",),
    "the other rules of a turn": ("begin", "show_", "resolve", "book", "learn", "record", "judge", "settle"),
    "random numbers": ("draw_",),
    "keeping and counting what happened": ("keep_", "count_", "copy_"),
}


def speed_section(title: str, speeds: Mapping[str, Speeds], base: str, remarks: Sequence[str]) -> Section:
    """Episodes per second of every contender, and how many times `base` that is."""
    middles = {name: statistics.median(one.clock for one in values) for name, values in speeds.items()}
    rows = [
        (
            name,
            _speed(middles[name]),
            _speed(max(one.clock for one in values)),
            f"{middles[name] / middles[base]:,.2f}",
            _speed(statistics.median(one.processor for one in values)),
        )
        for name, values in speeds.items()
    ]
    return Section(
        title=title,
        columns=("what plays", "episodes/s, median", "best", f"× {base}", "per second of one processor"),
        rows=rows,
        remarks=[*remarks, _attention(speeds)],
    )


def _attention(speeds: Mapping[str, Speeds]) -> str:
    """How much of the machine the measurements had."""
    share = statistics.median(one.clock / one.processor for one in speeds[batch_name(1)])
    return (
        f"While this was measured, one thread of the batch engine had a processor {min(100.0, 100 * share):.0f} % of "
        "the time; the rest went to other work on the machine."
    )


def _speed(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def ratio_section(speeds: Mapping[str, Mapping[str, Speeds]]) -> Section:
    """How many times faster, pair by pair, for all scenarios."""
    pairs = [
        (batch_name(1), c_name(1)),
        (batch_name(2), c_name(2)),
        (batch_name(2), batch_name(1)),
        (c_name(2), c_name(1)),
    ]
    rows = [
        (
            f"{fast} / {slow}",
            *(
                str(ratio(found, fast, slow)) if {fast, slow} <= set(found) else ""
                for found in speeds.values()
            ),
        )
        for fast, slow in pairs
        if any({fast, slow} <= set(found) for found in speeds.values())
    ]
    return Section(
        title="How many times faster: median of the pairs (lowest to highest)",
        columns=("pair", *speeds),
        rows=rows,
    )


def cost_section(profiles: Mapping[str, Profile]) -> Section:
    """What a turn, a decision and a random number cost on one thread of the batch engine."""
    columns: list[list[str]] = []
    for profile in profiles.values():
        turn = profile.whole
        decisions = sum(profile.deciding.values())
        draws = profile.of("draw_turn", "draw_dated")
        columns.append(
            [
                f"{profile.turns:.1f}",
                f"{turn:,.0f}",
                f"{len(profile.deciding)}",
                f"{decisions:.2f}",
                f"{turn / len(profile.deciding):,.0f}",
                f"{turn / decisions:,.0f}",
                f"{profile.of(*_DECISION) / decisions:,.0f}",
                f"{profile.draws:.1f}",
                f"{draws / profile.draws:.2f}",
                f"{100 * draws / turn:.1f} %",
            ]
        )
    titles = (
        "turns in an episode, mean",
        "nanoseconds for a turn, all in all",
        "actors",
        "decisions made in a turn, mean",
        "nanoseconds for a turn, by actor",
        "nanoseconds for a turn, by decision made",
        "of these in the decision itself",
        "random numbers in a turn",
        "nanoseconds for a random number",
        "share of random numbers in the whole",
    )
    return Section(
        title="What a turn of one episode costs on one thread",
        columns=("what", *profiles),
        rows=list(zip(titles, *columns, strict=True)),
    )


def profile_section(profile: Profile) -> Section:
    """Every function of the kernel, in the order of play, and what is left over."""
    whole = profile.whole
    rows = [
        (
            f"`{cost.name}`",
            f"{max(0.0, cost.turn):.1f}",
            f"{max(0.0, 100 * cost.turn / whole):.1f} %",
            "" if cost.lanes is None else f"{cost.lanes:.2f}",
        )
        for cost in profile.costs
    ]
    rest = whole - profile.total
    rows.append(("all else", f"{rest:.1f}", f"{100 * rest / whole:.1f} %", ""))
    rows.append(("**whole runs**", f"**{whole:.1f}**", "100 %", ""))
    return Section(
        title="The kernel, function by function",
        columns=("function", "ns for a turn of one episode", "share", "lanes computed per lane running"),
        rows=rows,
    )


def group_section(profiles: Mapping[str, Profile]) -> Section:
    """The functions of the kernel by what they are for, as shares of all of them."""
    rows = [
        (title, *(f"{100 * profile.of(*names) / profile.total:.1f} %" for profile in profiles.values()))
        for title, names in _GROUPS.items()
    ]
    return Section(title="What the time goes into", columns=("what", *profiles), rows=rows)
