"""Formulas as mathematics, and scenarios and actors in a notebook."""

import re

import pytest
from matplotlib.mathtext import MathTextParser

from wargame.scenario.display import FormulasError, formulas_of
from wargame.scenario.formula import Formula
from wargame.scenario.latex import formula_as_latex, name_as_latex, tree_as_latex
from wargame.scenario.loading import available_scenarios, load
from wargame.scenario.parsing import parse


def upright(text: str) -> str:
    """The LaTeX with its names plain, as a person would write it down."""
    return re.sub(r"\\mathrm\{([^{}]*)\}", r"\1", text).replace(r"\_", "_")


@pytest.mark.parametrize(
    ("formula", "latex"),
    [
        ("a + b * c", r"a + b \, c"),
        ("(a + b) * c", r"\left(a + b\right) \, c"),
        ("a - (b - c)", r"a - \left(b - c\right)"),
        ("a - b + c", "a - b + c"),
        ("a + (b - c)", "a + b - c"),
        ("a + -b", r"a + \left(-b\right)"),
        ("a * -2", r"a \cdot \left(-2\right)"),
        ("-(a + b)", r"-\left(a + b\right)"),
        ("-a * b", r"-a \, b"),
        ("2 * 3", r"2 \cdot 3"),
        ("(-a) ** 2", r"{\left(-a\right)}^{2}"),
        ("-a ** 2", "-{a}^{2}"),
        ("(a / b) ** 2", r"{\left(\frac{a}{b}\right)}^{2}"),
        ("a / (b + c)", r"\frac{a}{b + c}"),
        ("1e-9", r"1 \cdot 10^{-9}"),
        ("abs(a - b)", r"\left\lvert a - b \right\rvert"),
        ("sqrt(a + 1)", r"\sqrt{ a + 1 }"),
        ("floor(a)", r"\left\lfloor a \right\rfloor"),
        ("max(0, a)", r"\max\left(0, a\right)"),
        ("logistic(a)", r"\operatorname{logistic}\left(a\right)"),
        ("a < (b < c)", r"a < \left(b < c\right)"),
        ("a >= 1 and (b or not c)", r"a \geq 1 \wedge \left(b \vee \neg c\right)"),
        ("where(a > 1, b, c)", r"\begin{cases} b & \text{if } a > 1 \\ c & \text{else} \end{cases}"),
    ],
)
def test_a_formula_as_mathematics(formula: str, latex: str) -> None:
    assert upright(tree_as_latex(parse(formula))) == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("china_pressure", r"\mathrm{china\_pressure}"),
        ("now.trust", r"\mathrm{trust}_{\mathrm{now}}"),
        ("seoul.refuse", r"[\![\mathrm{seoul}\!:\!\mathrm{refuse}]\!]"),
        ("last.seoul.refuse", r"[\![\mathrm{seoul}\!:\!\mathrm{refuse}]\!]_{\mathrm{last}}"),
        ("outcome.war", r"\operatorname{outcome}\left(\mathrm{war}\right)"),
    ],
)
def test_a_name_as_mathematics(name: str, latex: str) -> None:
    assert name_as_latex(name) == latex


def test_a_long_sum_has_a_line_for_each_term() -> None:
    text = "clip(first_long_name * x + second_long_name * y - third_long_name * (z - 0.5) + fourth_long_name, 0, 1)"
    latex = formula_as_latex(Formula(text=text, tree=parse(text), line=1, path=()))
    assert upright(latex) == (
        r"\begin{aligned}& \operatorname{clip}\bigl(first_long_name \, x \\ & + second_long_name \, y \\ "
        r"& - third_long_name \, \left(z - 0.5\right) \\ & + fourth_long_name, 0, 1\bigr)\end{aligned}"
    )


SLOW = {"korea-2025"}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.verify] * (name in SLOW)) for name in available_scenarios()],
)
def test_every_formula_that_ships_can_be_set(name: str) -> None:
    """A typesetter that we did not write reads each; it has no `aligned` and no `cases`, so these are taken apart."""
    typesetter = MathTextParser("path")
    rows = load(name).formulas()
    assert len(rows) > 0
    for row in rows:
        assert row.latex.count("{") == row.latex.count("}")
        plain = re.sub(r"\\(begin|end)\{(aligned|cases)\}|&", "", row.latex).replace(r"\bigl(", "(")
        plain = (
            plain.replace(r"\bigr)", ")").replace(r"\!", "").replace(r"\lvert", "|").replace(r"\rvert", "|")
        )
        typesetter.parse(f"${plain.replace(chr(92) * 2, ',')}$")


def test_formulas_of_a_part(scenario_korea) -> None:
    outcomes = scenario_korea.formulas("outcomes")
    assert [row.title for row in outcomes][:2] == ["Nuclear use", "War on the peninsula"]
    assert "Outcomes, the first that is true, Nuclear use: gravest >= 3" in repr(outcomes)
    page = outcomes._repr_markdown_()
    assert r"| Nuclear use | $\displaystyle \mathrm{gravest} \geq 3$ |" in page
    both = scenario_korea.formulas("seoul", "define")
    assert len(both) == len(scenario_korea.formulas("seoul")) + len(scenario_korea.define)


def test_a_part_that_there_is_not(scenario_korea) -> None:
    with pytest.raises(
        FormulasError, match=r"no formulas of 'outcome' .* allowed: .*did you mean .outcomes."
    ):
        formulas_of(scenario_korea, "outcome")


def test_actors_and_scenarios_show_themselves(scenario_korea) -> None:
    actor = scenario_korea.actors["seoul"]._repr_html_()
    assert actor.startswith("<div><strong>Seoul</strong>")
    assert "Raise defence spending" in actor
    assert "keep Washington&#x27;s trust" in actor
    whole = scenario_korea._repr_html_()
    assert "Managed drift" in whole
    assert "numbers: " in whole


@pytest.fixture(scope="module")
def scenario_korea():
    return load("korea-2025")
