"""Random numbers as a pure function of what they are for: seed, episode, turn, stream and branch.

Nothing is ever drawn "next". The counter-based generator Philox4x32-10 (Salmon, Moraes, Dror and Shaw 2011,
"Parallel random numbers: as easy as 1, 2, 3") scrambles a counter that names the draw under a key that is the
seed. So a draw does not move when a stream is added, when streams are reordered, when a run is extended,
resumed, split into blocks or spread over workers, and experiments that change a rule still share all draws.

Layout, which fixes every result and must never change:

- key = the 64-bit seed, low 32-bit word first;
- counter = (episode, turn + index * 2**16, `stream_hash` of the stream's name, branch);
- a draw is made of the first two words of the output.

A *uniform* is k * 2**-53 with k the top 53 bits, in [0, 1). A *centred* uniform, for normal quantiles, is
(k + 1/2) * 2**-52 with k the top 52 bits: it lies in the open interval (0, 1) and its mean is exactly 1/2.

`philox4x32`, `uniform`, `centred` and `draw` are the readable definition; `philox4x32_arrays` and `Streams`
give the same bits many at a time.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Kind",
    "Streams",
    "centred",
    "draw",
    "philox4x32",
    "philox4x32_arrays",
    "stream_hash",
    "uniform",
]

Kind = Literal["uniform", "centred"]
"""What a stream's draws are: a uniform in [0, 1), or a centred uniform in (0, 1)."""

_ROUNDS = 10
_MASK = 0xFFFFFFFF
_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_KEY_STEPS = (0x9E3779B9, 0xBB67AE85)

# A block of episodes is made in pieces whose working arrays stay in the processor's second-level cache.
_PIECE = 16384

_Words = NDArray[np.uint64]

_M0, _M1, _SHIFT, _LOW, _ELEVEN = (np.uint64(value) for value in (*_MULTIPLIERS, 32, _MASK, 11))


