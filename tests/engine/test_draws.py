"""Counter-based draws: published answers, an independent implementation, and that nothing moves a draw."""

import numpy as np
import pytest
import randomgen
from scipy import stats

from wargame.engine import draws
from wargame.engine.draws import Streams, centred, draw, philox4x32, philox4x32_arrays, stream_hash, uniform

SEED = 0x0123456789ABCDEF
NAMES = ["north.move", "south.move", "storm", "types.north", "initial.tension", "shock"]
KINDS = ["uniform", "uniform", "uniform", "uniform", "centred", "centred"]

# Random123's known answers for philox4x32-10: counter, key, result.
KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]

PINNED_HASH = 0xDFF89FB9
PINNED_UNIFORM = "0x1.bfee82e093f76p-2"
PINNED_CENTRED = "0x1.b7f25bdd138f4p-3"

# Found by trying names in turn.
COLLIDING = ("stream131709", "stream147789")


def words(text: str) -> tuple[int, ...]:
    return tuple(int(word, 16) for word in text.split())


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN)
def test_known_answers(counter, key, expected):
    assert philox4x32(words(counter), words(key)) == words(expected)
    arrays = [np.array([word], dtype=np.uint64) for word in words(counter)]
    low, high = words(key)
    result = philox4x32_arrays(*arrays, low | high << 32)
    assert tuple(int(word[0]) for word in result) == words(expected)


def test_agrees_with_an_independent_implementation():
    rng = np.random.default_rng(1)
    for _ in range(20):
        counter = [int(word) for word in rng.integers(0, 2**32, 4)]
        key = [int(word) for word in rng.integers(0, 2**32, 2)]
        number = sum(word << 32 * i for i, word in enumerate(counter))
        # It steps its counter before it makes the first output.
        before = (number - 1) % 2**128
        seed = key[0] | key[1] << 32
        other = randomgen.Philox(counter=before, key=seed, number=4, width=32)
        raw = other.random_raw(4)
        assert philox4x32(tuple(counter), tuple(key)) == tuple(int(word) for word in raw)


def test_arrays_broadcast_and_agree_with_the_reference():
    rng = np.random.default_rng(2)
    c0 = rng.integers(0, 2**32, (5, 1), dtype=np.uint64)
    c1 = rng.integers(0, 2**32, 7, dtype=np.uint64)
    c2 = np.array(0xDEADBEEF, dtype=np.uint64)
    c3 = np.array(3, dtype=np.uint64)
    result = philox4x32_arrays(c0, c1, c2, c3, SEED)
    for i in range(5):
        for j in range(7):
            expected = philox4x32((int(c0[i, 0]), int(c1[j]), 0xDEADBEEF, 3), (SEED & 0xFFFFFFFF, SEED >> 32))
            assert tuple(int(word[i, j]) for word in result) == expected


def test_layout_is_pinned():
    """Whoever changes these numbers changes every result ever published with this package."""
    assert stream_hash("north.move") == PINNED_HASH
    assert draw(SEED, 7, 3, "north.move").hex() == PINNED_UNIFORM
    assert draw(SEED, 7, 3, "north.move", index=2, branch=5, kind="centred").hex() == PINNED_CENTRED


def test_draw_is_made_as_documented():
    counter = (7, 3 | 2 << 16, stream_hash("storm"), 5)
    word0, word1, _, _ = philox4x32(counter, (SEED & 0xFFFFFFFF, SEED >> 32))
    assert draw(SEED, 7, 3, "storm", 2, 5) == ((word1 << 32 | word0) >> 11) / 2**53
    assert draw(SEED, 7, 3, "storm", 2, 5, "centred") == (((word1 << 32 | word0) >> 12) + 0.5) / 2**52


def test_ends_of_the_intervals():
    top = 0xFFFFFFFF
    assert uniform(0, 0) == 0.0
    assert uniform(top, top) == 1.0 - 2.0**-53
    assert centred(0, 0) == 2.0**-53
    assert centred(top, top) == 1.0 - 2.0**-53
    assert centred(0, 1 << 31) - 0.5 == 0.5 - centred(top, (1 << 31) - 1) == 2.0**-53


@pytest.mark.parametrize("seed", [0, 1, SEED, 2**64 - 1])
def test_tables_agree_with_single_draws(seed):
    streams = Streams(NAMES, KINDS)
    block = streams.tables(seed, 2**32 - 3, 3, 5, branch=9)
    assert block.shape == (3, 5, 6)
    assert block.dtype == np.float64
    for i in range(3):
        episode = 2**32 - 3 + i
        for turn in range(5):
            for j, (name, kind) in enumerate(zip(NAMES, KINDS, strict=True)):
                assert block[i, turn, j] == draw(seed, episode, turn, name, branch=9, kind=kind)
        assert np.array_equal(streams.table(seed, episode, 5, branch=9), block[i])


