"""A record as Parquet files and back, without loss."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from wargame.engine.block import BINS, FAILED, Failure, Layout
from wargame.experiment.record import Aggregates, Episodes, Sample, empty_columns, episode_columns

__all__ = [
    "EpisodesWriter",
    "read_aggregates",
    "read_column",
    "read_episodes",
    "read_failures",
    "read_pages",
    "read_sample",
    "stream_episodes",
    "write_aggregates",
    "write_episodes",
    "write_failures",
    "write_pages",
    "write_sample",
]

ROWS_PER_GROUP = 131_072
"""Episodes written at a time, so that a long run is never held twice."""

LASTING: dict[str, Any] = {"compression": "zstd"}
PASSING: dict[str, Any] = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
"""How Parquet is written: to be kept, and to be read once and thrown away."""

Array = NDArray[Any]
File = Path | IO[bytes]


class EpisodesWriter:
    """Writes `episodes.parquet` from consecutive pieces: the same bytes, whatever the pieces were.

    With `passing` the file is larger, and made in half the time.
    """

    def __init__(self, file: File, layout: Layout, *, passing: bool = False) -> None:
        self._layout = layout
        names = episode_columns(layout)
        types = [pa.from_numpy_dtype(values.dtype) for _, values in _nothing(layout).columns(layout)]
        outcome = names.index("outcome")
        types[outcome] = pa.dictionary(pa.int16(), pa.string())
        self._schema = pa.schema([*zip(names, types, strict=True), ("failure", pa.string())])
        self._outcomes = pa.array(layout.outcomes, pa.string())
        self._waiting: list[Any] = []
        self._rows, self._written = 0, False
        self._writer = pq.ParquetWriter(file, self._schema, **(PASSING if passing else LASTING))

    def add(self, episodes: Episodes, failures: Iterable[Failure]) -> None:
        """Add the next episodes; `failures` are those among them."""
        if not len(episodes):
            return
        self._waiting.append(self._table(episodes, {one.episode: str(one) for one in failures}))
        self._rows += len(episodes)
        while self._rows >= ROWS_PER_GROUP:
            self._write(ROWS_PER_GROUP)

    def _table(self, episodes: Episodes, texts: Mapping[int, str]) -> Any:
        columns = dict(episodes.columns(self._layout))
        arrays = {name: pa.array(np.ascontiguousarray(values)) for name, values in columns.items()}
        indices = pa.array(columns["outcome"], mask=columns["outcome"] == FAILED)
        arrays["outcome"] = pa.DictionaryArray.from_arrays(indices, self._outcomes)
        if texts:
            arrays["failure"] = pa.array([texts.get(int(i)) for i in columns["episode"]], pa.string())
        else:
            arrays["failure"] = pa.nulls(len(episodes), pa.string())
        return pa.table(arrays, schema=self._schema)

    def _write(self, count: int) -> None:
        whole = pa.concat_tables(self._waiting) if self._waiting else self._schema.empty_table()
        self._writer.write_table(whole.slice(0, count).combine_chunks())
        rest = whole.slice(count)
        self._waiting, self._rows, self._written = [rest] if len(rest) else [], len(rest), True

    def close(self) -> None:
        """Write what is left; without episodes a table of no rows."""
        if self._rows or not self._written:
            self._write(self._rows)
        self._writer.close()


def write_episodes(
    file: File,
    layout: Layout,
    episodes: Iterable[Episodes],
    failures: Sequence[Failure],
    *,
    passing: bool = False,
) -> None:
    """`episodes.parquet`: the columns of `Results.episodes`, from consecutive pieces; `failures` of all of them."""
    writer = EpisodesWriter(file, layout, passing=passing)
    try:
        for piece in episodes:
            last = piece.first + len(piece)
            writer.add(piece, [one for one in failures if piece.first <= one.episode < last])
    finally:
        writer.close()


def read_episodes(file: File, layout: Layout) -> Episodes:
    """The episodes of `episodes.parquet`."""
    return _episodes(_table(file), layout)


def stream_episodes(file: File, layout: Layout) -> Iterator[Episodes]:
    """The episodes of `episodes.parquet`, some at a time."""
    with pq.ParquetFile(file) as opened:
        for group in range(opened.num_row_groups):
            yield _episodes(opened.read_row_group(group, use_threads=False), layout)


def read_column(file: File, name: str) -> Array:
    """One column of numbers of `episodes.parquet`, of the completed episodes."""
    table = _table(file, columns=["outcome", name])
    completed = ~table["outcome"].is_null().to_numpy()
    values: Array = table[name].to_numpy()[completed]
    return values


def read_columns(
    file: File, layout: Layout, names: Sequence[str], most: int | None = None
) -> dict[str, Array]:
    """Some columns of `episodes.parquet`, of all rows or the first so many; `outcome` by its place in the layout."""
    table = _table(file, columns=names) if most is None else _head(file, names, most)
    return {name: _outcomes(table, layout) if name == "outcome" else table[name].to_numpy() for name in names}


def _table(file: File, columns: Sequence[str] | None = None) -> Any:
    """A table as a whole, read on this thread.

    With Arrow's own threads a process that ends soon after reading was seen to abort ("terminate called without an
    active exception") in 5 of 100 ends on a busy machine, and without them in none of 200 (pyarrow 26.0).
    """
    chosen = None if columns is None else list(columns)
    return pq.read_table(file, columns=chosen, use_threads=False, pre_buffer=False)


def _head(file: File, columns: Sequence[str], most: int) -> Any:
    """The first rows of a table; of the rest nothing is read."""
    with pq.ParquetFile(file) as opened:
        groups, rows = 0, 0
        while rows < most and groups < opened.num_row_groups:
            rows += opened.metadata.row_group(groups).num_rows
            groups += 1
        table = opened.read_row_groups(list(range(groups)), columns=list(columns), use_threads=False)
        return table.slice(0, most)


def _nothing(layout: Layout) -> Episodes:
    return Episodes(first=0, **empty_columns(layout, 0))


def _outcomes(table: Any, layout: Layout) -> Array:
    outcome = pc.index_in(
        table["outcome"].cast(pa.string()), value_set=pa.array(layout.outcomes, pa.string())
    )
    codes: Array = pc.fill_null(outcome, FAILED).to_numpy().astype(np.int16)
    return codes


def _episodes(table: Any, layout: Layout) -> Episodes:
    count = table.num_rows
    return Episodes(
        first=int(table["episode"][0].as_py()) if count else 0,
        outcome=_outcomes(table, layout),
        length=table["length"].to_numpy().astype(np.int32),
        metrics=_matrix(table, [f"metric.{name}" for name in layout.metrics], np.float64),
        payoffs=_matrix(table, [f"payoff.{name}" for name in layout.actors], np.float64),
        plays=_matrix(table, [f"plays.{name}" for name in layout.policies], np.int32),
        sampled=_matrix(table, layout.sampled, np.float64),
        orders_blocked=table["orders_blocked"].to_numpy().astype(np.int32),
    )


def write_pages(file: File, pages: Sequence[bytes]) -> None:
    """`pages.parquet`: the digests of full pages, of a run that keeps no episodes."""
    table = pa.table({"digest": pa.array(list(pages), pa.binary(32))})
    pq.write_table(table, file, compression="none")


def read_pages(file: File) -> tuple[bytes, ...]:
    """The digests of `pages.parquet`."""
    return tuple(_table(file)["digest"].to_pylist())


def write_aggregates(trajectories: File, policies: File, layout: Layout, aggregates: Aggregates) -> None:
    """`trajectories.parquet` and `policies.parquet`: the integers, with the names and bounds they stand for.

    A `sum` counts multiples of (high - low) / 2**40 above low, over all completed episodes; an element of a
    `histogram` counts the episodes in one of equal bins from low to high.
    """
    variables, points = layout.variables, layout.horizon + 1
    cells = aggregates.histogram.reshape(-1)
    table = pa.table(
        {
            "turn": np.repeat(np.arange(-1, layout.horizon, dtype=np.int32), len(variables)),
            "variable": [item.name for item in variables] * points,
            "low": np.array([item.low for item in variables] * points, dtype=np.float64),
            "high": np.array([item.high for item in variables] * points, dtype=np.float64),
            "running": np.repeat(aggregates.running, len(variables)),
            "sum": pa.array([int(total) for total in aggregates.sums.ravel()], pa.decimal128(38, 0)),
            "histogram": pa.FixedSizeListArray.from_arrays(pa.array(cells), BINS),
        }
    )
    # Also for a scenario without state variables, whose table has no rows.
    table = table.replace_schema_metadata({"running": json.dumps(aggregates.running.tolist())})
    pq.write_table(table, trajectories, compression="zstd")
    names = [name.split(".", 1) for name in layout.policies]
    table = pa.table(
        {
            "turn": np.repeat(np.arange(layout.horizon, dtype=np.int32), len(names)),
            "actor": pa.array([actor for actor, _ in names] * layout.horizon, pa.string()),
            "policy": pa.array([policy for _, policy in names] * layout.horizon, pa.string()),
            "n": aggregates.policy_turns.ravel(),
            "running": np.repeat(aggregates.running[1:], len(names)),
        }
    )
    pq.write_table(table, policies, compression="zstd")


def read_aggregates(trajectories: File, policies: File, layout: Layout) -> Aggregates:
    """The aggregates of `trajectories.parquet` and `policies.parquet`."""
    table = _table(trajectories)
    points, variables = layout.horizon + 1, len(layout.variables)
    sums = np.empty(points * variables, dtype=object)
    sums[:] = [int(total) for total in table["sum"].to_pylist()]
    cells = table["histogram"].combine_chunks().flatten().to_numpy()
    played = _table(policies, columns=["n"])["n"].to_numpy()
    return Aggregates(
        running=_running(table, layout),
        sums=sums.reshape(points, variables),
        histogram=cells.astype(np.int64).reshape(points, variables, BINS),
        policy_turns=played.astype(np.int64).reshape(layout.horizon, len(layout.policies)),
    )


def _running(table: Any, layout: Layout) -> Array:
    stated = (table.schema.metadata or {}).get(b"running")
    if stated is not None:
        return np.array(json.loads(stated), dtype=np.int64)
    values: Array = table["running"].to_numpy().reshape(layout.horizon + 1, len(layout.variables))
    return np.ascontiguousarray(values[:, 0])


def write_sample(file: File, layout: Layout, sample: Sample) -> None:
    """`sample.parquet`: one row per sampled episode and point, a column per variable and per policy.

    `length` is the episode's, on each of its rows. Turn -1 is the state as dealt, where nothing has been played yet.
    """
    points, count = layout.horizon + 1, len(sample)
    columns: dict[str, Any] = {
        "episode": np.repeat(sample.index, points),
        "turn": np.tile(np.arange(-1, layout.horizon, dtype=np.int32), count),
        "length": np.repeat(sample.length, points),
    }
    for position, variable in enumerate(layout.variables):
        columns[f"state.{variable.name}"] = sample.values[:, :, position].ravel()
    undealt = np.zeros((count, 1), dtype=np.int16)
    for position, name in enumerate(layout.policies):
        columns[f"plays.{name}"] = np.hstack([undealt, sample.plays[:, :, position]]).ravel()
    pq.write_table(pa.table(columns), file, compression="zstd")


def read_sample(file: File, layout: Layout) -> Sample:
    """The sampled episodes of `sample.parquet`."""
    table = _table(file)
    points = layout.horizon + 1
    count = table.num_rows // points
    values = _matrix(table, [f"state.{item.name}" for item in layout.variables], np.float64)
    plays = _matrix(table, [f"plays.{name}" for name in layout.policies], np.int16)
    return Sample(
        first=int(table["episode"][0].as_py()) if count else 0,
        length=table["length"].to_numpy()[::points].astype(np.int32),
        values=values.reshape(count, points, len(layout.variables)),
        plays=np.ascontiguousarray(plays.reshape(count, points, len(layout.policies))[:, 1:]),
    )


def write_failures(file: File, failures: Sequence[Failure]) -> None:
    """`failures.parquet`: one row per failed episode; `values` as JSON."""
    rows = [vars(failure) | {"values": json.dumps(failure.values)} for failure in failures]
    pq.write_table(pa.Table.from_pylist(rows), file, compression="zstd")


def read_failures(file: File) -> list[Failure]:
    """The failures of `failures.parquet`."""
    rows = _table(file).to_pylist()
    return [Failure(**row | {"values": json.loads(row["values"])}) for row in rows]


def _matrix(table: Any, names: Sequence[str], dtype: type) -> Array:
    matrix = np.empty((table.num_rows, len(names)), dtype=dtype, order="F")
    for position, name in enumerate(names):
        matrix[:, position] = table[name].to_numpy()
    return matrix
