"""Neighbours of a level: the edits that curricula make."""

from __future__ import annotations

from dataclasses import replace

import jax
import jax.numpy as jnp

from envsuite.functional import tree_where
from envsuite_maze.generate import chosen, nth
from envsuite_maze.level import Level

MUTATIONS = ("flips", "contents", "pieces")


def mutate(key: jax.Array, level: Level, *, mutation: str, edits: int) -> Level:
    """Edit a level; it may become one that cannot be solved.

    - `"flips"`: `edits` times, each as likely: nothing; build or open the wall of a cell that is
      neither start nor goal; move the goal to a free cell. As in minimax.
    - `"contents"`: `edits` cells, drawn with replacement, get a new content each, as likely a wall,
      nothing, or the goal, in place of whatever was there. A start or goal that was lost is put
      into a free cell; where there is none, the level stays as it was. As ACCEL did
      (Parker-Holder et al., arXiv:2203.01302).
    - `"pieces"`: `edits` times, each as likely: build a wall, open one, move the agent, which is
      then given any heading, or move the goal.
    """
    level = replace(jax.tree.map(jnp.asarray, level), drawn=jnp.bool_(False))
    shares = jax.random.uniform(key, (edits + 1, 3))
    if mutation == "contents":
        return _contents(shares, level)
    acts = _flip if mutation == "flips" else _piece

    def edit(level: Level, shares: jax.Array) -> tuple[Level, None]:
        return acts(shares, level), None

    return jax.lax.scan(edit, level, shares[:edits])[0]


def _flip(shares: jax.Array, level: Level) -> Level:
    kind = nth(shares[0], 3)
    start, goal = _index(level.start, level), _index(level.goal, level)
    walls = level.walls.ravel()
    # a cell that is neither start nor goal: of those that are left, counted in order
    cell = nth(shares[1], walls.size - 2)
    cell += cell >= jnp.minimum(start, goal)
    cell += cell >= jnp.maximum(start, goal)
    free = _free(level)
    moved = jnp.where((kind == 2) & free.any(), chosen(shares[1], free), goal)
    walls = walls.at[cell].set(walls[cell] ^ (kind == 1))
    return replace(level, walls=walls.reshape(level.walls.shape), goal=_place(moved, level))


def _piece(shares: jax.Array, level: Level) -> Level:
    free, walls = _free(level), level.walls.ravel()
    cell, wall = chosen(shares[1], free), chosen(shares[1], walls)
    acts = (
        replace(level, walls=_with(level, cell, free[cell])),
        replace(level, walls=_with(level, wall, False)),
        replace(level, start=_place(cell, level), heading=nth(shares[2], 4)),
        replace(level, goal=_place(cell, level)),
    )
    # without a free cell or without a wall there is nothing to choose
    possible = jnp.stack([free.any(), walls.any(), free.any(), free.any()])
    kind = nth(shares[0], 4)
    edited = acts[0]
    for number, act in enumerate(acts[1:], start=1):
        edited = tree_where(kind == number, act, edited)
    return tree_where(possible[kind], edited, level)


def _contents(shares: jax.Array, level: Level) -> Level:
    size = level.walls.size

    def fill(carry: tuple[jax.Array, ...], shares: jax.Array) -> tuple[tuple[jax.Array, ...], None]:
        walls, goal, start = carry
        cell, content = nth(shares[0], size), nth(shares[1], 3)
        walls = walls.at[cell].set(content == 0)
        goal = jnp.where(content == 2, cell, jnp.where(goal == cell, size, goal))
        return (walls, goal, jnp.where(start == cell, size, start)), None

    carry = (level.walls.ravel(), _index(level.goal, level), _index(level.start, level))
    walls, goal, start = jax.lax.scan(fill, carry, shares[:-1])[0]
    free = ~walls
    goal = jnp.where(goal < size, goal, chosen(shares[-1, 0], _without(free, start)))
    start = jnp.where(start < size, start, chosen(shares[-1, 1], _without(free, goal)))
    edited = replace(
        level,
        walls=walls.reshape(level.walls.shape),
        goal=_place(goal, level),
        start=_place(start, level),
    )
    # where all is walled in there is no room for both
    return tree_where(free.sum() >= 2, edited, level)


def _free(level: Level) -> jax.Array:
    """Cells with nothing in them, `bool[cells]`."""
    free = _without(~level.walls.ravel(), _index(level.start, level))
    return _without(free, _index(level.goal, level))


def _without(cells: jax.Array, index: jax.Array) -> jax.Array:
    """All but one; an index beyond the last leaves all."""
    return cells.at[index].set(False, mode="drop")


def _with(level: Level, cell: jax.Array, wall: jax.Array | bool) -> jax.Array:
    return level.walls.ravel().at[cell].set(wall).reshape(level.walls.shape)


def _index(place: jax.Array, level: Level) -> jax.Array:
    return (place[0] * level.walls.shape[1] + place[1]).astype(jnp.int32)


def _place(index: jax.Array, level: Level) -> jax.Array:
    return jnp.stack(jnp.divmod(index, level.walls.shape[1])).astype(jnp.int32)
