"""However a range of episodes is cut, and whoever plays the pieces: the same bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from both_engines import assert_same_blocks, play_for
from hypothesis import given, settings
from hypothesis import strategies as st

import wargame
from wargame.engine.batch.play import Batch
from wargame.engine.block import Block
from wargame.engine.play import Play
from wargame.engine.rules import rules_for

EPISODES = 200
SAMPLE = 80

TEXT = """
name: chunks
time: {step: round, horizon: 6}
state: {x: {initial: {uniform: [0, 1]}, bounds: [0, 1]}, y: {initial: 1, range: [0, 9]}}
actors:
  a:
    policies: {p: {effects: {x: 0.3}}, q: {}}
    utility: x * b.p
    decision: {rule: logit, precision: 3, revise: 0.5, expects: {beliefs: fictitious}}
  b:
    policies: {p: {effects: {x: -0.4}}, q: {}}
    utility: -x * a.p
    decision: {rule: greedy, ties: random, revise: one, expects: {beliefs: last}}
nature:
  bad: {draw: {bernoulli: 0.02}, effects: {y: 1 / (1 - bad)}}
  war: {draw: {bernoulli: 0.1 * x}, effects: {y: 5}}
outcomes: {over: {when: y > 2, terminal: true}, rest: {default: true}}
metrics: {m: mean(x), f: first(x > 0.8)}
"""


@pytest.fixture(scope="module")
def play() -> Play:
    return play_for(wargame.loads(TEXT), seed=7, sample=SAMPLE, uncertain=True)


@pytest.fixture(scope="module")
def batch(play: Play) -> Batch:
    return Batch(rules_for(play.scenario), uncertain=True)


@pytest.fixture(scope="module")
def whole(play: Play, batch: Batch) -> Block:
    block = batch.play_block(play, 0, EPISODES)
    assert block.failures
    assert (block.length < 6).any()
    return block


def put_together(blocks: list[Block]) -> Block:
    """One block of several, which follow one another."""
    rows = (
        "outcome",
        "length",
        "metrics",
        "payoffs",
        "plays",
        "sampled",
        "orders_blocked",
        "sample",
        "sample_plays",
    )
    sums = ("running", "sums", "histogram", "policy_turns")
    return Block(
        first=blocks[0].first,
        **{name: np.concatenate([getattr(block, name) for block in blocks]) for name in rows},
        **{name: sum(getattr(block, name) for block in blocks) for name in sums},
        failures=[failure for block in blocks for failure in block.failures],
    )


def test_any_cut_gives_the_same_bytes(play: Play, batch: Batch, whole: Block) -> None:
    @settings(max_examples=30)
    @given(st.sets(st.integers(1, EPISODES - 1), max_size=6))
    def same(cuts: set[int]) -> None:
        ends = [0, *sorted(cuts), EPISODES]
        pieces = [batch.play_block(play, a, b - a) for a, b in pairwise(ends)]
        assert_same_blocks(whole, put_together(pieces))

    same()


@pytest.mark.parametrize("size", [1, 7, 64, 90])
def test_threads_at_once_give_the_same_bytes(play: Play, batch: Batch, whole: Block, size: int) -> None:
    firsts = range(0, EPISODES, size)
    with ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            pieces = threads.map(
                lambda first: batch.play_block(play, first, min(size, EPISODES - first)), firsts
            )
            assert_same_blocks(whole, put_together(list(pieces)))


def test_a_block_leaves_nothing_behind(play: Play, batch: Batch, whole: Block) -> None:
    other = play_for(play.scenario, seed=8, orders=["a=q@0..5", "b=p@2"])
    for count in (70, 3):
        batch.play_block(other, 1000, count)
    assert_same_blocks(whole, batch.play_block(play, 0, EPISODES))
