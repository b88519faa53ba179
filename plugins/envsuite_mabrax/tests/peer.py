"""JaxMARL 0.2.0's MABrax, asked for what it does without compiling its physics."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxmarl import make

from envsuite_mabrax import physics
from envsuite_mabrax.env import MABrax

NAMES = {
    "ant_4x2": ("ant", "4x2"),
    "halfcheetah_6x1": ("halfcheetah", "6x1"),
    "hopper_3x1": ("hopper", "3x1"),
    "humanoid_9|8": ("humanoid", "9x8"),
    "walker2d_2x3": ("walker2d", "2x3"),
}


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """No warnings: JaxMARL's tell that it is deprecated, Brax's how MJX has changed."""
    with physics.quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def peer(name: str, **options: Any) -> Any:
    """JaxMARL's environment."""
    with quiet():
        return make(name, **options)


def ours(name: str, **options: Any) -> MABrax:
    """Our game of a name of theirs."""
    return MABrax(*NAMES[name], **options)


def whole(game: MABrax) -> np.ndarray:
    """An observation of the whole robot in which number `i` is `i + 1`."""
    return np.arange(1, game.world_space.shape[0] + 1, dtype=np.float32)


def seen(env: Any, observation: np.ndarray) -> list[list[float]]:
    """What its agents see of an observation of the whole robot."""
    views = env.map_global_obs_to_agents(jnp.asarray(observation))
    return [np.asarray(views[agent]).tolist() for agent in env.agents]


def done(env: Any, actions: list[np.ndarray]) -> np.ndarray:
    """The robot's action, of its agents'."""
    given = dict(zip(env.agents, actions, strict=True))
    return np.asarray(env.map_agents_to_global_action(given))
