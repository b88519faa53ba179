"""Scenes put together by hand: a drawn room, and robots anywhere in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from envsuite_jaxnav.env import JaxNav
from envsuite_jaxnav.state import Level, Params, State, with_level

KEY = jax.random.key(0)
ONE = JaxNav(size=(7, 7))
TWO = JaxNav(size=(7, 7), robots=2)
STEP = jax.jit(JaxNav.step, static_argnums=0)  # compiled once for each configuration

ROOM = """
    #######
    #.....#
    #.....#
    #.....#
    #.....#
    #.....#
    #######
"""


def walls(drawing: str) -> np.ndarray:
    """The walls of a drawing, y upwards, `bool[rows, columns]`."""
    rows = [line.strip() for line in drawing.splitlines() if line.strip()]
    return np.array([list(row) for row in reversed(rows)]) == "#"


def scene(
    env: JaxNav,
    poses: Sequence[tuple[float, float, float]],
    goals: Sequence[tuple[float, float]],
    *,
    room: str = ROOM,
    obstacles: Any = None,
    own_share: float = 0.5,
    **moment: Any,
) -> tuple[State, Params]:
    """Robots at poses (x, y, heading) at rest, on their way to goals.

    Args:
        env: The game.
        poses: Of the robots.
        goals: Of the robots, x and y.
        room: Drawn.
        obstacles: `f32[k, corners, 2]`, as many as the game has.
        own_share: Of the reward.
        moment: Fields of the state in place of nobody having reached or hit anything.
    """
    places = np.array(poses, np.float32)
    level = Level(
        walls=jnp.asarray(walls(room)),
        obstacles=jnp.asarray(env.ground.nothing if obstacles is None else obstacles),
        starts=jnp.asarray(places[:, :2]),
        headings=jnp.asarray(places[:, 2]),
        goals=jnp.asarray(goals, jnp.float32),
    )
    nobody = jnp.zeros(len(places), bool)
    state = State(
        positions=level.starts,
        headings=level.headings,
        velocities=jnp.zeros((len(places), 2)),
        reached=nobody,
        hit_map=nobody,
        hit_robot=nobody,
        level=level,
        own_share=jnp.float32(own_share),
    )
    given = {name: jnp.asarray(value) for name, value in moment.items()}
    return replace(state, **given), with_level(env.default_params(), level)


def ask(env: JaxNav, *commands: Any) -> Any:
    """An action for each robot in the form the game takes them."""
    kind = jnp.int32 if env.actions == "discrete" else jnp.float32
    rows = jnp.asarray(commands, kind)
    return {"robot": rows} if env.agents else rows[0]
