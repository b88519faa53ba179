"""The rules of classic control in compiled loops: the twins of the JAX rules."""
