"""What the cooks see: the kitchen, or what is near them, as planes."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_overcooked_v2.items import COUNT
from envsuite_overcooked_v2.plan import (
    BUTTON,
    COUNTER,
    PILE,
    PLATES,
    POT,
    POT_SIZE,
    RECIPE,
    WINDOW,
)
from envsuite_overcooked_v2.state import EAST, NORTH, SOUTH, WEST, Params, State

WAYS = np.array([NORTH, SOUTH, EAST, WEST])
"""The order of the planes of facing."""
THINGS = np.array([COUNTER, WINDOW, POT, RECIPE, BUTTON, PLATES])
"""The order of the planes of what cells are."""
HAND = 1 + len(WAYS)
"""How many planes of a cook precede those of what it holds: its place, and where it faces."""


def observation_space(
    shape: tuple[int, int], ingredients: int, view_size: int | None, shows_delivery: bool
) -> spaces.Box:
    """`u8[height, width, planes]`; see the README for the planes."""
    if view_size is not None:
        shape = 2 * view_size + 1, 2 * view_size + 1
    item = [1, 1, *[POT_SIZE] * ingredients]
    cook = [1] * HAND + item
    planes = [*cook, *cook, *[1] * (len(THINGS) + ingredients), *item, *item, 255]
    high = np.tile(np.array(planes + [1] * shows_delivery, np.uint8), (*shape, 1))
    return spaces.Box(np.zeros_like(high), high, dtype=np.uint8)


def observe(
    state: State,
    params: Params,
    *,
    view_size: int | None,
    shows_delivery: bool,
    seen_alike: bool,
) -> jax.Array:
    """What each cook sees, `u8[n, height, width, planes]`.

    Args:
        state: The kitchen.
        params: The numbers of the game.
        view_size: How many cells each sees in every direction; `None` for the whole kitchen.
        shows_delivery: Whether a last plane shows that a soup that was ordered was just served.
        seen_alike: Whether all cooks see the ingredients as they are numbered.
    """
    cooks, ingredients = state.seen_as.shape
    # where all see the same, it is worked out once: an axis of length 1 stands for the cooks
    seen_as = np.arange(ingredients)[None] if seen_alike else state.seen_as
    terrain, items, clocks, rows, columns = _seen(state, params, view_size)

    # Planes are cut out of whole numbers, one for each cell, which takes half as long as to put
    # them together one by one: bits from `shifts` on, of which those of `mask` count.
    own, others = _cooks(state, rows, columns)
    things = jnp.asarray(_bits_of_cells(ingredients))[terrain]
    shown = (terrain == RECIPE) | ((terrain == BUTTON) & (clocks > 0))
    recipe = jnp.where(shown, state.recipe, 0)
    cooking = jnp.where(terrain == POT, jnp.minimum(clocks, 255), 0)

    of_item = _beside(np.arange(2), 2 + 2 * seen_as)
    of_cook = _beside(np.arange(HAND), HAND + of_item)
    of_things = _beside(np.arange(len(THINGS)), len(THINGS) + seen_as)
    item_bits = [1, 1, *[COUNT] * ingredients]
    cook_bits = [1] * HAND + item_bits
    parts = [
        (own, of_cook, cook_bits),
        (others, of_cook, cook_bits),
        (things, of_things, 1),
        (items, of_item, item_bits),
        (recipe, of_item, item_bits),
        (cooking, np.zeros((1, 1), np.int32), 255),
    ]
    if shows_delivery:
        served = (terrain == WINDOW) & state.delivered
        parts.append((served.astype(jnp.int32), np.zeros((1, 1), np.int32), 1))
    planes = [
        ((numbers[..., None] >> shifts[:, None, None]) & np.array(mask, np.int32)).astype(jnp.uint8)
        for numbers, shifts, mask in parts
    ]
    planes = [jnp.broadcast_to(part, (*own.shape, part.shape[-1])) for part in planes]
    return jnp.concatenate(planes, axis=-1)


def _cooks(state: State, rows: jax.Array, columns: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Where each sees itself, and where it sees the others, `i32[n, height, width]` each.

    A cook is a 1, then a bit for where it faces, then, from `HAND` on, what it holds.
    """
    cooks = len(state.places)
    bits = np.zeros(len(WAYS), np.int32)
    bits[WAYS] = 1 << np.arange(1, HAND)
    about = 1 | jnp.asarray(bits)[state.facings] | (state.hands << HAND)
    stands = (state.places[:, 0, None, None] == rows[:, None, :, None]) & (
        state.places[:, 1, None, None] == columns[:, None, None, :]
    )
    cells = jnp.where(stands, about[:, None, None], 0)  # [seer, seen, height, width]
    cells = jnp.broadcast_to(cells, (cooks, *cells.shape[1:]))
    own = jnp.stack([cells[cook, cook] for cook in range(cooks)])
    return own, cells.sum(1) - own  # no two share a cell


def _bits_of_cells(ingredients: int) -> np.ndarray:
    """By what a cell is: its bit among `THINGS`, then piles."""
    bits = np.zeros(PILE + ingredients, np.int32)
    bits[THINGS] = 1 << np.arange(len(THINGS))
    bits[PILE:] = 1 << np.arange(len(THINGS), len(THINGS) + ingredients)
    return bits


def _beside(same: np.ndarray, own: jax.Array | np.ndarray) -> jax.Array:
    """What is the same for all, before what each has of its own: `i32[n, ...]`."""
    return jnp.concatenate([jnp.tile(same, (len(own), 1)), own], axis=1)


def _seen(
    state: State, params: Params, view_size: int | None
) -> tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array]:
    """Terrain, items and clocks that are seen, then the rows and the columns they lie in.

    The first axis is the cooks'; it has length 1 where all see the whole kitchen. What lies
    outside the kitchen is empty.
    """
    grids = params.kitchen.terrain, state.items, state.clocks
    height, width = params.kitchen.terrain.shape
    if view_size is None:
        terrain, items, clocks = (grid[None] for grid in grids)
        return terrain, items, clocks, jnp.arange(height)[None], jnp.arange(width)[None]
    reach = jnp.arange(2 * view_size + 1) - view_size
    rows, columns = (state.places[:, axis, None] + reach for axis in (0, 1))
    inside = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[
        :, None
    ]
    index = jnp.clip(rows, 0, height - 1)[:, :, None], jnp.clip(columns, 0, width - 1)[:, None]
    terrain, items, clocks = (jnp.where(inside, grid[index], 0) for grid in grids)
    return terrain, items, clocks, rows, columns
