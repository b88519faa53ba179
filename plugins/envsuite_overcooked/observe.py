"""What the cooks see: the whole kitchen, as planes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_overcooked.kitchen import COUNTER, ONIONS, PLATES, POT, WINDOW, Kitchen
from envsuite_overcooked.state import (
    COOKS,
    DISH,
    EAST,
    NORTH,
    ONION,
    PLATE,
    POT_SIZE,
    SOUTH,
    WEST,
    Params,
    State,
)

PLANES = 26
HURRY = 40
"""The last plane is 1 while fewer steps than these are left."""

ONIONS_IN_POT, ONIONS_IN_SOUP, REMAINING = 16, 18, 20
"""Planes that count; all others hold 0 and 1."""


def observation_space(kitchen: Kitchen) -> spaces.Box:
    """`u8[height, width, 26]`; see the README for the planes."""
    high = np.ones((*kitchen.shape, PLANES), np.uint8)
    high[..., [ONIONS_IN_POT, ONIONS_IN_SOUP]] = POT_SIZE
    high[..., REMAINING] = 255
    return spaces.Box(np.zeros_like(high), high, dtype=np.uint8)


def observe(state: State, params: Params, kitchen: Kitchen) -> jax.Array:
    """What each cook sees, `u8[2, height, width, 26]`: its own planes first, then the other's."""
    rows, columns = np.arange(kitchen.shape[0]), np.arange(kitchen.shape[1])
    at = [
        (rows == state.places[cook, 0])[:, None] & (columns == state.places[cook, 1])
        for cook in range(COOKS)
    ]
    facing = [
        [at[cook] & (state.facings[cook] == way) for way in (NORTH, SOUTH, EAST, WEST)]
        for cook in range(COOKS)
    ]
    carried = state.counters
    for cook in range(COOKS):
        carried = jnp.where(at[cook], state.hands[cook], carried)
    cooking = state.onions == POT_SIZE
    dish = carried == DISH
    nothing = np.zeros(kitchen.shape, bool)  # there are no tomatoes in this kitchen
    hurry = params.horizon - state.step < HURRY
    shared = [
        kitchen.terrain == POT,
        kitchen.terrain == COUNTER,
        kitchen.terrain == ONIONS,
        nothing,
        kitchen.terrain == PLATES,
        kitchen.terrain == WINDOW,
        jnp.where(cooking, 0, state.onions),
        nothing,
        jnp.where(cooking | dish, POT_SIZE, 0),
        nothing,
        jnp.minimum(state.remaining, 255),
        cooking & (state.remaining == 0) | dish,
        carried == PLATE,
        carried == ONION,
        nothing,
        jnp.broadcast_to(hurry, kitchen.shape),
    ]
    kitchen_planes = _stack(shared)
    views = []
    for own, other in ((0, 1), (1, 0)):
        cooks = _stack([at[own], at[other], *facing[own], *facing[other]])
        views.append(jnp.concatenate([cooks, kitchen_planes], axis=-1))
    return jnp.stack(views)


def _stack(planes: list[jax.Array | np.ndarray]) -> jax.Array:
    """Planes as `u8[height, width, planes]`."""
    return jnp.stack([jnp.asarray(plane, jnp.uint8) for plane in planes], axis=-1)
