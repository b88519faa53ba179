"""STORM for any number, set up by hand: three players on five by five cells."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_storm.n_player import NPlayerSTORM
from envsuite_storm.tests.scene import scene

KEY = jax.random.key(0)
GAME = NPlayerSTORM(players=3, size=5, coins=2)
PARAMS = GAME.default_params()
STEP = jax.jit(GAME.step)
MANY = jax.jit(jax.vmap(GAME.step, (0, None, None, None)))


def board(text, *arguments, **named):
    return scene(text, *arguments, coins=2, **named)


def play(state, *actions, params=PARAMS, key=KEY):
    return STEP(key, state, {"player": jnp.array(actions)}, params)


def rewards(timestep):
    return timestep.reward["player"].tolist()
