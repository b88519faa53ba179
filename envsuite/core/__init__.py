"""What every plugin may import; needs neither JAX nor numba."""
