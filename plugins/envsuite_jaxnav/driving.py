"""How robots drive: what an action asks for, and what becomes of it in one step."""

from __future__ import annotations

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite_jaxnav.state import Params, State

SPEEDS = (0.0, 0.5, 1.0)  # metres a second
TURNS = (0.5, 0.25, 0.0, -0.25, -0.5)  # radians a second; the first is to the left
STAND = TURNS.index(0.0)  # the discrete action that asks for no speed and no turn


@dataclass(frozen=True)
class Limits:
    """What a robot can do.

    Attributes:
        min_speed: Metres a second, forwards.
        max_speed: Metres a second.
        max_turn: Radians a second, either way.
    """

    min_speed: float
    max_speed: float
    max_turn: float

    @property
    def low(self) -> np.ndarray:
        """The least of speed and turn, `f32[2]`."""
        return np.array([self.min_speed, -self.max_turn], np.float32)

    @property
    def high(self) -> np.ndarray:
        """The most of speed and turn, `f32[2]`."""
        return np.array([self.max_speed, self.max_turn], np.float32)


def action_space(limits: Limits, actions: str) -> spaces.Space:
    """What one robot may ask for; see `decode`."""
    if actions == "discrete":
        return spaces.Discrete(len(SPEEDS) * len(TURNS))
    return spaces.Box(limits.low, limits.high, dtype=np.float32)


def decode(action: jax.Array, actions: str) -> jax.Array:
    """The speeds and turns that `n` robots ask for, `f32[n, 2]`.

    Args:
        action: Continuous: these themselves. Discrete, `i32[n]`: 5 times the place of the speed in
            `SPEEDS` and the place of the turn in `TURNS`.
        actions: `"continuous"` or `"discrete"`.
    """
    if actions == "discrete":
        table = np.array([(speed, turn) for speed in SPEEDS for turn in TURNS], np.float32)
        return jnp.asarray(table)[jnp.clip(action, 0, len(table) - 1)]
    return action


def drive(
    state: State,
    asked: jax.Array,
    moving: jax.Array,
    params: Params,
    *,
    limits: Limits,
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Positions, headings and velocities after one step.

    Velocities come as near to what is asked as the accelerations allow; then a robot moves with the
    new speed along its old heading, and turns.

    Args:
        state: The moment before it.
        asked: `f32[n, 2]`, the velocities asked for.
        moving: `bool[n]`; the others stand.
        params: The numbers of the game.
        limits: What a robot can do.
    """
    most = jnp.stack([params.acceleration, params.turn_acceleration]) * params.time_step
    headings = state.headings
    velocities = state.velocities + jnp.clip(asked - state.velocities, -most, most)
    velocities = jnp.where(moving[:, None], jnp.clip(velocities, limits.low, limits.high), 0)
    ahead = jnp.stack([jnp.cos(headings), jnp.sin(headings)], axis=1)
    positions = state.positions + velocities[:, :1] * ahead * params.time_step
    headings = wrap(headings + velocities[:, 1] * params.time_step)
    return positions, headings, velocities


def wrap(angles: jax.Array) -> jax.Array:
    """The same angles from -pi up to pi, radians."""
    return (angles + math.pi) % (2 * math.pi) - math.pi
