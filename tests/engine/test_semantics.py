"""What formulas mean once the emitter has turned them into code: exact values, and the text that is executed."""

from __future__ import annotations

import ast
import math
import re
import struct

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from tiny import failure, path, play, tiny

import wargame
from wargame.engine import numeric
from wargame.engine.graph import Graph
from wargame.engine.rules import Rules

INFINITY = math.inf


def value(formula: str, **variables: float) -> float:
    """What the engine makes of a formula of a, b and c: computed in play, where nothing is known beforehand."""
    numbers = {"a": 0.0, "b": 0.0, "c": 0.0, **variables}
    parameters = "".join(f"  {name}: {number!r}\n" for name, number in numbers.items())
    # 0 + change is the change itself, to the bit.
    text = f"""
parameters:
{parameters}
state: {{x: {{initial: 0, range: [0, 1]}}}}
effects: {{rule: {{effects: {{x: "{formula}"}}}}}}
"""
    (result,) = path(tiny(text), "x")
    assert isinstance(result, float)
    return result


def bits(number: float) -> bytes:
    return struct.pack("<d", number)


@pytest.mark.parametrize(
    ("formula", "a", "b", "expected"),
    [
        ("a + b", 0.1, 0.2, 0.1 + 0.2),
        ("a - b", 0.3, 0.1, 0.3 - 0.1),
        ("a * b", 0.1, 0.7, 0.1 * 0.7),
        ("a / b", 1.0, 3.0, 1.0 / 3.0),
        ("-a", 0.1, 0.0, -0.1),
        ("+a", 0.1, 0.0, 0.1),
        ("a - (b - 1)", 0.3, 0.1, 0.3 - (0.1 - 1)),
        ("a - b - 1", 0.3, 0.1, 0.3 - 0.1 - 1),
        ("a / (b / 3)", 0.3, 0.1, 0.3 / (0.1 / 3)),
        ("a / b / 3", 0.3, 0.1, 0.3 / 0.1 / 3),
        ("a * (b / 3)", 0.3, 0.1, 0.3 * (0.1 / 3)),
        ("-a * b", 0.3, 0.1, -0.3 * 0.1),
        ("-(a + b)", 0.3, 0.1, -(0.3 + 0.1)),
        ("-a ** 2", 0.3, 0.0, -(0.3 * 0.3)),
        ("(-a) ** 2", 0.3, 0.0, 0.3 * 0.3),
        ("2 ** 3 ** a", 2.0, 0.0, numeric.power(2.0, numeric.power(3.0, 2.0))),
        ("abs(a)", -0.25, 0.0, 0.25),
        ("floor(a)", -1.5, 0.0, -2.0),
        ("sqrt(a)", 2.0, 0.0, math.sqrt(2.0)),
        ("exp(a)", 1.3, 0.0, numeric.exp(1.3)),
        ("log(a)", 1.3, 0.0, numeric.log(1.3)),
        ("logistic(a)", -1.3, 0.0, numeric.logistic(-1.3)),
        ("clip(a, -1, b)", 5.0, 2.0, 2.0),
        ("clip(a, -1, b)", -5.0, 2.0, -1.0),
        ("clip(a, 3, b)", 0.0, 2.0, 2.0),
        ("min(a, b, 3)", 5.0, 4.0, 3.0),
        ("max(a, b, 3)", 5.0, 7.0, 7.0),
        ("where(a, b, 7)", 2.0, 5.0, 5.0),
        ("where(a, b, 7)", 0.0, 5.0, 7.0),
    ],
)
def test_operators_and_functions(formula: str, a: float, b: float, expected: float) -> None:
    assert bits(value(formula, a=a, b=b)) == bits(expected)


