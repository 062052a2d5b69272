"""Logit equilibria of random games by Gambit (Savani and Turocy), which the tests compare ours with.

    pip install pygambit
    python tests/engine/gambit/record.py

writes `games.json` anew. It is kept because building Gambit takes minutes.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).parent / "games.json"
SEED = 1995
SHAPES = {2: (90, 5), 3: (90, 5), 4: (60, 4)}
"""Players -> number of games, most policies of a player."""
MOST_PROFILES = 100
UNDECIDED = 40
"""How many more games are of coordination, all but without a preference: there branches come near each other."""
CAREFULLY = {"first_step": 0.001, "max_accel": 1.003}
"""With its usual steps Gambit leaves the principal branch for another in some of these."""


def random_game(rng: np.random.Generator, players: int, most: int, alike: bool) -> np.ndarray:
    """Payoffs with one decimal; `alike`: what is good for one is mostly good for all, so that many equilibria exist."""
    while True:
        sizes = rng.integers(2, most + 1, players)
        if np.prod(sizes) <= MOST_PROFILES:
            break
    own = rng.integers(-50, 51, (players, *sizes))
    common = rng.integers(-50, 51, tuple(sizes))
    return (common + own // 5 if alike else own) / 10


def undecided_game(rng: np.random.Generator) -> np.ndarray:
    """Everyone gets about 1 if all play the policy of the same number, else about 0."""
    players = int(rng.integers(2, 4))
    sizes = rng.integers(3, 5, players)
    numbers = np.indices(tuple(sizes))
    same = np.all(numbers == numbers[0], axis=0)
    return np.round(same + rng.normal(size=(players, *sizes)) * 10 ** rng.uniform(-3, -1), 4)


def solved(payoffs: np.ndarray, precision: float, **steps: float) -> list[list[float]]:
    """Gambit's answer: chances by player."""
    import pygambit

    game = pygambit.Game.from_arrays(*payoffs)
    (found,) = pygambit.qre.logit_solve_lambda(game, lam=[precision], **steps)
    return [[round(float(found.profile[s]), 12) for s in player.strategies] for player in game.players]


def games() -> list[dict[str, Any]]:
    rng = np.random.default_rng(SEED)
    made = []
    for players, (count, most) in SHAPES.items():
        for number in range(count):
            payoffs = random_game(rng, players, most, alike=number % 2 == 1)
            precision = round(float(10 ** rng.uniform(-1.5, 0.7)), 3)
            made.append(
                {"payoffs": payoffs.tolist(), "precision": precision, "chances": solved(payoffs, precision)}
            )
    for _ in range(UNDECIDED):
        payoffs, precision = undecided_game(rng), round(float(10 ** rng.uniform(0.5, 1.5)), 3)
        chances = solved(payoffs, precision, **CAREFULLY)
        made.append({"payoffs": payoffs.tolist(), "precision": precision, "chances": chances})
    return made


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(game, separators=(",", ":")) for game in games())
    FILE.write_text(f'{{"gambit":"{version("pygambit")}","games":[\n{lines}\n]}}\n')
