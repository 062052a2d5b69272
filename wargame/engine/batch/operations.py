"""Operations that are not translated from Python but written for vectors, each with the contract of what it replaces.

`scale_by_power_of_two` and `split_exponent` look at the bits of a number, as their docstrings in `numeric` allow;
`divide` and `sqrt` are the processor's own, which Python only guards against exceptions; `Draws` makes `draws.draw` for
all lanes. The others give the texts for all lanes access to memory and to single lanes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wargame.engine.batch.inversion import invert
from wargame.engine.batch.translate import Function
from wargame.engine.batch.values import Value
from wargame.engine.draws import stream_hash

__all__ = ["BRANCH", "EPISODE", "FIRST_ROUNDS", "KEYS", "LOWER", "TURN", "Draws", "operations"]

EPISODE, BRANCH = -3, -4
"""The rows that number the episode of each lane, and its branch: 0, or the number of a future in a fork."""

_ROUNDS = 10

TURN, KEYS, LOWER, FIRST_ROUNDS = 0, 1, 1 + 2 * _ROUNDS, 2 + 2 * _ROUNDS
"""Where `seed` keeps the turn, the two key words of each of ten rounds, a mask of the lower half of a word, and three
words for each stream."""

_M0, _M1, _LOW = 0xD2511F53, 0xCD9E8D57, 0xFFFFFFFF
_SHIFT = 6755399441055744.0
_EXPONENT_BITS, _FRACTION_BITS = 0x7FF, 52


def _whole(f: Function, word: str, a: Value, b: Value | int) -> Value:
    """An operation on whole numbers."""
    other = b if isinstance(b, Value) else f.module.constant("int", b)
    a, other = f.alike(a, other)
    return f.write(a.kind, f"{word} {f.typed(a)}, {other.text}")


def _float(f: Function, word: str, a: Value, b: Value | float) -> Value:
    """An operation on floats."""
    other = b if isinstance(b, Value) else f.module.constant("real", b)
    a, other = f.alike(f.real(a), f.real(other))
    return f.write(a.kind, f"{word} {f.typed(a)}, {other.text}")


def _cast(f: Function, word: str, value: Value, kind: str) -> Value:
    return f.write(kind, f"{word} {f.typed(value)} to {f.type(kind)}")


def _bits(value: Value) -> str:
    return "word" if value.kind == "lane" else "int"


def _suffix(f: Function, kind: str) -> str:
    return f"v{f.module.width}f64" if kind == "lane" else "f64"


def divide(f: Function, a: Value, b: Value) -> Value:
    """a / b, which in vectors is IEEE 754's for every a and b."""
    return _float(f, "fdiv", a, b)


def _intrinsic(f: Function, name: str, value: Value) -> Value:
    value = f.real(value)
    kind = f.type(value.kind)
    function = f.module.declare(f"llvm.{name}.{_suffix(f, value.kind)}", kind, kind)
    return f.write(value.kind, f"call {kind} @{function}({f.typed(value)})")


def sqrt(f: Function, x: Value) -> Value:
    """The square root, correctly rounded; nan below 0."""
    return _intrinsic(f, "sqrt", x)


def absolute(f: Function, x: Value) -> Value:
    """The number without its sign."""
    return _intrinsic(f, "fabs", x)


def scale_by_power_of_two(f: Function, x: Value, n: Value) -> Value:
    """x * 2**n in two steps, of which the first is exact and the second rounds once."""
    x, n = f.alike(f.real(x), f.real(n))
    if x.kind == "lane" and f.module.width == 8 and f.module.scales:
        kind = f.type("lane")
        name = f.module.declare("llvm.x86.avx512.mask.scalef.pd.512", kind, kind, kind, kind, "i8", "i32")
        given = f"{f.typed(x)}, {f.typed(n)}, {kind} zeroinitializer, i8 -1, i32 4"
        return f.write("lane", f"call {kind} @{name}({given})")
    first = f.choose(
        f.compare(ast.Lt(), n, Value("real", "0xC08F400000000000")), f.module.constant("real", -1000.0), n
    )
    first = f.choose(
        f.compare(ast.Gt(), first, f.module.constant("real", 1000.0)),
        f.module.constant("real", 1000.0),
        first,
    )
    rest = _float(f, "fsub", n, first)
    return _float(f, "fmul", _float(f, "fmul", x, _power_of_two(f, first)), _power_of_two(f, rest))


def _power_of_two(f: Function, n: Value) -> Value:
    """2**n for a whole n of a normal result: adding the shift leaves n in the lowest bits."""
    bits = _cast(f, "bitcast", _float(f, "fadd", n, _SHIFT), _bits(n))
    exponent = _whole(f, "add", _whole(f, "shl", bits, _FRACTION_BITS), 1023 << _FRACTION_BITS)
    return _cast(f, "bitcast", exponent, n.kind)


