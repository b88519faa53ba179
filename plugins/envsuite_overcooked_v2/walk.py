"""How the cooks turn and walk."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_overcooked_v2.plan import FLOOR
from envsuite_overcooked_v2.state import MOVES, STAY


def walk(
    places: jax.Array, facings: jax.Array, action: jax.Array, terrain: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """Everyone who moves turns that way, and goes on where there is floor.

    Those who would share a cell with another stay where they were, until nobody shares one; then
    those stay who would change places. One may follow another into the cell it leaves.

    Args:
        places: `i32[n, 2]`, row and column of each cook.
        facings: `i32[n]`.
        action: `i32[n]`.
        terrain: `i32[h, w]`.

    Returns:
        Places and facings after the step.
    """
    cooks = len(places)
    oneself = np.eye(cooks, dtype=bool)
    ahead = places + jnp.asarray(MOVES)[action]
    floor = terrain[ahead[:, 0], ahead[:, 1]] == FLOOR
    ahead = jnp.where(floor[:, None], ahead, places)
    # in each round at least one who moved stays after all, and in the last at least two do
    for _ in range(cooks - 1):
        meets = _equal(ahead, ahead) & ~oneself
        ahead = jnp.where(meets.any(1)[:, None], places, ahead)
    into = _equal(ahead, places) & ~oneself
    swaps = (into & into.T).any(1)
    return (
        jnp.where(swaps[:, None], places, ahead),
        jnp.where(action < STAY, action, facings).astype(jnp.int32),
    )


def _equal(one: jax.Array, other: jax.Array) -> jax.Array:
    """Which cells of two lists are the same, `bool[n, n]`."""
    return (one[:, None] == other[None]).all(-1)
