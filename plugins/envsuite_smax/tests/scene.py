"""Battles set up by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_smax.actions import decode_discrete
from envsuite_smax.combat import Field, fight
from envsuite_smax.env import SMAX
from envsuite_smax.spawn import line_up
from envsuite_smax.state import Params, State

UP, RIGHT, DOWN, LEFT, STOP, SHOOT = range(6)

_fight = jax.jit(fight, static_argnames=("allies", "ticks", "field"))


def scene(
    allies: Mapping[Any, str], enemies: Mapping[Any, str], **config: Any
) -> tuple[SMAX, State, Params]:
    """A battle of units, named by place `(x, y)`."""
    env = SMAX(allies=tuple(allies.values()), enemies=tuple(enemies.values()), **config)
    params = jax.tree.map(jnp.asarray, env.default_params())
    names = [unit.name for unit in env.unit_types]
    types = jnp.array([names.index(name) for name in (*allies.values(), *enemies.values())])
    places = jnp.array([*allies, *enemies], jnp.float32)
    extent = np.array([env.map_width, env.map_height], np.float32)
    state = line_up(types.astype(jnp.int32), places, params, allies=len(allies), extent=extent)
    return env, state, params


def act(env: SMAX, state: State, params: Params, actions: list[int], noise: Any = 0.0) -> State:
    """Play one step of discrete actions, one a unit; `noise` is what chance adds to cooldowns."""
    moves, attacks = decode_discrete(jnp.array(actions, jnp.int32))
    rows = jnp.broadcast_to(jnp.asarray(noise, jnp.float32), (1, len(actions)))
    return _fight(
        state,
        moves,
        attacks,
        rows,
        params,
        allies=env.teams["ally"],
        ticks=env.world_steps,
        field=Field(env.map_width, env.map_height, env.walls_cause_death),
    )


def with_health(state: State, *health: float) -> State:
    """The same battle with other health."""
    return replace(state, health=jnp.array(health, jnp.float32))


timestep = partial(jax.jit, static_argnums=0)(SMAX.timestep)
