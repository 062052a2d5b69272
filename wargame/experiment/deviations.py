"""What other policies would have given an actor: one held all the time, or one played on a single turn.

In both the others go on by their own rules, and all versions share their draws.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wargame.engine.block import FAILED
from wargame.engine.orders import OrderBook
from wargame.engine.play import Past, Play
from wargame.experiment.engines import SMALL, Engine, RunError, chosen
from wargame.experiment.executors import processors
from wargame.experiment.files import Experiment, loads_experiment
from wargame.experiment.forks import past_at
from wargame.experiment.playing import Counting
from wargame.scenario.errors import did_you_mean, join_names
from wargame.scenario.scenario import Scenario

__all__ = ["BASELINE", "Deviations", "deviations", "fixed_policies", "fixed_policy_names"]

BASELINE = "own_rule"
MOST_AT_ONCE = 10_000
MOST_TRIED = 20
"""So many episodes are tried for each decision, where they end early."""


def fixed_policies(
    scenario: Scenario,
    actors: Iterable[str] = (),
    *,
    episodes: int = 10_000,
    seed: int = 1,
    uncertain: bool = False,
) -> Experiment:
    """The experiment: each policy of each actor (by default of all) ordered on every turn, against the own rule.

    Where the policy is not available the actor chooses by its own rule, and so it does in its other phases. At least
    four episodes: the best policy is chosen on some of them and measured on the others.
    """
    if episodes < 4:
        raise RunError(f"episodes is {episodes}; give at least 4")
    names = fixed_policy_names(scenario, actors)
    last = scenario.horizon - 1
    arms: dict[str, Any] = {BASELINE: {"label": "own rule"}}
    for arm, (actor, policy) in names.items():
        owner = scenario.actors[actor]
        label = f"{owner.title}: {owner.policies[policy].title}"
        arms[arm] = {"label": label, "orders": [f"{actor}={policy}@0..{last}"]}
    document = {
        "name": f"{scenario.name}-fixed-policies"[:80],
        "title": f"Fixed policies: {scenario.title or scenario.name}",
        "scenario": scenario.name,
        "question": "What would each actor have gained by one policy held throughout?",
        "hypothesis": "No fixed policy does better than the actor's own rule.",
        "baseline": BASELINE,
        "episodes": episodes,
        "seed": seed,
        "uncertain": uncertain,
        "figure": "outcomes",
        "arms": arms,
    }
    return loads_experiment(json.dumps(document, indent=1), file="fixed policies", scenario=scenario)


def fixed_policy_names(scenario: Scenario, actors: Iterable[str] = ()) -> dict[str, tuple[str, str]]:
    """The arms of `fixed_policies` with the actor and the policy of each. RunError for an actor that is unknown."""
    pairs = [
        (actor, policy)
        for actor in _checked(scenario, actors)
        for policy in scenario.actors[actor].policies
        if len(scenario.actors[actor].in_phase(scenario.actors[actor].policies[policy].phase)) > 1
    ]
    return {f"arm-{number:03d}": pair for number, pair in enumerate(pairs, 1)}


def _checked(scenario: Scenario, actors: Iterable[str]) -> list[str]:
    listed = list(dict.fromkeys(actors)) or list(scenario.actors)
    for name in listed:
        if name not in scenario.actors:
            near = did_you_mean(name, scenario.actors) or "name an actor of the scenario"
            raise RunError(
                f"{scenario.name} has no actor {name!r}\n  {'allowed:':<9}{join_names(scenario.actors)}\n"
                f"  {'mend:':<9}{near}"
            )
    if not listed:
        raise RunError(f"{scenario.name} has no actors, so nobody can regret anything")
    return listed


@dataclass(frozen=True, kw_only=True, eq=False)
class Deviations:
    """What single turns of another policy would have given.

    `gains[seat]` holds for each sampled decision an array `[policy, future]`: the payoff with the policy ordered on
    that turn, less that by the own rule, in futures that share their draws. `policies[seat]` names the policies of
    each decision, those that could be played in at least one of its futures; `places[seat]` its episode and turn. A
    seat is an actor, or of an actor with several phases `actor.phase`.
    """

    gains: Mapping[str, list[NDArray[np.float64]]]
    policies: Mapping[str, list[tuple[str, ...]]]
    places: Mapping[str, list[tuple[int, int]]]


def deviations(
    scenario: Scenario,
    actors: Iterable[str] = (),
    *,
    decisions: int = 100,
    futures: int = 200,
    seed: int = 1,
    uncertain: bool = False,
    engine: Engine = "auto",
    workers: int | None = None,
    progress: bool = True,
) -> Deviations:
    """Sample decisions, and play every policy available there on that turn alone, `futures` times.

    Every episode gives one turn, if it gets so far, and the turns go round: each turn that is played is as likely as
    any other. From the next turn on everybody, the actor included, goes on by their own rules. Futures share their past
    with all that was private in it, so the best reply knows more than the actor could: regret by it is an upper bound
    on what the actor could have done better on that turn.
    """
    if decisions < 2 or not 4 <= futures <= MOST_AT_ONCE:
        raise RunError(f"{decisions} decisions of {futures} futures: at least 2, of 4 to {MOST_AT_ONCE:,}")
    pairs = list(fixed_policy_names(scenario, actors).values())
    seats = {pair: _seat(scenario, *pair) for pair in pairs}
    found = Deviations(
        gains={seat: [] for seat in seats.values()},
        policies={seat: [] for seat in seats.values()},
        places={seat: [] for seat in seats.values()},
    )
    with Counting(decisions, f"{scenario.name}, decisions", shown=progress) as shown:
        futures_of = _Futures(scenario, seed, uncertain, futures, engine, workers, shown)
        for past in _pasts(scenario, decisions, seed, uncertain):
            orders = [f"{actor}={policy}@{past.turn}" for actor, policy in pairs]
            (own, _), *played = futures_of.after(past, ["", *orders])
            for seat in found.gains:
                there = {
                    pair[1]: payoffs[:, _place(scenario, pair[0])] - own[:, _place(scenario, pair[0])]
                    for pair, (payoffs, possible) in zip(pairs, played, strict=True)
                    if seats[pair] == seat and possible
                }
                table = np.array(list(there.values())).reshape(len(there), -1)
                finished = table[:, ~np.isnan(table).any(axis=0)]
                if len(there) > 1 and finished.shape[1] > 1:
                    found.gains[seat].append(finished)
                    found.policies[seat].append(tuple(there))
                    found.places[seat].append((past.episode, past.turn))
            shown.count(1)
    return found


def _place(scenario: Scenario, actor: str) -> int:
    """Where an actor's payoff stands."""
    return list(scenario.actors).index(actor)


