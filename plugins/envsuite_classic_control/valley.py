"""The valley of the mountain cars, and how a car rolls in it.

The height at a position `x` is `sin(3 x)`; the left end is a wall that stops a car, the right end
the edge of the world.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_classic_control.angles import cosine_and_sine
from envsuite_classic_control.bounds import check_positive


@struct
class State:
    """A car."""

    position: jax.Array  # f32[]
    velocity: jax.Array  # f32[], a step


@dataclass(frozen=True)
class Valley:
    """A stretch of road and the speed allowed on it.

    Attributes:
        left: Position of the wall.
        right: Position of the other end.
        speed_limit: In either direction, a step.

    Raises:
        ValueError: On construction, if the road has no length or the limit is not above 0.
    """

    left: float = -1.2
    right: float = 0.6
    speed_limit: float = 0.07

    def __post_init__(self) -> None:
        """Refuse a road that nobody can drive on."""
        check_positive(speed_limit=self.speed_limit)
        if not -np.inf < self.left < self.right < np.inf:
            raise ValueError(
                f"left must lie below right: {self.left!r} is not below {self.right!r}"
            )

    @property
    def observation_space(self) -> spaces.Box:
        """Position and velocity."""
        low = np.array([self.left, -self.speed_limit], np.float32)
        high = np.array([self.right, self.speed_limit], np.float32)
        return spaces.Box(low, high, dtype=np.float32)

    def begin(self, key: jax.Array, params: Any) -> State:
        """Stand still at a position drawn evenly between the params `initial_low` and `_high`."""
        place = jax.random.uniform(key, (), minval=params.initial_low, maxval=params.initial_high)
        return State(place, jnp.float32(0))

    def roll(self, state: State, push: jax.Array, gravity: Any) -> State:
        """One step: the velocity changes first, then the position at the new velocity."""
        # not thrice it: a compiler would multiply the 3 into what angles are next multiplied by
        cosine, _ = cosine_and_sine(2 * state.position + state.position)
        pull = gravity * cosine
        velocity = jnp.clip(state.velocity + (push - pull), -self.speed_limit, self.speed_limit)
        position = jnp.clip(state.position + velocity, self.left, self.right)
        stopped = (position <= self.left) & (velocity < 0)
        return State(position, jnp.where(stopped, 0.0, velocity))

    def timestep(self, state: State, reward: jax.Array, params: Any) -> Timestep[Any]:
        """What is seen of a state."""
        space = self.observation_space
        obs = jnp.clip(jnp.stack([state.position, state.velocity]), space.low, space.high)
        return Timestep(obs=obs, reward=reward, terminated=arrived(state, params))


def arrived(state: State, params: Any) -> jax.Array:
    """Whether the car is at the goal or beyond, and fast enough, `bool[]`."""
    return (state.position >= params.goal_position) & (state.velocity >= params.goal_velocity)
