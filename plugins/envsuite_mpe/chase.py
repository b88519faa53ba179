"""What hunts have in common: who touches whom, and what it costs to leave the middle."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_mpe.state import Params, State
from envsuite_mpe.view import distance, offsets


def touches(state: State, params: Params, ones: slice, others: slice) -> jax.Array:
    """Who of the agents `ones` touches whom of the entities `others`, `bool[ones, others]`."""
    gaps = distance(offsets(state)[ones, others])
    return gaps < params.radius[ones, None] + params.radius[others]


def leaving(positions: jax.Array) -> jax.Array:
    """What it costs agents at `positions: f32[k, 2]` to be far from the middle, `f32[k]`.

    For each of |x| and |y|: nothing up to 0.9, then 10 for each unit up to 1, then exponentially
    more, up to 10.
    """
    far = jnp.abs(positions)
    # the exponent is cut where the cost is past its limit anyway, so that it has no infinite slope
    steep = jnp.minimum(jnp.exp(jnp.minimum(2.0 * far - 2.0, 3.0)), 10.0)
    cost = jnp.where(far < 0.9, 0.0, jnp.where(far < 1.0, 10.0 * (far - 0.9), steep))
    return cost[:, 0] + cost[:, 1]
