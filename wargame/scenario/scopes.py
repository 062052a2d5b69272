"""Where formulas stand, and which kinds of names they may use there."""

from __future__ import annotations

from wargame.scenario.names import KINDS, Scope

__all__ = ["SCOPES"]

EVERYTHING = frozenset(KINDS) - {"level"}

SCOPES: dict[str, Scope] = {
    "parameters": Scope(
        title="the value of a parameter",
        kinds=frozenset({"parameter"}),
        hint="parameters are fixed as the episode starts; name changing quantities under `define`",
    ),
    "distributions": Scope(
        title="the numbers of a distribution",
        kinds=frozenset({"parameter"}),
        hint="use numbers and parameters: they are drawn as the episode starts",
    ),
    "fixed": Scope(
        title="a number that is fixed for the whole episode",
        kinds=frozenset({"parameter"}),
        hint="use numbers and parameters",
    ),
    "bounds": Scope(
        title="bounds and ranges",
        kinds=frozenset({"parameter"}),
        hint="use numbers and parameters; limit a formula with clip() instead",
    ),
    "initial": Scope(
        title="an initial value",
        kinds=frozenset({"parameter", "state"}),
        hint="use numbers, parameters and variables declared above",
    ),
    "before choices": Scope(
        title="formulas that are read before anyone has chosen",
        kinds=EVERYTHING - {"play"},
        hint="use last.actor.policy",
    ),
    "calendar": Scope(
        title="the calendar",
        kinds=EVERYTHING - {"play"},
        hint="the calendar acts before anyone chooses; use last.actor.policy",
    ),
    "metrics": Scope(title="metrics", kinds=EVERYTHING),
    "metric arithmetic": Scope(
        title="a metric outside max(), min(), mean(), sum(), final(), at(), first(), share()",
        kinds=frozenset({"parameter"}),
        hint="wrap it, for example final(x)",
    ),
    "anywhere": Scope(title="formulas", kinds=EVERYTHING),
}
