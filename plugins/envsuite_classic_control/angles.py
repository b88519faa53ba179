"""Angles within a turn, and their cosines and sines spelled out in sums and products.

Libraries' sines differ in their last bits, and a pole that is held upright magnifies those. What is
spelled out here is repeated one by one by the compiled twins (`envsuite_classic_control.compiled`).
"""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np

F = np.float32
# a quarter of a turn in two parts; some thousand times the first is exact in float32, so that
# taking quarters or turns away loses no digits
QUARTER = F(1.5703125)
REST_OF_QUARTER = F(math.pi / 2 - 1.5703125)
QUARTERS = F(2 / math.pi)  # to a radian
TURNS = F(1 / (2 * math.pi))  # to a radian
# of the powers of the square of an angle up to an eighth of a turn, the highest first
SINE = tuple(F((-1) ** k / math.factorial(2 * k + 1)) for k in range(4, -1, -1))
COSINE = tuple(F((-1) ** k / math.factorial(2 * k)) for k in range(5, -1, -1))


def wrap(angle: jax.Array) -> jax.Array:
    """The same direction between -pi and pi, `f32[]`, radians."""
    turns = jnp.round(angle * TURNS)
    return (angle - turns * (4 * QUARTER)) - turns * (4 * REST_OF_QUARTER)


def cosine_and_sine(angle: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Cosine and sine of an angle in radians, `f32[]`, within 2e-7."""
    quarters = jnp.round(angle * QUARTERS)
    rest = (angle - quarters * QUARTER) - quarters * REST_OF_QUARTER
    square = rest * rest
    sine, cosine = SINE[0], COSINE[0]
    for coefficient in SINE[1:]:
        sine = sine * square + coefficient
    for coefficient in COSINE[1:]:
        cosine = cosine * square + coefficient
    sine = sine * rest
    quadrant = quarters.astype(jnp.int32) & 3
    odd = (quadrant & 1) == 1
    x, y = jnp.where(odd, sine, cosine), jnp.where(odd, cosine, sine)
    left, down = (quadrant == 1) | (quadrant == 2), quadrant >= 2
    return jnp.where(left, -x, x), jnp.where(down, -y, y)
