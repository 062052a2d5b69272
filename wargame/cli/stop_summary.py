"""What a stop rule came to, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import RenderableType
from rich.text import Text

from wargame.experiment.stopping import Look, Plan
from wargame.experiment.until import Stopped
from wargame.report.page import Page, line
from wargame.report.wording import number

__all__ = ["stop_line", "told_stop"]


def told_stop(stopped: Stopped) -> Page:
    """The stop of a run."""
    return Page([Text(), stop_line(stopped.plan, stopped.looks)])


def stop_line(plan: Plan, looks: Sequence[Look]) -> RenderableType:
    """Whether the target was met, by which estimate, and how the looks were paid for."""
    episodes = looks[-1].episodes
    last = [look for look in looks if look.episodes == episodes]
    widest = max(last, key=lambda look: look.half_width)
    met = "met" if plan.is_met(last) else "not met"
    ends = f"{number(widest.value)}, {number(widest.low)} to {number(widest.high)}"
    which = "" if len(last) == 1 else ", the widest"
    return line(
        (f"Target {plan.target}: ", "bold"),
        f"{met} after {episodes:,} episodes; {widest.name} is {ends}{which}. {len(plan.sizes)} looks were planned, "
        f"each at {100 * plan.look_level:.4g} %, so that all hold together at {100 * plan.level:g} % (Bonferroni).",
    )
