"""Episodes gathered into pages, one for each digest, in which they are digested, added up, and kept or forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import Layout
from wargame.experiment.digest import EPISODES_PER_DIGEST, digest_of_pages, digest_page
from wargame.experiment.record import COLUMNS, Episodes
from wargame.experiment.totals import Tally, Totals

__all__ = ["Pages"]

Array = NDArray[Any]


class Pages:
    """Takes consecutive episodes in pieces of any size; unless `keep`, memory does not grow with their number."""

    def __init__(self, layout: Layout, *, keep: bool) -> None:
        self.keep = keep
        self._layout = layout
        self._first, self._count, self._filled = 0, 0, 0
        self._page = _empty(layout, EPISODES_PER_DIGEST)
        self._full: dict[str, list[Array]] = {name: [] for name in COLUMNS}
        self._digests: list[bytes] = []
        self._tally = Tally(layout)

    def add(self, first: int, columns: Mapping[str, Array]) -> None:
        """Add episodes from `first` on, the fields of `Episodes` by name. They are copied."""
        if not self._count:
            self._first = first
        count, start = len(columns["outcome"]), 0
        while start < count:
            taken = min(count - start, EPISODES_PER_DIGEST - self._filled)
            for name, page in self._page.items():
                page[self._filled : self._filled + taken] = columns[name][start : start + taken]
            start += taken
            self._filled += taken
            self._count += taken
            if self._filled == EPISODES_PER_DIGEST:
                self._turn()

    def _turn(self) -> None:
        """Finish the full page and begin the next."""
        page = self._episodes()
        self._digests.append(digest_page(self._layout, page))
        self._tally.add(page)
        self._filled = 0
        if self.keep:
            for name, values in self._page.items():
                self._full[name].append(values)
            self._page = _empty(self._layout, EPISODES_PER_DIGEST)

    def _episodes(self) -> Episodes:
        """The page as far as it is filled."""
        return Episodes(
            first=self._first + self._count - self._filled,
            **{name: values[: self._filled] for name, values in self._page.items()},
        )

    def finish(self) -> tuple[Episodes | None, str, Totals]:
        """The table of episodes if they are kept, its digest, and what it adds up to."""
        digests, tally = self._digests, self._tally
        if self._filled:
            page = self._episodes()
            digests, tally = [*digests, digest_page(self._layout, page)], deepcopy(tally)
            tally.add(page)
        digest = digest_of_pages(self._layout, self._count, digests)
        return self._table() if self.keep else None, digest, tally.totals()

    def _table(self) -> Episodes:
        whole = _empty(self._layout, self._count)
        for name, values in whole.items():
            # Each column's pages give way to the whole before the next is laid out: no second table is held.
            start = 0
            for part in [*self._full[name], self._page[name][: self._filled]]:
                values[start : start + len(part)] = part
                start += len(part)
            self._full[name] = [values[: self._count - self._filled]]
        return Episodes(first=self._first, **whole)


def _empty(layout: Layout, count: int) -> dict[str, Array]:
    """Arrays for so many episodes, column by column in memory, as everything that follows reads them."""
    widths = {
        "metrics": len(layout.metrics),
        "payoffs": len(layout.actors),
        "plays": len(layout.policies),
        "sampled": len(layout.sampled),
    }
    shapes = {name: (count, widths[name]) if name in widths else (count,) for name in COLUMNS}
    return {name: np.empty(shapes[name], dtype=dtype, order="F") for name, dtype in COLUMNS.items()}
