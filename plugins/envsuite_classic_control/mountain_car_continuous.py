"""MountainCarContinuous: out of a valley on as little fuel as possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct, tree_where
from envsuite_classic_control.valley import State, Valley, arrived


@struct
class Params:
    """The engine, the slope, the goal, rewards, where an episode begins; time is in steps."""

    force: Any = 0.0015  # of a full throttle
    gravity: Any = 0.0025
    goal_position: Any = 0.45
    goal_velocity: Any = 0.0  # the least at which the goal counts
    goal_reward: Any = 100.0
    fuel_cost: Any = 0.1  # for the square of the throttle
    initial_low: Any = -0.6  # the first position is drawn evenly between the two
    initial_high: Any = -0.4


@dataclass(frozen=True)
class MountainCarContinuous(Valley, Env[State, Params]):
    """A car with a throttle in a valley must swing up to the goal on the right.

    The mountain car of Moore's *Efficient memory-based learning for robot control* (1990) with a
    throttle in place of three gears. Every step costs `fuel_cost` times the square of the
    throttle, which is taken as it was given where that lies outside the space, though the engine
    does not pull harder for it. Arriving pays `goal_reward` and ends the episode: then nothing
    moves and nothing is paid any more.

    Observations are `f32[2]`: position and velocity. Actions are `f32[1]`, the throttle, -1 to 1.

    Attributes:
        left, right, speed_limit: See `Valley`.
    """

    @property
    def action_space(self) -> spaces.Box:
        """The throttle, negative backward."""
        return spaces.Box(-1.0, 1.0, (1,), np.float32)

    def default_params(self) -> Params:
        """An engine of three fifths of the steepest pull."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Begin at rest near the bottom."""
        state = self.begin(key, params)
        return state, self.timestep(state, jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Drive for one step."""
        (throttle,) = action
        ended = arrived(state, params)
        moved = self.roll(state, jnp.clip(throttle, -1, 1) * params.force, params.gravity)
        following = tree_where(ended, state, moved)
        earned = params.goal_reward * arrived(following, params) - params.fuel_cost * throttle**2
        reward = jnp.where(ended, 0.0, earned).astype(jnp.float32)
        return following, self.timestep(following, reward, params)
