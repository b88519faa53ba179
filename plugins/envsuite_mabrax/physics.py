"""Brax, which moves the robots. The package `brax` comes with the extra of that name."""

from __future__ import annotations

import contextlib
import copy
import io
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_mabrax.robots import Robot, find_robot

with contextlib.redirect_stdout(
    io.StringIO()
):  # MJX prints that Warp, which is optional, is not there
    import mujoco
    from brax import envs

BACKENDS = ("positional", "generalized", "spring", "mjx")


@cache
def simulator(name: str, backend: str) -> Any:
    """Brax's own environment of a robot, whose rewards have the weight 1."""
    robot = find_robot(name)
    options = {"ctrl_cost_weight": 1.0}
    if "alive" in robot.pays:
        options["healthy_reward"] = 1.0
    if name not in ("ant", "halfcheetah"):
        options["forward_reward_weight"] = 1.0
    # Whoever asks first may be tracing a program: Brax's arrays must not become part of it.
    with jax.ensure_compile_time_eval(), quiet():
        return envs.get_environment(name, backend=backend, **options)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Without MuJoCo's warnings of robot files and Brax's of its upkeep, which the README tells."""
    # By default MuJoCo would write its warnings into a file in the working directory.
    mujoco.set_mju_user_warning(lambda message: None)  # pyright: ignore[reportAttributeAccessIssue] - compiled
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Brax System")
            yield
    finally:
        mujoco.set_mju_user_warning(None)  # pyright: ignore[reportAttributeAccessIssue] - compiled


def driven(robot: Robot, backend: str) -> tuple[str, ...]:
    """The joints in the order of Brax's actions."""
    where = np.asarray(simulator(robot.name, backend).sys.actuator.q_id)
    before = int(where.min())  # the torso's, which nothing drives
    return tuple(robot.joints[index - before] for index in where.tolist())


def gravity_and_gear(name: str, backend: str) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of a robot's world that are params: `f32[3]`, `f32[joints]`."""
    system = simulator(name, backend).sys
    return np.asarray(system.gravity, np.float32), np.asarray(system.actuator.gear, np.float32)


def begin(name: str, backend: str, key: jax.Array, gravity: Any, gear: Any) -> Any:
    """Brax's state at the start of an episode."""
    return _settled(_in_a_world(name, backend, gravity, gear).reset(key))


def advance(name: str, backend: str, state: Any, action: jax.Array, gravity: Any, gear: Any) -> Any:
    """Brax's state after a step with an action `f32[joints]`."""
    return _settled(_in_a_world(name, backend, gravity, gear).step(state, action))


def _settled(state: Any) -> Any:
    """A state whose types are settled: after a step as after a reset, or all is compiled twice."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.result_type(leaf)), state)


def _in_a_world(name: str, backend: str, gravity: Any, gear: Any) -> Any:
    """Brax's environment with other numbers; what it was made with stays as it is."""
    world = copy.copy(simulator(name, backend))
    system = world.sys
    changed = {
        "gravity": jnp.asarray(gravity),
        "actuator.gear": jnp.asarray(gear),
    }
    if backend == "mjx":  # it reads MuJoCo's own fields
        changed["opt.gravity"] = changed["gravity"]
        changed["actuator_gear"] = jnp.asarray(system.actuator_gear).at[:, 0].set(gear)
    world.sys = system.tree_replace(changed)
    return world