def split_exponent(f: Function, x: Value) -> tuple[Value, Value]:
    """Fraction and exponent from the bits; a subnormal number is first made normal."""
    x = f.real(x)
    small = f.compare(ast.Lt(), x, f.module.constant("real", 2.0**-1022))
    normal = f.choose(small, _float(f, "fmul", x, 2.0**54), x)
    bits = _cast(f, "bitcast", normal, _bits(x))
    exponent = _whole(f, "and", _whole(f, "lshr", bits, _FRACTION_BITS), _EXPONENT_BITS)
    # A whole number below 2**52 in the lowest bits of 2**52 is 2**52 plus that number.
    number = _cast(f, "bitcast", _whole(f, "or", exponent, 0x4330000000000000), x.kind)
    offset = f.choose(
        small, f.module.constant("real", 2.0**52 + 1076.0), f.module.constant("real", 2.0**52 + 1022.0)
    )
    fraction = _whole(f, "or", _whole(f, "and", bits, 0x000FFFFFFFFFFFFF), 0x3FE0000000000000)
    return _cast(f, "bitcast", fraction, x.kind), _float(f, "fsub", number, offset)


def _invert(f: Function, *arguments: Value) -> Value:
    """The smallest count whose cumulative probability exceeds a uniform: see `inversion`."""
    u, *others = arguments
    return f.inline(invert, [f.spread(f.real(u)), *others], for_all=True)  # type: ignore[arg-type]


class Draws:
    """Draws of all lanes, stream by stream; see `draws` for the layout of counter and key.

    What the first two rounds compute without the stream is computed once a vector. What they compute without the
    episode is the same for all lanes: it is computed before the loop over vectors, and kept behind the keys.

    A word of 32 bits is kept in 64, of which the upper half may hold anything: `_multiply` does not look at it.
    """

    def __init__(self, f: Function, streams: Sequence[str]) -> None:
        self.f, self._seed = f, f.scope.values["seed"]
        self._places = {stream: FIRST_ROUNDS + 3 * number for number, stream in enumerate(streams)}
        with f.beforehand():
            turn = self._given(TURN)
            self._keys = [
                (self._given(KEYS + 2 * turn), self._given(KEYS + 2 * turn + 1)) for turn in range(_ROUNDS)
            ]
            self._lower = self._given(LOWER)
            for stream, place in self._places.items():
                for offset, word in enumerate(self._first_rounds(stream, turn)):
                    f.do(f"store {f.typed(word)}, ptr {f.address(self._seed.text, place + offset)}")
        episode, branch = (_cast(f, "fptoui", f.load_row(row), "word") for row in (EPISODE, BRANCH))
        self._product0 = self._multiply(episode, _M0)
        c2 = self._mixed(self._upper(self._product0), branch, self._keys[0][1])
        self._product1 = self._multiply(c2, _M1)
        self._high1 = self._upper(self._product1)

    def _first_rounds(self, stream: str, turn: Value) -> tuple[Value, Value, Value]:
        """What a stream's name and the turn add to words 0 and 2 in the first two rounds, and word 3 after them."""
        f, keys, product1 = self.f, self._keys, stream_hash(stream) * _M1
        c0 = _whole(f, "xor", _whole(f, "xor", turn, product1 >> 32), keys[0][0])
        product0 = self._multiply(c0, _M0)
        return (
            _whole(f, "xor", keys[1][0], product1 & _LOW),
            _whole(f, "xor", _whole(f, "lshr", product0, 32), keys[1][1]),
            product0,
        )

    def _given(self, index: int) -> Value:
        return self.f.write("int", f"load i64, ptr {self.f.address(self._seed.text, index)}")

    def _multiply(self, a: Value, multiplier: int) -> Value:
        """The product of 32 bits by 32: the mask says that no more count, for which processors have a quick way."""
        return _whole(self.f, "mul", _whole(self.f, "and", a, _LOW), multiplier)

    def _upper(self, product: Value) -> Value:
        """The upper half of a product. It is moved, not shifted: processors shift with the unit that multiplies."""
        f, count = self.f, 2 * self.f.module.width
        halves = f.write("", f"bitcast {f.typed(product)} to <{count} x i32>")
        order = ", ".join(f"i32 {half | 1}" for half in range(count))
        given = f"<{count} x i32> {halves.text}, <{count} x i32> poison, <{count} x i32> <{order}>"
        moved = f.write("", f"shufflevector {given}")
        return f.write("word", f"bitcast <{count} x i32> {moved.text} to {f.type('word')}")

    def _mixed(self, a: Value, b: Value, key: Value) -> Value:
        return _whole(self.f, "xor", _whole(self.f, "xor", a, b), key)

    def draw(self, stream: str, kind: str) -> Value:
        """The draw of one stream, uniform or centred."""
        f, place = self.f, self._places[stream]
        c0 = _whole(f, "xor", self._high1, self._given(place))
        c2 = _whole(f, "xor", self._product0, self._given(place + 1))
        c1, c3 = self._product1, self._given(place + 2)
        for key0, key1 in self._keys[2:-1]:
            product0, product1 = self._multiply(c0, _M0), self._multiply(c2, _M1)
            c0 = self._mixed(self._upper(product1), c1, key0)
            c2 = self._mixed(self._upper(product0), c3, key1)
            c1, c3 = product1, product0
        # Of the last round the first two words are wanted, side by side: the product with its halves exchanged, and
        # what is mixed with it in the lower half. The mask for that is no constant: if LLVM knew that of the product
        # before it only the lower half counts, it would take an instruction that multiplies more slowly.
        product1 = self._multiply(c2, _M1)
        turned = _whole(f, "or", _whole(f, "shl", product1, 32), _whole(f, "lshr", product1, 32))
        rest = _whole(f, "and", _whole(f, "xor", c1, self._keys[-1][0]), self._lower)
        bits = _whole(f, "lshr", _whole(f, "xor", turned, rest), 11)
        if kind == "centred":
            bits = _whole(f, "or", bits, 1)
        return _float(f, "fmul", _cast(f, "sitofp", bits, "lane"), 2.0**-53)


