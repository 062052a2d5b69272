"""The formula language: how texts are read, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wargame.scenario.constants import value_of
from wargame.scenario.formula import (
    AGGREGATORS,
    FUNCTIONS,
    MAX_DEPTH,
    Call,
    Formula,
    FormulaError,
    Name,
    Number,
    Tree,
    depth,
    level_text,
    walk,
)
from wargame.scenario.parsing import parse


def told(tree: Tree) -> str:
    """The tree with every operation written as a function."""
    if isinstance(tree, Number):
        return f"{tree.value:g}"
    if isinstance(tree, Name):
        return tree.name
    return f"{tree.operation}({', '.join(map(told, tree.arguments))})"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1", "1"),
        ("-1", "-1"),
        ("+x", "x"),
        ("-x", "neg(x)"),
        (".5", "0.5"),
        ("1e3", "1000"),
        ("1_000", "1000"),
        ("a + b * c", "add(a, mul(b, c))"),
        ("(a + b) * c", "mul(add(a, b), c)"),
        ("a - b - c", "sub(sub(a, b), c)"),
        ("a / b / c", "div(div(a, b), c)"),
        ("a ** b ** c", "power(a, power(b, c))"),
        ("-a ** 2", "neg(power(a, 2))"),
        ("2 ** -1", "power(2, -1)"),
        ("a < b", "lt(a, b)"),
        ("a <= b < c", "and(le(a, b), lt(b, c))"),
        ("a == b == c == d", "and(and(eq(a, b), eq(b, c)), eq(c, d))"),
        ("a != b", "ne(a, b)"),
        ("a >= b or c > d", "or(ge(a, b), gt(c, d))"),
        ("a and b and c", "and(and(a, b), c)"),
        ("a or b and not c", "or(a, and(b, not(c)))"),
        ("not a < b", "not(lt(a, b))"),
        ("a < b + 1", "lt(a, add(b, 1))"),
        ("a * (b < c)", "mul(a, lt(b, c))"),
        ("seoul.hold", "seoul.hold"),
        ("last.seoul.hold", "last.seoul.hold"),
        ("now.x + outcome.war", "add(now.x, outcome.war)"),
        ("seoul.demand[0.5]", "seoul.demand[0.5]"),
        ("seoul.demand[0.50]", "seoul.demand[0.5]"),
        ("seoul.demand[1]", "seoul.demand[1]"),
        ("seoul.demand[1.0]", "seoul.demand[1]"),
        ("seoul.demand[-0.25]", "seoul.demand[-0.25]"),
        ("last.seoul.demand[ 1e1 ]", "last.seoul.demand[10]"),
        ("  a  +\n  b ", "add(a, b)"),
        ("a\u00a0+ b", "add(a, b)"),
        ("min(a, b, c)", "min(a, b, c)"),
        ("max(a, min(b, c))", "max(a, min(b, c))"),
        ("where(a > 0, b, c)", "where(gt(a, 0), b, c)"),
        ("match + case", "add(match, case)"),
    ],
)
def test_reading(text: str, tree: str) -> None:
    assert told(parse(text)) == tree


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_with_every_number_of_arguments(function: str) -> None:
    least, most = FUNCTIONS[function]
    for count in range(6):
        text = f"{function}({', '.join('abcdef'[:count])})"
        if least <= count <= most:
            assert told(parse(text)) == text
        else:
            with pytest.raises(FormulaError, match=rf"{function}\(\) takes") as caught:
                parse(text)
            assert caught.value.found == text
            assert caught.value.remedy


@pytest.mark.parametrize("function", AGGREGATORS)
def test_every_aggregator_stands_in_metrics_only(function: str) -> None:
    arguments = "3, x" if AGGREGATORS[function] == 2 else "x"
    tree = parse(f"{function}({arguments})", metric=True)
    assert isinstance(tree, Call)
    assert tree.operation == f"over.{function}"
    with pytest.raises(FormulaError):
        parse(f"{function}({arguments})")


def test_min_and_max_of_several_stay_functions_in_metrics() -> None:
    assert told(parse("max(max(x), 3) - min(y)", metric=True)) == "sub(max(over.max(x), 3), over.min(y))"
    assert told(parse("max(max(x, y))", metric=True)) == "over.max(max(x, y))"
    with pytest.raises(FormulaError, match="stands inside another one"):
        parse("mean(max(x))", metric=True)
    with pytest.raises(FormulaError, match=r"at\(\) over an episode takes 2 arguments, not 1"):
        parse("at(x)", metric=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("2 ** 3 ** 0", 2),
        ("7 - 2 - 1", 4),
        ("1 < 2 < 3", 1),
        ("1 < 3 < 2", 0),
        ("not 0 and 5", 1),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("clip(5, 0, 1) + clip(-5, 0, 1)", 1),
        ("abs(-2) + floor(2.7) + sqrt(9)", 7),
        ("exp(0) + log(1) + logistic(0)", 1.5),
        ("where(1 > 2, 1 / 0, 4)", 4),
        ("1 / 0", math.inf),
        ("-1 / 0", -math.inf),
        ("exp(1000)", math.inf),
    ],
)
def test_values_of_formulas_of_numbers(text: str, value: float) -> None:
    assert value_of(parse(text), {}) == value


def test_values_that_are_undefined_or_unknown() -> None:
    for text in ("0 / 0", "log(-1)", "sqrt(-1)", "(-8) ** 0.5", "floor(0 / 0)"):
        value = value_of(parse(text), {})
        assert value is not None
        assert math.isnan(value), text
    assert value_of(parse("x + 1"), {}) is None
    assert value_of(parse("x + 1"), {"x": 2}) == 3
    assert value_of(parse("mean(x)", metric=True), {"x": 2}) is None


@pytest.mark.parametrize(
    "text",
    [
        *("x.__class__", "().x", "(1).real", "x().y", "x[0][1]", "x[y]", "x[0:1]", "x[0, 1]", "x[True]", "x[None]"),
        *("lambda: 1", "lambda x: x", "[x]", "(x, y)", "{x}", "{x: y}", "[x for x in y]", "{x for x in y}"),
        *("(x for x in y)", "{x: x for x in y}", "x := 1", "(x := 1)", "'x'", '"x"', "f'{x}'", "b'x'", "`x`"),
        *("None", "...", "True", "true", "1j", "await x", "*x", "f(*x)", "min(**x)", "min(*x, *y)", "x if y else z"),
        *("x // 2", "x % 2", "x @ y", "x & y", "x | y", "x ^ y", "x << 2", "x >> 2", "~x", "x is y", "x in y"),
        *("import os", "x = 1", "x; y", "x # y", "x\\y", "yield x", "print(x)", "eval(x)", "__import__(x)"),
        *("x y", "2x", "2 x", "5%", "1,000", "0,5", "x ==", "== x", "x * / y", "(x", "x)", "x[0", "x]", "", "  ", "0x"),
        *("\u201cx\u201d", "x \u2212 y", "x \u00d7 y", "\u03b1 + 1", "\uff54", "x\0y", "x\u200by", "\ud800"),
        *("x ** 65", "x ** -65", "x ** 1e9", "1e400", "1" * 400, "1" * 3999, "(" * 51 + "x" + ")" * 51),
        *("-" * 3999 + "x", "not " * 999 + "x", "x+" * 1999 + "x", "x**" * 999 + "x", "x<" * 1999 + "x", "a" * 4001),
        *("012", "1__0", "1._5", "x..y", ".x", "x.", "x.1", "x.if", "if", "and", "x and", "0or x", "1if x else 2"),
        "0<(" * 45 + "x" + ")<1" * 45,
    ],
    ids=lambda text: repr(text[:20]),
)  # fmt: skip
def test_refused(text: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.remedy
    assert len(caught.value.found) <= 200


@pytest.mark.parametrize(
    "text", ["x ** 64", "x ** -64", "+".join("x" * 150), "(" * 50 + "x" + ")" * 50, "0x10", "1e300"]
)
def test_large_but_allowed(text: str) -> None:
    assert parse(text)


def must_be_clear(error: FormulaError) -> None:
    assert error.remedy
    assert str(error)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60) | st.text(alphabet="xy019 .,+-*/()[]<>=!&|'\"ifandort", max_size=60))
@example("0_0")
@example("x.\n1")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        tree = parse(text)
    except FormulaError as error:
        must_be_clear(error)
    else:
        assert depth(tree) <= MAX_DEPTH
        assert all(isinstance(node, Number | Name | Call) for node in walk(tree))


TREES = st.recursive(
    st.sampled_from(["x", "y.z", "0.5", "3"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "<", "<=", "==", "and", "or"]), inner).map(
            lambda t: f"({t[0]} {t[1]} {t[2]})"
        ),
        inner.map(lambda one: f"(not {one})"),
        st.tuples(inner, inner, inner).map(lambda t: f"where({', '.join(t)})"),
    ),
    max_leaves=20,
)


@settings(max_examples=100, deadline=None)
@given(TREES)
def test_blanks_and_line_breaks_do_not_matter(text: str) -> None:
    assert parse(text.replace(" ", "\n   ")) == parse(text)
    assert parse(f"({text})") == parse(text)


def test_levels_are_written_as_people_write_them() -> None:
    assert [level_text(level) for level in (0.0, -0.0, 0.1 + 0.2, 1.0, 20.0, -0.5)] == [
        "0",
        "0",
        "0.3",
        "1",
        "20",
        "-0.5",
    ]


def test_constants() -> None:
    assert [Formula("", parse(text), 1, ()).constant for text in ("3", "-3", "1 + 2", "x")] == [
        3,
        -3,
        None,
        None,
    ]
