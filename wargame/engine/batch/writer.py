"""Writing the instructions of one function: values brought to one kind, chosen, compared, loaded and stored."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from wargame.engine.batch.values import Module, Scope, TranslationError, Value, hexadecimal

__all__ = ["SPREAD", "Writer"]

SPREAD = {"real": "lane", "flag": "mask", "int": "word"}
_COMPARE = {
    ast.Lt: ("olt", "slt"),
    ast.LtE: ("ole", "sle"),
    ast.Gt: ("ogt", "sgt"),
    ast.GtE: ("oge", "sge"),
    ast.Eq: ("oeq", "eq"),
    ast.NotEq: ("une", "ne"),
}


class Writer:
    """One function being written."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.lines: list[str] = []
        self.places: list[str] = []
        self.count = 0
        self.conditions: list[Value] = []
        self.scope = Scope(globals={})
        self.base = "%base"
        self.lazy = False
        """Whether rows are loaded where they are first used; only right where the text has no branches."""

    # ---- writing -------------------------------------------------------------------------------------------------

    def fresh(self, stem: str = "v") -> str:
        """A new name."""
        self.count += 1
        return f"%{stem}{self.count}"

    def write(self, kind: str, text: str) -> Value:
        """An instruction with a result."""
        name = self.fresh()
        self.lines.append(f"  {name} = {text}")
        return Value(kind, name)

    def do(self, text: str) -> None:
        """An instruction without a result."""
        self.lines.append(f"  {text}")

    @contextmanager
    def beforehand(self) -> Iterator[None]:
        """What is written meanwhile comes before everything else: once, where the rest is a loop over vectors."""
        lines, self.lines = self.lines, self.places
        yield
        self.lines = lines

    def type(self, kind: str) -> str:
        """LLVM's name of a kind."""
        return self.module.types[kind]

    def typed(self, value: Value) -> str:
        """A value with its type."""
        return f"{self.type(value.kind)} {value.text}"

    def label(self) -> str:
        """A new place to jump to."""
        return self.fresh("place")[1:]

    def at(self, label: str) -> None:
        """What follows stands at the label; the code before must have jumped away."""
        self.lines.append(f"{label}:")

    def jump(self, label: str) -> None:
        """Go to a label."""
        self.do(f"br label %{label}")

    def branch(self, flag: Value, yes: str, no: str) -> None:
        """Go to one of two labels."""
        self.do(f"br i1 {flag.text}, label %{yes}, label %{no}")

    def slot(self, kind: str) -> str:
        """A place in memory for a value that changes; LLVM makes registers of them."""
        name = self.fresh("slot")
        self.places.append(f"  {name} = alloca {self.type(kind)}")
        return name

    # ---- kinds ---------------------------------------------------------------------------------------------------

    def spread(self, value: Value) -> Value:
        """The value in every lane."""
        kind = SPREAD.get(value.kind)
        if kind is None:
            return value
        if not value.text.startswith("%"):
            return Value(kind, f"splat ({self.typed(value)})")
        one = self.write(kind, f"insertelement {self.type(kind)} poison, {self.typed(value)}, i64 0")
        zeros = f"<{self.module.width} x i32> zeroinitializer"
        return self.write(kind, f"shufflevector {self.typed(one)}, {self.type(kind)} poison, {zeros}")

    def number(self, value: Value) -> Value:
        """A truth as 1 or 0; numbers as they are."""
        if value.kind not in ("flag", "mask"):
            return value
        kind = "real" if value.kind == "flag" else "lane"
        one, zero = (self.module.constant(kind, number) for number in (1.0, 0.0))
        made = self.choose(value, one, zero)
        return Value(made.kind, made.text, truth=value)

    def real(self, value: Value) -> Value:
        """A whole number or truth as a float."""
        value = self.number(value)
        if value.kind in ("int", "word"):
            kind = "real" if value.kind == "int" else "lane"
            return self.write(kind, f"sitofp {self.typed(value)} to {self.type(kind)}")
        return value

    def alike(self, a: Value, b: Value) -> tuple[Value, Value]:
        """Two values brought to one kind."""
        if {a.kind, b.kind} & {"real", "lane"}:
            a, b = self.real(a), self.real(b)
        if a.kind != b.kind:
            a, b = self.spread(a), self.spread(b)
        if a.kind != b.kind:
            raise TranslationError(f"{a.kind} meets {b.kind}")
        return a, b

    def truth(self, value: Value) -> Value:
        """The mask or flag of a value: where it is not 0."""
        if value.kind in ("flag", "mask"):
            return value
        if value.truth is not None:
            return value.truth
        return self.compare(ast.NotEq(), value, Value("real", hexadecimal(0.0)))

    def choose(self, truth: Value, a: Value, b: Value) -> Value:
        """a where the truth holds, else b."""
        a, b = self.alike(a, b)
        if truth.kind == "mask":
            a, b = self.spread(a), self.spread(b)
        return self.write(a.kind, f"select {self.typed(truth)}, {self.typed(a)}, {self.typed(b)}")

    def compare(self, operator: ast.cmpop, a: Value, b: Value) -> Value:
        """A comparison."""
        a, b = self.alike(self.number(a), self.number(b))
        floats = a.kind in ("real", "lane")
        word = ("fcmp " if floats else "icmp ") + _COMPARE[type(operator)][0 if floats else 1]
        kind = "flag" if a.kind in ("real", "int") else "mask"
        return self.write(kind, f"{word} {self.typed(a)}, {b.text}")

    def both(self, word: str, a: Value, b: Value) -> Value:
        """`and`, `or` or `xor` of two truths."""
        if a.kind != b.kind:
            a, b = self.spread(a), self.spread(b)
        return self.write(a.kind, f"{word} {self.typed(a)}, {b.text}")

    def negate(self, truth: Value) -> Value:
        """Where the truth does not hold."""
        true = "true" if truth.kind == "flag" else "splat (i1 true)"
        return self.write(truth.kind, f"xor {self.typed(truth)}, {true}")

    def anywhere(self, truth: Value) -> Value:
        """A flag: whether the truth holds in any lane."""
        if truth.kind == "flag":
            return truth
        name = self.module.declare(f"llvm.vector.reduce.or.v{self.module.width}i1", "i1", self.type("mask"))
        return self.write("flag", f"call i1 @{name}({self.typed(truth)})")

    # ---- memory --------------------------------------------------------------------------------------------------

    def load_row(self, row: int) -> Value:
        """A row of the workspace."""
        kind, index = self.module.rows[row]
        if kind == "real":
            return self.write("real", f"load double, ptr {self.address('%u', index)}, align 8")
        place = self.address(self.base, index * self.module.width)
        return self.write("lane", f"load {self.type('lane')}, ptr {place}, align 8")

    def store_row(self, row: int, value: Value) -> None:
        """Keep a value in a row of the workspace."""
        kind, index = self.module.rows[row]
        value = self.real(value)
        if kind == "real":
            if value.kind != "real":
                raise TranslationError(f"row {row} is the same in all lanes, but what is stored is not")
            self.do(f"store {self.typed(value)}, ptr {self.address('%u', index)}, align 8")
            return
        place = self.address(self.base, index * self.module.width)
        self._store("lane", place, self.spread(value), align=8)

    def address(self, base: str, index: int | str) -> str:
        """The place of an element of eight bytes."""
        return self.write("", f"getelementptr double, ptr {base}, i64 {index}").text

    def _store(self, kind: str, place: str, value: Value, align: int = 0) -> None:
        """Keep a value in memory, in the lanes that are on this way."""
        mask, aligned = self._mask(), f", align {align}" if align else ""
        if mask is not None and kind in ("lane", "mask", "word"):
            old = self.write(kind, f"load {self.type(kind)}, ptr {place}{aligned}")
            value = self.write(kind, f"select {self.typed(mask)}, {self.typed(value)}, {self.typed(old)}")
        self.do(f"store {self.typed(value)}, ptr {place}{aligned}")

    def _mask(self) -> Value | None:
        """The lanes that are on this way; None for all of them."""
        mask = None
        for condition in self.conditions:
            mask = condition if mask is None else self.both("and", mask, condition)
        if self.scope.returned is not None:
            gone = self.write("mask", f"load {self.type('mask')}, ptr {self.scope.returned}")
            here = self.negate(gone)
            mask = here if mask is None else self.both("and", mask, here)
        return mask

    def _still_here(self) -> Value | None:
        """The lanes that have not returned from this function or one around it; None for all of them."""
        entered = self.scope.entered
        if self.scope.returned is None:
            return entered
        here = self.negate(self.write("mask", f"load {self.type('mask')}, ptr {self.scope.returned}"))
        return here if entered is None else self.both("and", entered, here)
