"""STORM for two, set up by hand."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from envsuite_storm.tests.scene import drawn, scene
from envsuite_storm.two_player import TwoPlayerSTORM

KEY = jax.random.key(0)
GAME = TwoPlayerSTORM()
PARAMS = GAME.default_params()
STEP = jax.jit(lambda game, *step: game.step(*step), static_argnums=0)
SHUFFLED = TwoPlayerSTORM(coins="shuffled")
MANY = jax.jit(jax.vmap(SHUFFLED.step, (0, None, None, None)))
FACING = """
    .  .  .
    R> B< .
    .  .  .
"""


def joint(red, blue):
    return {"red": jnp.array([red]), "blue": jnp.array([blue])}


def play(state, red, blue, params=PARAMS, key=KEY):
    return STEP(GAME, key, state, joint(red, blue), params)


def rewards(timestep):
    return [float(timestep.reward[player][0]) for player in ("red", "blue")]


def small(text, *arguments, **named):
    """A board of 8 by 8 whose upper left corner is given."""
    cells = [line.split() for line in text.split("\n") if line.strip()]
    rows = [line + ["."] * (8 - len(line)) for line in cells]
    rows += [["."] * 8] * (8 - len(rows))
    return scene("\n".join(" ".join(row) for row in rows), *arguments, **named)


def corner(state, size):
    """The upper left corner of a board."""
    return "\n".join(" ".join(line.split()[:size]) for line in drawn(state).split("\n")[:size])