def _seat(scenario: Scenario, actor: str, policy: str) -> str:
    policies = scenario.actors[actor].policies
    several = len({one.phase for one in policies.values()}) > 1
    return f"{actor}.{policies[policy].phase}" if several else actor


def _pasts(scenario: Scenario, decisions: int, seed: int, uncertain: bool) -> Iterator[Past]:
    """The pasts of the sampled decisions; of fewer, where episodes end too early."""
    found, horizon = 0, scenario.horizon
    # Early and late turns by turns, so that few decisions are spread over the whole episode as well.
    step = next(size for size in range(max(1, round(0.62 * horizon)), horizon + 1) if gcd(size, horizon) == 1)
    for episode in range(MOST_TRIED * decisions):
        if found == decisions:
            return
        turn = episode * step % horizon
        past, _ = past_at(scenario, turn, seed=seed, episode=episode, uncertain=uncertain, orders=())
        if past is not None:
            found += 1
            yield past


class _Futures:
    """Plays the futures of a past: payoffs by future and actor, NaN in a future that could not be finished."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        uncertain: bool,
        futures: int,
        engine: Engine,
        workers: int | None,
        shown: Counting,
    ) -> None:
        self._futures = futures
        self._play = Play(scenario=scenario, seed=seed, uncertain=uncertain, sample=0)
        # Many short runs of one scenario: what counts is their sum.
        self._batch = chosen(engine, self._play, max(futures, SMALL), shown.say)
        self._workers = 1 if self._batch is None else workers or processors()

    def after(self, past: Past, orders: Sequence[str]) -> list[tuple[NDArray[np.float64], bool]]:
        """With each order by itself (an empty text: none): the payoffs, and whether any future carried it out."""
        with ThreadPoolExecutor(self._workers, thread_name_prefix="wargame") as pool:
            return list(pool.map(lambda order: self._one(past, order), orders))

    def _one(self, past: Past, order: str) -> tuple[NDArray[np.float64], bool]:
        orders = OrderBook.parse(self._play.scenario, [order] if order else [])
        play = replace(self._play, past=past, orders=orders)
        if self._batch is None:
            from wargame.engine import mesa_blocks

            block = mesa_blocks.play_block(play, 1, self._futures)
        else:
            block = self._batch.play_block(play, 1, self._futures)
        finished = (block.outcome != FAILED)[:, np.newaxis]
        payoffs = np.where(finished, block.payoffs, np.nan)
        return payoffs, not bool((block.orders_blocked > 0).all())
