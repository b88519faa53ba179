"""What a robot sees."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_jaxnav.driving import Limits, wrap
from envsuite_jaxnav.lidar import Lidar
from envsuite_jaxnav.state import State


def observation_space(*, limits: Limits, lidar: Lidar, normalised: bool) -> spaces.Box:
    """Where what one robot sees lies, `f32[beams + 5]`; see `observe`."""
    beams = lidar.beams
    if normalised:
        speeds = (np.array([limits.min_speed, limits.max_speed]) / limits.max_speed - 0.5).tolist()
        low = [-0.5] * beams + [speeds[0], -1, -0.5, -1, -0.5]
        high = [0.5] * beams + [speeds[1], 1, 0.5, 1, 0.5]
    else:
        low = [0.0] * beams + [limits.min_speed, -limits.max_turn, 0, -math.pi, 0]
        high = [lidar.range] * beams + [limits.max_speed, limits.max_turn, np.inf, math.pi, 1]
    return spaces.Box(np.array(low, np.float32), np.array(high, np.float32), dtype=np.float32)


def observe(
    state: State, seen: jax.Array, *, limits: Limits, lidar: Lidar, normalised: bool
) -> jax.Array:
    """What all robots see, `f32[n, beams + 5]`.

    Readings of the lidar, from behind counter-clockwise; speed, turn; distance and bearing of the
    goal from the heading, counter-clockwise; the own share of the reward. Normalised: readings and
    distance in ranges of the lidar less a half (the distance is cut at the range), speed in full
    speeds less a half, turn in fastest turns, bearing in half circles, share less a half.

    Args:
        state: The moment.
        seen: `f32[n, beams]`, metres.
        limits: What a robot can do.
        lidar: What the readings are from.
        normalised: Otherwise metres, seconds and radians.
    """
    way = state.level.goals - state.positions
    distance = jnp.sqrt((way**2).sum(1, keepdims=True))
    bearing = wrap(jnp.arctan2(way[:, 1:], way[:, :1]) - state.headings[:, None])
    speed, turn = state.velocities[:, :1], state.velocities[:, 1:]
    share = jnp.broadcast_to(state.own_share, distance.shape)
    if normalised:
        seen = seen / lidar.range - 0.5
        speed, turn = speed / limits.max_speed - 0.5, turn / limits.max_turn
        distance = jnp.minimum(distance / lidar.range, 1) - 0.5
        bearing, share = bearing / math.pi, share - 0.5
    rows = jnp.concatenate([seen, speed, turn, distance, bearing, share], axis=1)
    space = observation_space(limits=limits, lidar=lidar, normalised=normalised)
    return jnp.clip(rows, space.low, space.high)  # against rounding only
