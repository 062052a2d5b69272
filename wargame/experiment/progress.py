"""A bar on standard error that shows how far a run is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wargame.engine.block import Block
from wargame.experiment.record import Piece

__all__ = ["Progress"]


class Progress:
    """A bar on standard error, or nothing; while rules are compiled it says so."""

    def __init__(self, episodes: int, name: str, *, shown: bool) -> None:
        from tqdm import tqdm

        self._name = name
        self._bar = tqdm(
            total=episodes, desc=name, unit=" episodes", leave=False, mininterval=0.25, disable=not shown
        )

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def say(self, text: str) -> None:
        """Show what is being done before the first episode."""
        self._bar.set_description_str(f"{self._name}, {text}, once")

    def begin_at(self, episodes: int) -> None:
        """Count episodes that were played before, which are no measure of how fast this run is."""
        self._bar.initial = episodes
        self._bar.update(episodes)

    def over(self, blocks: Iterable[Block | Piece]) -> Iterator[Block | Piece]:
        """Hand blocks on and count their episodes."""
        self._bar.set_description_str(self._name)
        # What was spent on compiling is not playing.
        self._bar.unpause()
        for block in blocks:
            yield block
            self._bar.update(block.count)
