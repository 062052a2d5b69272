"""Where levels of reasoning begin: what those do who do not reason (D3)."""

from __future__ import annotations

from collections.abc import Sequence

from wargame.engine.beliefs import normalized
from wargame.engine.graph import Node
from wargame.engine.situation import Situation
from wargame.scenario.scenario import LevelZero, Policy

__all__ = ["level_zero"]


def level_zero(
    situation: Situation, rule: LevelZero, policies: Sequence[Policy], here: Sequence[Node]
) -> list[Node]:
    """What level 0 does, restricted to what is available (`here`); equal chances where nothing of it is."""
    graph = situation.graph
    if rule.kind == "last":
        weights = [situation.last[policy.full_name] for policy in policies]
    elif rule.kind == "uniform":
        weights = [graph.one] * len(policies)
    else:
        weights = []
        for policy in policies:
            weight = graph.zero
            for first, named in rule.script:
                begun = graph.apply("ge", situation.turn, graph.number(first))
                weight = graph.where(begun, graph.number(policy.name in named), weight)
            weights.append(weight)
    return normalized(situation.workbook, weights, here)
