"""The rules of the Coin Game in compiled loops, one copy at a time: the twin of the JAX rules."""
