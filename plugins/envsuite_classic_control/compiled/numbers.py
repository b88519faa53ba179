"""Numbers between two others, as the JAX rules draw and clip them."""

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import uniform


@kernel()
def between(key0, key1, index, low, high):
    """Element `index` of `jax.random.uniform(key, ..., minval=low, maxval=high)`."""
    return max(low, fma(uniform(key0, key1, index), np.float32(high - low), low))


@kernel()
def clip(number, low, high):
    """The nearest number from `low` to `high`."""
    return min(max(number, low), high)
