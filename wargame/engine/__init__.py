"""The engine: numbers, draws and the play of episodes."""
