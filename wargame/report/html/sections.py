"""The sections of a report, in the order of the page.

To add one: write a function that takes the subject and returns a Section, or None where it has nothing to say, and put
it in the list. A section reads tables; it never plays more than the few episodes that it tells.
"""

from __future__ import annotations

from collections.abc import Callable

from wargame.report.html.blocks import Section
from wargame.report.html.choices import choices
from wargame.report.html.driving import driving
from wargame.report.html.evidence import evidence
from wargame.report.html.happened import happened
from wargame.report.html.reproducing import reproducing
from wargame.report.html.stakes import stakes
from wargame.report.html.stories import stories
from wargame.report.html.strategy import strategy
from wargame.report.html.subject import Subject
from wargame.report.html.told import told

__all__ = ["SECTIONS"]

SECTIONS: tuple[Callable[[Subject], Section | None], ...] = (
    choices,
    strategy,
    stakes,
    told,
    happened,
    driving,
    stories,
    evidence,
    reproducing,
)