@pytest.mark.parametrize(
    ("formula", "a", "expected"),
    [
        ("a ** 0", 0.3, 1.0),
        ("a ** 1", 0.3, 0.3),
        ("a ** 2", 0.3, 0.3 * 0.3),
        ("a ** 3", -0.3, -0.3 * -0.3 * -0.3),
        ("a ** 5", 1.1, ((((1.1 * 1.1) * 1.1) * 1.1) * 1.1)),
        ("a ** -2", 0.3, 1.0 / (0.3 * 0.3)),
        ("a ** 0.5", 0.3, numeric.exp(0.5 * numeric.log(0.3))),
        ("a ** 17", 1.1, numeric.exp(17.0 * numeric.log(1.1))),
        ("1.1 ** a", 3.0, numeric.exp(3.0 * numeric.log(1.1))),
    ],
)
def test_whole_powers_multiply_and_others_go_through_logarithms(
    formula: str, a: float, expected: float
) -> None:
    assert bits(value(formula, a=a)) == bits(expected)


def test_a_negative_number_has_whole_powers_only() -> None:
    assert value("where(a ** b == a ** b, 1, 0)", a=-2.0, b=3.0) == 0, "not a number, which equals nothing"
    assert value("a ** 3", a=-2.0) == -8


@pytest.mark.parametrize(
    ("formula", "a", "b", "expected"),
    [
        ("a < b", 1, 2, 1),
        ("a < b", 2, 2, 0),
        ("a <= b", 2, 2, 1),
        ("a > b", 2, 1, 1),
        ("a >= b", 2, 3, 0),
        ("a == b", 2, 2, 1),
        ("a != b", 2, 2, 0),
        ("0 < a < b", 1, 2, 1),
        ("0 < a < b", 3, 2, 0),
        ("a < b > 1", 1, 2, 1),
        ("a < b == 1", 1, 2, 0),
        ("(a < b) == 1", 1, 2, 1),
        ("not a", 0, 0, 1),
        ("not a", 3, 0, 0),
        ("not a < b", 1, 2, 0),
        ("a and b", 3, -2, 1),
        ("a and b", 3, 0, 0),
        ("a or b", 0, 0, 0),
        ("a or b", 0, 5, 1),
        ("a or b and not a", 0, 5, 1),
        ("(a or b) and not b", 0, 5, 0),
        ("not (a or b)", 0, 5, 0),
        ("(a < b) + (a < b) * 10", 1, 2, 11),
        ("1 - (a < b) / 2", 1, 2, 0.5),
        ("-(a < b)", 1, 2, -1),
        ("(a and b) * 4 + (not a) + (a or b)", 2, 3, 5),
        ("true + a", 1, 0, 2),
    ],
)
def test_truth_is_one_or_zero(formula: str, a: float, b: float, expected: float) -> None:
    if "true" in formula:
        with pytest.raises(wargame.ScenarioError, match="write 1 or 0"):
            value(formula, a=a, b=b)
    else:
        assert value(formula, a=a, b=b) == expected


@pytest.mark.parametrize(
    ("formula", "a", "expected"),
    [
        ("clip(a / b, -5, 5)", 1.0, 5.0),
        ("clip(a / b, -5, 5)", -1.0, -5.0),
        ("where(a / b == a / b, 1, 2)", 0.0, 2.0),
        ("clip(1 / (a / b), -5, 5)", 1.0, 0.0),
        ("clip(log(b), -5, 5)", 1.0, -5.0),
        ("clip(exp(1000 * a), -5, 5)", 1.0, 5.0),
        ("where(sqrt(-a) == sqrt(-a), 1, 2)", 1.0, 2.0),
    ],
)
def test_division_by_zero_follows_ieee(formula: str, a: float, expected: float) -> None:
    assert value(formula, a=a, b=0.0) == expected


@pytest.mark.parametrize("condition", ["b != 0", "b", "b > 0 and a"])
def test_where_discards_what_is_not_chosen(condition: str) -> None:
    assert value(f"where({condition}, a / b, 7)", a=1.0, b=0.0) == 7
    assert value(f"where(not ({condition}), 7, 1 / b)", a=1.0, b=0.0) == 7
    assert value(f"where({condition}, log(b - 1), 7) + 1", a=1.0, b=0.0) == 8
    # Shared by several formulas, so that it has a name of its own and is computed whatever is chosen.
    assert value(f"where({condition}, a / b, 7) + where({condition}, a / b, 8)", a=1.0, b=0.0) == 15


