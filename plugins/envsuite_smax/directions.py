"""Directions on the map: where an angle points, and in which section of the circle a place lies.

Both are spelled out in sums and products that the compiled twin repeats one by one, since
libraries' sines and arctangents differ in their last bits, which crowded battles magnify.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_smax.compiled.circle import COSINE, EDGES, SINE

SECTIONS = 32


def heading(turns: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Cosine and sine of angles, `f32[...]`, within 1e-7; exact at quarter turns.

    Args:
        turns: `f32[...]` in [0, 1], counter-clockwise from the right.
    """
    quarters = (4 * turns + 0.5).astype(jnp.int32)
    rest = 4 * turns - quarters  # exact, in [-1/2, 1/2]
    square = rest * rest
    sine, cosine = SINE[0], COSINE[0]
    # A chain of products, each added to a constant: every compiler that fuses, fuses the same.
    for coefficient in SINE[1:]:
        sine = sine * square + coefficient
    for coefficient in COSINE[1:]:
        cosine = cosine * square + coefficient
    sine = sine * rest
    odd = quarters % 2 == 1
    x, y = jnp.where(odd, sine, cosine), jnp.where(odd, cosine, sine)
    left, down = (quarters == 1) | (quarters == 2), (quarters == 2) | (quarters == 3)
    return jnp.where(left, -x, x), jnp.where(down, -y, y)


def section(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Which of 32 equal sections of the circle a place lies in, and whether on its edge.

    Sections count counter-clockwise from straight left, and take in their clockwise edge. The
    origin counts as straight right.

    Args:
        x: `f32[...]`, to the right.
        y: `f32[...]`, up.

    Returns:
        `i32[...]` in [0, 32), and `bool[...]`.
    """
    lower = (y < 0) | ((y == 0) & (x < 0))
    x, y = jnp.where(lower, -x, x), jnp.where(lower, -y, y)  # half a turn on, into the upper half
    past_up = (y > 0) & (x <= 0)
    along, across = jnp.where(past_up, y, x), jnp.where(past_up, -x, y)  # a quarter turn back
    within, edge = jnp.int32(0), across == 0
    for tangent in EDGES:
        limit = tangent * along
        within += (across >= limit) & (along > 0)
        edge |= across == limit
    return within + jnp.where(past_up, SECTIONS // 4, 0) + jnp.where(lower, 0, SECTIONS // 2), edge
