"""The equilibrium solver, translated and compiled, gives the bits that plain Python gives."""

import ast
import ctypes
import inspect
import math

import numpy as np
import pytest

from wargame.engine import equilibrium, numeric
from wargame.engine.batch.all_lanes import for_all_lanes
from wargame.engine.batch.machine import Code, make_code
from wargame.engine.batch.operations import operations
from wargame.engine.batch.values import Module
from wargame.engine.equilibrium import BIFURCATED, RESIDUAL, STEPS, TURNS, memory_needed, solve_equilibrium

GAMES = 400
GUARD = 8
"""Elements after the end of each array, which nobody may touch."""


@pytest.fixture(scope="module")
def compiled():
    """The solver as machine code."""
    module = Module(4, {name: getattr(numeric, name) for name in numeric.__all__}, operations(), {})
    for text in equilibrium.TEXTS:
        for node in ast.parse(inspect.getsource(text)).body:
            if isinstance(node, ast.FunctionDef):
                public = node.name == "solve_equilibrium"
                module.texts.append(for_all_lanes(module, node, vars(text), public=public))
    code = Code([make_code(module.text(), thorough=True)])
    function = code.function("solve_equilibrium", [ctypes.c_int64, *[ctypes.c_void_p] * 8], ctypes.c_double)
    return code, function


def game(rng, number):
    """The solver's arguments for a random game of 1 to 4: absent policies, given chances, now and then nonsense."""
    players = int(rng.integers(1, 5))
    sizes = rng.integers(1, 6 if players < 4 else 4, players)
    payoffs = rng.normal(size=(players, *sizes))
    if number % 4 == 1:
        payoffs = rng.normal(size=tuple(sizes)) + 0.1 * payoffs
    if number % 4 == 2:
        payoffs = np.round(payoffs)
    if number % 20 == 3:
        # Coordination without a preference: branches leave the one that is followed.
        payoffs[:] = np.all(np.indices(sizes) == np.indices(sizes)[0], axis=0)
    if number % 40 == 7:
        payoffs[0].flat[0] = rng.choice([math.inf, math.nan, 1e308])
    precisions = 10 ** rng.uniform(-1, 3, players)
    available = (rng.random(sizes.sum()) < 0.85).astype(float)
    given = (rng.random(players) < 0.15).astype(np.int64)
    chances = np.concatenate([rng.dirichlet(np.ones(size)) for size in sizes])
    reals, ints = memory_needed(sizes.tolist())
    work, places = rng.normal(size=reals), rng.integers(-9, 9, ints)
    return players, [sizes, payoffs.ravel(), precisions, available, given, chances, work, places]


def bits(array):
    """The bits of an array; of numbers that are none there is but one kind."""
    array = np.asarray(array)
    return np.where(array != array, np.nan, array).tobytes() if array.dtype == float else array.tobytes()


def test_equal_bits(compiled):
    _, solve = compiled
    rng = np.random.default_rng(11)
    seen = {"found": 0, "bifurcated": 0, "turned": 0, "long": 0}
    for number in range(GAMES):
        players, arguments = game(rng, number)
        lists = [one.tolist() for one in arguments]
        guarded = [np.concatenate([one, np.full(GUARD, 77, dtype=one.dtype)]) for one in arguments]
        found = solve_equilibrium(players, *lists)
        assert solve(players, *[one.ctypes.data for one in guarded]) == found
        for ours, theirs, before in zip(lists, guarded, arguments, strict=True):
            assert bits(np.array(ours, dtype=before.dtype)) == bits(theirs[:-GUARD])
            assert (theirs[-GUARD:] == 77).all()
        work, sought = lists[-2], np.array(lists[-3])
        seen["found"] += found == 1.0
        seen["bifurcated"] += work[BIFURCATED] == 1.0
        seen["turned"] += work[TURNS] > 0.0
        seen["long"] += work[STEPS] > 50.0
        assert found == (work[RESIDUAL] <= 1e-10)
        assert np.isfinite(sought).all() == (found == 1.0)
    assert seen["found"] < GAMES
    assert seen["found"] > 0.95 * GAMES
    assert min(seen.values()) >= 1, seen
