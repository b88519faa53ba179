"""Shortest ways to a goal, in cells and in actions."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from envsuite_maze.level import VECTORS, Level

NO_WAY = -1

Wave = tuple[jax.Array, jax.Array, jax.Array]  # what is reached, since when, and what is new


@jax.jit
def cells_to_goal(level: Level) -> jax.Array:
    """How many cells away the goal is, `i32[rows, columns]`; `NO_WAY` where none leads there."""
    free = ~jnp.asarray(level.walls)

    def nearer(reached: jax.Array) -> jax.Array:
        beside = [_ahead(reached, heading) for heading in range(len(VECTORS))]
        return (reached | beside[0] | beside[1] | beside[2] | beside[3]) & free

    return _when_reached(nearer, _at(level.goal, free) & free)


@jax.jit
def actions_to_goal(level: Level) -> jax.Array:
    """How many actions away the goal is, by heading: `i32[4, rows, columns]`.

    An action is a turn to the left, a turn to the right, or a step forward; `NO_WAY` as above.
    """
    free = ~jnp.asarray(level.walls)

    def nearer(reached: jax.Array) -> jax.Array:
        turned = jnp.roll(reached, 1, axis=0) | jnp.roll(reached, -1, axis=0)
        ahead = jnp.stack([_ahead(reached[heading], heading) for heading in range(len(VECTORS))])
        return (reached | turned | ahead) & free

    first = _at(level.goal, free) & free
    return _when_reached(nearer, jnp.broadcast_to(first, (len(VECTORS), *free.shape)))


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
    forward = jnp.stack(
        [_ahead(away[heading], heading, away.size) for heading in range(len(VECTORS))]
    )
    left, right = jnp.roll(away, 1, axis=0), jnp.roll(away, -1, axis=0)
    return jnp.stack([left, right, forward]).argmin(0).astype(jnp.int32)


def _at(place: jax.Array, grid: jax.Array) -> jax.Array:
    """One cell of a grid, `bool[rows, columns]`."""
    return jnp.zeros(grid.shape, bool).at[tuple(jnp.asarray(place))].set(True)


def _ahead(grid: jax.Array, heading: int, beyond: bool | int = False) -> jax.Array:
    """What is one cell ahead of each cell; `beyond` at the edge."""
    row, column = VECTORS[heading].tolist()
    rows, columns = grid.shape
    padded = jnp.pad(grid, 1, constant_values=beyond)
    return padded[1 + row : 1 + row + rows, 1 + column : 1 + column + columns]


def _when_reached(nearer: Callable[[jax.Array], jax.Array], first: jax.Array) -> jax.Array:
    """In how many rounds of `nearer` each entry of `first` becomes true, or `NO_WAY`, `i32`.

    Truth values are spread rather than distances: they are a quarter as wide, so that a vector of
    the processor takes four times as many.
    """

    def spreads(carry: Wave) -> jax.Array:
        return carry[2].any()

    def spread(carry: Wave) -> Wave:
        reached, waited, _ = carry
        following = nearer(reached)
        return following, waited + ~following, following & ~reached

    # a round that reaches nothing new is counted for those that are never reached alone
    narrow = jnp.int16 if first.size < 2**15 else jnp.int32
    carry = (first, (~first).astype(narrow), first)
    reached, waited, _ = jax.lax.while_loop(spreads, spread, carry)
    return jnp.where(reached, waited.astype(jnp.int32), NO_WAY)