def test_where_discards_infinite_effects_of_policies_that_are_not_played() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 0, range: [0, 1]}}
        actors:
          a:
            policies: {p: {effects: {x: 1}}, q: {effects: {x: 1 / x}, cost: 1 / x}}
            decision: {rule: script, script: {0: p}}
        """
    )
    assert path(scenario, "x") == [1]


def test_ties_of_min_and_max_go_to_the_second() -> None:
    """`min(a, b)` is `a if a < b else b`: seen where the two are equal but differ in sign, or one is no number."""
    assert value("1 / clip(1 / min(a, b), -9, 9)", a=0.0, b=0.0) == 1 / 9
    # A missing first argument gives the second, a missing second one itself.
    assert value("min(b / b, a)", a=3.0, b=0.0) == 3
    assert value("max(b / b, a)", a=3.0, b=0.0) == 3
    assert value("where(min(a, b / b) == min(a, b / b), 1, 2)", a=3.0, b=0.0) == 2
    assert value("clip(b / b, 4, 9)", b=0.0) == 4


def test_time_is_a_float_and_follows_from_the_start() -> None:
    scenario = tiny(
        """
        state:
          t: {initial: 0, range: [0, 9]}
          y: {initial: 0, range: [0, 9999]}
          h: {initial: 0, range: [0, 9]}
          q: {initial: 0, range: [0, 9]}
          m: {initial: 0, range: [0, 12]}
        effects:
          note: {effects: {t: {set: turn / 2}, y: {set: year}, h: {set: half}, q: {set: quarter}, m: {set: month}}}
        """,
        time="{step: month, start: 2025-05, horizon: 10}",
    )
    found = path(scenario, "t", "y", "h", "q", "m")
    assert found[0] == (0, 2025, 1, 2, 5)
    assert found[1] == (0.5, 2025, 1, 2, 6)
    assert found[2] == (1, 2025, 2, 3, 7)
    assert found[9] == (4.5, 2026, 1, 1, 2)


def test_numeric_policies_have_levels_a_number_and_indicators() -> None:
    scenario = tiny(
        """
        state:
          x: {initial: 0, range: [0, 9]}
          number: {initial: 0, range: [0, 9]}
          one: {initial: 0, range: [0, 9]}
          last_number: {initial: 0, range: [0, 9]}
        actors:
          a:
            policies:
              demand:
                levels: {from: 0, to: 1, step: 0.25}
                available: level != 1
                cost: level / 2
                effects: {x: 2 * level}
              hold:
            decision: {rule: script, script: {0: "demand[0.75]", 1: hold}}
        effects:
          note: {effects: {number: a.demand, one: "a.demand[0.75] + 2 * a.demand[0.5]", last_number: last.a.demand}}
        """,
        horizon=2,
    )
    assert path(scenario, "x", "number", "one", "last_number") == [(1.5, 0.75, 1, 0), (1.5, 0.75, 1, 0.75)]
    model = play(scenario)
    assert model.actor("a").payoff == -0.375
    assert list(model.decisions[0].probabilities) == [
        "demand[0]",
        "demand[0.25]",
        "demand[0.5]",
        "demand[0.75]",
        "hold",
    ]


def test_a_define_is_computed_on_the_state_its_user_reads() -> None:
    scenario = tiny(
        """
        state: {x: {initial: 1, range: [0, 99]}, y: {initial: 0, range: [0, 99]}}
        define: {double: 2 * x, more: double + 1}
        effects: {up: {effects: {x: 1, y: more}}}
        nature: {late: {draw: {bernoulli: 1}, effects: {y: 10 * more}}}
        metrics: {end: final(more)}
        """
    )
    model = play(scenario)
    assert model.state["y"] == 3 + 10 * 5
    assert model.metrics["end"] == 5


# ---- formulas in every form ----------------------------------------------------------------------------------------

NUMBERS = st.sampled_from([-2.0, -1.0, -0.5, 0.0, 0.25, 1.0, 3.0, 1e-3, 1e6])
LEAVES = st.sampled_from(["a", "b", "c", "0", "1", "2.5", "0.1"])


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "/"]), inner, inner).map(
            lambda t: f"({t[1]}) {t[0]} ({t[2]})"
        ),
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "==", "!=", "and", "or"]), inner, inner).map(
            lambda t: f"(({t[1]}) {t[0]} ({t[2]}))"
        ),
        inner.map(lambda x: f"-({x})"),
        inner.map(lambda x: f"(not ({x}))"),
        st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(st.sampled_from(["where", "clip"]), inner, inner, inner).map(
            lambda t: f"{t[0]}({t[1]}, {t[2]}, {t[3]})"
        ),
        st.tuples(st.sampled_from(["abs", "exp", "log", "sqrt", "floor", "logistic"]), inner).map(
            lambda t: f"{t[0]}({t[1]})"
        ),
        st.tuples(inner, st.integers(0, 3)).map(lambda t: f"(({t[0]}) ** {t[1]})"),
    )


FORMULAS = st.recursive(LEAVES, _grow, max_leaves=12)


def _reference(node: ast.expr, names: dict[str, float]) -> float:
    """A second reading of the language reference, straight from Python's tree."""
    match node:
        case ast.Constant(value=number):
            return float(number)
        case ast.Name(id=name):
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -_reference(inner, names)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return float(_reference(inner, names) == 0)
        case ast.BinOp(left=left, op=ast.Pow(), right=ast.Constant(value=int(power))):
            base, result = _reference(left, names), 1.0
            for _ in range(power):
                result *= base
            return result
        case ast.BinOp(left=left, op=operation, right=right):
            a, b = _reference(left, names), _reference(right, names)
            if isinstance(operation, ast.Div):
                # The sign of a zero, which nobody promises, would decide the sign of the result.
                assume(b != 0)
                return a / b
            if isinstance(operation, ast.Mult) and not (math.isfinite(a) and math.isfinite(b)):
                # A factor known to be 0 beforehand makes 0 of anything; elsewhere 0 times infinity is no number.
                reject()
            return {ast.Add: a + b, ast.Sub: a - b, ast.Mult: a * b}[type(operation)]
        case ast.BoolOp(op=operation, values=values):
            truths = [_reference(one, names) != 0 for one in values]
            return float(all(truths) if isinstance(operation, ast.And) else any(truths))
        case ast.Compare(left=left, ops=[operation], comparators=[right]):
            a, b = _reference(left, names), _reference(right, names)
            return float(
                {
                    ast.Lt: a < b,
                    ast.LtE: a <= b,
                    ast.Gt: a > b,
                    ast.GtE: a >= b,
                    ast.Eq: a == b,
                    ast.NotEq: a != b,
                }[type(operation)]
            )
        case ast.Call(func=ast.Name(id=function), args=arguments):
            numbers = [_reference(one, names) for one in arguments]
            if function == "where":
                return numbers[1] if numbers[0] != 0 else numbers[2]
            named = {"min": "minimum", "max": "maximum", "abs": "absolute"}
            result = getattr(numeric, named.get(function, function))(*numbers)
            assert isinstance(result, float)
            return result
    raise AssertionError(ast.dump(node))


