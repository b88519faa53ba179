"""Curves spelled out in sums and products that a compiled twin repeats one by one.

Libraries' sines, exponentials and logarithms differ in their last bits, which crowded worlds
magnify. Each of these is a chain of products, each added to something: every compiler that fuses
products into sums fuses the same. `envsuite.compiled.curves` has their twins.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite.compiled.coefficients import (
    COSINE,
    DEEPEST,
    EXPONENTIAL,
    LN_2,
    LOG2_E,
    LOGARITHM,
    SINE,
)


def heading(turns: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Cosine and sine of angles, `f32[...]`, within 1e-7; exact at quarter turns.

    Args:
        turns: `f32[...]` in [0, 1], counter-clockwise from the right.
    """
    quarters = (4 * turns + 0.5).astype(jnp.int32)
    rest = 4 * turns - quarters  # exact, in [-1/2, 1/2]
    square = rest * rest
    sine, cosine = SINE[0], COSINE[0]
    for coefficient in SINE[1:]:
        sine = sine * square + coefficient
    for coefficient in COSINE[1:]:
        cosine = cosine * square + coefficient
    sine = sine * rest
    odd = quarters % 2 == 1
    x, y = jnp.where(odd, sine, cosine), jnp.where(odd, cosine, sine)
    left, down = (quarters == 1) | (quarters == 2), (quarters == 2) | (quarters == 3)
    return jnp.where(left, -x, x), jnp.where(down, -y, y)


def softplus(x: jax.Array) -> jax.Array:
    """`log(1 + exp(x))`, `f32[...]`, within two units in the last place of 1."""
    depth = jnp.minimum(jnp.abs(x), DEEPEST)
    whole = jnp.floor(depth * LOG2_E)
    rest = depth - whole * LN_2
    power = EXPONENTIAL[0]
    for coefficient in EXPONENTIAL[1:]:
        power = power * rest + coefficient
    scale = jax.lax.bitcast_convert_type((127 - whole.astype(jnp.int32)) << 23, jnp.float32)
    small = power * scale  # exp(-depth)
    part = small / (2.0 + small)
    square = part * part
    series = LOGARITHM[0]
    for coefficient in LOGARITHM[1:]:
        series = series * square + coefficient
    return jnp.maximum(x, 0.0) + (part + part) * series
