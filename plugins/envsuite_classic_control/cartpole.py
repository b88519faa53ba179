"""CartPole: keep a pole upright by pushing the cart it stands on."""

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
from envsuite_classic_control.angles import cosine_and_sine
from envsuite_classic_control.bounds import check_positive

LEFT, RIGHT = range(2)


@struct
class Params:
    """Physics in metres, kilograms, seconds and newtons; rewards; where an episode begins."""

    gravity: Any = 9.8
    cart_mass: Any = 1.0
    pole_mass: Any = 0.1
    half_length: Any = 0.5  # from the hinge to the middle of the pole
    force: Any = 10.0  # of a push
    time_step: Any = 0.02
    step_reward: Any = 1.0
    last_reward: Any = 1.0  # for the step in which the pole falls or the cart leaves
    initial_low: Any = -0.05  # each figure of the first state is drawn evenly between the two
    initial_high: Any = 0.05


@struct
class State:
    """Cart and pole; the pole stands at angle 0 and leans to the right at positive ones."""

    position: jax.Array  # f32[], metres
    velocity: jax.Array  # f32[], metres a second
    angle: jax.Array  # f32[], radians
    angular_velocity: jax.Array  # f32[], radians a second


@dataclass(frozen=True)
class CartPole(Env[State, Params]):
    """A cart on a track is pushed left or right at every step; its pole must not fall.

    The cart-pole of Barto, Sutton and Anderson (IEEE Transactions on Systems, Man, and Cybernetics
    13, 1983, appendix) without friction, by Euler's method: positions move at the velocities from
    before the step. An episode ends as soon as the pole leans, or the cart is, further from 0 than
    allowed. Then nothing moves and nothing is paid any more.

    Observations are `f32[4]`: position, velocity, angle, angular velocity. They reach to twice the
    limits, and are clipped there. Actions are LEFT, RIGHT.

    Attributes:
        position_limit: How far from the middle the cart may be, metres.
        angle_limit: How far the pole may lean, radians; twelve degrees.

    Raises:
        ValueError: On construction, for a limit that is not above 0.
    """

    position_limit: float = 2.4
    angle_limit: float = math.radians(12)

    def __post_init__(self) -> None:
        """Refuse limits that nothing can keep."""
        check_positive(position_limit=self.position_limit, angle_limit=self.angle_limit)

    @property
    def observation_space(self) -> spaces.Box:
        """Twice the limits; velocities have none."""
        most = [2 * self.position_limit, np.inf, 2 * self.angle_limit, np.inf]
        high = np.array(most, np.float32)
        return spaces.Box(-high, high, dtype=np.float32)

    @property
    def action_space(self) -> spaces.Discrete:
        """Two pushes; the cart is never left alone."""
        return spaces.Discrete(2)

    def default_params(self) -> Params:
        """A light pole of a metre, pushed fifty times a second."""
        return Params()

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Begin near rest in the middle."""
        drawn = jax.random.uniform(key, (4,), minval=params.initial_low, maxval=params.initial_high)
        state = State(*drawn)
        return state, self._timestep(state, jnp.float32(0))

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Push for one time step."""
        push = jnp.where(action == RIGHT, params.force, -params.force)
        cosine, sine = cosine_and_sine(state.angle)
        mass = params.cart_mass + params.pole_mass
        moment = params.pole_mass * params.half_length
        # what the cart's acceleration were if the pole turned evenly
        even = (push + moment * state.angular_velocity**2 * sine) / mass
        inertia = params.half_length * (4 / 3 - params.pole_mass * cosine**2 / mass)
        turning = (params.gravity * sine - cosine * even) / inertia
        acceleration = even - moment * turning * cosine / mass
        moved = State(
            position=state.position + params.time_step * state.velocity,
            velocity=state.velocity + params.time_step * acceleration,
            angle=state.angle + params.time_step * state.angular_velocity,
            angular_velocity=state.angular_velocity + params.time_step * turning,
        )
        ended = self._over(state)
        following = tree_where(ended, state, moved)
        paid = jnp.where(self._over(following), params.last_reward, params.step_reward)
        reward = jnp.where(ended, 0.0, paid).astype(jnp.float32)
        return following, self._timestep(following, reward)

    def _over(self, state: State) -> jax.Array:
        """Whether the pole has fallen or the cart has left, `bool[]`."""
        gone = jnp.abs(state.position) > self.position_limit
        return gone | (jnp.abs(state.angle) > self.angle_limit)

    def _timestep(self, state: State, reward: jax.Array) -> Timestep[Any]:
        """What is seen of a state."""
        figures = [state.position, state.velocity, state.angle, state.angular_velocity]
        space = self.observation_space
        obs = jnp.clip(jnp.stack(figures), space.low, space.high)
        return Timestep(obs=obs, reward=reward, terminated=self._over(state))
