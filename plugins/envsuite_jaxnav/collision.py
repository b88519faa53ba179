"""Who has hit what."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_jaxnav.shapes import (
    UNIT_SQUARE,
    Body,
    cells_around,
    convex_distance,
    convex_touch,
    wall_distance,
)
from envsuite_jaxnav.state import Level


def touches_map(
    positions: jax.Array, headings: jax.Array, level: Level, *, body: Body, cell: float
) -> jax.Array:
    """Which robots touch a wall or an obstacle, `bool[n]`."""
    obstacles = level.obstacles[None]
    if body.round:
        gap = wall_distance(level.walls, positions, reach=body.radius, cell=cell)
        hit = gap <= body.radius
        if level.obstacles.shape[0]:
            gaps = convex_distance(obstacles, positions[:, None])
            hit |= (gaps <= body.radius).any(1)
        return hit
    corners = body.corners(positions, headings)[:, None]
    low, filled = cells_around(level.walls, positions, reach=body.reach, cell=cell)
    squares = low[..., None, :] + UNIT_SQUARE * np.float32(cell)
    hit = (convex_touch(corners, squares) & filled).any(1)
    if level.obstacles.shape[0]:
        hit |= convex_touch(corners, obstacles).any(1)
    return hit


def touches_robot(
    positions: jax.Array, headings: jax.Array, present: jax.Array, *, body: Body
) -> jax.Array:
    """Which robots touch another, `bool[n]`; those not `present` (`bool[n]`) touch nobody."""
    n = len(positions)
    if n == 1:
        return jnp.zeros(1, bool)
    if body.round:
        gaps = jnp.sqrt(((positions[:, None] - positions[None]) ** 2).sum(-1))
        touch = gaps <= 2 * body.radius
    else:
        corners = body.corners(positions, headings)
        touch = convex_touch(corners[:, None], corners[None])
    touch &= present[:, None] & present[None] & ~np.eye(n, dtype=bool)
    return touch.any(1)
