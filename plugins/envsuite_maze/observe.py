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
UNSEEN, EMPTY, WALL, GOAL = (0, 0, 0), (1, 0, 0), (2, 5, 0), (8, 1, 0)


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


def observation_space(observation: str, sight: int, see_through_walls: bool = True) -> spaces.Box:
    """Where `observe` lies."""
    if observation == "codes":
        high = np.array([*np.tile(np.maximum(WALL, GOAL), sight * sight), 3], np.float32)
        return spaces.Box(np.zeros_like(high), high, dtype=np.float32)
    cells, planes = sight * sight, 2 if see_through_walls else 3
    shape = (planes * cells + 4,) if observation == "flat" else (sight, sight, planes + 4)
    return spaces.Box(0.0, 1.0, shape, np.float32)


def observe(
    place: jax.Array,
    heading: jax.Array,
    level: Level,
    *,
    observation: str,
    sight: int,
    see_through_walls: bool = True,
) -> jax.Array:
    """What is seen from `place`, `i32[2]`.

    Returns:
        `"flat"`: `f32[2 * sight**2 + 4]`, 0 or 1: walls, then the goal, row by row with the
        farthest first, then the heading, one of four.
        `"image"`: `f32[sight, sight, 6]`: the same as planes; the heading's four are full or empty.
        `"codes"`: `f32[3 * sight**2 + 1]`: MiniGrid's three numbers for each cell, cell after cell,
        and the heading, 0 to 3.

        Where walls hide what is behind them, flat and image have one plane more, before the
        heading: which cells are hidden. In these all else is 0, and so are MiniGrid's numbers.
    """
    cells, wall = window(place, heading, level, sight)
    goal = (cells == level.goal).all(-1)
    hidden: list[jax.Array] = []
    if not see_through_walls:
        seen = lit(wall.reshape(sight, sight)).ravel()
        hidden, wall, goal = [~seen], wall & seen, goal & seen
    if observation == "codes":
        codes = jnp.where(goal[:, None], np.array(GOAL), np.array(EMPTY))
        codes = jnp.where(wall[:, None], np.array(WALL), codes)
        for unseen in hidden:
            codes = jnp.where(unseen[:, None], np.array(UNSEEN), codes)
        return jnp.append(codes.ravel(), heading).astype(jnp.float32)
    looks = heading == np.arange(4)
    if observation == "flat":
        return jnp.concatenate([wall, goal, *hidden, looks]).astype(jnp.float32)
    planes = jnp.stack([wall, goal, *hidden], axis=-1).reshape(sight, sight, -1)
    everywhere = jnp.broadcast_to(looks, (sight, sight, 4))
    return jnp.concatenate([planes, everywhere], axis=-1).astype(jnp.float32)


def window(
    place: jax.Array, heading: jax.Array, level: Level, sight: int
) -> tuple[jax.Array, jax.Array]:
    """The square before an agent: its cells, `i32[sight**2, 2]`, and the walls among them."""
    rows, columns = level.walls.shape
    cells = place + jnp.asarray(view(sight))[heading]
    inside = ((cells >= 0) & (cells < np.array([rows, columns]))).all(-1)
    index = jnp.clip(cells[:, 0] * columns + cells[:, 1], 0, rows * columns - 1)
    return cells, level.walls.ravel()[index] | ~inside


def lit(walls: jax.Array) -> jax.Array:
    """Which cells are seen where walls hide what is behind them, by MiniGrid's rule.

    Light goes from the agent's cell, which is free, along its row until it meets a wall, and from
    every cell that it passes to the next row ahead: straight on and to both sides. There it goes
    along the row likewise, and so on. A wall is seen where light meets it.

    Args:
        walls: `bool[sight, sight]`, the farthest row first; the agent is in the middle of the last.

    Returns:
        `bool[sight, sight]`.
    """
    sight = walls.shape[0]
    number = np.arange(sight)
    found = jnp.asarray(number == sight // 2)
    rows = []
    for row in walls[::-1]:
        # where light was last met, and where a wall, from the left and from the right
        source, stop = jnp.where(found & ~row, number, -1), jnp.where(row, number, -1)
        rightwards = jax.lax.cummax(source) > jax.lax.cummax(stop)
        source, stop = jnp.where(found & ~row, number, sight), jnp.where(row, number, sight)
        leftwards = jax.lax.cummin(source, reverse=True) < jax.lax.cummin(stop, reverse=True)
        passed = ~row & (rightwards | leftwards)
        around = passed | jnp.append(passed[1:], False) | jnp.append(False, passed[:-1])
        rows.append(found | around)
        found = around
    return jnp.stack(rows[::-1])
