"""How players turn, walk and take coins, and where their beams reach."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_storm.state import State

NORTH, WEST, SOUTH, EAST = range(4)  # one more is a quarter turn to the left
STEPS = np.array([(-1, 0), (0, -1), (1, 0), (0, 1)], np.int32)  # (row, column)
AHEAD, FAR, LEFT, RIGHT = range(4)  # the cells of a beam


def walk(state: State, turn: jax.Array, forward: jax.Array, order: jax.Array) -> State:
    """Turn or walk.

    The border stops. Whoever has not moved keeps its cell, and of several who walk into one the
    first in `order` gets it; the others are sent back, and so in turn is whoever walked into the
    cell of one sent back. Two may swap cells.

    Args:
        state: Before.
        turn: `i32[n]`, 1 to the left, -1 to the right, else 0.
        forward: `bool[n]`, who walks a cell ahead.
        order: `f32[n]`, drawn by chance; the lower number goes first.
    """
    size, players = len(state.beams), len(order)
    before = state.places
    steps = jnp.asarray(STEPS)[state.headings]
    places = jnp.where(forward[:, None], jnp.clip(before + steps, 0, size - 1), before)
    sooner = earlier(order)

    def settle(_: int, places: jax.Array) -> jax.Array:
        moving = (places != before).any(-1)
        shared = (places[:, None] == places).all(-1) & ~jnp.eye(players, dtype=bool)
        yields = moving & (shared & (~moving | sooner.T)).any(1)
        return jnp.where(yields[:, None], before, places)

    # every round sends at least one back for good, as long as a cell is shared
    places = jax.lax.fori_loop(0, players, settle, places)
    return replace(state, places=places, headings=(state.headings + turn) % len(STEPS))


def earlier(order: jax.Array) -> jax.Array:
    """Who comes before whom, `bool[n, n]`, in an order `f32[n]` where the lower goes first."""
    index = jnp.arange(len(order))
    tied = order[:, None] == order
    return (order[:, None] < order) | (tied & (index[:, None] < index))


def pick_up(state: State) -> State:
    """Take the coins that players stand on."""
    standing = (state.places[:, None, None] == state.coins).all(-1) & state.lying
    return replace(
        state,
        lying=state.lying & ~standing.any(0),
        inventories=state.inventories + standing.sum(-1, dtype=jnp.int32),
    )


def beam_cells(state: State) -> jax.Array:
    """The cells of each player's beam, `i32[n, 4, 2]`: AHEAD, FAR, LEFT, RIGHT.

    One and two cells ahead, and the cells to the left and to the right of the first. At the border
    FAR is shortened, and a LEFT or RIGHT that would lie outside falls on AHEAD; a player who
    stands right before the border has no cell AHEAD but its own.
    """
    size = len(state.beams)
    ahead = jnp.asarray(STEPS)[state.headings]
    left = jnp.asarray(STEPS)[(state.headings + 1) % len(STEPS)]
    reach = jnp.stack([ahead, 2 * ahead, ahead + left, ahead - left], axis=1)
    cells = state.places[:, None] + reach
    outside = ((cells < 0) | (cells >= size)).any(-1)
    outside &= np.isin(np.arange(4), [LEFT, RIGHT])
    cells = jnp.where(outside[..., None], cells[:, AHEAD, None], cells)
    return jnp.clip(cells, 0, size - 1)