def test_adding_and_reordering_streams_moves_no_draw():
    table = Streams(NAMES, KINDS).table(SEED, 4, 8)
    longer = Streams(["new", *NAMES], ["centred", *KINDS]).table(SEED, 4, 8)
    assert np.array_equal(longer[:, 1:], table)
    turned = Streams(NAMES[::-1], KINDS[::-1]).table(SEED, 4, 8)
    assert np.array_equal(turned[:, ::-1], table)


def test_blocks_and_lengths_move_no_draw(monkeypatch):
    streams = Streams(NAMES, KINDS)
    whole = streams.tables(SEED, 10, 40, 12)
    parts = [
        streams.tables(SEED, 10, 1, 12),
        streams.tables(SEED, 11, 30, 12),
        streams.tables(SEED, 41, 9, 12),
    ]
    assert np.array_equal(np.concatenate(parts), whole)
    assert np.array_equal(streams.tables(SEED, 10, 45, 20)[:40, :12], whole)
    monkeypatch.setattr(draws, "_PIECE", 100)
    assert np.array_equal(Streams(NAMES, KINDS).tables(SEED, 10, 40, 12), whole)


def test_seed_episode_turn_branch_and_index_all_matter():
    first = draw(SEED, 1, 1, "storm")
    others = [draw(SEED + 1, 1, 1, "storm"), draw(SEED + 2**32, 1, 1, "storm"), draw(SEED, 2, 1, "storm")]
    others += [draw(SEED, 1, 2, "storm"), draw(SEED, 1, 1, "shock"), draw(SEED, 1, 1, "storm", index=1)]
    others += [draw(SEED, 1, 1, "storm", branch=1)]
    assert len({first, *others}) == 8


def test_empty_tables():
    assert Streams([]).table(SEED, 0, 4).shape == (4, 0)
    assert Streams(NAMES).table(SEED, 0, 0).shape == (0, 6)
    assert Streams(NAMES).tables(SEED, 0, 0, 4).shape == (0, 4, 6)


@pytest.mark.parametrize(
    ("changed", "words_in_message"),
    [
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, r"modulo 2\*\*64"),
        ({"seed": 1.0}, "seed is 1.0"),
        ({"episode": 2**32}, "episode is"),
        ({"turn": 2**16}, "turn is"),
        ({"index": 2**16}, "index is"),
        ({"branch": 2**32}, "branch is"),
        ({"kind": "normal"}, "must be 'uniform' or 'centred'"),
    ],
)
def test_numbers_out_of_range_are_refused(changed, words_in_message):
    arguments = {"seed": 1, "episode": 1, "turn": 1, "stream_name": "storm", **changed}
    with pytest.raises(ValueError, match=words_in_message):
        draw(**arguments)


def test_tables_refuse_numbers_out_of_range():
    streams = Streams(NAMES)
    with pytest.raises(ValueError, match="seed"):
        streams.table(2**64, 0, 4)
    with pytest.raises(ValueError, match="episode"):
        streams.table(0, -1, 4)
    with pytest.raises(ValueError, match="branch"):
        streams.table(0, 0, 4, branch=-1)
    with pytest.raises(ValueError, match="turns"):
        streams.table(0, 0, 2**16 + 1)
    with pytest.raises(ValueError, match=r"no episode's number may reach 2\*\*32"):
        streams.tables(0, 2**32 - 1, 2, 4)
    streams.table(5, 0, 4)
    with pytest.raises(ValueError, match="seed"):
        streams.table(5.0, 0, 4)


def test_streams_refuse_bad_lists():
    with pytest.raises(ValueError, match="'a' is named twice"):
        Streams(["a", "b", "a"])
    with pytest.raises(ValueError, match="2 streams were given 1 kinds"):
        Streams(["a", "b"], ["uniform"])
    with pytest.raises(ValueError, match="'b' has the kind 'normal'"):
        Streams(["a", "b"], ["uniform", "normal"])


def test_colliding_hashes_are_refused_by_both_names():
    assert stream_hash(COLLIDING[0]) == stream_hash(COLLIDING[1])
    with pytest.raises(ValueError, match=f"'{COLLIDING[0]}' and '{COLLIDING[1]}' have the same hash"):
        Streams(["other", *COLLIDING])


def test_draws_are_uniform_and_independent():
    """The seed is fixed, so this always passes or always fails; p-values are only asked to be ordinary."""
    table = Streams(NAMES, KINDS).tables(2025, 0, 2000, 10)
    assert table.min() >= 0.0
    assert table.max() < 1.0
    assert table[..., 4:].min() > 0.0
    cells = np.floor(table * 16).astype(int)
    for j in range(6):
        assert stats.chisquare(np.bincount(cells[..., j].ravel(), minlength=16)).pvalue > 1e-4
    neighbours = [(cells[:-1], cells[1:]), (cells[:, :-1], cells[:, 1:]), (cells[..., :-1], cells[..., 1:])]
    for one, other in neighbours:
        pairs = np.bincount((one * 16 + other).ravel(), minlength=256)
        assert stats.chisquare(pairs).pvalue > 1e-4
    low_bits = (table[..., :4] * 2.0**53).astype(np.int64) & 255
    assert stats.chisquare(np.bincount(low_bits.ravel(), minlength=256)).pvalue > 1e-4
