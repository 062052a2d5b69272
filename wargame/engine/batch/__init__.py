"""The batch engine: the same rules, compiled, for many episodes side by side."""
