"""The engine: how a scenario is played. The rules R1 to R8 of a turn and D1 to D5 of a decision are in docs/rules.md.

Rules become code once, in `rules`: formulas are nodes of a `graph`, read in a `situation`; `blocks` has a function for
each step of a turn, by the rules in `turn` and `nature`; `emit` writes the nodes as Python. All numbers of an episode
stand in rows of one list, the workspace. Two engines run this code: `model` and `actor`, with Mesa, and `batch`,
compiled. Both take their draws from `draws` and give the same bits.

A decision goes from what is seen (`perception`) over what is expected of others (`beliefs`) and what each policy is
worth (`planning` at the mean, `exact` over all combinations) to a choice (`choice`). Whatever looks further (several
turns, levels of reasoning, an equilibrium, many private types) is a program of routines: see `ahead`.
"""
