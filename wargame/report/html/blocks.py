"""What a page is made of: sections of blocks, each of which the template knows how to show.

A text may be plain, and is then shown as it stands, or `Markup`, which may hold HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from wargame.experiment.display import percent
from wargame.report.html.numbers import interval

__all__ = [
    "Bar",
    "Bars",
    "Block",
    "Command",
    "Details",
    "Listing",
    "Paragraph",
    "Picture",
    "Section",
    "Subheading",
    "Table",
]


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """A few sentences; a `note` is set smaller, a `warning` in a frame."""

    kind: ClassVar[str] = "paragraph"
    text: str
    tone: Literal["plain", "note", "warning"] = "plain"


@dataclass(frozen=True, kw_only=True)
class Subheading:
    """A heading inside a section."""

    kind: ClassVar[str] = "subheading"
    text: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Points, one below the other."""

    kind: ClassVar[str] = "listing"
    items: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to type, and what it does."""

    kind: ClassVar[str] = "command"
    says: str
    lines: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells under columns. The first cell of a row names it; `words` are the columns that hold text."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: frozenset[int] = frozenset({0})


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A share with its chance interval, and where it is known the range over what is not known; all from 0 to 1."""

    label: str
    value: float
    low: float
    high: float
    range_low: float | None = None
    range_high: float | None = None

    @property
    def share(self) -> str:
        """The share in words."""
        return percent(self.value)

    @property
    def chance(self) -> str:
        """Its interval in words."""
        return interval(self.low, self.high)

    @property
    def over(self) -> str:
        """The range over what is not known in words."""
        if self.range_low is None or self.range_high is None:
            return "–"
        return interval(self.range_low, self.range_high)


@dataclass(frozen=True, kw_only=True)
class Bars:
    """Shares as bars that fit any width, with their numbers in words; `most` is the share that fills a line."""

    kind: ClassVar[str] = "bars"
    caption: str
    bars: Sequence[Bar]

    @property
    def most(self) -> float:
        """The share at the right edge."""
        ends = [end for bar in self.bars for end in (bar.value, bar.high, bar.range_high) if end is not None]
        return max([end for end in ends if end == end], default=1.0) or 1.0

    @property
    def ranged(self) -> bool:
        """Whether there are ranges over what is not known."""
        return any(bar.range_low is not None for bar in self.bars)

    def place(self, share: float) -> str:
        """Where a share stands, as a percentage of the line."""
        return f"{100 * share / self.most:.2f}" if share == share else "0"

    def width(self, low: float, high: float) -> str:
        """How far it is from one share to another."""
        return self.place(max(high - low, 0.0))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A figure in two widths, as data URIs, with what it shows in words and the numbers behind it."""

    kind: ClassVar[str] = "picture"
    caption: str
    alt: str
    wide: str
    narrow: str
    table: Table | None = None


@dataclass(frozen=True, kw_only=True)
class Details:
    """Blocks that are folded away until asked for, or `unfolded` at first; `printed`: on paper they are shown."""

    kind: ClassVar[str] = "details"
    summary: str
    blocks: Sequence[Block]
    unfolded: bool = False
    printed: bool = False


Block = Paragraph | Subheading | Listing | Command | Table | Bars | Picture | Details


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page under a heading of its own; `name` is its address on the page."""

    name: str
    title: str
    blocks: Sequence[Block] = field(default=())
