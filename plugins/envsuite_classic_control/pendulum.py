"""Pendulum: swing up and stand, with little torque."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_classic_control.angles import cosine_and_sine, wrap
from envsuite_classic_control.bounds import check_positive


@struct
class Params:
    """Physics in metres, kilograms and seconds; costs; where an episode begins."""

    gravity: Any = 10.0
    mass: Any = 1.0
    length: Any = 1.0
    time_step: Any = 0.05
    velocity_cost: Any = 0.1  # for the square, beside 1 for the square of the angle
    torque_cost: Any = 0.001
    initial_angle: Any = math.pi  # the first angle is drawn evenly up to this on either side
    initial_velocity: Any = 1.0  # and the first velocity up to this


@struct
class State:
    """A rod on a hinge; it stands upright at angle 0, and turns counter-clockwise from there."""

    angle: jax.Array  # f32[], radians, between -pi and pi
    velocity: jax.Array  # f32[], radians a second
    torque: jax.Array  # f32[], newton metres, of the last step; for the picture only


@dataclass(frozen=True)
class Pendulum(Env[State, Params]):
    """A rod on a driven hinge, which must be swung up and held; the episode never ends by itself.

    The equation is that of a thin rod about its end, `3 g / (2 l) sin(angle) + 3 / (m l^2) torque`,
    by the semi-implicit Euler method: the velocity changes and is clipped first, then the angle
    moves at the new velocity. The reward is minus the cost of the state and torque before the step.

    Observations are `f32[3]`: cosine and sine of the angle, velocity. Actions are `f32[1]`, the
    torque; one outside the space counts, and costs, as the nearest in it.

    Attributes:
        torque_limit: In either direction, newton metres.
        speed_limit: In either direction, radians a second.

    Raises:
        ValueError: On construction, for a limit that is not above 0.
    """

    torque_limit: float = 2.0
    speed_limit: float = 8.0

    def __post_init__(self) -> None:
        """Refuse limits that let nothing move."""
        check_positive(torque_limit=self.torque_limit, speed_limit=self.speed_limit)

    @property
    def observation_space(self) -> spaces.Box:
        """Cosine and sine, and a velocity."""
        high = np.array([1.0, 1.0, self.speed_limit], np.float32)
        return spaces.Box(-high, high, dtype=np.float32)

    @property
    def action_space(self) -> spaces.Box:
        """The torque, counter-clockwise."""
        return spaces.Box(-self.torque_limit, self.torque_limit, (1,), np.float32)

    def default_params(self) -> Params:
        """A rod of a metre and a kilogram, driven twenty times a second."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Begin at any angle, slowly."""
        angle, velocity = jax.random.uniform(key, (2,), minval=-1.0)
        angle, velocity = wrap(angle * params.initial_angle), velocity * params.initial_velocity
        state = State(angle, velocity, jnp.float32(0))
        return state, self._timestep(state, jnp.float32(0))

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Apply the torque for one time step."""
        (torque,) = jnp.clip(action, -self.torque_limit, self.torque_limit)
        cost = (
            state.angle**2
            + params.velocity_cost * state.velocity**2
            + params.torque_cost * torque**2
        )
        _, sine = cosine_and_sine(state.angle)
        pull = 3 * params.gravity / (2 * params.length) * params.time_step
        drive = 3 / (params.mass * params.length**2) * params.time_step
        # one product added at a time leaves a compiler no choice of which to fuse
        velocity = (state.velocity + drive * torque) + pull * sine
        velocity = jnp.clip(velocity, -self.speed_limit, self.speed_limit)
        angle = wrap(state.angle + velocity * params.time_step)
        following = State(angle, velocity, torque)
        return following, self._timestep(following, (-cost).astype(jnp.float32))

    def _timestep(self, state: State, reward: jax.Array) -> Timestep[Any]:
        """What is seen of a state."""
        figures = [*cosine_and_sine(state.angle), state.velocity]
        space = self.observation_space
        obs = jnp.clip(jnp.stack(figures), space.low, space.high)
        return Timestep(obs=obs, reward=reward, terminated=jnp.bool_(False))
