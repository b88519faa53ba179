"""How the cooks turn and walk."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_overcooked.kitchen import FLOOR, Kitchen
from envsuite_overcooked.state import MOVES, STAY


def walk(
    places: jax.Array, facings: jax.Array, action: jax.Array, kitchen: Kitchen
) -> tuple[jax.Array, jax.Array]:
    """Everyone who moves turns that way, and goes on where there is floor.

    If both would end in one cell, or change places, neither goes on. One may follow the other into
    the cell it leaves.

    Args:
        places: `i32[2, 2]`, row and column of each cook.
        facings: `i32[2]`.
        action: `i32[2]`.
        kitchen: What its cells are.

    Returns:
        Places and facings after the step.
    """
    ahead = places + jnp.asarray(MOVES)[action]
    floor = jnp.asarray(kitchen.terrain == FLOOR)[ahead[:, 0], ahead[:, 1]]
    ahead = jnp.where(floor[:, None], ahead, places)
    meet = (ahead[0] == ahead[1]).all()
    swap = (ahead[0] == places[1]).all() & (ahead[1] == places[0]).all()
    return (
        jnp.where(meet | swap, places, ahead),
        jnp.where(action < STAY, action, facings).astype(jnp.int32),
    )
