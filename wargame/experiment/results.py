"""The results of a run: its tables, its digest, its folder."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wargame.engine.block import Block, Layout
from wargame.experiment.collect import collect, join
from wargame.experiment.digest import digests
from wargame.experiment.labels import Labels
from wargame.experiment.record import Piece, Record

# Pandas and Arrow take a second to load; they are imported where they are used.
if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from wargame.experiment.store import Folder

__all__ = ["Results", "read"]

RESERVED = ("digest", "results")
LEVEL = 0.95


class Results:
    """What a run of many episodes left: tables, made when they are first asked for.

    Every table is a copy: changing it changes neither the results nor their digest. Intervals are for chance
    alone, the error of having played n episodes; what is not known about the world is not in them.
    """

    def __init__(self, layout: Layout, record: Record | Folder, manifest: Mapping[str, Any]) -> None:
        self.layout = layout
        self.manifest = dict(manifest)
        self._record = record

    @classmethod
    def collect(
        cls,
        layout: Layout,
        blocks: Iterable[Block | Piece],
        manifest: Mapping[str, Any],
        *,
        keep_episodes: bool = True,
    ) -> Results:
        """Add up blocks, which must come in order and without gaps.

        Without `keep_episodes` only what they add up to is kept, and memory does not grow with their number.
        The manifest is any JSON-like mapping, kept with the results. Read from it here, where present:
        `title` or `name`, `seed`, `uncertain`, `labels` (`outcomes`, `variables`, `actors`, `policies`,
        `metrics`), `units` and `turns`. `ValueError` for a manifest that cannot be written, before the
        first block is asked for.
        """
        checked = _check_manifest(manifest)
        return cls(layout, collect(layout, blocks, keep_episodes=keep_episodes), checked)

    @classmethod
    def join(cls, parts: Iterable[Results], manifest: Mapping[str, Any] | None = None) -> Results:
        """Lay consecutive parts of one run end to end: the same, to the digest, as the run in one piece."""
        listed = list(parts)
        if not listed:
            raise ValueError("join needs at least one part")
        layout = listed[0].layout
        if any(part.layout != layout for part in listed):
            raise ValueError("the parts are not of one run: their layouts differ")
        checked = _check_manifest(listed[0].manifest if manifest is None else manifest)
        return cls(layout, join(layout, (part.record for part in listed)), checked)

    @property
    def record(self) -> Record:
        """The numbers behind the tables, as arrays."""
        return self._record if isinstance(self._record, Record) else self._record.record

    # --- counts, labels and fingerprints ---------------------------------------------------------

    def __len__(self) -> int:
        """Episodes, failed ones included."""
        return self._record.totals.episodes

    @property
    def completed(self) -> int:
        """Episodes that were finished."""
        return self._record.totals.completed

    @property
    def failed(self) -> int:
        """Episodes that could not be finished; see `failures`."""
        return self._record.totals.failed

    @property
    def orders_blocked(self) -> int:
        """Episodes in which an order could not be carried out, for want of the policy."""
        return self._record.totals.blocked

    @property
    def mean_length(self) -> float:
        """The mean number of turns that the completed episodes took; NaN if there are none."""
        running = self._record.aggregates.running
        return int(running[1:].sum()) / int(running[0]) if running[0] else math.nan

    @property
    def keeps_episodes(self) -> bool:
        """Whether the run kept its table of episodes, or only what they add up to."""
        return self._record.keeps_episodes

    @cached_property
    def labels(self) -> Labels:
        """What people read in the place of names."""
        return Labels.of(self.layout, self.manifest)

    @cached_property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each part: `episodes`, `totals`, `aggregates`, `sample`, `failures`.

        Of results in a folder, those in its manifest; `read` compares them with what is there.
        """
        if not isinstance(self._record, Record):
            return dict(self._record.recorded)
        return digests(self.layout, self.record)

    @property
    def digest(self) -> str:
        """SHA-256 of the table of episodes: equal for equal runs, however they were cut, on every machine.

        A run that keeps no episodes has it as well.
        """
        return self.digests["episodes"]

    # --- tables ----------------------------------------------------------------------------------

    @property
    def episodes(self) -> pd.DataFrame:
        """One row per episode.

        `episode`; `outcome` (categorical; missing if the episode failed); `length` in completed turns;
        `metric.NAME`; `payoff.ACTOR`; `plays.ACTOR.POLICY`, the turns on which it was played;
        `parameters.NAME` and `state.NAME`, what was drawn once; `orders_blocked`; `failure`, why it failed,
        or missing. `EpisodesNotKept` if the run did not keep them.
        """
        return self._episodes.copy(deep=False)

    @cached_property
    def _episodes(self) -> pd.DataFrame:
        from wargame.experiment import tables

        return tables.episode_table(self.layout, self.record)

    def columns(self, *names: str, most: int | None = None) -> pd.DataFrame:
        """Some columns of `episodes`, or of its first rows; from a folder nothing else is read."""
        from wargame.experiment import tables

        if isinstance(self._record, Record):
            return self._episodes[list(names)].head(len(self) if most is None else most).copy(deep=False)
        return tables.columns_table(self.layout, self._record.columns(names, most))

    def outcomes(self, level: float = LEVEL) -> pd.DataFrame:
        """Share of each outcome among the completed episodes: `outcome`, `n`, `share`, `low`, `high`.

        In the scenario's order, with those that never happened. Interval of each share by itself: Wilson's
        score interval, or Clopper and Pearson's below ten hits or ten misses. Failed episodes are in no
        share; they are counted in `table.attrs` (`completed`, `failed`) and listed in `failures`.
        """
        from wargame.experiment import tables

        return tables.outcome_table(self.layout, self._record.totals, level)

    @property
    def failures(self) -> pd.DataFrame:
        """The failed episodes: `episode`, `turn`, `reason`, `file`, `line`, `formula`, `values`, `text`.

        Of a run that keeps no episodes the first 1,000 failures; `failed` counts all.
        """
        from wargame.experiment import tables

        return tables.failure_table(self._record.failures)

    @property
    def trajectories(self) -> pd.DataFrame:
        """Each variable over time: `turn`, `variable`, `running`, `n`, `mean`, `q05` to `q95`.

        Turn -1 is the state as dealt, turn t the end of turn t. All `n` completed episodes count on every
        turn: after an episode has ended its last value is carried forward; `running` tells how many had not
        ended before. The mean is exact to 2**-41 of the variable's range. Quantiles come from a histogram:
        they are within one bin, 1/256 of the range (`table.attrs["resolution"]`), and exact where all
        episodes share one value, and at a bound on which most values of its bin lie. At the end of a range
        narrower than the bounds, read "or beyond".
        """
        return self._trajectories.copy(deep=False)

    @cached_property
    def _trajectories(self) -> pd.DataFrame:
        from wargame.experiment import tables

        return tables.trajectory_table(self.layout, self._record.aggregates)

    def policies(self) -> pd.DataFrame:
        """What was played: `turn`, `actor`, `policy`, `n`, `share`, `running`.

        `share` is of the `running` episodes, those that played that turn; NaN when none did.
        """
        from wargame.experiment import tables

        return tables.policy_table(self.layout, self._record.aggregates)

    def metrics(self, level: float = LEVEL, *, quantiles: bool = True) -> pd.DataFrame:
        """Each metric: `metric`, `n`, `missing`, `mean`, `sd`, `low`, `high`, `min`, `max`, `q05` to `q95`.

        Over the completed episodes. `low` to `high` is Student's interval for the mean of the `n` episodes in
        which the metric is not missing, or the interval of a share, as in `outcomes`, if it is always 0 or 1. The
        quantiles need the episodes: they are missing if the run did not keep them. All else is known without
        reading these, so `quantiles=False` is fast however long the run.
        """
        return self._summary("metric", self.layout.metrics, "metrics", level, quantiles)

    def payoffs(self, level: float = LEVEL, *, quantiles: bool = True) -> pd.DataFrame:
        """Each actor's payoff (discounted sum), as `metrics` does it: `actor`, `n`, `missing`, `mean`, ..."""
        return self._summary("actor", self.layout.actors, "payoffs", level, quantiles)

    def _summary(
        self, kind: str, names: Sequence[str], field: str, level: float, quantiles: bool
    ) -> pd.DataFrame:
        from wargame.experiment import tables

        totals = self._record.totals
        moments = dict(zip(names, getattr(totals, field), strict=True))
        numbers = self._numbers(names, field) if quantiles and self.keeps_episodes else None
        return tables.summary_table(kind, moments, totals.completed, numbers, level)

    def _numbers(self, names: Sequence[str], field: str) -> Callable[[str], NDArray[np.float64]]:
        """What gives the numbers of one name in the completed episodes; from a folder only these are read."""
        record = self._record
        if not isinstance(record, Record):
            return lambda name: record.numbers(f"{field.removesuffix('s')}.{name}")
        episodes = record.episodes
        assert episodes is not None
        values, completed = getattr(episodes, field), episodes.completed
        return lambda name: values[:, names.index(name)][completed]

    @property
    def sample(self) -> pd.DataFrame:
        """The sampled episodes in full: `episode`, `turn` (-1: as dealt), `variable`, `value`, `running`.

        `running` is False where the episode had ended before and its last value is carried forward.
        """
        from wargame.experiment import tables

        return tables.sample_table(self.layout, self._record.sample)

    @property
    def sample_plays(self) -> pd.DataFrame:
        """What was played in the sampled episodes: `episode`, `turn`, `actor`, `policy`; one row per play."""
        from wargame.experiment import tables

        return tables.sample_play_table(self.layout, self._record.sample)

    # --- folder and display ----------------------------------------------------------------------

    def save(self, directory: str | Path) -> Path:
        """Write the results to a folder, whole or not at all, and return its path.

        Takes the place of earlier results in the same folder, and leaves other files there alone.
        `ResultsError` if the folder holds something else, or cannot be written.
        """
        from wargame.experiment import store

        store.write(Path(directory), self.layout, self.record, self.manifest)
        return Path(directory)

    def __repr__(self) -> str:
        from wargame.experiment import display

        return display.as_text(self)

    def _repr_html_(self) -> str:
        from wargame.experiment import display

        return display.as_html(self)


def read(directory: str | Path, *, verify: bool = True) -> Results:
    """Read results that were saved to a folder.

    The files are checked against the manifest, and unless `verify` is False the digests are computed anew.
    `ResultsError` says what is wrong with a folder that is missing, foreign, incomplete or altered.
    """
    from wargame.experiment.store import Folder

    folder = Folder(Path(directory))
    if verify:
        folder.verify()
    return Results(folder.layout, folder, folder.manifest)


def _check_manifest(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as it will be read back: lists for tuples, text for keys."""
    taken = [key for key in RESERVED if key in manifest]
    if taken:
        raise ValueError(f"the manifest may not hold {' or '.join(taken)}: the results write that themselves")
    try:
        checked: dict[str, Any] = json.loads(json.dumps(dict(manifest)))
    except TypeError as error:
        raise ValueError(f"the manifest must be JSON-like: {error}") from error
    return checked
