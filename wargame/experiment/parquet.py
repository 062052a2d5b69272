"""A record as Parquet files and back, without loss."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import NDArray

from wargame.engine.block import BINS, FAILED, Failure, Layout
from wargame.experiment.record import Aggregates, Episodes, Record, Sample

__all__ = [
    "read_aggregates",
    "read_episodes",
    "read_failures",
    "read_sample",
    "write_aggregates",
    "write_episodes",
    "write_failures",
    "write_sample",
]

ROWS_PER_GROUP = 131_072
"""Episodes written at a time, so that a long run is never held twice."""

Array = NDArray[Any]


def write_episodes(path: Path, layout: Layout, record: Record) -> None:
    """`episodes.parquet`: the columns of `Results.episodes`."""
    episodes = record.episodes
    if episodes is None:
        raise ValueError("there are no episodes to write")
    columns = dict(episodes.columns(layout))
    texts = {failure.episode: str(failure) for failure in record.failures}
    outcome = pa.dictionary(pa.int16(), pa.string())
    fields = [(name, pa.from_numpy_dtype(values.dtype)) for name, values in columns.items()]
    schema = pa.schema([*fields, ("failure", pa.string())])
    schema = schema.set(schema.get_field_index("outcome"), pa.field("outcome", outcome))
    names = pa.array(layout.outcomes, pa.string())
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, max(len(episodes), 1), ROWS_PER_GROUP):
            part = {name: values[start : start + ROWS_PER_GROUP] for name, values in columns.items()}
            arrays = {name: pa.array(np.ascontiguousarray(values)) for name, values in part.items()}
            indices = pa.array(part["outcome"], mask=part["outcome"] == FAILED)
            arrays["outcome"] = pa.DictionaryArray.from_arrays(indices, names)
            arrays["failure"] = pa.array([texts.get(int(i)) for i in part["episode"]], pa.string())
            writer.write_table(pa.table(arrays, schema=schema))


def read_episodes(path: Path, layout: Layout) -> Episodes:
    """The episodes of `episodes.parquet`."""
    table = pq.read_table(path)
    count = table.num_rows
    outcome = pc.index_in(
        table["outcome"].cast(pa.string()), value_set=pa.array(layout.outcomes, pa.string())
    )
    return Episodes(
        first=int(table["episode"][0].as_py()) if count else 0,
        outcome=pc.fill_null(outcome, FAILED).to_numpy().astype(np.int16),
        length=table["length"].to_numpy().astype(np.int32),
        metrics=_matrix(table, [f"metric.{name}" for name in layout.metrics], np.float64),
        payoffs=_matrix(table, [f"payoff.{name}" for name in layout.actors], np.float64),
        plays=_matrix(table, [f"plays.{name}" for name in layout.policies], np.int32),
        sampled=_matrix(table, layout.sampled, np.float64),
        orders_blocked=table["orders_blocked"].to_numpy().astype(np.int32),
    )


def write_aggregates(trajectories: Path, policies: Path, layout: Layout, aggregates: Aggregates) -> None:
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


def read_aggregates(trajectories: Path, policies: Path, layout: Layout) -> Aggregates:
    """The aggregates of `trajectories.parquet` and `policies.parquet`."""
    table = pq.read_table(trajectories)
    points, variables = layout.horizon + 1, len(layout.variables)
    sums = np.empty(points * variables, dtype=object)
    sums[:] = [int(total) for total in table["sum"].to_pylist()]
    cells = table["histogram"].combine_chunks().flatten().to_numpy()
    played = pq.read_table(policies, columns=["n"])["n"].to_numpy()
    return Aggregates(
        running=_running(table, layout),
        sums=sums.reshape(points, variables),
        histogram=cells.astype(np.int64).reshape(points, variables, BINS),
        policy_turns=played.astype(np.int64).reshape(layout.horizon, len(layout.policies)),
    )


def _running(table: Any, layout: Layout) -> Array:
    variables = len(layout.variables)
    values = table["running"].to_numpy().reshape(layout.horizon + 1, variables)
    return np.ascontiguousarray(values[:, 0])


def write_sample(path: Path, layout: Layout, sample: Sample) -> None:
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
    pq.write_table(pa.table(columns), path, compression="zstd")


def read_sample(path: Path, layout: Layout) -> Sample:
    """The sampled episodes of `sample.parquet`."""
    table = pq.read_table(path)
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


def write_failures(path: Path, failures: Sequence[Failure]) -> None:
    """`failures.parquet`: one row per failed episode; `values` as JSON."""
    rows = [vars(failure) | {"values": json.dumps(failure.values)} for failure in failures]
    pq.write_table(pa.Table.from_pylist(rows), path, compression="zstd")


def read_failures(path: Path) -> list[Failure]:
    """The failures of `failures.parquet`."""
    rows = pq.read_table(path).to_pylist()
    return [Failure(**row | {"values": json.loads(row["values"])}) for row in rows]


def _matrix(table: Any, names: Sequence[str], dtype: type) -> Array:
    matrix = np.empty((table.num_rows, len(names)), dtype=dtype)
    for position, name in enumerate(names):
        matrix[:, position] = table[name].to_numpy()
    return matrix
