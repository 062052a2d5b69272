"""When things are known: a formula that is read before a choice is made cannot use that choice."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from wargame.scenario.builder import Builder
from wargame.scenario.formula import Formula, FormulaError, Name, walk
from wargame.scenario.names import names_in
from wargame.scenario.parsing import parse
from wargame.scenario.source import KeyPath

__all__ = ["all_names", "check_known"]


def all_names(builder: Builder, formula: Formula) -> dict[str, str]:
    """The names a formula uses, directly or through definitions and outcomes, each with the name that leads to it."""
    found: dict[str, str] = {}
    waiting = [(name, name) for name in names_in(formula)]
    while waiting:
        name, through = waiting.pop()
        if name in found:
            continue
        found[name] = through
        text = None
        if name in builder.document.define:
            text = builder.document.define[name].value
        elif name.startswith("outcome.") and name[8:] in builder.document.outcomes:
            text = builder.document.outcomes[name[8:]].when
        if text is not None:
            waiting += [(used, through) for used in _names_of(text)]
    return found


@lru_cache(maxsize=2048)
def _names_of(text: str) -> tuple[str, ...]:
    try:
        return tuple({node.name: None for node in walk(parse(text)) if isinstance(node, Name)})
    except FormulaError:
        return ()


def check_known(
    builder: Builder, path: KeyPath, formula: Formula | None, *, title: str, before: Iterable[str] = ()
) -> None:
    """Note a problem where `formula`, read before one of the phases `before`, uses a choice not made yet.

    Without phases it is read before anyone chooses.
    """
    if formula is None or builder.failed(path):
        return
    phases = builder.document.turn.phases
    positions = [phases.index(phase) for phase in before if phase in phases]
    earlier = set(phases[: min(positions)] if positions else ())
    when = f"before phase {phases[min(positions)]!r}" if positions else "before anyone has chosen"
    for name, through in all_names(builder, formula).items():
        if builder.names.kinds.get(name) != "play":
            continue
        actor, policy = name.split(".", 1)
        played_in = {
            where
            for known, where in builder.policies[actor].items()
            if known == policy or known.startswith(policy + "[")
        }
        if not played_in <= earlier:
            hidden = "" if through == name else f" (through {through!r})"
            builder.problem(
                path,
                f"{'.'.join(path)}: {title} uses {name!r}{hidden}, which is not known {when}",
                found=formula.text,
                allowed="choices of earlier phases, and last.actor.policy"
                if earlier
                else "last.actor.policy",
                remedy=f"use last.{name}",
            )
            return