@settings(max_examples=100, deadline=None)
@given(FORMULAS, NUMBERS, NUMBERS, NUMBERS)
def test_the_engine_agrees_with_a_second_reading_of_the_reference(
    formula: str, a: float, b: float, c: float
) -> None:
    expected = _reference(ast.parse(formula, mode="eval").body, {"a": a, "b": b, "c": c})
    if math.isfinite(expected):
        assert value(formula, a=a, b=b, c=c) == expected
    else:
        row = failure(
            tiny(
                f"""
                parameters: {{a: {a!r}, b: {b!r}, c: {c!r}}}
                state: {{x: {{initial: 0, range: [0, 1]}}}}
                effects: {{rule: {{effects: {{x: "{formula}"}}}}}}
                """
            )
        )
        assert "infinite or undefined" in row["reason"]


# ---- the emitted text ----------------------------------------------------------------------------------------------

FULL = """
name: full
time: {step: quarter, start: 2025Q3, horizon: 4}
parameters:
  weight: 2
state:
  tension: {initial: {uniform: [0, 1]}, bounds: [0, 1]}
  trust:
    initial: 0.5
    bounds: [0, 1]
actors:
  seoul:
    policies:
      hold:
      push:
        available: trust > 0.1
        cost: 0.1 * tension
        effects:
          tension: weight * 0.1 * trust
          trust: -0.1 * tension
    utility: tension * trust - tension ** 2
    decision: {rule: logit, precision: 3, expectation: exact, expects: {beliefs: fictitious}}
  tokyo:
    policies: {hold: {}, push: {}}
    utility: seoul.push + tension
    decision: {rule: greedy, expects: {beliefs: last}}
    perception: {trust: {noise: 0.1}}
nature:
  crisis:
    draw: {bernoulli: 0.1 * tension + 0.01 * trust}
    effects: {tension: 0.2}
outcomes:
  war: {when: tension > 0.99, terminal: true}
  calm: {default: true}
metrics:
  peak: max(tension * trust)
"""


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return Rules(wargame.loads(FULL)).sources


