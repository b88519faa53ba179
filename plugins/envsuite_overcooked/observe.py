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
    views = [
        [at[own], at[other], *facing[own], *facing[other], *shared]
        for own, other in ((0, 1), (1, 0))
    ]
    return jnp.stack([_stacked(planes) for planes in views])


def _stacked(planes: list[jax.Array | np.ndarray]) -> jax.Array:
    """An even number of planes as `u8[height, width, planes]`.

    They are laid beside each other two by two, for to lay things side by side costs by the piece.
    """
    words = [jnp.asarray(plane, jnp.uint16) for plane in planes]
    pairs = [low | high << 8 for low, high in zip(words[::2], words[1::2], strict=True)]
    both = jax.lax.bitcast_convert_type(jnp.stack(pairs, axis=-1), jnp.uint8)
    return both.reshape(*both.shape[:-2], len(planes))
