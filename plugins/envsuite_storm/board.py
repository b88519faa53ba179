"""The board as a map, and as each player sees it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_storm.movement import STEPS
from envsuite_storm.state import COOPERATE, DEFECT, State

WALL = -1  # beyond the border
EMPTY, BEAM = range(2)
COIN = 2  # and the kind
PLAYER = 4  # and the number


def board(state: State) -> jax.Array:
    """What is in each cell, `i32[size, size]`."""
    size, players = len(state.beams), len(state.places)
    coins = state.coins.reshape(-1, 2)
    kinds = np.repeat([COIN + COOPERATE, COIN + DEFECT], state.coins.shape[1])
    cells = jnp.concatenate([state.places, coins]) @ np.array([size, 1], np.int32)
    codes = jnp.concatenate(
        [PLAYER + jnp.arange(players), jnp.where(state.lying.ravel(), kinds, EMPTY)]
    )
    held = jnp.where(cells[:, None] == jnp.arange(size * size), codes[:, None], EMPTY).max(0)
    held = held.reshape(size, size)
    return jnp.where((held == EMPTY) & state.beams, BEAM, held)


def window(state: State, sight: int) -> jax.Array:
    """What each player sees, `i32[n, sight, sight]`, as in `board`, or WALL.

    The first axis goes from the right of the player to its left, with the player in the middle;
    the second goes ahead from the player's own row.
    """
    size = len(state.beams)
    ahead = jnp.asarray(STEPS)[state.headings][:, None, None]
    left = jnp.asarray(STEPS)[(state.headings + 1) % len(STEPS)][:, None, None]
    across, along = np.indices((sight, sight), np.int32)[..., None]
    cells = state.places[:, None, None] + (across - sight // 2) * left + along * ahead
    inside = ((cells >= 0) & (cells < size)).all(-1)
    row, column = jnp.moveaxis(jnp.clip(cells, 0, size - 1), -1, 0)
    return jnp.where(inside, board(state)[row, column], WALL)


def bearings(state: State, seen: jax.Array) -> jax.Array:
    """How the others in a `window` head as one's own heading goes, `bool[n, sight, sight, 4]`.

    As one does, to the left of it, against it, to the right of it; all false where nobody else is.
    """
    players = len(state.places)
    other = (seen >= PLAYER) & (seen != PLAYER + jnp.arange(players)[:, None, None])
    theirs = state.headings[jnp.clip(seen - PLAYER, 0, players - 1)]
    relative = (theirs - state.headings[:, None, None]) % len(STEPS)
    return other[..., None] & (relative[..., None] == jnp.arange(len(STEPS)))
