"""The whole state as one vector, for centralised critics."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_jaxnav.driving import Limits
from envsuite_jaxnav.ground import Ground
from envsuite_jaxnav.state import State

ROBOT_FEATURES = 10


def world_space(ground: Ground, robots: int) -> spaces.Box:
    """Where `world_vector` lies: `f32[k]`, which nothing bounds."""
    cells = (ground.rows - 2) * (ground.columns - 2)
    size = cells + 2 * ground.obstacles * ground.corners + ROBOT_FEATURES * robots + 1
    return spaces.Box(-np.inf, np.inf, (size,), np.float32)


def world_vector(state: State, ground: Ground, limits: Limits) -> jax.Array:
    """The map, and all about all robots, `f32[k]`.

    The walls of the inner cells row by row; the corners of the obstacles; by robot its place, goal,
    heading, speed, turn, and whether it has reached its goal, hit the map, hit a robot; at last the
    own share of the reward. Places are shares of the map less a half, the heading is in half
    circles, speed and turn are shares of the fastest.
    """
    extent = ground.extent
    robots = [
        state.positions / extent - 0.5,
        state.level.goals / extent - 0.5,
        state.headings[:, None] / math.pi,
        state.velocities / limits.high,
        jnp.stack([state.reached, state.hit_map, state.hit_robot], axis=1),
    ]
    parts = [
        state.level.walls[1:-1, 1:-1],
        state.level.obstacles / extent - 0.5,
        jnp.concatenate(robots, axis=1),
        state.own_share,
    ]
    return jnp.concatenate([part.astype(jnp.float32).ravel() for part in parts])
