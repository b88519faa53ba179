"""Levels of GridWalk: what one is, how it is written down, and whether its goal can be reached."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.functional import struct

FREE, WALL, START, GOAL = SYMBOLS = ".#SG"


@struct
class Level:
    """A square grid with walls, a start and a goal; beyond the edge all is wall."""

    walls: jax.Array  # bool[size, size]
    start: jax.Array  # i32[2]: row, column
    goal: jax.Array  # i32[2]: row, column


def level_from_text(text: str) -> Level:
    """Read a level from its picture: `#` a wall, `.` free, `S` the start, `G` the goal.

    Args:
        text: One line a row; blank lines, and spaces around and between symbols, do not count.

    Raises:
        ValueError: If the picture is not square, holds another symbol, or has not one start and
            one goal. Whether the goal can be reached is the business of `check_level`.
    """
    rows = [line for line in ("".join(line.split()) for line in text.splitlines()) if line]
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows):
            raise ValueError(
                f"row {number} of the level has {len(row)} cells where {len(rows)} are due: "
                "a level has as many columns as rows"
            )
        if strange := sorted(set(row) - set(SYMBOLS)):
            raise ValueError(
                f"row {number} of the level holds {strange[0]!r}: the symbols are {FREE!r} free, "
                f"{WALL!r} wall, {START!r} start and {GOAL!r} goal"
            )
    for symbol, name in ((START, "start"), (GOAL, "goal")):
        if (count := "".join(rows).count(symbol)) != 1:
            raise ValueError(f"the level has {count} cells {symbol!r}: draw one {name}")
    cells = np.array([list(row) for row in rows])
    start, goal = (np.argwhere(cells == symbol)[0] for symbol in (START, GOAL))
    return Level(
        jnp.asarray(cells == WALL), jnp.asarray(start, "int32"), jnp.asarray(goal, "int32")
    )


def level_to_text(level: Level) -> str:
    """Draw a level, so that `level_from_text` reads the same one."""
    cells = np.where(level.walls, WALL, FREE)
    cells[tuple(np.asarray(level.start))] = START
    cells[tuple(np.asarray(level.goal))] = GOAL
    return "\n".join("".join(row) for row in cells)


@jax.jit
def reachable(walls: jax.Array, start: jax.Array) -> jax.Array:
    """The cells one can walk to from `start`: `bool[size, size]`, by flooding."""

    def spread(flooded: jax.Array) -> jax.Array:
        around = jnp.pad(flooded, 1)
        rows = around[2:, 1:-1] | around[:-2, 1:-1]
        columns = around[1:-1, 2:] | around[1:-1, :-2]
        return (flooded | rows | columns) & ~walls

    def grew(pair: tuple[jax.Array, jax.Array]) -> jax.Array:
        return (pair[0] != pair[1]).any()

    source = jnp.zeros_like(walls).at[start[0], start[1]].set(True) & ~walls
    pair = (source, spread(source))
    return jax.lax.while_loop(grew, lambda pair: (pair[1], spread(pair[1])), pair)[1]


def solvable(level: Level) -> jax.Array:
    """Whether one can walk from the start to the goal, `bool[]`."""
    return reachable(level.walls, level.start)[level.goal[0], level.goal[1]]


def check_level(level: Level) -> None:
    """Raise `ValueError` unless `level` is one that can be played to its end."""
    shape = np.shape(level.walls)
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"the walls of a level are bool[size, size], not of shape {shape}")
    for name in ("start", "goal"):
        place = np.asarray(getattr(level, name))
        if place.shape != (2,) or (place < 0).any() or (place >= shape[0]).any():
            raise ValueError(
                f"{name} {place.tolist()} lies outside the level: "
                f"give a row and a column from 0 to {shape[0] - 1}"
            )
        if np.asarray(level.walls)[tuple(place)]:
            raise ValueError(f"{name} {place.tolist()} lies in a wall: free that cell")
    if np.array_equal(level.start, level.goal):
        raise ValueError("start and goal are the same cell: draw them apart")
    if not solvable(level):
        raise ValueError(f"no way leads from start to goal: open a wall of\n{level_to_text(level)}")
