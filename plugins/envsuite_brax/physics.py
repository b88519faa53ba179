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

with contextlib.redirect_stdout(
    io.StringIO()
):  # MJX prints that Warp, which is optional, is not there
    import mujoco
    from brax import envs, fluid


@cache
def simulator(task: str, backend: str) -> Any:
    """Brax's own environment of a task, as it is by default."""
    # Whoever asks first may be tracing a program: Brax's arrays must not become part of it.
    with jax.ensure_compile_time_eval(), quiet():
        return envs.get_environment(task, backend=backend)


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


def gravity_and_gear(task: str, backend: str) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of a robot's world that are params: `f32[3]`, `f32[actions]`."""
    system = simulator(task, backend).sys
    return np.asarray(system.gravity, np.float32), np.asarray(system.actuator.gear, np.float32)


def begin(task: str, backend: str, key: jax.Array, gravity: Any, gear: Any) -> Any:
    """Brax's state at the start of an episode."""
    return _settled(_in_a_world(task, backend, gravity, gear).reset(key))


def advance(task: str, backend: str, state: Any, action: jax.Array, gravity: Any, gear: Any) -> Any:
    """Brax's state after a step with an action `f32[actions]`."""
    with old_names():
        return _settled(_in_a_world(task, backend, gravity, gear).step(state, action))


class _OldNames:
    """`jax.numpy` with the names of `clip`'s bounds that earlier versions of JAX had."""

    def __getattr__(self, name: str) -> Any:
        return getattr(jnp, name)

    def clip(self, values: Any, a_min: Any = None, a_max: Any = None) -> jax.Array:
        return jnp.clip(values, a_min, a_max)


@contextlib.contextmanager
def old_names() -> Iterator[None]:
    """Let Brax 0.14.2 trace the swimmer's fluid under versions of JAX that came after it."""
    present: Any = fluid.jp
    fluid.jp = _OldNames()  # type: ignore[assignment]
    try:
        yield
    finally:
        fluid.jp = present


def _settled(state: Any) -> Any:
    """A state whose types are settled: after a step as after a reset, or all is compiled twice."""
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.result_type(leaf)), state)


def _in_a_world(task: str, backend: str, gravity: Any, gear: Any) -> Any:
    """Brax's environment with other numbers; what it was made with stays as it is."""
    world = copy.copy(simulator(task, backend))
    system = world.sys
    changed = {"gravity": jnp.asarray(gravity), "actuator.gear": jnp.asarray(gear)}
    if backend == "mjx":  # it reads MuJoCo's own fields
        changed["opt.gravity"] = changed["gravity"]
        changed["actuator_gear"] = jnp.asarray(system.actuator_gear).at[:, 0].set(gear)
    world.sys = system.tree_replace(changed)
    return world
