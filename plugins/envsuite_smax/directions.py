"""Directions on the map: in which section of the circle a place lies.

Spelled out in products that the compiled twin repeats one by one, since libraries' arctangents
differ in their last bits.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_smax.compiled.circle import EDGES

SECTIONS = 32


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
