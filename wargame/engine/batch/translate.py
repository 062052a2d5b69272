"""From Python functions to vector code: the same text that plays one episode in Python plays many side by side.

A *lane* is one episode; the code handles `width` of them at a time, each float of the Python text being a vector of as
many. The text is a small part of Python: floats and their arithmetic, comparisons, conditional expressions, `if`,
`while`, `for ... in range(...)`, calls of other such functions. Where lanes would go different ways, they all go every
way, and each keeps the results of its own (Karrenberg and Hack 2011 call it if-conversion; ispc works so).

The result is text in the intermediate representation of LLVM, without any flag that would let LLVM change a result:
every operation stays the IEEE 754 operation it is in Python, so a lane gets the bits that Python gets.

What is the same in all lanes is computed once and spread out where it meets something that is not (`values` lists the
kinds). This module reads the text; `writer` writes the instructions.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Sequence
from functools import lru_cache
from types import FunctionType

from wargame.engine.batch.values import Scope, TranslationError, Value, scalar
from wargame.engine.batch.writer import SPREAD, Writer

__all__ = ["Function", "assigned_often"]

HEAVY = 16
"""Operations of a body from which on it is jumped over where no lane needs it."""

_NUMBERS = ("int", "word", "real", "lane")
_ARITHMETIC = {ast.Add: "fadd", ast.Sub: "fsub", ast.Mult: "fmul", ast.Div: "fdiv"}
_WHOLE = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.FloorDiv: "udiv",
    ast.Mod: "urem",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "shl",
    ast.RShift: "lshr",
}


@lru_cache(maxsize=256)
def _parsed(function: FunctionType) -> ast.FunctionDef:
    node = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(node, ast.FunctionDef)
    return node


class Function(Writer):
    """The translation of one function's text, written as it is read."""

    # ---- expressions ---------------------------------------------------------------------------------------------

    def value(self, node: ast.expr) -> Value:
        """The value of an expression."""
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise TranslationError(f"no translation for {ast.unparse(node)}")
        result: Value = method(node)
        return result

    def _Constant(self, node: ast.Constant) -> Value:
        if isinstance(node.value, bool):
            return Value("flag", "true" if node.value else "false")
        if isinstance(node.value, int):
            return self.module.constant("int", node.value)
        assert isinstance(node.value, float)
        return self.module.constant("real", node.value)

    def _Name(self, node: ast.Name) -> Value:
        scope = self.scope
        if node.id in scope.slots:
            kind, place = scope.slots[node.id]
            return self.write(kind, f"load {self.type(kind)}, ptr {place}")
        if node.id in scope.values:
            known = scope.values[node.id]
            if known.kind == "row":
                known = scope.values[node.id] = self.load_row(int(known.text))
            return known
        if node.id not in scope.globals:
            raise TranslationError(f"no name {node.id}")
        number = scope.globals[node.id]
        return self.module.constant("int" if isinstance(number, int) else "real", number)

    def _UnaryOp(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return self.negate(self.truth(self.value(node.operand)))
        if isinstance(node.operand, ast.Constant):
            value, number = self._Constant(node.operand), node.operand.value
            assert isinstance(number, float | int)
            return self.module.constant(value.kind, -number)
        value = self.number(self.value(node.operand))
        if value.kind in ("int", "word"):
            return self.write(value.kind, f"sub {self.type(value.kind)} zeroinitializer, {value.text}")
        return self.write(value.kind, f"fneg {self.typed(value)}")

    def _BinOp(self, node: ast.BinOp) -> Value:
        a, b = self.alike(self.number(self.value(node.left)), self.number(self.value(node.right)))
        table = _ARITHMETIC if a.kind in ("real", "lane") else _WHOLE
        if type(node.op) not in table:
            raise TranslationError(f"no translation for {ast.unparse(node)}")
        return self.write(a.kind, f"{table[type(node.op)]} {self.typed(a)}, {b.text}")

    def _Compare(self, node: ast.Compare) -> Value:
        left, result = self.value(node.left), None
        for operator, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            part = self.compare(operator, left, right)
            result = part if result is None else self.both("and", result, part)
            left = right
        assert result is not None
        return result

    def _BoolOp(self, node: ast.BoolOp) -> Value:
        word = "and" if isinstance(node.op, ast.And) else "or"
        result = self.truth(self.value(node.values[0]))
        for part in node.values[1:]:
            result = self.both(word, result, self.truth(self.value(part)))
        return result

    def _IfExp(self, node: ast.IfExp) -> Value:
        truth = self.truth(self.value(node.test))
        if _is_number(node.body, 1.0) and _is_number(node.orelse, 0.0):
            return self.number(truth)
        return self.choose(truth, self.number(self.value(node.body)), self.number(self.value(node.orelse)))

    def _Subscript(self, node: ast.Subscript) -> Value:
        assert isinstance(node.value, ast.Name)
        if node.value.id in self.scope.values:
            kind, place = self._element(node)
            if kind == "short":
                return self.write("int", f"zext i16 {self.write(kind, f'load i16, ptr {place}').text} to i64")
            return self.write(kind, f"load {self.type(kind)}, ptr {place}")
        if isinstance(node.slice, ast.Constant):
            return self.load_row(int(node.slice.value))  # type: ignore[arg-type]
        return self.write("lane", f"load {self.type('lane')}, ptr {self._run(node)}, align 8")

    def _Call(self, node: ast.Call) -> Value:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id  # type: ignore[attr-defined]
        if name in self.module.parts:
            return self.call_part(name)
        if name in self.module.writers:
            return self.module.writers[name](self, node)
        arguments = [self.value(argument) for argument in node.args]
        if name in self.module.operations:
            return self.module.operations[name](self, *arguments)
        if name in self.module.signatures:
            return self.call(name, arguments)
        known = self.scope.globals.get(name)
        function = (
            known if isinstance(known, FunctionType) else self.module.functions.get(ast.unparse(node.func))
        )
        if not isinstance(function, FunctionType):
            raise TranslationError(f"no function {ast.unparse(node.func)}")
        if function.__name__ in self.module.operations:
            return self.module.operations[function.__name__](self, *arguments)
        return self.inline(function, arguments)

    def call(self, name: str, arguments: Sequence[Value]) -> Value:
        """Call a function of the module."""
        kind, kinds = self.module.signatures[name]
        given = ", ".join(
            self.typed(self.real(value) if wanted == "real" else value)
            for value, wanted in zip(arguments, kinds, strict=True)
        )
        if kind == "none":
            self.do(f"call void @{name}({given})")
            return Value("none", "")
        return self.write(kind, f"call {self.type(kind)} @{name}({given})")

    def call_part(self, name: str) -> Value:
        """Call a function for this vector, in the lanes that are on this way."""
        mask = self._mask() or Value("mask", "splat (i1 true)")
        self.do(f"call void @{name}(ptr {self.base}, ptr %u, {self.typed(mask)})")
        return Value("none", "")

    def inline(self, function: FunctionType, arguments: Sequence[Value], *, for_all: bool = False) -> Value:
        """The body of a Python function, written out here; `for_all` if names may be one number for all lanes."""
        node = _parsed(function)
        numbers = [self.number(value) for value in arguments]
        known = self._for_all() and all(number.kind == scalar(number.kind) for number in numbers)
        for_all = for_all or known
        entered = self._still_here()
        outer, self.scope = self.scope, Scope(globals=function.__globals__, for_all=for_all, entered=entered)
        for parameter, number in zip(node.args.args, numbers, strict=True):
            self.scope.values[parameter.arg] = number
        self.scope.often = assigned_often(node)
        for parameter in node.args.args:
            if parameter.arg in self.scope.often:
                self._assign(parameter.arg, self.scope.values.pop(parameter.arg))
        result = self.body(node)
        self.scope = outer
        return result

    def body(self, node: ast.FunctionDef) -> Value:
        """The statements of a function; returns what it returns."""
        returns = [inner for inner in ast.walk(node) if isinstance(inner, ast.Return)]
        last = node.body[-1]
        if len(returns) == 1 and returns[0] is last:
            self.statements(node.body[:-1])
            assert isinstance(last, ast.Return)
            assert last.value is not None
            return self.value(last.value)
        scope, conditions = self.scope, self.conditions
        scope.returned = self.slot("mask")
        self.do(f"store {self.type('mask')} zeroinitializer, ptr {scope.returned}")
        self.statements(node.body)
        self.conditions = conditions
        assert scope.result is not None
        kind, place = scope.result
        return self.write(kind, f"load {self.type(kind)}, ptr {place}")

    def _run(self, node: ast.Subscript) -> str:
        """The place of `w[first + counter]`, a row in a run of rows."""
        assert isinstance(node.slice, ast.BinOp)
        assert isinstance(node.slice.left, ast.Constant)
        kind, first = self.module.rows[int(node.slice.left.value)]  # type: ignore[arg-type]
        if kind != "lane":
            raise TranslationError("a run of rows must differ between lanes")
        counter = self.value(node.slice.right)
        offset = self.write("int", f"add i64 {counter.text}, {first}")
        place = self.write("int", f"mul i64 {offset.text}, {self.module.width}")
        return self.address(self.base, place.text)

    def _element(self, node: ast.Subscript) -> tuple[str, str]:
        """The kind and place of an element of an array."""
        array, index = self.value(node.value), self.value(node.slice)
        kind = {"reals": "real", "ints": "int", "shorts": "short"}[array.kind]
        if kind == "short":
            return kind, self.write("", f"getelementptr i16, ptr {array.text}, i64 {index.text}").text
        return kind, self.address(array.text, index.text)

    # ---- statements ----------------------------------------------------------------------------------------------

    def statements(self, nodes: Sequence[ast.stmt]) -> None:
        """Statements one after the other."""
        for index, node in enumerate(nodes):
            if isinstance(node, ast.If) and isinstance(node.body[-1], ast.Continue):
                # What follows is for those that do not go on to the next pass.
                truth = self.truth(self.value(node.test))
                self._when(truth, node.body[:-1])
                self._when(self.negate(truth), nodes[index + 1 :])
                return
            method = getattr(self, f"_do_{type(node).__name__}", None)
            if method is None:
                raise TranslationError(f"no translation for {ast.unparse(node)}")
            method(node)

    def _do_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _do_Pass(self, node: ast.Pass) -> None:
        pass

    def _do_Assign(self, node: ast.Assign) -> None:
        (target,) = node.targets
        if isinstance(target, ast.Tuple):
            assert isinstance(node.value, ast.Call)
            results = self.module.operations[node.value.func.id](  # type: ignore[attr-defined]
                self, *(self.value(argument) for argument in node.value.args)
            )
            for element, value in zip(target.elts, results, strict=True):  # type: ignore[call-overload]
                assert isinstance(element, ast.Name)
                self._assign(element.id, value)
            return
        if self.lazy and isinstance(target, ast.Name) and self._names_row(node.value):
            self.scope.values[target.id] = Value("row", str(node.value.slice.value))  # type: ignore[attr-defined]
            return
        value = self.value(node.value)
        if isinstance(target, ast.Name):
            self._assign(target.id, self.number(value) if value.kind in ("mask", "flag") else value)
        elif isinstance(target, ast.Subscript):
            self._keep(target, value)

    def _names_row(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.Subscript)
            and isinstance(node.slice, ast.Constant)
            and isinstance(node.value, ast.Name)
            and node.value.id not in self.scope.values
        )

    def _keep(self, target: ast.Subscript, value: Value) -> None:
        assert isinstance(target.value, ast.Name)
        if target.value.id in self.scope.values:
            kind, place = self._element(target)
            value = self.real(value) if kind == "real" else value
            if kind == "short":
                value = self.write(kind, f"trunc {self.typed(value)} to i16")
            self.do(f"store {self.typed(value)}, ptr {place}")
        elif isinstance(target.slice, ast.Constant):
            self.store_row(int(target.slice.value), value)  # type: ignore[arg-type]
        else:
            self._store("lane", self._run(target), self.spread(self.real(value)), align=8)

    def _do_AugAssign(self, node: ast.AugAssign) -> None:
        read = ast.copy_location(ast.parse(ast.unparse(node.target), mode="eval").body, node)
        whole = ast.Assign(targets=[node.target], value=ast.BinOp(left=read, op=node.op, right=node.value))
        self._do_Assign(whole)

    def _do_AnnAssign(self, node: ast.AnnAssign) -> None:
        assert node.value is not None
        self._do_Assign(ast.Assign(targets=[node.target], value=node.value))

    def _assign(self, name: str, value: Value) -> None:
        scope = self.scope
        if name not in scope.often:
            scope.values[name] = value
            return
        if name not in scope.slots:
            # A name that starts as one number for all may differ between lanes later.
            kind = value.kind if self._for_all() else SPREAD.get(value.kind, value.kind)
            scope.slots[name] = (kind, self.slot(kind))
            if kind in ("lane", "word"):
                self.places.append(f"  store {self.type(kind)} zeroinitializer, ptr {scope.slots[name][1]}")
        kind, place = scope.slots[name]
        if kind in ("real", "lane"):
            value = self.real(value)
        if kind in ("lane", "word", "mask"):
            value = self.spread(value)
        if value.kind != kind:
            raise TranslationError(f"{name} is {kind} and becomes {value.kind}")
        self._store(kind, place, value)

    def _for_all(self) -> bool:
        """Whether this is the text of a function that handles all lanes at once, not one lane each."""
        return self.scope.for_all or bool(self.scope.globals.get("FOR_ALL_LANES"))

    def _do_If(self, node: ast.If) -> None:
        truth = self.truth(self.value(node.test))
        self._when(truth, node.body)
        if node.orelse:
            self._when(self.negate(truth), node.orelse)

    def _when(self, truth: Value, body: Sequence[ast.stmt]) -> None:
        """The body, for the lanes where the truth holds; it is jumped over where it holds for none."""
        jumps = truth.kind == "flag" or self._is_heavy(body)
        after = self.label()
        if jumps:
            inside, mask = self.label(), self._mask()
            here = truth if mask is None or truth.kind == "flag" else self.both("and", truth, mask)
            self.branch(self.anywhere(here), inside, after)
            self.at(inside)
        if truth.kind == "mask":
            self.conditions = [*self.conditions, truth]
        self.statements(body)
        if truth.kind == "mask":
            self.conditions = self.conditions[:-1]
        if jumps:
            self.jump(after)
            self.at(after)

    def _is_heavy(self, body: Sequence[ast.stmt]) -> bool:
        """Whether it takes longer to work through the body for no lane than to ask whether any wants it."""
        inside = [inner for node in body for inner in ast.walk(node)]
        if any(isinstance(inner, ast.For | ast.While | ast.Expr) for inner in inside):
            return True
        made = {
            inner.id for inner in inside if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
        }
        # What is made for the first time behind a jump is not there for those who jump.
        return made <= self.scope.often and sum(map(self._operations, inside)) >= HEAVY

    def _operations(self, node: ast.AST) -> int:
        """The arithmetic in a node by itself; of a call, that of the function's text."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            function = self.scope.globals.get(node.func.id)
            if isinstance(function, FunctionType) and function.__name__ not in self.module.operations:
                return sum(isinstance(inner, ast.BinOp) for inner in ast.walk(_parsed(function)))
        return int(isinstance(node, ast.BinOp))

    def _do_While(self, node: ast.While) -> None:
        head, inside, after = self.label(), self.label(), self.label()
        self.jump(head)
        self.at(head)
        truth = self.truth(self.value(node.test))
        if truth.kind == "mask":
            # Nobody waits for a lane that has left, whose numbers may never end the loop.
            for mask in (self._mask(), self.scope.entered):
                truth = truth if mask is None else self.both("and", truth, mask)
        self.branch(self.anywhere(truth), inside, after)
        self.at(inside)
        if truth.kind == "mask":
            self.conditions = [*self.conditions, truth]
        self.statements(node.body)
        if truth.kind == "mask":
            self.conditions = self.conditions[:-1]
        self.jump(head)
        self.at(after)

    def _do_For(self, node: ast.For) -> None:
        assert isinstance(node.target, ast.Name)
        assert isinstance(node.iter, ast.Call)
        first, *rest = [self.value(argument) for argument in node.iter.args]
        begin, end = (first, rest[0]) if rest else (self.module.constant("int", 0), first)
        place, head, inside, after = self.slot("int"), self.label(), self.label(), self.label()
        self.do(f"store {self.typed(begin)}, ptr {place}")
        self.jump(head)
        self.at(head)
        counter = self.write("int", f"load i64, ptr {place}")
        more = self.compare(ast.Lt(), counter, end)
        if self.scope.returned is not None:
            mask = self._mask()
            assert mask is not None
            more = self.both("and", more, self.anywhere(mask))
        self.branch(more, inside, after)
        self.at(inside)
        self.scope.values[node.target.id] = counter
        self.statements(node.body)
        following = self.write("int", f"add i64 {counter.text}, 1")
        self.do(f"store {self.typed(following)}, ptr {place}")
        self.jump(head)
        self.at(after)

    def _do_Return(self, node: ast.Return) -> None:
        scope = self.scope
        assert node.value is not None
        value = self.value(node.value)
        if scope.returned is None:
            raise TranslationError("a return in the middle of code for all lanes")
        value = self.spread(value)
        if scope.result is None:
            scope.result = (value.kind, self.slot(value.kind))
        self._store(scope.result[0], scope.result[1], value)
        mask = self._mask()
        assert mask is not None
        gone = self.write("mask", f"load {self.type('mask')}, ptr {scope.returned}")
        self.do(f"store {self.typed(self.both('or', gone, mask))}, ptr {scope.returned}")


def _is_number(node: ast.expr, number: float) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, float) and node.value == number


def assigned_often(node: ast.FunctionDef) -> set[str]:
    """Names whose value changes: assigned more than once, or a parameter that is assigned."""
    seen = {argument.arg for argument in node.args.args}
    often: set[str] = set()
    for inner in ast.walk(node):
        if isinstance(inner, ast.AugAssign) and isinstance(inner.target, ast.Name):
            often.add(inner.target.id)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            if inner.id in seen:
                often.add(inner.id)
            seen.add(inner.id)
    return often