def philox4x32(counter: tuple[int, int, int, int], key: tuple[int, int]) -> tuple[int, int, int, int]:
    """The four words to which Philox4x32-10 maps four counter words under two key words, all of 32 bits."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        product0 = c0 * _MULTIPLIERS[0]
        product1 = c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (
            (product1 >> 32) ^ c1 ^ k0,
            product1 & _MASK,
            (product0 >> 32) ^ c3 ^ k1,
            product0 & _MASK,
        )
        k0 = (k0 + _KEY_STEPS[0]) & _MASK
        k1 = (k1 + _KEY_STEPS[1]) & _MASK
    return c0, c1, c2, c3


def stream_hash(name: str) -> int:
    """The 32-bit number that stands for a stream's name in the counter.

    The 4-byte BLAKE2b digest of the name in UTF-8, read as a little-endian integer.
    """
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest(), "little")


def uniform(word0: int, word1: int) -> float:
    """k * 2**-53 in [0, 1), with k the top 53 bits of the 64-bit number (word1, word0)."""
    return float((word1 << 32 | word0) >> 11) * 2.0**-53


def centred(word0: int, word1: int) -> float:
    """(k + 1/2) * 2**-52 in (0, 1), with k the top 52 bits of the 64-bit number (word1, word0)."""
    return (float((word1 << 32 | word0) >> 12) + 0.5) * 2.0**-52


def draw(
    seed: int,
    episode: int,
    turn: int,
    stream_name: str,
    index: int = 0,
    branch: int = 0,
    kind: Kind = "uniform",
) -> float:
    """One draw. `index` tells apart several draws of one stream in one turn; `branch` is 0 but in a fork.

    Raises ValueError for a number out of its range: 0 <= seed < 2**64, 0 <= episode, branch < 2**32,
    0 <= turn, index < 2**16; and for an unknown kind.
    """
    seed = _check("seed", seed, 64)
    time = _check("turn", turn, 16) | _check("index", index, 16) << 16
    counter = (_check("episode", episode, 32), time, stream_hash(stream_name), _check("branch", branch, 32))
    _check_kind(stream_name, kind)
    word0, word1, _, _ = philox4x32(counter, (seed & _MASK, seed >> 32))
    return uniform(word0, word1) if kind == "uniform" else centred(word0, word1)


def philox4x32_arrays(
    c0: _Words, c1: _Words, c2: _Words, c3: _Words, seed: int
) -> tuple[_Words, _Words, _Words, _Words]:
    """`philox4x32` for arrays of counters that broadcast together, under the key made of the 64-bit seed.

    Each counter word is a uint64 array of values below 2**32; so is each of the four results, in the
    counters' common shape. Raises ValueError for a seed out of its range.
    """
    for k0, k1 in _key_schedule(seed):
        product0 = c0 * _M0
        product1 = c2 * _M1
        c0, c1, c2, c3 = (
            (product1 >> _SHIFT) ^ c1 ^ k0,
            product1 & _LOW,
            (product0 >> _SHIFT) ^ c3 ^ k1,
            product0 & _LOW,
        )
    return c0, c1, c2, c3


class Streams:
    """An ordered set of named streams, from which the draws of whole episodes are made at once.

    `names` and `kinds` are parallel; without `kinds` every stream is uniform. The order only sets the order
    of the columns. Raises ValueError for a name given twice, for two names whose hashes collide (rename
    either), for an unknown kind and for lists of different length.

    Instances do not change and may be shared by threads.
    """

    def __init__(self, names: Sequence[str], kinds: Sequence[Kind] | None = None) -> None:
        self.names: tuple[str, ...] = tuple(names)
        if kinds is None:
            kinds = ["uniform"] * len(self.names)
        self.kinds: tuple[Kind, ...] = tuple(kinds)
        if len(self.kinds) != len(self.names):
            raise ValueError(
                f"{len(self.names)} streams were given {len(self.kinds)} kinds; give one kind for each."
            )
        for name, kind in zip(self.names, self.kinds, strict=True):
            _check_kind(name, kind)
        self._hashes = _distinct_hashes(self.names)
        # (k + 1/2) 2^-52 is (2 k + 1) 2^-53: a centred uniform is a uniform with its last bit set.
        self._last_bits = np.array([kind == "centred" for kind in self.kinds], dtype=np.uint64)
        self._start: _Start | None = None

    def table(self, seed: int, episode: int, turns: int, branch: int = 0) -> NDArray[np.float64]:
        """Every draw (with index 0) of one episode: float64 [turns, streams].

        Raises ValueError for a number out of its range, as `draw` does; `turns` may be up to 2**16.
        """
        _check("episode", episode, 32)
        _check("branch", branch, 32)
        result = np.empty((turns, len(self.names)))
        _fill(result, np.uint64(episode), branch, self._start_for(seed, turns))
        return result

    def tables(
        self, seed: int, first_episode: int, count: int, turns: int, branch: int = 0
    ) -> NDArray[np.float64]:
        """Every draw (with index 0) of `count` consecutive episodes: float64 [count, turns, streams].

        `tables(...)[i]` equals `table` of episode `first_episode + i` in every bit. The result takes
        8 * count * turns * streams bytes. Raises ValueError for a number out of its range, as `draw` does.
        """
        _check("episode", first_episode, 32)
        _check("branch", branch, 32)
        if not 0 <= count <= 2**32 - first_episode:
            raise ValueError(
                f"{count} episodes cannot be numbered from {first_episode} on; the count must not be "
                "negative and no episode's number may reach 2**32. Start lower, or play fewer."
            )
        start = self._start_for(seed, turns)
        result = np.empty((count, turns, len(self.names)))
        piece = max(1, _PIECE // max(1, turns * len(self.names)))
        for begin in range(0, count, piece):
            end = min(begin + piece, count)
            episodes = np.arange(first_episode + begin, first_episode + end, dtype=np.uint64)
            _fill(result[begin:end], episodes.reshape(-1, 1, 1), branch, start)
        return result

    def _start_for(self, seed: int, turns: int) -> "_Start":
        """The part of the work that all episodes share, kept from the last call if it was for the same."""
        _check("seed", seed, 64)
        start = self._start
        if start is None or start.seed != seed or start.turns != turns:
            if not 0 <= turns <= 2**16:
                raise ValueError(f"The number of turns is {turns}; it must be from 0 to 2**16.")
            start = self._start = _Start(self._hashes, self._last_bits, seed, turns)
        return start


class _Start:
    """What the first rounds yield without the episode, which reaches some words only in round 3.

    `low1` [streams] and `high0`, `low0` [turns, streams] are words after rounds 1 and 2, with the keys of the
    rounds that use them already applied; `last_bits` [turns, streams] is 1 where the draw is centred.
    """

    def __init__(self, hashes: _Words, last_bits: _Words, seed: int, turns: int) -> None:
        self.seed = seed
        self.turns = turns
        self.keys = keys = _key_schedule(seed)
        product1 = hashes * _M1
        turn = np.arange(turns, dtype=np.uint64).reshape(-1, 1)
        product0 = ((product1 >> _SHIFT) ^ turn ^ keys[0][0]) * _M0
        self.low1 = (product1 & _LOW) ^ keys[1][0]
        self.high0 = (product0 >> _SHIFT) ^ keys[1][1]
        self.low0 = (product0 & _LOW) ^ keys[2][1]
        self.last_bits = np.tile(last_bits, (turns, 1))


def _fill(result: NDArray[np.float64], episodes: _Words | np.uint64, branch: int, start: _Start) -> None:
    """Write draws into result: [n, turns, streams] for episodes [n, 1, 1], [turns, streams] for one number.

    Operations write in place into working arrays of two rows, one for each half of a round; one call shifts
    or masks both. The halves change places with every round, and keys and multipliers with them.
    """
    words = np.empty((2, *result.shape), dtype=np.uint64)
    products = np.empty_like(words)
    lows = np.empty_like(words)
    _third_round(words, lows, episodes, branch, start)
    (word0, word1), (product0, product1), (low0, low1) = words, products, lows
    multiply, xor, shift, mask = np.multiply, np.bitwise_xor, np.right_shift, np.bitwise_and
    m0, m1 = _M0, _M1
    for i, key in enumerate(start.keys[3:-1]):
        multiply(word0, m0, product0)
        multiply(word1, m1, product1)
        shift(products, _SHIFT, words)
        xor(word0, low1, word0)
        xor(word1, low0, word1)
        xor(word0, key[1 - i % 2], word0)
        xor(word1, key[i % 2], word1)
        mask(products, _LOW, lows)
        m0, m1 = m1, m0
    # Six rounds have passed, so the halves are in their first places. The last round needs two words of four.
    multiply(word1, _M1, product1)
    np.left_shift(product1, _SHIFT, word0)
    shift(product1, _SHIFT, product1)
    xor(product1, low0, product1)
    xor(product1, start.keys[-1][0], product1)
    np.bitwise_or(word0, product1, word0)
    shift(word0, _ELEVEN, word0)
    np.bitwise_or(word0, start.last_bits, word0)
    np.copyto(result, word0.view(np.int64))
    multiply(result, 2.0**-53, result)


def _third_round(
    words: _Words, lows: _Words, episodes: _Words | np.uint64, branch: int, start: _Start
) -> None:
    """Do rounds 1 to 3 where they depend on the episode: words gets (c0, c2) and lows (c1, c3)."""
    keys = start.keys
    product0 = episodes * _M0
    product1 = ((product0 >> _SHIFT) ^ (keys[0][1] ^ np.uint64(branch))) * _M1
    c0 = (product1 >> _SHIFT) ^ start.low1
    np.bitwise_xor(start.high0, product0 & _LOW, words[1])
    product1_here = np.multiply(words[1], _M1, words[1])
    np.bitwise_and(product1_here, _LOW, lows[0])
    np.right_shift(product1_here, _SHIFT, words[0])
    np.bitwise_xor(words[0], (product1 & _LOW) ^ keys[2][0], words[0])
    product0 = c0 * _M0
    np.bitwise_xor(product0 >> _SHIFT, start.low0, words[1])
    np.bitwise_and(product0, _LOW, lows[1])


@lru_cache(maxsize=64)
def _key_schedule(seed: int) -> tuple[tuple[np.uint64, np.uint64], ...]:
    """The two key words of each round."""
    seed = _check("seed", seed, 64)
    words = (seed & _MASK, seed >> 32)
    return tuple(
        (
            np.uint64((words[0] + i * _KEY_STEPS[0]) & _MASK),
            np.uint64((words[1] + i * _KEY_STEPS[1]) & _MASK),
        )
        for i in range(_ROUNDS)
    )


def _distinct_hashes(names: tuple[str, ...]) -> _Words:
    """The hashes of the names, uint64 [streams]; ValueError if two are equal."""
    owners: dict[int, str] = {}
    for name in names:
        number = stream_hash(name)
        if number in owners and owners[number] == name:
            raise ValueError(f"The stream {name!r} is named twice; give every stream a name of its own.")
        if number in owners:
            raise ValueError(
                f"The streams {owners[number]!r} and {name!r} have the same hash, {number:#010x}, "
                "and would share their draws; rename either."
            )
        owners[number] = name
    return np.array(list(owners), dtype=np.uint64)


def _check(what: str, number: object, bits: int) -> int:
    """The number as a plain int (NumPy's would overflow), if it is one of so many bits."""
    if not (isinstance(number, int | np.integer) and 0 <= number < 1 << bits):
        raise ValueError(
            f"The {what} is {number!r}; it must be a whole number from 0 to 2**{bits} - 1. "
            f"Reduce it modulo 2**{bits}, or choose another."
        )
    return int(number)


def _check_kind(name: str, kind: str) -> None:
    if kind not in ("uniform", "centred"):
        raise ValueError(f"The stream {name!r} has the kind {kind!r}; it must be 'uniform' or 'centred'.")
