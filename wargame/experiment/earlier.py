"""A finished run as the beginning of a longer one."""

from __future__ import annotations

from collections.abc import Iterator

from wargame.experiment import parquet
from wargame.experiment.errors import ResultsError
from wargame.experiment.pages import Pages
from wargame.experiment.record import COLUMNS, Ending, Episodes, Piece
from wargame.experiment.saved_files import EPISODES, OF_BARE_RUNS
from wargame.experiment.store import Folder

__all__ = ["earlier_episodes", "earlier_piece"]


def earlier_episodes(folder: Folder) -> Iterator[Episodes]:
    """The episodes of a run that kept them, some at a time."""
    return parquet.stream_episodes(folder.directory / EPISODES, folder.layout)


def earlier_piece(folder: Folder) -> Piece:
    """A finished run as a piece without its episodes."""
    ending = _digested(folder) if folder.keeps_episodes else folder.ending
    if ending is None:
        found = f"it kept no episodes and holds no {' and '.join(OF_BARE_RUNS)}, so it cannot be made longer"
        raise ResultsError(folder.directory, found, "Play the longer run in another folder.")
    nothing = ending.rows.cut(0, 0)
    return Piece(
        first=0,
        count=folder.totals.episodes,
        head=nothing,
        pages=ending.pages,
        tail=ending.rows,
        totals=folder.totals,
        aggregates=folder.aggregates,
        sample=folder.sample,
        failures=folder.failures,
        episodes=None,
    )


def _digested(folder: Folder) -> Ending:
    """The digests of all full pages, and the rows after them."""
    pages = Pages(folder.layout, keep=False)
    for episodes in earlier_episodes(folder):
        pages.add(episodes.first, {name: getattr(episodes, name) for name in COLUMNS})
    _, digest, _, ending = pages.finish()
    if digest != folder.recorded["episodes"]:
        found = "its episodes do not have the digest that its manifest states"
        raise ResultsError(folder.directory / EPISODES, found, "Play the longer run in another folder.")
    assert ending is not None
    return ending
