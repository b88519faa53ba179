"""Moments of two robots in an empty room, stepped by JaxMARL 0.2.0 and by ours."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.tests.peer import Peer, ours
from envsuite_jaxnav.tests.scene import KEY, STEP, ask

PAIR = JaxNav(robots=2)
BEAMS = 200
GO, STAND = (1.0, 0.0), (0.0, 0.0)
AWAY = [(9.5, 9.5), (9.5, 1.5)]


@cache
def peer() -> Peer:
    """Two robots, compiled once for this module."""
    return Peer(2)


@cache
def blank() -> Any:
    """A first state of the peer's."""
    first = jax.tree.map(
        lambda leaf: leaf[0], peer().reset(jax.random.split(jax.random.PRNGKey(0), 2))[1]
    )
    grid = np.pad(np.zeros((9, 9), np.int32), 1, constant_values=1)
    return replace(first, map_data=jnp.asarray(grid))


def moment(poses: Any, goals: Any = AWAY, velocities: Any = ((0, 0), (0, 0)), **more: Any) -> Any:
    """A moment in an empty room, as the peer has it."""
    rows = jnp.asarray(poses, jnp.float32)
    fields = {"pos": rows[:, :2], "theta": rows[:, 2], "goal": goals, "vel": velocities, **more}
    given = {
        name: jnp.asarray(value, getattr(blank(), name).dtype) for name, value in fields.items()
    }
    return replace(blank(), **given)


def step_both(state: Any, *commands: Any, env: JaxNav = PAIR) -> tuple[Any, ...]:
    """One step by both: the peer's state, observations, rewards and dones, and our timestep."""
    chosen = {f"agent_{index}": jnp.asarray(one, jnp.float32) for index, one in enumerate(commands)}
    obs, after, reward, done, _ = peer().step(jax.random.PRNGKey(0), state, chosen)
    # one type before and after, so that the peer is compiled once
    after = jax.tree.map(lambda leaf, own: jnp.asarray(leaf, own.dtype), after, blank())
    rows = [np.stack([np.asarray(each[f"agent_{n}"]) for n in (0, 1)]) for each in (obs, reward)]
    own = ours(state, float(state.rew_lambda))
    following, timestep = STEP(env, KEY, own, ask(env, *commands), env.default_params())
    return after, *rows, done, following, timestep
