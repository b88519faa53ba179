"""Normal numbers, one at a time."""

from __future__ import annotations

import numpy as np

from envsuite.compiled.arithmetic import fma
from envsuite.compiled.cache import kernel
from envsuite.compiled.threefry import bits

F = np.float32

# The inverse error function in single precision: Giles, "Approximating the erfinv function" (GPU
# Computing Gems, 2011), table 5; the middle of the curve and its tails, the highest power first.
MIDDLE = tuple(
    map(
        F,
        (
            2.81022636e-08,
            3.43273939e-07,
            -3.5233877e-06,
            -4.39150654e-06,
            0.00021858087,
            -0.00125372503,
            -0.00417768164,
            0.246640727,
            1.50140941,
        ),
    )
)
TAILS = tuple(
    map(
        F,
        (
            -0.000200214257,
            0.000100950558,
            0.00134934322,
            -0.00367342844,
            0.00573950773,
            -0.0076224613,
            0.00943887047,
            1.00167406,
            2.83297682,
        ),
    )
)
SQRT_2 = F(np.sqrt(2.0))
LEAST = np.nextafter(F(-1), F(0))  # `jax.random.normal` draws evenly from here to 1


@kernel()
def inverse_erf(x):
    """The number whose error function is `x`, for `x` between -1 and 1: `float32`."""
    depth = F(-np.log1p(-F(x * x)))
    if depth < F(5):
        depth = F(depth - F(2.5))
        value = MIDDLE[0]
        for coefficient in MIDDLE[1:]:
            value = fma(value, depth, coefficient)
    else:
        depth = F(np.sqrt(depth) - F(3))
        value = TAILS[0]
        for coefficient in TAILS[1:]:
            value = fma(value, depth, coefficient)
    return F(value * x)


@kernel()
def normal(key0, key1, index):
    """Element `index` of `jax.random.normal(key, ...)`, within 1e-6: `float32`."""
    unit = F(bits(key0, key1, index) >> np.uint32(9)) * F(2.0**-23)
    even = max(LEAST, F(F(unit * F(F(1) - LEAST)) + LEAST))
    return F(SQRT_2 * inverse_erf(even))
