from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from wargame.experiment import Results
from wargame.experiment.digest import EPISODES_PER_DIGEST, canonical, digest_episodes


@pytest.mark.parametrize("sizes", [(1,), (7, 100, 1), (300,), (299, 1)])
def test_digests_do_not_depend_on_chunking(run, results, synthetic, sizes):
    again = Results.collect(run.layout, run.blocks(*sizes), synthetic.synthetic_manifest())
    assert again.digests == results.digests
    assert again.digest == results.digest


def test_digest_spans_several_parts_and_any_chunking(synthetic):
    run = synthetic.synthetic_run(2 * EPISODES_PER_DIGEST + 10, variables=1, horizon=2)
    whole = Results.collect(run.layout, run.blocks(len(run.arrays["outcome"])), {})
    cut = Results.collect(run.layout, run.blocks(1000), {})
    assert cut.digests == whole.digests


def test_joined_parts_equal_one_run(run, results, synthetic):
    blocks = list(run.blocks(50))
    parts = [Results.collect(run.layout, blocks[start : start + 2], {"seed": 1}) for start in (0, 2, 4)]
    joined = Results.join(parts, synthetic.synthetic_manifest())
    assert joined.digests == results.digests
    assert len(joined) == len(results)


def test_join_refuses_a_gap_and_another_layout(run, synthetic):
    blocks = list(run.blocks(100))
    first, last = (Results.collect(run.layout, [blocks[place]], {}) for place in (0, 2))
    with pytest.raises(ValueError, match="begins at episode 200; expected 100"):
        Results.join([first, last])
    other = synthetic.synthetic_run(10, variables=2, horizon=8)
    with pytest.raises(ValueError, match="layouts differ"):
        Results.join([first, Results.collect(other.layout, other.blocks(10), {})])


@pytest.mark.parametrize(
    "name", ["outcome", "length", "metrics", "payoffs", "plays", "sampled", "orders_blocked"]
)
def test_digest_sees_every_column(run, results, name):
    (block,) = run.blocks(300)
    values = getattr(block, name).copy()
    values.flat[5] = values.flat[5] - 1 if np.isfinite(values.flat[5]) else 1.0
    setattr(block, name, values)
    assert Results.collect(run.layout, [block], {}).digest != results.digest


@pytest.mark.parametrize("name", ["running", "sums", "histogram", "policy_turns"])
def test_aggregate_digest_sees_every_integer(run, results, name):
    (block,) = run.blocks(300)
    getattr(block, name).flat[-1] += 1
    changed = Results.collect(run.layout, [block], {})
    assert changed.digest == results.digest
    assert changed.digests["aggregates"] != results.digests["aggregates"]


def test_canonical_bytes_have_one_nan_and_no_negative_zero():
    odd_nan = np.array([0x7FF8000000000001], dtype=np.uint64).view(np.float64)[0]
    odd, plain = np.array([odd_nan, -np.nan, -0.0, 1.5]), np.array([np.nan, np.nan, 0.0, 1.5])
    assert canonical(odd).tobytes() == canonical(plain).tobytes()
    assert canonical(plain.astype(">f8")).tobytes() == plain.astype("<f8").tobytes()


def test_digest_is_the_documented_one(synthetic):
    """Written out once more, by hand, for a run of one part."""
    run = synthetic.synthetic_run(5, variables=1, horizon=2, failed=1)
    results = Results.collect(run.layout, run.blocks(5), {})
    columns = list(results.record.episodes.columns(run.layout))
    part = hashlib.sha256()
    for name, values in columns:
        little = np.where(np.isnan(values), np.nan, values + 0.0) if values.dtype.kind == "f" else values
        part.update(f"{name}\0<{values.dtype.str[1:]}\0(5,)\0".encode() + little.tobytes())
    names = '","'.join(name for name, _ in columns)
    outcomes = '","'.join(run.layout.outcomes)
    header = f'{{"columns":["{names}"],"episodes":5,"outcomes":["{outcomes}"]}}'
    assert results.digest == hashlib.sha256(header.encode() + part.digest()).hexdigest()
    assert results.digest == digest_episodes(run.layout, results.record.episodes)


def test_import_is_light():
    code = "import sys, wargame.experiment; print([m for m in ('matplotlib', 'scipy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
