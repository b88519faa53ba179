"""The rules of the maze in compiled loops, one copy at a time: the twin of the JAX rules."""
