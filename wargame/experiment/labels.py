"""Labels: what people read in the place of names, from the manifest with the names to fall back on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wargame.engine.block import Layout

__all__ = ["Labels"]


@dataclass(frozen=True, kw_only=True)
class Labels:
    """For every outcome, variable, actor, policy (`actor.policy`) and metric its label, for every variable its unit.

    `turns` has a label for each turn ("2025Q3").
    """

    outcomes: Mapping[str, str]
    variables: Mapping[str, str]
    actors: Mapping[str, str]
    policies: Mapping[str, str]
    metrics: Mapping[str, str]
    units: Mapping[str, str]
    turns: Sequence[str]

    @classmethod
    def of(cls, layout: Layout, manifest: Mapping[str, Any]) -> Labels:
        """The labels in a manifest's `labels`, `units` and `turns`, or else the names in words."""
        given: Mapping[str, Any] = manifest.get("labels") or {}
        units: Mapping[str, str] = manifest.get("units") or {}
        turns: Sequence[Any] = manifest.get("turns") or ()
        own = {variable.name: variable.label for variable in layout.variables}
        return cls(
            outcomes=_labelled(layout.outcomes, given.get("outcomes")),
            variables=_labelled(own, own, given.get("variables")),
            actors=_labelled(layout.actors, given.get("actors")),
            policies=_policies(layout.policies, given.get("policies") or {}),
            metrics=_labelled(layout.metrics, given.get("metrics")),
            units={item.name: units.get(item.name) or item.unit for item in layout.variables},
            turns=[str(turns[turn] if turn < len(turns) else turn) for turn in range(layout.horizon)],
        )


def in_words(name: str) -> str:
    """A name as words: `force_posture` becomes "force posture"."""
    return name.replace("_", " ")


def _labelled(
    names: Sequence[str] | Mapping[str, str], *mappings: Mapping[str, str] | None
) -> dict[str, str]:
    labels = {name: in_words(name) for name in names}
    for mapping in mappings:
        labels |= {name: label for name, label in (mapping or {}).items() if label and name in labels}
    return labels


def _policies(names: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Policies may be labelled by full name, or by the name alone where several actors share one."""
    labels = {}
    for name in names:
        short = name.split(".", 1)[1]
        labels[name] = given.get(name) or given.get(short) or in_words(short)
    return labels