def test_emitted_code_is_straight_line_python_without_eval(sources: dict[str, str]) -> None:
    allowed = {*numeric.__all__, "abs", "uniform", "range", "poisson", "binomial", "negative_binomial"}
    for text in sources.values():
        tree = ast.parse(text)
        assert not re.search(r"\b(eval|exec|compile|import|open|getattr)\b", text)
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Import | ast.ImportFrom | ast.Lambda | ast.While | ast.Global)
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
                assert name in allowed
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
                # Whole numbers are rows of the workspace and bounds of loops; values are floats.
                assert type(node.value) in (int, float)


def test_literals_are_floats(sources: dict[str, str]) -> None:
    for text in sources.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.BinOp) and not isinstance(node.left, ast.Subscript):
                for side in (node.left, node.right):
                    if isinstance(side, ast.Constant) and "w[" not in ast.unparse(node):
                        assert isinstance(side.value, float) or "i_" in ast.unparse(node)


def test_statements_carry_the_lines_of_the_file(sources: dict[str, str]) -> None:
    lines = FULL.splitlines()

    def cited(block: str, text: str) -> list[str]:
        """The lines of the file that are cited beside the first statement with this text."""
        statement = next(line for line in sources[block].splitlines() if text in line)
        numbers = re.search(r"# lines? ([\d, ]+)", statement)
        assert numbers, statement
        return [lines[int(number) - 1].strip() for number in numbers[1].split(",")]

    assert cited("resolve", "weight * 0.1 * trust") == ["tension: weight * 0.1 * trust"]
    assert cited("resolve", "-0.1 * tension") == ["trust: -0.1 * tension"]
    assert "draw: {bernoulli: 0.1 * tension + 0.01 * trust}" in cited("nature", "0.1 * tension")


def test_every_function_says_what_it_is(sources: dict[str, str]) -> None:
    for name, text in sources.items():
        (function,) = ast.parse(text).body
        assert isinstance(function, ast.FunctionDef)
        assert function.name == name
        assert ast.get_docstring(function)


def test_equal_operations_are_computed_once() -> None:
    graph = Graph()
    x, y = graph.row("x"), graph.row("y")
    assert graph.add(x, y) is graph.add(x, y)
    assert graph.mul(x, graph.zero) is graph.zero
    assert graph.where(graph.one, x, graph.div(x, graph.zero)) is x
    assert graph.number(-0.0) is graph.zero
