"""Null players: the scenario with actors who do not think, one after the other, and all at once.

If outcomes hardly change, they were nature's and not strategy's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from wargame.experiment.engines import RunError
from wargame.experiment.experiment_results import ExperimentResults
from wargame.experiment.files import Experiment, loads_experiment
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.scenario import Actor, Scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BASELINE", "EVERYBODY", "hold_of", "null_player_table", "null_players"]

BASELINE, EVERYBODY = "as_written", "everybody"
HOLDS = ("hold", "wait")
"""Policies that mean doing nothing new, wherever they are found."""

QUESTION = "How far do outcomes depend on what each actor's own rule chooses?"
HYPOTHESIS = "If an actor who tosses coins or never moves changes little, its strategy does not matter."


def null_players(
    scenario: Scenario,
    *,
    holds: Mapping[str, str] | None = None,
    episodes: int = 20_000,
    seed: int = 1,
    uncertain: bool = False,
    points: int | None = None,
) -> Experiment:
    """The experiment: each actor, and all together, replaced by uniform play and by one policy held throughout.

    Uniform play draws among the available policies, and looks again as often as the actor itself (its own `revise`). A
    held policy is that of `holds` (by actor; several phases: separated by commas), or the one named hold or wait, or
    what the actor is taken to have played `before`; where it is not available a draw among the others takes its place.
    With `points` all arms are played at so many points of a Latin hypercube over what is not known.

    RunError for an actor whose policy to hold is not clear.
    """
    if not scenario.actors:
        raise RunError(f"{scenario.name} has no actors, so nobody can be replaced")
    unknown = [name for name in holds or {} if name not in scenario.actors]
    if unknown:
        near = did_you_mean(unknown[0], scenario.actors) or "name an actor of the scenario"
        raise _wrong(f"{scenario.name} has no actor {unknown[0]!r}", join_names(scenario.actors), near)
    uniform = {name: _uniform(scenario, name) for name in scenario.actors}
    held = {name: hold_of(actor, (holds or {}).get(name)) for name, actor in scenario.actors.items()}
    holding = {name: {"rule": "script", "script": {0: list(one)}} for name, one in held.items()}
    arms: dict[str, Any] = {BASELINE: {"label": "every actor by its own rule"}}
    for name, actor in scenario.actors.items():
        arms[f"{name}-uniform"] = _arm(f"{actor.title}: uniform", {name: uniform[name]})
        arms[f"{name}-hold"] = _arm(
            f"{actor.title}: {', '.join(held[name]).replace('_', ' ')}", {name: holding[name]}
        )
    if len(scenario.actors) > 1:
        arms[f"{EVERYBODY}-uniform"] = _arm("Everybody: uniform", uniform)
        arms[f"{EVERYBODY}-hold"] = _arm("Everybody: hold", holding)
    document: dict[str, Any] = {
        "name": f"{scenario.name}-null-players"[:80],
        "title": f"Null players: {scenario.title or scenario.name}",
        "scenario": scenario.name,
        "question": QUESTION,
        "hypothesis": HYPOTHESIS,
        "baseline": BASELINE,
        "episodes": episodes,
        "seed": seed,
        "uncertain": uncertain,
        "figure": "outcomes",
        "arms": arms,
    }
    if points is not None:
        document["design"] = {"lhs": points}
    # JSON is YAML: what was played can be kept and read again like any experiment.
    return loads_experiment(json.dumps(document, indent=1), file="null players", scenario=scenario)


def _arm(label: str, decisions: Mapping[str, Any]) -> dict[str, Any]:
    return {"label": label, "decisions": dict(decisions)}


def _uniform(scenario: Scenario, actor: str) -> dict[str, Any]:
    own = scenario.source.data["actors"][actor].get("decision") or {}
    return {"rule": "uniform", **({"revise": own["revise"]} if "revise" in own else {})}


def hold_of(actor: Actor, asked: str | None) -> tuple[str, ...]:
    """The policy that an actor holds in each of its phases: as asked, or named hold or wait, or that of `before`."""
    given = [text.strip() for text in (asked or "").split(",") if text.strip()]
    for policy in given:
        if policy not in actor.policies:
            near = did_you_mean(policy, actor.policies) or "name a policy of the actor"
            raise _wrong(f"{actor.name} has no policy {policy!r}", join_names(actor.policies), near)
    found = []
    for phase in dict.fromkeys(policy.phase for policy in actor.policies.values()):
        there = [policy.name for policy in actor.in_phase(phase)]
        likely = [*given, *HOLDS, *actor.before]
        held = next((name for name in likely if name in there), None)
        if held is None:
            raise _wrong(
                f"it is not clear what {actor.name} plays in phase {phase!r} when it holds",
                join_names(there),
                f"say so: --hold {actor.name}={there[0]}",
            )
        found.append(held)
    return tuple(found)


def _wrong(message: str, allowed: str, remedy: str) -> RunError:
    return RunError(f"{message}\n  {'allowed:':<9}{allowed}\n  {'mend:':<9}{remedy}")


def null_player_table(results: ExperimentResults) -> pd.DataFrame:
    """How far outcomes are from those under the actors' own rules, by arm: see `wargame.analysis.distance`.

    With points the columns are those of `distance_over_points`, else those of `distance_table`.
    """
    from wargame.analysis.distance import distance_over_points, distance_table

    baseline = results.experiment.baseline
    names = [name for name in results.names if name != baseline]
    if results.sweeps:
        outcomes = {name: results.sweeps[name].outcomes for name in names}
        return distance_over_points(outcomes, results.sweeps[baseline].outcomes, results.level)
    episodes = {name: results.arms[name].episodes for name in names}
    return distance_table(episodes, results.arms[baseline].episodes, results.level)
