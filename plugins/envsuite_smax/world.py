"""The whole state as one vector, for centralised critics (section 9.3)."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_smax.state import Params, State


def world_vector(
    state: State, params: Params, *, allies: int, extent: np.ndarray, peer: bool
) -> jax.Array:
    """Every unit's health, place, cooldown and type; then all teams; then all types.

    Args:
        state: The battle.
        params: The numbers of the game.
        allies: The number of allies.
        extent: `f32[2]`, width and height of the map.
        peer: Whether place, cooldown and type id are left as they are, as in JaxMARL 0.2.0, where
            cooldowns fall without end; otherwise every number lies in [0, 1].

    Returns:
        `f32[n * (6 + unit types)]`: `n` blocks of health, x, y, cooldown and the type one-hot, zero
        for the dead; `n` flags, 1 for enemies; `n` types, also those of the dead.
    """
    unit_types = len(params.health)
    health = state.health / params.health[state.types]
    positions, cooldowns, types = state.positions, state.cooldowns, state.types
    if not peer:
        health = jnp.clip(health, 0.0, 1.0)
        positions = jnp.clip(positions / extent, 0.0, 1.0)
        cooldowns = jnp.clip(cooldowns / params.weapon_cooldown[state.types], 0.0, 1.0)
        types = types / max(unit_types - 1, 1)
    one_hot = jax.nn.one_hot(state.types, unit_types)
    blocks = jnp.concatenate([health[:, None], positions, cooldowns[:, None], one_hot], 1)
    blocks = jnp.where(state.alive[:, None], blocks, 0.0)
    teams = (np.arange(state.health.size) >= allies).astype(np.float32)
    return jnp.concatenate([blocks.ravel(), teams, types.astype(jnp.float32)])
