"""Episodes gathered into pages, one for each digest, in which they are digested, added up, and kept or forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import Layout
from wargame.experiment.digest import EPISODES_PER_DIGEST, digest_of_pages, digest_page
from wargame.experiment.record import COLUMNS, Ending, Episodes, empty_columns
from wargame.experiment.totals import Tally, Totals

__all__ = ["Pages"]

Array = NDArray[Any]


class Pages:
    """Takes consecutive episodes in pieces of any size; unless `keep`, memory does not grow with their number.

    Pages are counted from `origin`; without it, from the first episode. Of a piece that begins within a page the first
    rows cannot be digested: they are its `head`.
    """

    def __init__(self, layout: Layout, *, keep: bool, origin: int | None = None) -> None:
        self.keep = keep
        self._layout, self._origin = layout, origin
        self._first, self._count = origin or 0, 0
        # Places in the page: where its rows begin, how far they go, and how far they are in the tally.
        self._begin, self._filled, self._tallied = 0, 0, 0
        self._page = empty_columns(layout, EPISODES_PER_DIGEST)
        self._full: dict[str, list[Array]] = {name: [] for name in COLUMNS}
        self._head: Episodes | None = None
        self._digests: list[bytes] = []
        self._tally = Tally(layout)

    def add(self, first: int, columns: Mapping[str, Array], *, tallied: bool = False) -> None:
        """Add episodes from `first` on, the fields of `Episodes` by name. They are copied.

        With `tallied` they are in totals that are added apart.
        """
        self._start(first)
        if tallied:
            self._tally_page(self._tally)
        count, start = len(columns["outcome"]), 0
        while start < count:
            taken = min(count - start, EPISODES_PER_DIGEST - self._filled)
            for name, page in self._page.items():
                page[self._filled : self._filled + taken] = columns[name][start : start + taken]
            start += taken
            self._filled += taken
            self._count += taken
            if tallied:
                self._tallied = self._filled
            if self._filled == EPISODES_PER_DIGEST:
                self._turn()

    def add_digested(self, first: int, digests: Sequence[bytes], episodes: Episodes | None) -> None:
        """Add whole pages that were digested before; their episodes if they are kept, which are not copied."""
        if not digests:
            return
        self._start(first)
        if self._filled:
            raise ValueError("whole pages can only follow a whole page")
        self._digests.extend(digests)
        self._count += len(digests) * EPISODES_PER_DIGEST
        if self.keep:
            if episodes is None:
                raise ValueError("the episodes of these pages are missing")
            for name, parts in self._full.items():
                parts.append(getattr(episodes, name))

    def add_totals(self, totals: Totals) -> None:
        """Add the totals of episodes that are added as `tallied` or digested."""
        self._tally.add_totals(totals)

    def _start(self, first: int) -> None:
        if self._count:
            return
        self._origin = first if self._origin is None else self._origin
        self._first = first
        self._begin = self._filled = self._tallied = (first - self._origin) % EPISODES_PER_DIGEST

    def _turn(self) -> None:
        """Finish the full page and begin the next."""
        page = self._rows()
        self._tally_page(self._tally)
        if self._begin:
            self._head = page
        else:
            self._digests.append(digest_page(self._layout, page))
        if self.keep:
            for name in self._full:
                self._full[name].append(getattr(page, name))
        if self.keep or self._begin:
            self._page = empty_columns(self._layout, EPISODES_PER_DIGEST)
        self._begin = self._filled = self._tallied = 0

    def _tally_page(self, tally: Tally) -> None:
        if self._filled > self._tallied:
            tally.add(self._rows(self._tallied))
            self._tallied = self._filled

    def _rows(self, start: int | None = None) -> Episodes:
        """The page as far as it is filled, from a place on."""
        start = self._begin if start is None else start
        return Episodes(
            first=self._first + self._count - (self._filled - start),
            **{name: values[start : self._filled] for name, values in self._page.items()},
        )

    def finish(self) -> tuple[Episodes | None, str, Totals, Ending | None]:
        """The table of episodes if they are kept, its digest, what it adds up to, and else how to go on."""
        if self._first != (self._origin or 0):
            raise ValueError(f"these are episodes from {self._first} on, a piece of a run")
        digests, rows = self._digests, self._rows()
        if self._filled:
            digests = [*digests, digest_page(self._layout, rows)]
        digest = digest_of_pages(self._layout, self._count, digests)
        totals = self._totals()
        if self.keep:
            return self.table(), digest, totals, None
        return None, digest, totals, Ending(pages=tuple(self._digests), rows=_copy(rows))

    def _totals(self) -> Totals:
        tally, tallied = self._tally, self._tallied
        if self._filled > tallied:
            tally = deepcopy(tally)
            self._tally_page(tally)
            self._tallied = tallied
        return tally.totals()

    def cut(self) -> tuple[Episodes, tuple[bytes, ...], Episodes, Totals]:
        """What was added, as a piece of a run: head, digests of whole pages, tail, and totals."""
        head = (
            Episodes(first=self._first, **empty_columns(self._layout, 0))
            if self._head is None
            else self._head
        )
        return head, tuple(self._digests), _copy(self._rows()), self._totals()

    def table(self) -> Episodes:
        """All episodes, where they are kept."""
        whole = empty_columns(self._layout, self._count)
        rows = self._rows()
        for name, values in whole.items():
            # Each column's pages give way to the whole before the next is laid out: no second table is held.
            start = 0
            for part in [*self._full[name], getattr(rows, name)]:
                values[start : start + len(part)] = part
                start += len(part)
            self._full[name] = [values[: self._count - len(rows)]]
        return Episodes(first=self._first, **whole)


def _copy(episodes: Episodes) -> Episodes:
    parts = {name: np.array(getattr(episodes, name), order="F") for name in COLUMNS}
    return Episodes(first=episodes.first, **parts)
