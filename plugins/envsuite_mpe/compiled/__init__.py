"""The rules of MPE in compiled loops, one copy at a time: the twin of the JAX rules."""
