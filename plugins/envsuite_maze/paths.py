"""Shortest ways to a goal, in cells and in actions."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from envsuite_maze.level import VECTORS, Level

NO_WAY = -1


@jax.jit
def cells_to_goal(level: Level) -> jax.Array:
    """How many cells away the goal is, `i32[rows, columns]`; `NO_WAY` where none leads there."""
    walls = jnp.asarray(level.walls)
    first = jnp.where(_at(level.goal, walls) & ~walls, 0, walls.size)

    def nearer(away: jax.Array) -> jax.Array:
        around = jnp.stack([_ahead(away, heading) for heading in range(len(VECTORS))])
        return jnp.where(walls, walls.size, jnp.minimum(away, 1 + around.min(0)))

    away = _settled(nearer, first)
    return jnp.where(away < walls.size, away, NO_WAY)


@jax.jit
def actions_to_goal(level: Level) -> jax.Array:
    """How many actions away the goal is, by heading: `i32[4, rows, columns]`.

    An action is a turn to the left, a turn to the right, or a step forward; `NO_WAY` as above.
    """
    walls = jnp.asarray(level.walls)
    never = 4 * walls.size
    first = jnp.where(_at(level.goal, walls) & ~walls, 0, never)

    def nearer(away: jax.Array) -> jax.Array:
        turned = jnp.minimum(jnp.roll(away, 1, axis=0), jnp.roll(away, -1, axis=0))
        ahead = jnp.stack([_ahead(away[heading], heading) for heading in range(len(VECTORS))])
        return jnp.where(walls, never, jnp.minimum(away, 1 + jnp.minimum(turned, ahead)))

    away = _settled(nearer, jnp.broadcast_to(first, (len(VECTORS), *walls.shape)))
    return jnp.where(away < never, away, NO_WAY)


def solvable(level: Level) -> jax.Array:
    """Whether a way leads from the start to the goal, `bool[]`."""
    return path_length(level) != NO_WAY


def path_length(level: Level) -> jax.Array:
    """Cells of the shortest way from the start to the goal, `i32[]`, or `NO_WAY`."""
    row, column = jnp.asarray(level.start)
    return cells_to_goal(level)[row, column]


def fewest_actions(level: Level) -> jax.Array:
    """Actions of the quickest way from the start to the goal, `i32[]`, or `NO_WAY`."""
    row, column = jnp.asarray(level.start)
    return actions_to_goal(level)[jnp.asarray(level.heading), row, column]


def best_return(level: Level, horizon: int = 250) -> jax.Array:
    """What can be earned at most, `f32[]`; 0 where it takes more than `horizon` actions."""
    needed = fewest_actions(level)
    reached = (needed != NO_WAY) & (needed <= horizon)
    return jnp.where(reached, 1 - 0.9 * needed / horizon, 0.0)


@jax.jit
def best_actions(level: Level) -> jax.Array:
    """A quickest way: the action to take by pose, `i32[4, rows, columns]`.

    0 turns to the left, 1 to the right, 2 goes forward. Where no way leads, any action is named.
    """
    away = actions_to_goal(level)
    away = jnp.where(away == NO_WAY, away.size, away)
    forward = jnp.stack([_ahead(away[heading], heading) for heading in range(len(VECTORS))])
    left, right = jnp.roll(away, 1, axis=0), jnp.roll(away, -1, axis=0)
    return jnp.stack([left, right, forward]).argmin(0).astype(jnp.int32)


def _at(place: jax.Array, grid: jax.Array) -> jax.Array:
    """One cell of a grid, `bool[rows, columns]`."""
    return jnp.zeros(grid.shape, bool).at[tuple(jnp.asarray(place))].set(True)


def _ahead(away: jax.Array, heading: int) -> jax.Array:
    """What is one cell ahead of each cell; far away beyond the edge."""
    row, column = VECTORS[heading].tolist()
    beyond = jnp.pad(away, 1, constant_values=4 * away.size)
    rows, columns = away.shape
    return beyond[1 + row : 1 + row + rows, 1 + column : 1 + column + columns]


def _settled(nearer: Callable[[jax.Array], jax.Array], first: jax.Array) -> jax.Array:
    """What repeating `nearer` comes to."""

    def changed(pair: tuple[jax.Array, jax.Array]) -> jax.Array:
        return (pair[0] != pair[1]).any()

    pair = (first, nearer(first))
    return jax.lax.while_loop(changed, lambda pair: (pair[1], nearer(pair[1])), pair)[1]
