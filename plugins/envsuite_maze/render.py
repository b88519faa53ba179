"""Pictures of mazes, for people: nothing imports this module, the registry names it.

How to read one: grey cells are walls, the green square is the goal, the orange arrow is the agent,
and the cells that it sees are lighter. In pictures of a level a ring is the start, and a line the
way that was walked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite.drawing import (
    CAPTION,
    FIELD,
    GREEN,
    GRID,
    MARGIN,
    ORANGE,
    QUIET,
    SIDE,
    SKY,
    VERMILION,
    WALL,
    YELLOW,
    Color,
    Point,
    Sheet,
    mix,
)
from envsuite_maze.level import VECTORS, Level
from envsuite_maze.observe import lit, window

if TYPE_CHECKING:  # drawing needs no rules
    from envsuite_maze.editor import Draft, MazeEditor, Params
    from envsuite_maze.env import Maze, State
    from envsuite_maze.memory import Chance, MemoryMaze, MemoryState

SEEN = mix(FIELD, YELLOW, 0.22)
SEEN_WALL = mix(WALL, YELLOW, 0.35)


def frame(env: Maze, state: State, params: Level) -> np.ndarray:
    """Draw a state.

    Args:
        env: The game, without transforms around it.
        state: One state of it, not a batch; JAX or NumPy arrays.
        params: Not used; the level is in the state.

    Returns:
        `u8[432, 400, 3]`.
    """
    del params
    heading = int(state.heading)
    level = jax.tree.map(jnp.asarray, state.level)
    seen, walls = window(jnp.asarray(state.place), jnp.asarray(heading), level, env.sight)
    if not env.see_through_walls:
        seen = seen[lit(walls.reshape(env.sight, env.sight)).ravel()]
    seen = np.asarray(seen)
    sheet, cell = _board(state.level, seen)
    _arrow(sheet, _middle(state.place, cell), 0.36 * cell, heading, ORANGE)
    words = f"step {int(state.steps)} of {env.horizon}"
    if state.arrived:
        words = f"arrived after {int(state.steps)} steps"
    sheet.text((SIDE / 2, SIDE + CAPTION / 2), words, 18)
    return sheet.pixels()


def memory(env: MemoryMaze, state: MemoryState, params: Chance) -> np.ndarray:
    """Draw a state of the maze with something to remember; see `frame`.

    The clue and the two things are squares of their colours.
    """
    del params
    plan, heading = env.plan, int(state.heading)
    level = Level(plan.walls, plan.goals[0], plan.start, plan.heading)
    seen, _ = window(jnp.asarray(state.place), jnp.asarray(heading), level, env.sight)
    sheet, cell = _board(level, seen, goal=False)
    for place, green in zip(env.things, (False, True, bool(state.clue)), strict=True):
        _square(sheet, place, cell, GREEN if green else VERMILION)
    _arrow(sheet, _middle(state.place, cell), 0.36 * cell, heading, ORANGE)
    words = f"step {int(state.steps)} of {env.horizon}"
    if state.ended:
        words = f"{'right' if state.won else 'wrong'} after {int(state.steps)} steps"
    sheet.text((SIDE / 2, SIDE + CAPTION / 2), words, 18)
    return sheet.pixels()


def draft(env: MazeEditor, state: Draft, params: Params) -> np.ndarray:
    """Draw a maze in the making; see `frame`. Goal and agent are there once they are placed."""
    del params
    level = env.level(state)
    sheet, cell = _board(level, (), goal=bool(state.goal >= 0))
    if state.start >= 0:
        _arrow(sheet, _middle(level.start, cell), 0.36 * cell, int(level.heading), ORANGE)
    words = f"{int(state.steps)} of {env.steps} cells named"
    sheet.text((SIDE / 2, SIDE + CAPTION / 2), words, 18)
    return sheet.pixels()


def episode(env: Maze, states: State, params: Level) -> np.ndarray:
    """Draw the level of an episode, and the way that was walked in it.

    Args:
        env: The game, without transforms around it.
        states: Its states in turn, with a leading axis; JAX or NumPy arrays.
        params: Not used; the level is in the states.

    Returns:
        `u8[432, 400, 3]`.
    """
    del params
    level = states.level
    first = Level(level.walls[0], level.goal[0], level.start[0], level.heading[0])
    steps = int(states.steps[-1])
    words = f"arrived after {steps} steps" if bool(states.arrived[-1]) else f"{steps} steps"
    return level_picture(first, list(np.asarray(states.place)), words if steps else "")


def level_picture(level: Level, path: Sequence[Any] = (), caption: str = "") -> np.ndarray:
    """Draw a level and the way that was walked in it.

    Args:
        level: One level.
        path: The places in turn, each a row and a column; repeated ones do not matter.
        caption: A line below.

    Returns:
        `u8[432, 400, 3]`.
    """
    sheet, cell = _board(level, ())
    start = _middle(level.start, cell)
    points = [_middle(place, cell) for place in path]
    steps = len(points) - 1
    for number, (one, other) in enumerate(zip(points, points[1:], strict=False)):
        # from the colour of the agent to that of the goal, so that one sees which way it went
        sheet.line(one, other, max(0.16 * cell, 1.5), mix(ORANGE, SKY, number / steps))
    sheet.ring(start, 0.42 * cell, max(0.07 * cell, 1), ORANGE)
    _arrow(sheet, start, 0.26 * cell, int(level.heading), ORANGE)
    sheet.text((SIDE / 2, SIDE + CAPTION / 2), caption, 18)
    return sheet.pixels()


def _board(level: Level, seen: Any, goal: bool = True) -> tuple[Sheet, float]:
    """A sheet with walls and goal on it, and the side of a cell."""
    walls = np.asarray(level.walls)
    rows, columns = walls.shape
    cell = SIDE / max(rows, columns)
    sheet = Sheet(SIDE + 2 * MARGIN, SIDE + MARGIN + CAPTION, origin=(MARGIN, MARGIN))
    sheet.box((0, 0), (columns * cell, rows * cell), FIELD)
    near = {(row, column) for row, column in np.asarray(seen).reshape(-1, 2).tolist()}
    for row, column in near:
        if 0 <= row < rows and 0 <= column < columns:
            _fill(sheet, row, column, cell, SEEN)
    for place in range(1, max(rows, columns)):
        if place < rows:
            sheet.line((0, place * cell), (columns * cell, place * cell), 1, GRID)
        if place < columns:
            sheet.line((place * cell, 0), (place * cell, rows * cell), 1, GRID)
    for row, column in np.argwhere(walls).tolist():
        _fill(sheet, row, column, cell, SEEN_WALL if (row, column) in near else WALL)
    if goal:
        _square(sheet, level.goal, cell, GREEN)
    edge = (columns * cell, rows * cell)
    sheet.box((0, 0), edge, outline=QUIET, width=2)
    return sheet, cell


def _square(sheet: Sheet, place: Any, cell: float, color: Color) -> None:
    x, y = _middle(place, cell)
    reach = 0.36 * cell
    sheet.box((x - reach, y - reach), (x + reach, y + reach), color, corner=0.15 * cell)


def _fill(sheet: Sheet, row: int, column: int, cell: float, color: Color) -> None:
    sheet.box((column * cell, row * cell), ((column + 1) * cell, (row + 1) * cell), color)


def _middle(place: Any, cell: float) -> Point:
    row, column = np.asarray(place).tolist()
    return (column + 0.5) * cell, (row + 0.5) * cell


def _arrow(sheet: Sheet, at: Point, reach: float, heading: int, color: Color) -> None:
    """A dart that points ahead."""
    down, right = VECTORS[heading].tolist()
    corners = []
    for ahead, aside in ((1, 0), (-0.8, 0.8), (-0.35, 0), (-0.8, -0.8)):
        x = at[0] + reach * (ahead * right - aside * down)
        y = at[1] + reach * (ahead * down + aside * right)
        corners.append((x, y))
    sheet.polygon(corners, color)
