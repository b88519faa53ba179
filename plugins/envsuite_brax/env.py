"""Brax: one robot, driven by one agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from gymnasium import spaces

from envsuite.core.env import Env
from envsuite.core.errors import nearest
from envsuite.core.timestep import Timestep
from envsuite.functional import struct
from envsuite_brax.physics import advance, begin, gravity_and_gear
from envsuite_brax.tasks import BACKENDS, TASKS


@struct
class Params:
    """What the robot is up against.

    Attributes:
        gravity: `f32[3]`, metres a second squared.
        gear: `f32[actions]`: the torque of an action of 1, in newton metres, in Brax's order of
            actuators.
    """

    gravity: Any
    gear: Any


@struct
class State:
    """A moment."""

    robot: Any  # Brax's own state: bodies, speeds, what is observed of them, and what was earned


@dataclass(frozen=True)
class Brax(Env[State, Params]):
    """A robot that learns to move, on the physics of Brax (arXiv:2106.13281).

    Start, observation, reward and end are Brax's own. Observations are `f32[n]`; actions are
    `f32[m]`, each the share of a motor's greatest torque; one outside the space counts as the
    nearest in it.

    Attributes:
        task: `"halfcheetah"`, `"hopper"`, `"humanoidstandup"`, `"swimmer"` or `"walker2d"`.
        backend: Brax's physics: `"generalized"`, which is Brax's default, `"positional"`,
            `"spring"` or `"mjx"`; the swimmer has the first alone.

    Raises:
        ValueError: On construction, for a task or a backend that there is not.
    """

    task: str = "hopper"
    backend: str = "generalized"

    def __post_init__(self) -> None:
        """Refuse what Brax cannot play."""
        if self.task not in TASKS:
            raise _unknown("task", self.task, tuple(TASKS))
        if self.backend not in BACKENDS:
            raise _unknown("backend", self.backend, BACKENDS)
        offered = TASKS[self.task].backends
        if self.backend not in offered:
            raise ValueError(
                f"Brax plays {self.task} on the backend {', '.join(offered)} alone, not on "
                f"{self.backend}: leave backend out"
            )

    @property
    def observation_space(self) -> spaces.Box:
        """Positions and speeds of the robot, which nothing bounds."""
        return spaces.Box(-np.inf, np.inf, (TASKS[self.task].observation,), np.float32)

    @property
    def action_space(self) -> spaces.Box:
        """Torques, as shares of the greatest."""
        return spaces.Box(-1.0, 1.0, (TASKS[self.task].actions,), np.float32)

    def default_params(self) -> Params:
        """The robot's own."""
        return Params(*gravity_and_gear(self.task, self.backend))

    def reset(self, key: jax.Array, params: Params) -> tuple[State, Timestep[Any]]:
        """Put the robot down, a little off its rest."""
        state = State(begin(self.task, self.backend, key, params.gravity, params.gear))
        return state, _timestep(state)

    def step(
        self, key: jax.Array, state: State, action: jax.Array, params: Params
    ) -> tuple[State, Timestep[Any]]:
        """Push; Brax moves the robot for one control step."""
        push = jnp.clip(jnp.asarray(action, jnp.float32), -1.0, 1.0)
        moved = advance(self.task, self.backend, state.robot, push, params.gravity, params.gear)
        state = State(moved)
        return state, _timestep(state)


def _timestep(state: State) -> Timestep[Any]:
    robot = state.robot
    return Timestep(
        obs=jnp.asarray(robot.obs, jnp.float32),
        reward=jnp.asarray(robot.reward, jnp.float32),
        terminated=robot.done > 0.5,
        info={name: jnp.asarray(own, jnp.float32) for name, own in robot.metrics.items()},
    )


def _unknown(what: str, value: object, offered: tuple[str, ...]) -> ValueError:
    near = nearest(str(value), offered)
    hint = f"did you mean {near!r}? " if near else ""
    return ValueError(f"{what} {value!r} is unknown: {hint}choose from {', '.join(offered)}")
