"""What the translation is made of: values of a kind, the names of a text, and the module that they go into.

Values have a kind, which follows from where they come from:

    lane   a float in every lane           mask   a truth in every lane           word   a whole number in every lane
    real   one float for all lanes         flag   one truth for all               int    one whole number for all
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Module", "Scope", "TranslationError", "Value", "hexadecimal", "scalar"]


class TranslationError(Exception):
    """The text uses something that has no translation: a fault of the engine, never of a user."""


@dataclass(frozen=True)
class Value:
    """A value of a kind; `truth` is the mask or flag behind a number that is 1 where it holds and else 0."""

    kind: str
    text: str
    truth: Value | None = None


class Module:
    """Functions in the making, and what they are made of.

    `width` is the number of lanes in a vector; `functions` are the Python functions that texts may call, by the name
    they call them; `rows` tells where the rows of the workspace are kept: ("lane", i) or ("real", i).
    """

    def __init__(
        self,
        width: int,
        functions: Mapping[str, Callable[..., Any]],
        operations: Mapping[str, Callable[..., Value]],
        rows: Mapping[int, tuple[str, int]],
    ) -> None:
        self.width, self.functions, self.operations, self.rows = width, functions, operations, rows
        self.types = {
            "lane": f"<{width} x double>",
            "mask": f"<{width} x i1>",
            "word": f"<{width} x i64>",
            "real": "double",
            "flag": "i1",
            "int": "i64",
            "reals": "ptr",
            "ints": "ptr",
            "short": "i16",
            "shorts": "ptr",
        }
        self.scales = False
        """Whether the processor can scale by powers of two in one step."""
        self.declarations: dict[str, str] = {}
        self.texts: list[str] = []
        self.signatures: dict[str, tuple[str, list[str]]] = {}
        self.writers: dict[str, Callable[..., Value]] = {}
        """By the name they are called by: what is written out from the text of its call."""
        self.parts: set[str] = set()
        """Functions that handle one vector, in some of its lanes, and are called with the workspace alone."""

    def declare(self, name: str, result: str, *arguments: str) -> str:
        """Note a function of LLVM's; returns its name."""
        self.declarations[name] = f"declare {result} @{name}({', '.join(arguments)})"
        return name

    def constant(self, kind: str, number: float) -> Value:
        """A number, in every lane or for all."""
        if kind in ("lane", "word"):
            one = self.constant(scalar(kind), number)
            return Value(kind, f"splat ({self.types[one.kind]} {one.text})")
        return Value(kind, hexadecimal(number) if kind == "real" else str(int(number) & (2**64 - 1)))

    def text(self) -> str:
        """The whole module."""
        return "\n".join([*self.declarations.values(), *self.texts])


def scalar(kind: str) -> str:
    """The kind of one element of a value."""
    return {"lane": "real", "word": "int", "mask": "flag"}.get(kind, kind)


def hexadecimal(number: float) -> str:
    """A float as LLVM writes it, to the last bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', number))[0]:016X}"


@dataclass
class Scope:
    """The names of one function's text, or of one that is written out inside another's."""

    globals: Mapping[str, Any]
    values: dict[str, Value] = field(default_factory=dict)
    slots: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names that are assigned more than once: kind and place in memory."""
    often: set[str] = field(default_factory=set)
    result: tuple[str, str] | None = None
    returned: str | None = None
    entered: Value | None = None
    """The lanes that had not returned from the functions around this one when it was called; None for all of them."""
    for_all: bool = False
    """Whether a name is one number for all lanes as long as what it is given is."""
