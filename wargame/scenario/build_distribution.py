"""Building the distribution of a number that is not known, or that chance deals."""

from __future__ import annotations

from typing import Any

from wargame.scenario.builder import Builder
from wargame.scenario.formula import Formula, Name
from wargame.scenario.scenario import Distribution
from wargame.scenario.source import KeyPath

__all__ = ["build_distribution"]


def build_distribution(builder: Builder, path: KeyPath, part: Any) -> Distribution:
    """A distribution with its numbers as formulas of parameters."""
    kind = next(name for name in type(part).model_fields if getattr(part, name) is not None)
    value = getattr(part, kind)
    where = (*path, kind)
    if kind == "choice":
        inner = (*where, "values") if isinstance(builder.at(where), dict) else where
        places = {(*inner, str(index)): text for index, text in enumerate(value.values)}
        weights = value.weights or ["1"] * len(value.values)
        places |= {(*where, "weights", str(index)): text for index, text in enumerate(weights)}
    elif isinstance(value, list):
        places = {(*where, str(index)): text for index, text in enumerate(value)}
    else:
        places = {(*where, name): getattr(value, name) for name in type(value).model_fields}
    arguments = tuple(builder.formula(place, text, "distributions") for place, text in places.items())
    if not any(builder.failed(place) for place in places):
        _check(builder, where, kind, arguments)
    return Distribution(kind=kind, arguments=arguments)


def _check(builder: Builder, path: KeyPath, kind: str, arguments: tuple[Formula, ...]) -> None:
    numbers = [
        builder.plain(argument) if isinstance(argument.tree, Name) else argument.constant
        for argument in arguments
    ]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return
    if not _is_sensible(kind, known):
        half = len(known) // 2
        shown = arguments[half:] if kind == "choice" else arguments
        ordered = kind in ("uniform", "triangular")
        builder.problem(
            path,
            f"{'.'.join(path)}: these numbers make no {kind} distribution",
            found=", ".join(argument.text for argument in shown),
            allowed=_SENSIBLE[kind],
            remedy="put them in rising order" if ordered else "correct the number that breaks this",
        )


_SENSIBLE = {
    "uniform": "low <= high",
    "triangular": "low <= mode <= high, and low < high",
    "normal": "sd >= 0",
    "lognormal": "median > 0 and sigma >= 0",
    "beta": "a > 0, b > 0 and low <= high",
    "choice": "weights that are not negative and not all 0",
}


def _is_sensible(kind: str, numbers: list[float]) -> bool:
    """Whether the numbers of a distribution fulfil what `_SENSIBLE` says."""
    if kind == "choice":
        weights = numbers[len(numbers) // 2 :]
        return min(weights) >= 0 and sum(weights) > 0
    first, second, *rest = numbers
    if kind == "uniform":
        return first <= second
    if kind == "triangular":
        return first <= second <= rest[0] and first < rest[0]
    if kind == "beta":
        return first > 0 and second > 0 and rest[0] <= rest[1]
    return second >= 0 and (kind == "normal" or first > 0)
