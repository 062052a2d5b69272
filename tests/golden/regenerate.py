"""Golden playthroughs: whole episodes told turn by turn, every number to its last bit.

    python tests/golden/regenerate.py

writes them anew. Look at the difference before you keep it: a line that moved is a result that moved, which belongs in
the changelog.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import wargame
from wargame.engine.trace import Decision

FOLDER = Path(__file__).parent
EPISODES = {"border": (9, 50), "quota": (0, 14)}
"""Scenario -> the episodes that are told, all under seed 2025."""
SEED = 2025


def playthrough(name: str, episode: int) -> str:
    """The text of one episode."""
    scenario = wargame.load(FOLDER / f"{name}.yaml")
    model = wargame.WargameModel(scenario, seed=SEED, episode=episode, record=True, uncertain=True)
    return "\n".join(_lines(model)) + "\n"


def _lines(model: wargame.WargameModel) -> Iterator[str]:
    scenario = model.declared
    yield f"{scenario.name}: {scenario.title}"
    yield f"seed {model.seed}, episode {model.episode}"
    yield ""
    yield "dealt"
    yield from _table(
        {name: model.workspace[model.rules.rows[f"parameter.{name}"]] for name in scenario.parameters}
    )
    yield from _table(dict(model.state))
    while model.running:
        told = len(model.decisions)
        model.step()
        yield ""
        yield f"turn {model.turn} ({model.date})"
        for decision in model.decisions[told:]:
            yield from _decision(decision)
        yield from _part("nature", _nature(model))
        yield from _part("state", dict(model.state))
        yield from _part("payoffs", {actor.name: actor.payoff for actor in model.capitals})
    yield ""
    yield f"outcome after {model.length} turns: {model.outcome}"
    yield from _table(dict(model.metrics))


def _decision(one: Decision) -> Iterator[str]:
    yield f"  {one.actor}, {one.phase}: {one.choice or 'nothing to choose'}"
    if one.choice is None:
        return
    yield from _part("sees", one.percept, "    ")
    for other, shares in one.expectations.items():
        yield from _part(f"expects of {other}", shares, "    ")
    for policy, share in one.probabilities.items():
        score = f"score {one.scores[policy]!r}, " if one.scores else ""
        terms = "; ".join(f"{term} {value!r}" for term, value in one.terms.get(policy, {}).items())
        yield f"    {policy}: {score}probability {share!r}" + (f"  ({terms})" if terms else "")
    yield f"    {one.reason} {one.draw!r}"


def _nature(model: wargame.WargameModel) -> dict[str, float]:
    rows = model.rules.rows
    names = [
        f"{item.name}.{category}" if category else item.name
        for item in model.declared.nature.values()
        for category in item.categories or ("",)
    ]
    return {name: model.workspace[rows[f"nature.{name}"]] for name in names}


def _part(title: str, values: dict[str, float], indent: str = "  ") -> Iterator[str]:
    if values:
        yield f"{indent}{title}"
        yield from _table(values, indent + "  ")


def _table(values: dict[str, float], indent: str = "  ") -> Iterator[str]:
    width = max((len(name) for name in values), default=0)
    for name, value in values.items():
        yield f"{indent}{name:<{width}}  {value!r}"


def files() -> dict[Path, str]:
    """Every golden file with what it should hold."""
    return {
        FOLDER / f"{name}-{episode}.txt": playthrough(name, episode)
        for name, episodes in EPISODES.items()
        for episode in episodes
    }


if __name__ == "__main__":
    for path, text in files().items():
        changed = not path.exists() or path.read_text("utf-8") != text
        path.write_text(text, "utf-8")
        print(f"{'written' if changed else 'unchanged'}: {path.name}")
