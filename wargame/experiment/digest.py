"""Digests: fingerprints of a record that depend on its numbers alone.

Canonical bytes: columns in a fixed order, each preceded by its name and type, little-endian, with one NaN and
no negative zero. Episodes are taken in consecutive runs of 4,096 from the first, whatever the blocks were;
the digest is the SHA-256 of the names and of those runs' SHA-256s, so that it can be made while episodes pass by and
none is kept. The texts of failures are left out of it:
they name a path, which differs from one machine to the next (which episodes failed is in the outcomes).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import Failure, Layout
from wargame.experiment.record import Aggregates, Episodes, Record, Sample, episode_columns
from wargame.experiment.totals import Totals

__all__ = [
    "EPISODES_PER_DIGEST",
    "digest_aggregates",
    "digest_episodes",
    "digest_failures",
    "digest_of_pages",
    "digest_page",
    "digest_sample",
    "digest_totals",
    "digests",
]

EPISODES_PER_DIGEST = 4096
"""Episodes behind one of the digests that the digest of a run is made of."""

Array = NDArray[Any]
_SUM_BYTES = 16


def digest_episodes(layout: Layout, episodes: Episodes) -> str:
    """SHA-256 over the table of episodes: the fingerprint of a run."""
    starts = range(0, len(episodes), EPISODES_PER_DIGEST)
    pages = (digest_page(layout, episodes.cut(start, start + EPISODES_PER_DIGEST)) for start in starts)
    return digest_of_pages(layout, len(episodes), pages)


def digest_page(layout: Layout, page: Episodes) -> bytes:
    """SHA-256 over consecutive episodes: `EPISODES_PER_DIGEST` of them, fewer at a run's end."""
    part = hashlib.sha256()
    for name, values in page.columns(layout):
        _update(part, name, values)
    return part.digest()


def digest_of_pages(layout: Layout, count: int, pages: Iterable[bytes]) -> str:
    """The digest of a table of so many episodes from the digests of its pages."""
    whole = _header(outcomes=layout.outcomes, columns=episode_columns(layout), episodes=count)
    for page in pages:
        whole.update(page)
    return whole.hexdigest()


def digest_totals(layout: Layout, totals: Totals) -> str:
    """SHA-256 over counts, exact sums, least and greatest values."""
    return _header(totals=[totals.as_json(layout)]).hexdigest()


def digest_aggregates(layout: Layout, aggregates: Aggregates) -> str:
    """SHA-256 over the running counts, sums, histograms and policy counts of every turn."""
    variables = [[variable.name, variable.low, variable.high] for variable in layout.variables]
    whole = _header(variables=variables, policies=layout.policies, horizon=layout.horizon)
    _update(whole, "running", aggregates.running)
    whole.update(b"".join(_integer(total) for total in aggregates.sums.ravel()))
    _update(whole, "histogram", aggregates.histogram)
    _update(whole, "policy_turns", aggregates.policy_turns)
    return whole.hexdigest()


def digest_sample(layout: Layout, sample: Sample) -> str:
    """SHA-256 over the full trajectories of the sampled episodes."""
    variables = [variable.name for variable in layout.variables]
    whole = _header(variables=variables, policies=layout.policies, first=sample.first, episodes=len(sample))
    _update(whole, "length", sample.length)
    _update(whole, "values", sample.values)
    _update(whole, "plays", sample.plays)
    return whole.hexdigest()


def digest_failures(failures: Iterable[Failure]) -> str:
    """SHA-256 over the failures, texts and values included."""
    return _header(failures=[asdict(failure) for failure in failures]).hexdigest()


def digests(layout: Layout, record: Record) -> dict[str, str]:
    """The digest of each part of a record, by the part's name."""
    return {
        "episodes": record.digest,
        "totals": digest_totals(layout, record.totals),
        "aggregates": digest_aggregates(layout, record.aggregates),
        "sample": digest_sample(layout, record.sample),
        "failures": digest_failures(record.failures),
    }


def canonical(values: Array) -> Array:
    """The array in row order and little-endian, with one NaN and no negative zero."""
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.nan, values + 0.0)
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))


def _update(target: hashlib._Hash, name: str, values: Array) -> None:
    little = canonical(values)
    target.update(f"{name}\0{little.dtype.str}\0{little.shape}\0".encode())
    target.update(little.data)


def _header(**names: int | Sequence[Any]) -> hashlib._Hash:
    return hashlib.sha256(json.dumps(names, sort_keys=True, separators=(",", ":")).encode())


def _integer(total: int) -> bytes:
    return int(total).to_bytes(_SUM_BYTES, "little", signed=True)
