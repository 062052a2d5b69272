"""Numbers, labels and formulas as people read them."""

from __future__ import annotations

import re

from wargame.scenario.formula import Formula
from wargame.scenario.scenario import Actor, Distribution, Effect, NatureItem, Policy, Scenario

__all__ = [
    "base_title",
    "chance",
    "distribution_in_words",
    "draw_in_words",
    "effect",
    "label_of",
    "listed",
    "number",
    "own_policies",
    "short",
    "signed",
    "signed_plain",
    "steps",
    "valued",
]

MINUS = "−"

STEPS = {
    "year": "years",
    "half-year": "half-years",
    "quarter": "quarters",
    "month": "months",
    "week": "weeks",
    "day": "days",
    "round": "rounds",
}


def number(value: float) -> str:
    """Three significant digits, whole numbers in full: 0.412, 28.5, 1,234."""
    if value != value:
        return "–"
    if abs(value) >= 1000 and abs(value) < 1e15:
        text = f"{value:,.0f}"
    else:
        text = f"{value:.0f}" if value == int(value) and abs(value) < 1000 else f"{value:.3g}"
    return _minus(text)


def signed(value: float, places: int = 2) -> str:
    """With its sign and a fixed number of places: +0.31, −0.15, 0.00."""
    text = f"{value:+.{places}f}"
    return _minus(text) if float(text) else f"{0:.{places}f}"


def _minus(text: str) -> str:
    return text.replace("-", MINUS) if text.startswith("-") else text


def chance(probability: float) -> str:
    """A probability as a whole percentage, with what rounds to nothing or all said as such."""
    if probability in (0, 1):
        return f"{100 * probability:.0f} %"
    if probability < 0.01:
        return "<1 %" if probability < 0.005 else "1 %"
    return ">99 %" if probability > 0.99 else f"{100 * probability:.0f} %"


def short(label: str) -> str:
    """A label without the explanation that stands in brackets at its end."""
    return re.sub(r"\s*\([^()]*\)$", "", label) or label


def listed(words: list[str], joined: str = "and") -> str:
    """The words as a list in a sentence: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joined} {words[-1]}" if words else ""


def steps(scenario: Scenario, count: int | None = None) -> str:
    """The turns of a scenario by what they are: `20 quarters`, or without a count the word alone."""
    word = STEPS.get(scenario.dates.step, "turns")
    if count is None:
        return word[:-1]
    return f"{count:,} {word[:-1] if count == 1 else word}"


def label_of(scenario: Scenario, name: str) -> str:
    """The label of a state variable, parameter, definition, item of nature or policy, by name."""
    groups = (scenario.state, scenario.parameters, scenario.define, scenario.nature, scenario.actors)
    for group in groups:
        if name in group:
            return short(group[name].title)
    actor, _, policy = name.partition(".")
    if actor in scenario.actors and policy in scenario.actors[actor].policies:
        return short(scenario.actors[actor].policies[policy].title)
    return name


def effect(change: Effect) -> str:
    """One effect, as `tension + 0.05` would be read: the change per turn, or the value set."""
    text = change.formula.text
    if change.is_set:
        return f"{change.variable} = {text}"
    constant = change.formula.constant
    if constant is not None:
        return f"{change.variable} {signed_plain(constant)}"
    return f"{change.variable}: {text}"


def signed_plain(value: float) -> str:
    """A constant with its sign and all its digits."""
    return f"{'+' if value >= 0 else MINUS}{abs(value):g}"


def own_policies(actor: Actor) -> list[list[Policy]]:
    """The actor's policies in file order, the levels of a numeric one together."""
    groups: dict[str, list[Policy]] = {}
    for policy in actor.policies.values():
        groups.setdefault(policy.base, []).append(policy)
    return list(groups.values())


def valued(scenario: Scenario, formula: Formula) -> str:
    """A formula's text; of a parameter's bare name, its value and then the name: 28.5 (usfk_start)."""
    parameter = scenario.parameters.get(formula.text)
    if parameter is None or parameter.value.constant is None:
        return formula.text
    return f"{parameter.value.text} ({formula.text})"


def base_title(policy: Policy) -> str:
    """The title of a policy; of a numeric one, without the level."""
    return policy.title if policy.level is None else policy.title.rsplit(" ", 1)[0]


def distribution_in_words(distribution: Distribution) -> str:
    """What a number is drawn from."""
    texts = [argument.text for argument in distribution.arguments]
    if distribution.kind == "choice":
        half = len(texts) // 2
        values, weights = texts[:half], texts[half:]
        if len(set(weights)) == 1:
            return f"one of {', '.join(values)}"
        return "; ".join(f"{value} (weight {weight})" for value, weight in zip(values, weights, strict=True))
    return f"{distribution.kind} {', '.join(texts)}"


def draw_in_words(item: NatureItem) -> str:
    """What an item of nature draws."""
    texts = [argument.text for argument in item.arguments]
    if item.kind == "bernoulli":
        return f"happens with chance {texts[0]}"
    if item.kind == "rate":
        return f"happens at the rate {texts[0]}"
    if item.kind == "categorical":
        pairs = zip(item.categories, texts, strict=True)
        return "one of: " + "; ".join(f"{name.replace('_', ' ')} (weight {text})" for name, text in pairs)
    names = {
        "poisson": ("count, Poisson", ("mean",)),
        "negbin": ("count, negative binomial", ("mean", "dispersion")),
        "binomial": ("count, binomial", ("n", "p")),
        "normal": ("number, normal", ("mean", "sd")),
        "uniform": ("number, uniform", ("low", "high")),
    }
    kind, arguments = names[item.kind]
    said = ", ".join(f"{name} {text}" for name, text in zip(arguments, texts, strict=False))
    most = f", at most {item.maximum}" if item.maximum else ""
    return f"{kind}: {said}{most}"
