"""The logit equilibrium of a stage game, by following the principal branch from precision 0 (rule D3).

Every player answers the others' chances with logit chances of its own (quantal response equilibrium, McKelvey and
Palfrey 1995). Where several equilibria exist, the one meant lies on the curve that begins at precision 0, where all
policies are equally likely: precisions grow together, and the first point where they are what was asked for counts
(Turocy 2005). The curve may turn back on its way, so it is followed by its length and not by precision.

`logit_equilibrium` is for people. `solve_equilibrium` is for the engines: plain Python runs it on lists, the batch
engine translates the same text (`batch.translate`), and both give the same bits. Hence the modules in `TEXTS` use
arrays of floats and of whole numbers only, in memory that the caller gives; they return at the end of a function or not
at all, and compute with nothing but IEEE 754 basic operations in a fixed order. (`FOR_ALL_LANES` tells the translator
that a name in them is one number, not one per lane. `and` and `or` do not skip what follows there.)
"""

from wargame.engine.equilibrium import answers, game, linear, path, steps
from wargame.engine.equilibrium.logit import Equilibrium, NoEquilibriumError, logit_equilibrium
from wargame.engine.equilibrium.memory import BIFURCATED, RESIDUAL, STEPS, TURNS, memory_needed
from wargame.engine.equilibrium.path import solve_equilibrium

__all__ = [
    "BIFURCATED",
    "RESIDUAL",
    "STEPS",
    "TEXTS",
    "TURNS",
    "Equilibrium",
    "NoEquilibriumError",
    "logit_equilibrium",
    "memory_needed",
    "solve_equilibrium",
]

TEXTS = (linear, game, answers, steps, path)
"""The modules to be translated, each after those whose functions it calls."""
