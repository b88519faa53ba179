"""The rules of SMAX in compiled loops, one copy at a time: the twin of the JAX rules."""
