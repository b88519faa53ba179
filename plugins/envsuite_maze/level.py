"""Levels: what one is, how it is written down, and how two of them differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jax.numpy as jnp
import numpy as np

from envsuite.functional import struct
from envsuite_maze.drawing import ARROWS, FREE, GOAL, WALL, Drawing, read_drawing

RIGHT, DOWN, LEFT, UP = range(4)  # headings; a turn to the right adds one
VECTORS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)], np.int32)  # (row, column)


@struct
class Level:
    """A maze, and where its agent starts; beyond the edge all is wall.

    Attributes:
        walls: `bool[rows, columns]`.
        goal: `i32[2]`: row, column.
        start: `i32[2]`: row, column.
        heading: `i32[]`: RIGHT, DOWN, LEFT or UP.
        drawn: `bool[]`: each reset draws a level of the game, in place of this one. Levels that
            were read, drawn by `sample` or mutated say no.
    """

    walls: Any
    goal: Any
    start: Any
    heading: Any
    drawn: Any = np.bool_(False)


def level_from_text(text: str) -> Level:
    """Read a level from its drawing: `#` wall, `.` free, `G` the goal, the agent an arrow.

    Args:
        text: One line a row; blank lines, and spaces around and between symbols, do not count.

    Raises:
        ValueError: As `read_drawing`, and for more than one goal.
    """
    return level_from_drawing(read_drawing(text))


def level_from_drawing(drawing: Drawing) -> Level:
    """The level that a drawing with one goal shows.

    Raises:
        ValueError: For several goals.
    """
    if len(drawing.goals) != 1:
        raise ValueError(
            f"the level has {len(drawing.goals)} goals: draw one; several are for a game whose "
            "resets draw one of them (`Maze(level=...)`)"
        )
    return Level(drawing.walls, drawing.goals[0], drawing.start, drawing.heading)


def level_to_text(level: Level) -> str:
    """Draw a level, so that `level_from_text` reads the same one."""
    cells = np.where(np.asarray(level.walls), WALL, FREE)
    cells[tuple(np.asarray(level.goal))] = GOAL
    cells[tuple(np.asarray(level.start))] = ARROWS[int(level.heading)]
    return "\n".join("".join(row) for row in cells)


def check_level(level: Level) -> None:
    """Raise `ValueError` unless `level` is well formed; whether it can be solved is not asked.

    See `envsuite_maze.paths.solvable`.
    """
    shape = np.shape(level.walls)
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"the walls of a level are bool[rows, columns], not of shape {shape}")
    for name in ("start", "goal"):
        place = np.asarray(getattr(level, name))
        if place.shape != (2,) or (place < 0).any() or (place >= shape).any():
            raise ValueError(
                f"{name} {place.tolist()} lies outside the level: give a row from 0 to "
                f"{shape[0] - 1} and a column from 0 to {shape[1] - 1}"
            )
        if np.asarray(level.walls)[tuple(place)]:
            raise ValueError(f"{name} {place.tolist()} lies in a wall: free that cell")
    if np.array_equal(level.start, level.goal):
        raise ValueError("start and goal are the same cell: draw them apart")
    if not 0 <= int(level.heading) < len(VECTORS):
        raise ValueError(f"heading {int(level.heading)} is none of 0 (right), 1, 2, 3 (up)")


def padded(level: Level, rows: int, columns: int) -> Level:
    """The same maze on a larger grid: walls to the right of it and below.

    All is wall beyond the edge anyway, so it plays the same; levels of many sizes can be stacked.

    Raises:
        ValueError: If the level is larger than that.
    """
    height, width = np.shape(level.walls)
    if height > rows or width > columns:
        raise ValueError(
            f"a level of {height} rows and {width} columns does not fit into {rows} and {columns}: "
            "give a smaller one, or another size to the game"
        )
    edges = ((0, rows - height), (0, columns - width))
    return replace(level, walls=np.pad(np.asarray(level.walls), edges, constant_values=True))


def distance(level: Level, other: Level) -> Any:
    """In how many cells two levels of one size differ, `i32[]`: wall, free, goal, or an agent.

    Agents with other headings differ. It is the number of symbols in which the drawings differ.
    """
    return (_symbols(level) != _symbols(other)).sum(dtype=jnp.int32)


def canonical(level: Level) -> str:
    """A text that is the same for all turns and mirrorings of a level, and for no other level.

    The least of the eight drawings, in the order of texts.
    """
    turned, drawings = level, []
    for _ in range(4):
        turned = _turned(turned)
        drawings += [level_to_text(turned), level_to_text(_mirrored(turned))]
    return min(drawings)


def _symbols(level: Level) -> Any:
    """A number for each cell, `i32[rows, columns]`."""
    cells = jnp.asarray(level.walls, jnp.int32)
    cells = cells.at[tuple(jnp.asarray(level.goal))].set(2)
    return cells.at[tuple(jnp.asarray(level.start))].set(3 + jnp.asarray(level.heading))


def _turned(level: Level) -> Level:
    """A quarter to the right."""
    walls = np.asarray(level.walls)

    def turn(place: Any) -> np.ndarray:
        row, column = np.asarray(place)
        return np.array([column, len(walls) - 1 - row], np.int32)

    heading = np.int32((int(level.heading) + 1) % 4)
    return Level(np.rot90(walls, -1), turn(level.goal), turn(level.start), heading)


def _mirrored(level: Level) -> Level:
    """Left and right changed."""
    walls = np.asarray(level.walls)

    def mirror(place: Any) -> np.ndarray:
        row, column = np.asarray(place)
        return np.array([row, walls.shape[1] - 1 - column], np.int32)

    heading = np.int32((LEFT - int(level.heading)) % 4)
    return Level(walls[:, ::-1], mirror(level.goal), mirror(level.start), heading)
