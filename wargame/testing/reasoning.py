"""Strategic reasoning for random scenarios: foresight, levels, private types, equilibria."""

from __future__ import annotations

from hypothesis import strategies as st

from wargame.testing.actors import Cast
from wargame.testing.formulas import Data, Scope

__all__ = ["add_reasoning"]

LARGEST = 40
"""The most evaluations of one imagined turn with which further turns are looked at as well."""


def add_reasoning(scope: Scope, data: Data, cast: Cast) -> None:
    """Let actors who look ahead look further, or think about how the others decide; small enough to be played."""
    lookers = [
        name for name, actor in data["actors"].items() if actor["decision"]["rule"] in ("greedy", "logit")
    ]
    if not lookers or not scope.sometimes(2):
        return
    if scope.sometimes(4) and _turn_size(data, cast, {"expectation": "mean"}, together=True) <= 4 * LARGEST:
        _equilibrium(scope, data, cast, lookers)
        return
    for name in data["actors"]:
        if scope.sometimes(3):
            _types(scope, data, name)
    for name in lookers:
        decision = data["actors"][name]["decision"]
        size = _turn_size(data, cast, decision)
        if scope.draw(st.booleans()) and size <= 8 * LARGEST:
            decision["expects"] = _levels(scope, data, cast, name, drawn="types" not in data["actors"][name])
        deep = sum("level" in one["decision"].get("expects", {}) for one in data["actors"].values())
        if size <= LARGEST // (1 + deep) or (deep == 0 and size <= LARGEST):
            _foresight(scope, decision)
        if scope.sometimes(3):
            decision["later"] = scope.pick(["best", "same", *(["logit"] * (decision["rule"] == "logit"))])


def _turn_size(data: Data, cast: Cast, decision: Data, *, together: bool = False) -> int:
    """How many evaluations an imagined turn may take."""
    size = 1
    exact = decision.get("expectation") == "exact"
    for name in data["actors"]:
        for policies in cast.by_phase(name):
            size *= len(policies) + 1 if exact or together else max(1, len(policies))
    events = [one["draw"] for one in data["nature"].values()]
    return size * 2 ** sum(
        {"bernoulli", "rate", "categorical"} & set(draw) != set() for draw in events if exact
    )


def _foresight(scope: Scope, decision: Data) -> None:
    decision["foresight"] = scope.pick([1, 2, 2])
    if scope.draw(st.booleans()):
        decision["leaf"] = scope.within(-9, 9, scope.formula(scope.names(choices=False)))


def _levels(scope: Scope, data: Data, cast: Cast, name: str, *, drawn: bool) -> Data:
    fixed = [1, 2]
    result: Data = {
        "level": scope.pick([*fixed, {0: 0.3, 2: 0.7}, {"poisson": 1.5, "most": 2}] if drawn else fixed)
    }
    if isinstance(result["level"], int) and scope.draw(st.booleans()):
        result["below"] = {"poisson": scope.pick([1.5, "abs(k1)"])}
    if scope.draw(st.booleans()):
        rules: list[object] = ["uniform", "last"]
        other = scope.pick(list(data["actors"]))
        plan = [scope.pick(names) for names in cast.by_phase(other)]
        zero = scope.pick([*rules, {0: plan}, plan[0]])
        result["level0"] = zero if zero in rules else {other: zero}
    return result


def _types(scope: Scope, data: Data, name: str) -> None:
    """A private parameter, and aims that depend on it."""
    secret = f"secret_{name}"
    data["parameters"][secret] = {"value": 0}
    actor = data["actors"][name]
    term = scope.within(-9, 9, f"{secret} * ({scope.formula(scope.names())})")
    utility = actor["utility"] if isinstance(actor["utility"], dict) else {"gain": actor["utility"]}
    kinds: list[Data] = [
        {
            "low": {"probability": 0.75, "set": {secret: -1}},
            "high": {"probability": 0.25, "set": {secret: "k1"}},
        },
        {"parameter": secret, "distribution": {"uniform": [-1, 1]}, "points": 3},
    ]
    actor["types"] = scope.pick(kinds)
    believed = f"belief.{name}.low" if "low" in actor["types"] else f"belief.{name}.{secret}"
    actor["utility"] = {**utility, "secret": term, "shown": f"0.1 * {believed}"}


def _equilibrium(scope: Scope, data: Data, cast: Cast, lookers: list[str]) -> None:
    turns = 2 if _turn_size(data, cast, {"expectation": "mean"}, together=True) <= LARGEST else 1
    for name in lookers:
        decision = data["actors"][name]["decision"]
        for key in ("ties", "tremble", "expectation"):
            decision.pop(key, None)
        decision["rule"], decision["precision"] = "logit", scope.pick([0, 0.5, 2, f"abs({scope.state[0]})"])
        if scope.pick([True, True, False]):
            decision["expects"] = "equilibrium"
            decision["foresight"] = scope.pick([1, turns])
