"""What an agent sees of a maze: the square before it, and where it looks."""

from __future__ import annotations

from functools import lru_cache

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_maze.level import VECTORS, Level

OBSERVATIONS = ("flat", "image", "codes")
# MiniGrid's numbers for what a cell holds: object, colour, state
EMPTY, WALL, GOAL = (1, 0, 0), (2, 5, 0), (8, 1, 0)


@lru_cache
def view(sight: int) -> np.ndarray:
    """The cells that are seen by heading, `i32[4, sight**2, 2]`: row and column from the agent.

    Row by row as the agent sees them, the farthest row first; it stands in the middle of the last.
    """
    forward, right = np.divmod(np.arange(sight * sight), sight)
    forward, right = sight - 1 - forward, right - sight // 2
    ahead, aside = VECTORS, np.roll(VECTORS, -1, axis=0)
    cells = forward[:, None] * ahead[:, None] + right[:, None] * aside[:, None]
    return cells.astype(np.int32)


def observation_space(observation: str, sight: int) -> spaces.Box:
    """Where `observe` lies."""
    if observation == "codes":
        high = np.array([*np.tile(np.maximum(WALL, GOAL), sight * sight), 3], np.float32)
        return spaces.Box(np.zeros_like(high), high, dtype=np.float32)
    cells = sight * sight
    shape = (2 * cells + 4,) if observation == "flat" else (sight, sight, 6)
    return spaces.Box(0.0, 1.0, shape, np.float32)


def observe(
    place: jax.Array, heading: jax.Array, level: Level, *, observation: str, sight: int
) -> jax.Array:
    """What is seen from `place`, `i32[2]`; walls hide nothing.

    Returns:
        `"flat"`: `f32[2 * sight**2 + 4]`, 0 or 1: walls, then the goal, row by row with the
        farthest first, then the heading, one of four.
        `"image"`: `f32[sight, sight, 6]`: the same as planes; the heading's four are full or empty.
        `"codes"`: `f32[3 * sight**2 + 1]`: MiniGrid's three numbers for each cell, cell after cell,
        and the heading, 0 to 3.
    """
    rows, columns = level.walls.shape
    cells = place + jnp.asarray(view(sight))[heading]
    inside = ((cells >= 0) & (cells < np.array([rows, columns]))).all(-1)
    index = jnp.clip(cells[:, 0] * columns + cells[:, 1], 0, rows * columns - 1)
    wall = level.walls.ravel()[index] | ~inside
    goal = (cells == level.goal).all(-1)
    if observation == "codes":
        codes = jnp.where(goal[:, None], np.array(GOAL), np.array(EMPTY))
        codes = jnp.where(wall[:, None], np.array(WALL), codes).ravel()
        return jnp.append(codes, heading).astype(jnp.float32)
    looks = heading == np.arange(4)
    if observation == "flat":
        return jnp.concatenate([wall, goal, looks]).astype(jnp.float32)
    planes = jnp.stack([wall, goal], axis=-1).reshape(sight, sight, 2)
    everywhere = jnp.broadcast_to(looks, (sight, sight, 4))
    return jnp.concatenate([planes, everywhere], axis=-1).astype(jnp.float32)
