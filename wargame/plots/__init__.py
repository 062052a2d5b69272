"""Plots: a table and an optional Axes in, the Axes out.

No function here plays an episode, saves, shows or touches global style; only `figures.save_figures` writes
files.
"""
