"""The rules of Overcooked in compiled loops, one copy at a time: the twin of the JAX rules."""