# ---- for texts that handle all lanes at once ---------------------------------------------------------------------


def load_lanes(f: Function, array: Value, index: Value) -> Value:
    """As many consecutive elements of an array of floats as there are lanes."""
    return f.write("lane", f"load {f.type('lane')}, ptr {f.address(array.text, index.text)}, align 8")


def lanes_at(f: Function, array: Value, offset: Value, *indices: Value) -> Value:
    """A vector of elements of an array of floats, from one place for each lane, all by `offset` farther on."""
    kind, vector = f.type("lane"), "poison"
    for lane, index in enumerate(indices):
        place = f.address(f.address(array.text, index.text), offset.text)
        number = f.write("real", f"load double, ptr {place}")
        vector = f.write("lane", f"insertelement {kind} {vector}, {f.typed(number)}, i64 {lane}").text
    return Value("lane", vector)


def store_lanes(f: Function, array: Value, index: Value, value: Value) -> Value:
    """Write one float per lane to consecutive elements of an array of floats."""
    value = f.spread(f.real(value))
    f.do(f"store {f.typed(value)}, ptr {f.address(array.text, index.text)}, align 8")
    return Value("none", "")


def load_words(f: Function, array: Value, index: Value) -> Value:
    """As many consecutive elements of an array of whole numbers as there are lanes."""
    return f.write("word", f"load {f.type('word')}, ptr {f.address(array.text, index.text)}, align 8")


def store_words(f: Function, array: Value, index: Value, value: Value) -> Value:
    """Write one whole number per lane to consecutive elements of an array of whole numbers."""
    value = f.spread(value)
    f.do(f"store {f.typed(value)}, ptr {f.address(array.text, index.text)}, align 8")
    return Value("none", "")


def store_shorts(f: Function, array: Value, index: Value, value: Value) -> Value:
    """Write one whole number per lane to consecutive elements of an array of 16 bits."""
    kind = f"<{f.module.width} x i16>"
    cut = f.write("", f"trunc {f.typed(f.spread(value))} to {kind}")
    place = f.write("", f"getelementptr i16, ptr {array.text}, i64 {index.text}")
    f.do(f"store {kind} {cut.text}, ptr {place.text}, align 2")
    return Value("none", "")


def nearest(f: Function, x: Value) -> Value:
    """The nearest whole number, ties to even, as NumPy's rint."""
    return _intrinsic(f, "roundeven", x)


def whole(f: Function, x: Value) -> Value:
    """A float that holds a whole number, as a whole number."""
    return _cast(f, "fptosi", f.real(x), _bits(f.real(x)))


def total(f: Function, words: Value) -> Value:
    """The sum over the lanes."""
    kind = f.type("word")
    name = f.module.declare(f"llvm.vector.reduce.add.v{f.module.width}i64", "i64", kind)
    return f.write("int", f"call i64 @{name}({f.typed(words)})")


def where(f: Function, truth: Value, a: Value, b: Value) -> Value:
    """a where the truth holds, else b."""
    return f.choose(f.truth(truth), f.number(a), f.number(b))


def anywhere(f: Function, truth: Value) -> Value:
    """Whether the truth holds in any lane."""
    return f.anywhere(f.truth(truth))


def real(f: Function, x: Value) -> Value:
    """A whole number as a float."""
    return f.real(x)


def operations() -> Mapping[str, Callable[..., Any]]:
    """Every operation by its name."""
    written = (
        absolute,
        divide,
        sqrt,
        scale_by_power_of_two,
        split_exponent,
        load_lanes,
        lanes_at,
        store_lanes,
        load_words,
        store_words,
        store_shorts,
        nearest,
        whole,
        total,
        where,
        anywhere,
        real,
    )
    return {function.__name__: function for function in (*written, _invert)}
