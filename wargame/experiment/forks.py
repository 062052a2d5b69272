"""Forks: from the saved past of one episode, many futures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from wargame.engine.orders import OrderBook
from wargame.engine.play import Past
from wargame.engine.rules import Rules, rules_for
from wargame.experiment.engines import Engine, RunError
from wargame.experiment.playing import Counting, Playing
from wargame.experiment.provenance import scenario_of
from wargame.experiment.results import Results, read
from wargame.scenario.known import known_numbers
from wargame.scenario.scenario import Scenario

__all__ = ["fork", "past_at", "past_of"]

MOST = 2**32 - 1

NUMBERS = ("given.", "parameter.", "base.", "low.", "high.")
"""Rows that hold what the scenario's numbers say, and not what has been played."""


def fork(
    results: Results | str | Path,
    episode: int,
    turn: int | str,
    *,
    episodes: int = 1000,
    orders: Iterable[str] = (),
    changes: Mapping[str, Any] | None = None,
    engine: Engine = "auto",
    workers: int | None = None,
    progress: bool = True,
) -> Results:
    """Play `episodes` futures of one episode of a run, from the beginning of a turn on (its number, or a date).

    Everything before that turn is as it was; from then on every future draws its own luck: future k is branch k of the
    random streams, and branch 0, the episode itself, is not among them. The table's `episode` is the branch. `orders`
    come on top of the run's. `changes` are values from that turn on, by dotted path: a parameter, a decision rule and
    so on; `state.NAME` sets the state variable at the fork. A past that was drawn keeps its draws.

    RunError for an episode that the run does not have or that ended before, ScenarioError for changes that do not fit.
    """
    results = results if isinstance(results, Results) else read(results)
    past, played = past_of(results, episode, turn)
    changed, workspace = _changed(results, past, played, dict(changes or {}))
    added = list(orders)
    _check_orders(changed, added, past.turn)
    if isinstance(episodes, bool) or not 1 <= episodes <= MOST:
        raise RunError(f"episodes is {episodes!r}; give a whole number from 1 to {MOST:,}")
    with Counting(episodes, f"{changed.name}, fork", shown=progress) as shown:
        playing = Playing(
            changed,
            expected=episodes,
            seed=int(results.manifest["seed"]),
            uncertain=bool(results.manifest["uncertain"]),
            orders=(*results.manifest["orders"], *added),
            engine=engine,
            workers=workers,
            first=1,
            past=Past(episode=past.episode, turn=past.turn, workspace=workspace),
            announce=shown.say,
        )
        playing.extend(episodes, shown)
    futures = playing.results()
    origin = {
        "digest": results.digest,
        "episode": past.episode,
        "turn": past.turn,
        "label": changed.dates.label(past.turn),
        "changes": dict(changes or {}),
        "orders": added,
        "workspace": workspace,
    }
    return Results(futures.layout, futures.record, {**futures.manifest, "fork": origin})


def past_of(results: Results, episode: int, turn: int | str) -> tuple[Past, Scenario]:
    """The past of an episode of a run as the turn began, and the scenario that was played; on the Mesa engine."""
    manifest = results.manifest
    if "fork" in manifest:
        raise RunError(
            "these results are a fork themselves\n  mend:     Fork the run they come from, at another turn."
        )
    if not 0 <= episode < len(results):
        raise RunError(f"the run has episodes 0 to {len(results) - 1:,}, not {episode:,}")
    if manifest.get("actors"):
        raise RunError("the run was played with own Python classes; fork it from your own code")
    scenario = scenario_of(manifest)
    number = _turn(scenario, turn)
    past, length = past_at(
        scenario,
        number,
        seed=int(manifest["seed"]),
        episode=episode,
        uncertain=bool(manifest["uncertain"]),
        orders=list(manifest["orders"]),
    )
    if past is None:
        raise RunError(
            f"episode {episode} ended after {length} turns, so it has no futures from turn {number} on\n"
            f"  {'mend:':<9}Fork it at turn {length - 1} or before, or another episode."
        )
    return past, scenario


def past_at(
    scenario: Scenario, turn: int, *, seed: int, episode: int, uncertain: bool, orders: Iterable[str]
) -> tuple[Past | None, int]:
    """The past of an episode as a turn began, on the Mesa engine, None if it ended before; and the turns played."""
    from wargame.engine.model import WargameModel
    from wargame.engine.rules import EpisodeError

    model = WargameModel(
        scenario,
        seed=seed,
        episode=episode,
        uncertain=uncertain,
        orders=list(orders),
        record=True,
        collect=False,
    )
    with suppress(EpisodeError):
        while model.running and model.length < turn:
            model.step()
    if model.length < turn or not model.running:
        return None, model.length
    return Past(episode=episode, turn=turn, workspace=model.history[turn]), model.length


def _turn(scenario: Scenario, turn: int | str) -> int:
    try:
        number = turn if isinstance(turn, int) else scenario.dates.turn(turn)
    except ValueError as error:
        raise RunError(f"the turn {turn!r}: {error}") from None
    if not 0 <= number < scenario.horizon:
        first, last = scenario.dates.label(0), scenario.dates.label(scenario.horizon - 1)
        raise RunError(f"the turn is {turn}; allowed: 0 to {scenario.horizon - 1} ({first} to {last})")
    return number


def _check_orders(scenario: Scenario, orders: list[str], turn: int) -> None:
    for text in orders:
        early = [one for one in OrderBook.parse(scenario, [text]).by_turn if one < turn]
        if early:
            raise RunError(
                f"the order {text!r} begins in {scenario.dates.label(min(early))}, before the fork in "
                f"{scenario.dates.label(turn)}: what has been played does not change"
            )


def _changed(
    results: Results, past: Past, scenario: Scenario, changes: Mapping[str, Any]
) -> tuple[Scenario, list[float]]:
    """The changed scenario, and the past carried over to its workspace, row by row and by name."""
    if not changes:
        return scenario, list(past.workspace)
    seed, uncertain = int(results.manifest["seed"]), bool(results.manifest["uncertain"])
    changed = scenario.with_(changes)
    if uncertain:
        changed = known_numbers(changed)
    before, after = rules_for(scenario), rules_for(changed)
    old = _dealt(before, seed, past.episode, uncertain=uncertain)
    new = _dealt(after, seed, past.episode, uncertain=uncertain)
    set_now = {_state_row(changed, path) for path in changes}
    workspace = list(new)
    for name, row in after.rows.items():
        there = before.rows.get(name)
        if there is None or there >= len(past.workspace) or name in set_now:
            continue
        # A number that the change does not touch keeps what the calendar may have made of it.
        if not name.startswith(NUMBERS) or old[there] == new[row]:
            workspace[row] = past.workspace[there]
    return changed, workspace


def _dealt(rules: Rules, seed: int, episode: int, *, uncertain: bool) -> list[float]:
    """The workspace of an episode as it is dealt."""
    from wargame.engine.model import WargameModel

    model = WargameModel(
        rules.scenario, seed=seed, episode=episode, uncertain=uncertain, collect=False, record=True
    )
    return list(model.history[0])


def _state_row(scenario: Scenario, path: str) -> str:
    """The row of a state variable that is set at the fork; an empty text for other paths."""
    parts = path.split(".")
    name = parts[1] if parts[0] == "state" and len(parts) > 1 else parts[0]
    is_state = name in scenario.state and (parts[0] == "state" or name not in scenario.parameters)
    return f"state.{name}" if is_state else ""
