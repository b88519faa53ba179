"""Acrobot: swing two links up by the joint between them."""

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
from envsuite.functional import struct, tree_where
from envsuite_classic_control.angles import cosine_and_sine, wrap
from envsuite_classic_control.bounds import check_positive

BACKWARD, LOOSE, FORWARD = range(3)  # the torque's sign, plus one


@struct
class Params:
    """Physics in metres, kilograms and seconds; where an episode begins."""

    gravity: Any = 9.8
    upper_mass: Any = 1.0
    lower_mass: Any = 1.0
    upper_length: Any = 1.0
    upper_center: Any = 0.5  # from the hinge to the link's centre of mass
    lower_center: Any = 0.5
    upper_inertia: Any = 1.0  # about the centre of mass, kilogram square metres
    lower_inertia: Any = 1.0
    torque: Any = 1.0  # newton metres
    time_step: Any = 0.2
    goal_height: Any = 1.0  # of the tip above the hinge, in links
    initial_low: Any = -0.1  # each figure of the first state is drawn evenly between the two
    initial_high: Any = 0.1


@struct
class State:
    """Two links; angles are 0 where they hang straight down, and lie between -pi and pi."""

    upper_angle: jax.Array  # f32[], radians from straight down
    lower_angle: jax.Array  # f32[], radians from the upper link's direction
    upper_velocity: jax.Array  # f32[], radians a second
    lower_velocity: jax.Array  # f32[], radians a second


@dataclass(frozen=True)
class Acrobot(Env[State, Params]):
    """Two links hang from a hinge; a torque between them swings the tip above a height.

    The acrobot of Sutton and Barto, *Reinforcement Learning* (1998), section 11.3, whose step is
    one of the classical Runge-Kutta method of order four; then angles are wrapped and velocities
    clipped. Every step costs 1, but the one that brings the tip over the goal, which ends the
    episode: then nothing moves and nothing is paid any more.

    Observations are `f32[6]`: cosine and sine of the upper angle, cosine and sine of the lower
    angle, upper and lower velocity. Actions are BACKWARD, LOOSE, FORWARD.

    Attributes:
        upper_speed_limit: Of the upper link, radians a second.
        lower_speed_limit: Of the lower link against the upper, radians a second.

    Raises:
        ValueError: On construction, for a limit that is not above 0.
    """

    upper_speed_limit: float = 4 * math.pi
    lower_speed_limit: float = 9 * math.pi

    def __post_init__(self) -> None:
        """Refuse limits that let nothing move."""
        check_positive(
            upper_speed_limit=self.upper_speed_limit, lower_speed_limit=self.lower_speed_limit
        )

    @property
    def observation_space(self) -> spaces.Box:
        """Cosines and sines, and two velocities."""
        most = [1.0, 1.0, 1.0, 1.0, self.upper_speed_limit, self.lower_speed_limit]
        high = np.array(most, np.float32)
        return spaces.Box(-high, high, dtype=np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """The torque: backward, none, forward."""
        return spaces.Discrete(3)

    def default_params(self) -> Params:
        """Two links of a metre and a kilogram each, driven five times a second."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Begin hanging, nearly at rest."""
        drawn = jax.random.uniform(key, (4,), minval=params.initial_low, maxval=params.initial_high)
        state = State(*drawn)
        return state, self._timestep(state, jnp.float32(0), params)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Apply the torque for one time step."""
        torque = (action - LOOSE) * jnp.float32(params.torque)
        swung = _swing(state, torque, params)
        moved = State(
            wrap(swung.upper_angle),
            wrap(swung.lower_angle),
            jnp.clip(swung.upper_velocity, -self.upper_speed_limit, self.upper_speed_limit),
            jnp.clip(swung.lower_velocity, -self.lower_speed_limit, self.lower_speed_limit),
        )
        ended = _over(state, params)
        following = tree_where(ended, state, moved)
        reward = -(~_over(following, params)).astype(jnp.float32)
        return following, self._timestep(following, reward, params)

    def _timestep(self, state: State, reward: jax.Array, params: Params) -> Timestep[Any]:
        """What is seen of a state."""
        figures = [
            *cosine_and_sine(state.upper_angle),
            *cosine_and_sine(state.lower_angle),
            state.upper_velocity,
            state.lower_velocity,
        ]
        space = self.observation_space
        obs = jnp.clip(jnp.stack(figures), space.low, space.high)
        return Timestep(obs=obs, reward=reward, terminated=_over(state, params))


def _over(state: State, params: Params) -> jax.Array:
    """Whether the tip is above the goal, `bool[]`."""
    upper, _ = cosine_and_sine(state.upper_angle)
    lower, _ = cosine_and_sine(state.upper_angle + state.lower_angle)
    return -upper - lower > params.goal_height


def _swing(state: State, torque: jax.Array, params: Params) -> State:
    """One Runge-Kutta step of order four."""

    def later(share: float, change: State) -> State:
        return jax.tree.map(lambda x, dx: x + share * params.time_step * dx, state, change)

    first = _change(state, torque, params)
    second = _change(later(0.5, first), torque, params)
    third = _change(later(0.5, second), torque, params)
    fourth = _change(later(1.0, third), torque, params)
    mean = jax.tree.map(
        lambda a, b, c, d: (a + 2 * b + 2 * c + d) / 6, first, second, third, fourth
    )
    return later(1.0, mean)


def _change(state: State, torque: jax.Array, params: Params) -> State:
    """The rate at which each figure changes (Sutton and Barto, section 11.3)."""
    upper, lower = state.upper_velocity, state.lower_velocity
    coupling = params.lower_mass * params.upper_length * params.lower_center
    cosine, sine = cosine_and_sine(state.lower_angle)
    _, upper_sine = cosine_and_sine(state.upper_angle)
    _, tip_sine = cosine_and_sine(state.upper_angle + state.lower_angle)
    lower_moment = params.lower_mass * params.lower_center**2 + params.lower_inertia
    mixed = lower_moment + coupling * cosine
    whole = (
        params.upper_mass * params.upper_center**2
        + params.lower_mass * params.upper_length**2
        + params.upper_inertia
        + lower_moment
        + 2 * coupling * cosine
    )
    lower_pull = params.lower_mass * params.lower_center * params.gravity * tip_sine
    leverage = params.upper_mass * params.upper_center + params.lower_mass * params.upper_length
    upper_pull = (
        leverage * params.gravity * upper_sine
        + lower_pull
        - coupling * sine * lower * (lower + 2 * upper)
    )
    push = torque + mixed / whole * upper_pull - coupling * sine * upper**2 - lower_pull
    lower_change = push / (lower_moment - mixed**2 / whole)
    upper_change = -(mixed * lower_change + upper_pull) / whole
    return State(upper, lower, upper_change, lower_change)
