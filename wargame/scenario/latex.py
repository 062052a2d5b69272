"""Formulas as mathematics: LaTeX that notebooks, GitHub and printed pages set."""

from __future__ import annotations

from wargame.scenario.formula import AGGREGATORS, Call, Formula, Name, Number, Tree

__all__ = ["formula_as_latex", "name_as_latex", "tree_as_latex"]

# How tightly each operation binds: an argument that binds less is put into brackets.
_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(9)
_COMPARISONS = {"lt": "<", "le": r"\leq", "gt": ">", "ge": r"\geq", "eq": "=", "ne": r"\neq"}
_FUNCTIONS = {"min": r"\min", "max": r"\max", "exp": r"\exp", "log": r"\log"}
_DELIMITED = {
    "abs": (r"\left\lvert", r"\right\rvert"),
    "floor": (r"\left\lfloor", r"\right\rfloor"),
    "sqrt": (r"\sqrt{", "}"),
}
_BETWEEN = {"add": "+", "sub": "-", "mul": r"\,", "and": r"\wedge", "or": r"\vee", **_COMPARISONS}
_BINDING = {
    "or": _OR,
    "and": _AND,
    "not": _NOT,
    **dict.fromkeys(_COMPARISONS, _COMPARISON),
    "add": _SUM,
    "sub": _SUM,
    "mul": _PRODUCT,
    "div": _PRODUCT,
    "neg": _SIGN,
    "power": _POWER,
}


LONG = 80
"""A formula of more characters than this, as written in the file, gets a line for each term of its sum."""


def formula_as_latex(formula: Formula) -> str:
    """The formula in LaTeX's math mode, without dollar signs; a long sum has one line a term."""
    tree = formula.tree
    if len(formula.text) <= LONG or not isinstance(tree, Call):
        return tree_as_latex(tree)
    if tree.operation in ("add", "sub"):
        return _aligned(_terms(tree))
    first, *others = tree.arguments
    if tree.operation in ("clip", "min", "max") and isinstance(first, Call) and len(_terms(first)) > 1:
        opening, *rest = _terms(first)
        ending = "".join(f", {tree_as_latex(one)}" for one in others)
        opening = f"{_named(tree.operation)}\\bigl({opening}"
        return _aligned([opening, *rest[:-1], f"{rest[-1]}{ending}\\bigr)"])
    return tree_as_latex(tree)


def _aligned(lines: list[str]) -> str:
    return "\\begin{aligned}" + " \\\\ ".join(f"& {one}" for one in lines) + "\\end{aligned}"


def _terms(tree: Tree) -> list[str]:
    """The terms of a sum, each but the first with its sign."""
    if not isinstance(tree, Call) or tree.operation not in ("add", "sub"):
        return [tree_as_latex(tree)]
    first, *others = tree.arguments
    least = _SUM + (tree.operation == "sub")
    return _terms(first) + [f"{_BETWEEN[tree.operation]} {_following(one, least)}" for one in others]


def tree_as_latex(tree: Tree) -> str:
    """A formula's tree in LaTeX's math mode. Brackets stand only where they are needed."""
    if isinstance(tree, Number):
        return _number(tree.value)
    if isinstance(tree, Name):
        return name_as_latex(tree.name)
    return _call(tree)


def name_as_latex(name: str) -> str:
    """A name as it is written in formulas, upright.

    `now.x` becomes x with the index now, `last.a.p` the indicator of a policy with the index last, and the indicator
    `a.p` stands in double brackets, after Iverson's convention for what is 1 if true and 0 if not.
    """
    first, dot, rest = name.partition(".")
    if not dot:
        return _text(name)
    if first in ("now", "last"):
        return f"{name_as_latex(rest)}_{{\\mathrm{{{first}}}}}"
    if first in ("belief", "outcome"):
        return f"\\operatorname{{{first}}}\\left({_text(rest)}\\right)"
    return f"[\\![{_text(first)}\\!:\\!{_text(rest)}]\\!]"


def _text(name: str) -> str:
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def _number(value: float) -> str:
    text = f"{value:.12g}"
    if "e" in text:
        digits, power = text.split("e")
        return f"{digits} \\cdot 10^{{{int(power)}}}"
    return text


def _binding(tree: Tree) -> int:
    if isinstance(tree, Call):
        return _BINDING.get(tree.operation, _ATOM)
    return _SIGN if isinstance(tree, Number) and tree.value < 0 else _ATOM


def _bracketed(tree: Tree, least: int) -> str:
    text = tree_as_latex(tree)
    return text if _binding(tree) >= least else f"\\left({text}\\right)"


def _following(tree: Tree, least: int) -> str:
    """What stands after an operator: bracketed as well if it begins with a sign of its own."""
    text = _bracketed(tree, least)
    return f"\\left({text}\\right)" if text.startswith("-") else text


def _call(call: Call) -> str:
    operation, arguments = call.operation, call.arguments
    if operation == "div":
        return f"\\frac{{{tree_as_latex(arguments[0])}}}{{{tree_as_latex(arguments[1])}}}"
    if operation == "power":
        return f"{{{_bracketed(arguments[0], _ATOM)}}}^{{{tree_as_latex(arguments[1])}}}"
    if operation == "neg":
        return f"-{_bracketed(arguments[0], _PRODUCT)}"
    if operation == "not":
        return f"\\neg {_bracketed(arguments[0], _ATOM)}"
    if operation in _BETWEEN:
        return _between(operation, arguments)
    return _function(operation, arguments)


def _between(operation: str, arguments: tuple[Tree, ...]) -> str:
    """Terms side by side; what follows a minus, or is compared, is bracketed if it binds no more tightly."""
    least = _BINDING[operation]
    strict = operation == "sub" or operation in _COMPARISONS
    parts = [_bracketed(arguments[0], least + (operation in _COMPARISONS))]
    parts += [_following(one, least + strict) for one in arguments[1:]]
    if operation == "mul":
        return _product(arguments, parts)
    return f" {_BETWEEN[operation]} ".join(parts)


def _product(arguments: tuple[Tree, ...], parts: list[str]) -> str:
    """Factors beside each other, with a dot before a number, which would run into what precedes it."""
    text = parts[0]
    for factor, part in zip(arguments[1:], parts[1:], strict=True):
        dotted = isinstance(factor, Number) or part[0].isdigit()
        text += (r" \cdot " if dotted else r" \, ") + part
    return text


def _function(operation: str, arguments: tuple[Tree, ...]) -> str:
    inside = [tree_as_latex(one) for one in arguments]
    if operation == "where":
        condition, chosen, other = inside
        return f"\\begin{{cases}} {chosen} & \\text{{if }} {condition} \\\\ {other} & \\text{{else}} \\end{{cases}}"
    if operation in _DELIMITED:
        opening, closing = _DELIMITED[operation]
        return f"{opening} {inside[0]} {closing}"
    name = operation.removeprefix("over.")
    if operation.startswith("over.") and name in AGGREGATORS:
        return f"\\operatorname{{{name}}}_t\\left({', '.join(inside)}\\right)"
    return f"{_named(operation)}\\left({', '.join(inside)}\\right)"


def _named(function: str) -> str:
    return _FUNCTIONS.get(function, f"\\operatorname{{{function}}}")
