"""MountainCar: out of a valley with an engine too weak to climb it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct, tree_where
from envsuite_classic_control.valley import State, Valley, arrived

BACKWARD, COAST, FORWARD = range(3)  # the engine's sign, plus one


@struct
class Params:
    """The engine, the slope, the goal, and where an episode begins; time is counted in steps."""

    force: Any = 0.001
    gravity: Any = 0.0025
    goal_position: Any = 0.5
    goal_velocity: Any = 0.0  # the least at which the goal counts
    initial_low: Any = -0.6  # the first position is drawn evenly between the two
    initial_high: Any = -0.4


@dataclass(frozen=True)
class MountainCar(Valley, Env[State, Params]):
    """A car in a valley must swing up to the goal on the right.

    The mountain car of Moore's *Efficient memory-based learning for robot control* (1990) with the
    equations of Sutton and Barto, *Reinforcement Learning* (1998), section 8.4. Every step costs 1,
    the last as well. At the goal the episode ends: then nothing moves and nothing is paid any more.

    Observations are `f32[2]`: position and velocity. Actions are BACKWARD, COAST, FORWARD.

    Attributes:
        left, right, speed_limit: See `Valley`.
    """

    @property
    def action_space(self) -> spaces.Discrete:
        """The engine: backward, off, forward."""
        return spaces.Discrete(3)

    def default_params(self) -> Params:
        """An engine of two fifths of the steepest pull."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Begin at rest near the bottom."""
        state = self.begin(key, params)
        return state, self.timestep(state, jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Drive for one step."""
        ended = arrived(state, params)
        moved = self.roll(state, (action - COAST) * jnp.float32(params.force), params.gravity)
        following = tree_where(ended, state, moved)
        return following, self.timestep(following, -(~ended).astype(jnp.float32), params)
